"""Toast's API: its login, which orders have changed, and the stock of its items.

As `toast.py` shows. Each request names the restaurant that it is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from kds.records.body import read_json
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Reading
from pos_bridge.adapters.lines import parts_of
from pos_bridge.adapters.signing import Key, Request
from pos_bridge.adapters.status import StatusUpdate, Stock, stock_of, stores_told
from pos_bridge.adapters.tickets import Sheet
from pos_bridge.adapters.toast_orders import take_order
from pos_bridge.adapters.values import obj

_RESTAURANT = "Toast-Restaurant-External-ID"
_PAGE = 100
_STOCK = "/stock/v1/inventory/update"


# --- login ---------------------------------------------------------------------------------


def token_request(url: str, key: Key) -> Request:
    """Return the request for a token: JSON, not the form of OAuth."""
    said = {
        "clientId": key.id,
        "clientSecret": key.secret,
        "userAccessType": "TOAST_MACHINE_CLIENT",
    }
    return Request("POST", url, {"Content-Type": "application/json"}, json.dumps(said))


def token_in(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the token of an answer by the usual names."""
    token = obj(answer.get("token"))
    lasts = {"expires_in": token["expiresIn"]} if "expiresIn" in token else {}
    return {"access_token": token["accessToken"], **lasts}


# --- what was missed -----------------------------------------------------------------------


def all_orders(since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
    """List the orders of `stores`, the restaurants' GUIDs, by when they were modified."""
    start, end = (f"{each.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000+0000}" for each in (since, until))
    between = {"startDate": start, "endDate": end}
    return tuple(_listing(store, between, 1) for store in sorted(Sheet(context=context).stores))


def _listing(store: str, between: Mapping[str, str], page: int) -> Fetch:
    path = f"/orders/v2/ordersBulk?{urlencode({**between, 'pageSize': _PAGE, 'page': page})}"
    about = {"store": store, "between": dict(between), "page": page}
    return Fetch(f"{store} {path}", "catch up", path, headers={_RESTAURANT: store}, about=about)


def listed(fetched: Fetched, context: Context) -> Reading:
    """Read a page of orders, and ask for the next where this one is full."""
    value, _ = read_json(fetched.body, fetched.content_type)
    sheet, about = Sheet(context=context), fetched.fetch.about
    found = parts_of(value, "orders", sheet.doubts)
    for each in found:
        take_order(each, sheet)
    if len(found) >= _PAGE:
        sheet.fetch.append(_listing(about["store"], about["between"], about["page"] + 1))
    sheet.ignore("nothing has changed")
    return sheet.result()


# --- what is told --------------------------------------------------------------------------


def calls(update: StatusUpdate) -> Iterator[Fetch]:
    """Yield what tells each restaurant of its stock."""
    stock = stock_of(update)
    if stock is None:
        return
    body = json.dumps([_inventory(stock)])
    for store in stores_told(update):
        yield Fetch(update.id, stock.item, _STOCK, "PUT", {_RESTAURANT: store}, body)


def _inventory(stock: Stock) -> dict[str, Any]:
    """Return an item's stock; ids that are numbers are those of several restaurants in common."""
    item = {"multiLocationId" if stock.item.isdecimal() else "guid": stock.item}
    if stock.left is not None and stock.left > 0:
        return {**item, "status": "QUANTITY", "quantity": stock.left}
    return {**item, "status": "IN_STOCK" if stock.is_on_sale else "OUT_OF_STOCK"}
