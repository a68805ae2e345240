"""Toast's orders: checks, selections and modifiers, as `toast.py` says which of them is cooked."""

from __future__ import annotations

from typing import Any

from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context
from pos_bridge.adapters.lines import lines_of, name_of, parts_of
from pos_bridge.adapters.tickets import (
    Sheet,
    choice,
    dishes,
    held,
    kind_of,
    line,
    numbered,
    order_id,
    tail,
)
from pos_bridge.adapters.values import Doubts, at, first, is_true, joined, modifier, obj, text

_SALES = frozenset({"TOAST_CARD_SELL", "TOAST_CARD_RELOAD", "HOUSE_ACCOUNT_PAY_BALANCE"})
_SERVICES = {
    "DINE_IN": "dine_in",
    "TAKE_OUT": "takeaway",
    "DELIVERY": "delivery",
    "DRIVE_THRU": "drive_thru",
}


def take_order(order: dict[str, Any], sheet: Sheet) -> None:
    """Put an order where it belongs: to cook, held, void, or over."""
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
