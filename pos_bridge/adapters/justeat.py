"""Just Eat: webhooks with the whole order, each event at a path of its own below one address.

From the Just Eat Takeaway OpenAPI (partner webhooks, JET Connect). Register the addresses as
`…/v1/pos/justeat/acceptance-requested` and so on: most bodies do not name their event.

| event | here |
|---|---|
| `acceptance-requested` | handled: held; `cook_requested = true` where nothing else will come |
| `order-ready-for-preparation-sync`, `…-async` | handled: cooked, what was held is fired |
| `order-accepted` | handled: `AcceptedFor` is when it is due; fires where `cook_accepted = true` |
| `order-cancelled`, `order-rejected`; JET Connect's cancel (`orderID`, `reason`) | handled: void |
| JET Connect's order (`third_party_order_reference`) | handled: cooked |
| `order-time-updated`, `restaurant-…`, `menu-ingestion-complete` | ignored: of the store |
| `driver-…`, `delivery-…`, `order-requires-delivery-acceptance` | ignored: of the courier |
| `order-is-ready-for-pickup` | ignored: that is what the kitchen tells |
| `late-order-…`, `attempted-delivery-…`, `redelivery-…`, `order-eligible-…` | ignored: of guests |
| `send-to-pos-failed`, JET Connect's failed order for the backup flow | ignored, with a card |
| any other | by the order that it holds, else a card |

A body without a path and event is ready for preparation where it says `PrepareFor` or lists its
notes, else a request for acceptance. Other case styles (`orderItems`) read alike. Parts of a meal
are per meal. `Synonym` is a size.

| told of collections, with `tell_states` | by |
|---|---|
| ready | `POST /orders/{id}/readyforcollection` |
| served | `POST /orders/{id}/complete` |
| accepted | nothing: that needs the time which the guest is promised |
| started, recalled, void, stock; all of deliveries and JET Connect | nothing: not documented |

That needs `api_headers = {Authorization = "JE-API-KEY …"}` (uk.api.just-eat.io/docs).

Revision: none; each other content is the next. Lines have no ids: they are known by `Reference`.
Duplicates have one content. A change of an order comes as a new order with the same id (u).
Signature: `X-JET-Connect-Hash`, `HMAC-SHA256 t=…,signature=` Base64 (or hex alone) over the body;
without it the key in `Authorization`. The time in it is not signed.
Unverified: the fields of `orderItems`; what `order-time-updated` of other countries holds; their
hosts (`api`); whether ready may be told again after a recall.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from kds.records.body import MAX_DEPTH
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Fetch, Push, Reading
from pos_bridge.adapters.lines import lines_of, name_of, parts_of
from pos_bridge.adapters.signatures import header_of, hmac_base64, hmac_hex, require_one
from pos_bridge.adapters.status import Calls, StatusUpdate, reached
from pos_bridge.adapters.tickets import (
    Sheet,
    choice,
    held,
    known_options,
    line,
    numbered,
    order_id,
    service_of,
    tail,
)
from pos_bridge.adapters.values import Doubts, at, first, is_true, joined, obj, text

_SIGNATURE = re.compile(r"signature=([^,\s]+)")
_READY = "orderreadyforpreparation"
_CANCELS = frozenset({"ordercancelled", "ordercanceled", "orderrejected"})
_NO_ORDERS = re.compile(
    r"driver|delivery|restaurant|menu|ordertimeupdated|orderisready|orderrequires|lateorder"
    r"|attempted|redelivery|ordereligible|offline|online"
)
_TOLD = {"ready": "readyforcollection", "served": "complete"}
_ITEMS = ("items", "orderitems", "children")


class JustEat:
    """Reads what Just Eat sends."""

    vendor = "justeat"
    api = "https://uk-partnerapi.just-eat.io"
    options = known_options(stores=list, cook_requested=bool, cook_accepted=bool, tell_states=bool)

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Check the signature over the body, or the key where there is none."""
        if "x-jet-connect-hash" not in push.headers:
            sent = header_of(push, "authorization")
            _, _, key = sent.rpartition(" ")
            require_one(key, secrets)
            return
        sent = header_of(push, "x-jet-connect-hash")
        found = _SIGNATURE.search(sent)
        signature = found[1] if found else sent
        signs = (hmac_base64, hmac_hex)
        require_one(signature, [sign(secret, push.body) for secret in secrets for sign in signs])

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook by its path, its event, or what it holds."""
        value = _folded(values.json_object(push.body, push.content_type), MAX_DEPTH)
        sheet = Sheet(context=context)
        _take(value, _kind(push, value), sheet)
        return sheet.result()

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells Just Eat of an order that the guest collects."""
        what = _TOLD.get(reached(update, *_TOLD))
        if what is None or update.data.get("service") != "pickup":
            return None
        number = text(update.data.get("order_id"))
        return Fetch(update.id, number, f"/orders/{quote(number, safe='')}/{what}", "POST")


