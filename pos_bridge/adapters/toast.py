"""Toast: webhooks with the whole order; the same order from its API (`ordersBulk`) reads alike.

From the orders API's OpenAPI and the developer guide (orders webhook, message signing).

| event (category) | here |
|---|---|
| `order_updated`, `channel_order_updated` | handled: `details` holds the whole order, new or not |
| an order, or a list of them, as the API answers | handled |
| what an order would cost (`prices`: amounts, no `guid`) | a card: nothing is ordered yet |
| `guest_order_fulfillment_status` | ignored: what guests are told; the order's webhook comes, too |
| `stock`, `menus`, `partners`, `restaurant_availability`, `packaging…` | ignored: no orders |
| any other | by the order that it holds, else a card |

| state | here |
|---|---|
| `approvalStatus` `APPROVED` or none | cooked |
| `NEEDS_APPROVAL`, `FUTURE` | held; `promisedDate` is when it is due (else the estimate) |
| `NOT_APPROVED` | void |
| `voided` order, check, selection | void |
| `deleted` order or check | void, noted as combined: its dishes come with another order |
| selection `HOLD` | held, until `SENT` |
| selection `NEW`, `SENT`, `READY` | cooked; with `hold_new = true` a `NEW` one waits for `SENT` |
| `guestOrderStatus` `CLOSED` | changes a ticket, makes none; `VOIDED`: void |
| payment `OPEN`, `PAID`, `CLOSED` | unpaid, paid, paid: paying closes a check, not eating |

Not cooked: `deferred` (gift cards), `TOAST_CARD_SELL`, `TOAST_CARD_RELOAD`,
`HOUSE_ACCOUNT_PAY_BALANCE`. `SPECIAL_REQUEST` is the note of its dish, of the order where it stands
alone. A pre-modifier (NO, EXTRA) stands before its modifier; one known by its id only is shown by
the id, unless `names` knows it: never a modifier without the NO before it.

Ids only (dining option, table, server, items of a posted order): `names` in the options gives
their names, `dining_options` says `guid = "dine_in"`, `"takeaway"`, `"delivery"`.

Revision: the latest `modifiedDate` of the order, its checks and selections, in milliseconds.
Duplicates (`Toast-Attempt-Number`) have the same. A table transfer is a change of `table`.
Signature: `Toast-Signature`, Base64 of HMAC-SHA256 over body and the message's `timestamp`; at
most 5 min old, a repeated attempt a day: Toast sends again what we could not take.
Unverified: whether a combined selection keeps its id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kds.records.body import read_json
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import BadSignature, Context, Push, Reading
from pos_bridge.adapters.lines import lines_of, name_of, parts_of
from pos_bridge.adapters.signatures import (
    WINDOW,
    header_of,
    hmac_base64,
    require_one,
    require_recent,
)
from pos_bridge.adapters.tickets import (
    Sheet,
    choice,
    dishes,
    held,
    kind_of,
    known_options,
    line,
    numbered,
    order_id,
    tail,
)
from pos_bridge.adapters.values import Doubts, at, first, is_true, joined, modifier, obj, text

_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"?([^",}\s][^",}]{0,60})')
_NO_ORDERS = re.compile(
    r"guest_order_fulfillment|stock|in_stock|out_of_stock|low_quantity|menu|partner"
    r"|restaurant_availability|packaging|digital|gift|feedback|schedule"
)
_SALES = frozenset({"TOAST_CARD_SELL", "TOAST_CARD_RELOAD", "HOUSE_ACCOUNT_PAY_BALANCE"})
_AGAIN = timedelta(days=1)
_SERVICES = {
    "DINE_IN": "dine_in",
    "TAKE_OUT": "takeaway",
    "DELIVERY": "delivery",
    "DRIVE_THRU": "drive_thru",
}


class Toast:
    """Reads what Toast sends."""

    vendor = "toast"
    options = known_options(
        stores=list, cook_unpaid=bool, names=dict, dining_options=dict, hold_new=bool
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Check the signature over the body and the timestamp that stands in it."""
        sent = header_of(push, "toast-signature")
        found = [match[1].strip() for match in _TIMESTAMP.finditer(push.body)]
        stamps = list(dict.fromkeys((*found[:4], *found[-4:])))  # the message's own is outermost
        if not stamps:
            raise BadSignature("the message has no timestamp")
        fits = [
            (stamp, hmac_base64(secret, push.body, stamp)) for stamp in stamps for secret in secrets
        ]
        require_one(sent, [signature for _, signature in fits])
        signed = next(stamp for stamp, signature in fits if signature == sent)
        _require_recent(signed.decode("utf-8", "replace"), push, at)

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook's message, or orders as the API answers them."""
        value, _ = read_json(push.body, push.content_type)
        sheet = Sheet(context=context)
        for each in lines_of(value, "orders", sheet.doubts):
            _take(each, sheet)
        return sheet.result()


