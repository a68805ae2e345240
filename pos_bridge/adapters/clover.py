"""Clover: thin webhooks, the order is read by its API.

From docs.clover.com (webhooks, orders, REST reference) and orders of merchants.

| object of an event | here |
|---|---|
| `O` (order) `CREATE`, `UPDATE` | handled: `GET /v3/merchants/{id}/orders/{id}` with its lines |
| `O` (order) `DELETE` | void |
| `P` payments, `CA` cash, `C` customers, `E` employees, `SH` shifts | ignored: not orders |
| `I`, `IC`, `IG`, `IM` inventory, `M` merchant, `A` app | ignored: no orders |
| `verificationCode` | ignored, and the code told: it is typed into the developer dashboard |
| an order, or `{"elements": [orders]}` as the API answers | handled |
| any other | a card |

| state | here |
|---|---|
| `open`, `locked` (paid) | cooked |
| none: still being built and hidden | held |
| `deletedTimestamp` | void |
| line `refunded`, `exchanged` | void |
| `paymentState` `OPEN`, `PARTIALLY_PAID`, `PAID`, `REFUNDED`, `CREDITED`, … | as payment |

Each unit is a line of its own and stays one. `unitQty` counts thousandths of `unitName`. Lines that
were taken away are not in the order any more. A `title` is typed freely: it is the number where it
is short, else part of the note. `order_types` in the options says `"To Go" = "takeaway"`.

Revision: `modifiedTime` (ms); duplicates ask once per `ts`.
Signature: none; `X-Clover-Auth` holds a fixed code, and the order is read by the API in any case.

| told | by |
|---|---|
| states of orders | nothing: the API has none that a kitchen knows |
| sold out, on sale (`tell_stock`) | `POST /v3/merchants/{id}/items/{item}`: `available` |

A count is not told: `available` says whether there is any. Facts: docs.clover.com, "Manage item
availability".

Missed pushes: the merchant's orders by `modifiedTime`, where `stores` names the merchants.
Unverified: whether `title` always survives a table transfer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from kds.records.body import read_json
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.lines import lines_of, name_of, parts_of
from pos_bridge.adapters.signatures import header_of, require_one
from pos_bridge.adapters.status import Calls, StatusUpdate, stock_of, stores_told
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

_EXPAND = (
    "lineItems,lineItems.modifications,lineItems.item,lineItems.item.categories,"
    "customers,orderType,employee"
)
_NO_ORDERS = frozenset({"P", "CA", "C", "E", "SH", "I", "IC", "IG", "IM", "M", "A"})
_PAYMENTS = {
    "OPEN": "unpaid",
    "PARTIALLY_PAID": "partial",
    "PAID": "paid",
    "PARTIALLY_REFUNDED": "paid",
    "REFUNDED": "refunded",
    "CREDITED": "refunded",
}
_LONGEST_NUMBER = 24
_PAGE = 100


class Clover:
    """Reads what Clover sends, and what its API answers."""

    vendor = "clover"
    api = "https://api.clover.com"
    options = known_options(stores=list, cook_unpaid=bool, order_types=dict, tell_stock=dict)

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Check the fixed code; nothing signs the body."""
        require_one(header_of(push, "x-clover-auth"), secrets)

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook, or an order that somebody passes on."""
        return _read(push.body, push.content_type, context)

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """List the orders of `stores` by when they were modified."""
        first_ms, last_ms = (int(each.timestamp() * 1000) for each in (since, until))
        between = f"filter=modifiedTime%3E%3D{first_ms}&filter=modifiedTime%3C%3D{last_ms}"
        stores = sorted(Sheet(context=context).stores)
        return tuple(_listing(store, between, 0) for store in stores)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Read the API's answer; an order that is gone is void if the kitchen has it."""
        if "store" in fetched.fetch.about:
            return _listed(fetched, context)
        if fetched.status in (404, 410):
            sheet = Sheet(context=context)
            sheet.amend(sheet.cancel(fetched.fetch.key), "Clover has no such order any more")
            return sheet.result()
        return _read(fetched.body, fetched.content_type, context)

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells each of `stores` whether an item can be sold."""
        stock = stock_of(update)
        if stock is None:
            return None
        body, item = json.dumps({"available": stock.is_on_sale}), quote(stock.item, safe="")
        places = (f"/v3/merchants/{quote(s, safe='')}/items/{item}" for s in stores_told(update))
        return tuple(Fetch(update.id, stock.item, p, "POST", body=body) for p in places)


def _listing(store: str, between: str, offset: int) -> Fetch:
    path = f"/v3/merchants/{quote(store, safe='')}/orders?{between}&expand={_EXPAND}"
    about = {"store": store, "between": between, "offset": offset}
    page = f"{path}&limit={_PAGE}&offset={offset}"
    return Fetch(page, "catch up", page, about=about)


def _listed(fetched: Fetched, context: Context) -> Reading:
    """Read a page of orders, and ask for the next where this one is full."""
    value = values.json_object(fetched.body, fetched.content_type)
    sheet, about = Sheet(context=context), fetched.fetch.about
    found = parts_of(_inside(value), "orders", sheet.doubts)
    for each in found:
        _take_order(each, sheet)
    if len(found) >= _PAGE:
        sheet.fetch.append(_listing(about["store"], about["between"], about["offset"] + _PAGE))
    sheet.ignore("nothing has changed")
    return sheet.result()


def _read(body: bytes, content_type: str, context: Context) -> Reading:
    value, _ = read_json(body, content_type)
    sheet = Sheet(context=context)
    if isinstance(value, dict) and "verificationCode" in value:
        sheet.ignore(f"the code for the developer dashboard is {text(value['verificationCode'])}")
    elif isinstance(value, dict) and "merchants" in value:
        _take_events(value["merchants"], sheet)
    else:
        for each in lines_of(_inside(value), "orders", sheet.doubts):
            _take_order(each, sheet)
    return sheet.result()


# --- webhooks ------------------------------------------------------------------------------


def _take_events(merchants: Any, sheet: Sheet) -> None:
    for merchant, events in obj(merchants).items():
        if sheet.is_elsewhere(merchant):
            continue
        for event in parts_of(events, f"merchants.{merchant}", sheet.doubts):
            _take_event(merchant, event, sheet)


def _take_event(merchant: str, event: dict[str, Any], sheet: Sheet) -> None:
    kind, _, number = text(event.get("objectId")).partition(":")
    what = text(event.get("type")).upper()
    if kind in _NO_ORDERS and number:
        sheet.ignore(f"{kind} {what}: not an order")
    elif kind != "O" or not number:
        raise values.missing(f"merchants.{merchant}[].objectId")
    elif what == "DELETE":
        zone = sheet.context.zone
        revision = values.epoch_ms(event.get("ts"), zone)
        sheet.orders.append(sheet.cancel(number, revision=revision))
    else:
        place = f"/v3/merchants/{quote(merchant, safe='')}/orders/{quote(number, safe='')}"
        need = f"{number}:{what}:{text(event.get('ts'))}"
        sheet.fetch.append(Fetch(need, number, f"{place}?expand={_EXPAND}"))


# --- orders --------------------------------------------------------------------------------


def _take_order(order: dict[str, Any], sheet: Sheet) -> None:
    if not any(name in order for name in ("lineItems", "state", "createdTime", "total", "title")):
        raise values.missing("lineItems")
    if sheet.is_elsewhere(at(order, "merchant", "id")):
        return
    made = _order(order, sheet)
    if values.whole(order.get("deletedTimestamp")):
        made["cancelled"] = True
    if not made["lines"] and is_true(order.get("manualTransaction")):
        sheet.amend(made, "an amount without dishes")
        return
    if not text(order.get("state")):
        made = held(made)
        sheet.doubts.warn("the order has no state: it is still being built")
    sheet.take(made, is_unpaid=made.get("payment") == "unpaid")


def _order(order: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    doubts, zone = sheet.doubts, sheet.context.zone
    found = text(order.get("id"))
    number = order_id(found, order, doubts)
    items = _line_items(order, doubts)
    title = text(order.get("title"))
    is_number = bool(title) and len(title) <= _LONGEST_NUMBER
    label = text(first(obj(order.get("orderType")), "label", "name"))
    made = sheet.order(
        number,
        revision=values.epoch_ms(order.get("modifiedTime"), zone),
        number=title if is_number else tail(found),
        service=service_of(label, sheet.context.options.get("order_types")),
        server=text(at(order, "employee", "name")),
        placed_at=values.iso(first(order, "clientCreatedTime", "createdTime"), zone),
        payment=_PAYMENTS.get(text(order.get("paymentState")).upper()),
        customer=_customer(order, doubts),
        note=joined("" if is_number else title, order.get("note"), by="\n"),
    )
    lines = [_line(each, doubts) for each in items if not is_true(each.get("isOrderFee"))]
    made["lines"] = numbered(lines)
    return made


def _inside(value: Any) -> Any:
    """Return what Clover wraps as `{"elements": […]}`."""
    return value["elements"] if isinstance(value, dict) and "elements" in value else value


def _line_items(order: dict[str, Any], doubts: Doubts) -> list[dict[str, Any]]:
    """Return the lines; a list without the wrapper must hold some, and nothing else."""
    value = order.get("lineItems")
    is_bare = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
    if not is_bare and not (isinstance(value, dict) and "elements" in value):
        raise values.missing("lineItems.elements")
    return lines_of(_inside(value), "lineItems", doubts)


def _customer(order: dict[str, Any], doubts: Doubts) -> str:
    people = parts_of(_inside(order.get("customers")), "customers", doubts)
    names = (joined(each.get("firstName"), each.get("lastName")) for each in people)
    return joined(*names, by=", ")


# --- lines ---------------------------------------------------------------------------------


def _line(item: dict[str, Any], doubts: Doubts) -> dict[str, Any]:
    name = name_of(item, "name", "alternateName", doubts=doubts)
    is_void = is_true(item.get("refunded")) or is_true(item.get("exchanged"))
    inside = obj(item.get("item"))
    categories = parts_of(_inside(inside.get("categories")), "categories", doubts)
    modifications = parts_of(_inside(item.get("modifications")), "modifications", doubts)
    return line(
        item.get("id"),
        name,
        _amount(item, name, doubts),
        item_id=text(inside.get("id")),
        category=next(filter(None, (text(each.get("name")) for each in categories)), ""),
        unit=text(item.get("unitName")),
        note=text(item.get("note")),
        state="void" if is_void else None,
        modifiers=[_modifier(each, doubts) for each in modifications] or None,
    )


def _modifier(item: dict[str, Any], doubts: Doubts) -> dict[str, Any]:
    name = text(first(item, "name", "alternateName")) or text(at(item, "modifier", "name"))
    return choice(name, item.get("quantity"), doubts)


def _amount(item: dict[str, Any], name: str, doubts: Doubts) -> str:
    """Return how much of a dish: its weight in thousandths, else one."""
    if item.get("unitQty") in (None, "") and item.get("quantity") not in (None, ""):
        return values.quantity(item["quantity"], name, doubts)
    sent = item.get("unitQty")
    thousandths = values.whole(sent)
    if thousandths is not None:
        return values.quantity(Decimal(thousandths) / 1000, name, doubts)
    return "1" if sent in (None, "") else values.quantity(sent, name, doubts)
