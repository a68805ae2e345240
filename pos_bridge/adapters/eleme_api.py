"""Ele.me's open API, the "nop" protocol 1.0.0: requests, their signature, what answers mean.

Facts: the vendor's page "API调用协议签名算法" (with the example that the tests repeat), its SDKs
(`OrderService`, `RpcClient`, `OAuthClient`: actions, parameters, codes of errors), and a public
integration (the words of an order that was accepted before).

| action | used for |
|---|---|
| `eleme.order.getOrder` | an order by its id |
| `eleme.order.getAllOrders` (shop, day, page of at most 50) | what no push has told |
| `eleme.order.setOrderPrepared` 已出餐, of orders that the platform's couriers fetch | ready |
| `eleme.order.confirmOrderLite` | the shop accepts it, where `confirm_orders = true` |
| `eleme.product.item.batchUpdateStock` (a count by spec) | sold out, so many left |
| `eleme.product.item.batchFillStock` | on sale again |
| `eleme.order.mgetOrders`, `getUnprocessOrders` | nothing that the others do not tell |
| `eleme.message.getNonReachedOMessages` | left out: whether it tells one twice is not documented |
| `eleme.product.item.clearAndTimingMaxStock` | left out: open to some shops only |

Items of `tell_stock` are `ITEM/SPEC`, by the platform's numbers. An app that many shops authorise
has a token of each shop, which is refreshed elsewhere: it is `api_token`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

from kds.records.errors import BodyError
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Fetch
from pos_bridge.adapters.eleme_orders import SHOP_TIME
from pos_bridge.adapters.forms import FORM
from pos_bridge.adapters.signing import Key, Meaning, Request
from pos_bridge.adapters.status import (
    Calls,
    NotTakenError,
    StatusUpdate,
    Stock,
    accepts,
    parts_of,
    reached,
    stock_of,
)
from pos_bridge.adapters.tickets import Sheet
from pos_bridge.adapters.values import text

API = "https://open-api.shop.ele.me"
PAGE = 50
_LAST_PAGE = 100
_PATH = "/api/v1/"
_ORDER, _ORDERS = "eleme.order.getOrder", "eleme.order.getAllOrders"
_PREPARED, _CONFIRM = "eleme.order.setOrderPrepared", "eleme.order.confirmOrderLite"
_STOCK, _FILL = "eleme.product.item.batchUpdateStock", "eleme.product.item.batchFillStock"
_MEANINGS = {
    "UNAUTHORIZED": 401,
    "INVALID_SIGNATURE": 401,
    "INVALID_TIMESTAMP": 401,
    "EXCEED_LIMIT": 429,
    "SERVER_ERROR": 503,
}
"""The codes that are about us or about the vendor; any other is about what was asked for."""

_DONE_BEFORE = {_CONFIRM: ("已确认", "已接单"), _PREPARED: ("已出餐",)}
"""Words of an answer to what somebody has done already; those about 出餐, 接单: unverified."""

_NO_ORDER = ("订单", "不存在")
"""Unverified: how the vendor words that there is no such order."""


# --- what is asked for ---------------------------------------------------------------------


def _call(need: str, key: str, action: str, params: Mapping[str, Any], **about: Any) -> Fetch:
    said = {"action": action, "params": dict(params), **about}
    return Fetch(need, key, f"/{action}/{key}", "POST", about=said)


def the_order(order_id: str, need: str, **about: Any) -> Fetch:
    """Return what reads an order. `need`: what for; `about`: for the reading."""
    return _call(f"{order_id}:{need}", order_id, _ORDER, {"orderId": order_id}, **about)


def all_orders(since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
    """Return what reads the orders of the days from `since` to `until`, of each of `stores`."""
    first, last = (each.astimezone(SHOP_TIME).date() for each in (since, until))
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    shops = map(values.whole, sorted(Sheet(context=context).stores))
    return tuple(
        _page(shop, day.isoformat(), 1, since.isoformat())
        for shop in shops
        if shop is not None
        for day in days
    )


def _page(shop: int, day: str, number: int, since: str) -> Fetch:
    params = {"shopId": shop, "pageNo": number, "pageSize": PAGE, "date": day}
    return _call(f"{shop}:{day}:{number}", str(shop), _ORDERS, params, since=since)


def next_page(fetch: Fetch) -> Fetch | None:
    """Return what reads the page after that of `fetch`; None: there is none."""
    said = fetch.about["params"]
    number = said["pageNo"] + 1
    if number > _LAST_PAGE:
        return None
    return _page(said["shopId"], said["date"], number, fetch.about["since"])


def told(update: StatusUpdate) -> Calls:
    """Return what tells the vendor of stock, or that an order is accepted or ready.

    Raises `NotTakenError` for an item that the settings do not name as the platform does.
    """
    stock = stock_of(update)
    if stock is not None:
        return _stock_call(update.id, stock)
    is_ready = reached(update, "ready")
    actions = (*([_CONFIRM] if accepts(update) else ()), *([_PREPARED] if is_ready else ()))
    order = text(update.data.get("order_id"))
    calls = tuple(_call(update.id, order, action, {"orderId": order}) for action in actions)
    return calls or None


def _stock_call(need: str, stock: Stock) -> Fetch:
    item, spec = map(values.whole, parts_of(stock.item))
    if item is None or spec is None:
        raise NotTakenError(f"tell_stock: {stock.item!r} must be two numbers")
    if stock.left is None:
        listed = [{"itemId": item, "itemSpecIds": [spec]}]
        return _call(need, stock.item, _FILL, {"specIds": listed})
    return _call(need, stock.item, _STOCK, {"stockMap": {str(spec): max(0, int(stock.left))}})


# --- how it is asked -----------------------------------------------------------------------


def json_of(value: Any) -> str:
    """Return a value as the JSON that is signed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def signature(action: str, fields: Mapping[str, Any], key: Key) -> str:
    """Return the signature over an action and its fields, those of `metas` among them."""
    listed = "".join(f"{name}={json_of(fields[name])}" for name in sorted(fields))
    signed = f"{action}{key.token}{listed}{key.secret}"
    return hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest().upper()


