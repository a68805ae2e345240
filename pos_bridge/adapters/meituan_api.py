"""Meituan's APIs of both open platforms: requests, their signatures, what answers mean.

Facts: the vendor's SDKs (waimai: `com.opensdk.meituan`, open-shangou.meituan.com/home/docDetail
134, 146, 149, 216; SaaS: MtOpJavaSDK and its Go sister, `ApiMeta` of each request), and the notes
of the vendor's pages as public integrations repeat them.

| waimai (below /api/v1) | SaaS (POST, `businessId` 2) | used for |
|---|---|---|
| order/getOrderDetail | waimai/order/queryById | an order by its id |
| order/getOrderDaySeq, order/getOrderIdByDaySeq | – | what no push has told |
| order/preparationMealComplete | the same | ready 出餐; not for pickup |
| order/confirm | the same | the shop accepts it, where `confirm_orders = true` |
| food/sku/stock (POST) | waimai/dish/updateStock | sold out, so many left, on sale, of `stores` |

SaaS lists only what is not confirmed within five minutes (`queryByEpoids`), in a form that is not
documented: left out. Waimai's `sig` covers values as they are, not percent-encoded (`concatParams`
of the SDK). Items of `tell_stock` are `DISH/SKU`, by the shop's own codes. What is not counted is
`*` on waimai, and on SaaS, where a count has four digits, 9999. Meituan's codes: 600 inside, 702
and 703 who asks; 808 with words. The codes of SaaS, beyond OP_SUCCESS, and the words for an order
that is not there, and for a meal that was told before on SaaS, are unverified.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

from kds.records.errors import BodyError
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Fetch
from pos_bridge.adapters.forms import FORM
from pos_bridge.adapters.signing import Key, Meaning, Request
from pos_bridge.adapters.status import (
    Calls,
    StatusUpdate,
    Stock,
    accepts,
    parts_of,
    reached,
    stock_of,
    stores_told,
)
from pos_bridge.adapters.tickets import Sheet
from pos_bridge.adapters.values import text

API = "https://waimaiopen.meituan.com/api/v1"
SAAS_API = "https://api-open-cater.meituan.com"
SHOP_TIME = timezone(timedelta(hours=8))
_SAAS = "/waimai/"
_DETAIL, _LAST, _BY_NUMBER = "getOrderDetail", "getOrderDaySeq", "getOrderIdByDaySeq"
_READY, _CONFIRM = "preparationMealComplete", "confirm"
_SAAS_DETAIL, _SAAS_WELL = "queryById", "OP_SUCCESS"
_CODES = {"600": 503, "702": 401, "703": 401}
_SAAS_CODES = (("SIGN", 401), ("TOKEN", 401), ("AUTH", 401), ("LIMIT", 429), ("SYSTEM", 503))
_DONE_BEFORE = {_CONFIRM: ("已经确认",), _READY: ("已完成备货", "已完成出餐")}
_TOO_EARLY = "分钟内不能"
"""Of a meal that is ready within a minute of being accepted."""

_NO_ORDER = ("订单", "不存在")
_SAAS_MOST = 9999


# --- what is asked for ---------------------------------------------------------------------


def is_saas(options: Mapping[str, Any]) -> bool:
    """Say whether the settings name the SaaS platform (技术服务合作中心)."""
    return options.get("platform") == "saas"


def _call(need: str, key: str, action: str, fields: Mapping[str, str], **about: Any) -> Fetch:
    return Fetch(need, key, f"/order/{action}?{urlencode(fields)}", about=about)


def _of_order(
    need: str, order_id: str, action: str, options: Mapping[str, Any], **about: Any
) -> Fetch:
    """Return a request about one order, to whichever platform."""
    if not is_saas(options):
        return _call(need, order_id, action, {"order_id": order_id}, **about)
    path = f"{_SAAS}order/{action}?{urlencode({'orderId': order_id})}"
    return Fetch(need, order_id, path, "POST", about=about)


def the_order(order_id: str, need: str, options: Mapping[str, Any], **about: Any) -> Fetch:
    """Return what reads an order. `need`: what for; `about`: for the reading."""
    action = _SAAS_DETAIL if is_saas(options) else _DETAIL
    return _of_order(f"{order_id}:{need}", order_id, action, options, **about)


def last_numbers(since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
    """Return what reads the number of the day's last order, of each of `stores`.

    From there orders are read backwards until one is older than `since`. Yesterday's last number
    can not be asked for.
    """
    if is_saas(context.options):
        return ()
    day = f"{until.astimezone(SHOP_TIME):%Y%m%d}"
    return tuple(
        _call(store, store, _LAST, {"app_poi_code": store}, day=day, since=since.isoformat())
        for store in sorted(Sheet(context=context).stores)
    )


def by_number(store: str, number: int, walk: Fetch) -> Fetch | None:
    """Return what reads the id of a store's order by its number of the day; None: there is none."""
    if number < 1:
        return None
    day = text(walk.about.get("day"))
    fields = {"app_poi_code": store, "date_time": day, "day_seq": str(number)}
    about = {"day": day, "since": walk.about.get("since"), "store": store, "number": number}
    return _call(f"{store}:{day}:{number}", store, _BY_NUMBER, fields, **about)