def _folded(value: Any, depth: int) -> Any:
    """Return `value` with keys in lower case without `_`: the API has three case styles."""
    if isinstance(value, dict) and depth:
        return {
            key.lower().replace("_", ""): _folded(each, depth - 1) for key, each in value.items()
        }
    if isinstance(value, list) and depth:
        return [_folded(each, depth - 1) for each in value]
    return value


def _kind(push: Push, value: dict[str, Any]) -> str:
    """Return the event in letters only: of the path, else of the body."""
    for said in (push.topic, text(value.get("event"))):
        kind = re.sub(r"[^a-z]", "", said.lower())
        if kind:
            return kind
    return ""


def _take(value: dict[str, Any], kind: str, sheet: Sheet) -> None:
    failed = obj(value.get("order")) if "validationerror" in value else {}
    has_items = any(name in value for name in _ITEMS)
    number = text(first(value, "orderid", "id"))
    if "sendtopos" in kind or failed:
        _take_failed(failed or value, sheet)
    elif _NO_ORDERS.search(kind) or "driverstatus" in value or "lastchangedtimestamputc" in value:
        sheet.ignore(f"{kind or 'a status'}: not about an order to cook")
    elif has_items or "fulfilment" in value:
        _take_order(value, kind, sheet)
    elif not number:
        raise values.missing("OrderId")
    elif kind in _CANCELS or "cancel" in kind or (not kind and "reason" in value):
        sheet.orders.append(sheet.cancel(number, channel="delivery"))
    elif kind == "orderaccepted":
        _take_accepted(value, number, sheet)
    else:
        raise values.missing("Items")


def _take_failed(value: dict[str, Any], sheet: Sheet) -> None:
    shown = text(first(value, "friendlyorderreference", "orderid", "id"))
    sheet.doubts.show(
        f"订单 {shown} 没能送到这里，请看平台的平板",
        f"order {shown} could not be sent here: see the platform's tablet",
    )
    sheet.ignore("an order that Just Eat could not send; its tablet has it")


def _take_accepted(value: dict[str, Any], number: str, sheet: Sheet) -> None:
    due = values.iso(value.get("acceptedfor"), sheet.context.zone)
    nothing: list[Any] = []
    accepted = sheet.order(number, partial=True, due_at=due, lines=nothing)
    sheet.amend(accepted, "accepted; cooked when it is ready for preparation")
    if sheet.wants("cook_accepted"):
        sheet.fire.append(number)


# --- orders --------------------------------------------------------------------------------


def _take_order(value: dict[str, Any], kind: str, sheet: Sheet) -> None:
    restaurant = at(value, "restaurant", "id")
    if sheet.is_elsewhere(restaurant, value.get("poslocationid")):
        return
    made = _order(value, sheet)
    if kind in _CANCELS:
        made["cancelled"] = True
    is_ready = _is_ready(value, kind) or sheet.wants("cook_requested")
    sheet.take(made if is_ready else held(made))