def _require_recent(stamp: str, push: Push, at: datetime) -> None:
    signed_at = values.when(stamp, at.tzinfo or UTC)
    if signed_at is None:
        raise BadSignature(f"the signed time {stamp!r} is none")
    is_again = (values.whole(push.headers.get("toast-attempt-number")) or 1) > 1
    require_recent(signed_at, at, _AGAIN if is_again else WINDOW)


def _take(value: dict[str, Any], sheet: Sheet) -> None:
    details = value.get("details")
    if details is None and "checks" not in value and isinstance(value.get("orders"), list):
        for each in lines_of(value["orders"], "orders", sheet.doubts):
            _take(each, sheet)
        return
    kind = joined(value.get("eventCategory"), value.get("eventType")).lower()
    order = _order_in(value)
    if not order and _NO_ORDERS.search(kind):
        sheet.ignore(f"{kind}: not about an order to cook")
        return
    if not order:
        raise values.missing("details.order")
    if not sheet.is_elsewhere(at(details, "restaurantGuid")):
        _take_order(order, sheet)


def _order_in(value: dict[str, Any]) -> dict[str, Any]:
    """Return the order of a message: in `details`, in its `order`, or the message itself."""
    whole = obj(at(value, "details", "order"))
    if whole:
        return whole
    found = (value.get("details"), value.get("order"), value)
    known = ("checks", "selections", "openedDate", "diningOption", "approvalStatus")
    orders = (obj(each) for each in found)
    return next((each for each in orders if any(name in each for name in known)), {})


# --- orders --------------------------------------------------------------------------------


def _take_order(order: dict[str, Any], sheet: Sheet) -> None:
    made = _order(order, sheet)
    approval = text(order.get("approvalStatus")).upper()
    status = text(order.get("guestOrderStatus")).upper()
    if is_true(order.get("deleted")):
        made |= {"cancelled": True, "note": joined("Combined with another check", made.get("note"))}
    elif is_true(order.get("voided")) or approval == "NOT_APPROVED" or status == "VOIDED":
        made["cancelled"] = True
    if approval in {"NEEDS_APPROVAL", "FUTURE"}:
        made = held(made)
    elif approval not in {"", "APPROVED", "NOT_APPROVED"}:
        sheet.doubts.warn(f"approvalStatus “{approval}” is not known; the order is cooked")
    if status == "CLOSED" and not made.get("cancelled"):
        sheet.amend(made, "completed already")
    else:
        sheet.take(made, is_unpaid=made.get("payment") == "unpaid")