def walked_to(order_id: str, walk: Fetch) -> Fetch:
    """Return what reads an order whose id was asked for by its number."""
    return the_order(order_id, "walk", {}, **walk.about)


def before(walk: Fetch) -> Fetch | None:
    """Return what reads the id of the order before the one of `walk`; None: there is none."""
    number = values.whole(walk.about.get("number"))
    return None if number is None else by_number(text(walk.about.get("store")), number - 1, walk)


def since_of(walk: Fetch) -> datetime | None:
    """Return back to when orders are read; None: it is of one order."""
    return values.when(walk.about.get("since"), UTC)


def told(update: StatusUpdate) -> Calls:
    """Return what tells the vendor of stock, or that an order is accepted or ready.

    Raises `NotTakenError` for an item that the settings do not name as the platform does, and
    where they name no store.
    """
    stock = stock_of(update)
    if stock is not None:
        make = _saas_stock if is_saas(update.options) else _waimai_stock
        return tuple(make(update.id, stock, store) for store in stores_told(update))
    order, options = text(update.data.get("order_id")), update.options
    if not (order.isascii() and order.isdigit()):  # a voucher has another id
        return None
    is_ready = update.data.get("service") != "pickup" and reached(update, "ready")
    actions = (*([_CONFIRM] if accepts(update) else ()), *([_READY] if is_ready else ()))
    calls = tuple(_of_order(update.id, order, action, options) for action in actions)
    return calls or None


def _waimai_stock(need: str, stock: Stock, store: str) -> Fetch:
    dish, sku = parts_of(stock.item)
    count = "*" if stock.left is None else _count(stock.left)
    said = [{"app_food_code": dish, "skus": [{"sku_id": sku, "stock": count}]}]
    fields = {"app_poi_code": store, "food_data": _json(said)}
    return Fetch(need, stock.item, f"/food/sku/stock?{urlencode(fields)}", "POST")


def _saas_stock(need: str, stock: Stock, store: str) -> Fetch:
    dish, sku = parts_of(stock.item)
    count = _SAAS_MOST if stock.left is None else min(_SAAS_MOST, int(_count(stock.left)))
    said = [{"eDishCode": dish, "skus": [{"skuId": sku, "stock": count}]}]
    fields = {"ePoiId": store, "dishSkuStocks": _json(said)}
    return Fetch(need, stock.item, f"{_SAAS}dish/updateStock?{urlencode(fields)}", "POST")


def _count(left: float) -> str:
    return str(max(0, int(left)))


# --- how it is asked -----------------------------------------------------------------------


def waimai_signatures(address: str, fields: Mapping[str, str], secret: str) -> list[str]:
    """Return the signatures that fit: public codes sign values as they are, or as they are sent."""
    plain = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    encoded = "&".join(f"{name}={quote_plus(fields[name])}" for name in sorted(fields))
    signed = (f"{address}?{each}{secret}" for each in (plain, encoded))
    return [hashlib.md5(each.encode(), usedforsecurity=False).hexdigest() for each in signed]