def _is_ready(value: dict[str, Any], kind: str) -> bool:
    """Say whether the kitchen may start: by the event, else by what only that event says."""
    if kind.startswith("acceptance"):
        return False
    is_told = kind.startswith(_READY) or "preparefor" in obj(value.get("fulfilment"))
    has_list = isinstance(value.get("customernotes"), list)
    return is_told or has_list or "thirdpartyorderreference" in value


def _order(value: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    doubts, zone = sheet.doubts, sheet.context.zone
    found = text(first(value, "orderid", "id"))
    number = order_id(found, value, doubts)
    fulfilment = obj(value.get("fulfilment"))
    items = lines_of(first(value, *_ITEMS), "Items", doubts)
    due = first(fulfilment, "preparefor", "customerduedate", "duedate")
    method = text(first(fulfilment, "method", "type")) or text(value.get("type"))
    made = sheet.order(
        number,
        number=text(first(value, "friendlyorderreference", "thirdpartyorderreference"))
        or tail(found),
        service=service_of(method) or "delivery",
        channel="delivery",
        placed_at=values.iso(first(value, "placeddate", "createdat"), zone),
        due_at=values.iso(due or first(value, "collectat", "deliverat"), zone),
        payment=_payment(value),
        customer=_customer(value),
        note=_note(value, doubts),
    )
    return made | {"lines": numbered([_line(each, doubts) for each in items])}


def _customer(value: dict[str, Any]) -> str:
    who = obj(first(value, "delivery", "collector"))
    return text(at(value, "customer", "name")) or joined(who.get("firstname"), who.get("lastname"))


def _payment(value: dict[str, Any]) -> str | None:
    """Return how far it is paid, by the lines of the payment that say so."""
    found = parts_of(at(value, "payment", "lines"), "Payment.Lines", Doubts())
    paid = [is_true(each.get("paid")) for each in found if "paid" in each]
    return None if not paid else "paid" if any(paid) else "unpaid"


def _note(value: dict[str, Any], doubts: Doubts) -> str:
    """Return what the restaurant is told; the courier's note is not for the kitchen."""
    restrictions = parts_of(value.get("restrictions"), "Restrictions", doubts)
    return joined(
        *_notes(value.get("customernotes")),
        value.get("kitchennotes"),
        value.get("collectionnotes"),
        *(first(each, "type", "name") for each in restrictions),
        "TEST" if is_true(value.get("istest")) else "",
        by="\n",
    )


def _notes(value: Any) -> list[str]:
    """Return notes given as text, as an object, or as a list of keys and values."""
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = [
            (text(first(each, "key", "name")), first(each, "value", "note", "text"))
            for each in parts_of(value, "CustomerNotes", Doubts())
        ]
    told = [text(note) for key, note in pairs if "delivery" not in text(key).lower()]
    return [text(value), *told]


# --- dishes --------------------------------------------------------------------------------


def _line(item: dict[str, Any], doubts: Doubts) -> dict[str, Any]:
    name = _name(item, doubts)
    reference = text(first(item, "reference", "plu", "productreference", "id"))
    return line(
        reference,
        name,
        values.quantity(item.get("quantity"), name, doubts),
        item_id=reference,
        category=text(first(item, "category", "categoryname")),
        note=text(first(item, "notes", "note", "specialinstructions")),
        modifiers=_parts(item, doubts) or None,
    )


def _name(item: dict[str, Any], doubts: Doubts) -> str:
    name = name_of(item, "name", "productname", "reference", "plu", doubts=doubts, place="Name")
    size = text(first(item, "synonym", "size"))
    return f"{name} ({size})" if size and size != name else name


def _parts(item: dict[str, Any], doubts: Doubts) -> list[dict[str, Any]]:
    """Return the parts of a meal; a quantity is per meal."""
    made = []
    for field in (*_ITEMS, "modifiers", "options", "accessories", "mealparts"):
        for each in parts_of(item.get(field), field, doubts):
            inner = _parts(each, doubts)
            made.append(choice(_name(each, doubts), each.get("quantity"), doubts, inner=inner))
    return made
