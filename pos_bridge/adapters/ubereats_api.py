"""Uber Eats' API: which orders a store has, and what it is told, as `ubereats.py` shows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Reading
from pos_bridge.adapters.lines import parts_of
from pos_bridge.adapters.status import (
    Calls,
    StatusUpdate,
    Stock,
    accepts,
    check_taken,
    reached,
    stock_of,
    stores_told,
)
from pos_bridge.adapters.tickets import Sheet
from pos_bridge.adapters.values import at, first, obj, text

SCHEDULED = "orders.scheduled.notification"
_PATH = "/v2/eats/order/{id}"
_PAGE = 50
_BEFORE = timedelta(hours=3)
"""The list goes by when orders were placed: one from so long before may be cancelled now."""

_OVER = frozenset({"SUCCEEDED", "HANDED_OFF", "COMPLETED"})
_UNDECIDED = frozenset({"CREATED", "OFFERED"})
_FOR_EVER = 8_640_000_000
"""As the vendor's own example of an item that is out of stock has it."""


def path_of(number: str, options: Mapping[str, Any]) -> str:
    """Return where an order is read."""
    return (text(options.get("order_path")) or _PATH).replace("{id}", quote(number, safe=""))


# --- what was missed -----------------------------------------------------------------------


def all_orders(since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
    """List the orders of `stores`, a page each."""
    start, end = (f"{each.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for each in (since - _BEFORE, until))
    between = {"start_time": start, "end_time": end}
    about = {"since": since.isoformat(), "between": between}
    stores = sorted(Sheet(context=context).stores)
    return tuple(_listing({**about, "store": store}) for store in stores)


def _listing(about: Mapping[str, Any], page: str = "") -> Fetch:
    asked = {**about["between"], "page_size": _PAGE} | ({"next_page_token": page} if page else {})
    path = f"/v1/delivery/store/{quote(about['store'], safe='')}/orders?{urlencode(asked)}"
    return Fetch(path, "catch up", path, about=about)


def listed(fetched: Fetched, context: Context) -> Reading:
    """Ask for each order on a page that the kitchen has not, and for the next page."""
    value = values.json_object(fetched.body, fetched.content_type)
    sheet, about = Sheet(context=context), fetched.fetch.about
    since = datetime.fromisoformat(about["since"])
    for each in parts_of(value.get("data"), "data", sheet.doubts):
        _sort(obj(each.get("order")) or each, since, sheet)
    if page := text(at(value, "pagination_data", "next_page_token")):
        sheet.fetch.append(_listing(about, page))
    sheet.ignore("nothing has changed")
    return sheet.result()


def _sort(order: dict[str, Any], since: datetime, sheet: Sheet) -> None:
    """Ask for an order that was placed since; of an older one only a cancel is of interest."""
    number, state = text(order.get("id")), text(order.get("state")).upper()
    placed = values.when(first(order, "created_time", "placed_at"), sheet.context.zone)
    if not number:
        raise values.missing("data[].order.id")
    if state == "FAILED":
        sheet.amend(sheet.cancel(number), "the order has failed")
    elif state not in _OVER and (placed is None or placed >= since):
        is_later = text(order.get("status")).upper() == "SCHEDULED"
        about = {"event": SCHEDULED if is_later else ""}
        path = path_of(number, sheet.context.options)
        sheet.fetch.append(Fetch(f"{number}:missed", number, path, about=about, unless_known=True))


# --- what is told --------------------------------------------------------------------------


def calls(update: StatusUpdate) -> Iterator[Fetch]:
    """Yield what tells `update`."""
    if stock := stock_of(update):
        for store in stores_told(update):
            yield _item(update, store, stock)
        return
    number = text(update.data.get("order_id"))
    if accepts(update):
        yield Fetch(update.id, number, path_of(number, update.options), about={"is_look": True})
    if reached(update, "ready"):
        yield _post(update, number, f"/v1/delivery/order/{quote(number, safe='')}/ready", {})


def follow(update: StatusUpdate, answered: Fetched) -> Calls:
    """Return what accepts the order, where it is not accepted yet."""
    check_taken(update, answered)
    if not answered.fetch.about.get("is_look"):
        return None
    value = values.json_object(answered.body, answered.content_type)
    order = obj(value.get("order")) or value
    if text(first(order, "current_state", "state")).upper() not in _UNDECIDED:
        return None
    number = answered.fetch.key
    path = f"/v1/eats/orders/{quote(number, safe='')}/accept_pos_order"
    return _post(update, number, path, {"reason": "accepted"})


def _item(update: StatusUpdate, store: str, stock: Stock) -> Fetch:
    gone = {"suspend_until": _FOR_EVER, "reason": "sold out"}
    said = {"suspension_info": {"suspension": None if stock.is_on_sale else gone}}
    place = f"{quote(store, safe='')}/menus/items/{quote(stock.item, safe='')}"
    return _post(update, stock.item, f"/v2/eats/stores/{place}", said)


def _post(update: StatusUpdate, key: str, path: str, said: Mapping[str, Any]) -> Fetch:
    return Fetch(update.id, key, path, "POST", body=json.dumps(said))