def signed(fetch: Fetch, key: Key, at: datetime, nonce: str) -> Request:
    """Return the request, as `Signing.signed`."""
    action, params = fetch.about["action"], fetch.about["params"]
    metas = {"app_key": key.id, "timestamp": int(at.timestamp())}
    said = {
        "nop": "1.0.0",
        "id": f"{nonce.upper()}|{int(at.timestamp() * 1000)}",
        "action": action,
        "token": key.token,
        "metas": metas,
        "params": params,
        "signature": signature(action, {**metas, **params}, key),
    }
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Request("POST", key.base + _PATH, headers, json_of(said))


def token_request(url: str, key: Key) -> Request:
    """Return the request for a token of the client's own, by HTTP Basic (RFC 6749 2.3.1)."""
    pair = f"{quote_plus(key.id)}:{quote_plus(key.secret)}"
    basic = base64.b64encode(pair.encode()).decode()
    headers = {"Content-Type": FORM, "Authorization": f"Basic {basic}"}
    return Request("POST", url, headers, urlencode({"grant_type": "client_credentials"}))


def meaning(fetch: Fetch, body: bytes) -> Meaning:
    """Return what an answer means: it is HTTP 200 also where it holds an `error`."""
    try:
        said = values.json_object(body)
    except BodyError as error:
        return Meaning(502, str(error))
    fault = said.get("error")
    if not fault:
        return Meaning(200) if "result" in said else Meaning(502, "neither result nor error")
    code, message = text(values.at(fault, "code")), text(values.at(fault, "message"))
    why = f"{code}: {message}" if code else json_of(fault)
    action = text(fetch.about.get("action"))
    if any(words in message for words in _DONE_BEFORE.get(action, ())):
        return Meaning(200, why)
    status = _MEANINGS.get(code, 400)
    is_missing = status == 400 and action == _ORDER and all(each in message for each in _NO_ORDER)
    return Meaning(404 if is_missing else status, why)


def since_of(fetch: Fetch) -> datetime | None:
    """Return from when on a list was asked for; None: it is of one order."""
    return values.when(fetch.about.get("since"), UTC)