def saas_signature(fields: Mapping[str, str], secret: str) -> str:
    """Return the signature over all fields that are not empty."""
    joined = "".join(f"{name}{fields[name]}" for name in sorted(fields) if fields[name])
    return hashlib.sha1(f"{secret}{joined}".encode(), usedforsecurity=False).hexdigest()


def signed(fetch: Fetch, key: Key, at: datetime) -> Request:
    """Return the request, as `Signing.signed`; neither platform wants a nonce."""
    path, _, query = fetch.path.partition("?")
    fields, stamp = dict(parse_qsl(query)), str(int(at.timestamp()))
    if path.startswith(_SAAS):
        return _saas_request(path, fields, key, stamp)
    address, ours = key.base + path, {"app_id": key.id, "timestamp": stamp}
    sig, _ = waimai_signatures(address, {**fields, **ours}, key.secret)
    if fetch.method == "POST":  # who asks stands in the address, what in the form; both are signed
        url = f"{address}?{urlencode(ours)}&sig={sig}"
        return Request("POST", url, {"Content-Type": FORM}, urlencode(fields))
    return Request("GET", f"{address}?{urlencode(sorted({**fields, **ours}.items()))}&sig={sig}")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _saas_request(path: str, fields: Mapping[str, str], key: Key, stamp: str) -> Request:
    base = SAAS_API if key.base == API else key.base  # the settings name none
    form = {
        "appAuthToken": key.token,
        "biz": _json(fields),
        "businessId": "2",
        "charset": "UTF-8",
        "developerId": key.id,
        "timestamp": stamp,
        "version": "2",
    }
    form["sign"] = saas_signature(form, key.secret)
    return Request("POST", base + path, {"Content-Type": FORM}, urlencode(form))


# --- what it answers -----------------------------------------------------------------------


def meaning(fetch: Fetch, body: bytes) -> Meaning:
    """Return what an answer means: it is HTTP 200 also where it holds an `error`."""
    try:
        said = values.json_object(body)
    except BodyError as error:
        return Meaning(502, str(error))
    code, words = _fault(said)
    if not code:
        is_answer = said.get("data") is not None or "code" in said
        return Meaning(200) if is_answer else Meaning(502, "it holds no data")
    why = f"{code}: {words}"
    action = fetch.path.partition("?")[0].rpartition("/")[2]
    if any(each in words for each in _DONE_BEFORE.get(action, ())):
        return Meaning(200, why)
    if _TOO_EARLY in words:
        return Meaning(425, why)
    status = _CODES.get(code) or next((s for part, s in _SAAS_CODES if part in code), 400)
    if status == 400 and "number" in fetch.about:
        return Meaning(200, why)  # there is none of this number: the one before may be there
    is_of_order = action in {_DETAIL, _SAAS_DETAIL}
    is_missing = status == 400 and is_of_order and all(each in words for each in _NO_ORDER)
    return Meaning(404 if is_missing else status, why)


def _fault(said: Mapping[str, Any]) -> tuple[str, str]:
    """Return code and words of what is wrong, "" and "" where nothing is."""
    fault = said.get("error")
    if fault or text(said.get("data")).lower() == "ng":
        words = text(values.first(fault, "msg", "message")) or text(fault)
        return text(values.at(fault, "code")) or "ng", words
    code = text(said.get("code"))
    is_well = code in {"", _SAAS_WELL}
    return ("", "") if is_well else (code, text(values.first(said, "msg", "message")))


def data_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object that an answer holds: public codes have it bare, in text, or in a list."""
    data = values.unwrapped(said.get("data"))
    if isinstance(data, list):
        data = data[0] if data else None
    return values.obj(data)


def is_of(fetch: Fetch) -> str:
    """Return which reading an answer is for: "last", "number" or "order"."""
    action = fetch.path.partition("?")[0].rpartition("/")[2]
    return {_LAST: "last", _BY_NUMBER: "number"}.get(action, "order")