def _order(order: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    doubts, zone = sheet.doubts, sheet.context.zone
    found = text(first(order, "guid", "externalId"))
    if not found and _is_priced(order):
        raise values.missing("guid")  # the API's answer of what an order would cost
    number = order_id(found, order, doubts)
    is_gone = any(is_true(order.get(flag)) for flag in ("voided", "deleted"))
    checks = dishes(order, "checks", doubts, may_lack=is_gone)
    lines, notes = _lines(checks, sheet)
    alive = [each for each in checks if not _is_void(each)] or checks
    made = sheet.order(
        number,
        revision=_revision(order, checks, zone),
        number=_number(alive, number if found else ""),
        service=_service(order, sheet),
        table=_named(order.get("table"), sheet),
        server=_named(order.get("server"), sheet),
        guests=values.guests(order.get("numberOfGuests")),
        placed_at=_placed_at(order, zone),
        due_at=values.iso(_due(order), zone),
        payment=_payment(alive),
        customer=_customer(alive),
        note=joined(*notes, at(order, "deliveryInfo", "notes"), _curbside(order), by="\n"),
        partial=True if order.get("checks") is None else None,
    )
    made["lines"] = numbered(lines)
    return made


def _is_priced(order: dict[str, Any]) -> bool:
    """Say whether amounts were calculated: an order that is posted states none."""
    checks = parts_of(order.get("checks"), "", Doubts())
    return any(each.get("totalAmount") is not None for each in checks)


def _revision(order: dict[str, Any], checks: list[dict[str, Any]], zone: Any) -> int | None:
    """Return the latest change of anything in the order."""
    dated = [order, *checks]
    dated += [each for check in checks for each in parts_of(check.get("selections"), "", Doubts())]
    times = (values.epoch_ms(each.get("modifiedDate"), zone) for each in dated)
    return max((time for time in times if time is not None), default=None)


def _number(checks: list[dict[str, Any]], guid: str) -> str:
    """Return what the kitchen calls: the checks' numbers, else a tab's name."""
    shown = joined(*(each.get("displayNumber") for each in checks), by="+")
    return shown or joined(*(each.get("tabName") for each in checks), by="+") or tail(guid)


def _customer(checks: list[dict[str, Any]]) -> str:
    names = (
        joined(at(each, "customer", "firstName"), at(each, "customer", "lastName"))
        for each in checks
    )
    return joined(*names, by=", ") or joined(*(each.get("tabName") for each in checks), by=", ")


def _service(order: dict[str, Any], sheet: Sheet) -> str | None:
    option = obj(order.get("diningOption"))
    guid = text(first(option, "guid", "multiLocationId"))
    known = sheet.context.options.get("dining_options")
    configured = text(known.get(guid)) if isinstance(known, dict) else ""
    if configured in {"dine_in", "takeaway", "delivery", "pickup", "drive_thru"}:
        return configured
    behaviour = _SERVICES.get(text(option.get("behavior")).upper())
    if behaviour or not option:
        return behaviour
    if obj(order.get("deliveryInfo")):
        return "delivery"
    if obj(order.get("curbsidePickupInfo")):
        return "pickup"
    sheet.doubts.warn(f"dining option {guid} is not among the dining_options; taken as dine in")
    return None


def _placed_at(order: dict[str, Any], zone: Any) -> str | None:
    """Return when it was ordered: a scheduled one is opened when it is due."""
    opened = order.get("openedDate")
    late = order.get("promisedDate") if opened == order.get("promisedDate") else None
    return values.iso(first(order, "createdDate") or (None if late else opened), zone)


def _due(order: dict[str, Any]) -> Any:
    is_later = text(order.get("approvalStatus")).upper() == "FUTURE"
    names = ("promisedDate", "estimatedFulfillmentDate") if is_later else ("promisedDate",)
    return first(order, *names)


def _payment(checks: list[dict[str, Any]]) -> str | None:
    states = {text(each.get("paymentStatus")).upper() for each in checks} - {""}
    refunds = [
        text(pay.get("refundStatus")).upper()
        for each in checks
        for pay in parts_of(each.get("payments"), "", Doubts())
    ]
    if refunds and set(refunds) == {"FULL"}:
        return "refunded"
    if not states or states == {"VOIDED"}:
        return None
    paid = states & {"PAID", "CLOSED"}
    return "unpaid" if not paid else "partial" if states & {"OPEN"} else "paid"


def _curbside(order: dict[str, Any]) -> str:
    info = obj(order.get("curbsidePickupInfo"))
    car = joined(info.get("transportDescription"), info.get("transportColor"), info.get("notes"))
    return f"Curbside: {car}" if car else ""


def _named(reference: Any, sheet: Sheet) -> str:
    """Return the name of what is referred to; the id's tail where nobody knows a name."""
    found = obj(reference)
    guid = text(first(found, "guid", "multiLocationId", "externalId"))
    return sheet.known_as(guid, or_else=text(found.get("name"))) or tail(guid)


# --- selections ----------------------------------------------------------------------------


def _is_void(thing: dict[str, Any]) -> bool:
    return is_true(thing.get("voided")) or is_true(thing.get("deleted"))


def _lines(checks: list[dict[str, Any]], sheet: Sheet) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the lines of all checks, and the notes that stand alone among them."""
    lines: list[dict[str, Any]] = []
    notes: list[str] = []
    for check in checks:
        for item in lines_of(check.get("selections"), "selections", sheet.doubts):
            kind = text(item.get("selectionType")).upper()
            if kind == "SPECIAL_REQUEST":
                notes += [] if _is_void(item) else [text(item.get("displayName"))]
            elif kind in _SALES or is_true(item.get("deferred")):
                sheet.doubts.warn(f"{text(item.get('displayName')) or kind}: nothing to cook")
            else:
                lines.append(_line(item, sheet, is_void=_is_void(check)))
    return lines, notes


def _line(item: dict[str, Any], sheet: Sheet, *, is_void: bool) -> dict[str, Any]:
    doubts = sheet.doubts
    name = _name(item, sheet)
    inner = parts_of(item.get("modifiers"), "modifiers", doubts)
    wishes = [each for each in inner if _is_wish(each)]
    seat = values.whole(item.get("seatNumber"))
    unit = text(item.get("unitOfMeasure")).upper()
    group = text(at(item, "itemGroup", "guid"))
    return line(
        first(item, "guid", "externalId"),
        name,
        values.quantity(item.get("quantity"), name, doubts),
        item_id=text(first(obj(item.get("item")), "guid", "multiLocationId")),
        category=sheet.known_as(group, or_else=group),
        unit="" if unit == "NONE" else unit.lower(),
        seat=str(seat) if seat is not None and seat > 0 else None,
        state=_state(item, sheet.context, is_void=is_void),
        note=joined(*(each.get("displayName") for each in wishes if not _is_void(each)), by="\n"),
        modifiers=_modifiers(inner, sheet) or None,
    )


def _state(item: dict[str, Any], context: Context, *, is_void: bool) -> str | None:
    status = text(item.get("fulfillmentStatus")).upper()
    if is_void or _is_void(item):
        return "void"
    waits = {"HOLD", "NEW"} if context.options.get("hold_new") is True else {"HOLD"}
    return "held" if status in waits else None


def _is_wish(item: dict[str, Any]) -> bool:
    return text(item.get("selectionType")).upper() == "SPECIAL_REQUEST"


def _name(item: dict[str, Any], sheet: Sheet) -> str:
    """Return what the dish is called, else by which id the till knows it."""
    reference = obj(item.get("item"))
    guid, wide = text(reference.get("guid")), text(reference.get("multiLocationId"))
    known = sheet.known_as(guid) or sheet.known_as(wide)
    shown = text(item.get("displayName")) or known or text(reference.get("name"))
    if shown:
        return shown
    by_id = f"multiLocationId:{wide}" if wide else f"item {guid[:8]}" if guid else ""
    return by_id or name_of(item, "name", doubts=sheet.doubts, place="displayName")


def _modifiers(items: list[dict[str, Any]], sheet: Sheet) -> list[dict[str, Any]]:
    made = []
    for each in items:
        if _is_wish(each) or _is_void(each):
            continue
        below = parts_of(each.get("modifiers"), "modifiers", sheet.doubts)
        inner = _modifiers(below, sheet)
        inner += [modifier(text(w.get("displayName")), kind="note") for w in below if _is_wish(w)]
        made.append(
            _premodified(
                each,
                choice(_name(each, sheet), each.get("quantity"), sheet.doubts, inner=inner),
                sheet,
            )
        )
    return made


def _premodified(item: dict[str, Any], made: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Return a modifier with the word before it, as its kind where that says the same."""
    word = _premodifier(item.get("preModifier"), sheet)
    kind = kind_of(word)
    if not word or made["name"].lower().startswith(f"{word.lower()} "):
        return made
    return (
        {**made, "kind": kind} if kind == "remove" else {**made, "name": f"{word} {made['name']}"}
    )


def _premodifier(value: Any, sheet: Sheet) -> str:
    found = obj(value)
    guid = text(first(found, "guid", "multiLocationId"))
    word = text(value) or text(first(found, "name", "displayName", "label")) or sheet.known_as(guid)
    if guid and not word:
        sheet.doubts.show(
            f"前缀 {guid[:8]} 不知道是“不要”还是“多加”",
            f"pre-modifier {guid[:8]} has no name here: it may be NO or EXTRA",
        )
        return f"[{guid[:8]}]"
    return word
