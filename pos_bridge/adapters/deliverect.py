"""Deliverect: the orders of many delivery apps by one webhook (POS, KDS and channel API).

Facts: developers.deliverect.com, "Order Notification", "Order Cancellation", "Order Statuses",
"HMAC authentication".

| event | what becomes of it |
|---|---|
| order, status below 70, 95, or none | an order; the same again is unchanged, another is a change |
| 25 scheduled | an order with its due time, so that it can not be lost |
| 30 duplicate | kept, not shown: its first sending is the order |
| 70 to 89 ready, with the courier | kept, not shown: it has left the kitchen |
| 90 finalized | ends the visit, where the kitchen knows the order |
| 100 cancel, 110 canceled, 35 denied | the order is void; for an unknown one an incomplete card |
| 115 delivery canceled | kept, not shown: the courier's matter |
| 120 and above, failed | a card: the order did not go through everywhere |
| status without items, also unknown ones | kept, not shown, as the vendor's page asks for |
| courier updates | unverified: kept, not shown, where they carry a status |
| product push, a list with `plu` | kept, not shown: the menu is not taken from there |
| registration, busy mode, snooze | unverified: a card |

Duplicates: by content and `_updated`. Order: `_updated` is the revision, a cancel wins at the same
time. Signature: `X-Server-Authorization-HMAC-SHA256`, hexadecimal over the raw body.

Options: `order_id = "_id"` names orders by Deliverect's own id, as `channelOrderId` is unique for
48 h only; `stores` and `cook_unpaid` as in `tickets`. `tell_states = true`, with that id and the
credentials of the KDS API, tells Deliverect what is begun (50) and ready for pickup (70): "Update
Order Status" of its KDS API. `tell_stock`, with `account` and the locations as `stores`, tells it
by PLU what is sold out: "Snooze Product by PLU", for a year or until it is on sale again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from kds.records.body import read_json
from kds.records.errors import BadBody, FieldError
from pos_bridge.adapters import signatures, values
from pos_bridge.adapters.adapter import Context, Fetch, Push, Reading
from pos_bridge.adapters.lines import DEEPEST, LineIds, lines_of, name_of, parts_of
from pos_bridge.adapters.status import (
    Calls,
    NotTakenError,
    StatusUpdate,
    Stock,
    reached,
    stock_of,
    stores_told,
)
from pos_bridge.adapters.tickets import Sheet, known_options
from pos_bridge.adapters.values import Doubts, text

_HEADER = "X-Server-Authorization-HMAC-SHA256"
_SERVICES = {1: "pickup", 2: "delivery", 3: "dine_in", 4: "pickup", 5: "drive_thru"}
_CURBSIDE = 4
_DUPLICATE, _READY, _FINALIZED, _AUTO_FINALIZED, _COURIER_GONE, _FAILED = 30, 70, 90, 95, 115, 120
_CANCELS = frozenset({35, 100, 110})
_SNOOZED = timedelta(days=365)
_STATES = {"started": 50, "ready": 70}
_OF_ORDERS = ("items", "orderType", "customer", "payment", "pickupTime")
"""What a report of a status has not: an order whose items are missing is a fault, and shown."""


class Deliverect:
    """Reads Deliverect's webhooks."""

    vendor = "deliverect"
    api = "https://api.deliverect.com"
    options = known_options(
        stores=list,
        cook_unpaid=bool,
        order_id=str,
        account=str,
        tell_states=bool,
        tell_stock=dict,
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Check the HMAC over the raw body."""
        del at  # nothing is signed but the body
        sent = signatures.header_of(push, _HEADER).lower()
        signatures.require(sent, secrets, lambda key: signatures.hmac_hex(key, push.body))

    def read(self, push: Push, context: Context) -> Reading:
        """Return what a webhook says."""
        body, _ = read_json(push.body, push.content_type)
        if isinstance(body, list) and body and all(_is_product(each) for each in body):
            return Reading(ignored="a push of products")
        sheet = Sheet(context=context)
        for entry in body if isinstance(body, list) else [body]:
            if not isinstance(entry, dict):
                raise BadBody([FieldError("", "must be an order")])
            _sort(entry, sheet)
        return sheet.result()

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells Deliverect how far an order is, or of what it has none."""
        if stock := stock_of(update):
            return tuple(_snoozed(update, store, stock) for store in stores_told(update))
        is_recalled = update.type == "order.recalled"
        status = _STATES.get("started" if is_recalled else reached(update, *_STATES))
        if status is None:
            return None
        order = text(update.data["order_id"])
        body = json.dumps({"orderId": order, "status": status})
        path = f"/kds/orderStatus/{quote(order, safe='')}"
        return Fetch(update.id, order, path, "POST", {"Content-Type": "application/json"}, body)


def _snoozed(update: StatusUpdate, store: str, stock: Stock) -> Fetch:
    """Return what hides an item, until a time that is past already where it is on sale.

    Raises `NotTakenError` where the settings do not name the account.
    """
    account = text(update.options.get("account"))
    if not account:
        raise NotTakenError("account is not set in pos.toml", is_final=False)
    at = datetime.fromisoformat(update.at).astimezone(UTC)
    until = at if stock.is_on_sale else at + _SNOOZED
    said = {"account": account, "location": store, "plus": [stock.item]}
    body = json.dumps({**said, "snoozeEnd": f"{until:%Y-%m-%dT%H:%M:%SZ}"})
    return Fetch(update.id, stock.item, "/products/snoozeByPlus", "POST", body=body)


def _is_product(entry: Any) -> bool:
    return isinstance(entry, dict) and "plu" in entry and "items" not in entry


def _sort(said: dict[str, Any], sheet: Sheet) -> None:
    """Put one message where it belongs."""
    status = values.whole(said.get("status"))
    is_order = any(key in said for key in _OF_ORDERS)
    if status is None and not is_order:
        raise BadBody([FieldError("items", "is missing, and so is a status")])
    if sheet.is_elsewhere(said.get("location"), said.get("channelLink"), said.get("posLocationId")):
        return
    if status in _CANCELS:
        sheet.orders.append(_order(said, sheet, cancelled=True))
    elif status is not None and status >= _FAILED:
        _tell_failed(said, status, sheet)
    elif status == _FINALIZED:
        closed = {**_head(said, sheet), "partial": True, "closed": True}
        sheet.amend(closed, "status 90: finished")
    elif (why := _why_ignored(status, is_order=is_order)) is not None:
        sheet.ignore(why)
    else:
        is_unpaid = not values.is_true(said.get("orderIsAlreadyPaid"))
        sheet.take(_order(said, sheet), is_unpaid=is_unpaid)


def _why_ignored(status: int | None, *, is_order: bool) -> str | None:
    if not is_order:
        return f"a report of status {status}"
    if status == _DUPLICATE:
        return "status 30: sent twice"
    if status is not None and _READY <= status < _FINALIZED:
        return f"status {status}: it has left the kitchen"
    return "status 115: the courier's matter" if status == _COURIER_GONE else None


def _tell_failed(said: dict[str, Any], status: int, sheet: Sheet) -> None:
    number = text(values.first(said, "channelOrderDisplayId", "channelOrderId", "orderId", "_id"))
    reason = values.joined(said.get("reason"), said.get("cancellationReason"))
    sheet.ignore(f"status {status}: failed")
    sheet.doubts.show(
        f"订单 {number} 未能送达（状态 {status}）{reason}，请核对",
        f"order {number} has failed (status {status}) {reason}; check it",
    )


# --- one order -----------------------------------------------------------------------------


def _head(said: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Return which order it is, and how new this is."""
    context = sheet.context
    ids = ("channelOrderId", "_id", "orderId")
    if context.options.get("order_id") == "_id":
        ids = ("_id", "orderId", "channelOrderId")
    order_id = text(values.first(said, *ids))
    if not order_id:
        raise values.missing("channelOrderId")
    head: dict[str, Any] = {"source": context.source, "order_id": order_id}
    changed = values.epoch_ms(said.get("_updated"), context.zone)
    if changed is not None:
        is_cancel = values.whole(said.get("status")) in _CANCELS
        head["revision"] = changed + (1 if is_cancel else 0)
    return head


def _order(said: dict[str, Any], sheet: Sheet, *, cancelled: bool = False) -> dict[str, Any]:
    head, doubts = _head(said, sheet), sheet.doubts
    if cancelled and "items" not in said:
        return {**head, "cancelled": True, "partial": True}
    kind = values.whole(said.get("orderType"))
    service = _SERVICES.get(kind or 0)
    if service is None:
        doubts.warn(f"orderType {said.get('orderType')!r} is unknown; taken as takeaway")
    customer = values.obj(said.get("customer"))
    zone = sheet.context.zone
    due = values.iso(said.get("pickupTime"), zone) or values.iso(said.get("deliveryTime"), zone)
    order = {
        **head,
        "number": text(values.first(said, "channelOrderDisplayId", "channelOrderId", "_id")),
        "service": service or "takeaway",
        "channel": "qr" if service == "dine_in" else "delivery",
        "table": text(said.get("table")),
        "guests": values.guests(said.get("numberOfCustomers")),
        "placed_at": values.iso(values.first(said, "placedTime", "_created"), zone),
        "due_at": due,
        "payment": "paid" if values.is_true(said.get("orderIsAlreadyPaid")) else "unpaid",
        "cancelled": cancelled,
        "customer": values.plain(customer.get("name")),
        "note": _note(said, kind),
        "lines": _lines(said.get("items"), doubts),
    }
    if wish := values.words(customer.get("note")):
        order["member"] = {"note": wish}
    return values.without_nothing(order)


def _note(said: dict[str, Any], kind: int | None) -> str:
    """Return the order's note, and what the kitchen must know besides."""
    marks = [
        "测试单 TEST" if values.is_true(said.get("testOrder")) else "",
        "路边取餐 curbside" if kind == _CURBSIDE else "",
    ]
    return values.joined(*marks, values.words(said.get("note")), by=" · ")


def _lines(items: Any, doubts: Doubts) -> list[dict[str, Any]]:
    ids = LineIds()
    lines = []
    for number, item in enumerate(lines_of(items, "items", doubts)):
        name = name_of(item, "kitchenName", "name", "plu", doubts=doubts, place=f"items[{number}]")
        modifiers = _modifiers(item, f"items[{number}]", doubts, 0)
        note = _remarks(item)
        line = {
            "line_id": ids.of(text(item.get("plu")), name, note, modifiers),
            "item_id": text(item.get("plu")),
            "name": name,
            "quantity": values.quantity(item.get("quantity"), name, doubts),
            "note": note,
        }
        lines.append(values.without_nothing(line) | ({"modifiers": modifiers} if modifiers else {}))
    return lines


def _remarks(item: dict[str, Any]) -> str:
    """Return what the guest wrote at an item: `remark` of POS and channel, `note` of commerce."""
    return values.joined(values.words(item.get("remark")), values.words(item.get("note")), by=" · ")


def _modifiers(
    item: dict[str, Any], place: str, doubts: Doubts, depth: int
) -> list[dict[str, Any]]:
    """Return the sub-items, each under its own, and the words at them; a quantity is per parent."""
    made = []
    for sub in parts_of(item.get("subItems"), f"{place}.subItems", doubts):
        name = name_of(sub, "kitchenName", "name", "plu", doubts=doubts, place=f"{place}.subItems")
        inner = _modifiers(sub, f"{place}.subItems", doubts, depth + 1) if depth < DEEPEST else []
        if words := _remarks(sub):
            inner.append(values.modifier(words, kind="note"))
        count = values.quantity(sub.get("quantity"), name, doubts)
        made.append(values.modifier(name, count, inner=inner))
    return made
