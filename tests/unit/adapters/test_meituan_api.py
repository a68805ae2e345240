"""Meituan's APIs: signatures, what is asked for, what their answers mean and say."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters import meituan_api
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Reading
from pos_bridge.adapters.meituan import Meituan
from pos_bridge.adapters.signing import Key, Meaning
from pos_bridge.adapters.status import NotTakenError, StatusUpdate
from tests.unit.adapters.mutations import AT, ZONE, survives
from tests.unit.adapters.reads import amendment, answered, order
from tests.unit.adapters.test_meituan import changed, form

MEITUAN, NUMBER = Meituan(), "900719925474099312"
ONE = meituan_api.the_order(NUMBER, "missed", {})
SAAS = {"platform": "saas"}
MADE = datetime.fromtimestamp(1795255800, UTC)
STAMP = datetime.fromtimestamp(1795255900, UTC)


def pushed(fields: dict[str, Any], **options: Any) -> Reading:
    """Read a push where the API may be asked."""
    return MEITUAN.read(form(fields), Context("shop-1", ZONE, AT, options, may_ask=True))


def asked(data: Any, fetch: Fetch = ONE, **options: Any) -> Reading:
    """Return what is made of an answer that went well."""
    return answered(MEITUAN, {"data": data}, fetch, **options)


def walk(since: datetime = MADE) -> Fetch:
    """Return what begins to look for what was missed."""
    context = Context("shop-1", ZONE, AT, {"stores": ["shop-7"]})
    (fetch,) = MEITUAN.catch_up(since, AT, context)
    return fetch


def update(topic: str, order_id: str = NUMBER, **options: Any) -> StatusUpdate:
    data = {"order_id": order_id, "state": "ready", "service": "delivery", "lines": []}
    return StatusUpdate("msg_1", topic, "2026-11-21T10:00:00Z", data, options)


def one_call(told: StatusUpdate) -> Fetch | None:
    """Return the request that tells it, where it is one."""
    calls = MEITUAN.status_call(told)
    if calls is None:
        return None
    (call,) = [calls] if isinstance(calls, Fetch) else calls
    return call


# --- requests ------------------------------------------------------------------------------


def test_the_saas_signature_is_over_what_the_vendor_writes_down() -> None:
    """From dap.meituan.com/carrieropen/doc-1-1, which has the scheme with an example."""
    fields = {
        "appkey": "test", "timestamp": "1477395862", "version": "1.0", "number": "123",
        "string": "测试", "double": "123.123", "boolean": "true", "empty": "",
    }  # fmt: skip
    written = (
        "testappkeytestbooleantruedouble123.123number123string测试timestamp1477395862version1.0"
    )
    expected = hashlib.sha1(written.encode(), usedforsecurity=False).hexdigest()
    assert meituan_api.saas_signature(fields, "test") == expected


def test_a_waimai_request_is_signed_over_its_address_and_sorted_fields() -> None:
    key = Key(meituan_api.API, "42", "hush")
    request = MEITUAN.signed(ONE, key, STAMP, "0")
    plain = f"app_id=42&order_id={NUMBER}&timestamp=1795255900"
    address = "https://waimaiopen.meituan.com/api/v1/order/getOrderDetail"
    sig = hashlib.md5(f"{address}?{plain}hush".encode(), usedforsecurity=False).hexdigest()
    assert (request.method, request.url) == ("GET", f"{address}?{plain}&sig={sig}")


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (meituan_api.API, "https://api-open-cater.meituan.com"),
        ("https://proxy.example", "https://proxy.example"),
    ],
)
def test_a_saas_request_is_a_signed_form(base: str, expected: str) -> None:
    fetch = meituan_api.the_order(NUMBER, "missed", SAAS)
    request = MEITUAN.signed(fetch, Key(base, "42", "hush", "shop token"), STAMP, "0")
    assert (request.method, request.url) == ("POST", f"{expected}/waimai/order/queryById")
    sent = dict(parse_qsl(request.body))
    sign = sent.pop("sign")
    assert sent == {
        "appAuthToken": "shop token",
        "biz": f'{{"orderId":"{NUMBER}"}}',
        "businessId": "2",
        "charset": "UTF-8",
        "developerId": "42",
        "timestamp": "1795255900",
        "version": "2",
    }
    joined = "hush" + "".join(name + value for name, value in sorted(sent.items()))
    assert sign == hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


# --- what answers mean ---------------------------------------------------------------------


def means(said: Any, fetch: Fetch = ONE) -> Meaning:
    return MEITUAN.meaning(fetch, json.dumps(said).encode())


@pytest.mark.parametrize(
    ("code", "words", "status"),
    [
        (600, "内部错误", 503),
        (702, "app_id不存在", 401),
        (703, "签名验证错误", 401),
        (803, "不存在此门店", 400),
        (808, "不存在此订单", 404),
        (808, "操作失败", 400),
        (701, "缺少参数", 400),
    ],
)
def test_an_error_in_the_body_is_one(code: int, words: str, status: int) -> None:
    said = {"data": "ng", "error": {"code": code, "msg": words}}
    assert means(said) == Meaning(status, f"{code}: {words}")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"code": "OP_SUCCESS", "data": None}, 200),
        ({"code": "OP_SIGN_ERROR", "msg": "签名错误"}, 401),
        ({"code": "OP_SYSTEM_ERROR", "msg": "系统繁忙", "data": None}, 503),
        ({"code": "OP_BIZ", "msg": "订单不存在"}, 404),
        ({"error": {"code": 808, "error_type": "waimai_action_error", "message": "失败"}}, 400),
        ({"data": "ng"}, 400),
    ],
)
def test_saas_says_it_otherwise(said: Any, status: int) -> None:
    fetch = meituan_api.the_order(NUMBER, "missed", SAAS)
    assert means(said, fetch).status == status


@pytest.mark.parametrize("body", ["", "null", "[]", "<html>", "{}", '{"data": null}'])
def test_what_is_no_answer_of_the_platform_is_none(body: str) -> None:
    """A proxy that answers for the vendor must not pass for it."""
    assert MEITUAN.meaning(ONE, body.encode()).status == 502


@pytest.mark.parametrize(
    ("topic", "words", "status"),
    [
        ("order.accepted", "操作失败,订单已经确认过了", 200),
        ("order.ready", "商家已完成备货，不能重复备货", 200),
        ("order.ready", "商家接单后1分钟内不能确认已完成出货", 425),
        ("order.ready", "操作失败,订单已经确认过了", 400),
    ],
)
def test_what_was_done_before_is_done_and_what_is_too_early_is_told_later(
    topic: str, words: str, status: int
) -> None:
    fetch = one_call(update(topic, confirm_orders=True))
    assert fetch is not None
    assert means({"data": "ng", "error": {"code": 808, "msg": words}}, fetch).status == status


# --- states --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "action"),
    [("order.ready", "preparationMealComplete"), ("order.accepted", None),
     ("order.started", None), ("line.ready", None)],
)  # fmt: skip
def test_meituan_hears_what_is_ready(topic: str, action: str | None) -> None:
    call = one_call(update(topic))
    assert (call and call.path) == (action and f"/order/{action}?order_id={NUMBER}")
    saas = one_call(update(topic, **SAAS))
    assert (saas and saas.path) == (action and f"/waimai/order/{action}?orderId={NUMBER}")


def test_meituan_hears_nothing_of_what_is_fetched_or_of_vouchers() -> None:
    """Its page: not for orders that guests fetch; a voucher is no order of its."""
    fetched = update("order.ready")
    fetched = StatusUpdate("m", fetched.type, fetched.at, {**fetched.data, "service": "pickup"})
    assert MEITUAN.status_call(fetched) is None
    assert one_call(update("order.ready", "coupon-123")) is None
    assert MEITUAN.status_call(stock(0)) is None


def stock(left: float | None, **options: Any) -> StatusUpdate:
    return StatusUpdate("m", "stock.left", "", {"item_id": "毛肚", "left": left}, options)


KNOWN = {"tell_stock": {"毛肚": "101/101-1"}, "stores": ["shop-7", "shop-8"]}


@pytest.mark.parametrize(("left", "count"), [(0, "0"), (2.5, "2"), (-1, "0"), (None, "*")])
def test_waimai_hears_of_stock_in_each_store(left: float | None, count: str) -> None:
    calls = MEITUAN.status_call(stock(left, **KNOWN))
    assert isinstance(calls, tuple)
    assert len(calls) == 2
    request = MEITUAN.signed(calls[0], Key(meituan_api.API, "42", "hush"), STAMP, "0")
    form = dict(parse_qsl(request.body))
    said = [{"app_food_code": "101", "skus": [{"sku_id": "101-1", "stock": count}]}]
    assert json.loads(form["food_data"]) == said
    address = "https://waimaiopen.meituan.com/api/v1/food/sku/stock"
    fields = form | {"app_id": "42", "timestamp": "1795255900"}
    plain = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    sig = hashlib.md5(f"{address}?{plain}hush".encode(), usedforsecurity=False).hexdigest()
    assert request.url == f"{address}?app_id=42&timestamp=1795255900&sig={sig}"
    assert form["app_poi_code"] == "shop-7"


@pytest.mark.parametrize(("left", "count"), [(0, 0), (12345, 9999), (None, 9999)])
def test_saas_hears_of_stock_in_four_digits(left: float | None, count: int) -> None:
    calls = MEITUAN.status_call(stock(left, **KNOWN, **SAAS))
    assert isinstance(calls, tuple)
    request = MEITUAN.signed(calls[1], Key(meituan_api.API, "42", "hush", "t"), STAMP, "0")
    assert request.url == "https://api-open-cater.meituan.com/waimai/dish/updateStock"
    biz = json.loads(dict(parse_qsl(request.body))["biz"])
    assert biz["ePoiId"] == "shop-8"
    said = [{"eDishCode": "101", "skus": [{"skuId": "101-1", "stock": count}]}]
    assert json.loads(biz["dishSkuStocks"]) == said


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tell_stock": {"毛肚": "101/1"}}, "stores is not set"),
        ({"tell_stock": {"毛肚": "101"}, "stores": ["a"]}, "'101' must be DISH/SIZE"),
        ({"tell_stock": {"*": "*"}, "stores": ["a"]}, "'毛肚' must be DISH/SIZE"),
    ],
)
def test_stock_that_can_not_be_told_says_why(options: dict[str, Any], told: str) -> None:
    with pytest.raises(NotTakenError, match=told):
        MEITUAN.status_call(stock(0, **options))


def test_orders_are_accepted_only_where_that_is_wanted() -> None:
    call = one_call(update("order.accepted", confirm_orders=True))
    assert call is not None
    assert call.path == f"/order/confirm?order_id={NUMBER}"


# --- what is asked for ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "4"},
        {"remind_id": "1"},
        {"logistics_status": "10"},
        {"notify_type": "apply", "reason": "x"},
        {"notify_type": "part", "food": '[{"food_name": "毛肚", "count": 1}]'},
    ],
)
def test_a_push_about_an_order_asks_for_it_where_it_is_missing(fields: dict[str, str]) -> None:
    said = {"order_id": NUMBER, "app_poi_code": "shop-7", **fields}
    (fetch,) = pushed(said).fetch
    assert (fetch.path, fetch.unless_known) == (f"/order/getOrderDetail?order_id={NUMBER}", True)
    assert pushed(said, **SAAS).fetch[0].path == f"/waimai/order/queryById?orderId={NUMBER}"
    assert not MEITUAN.read(form(said), Context("shop-1", ZONE, AT)).fetch


@pytest.mark.parametrize(
    "fields", [{"status": "8"}, {"status": "9"}, {"reason_code": "1"}, {"notify_type": "agree"}]
)
def test_what_is_over_is_not_asked_for(fields: dict[str, str]) -> None:
    assert not pushed({"order_id": NUMBER, **fields}).fetch
    assert not pushed(changed()).fetch


def test_an_incomplete_order_is_replaced_by_the_whole() -> None:
    reading = pushed(changed(incmp_code="-1"))
    (less,), (fetch,) = reading.orders, reading.fetch
    assert fetch.unless_known is False
    whole = order(asked(changed(status="4"), fetch))
    assert whole.message.revision == less["revision"] + 1
    assert not asked(changed(incmp_code="-1"), fetch).fetch  # asked once
    bare = {key: value for key, value in changed(incmp_code="-1").items() if key != "detail"}
    waiting = pushed(bare)
    assert (waiting.orders, len(waiting.fetch)) == ((), 1)
    with pytest.raises(BodyError, match="detail"):
        MEITUAN.read(form(bare), Context("shop-1", ZONE, AT))


# --- what it answers -----------------------------------------------------------------------


def test_an_order_that_is_asked_for_is_one_where_the_kitchen_has_none() -> None:
    reading = asked(changed(status="4"))
    (made,) = reading.missed
    assert (reading.orders, reading.amendments, reading.fire) == ((), (), ())
    assert [line["name"] for line in made["lines"]] == ["毛肚", "毛肚"]
    assert asked(json.dumps([changed(status="4")])).missed == reading.missed


def test_an_order_that_was_refunded_in_part_before_it_came_is_looked_at() -> None:
    said = {"notify_type": "part", "food": '[{"food_name": "毛肚", "count": 1}]'}
    (fetch,) = pushed({"order_id": NUMBER, **said}).fetch
    (doubt,) = asked(changed(status="4"), fetch).doubts
    assert doubt.en == "order …9312: a part of it was cancelled; check its dishes"
    (fetch,) = pushed({"order_id": NUMBER, "status": "4"}).fetch
    assert not asked(changed(status="4"), fetch).doubts


def test_saas_spells_its_times_otherwise_where_it_is_asked() -> None:
    said = {"orderId": int(NUMBER), "status": 4, "cTime": 1795255800, "uTime": 1795255801}
    detail = changed()["detail"]
    (made,) = asked({**said, "detail": detail}).missed
    assert made["placed_at"] == "2026-11-21T10:10:00+00:00"
    assert made["revision"] == 1795255801004


def test_what_it_has_become_changes_one_that_is_there() -> None:
    for status, ends in (("9", "cancelled"), ("6", "closed"), ("8", "closed")):
        reading = asked(changed(status=status))
        assert amendment(reading).message.lines == ()
        assert reading.amendments[0][ends] is True
    assert asked(changed(status="1")).ignored == "status 1: not paid yet"
    assert asked(changed(status="4"), wait_for_confirm=True).fire == (NUMBER,)
    assert asked(changed(pay_type="1"), cook_unpaid=False).ignored == "not paid yet"
    assert "another store" in str(asked(changed(), stores=["1"]).ignored)
    with pytest.raises(BodyError, match="nobody has told us"):
        asked(changed(status="77"))


@pytest.mark.parametrize("data", ["ok", [], {}, "x", 5])
def test_an_answer_without_an_order_is_a_card(data: Any) -> None:
    with pytest.raises(BodyError):
        asked(data)


def test_an_order_that_is_not_there_is_nothing() -> None:
    gone = MEITUAN.read_fetched(Fetched(ONE, 404, b"{}"), Context("shop-1", ZONE, AT))
    assert gone.ignored == "Meituan has no such order"


# --- what was missed -----------------------------------------------------------------------


def test_the_days_orders_are_walked_back_to_what_is_old() -> None:
    last = walk()
    assert last.path == "/order/getOrderDaySeq?app_poi_code=shop-7"
    (by_number,) = asked({"result": "ok", "day_seq": 12}, last).fetch
    expected = "/order/getOrderIdByDaySeq?app_poi_code=shop-7&date_time=20261121&day_seq=12"
    assert by_number.path == expected
    (detail,) = asked({"result": "ok", "order_id": int(NUMBER)}, by_number).fetch
    assert detail.path == f"/order/getOrderDetail?order_id={NUMBER}"
    found = asked(changed(), detail)
    assert len(found.missed) == 1
    (before,) = found.fetch
    assert before.path.endswith("day_seq=11")

    old = asked(changed(ctime="1795255799"), detail)
    assert (old.missed, old.fetch, old.ignored) == ((), (), "it was there before")


def test_a_number_without_an_order_is_passed_over() -> None:
    (by_number,) = asked({"day_seq": 2}, walk()).fetch
    error = {"data": "ng", "error": {"code": 808, "msg": "查不到"}}
    assert means(error, by_number).status == 200
    (before,) = answered(MEITUAN, error, by_number).fetch
    assert before.path.endswith("day_seq=1")
    (detail,) = asked({"order_id": NUMBER}, by_number).fetch
    error["error"] = {"code": 808, "msg": "不存在此订单"}
    assert means(error, detail).status == 200
    assert answered(MEITUAN, error, detail).fetch == (before,)
    assert answered(MEITUAN, error, before).fetch == ()


def test_one_order_that_is_odd_costs_no_other() -> None:
    (by_number,) = asked({"day_seq": 3}, walk()).fetch
    (detail,) = asked({"order_id": NUMBER}, by_number).fetch
    reading = asked(changed(status="77"), detail)
    assert len(reading.doubts) == 1
    assert len(reading.fetch) == 1


def test_a_day_without_orders_and_shops_without_names_end_at_once() -> None:
    assert asked({"day_seq": 0}, walk()).ignored == "nothing has changed"
    with pytest.raises(BodyError, match="day_seq"):
        asked("ok", walk())
    for options in ({}, {"stores": ["a"], **SAAS}):
        context = Context("shop-1", ZONE, AT, options)
        assert MEITUAN.catch_up(AT - timedelta(hours=1), AT, context) == ()


def test_no_mutation_of_an_answer_crashes_it_or_loses_a_line_in_silence() -> None:
    def reading(push: Any, context: Context) -> Reading:
        made = MEITUAN.read_fetched(Fetched(ONE, 200, push.body, push.content_type), context)
        return Reading(made.missed, made.amendments, made.ignored, doubts=made.doubts)

    detail = json.loads(changed()["detail"])
    survives(
        reading, {"data": changed(detail=detail)}, may_ignore=frozenset({"status", "app_poi_code"})
    )
