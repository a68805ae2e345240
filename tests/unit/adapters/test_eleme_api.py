"""Ele.me's API: signatures, what is asked for, what its answers mean and say."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters import eleme_api
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Reading
from pos_bridge.adapters.eleme import Eleme
from pos_bridge.adapters.eleme_orders import SHOP_TIME
from pos_bridge.adapters.signing import Key, Meaning
from pos_bridge.adapters.status import NotTakenError, StatusUpdate
from tests.unit.adapters.mutations import AT, ZONE, json_push, survives
from tests.unit.adapters.reads import amendment, answered, order
from tests.unit.adapters.test_eleme import changed, message, state

ELEME = Eleme()
ONE = eleme_api.the_order("8076190120874666612", "missed")
ACTIVE = datetime(2026, 11, 21, 19, 1, tzinfo=SHOP_TIME)


def pushed(kind: int, said: Any, **options: Any) -> Reading:
    """Read a message where the API may be asked."""
    context = Context("shop-1", ZONE, AT, options, may_ask=True)
    return ELEME.read(json_push(message(kind, said)), context)


def asked(result: Any, fetch: Fetch = ONE, **options: Any) -> Reading:
    """Return what is made of an answer without an error."""
    return answered(ELEME, {"id": "x", "result": result, "error": None}, fetch, **options)


def listed(*orders: dict[str, Any], since: datetime = ACTIVE, **options: Any) -> Reading:
    """Return what is made of one page of a day's orders."""
    options |= {"stores": ["968861"]}
    (fetch,) = ELEME.catch_up(since, AT, Context("shop-1", ZONE, AT, options))
    return asked({"total": len(orders), "list": orders}, fetch, **options)


# --- requests ------------------------------------------------------------------------------


def test_the_vendors_own_example_is_signed_as_it_says() -> None:
    """From its page on the signature: open.shop.ele.me, "API调用协议签名算法"."""
    key = Key("", "wYO4C8ZLzB", "8e81ef8b73593d6b24e0cd9f11cbe3132d11ab8e",
              "ed72bdaef7b635ecf9279147d76d6a55")  # fmt: skip
    fetch = eleme_api.the_order("100027526535707064", "example")
    at = datetime.fromtimestamp(1486217703, UTC)
    said = json.loads(ELEME.signed(fetch, key, at, "0").body)
    assert said["metas"] == {"app_key": "wYO4C8ZLzB", "timestamp": 1486217703}
    assert said["signature"] == "b450d7598455d163488a2abeb1e0e0c5".upper()


def test_a_request_says_what_the_protocol_wants() -> None:
    key = Key("https://open-api-sandbox.shop.ele.me", "app", "secret", "token")
    request = ELEME.signed(ONE, key, datetime.fromtimestamp(1486217703, UTC), "ab" * 16)
    assert request.method == "POST"
    assert request.url == "https://open-api-sandbox.shop.ele.me/api/v1/"
    said = json.loads(request.body)
    assert said["id"] == f"{'AB' * 16}|1486217703000"
    assert (said["nop"], said["token"]) == ("1.0.0", "token")
    assert (said["action"], said["params"]) == (
        "eleme.order.getOrder",
        {"orderId": "8076190120874666612"},
    )
    assert "secret" not in request.body


def test_a_token_is_asked_for_by_basic() -> None:
    request = ELEME.token_request("https://x/token", Key("", "a:b", "s c"))
    kind, _, pair = request.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"a%3Ab:s+c")
    assert parse_qs(request.body) == {"grant_type": ["client_credentials"]}


# --- what answers mean ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("UNAUTHORIZED", 401),
        ("INVALID_SIGNATURE", 401),
        ("INVALID_TIMESTAMP", 401),
        ("EXCEED_LIMIT", 429),
        ("SERVER_ERROR", 503),
        ("PERMISSION_DENIED", 400),
        ("SHOP_不存在", 400),
        ("VALIDATION_FAILED", 400),
        ("BIZ_whatever", 400),
    ],
)
def test_an_error_in_the_body_is_one(code: str, status: int) -> None:
    body = json.dumps({"id": "x", "result": None, "error": {"code": code, "message": "不行"}})
    assert ELEME.meaning(ONE, body.encode()) == Meaning(status, f"{code}: 不行")


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "<html>", "{}", '{"id": "x"}', '{"error": null}']
)
def test_what_is_no_answer_of_the_protocol_is_none(body: str) -> None:
    """A proxy that answers for the vendor must not pass for it."""
    assert ELEME.meaning(ONE, body.encode()).status == 502


@pytest.mark.parametrize("error", ["down", ["down"], {"message": "down"}, 5])
def test_an_error_of_another_shape_is_one(error: Any) -> None:
    said = ELEME.meaning(ONE, json.dumps({"result": None, "error": error}).encode())
    assert said.status == 400
    assert said.why


def test_what_was_done_before_is_done() -> None:
    def means(topic: str, words: str) -> int:
        fetch = one_call(update(topic, confirm_orders=True))
        assert fetch is not None
        error = {"code": "BIZ", "message": words}
        return ELEME.meaning(fetch, json.dumps({"error": error}).encode()).status

    assert means("order.accepted", "操作失败，订单已确认") == 200
    assert means("order.ready", "操作失败，订单已确认") == 400
    assert ELEME.meaning(ONE, b'{"error": {"code": "B", "message": "\xe8\xae\xa2\xe5\x8d\x95'
                              b'\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8"}}').status == 404  # fmt: skip


# --- states --------------------------------------------------------------------------------


def update(topic: str, **options: Any) -> StatusUpdate:
    data = {"order_id": "8076190120874666612", "state": "ready", "lines": []}
    return StatusUpdate("msg_1", topic, "2026-11-21T10:00:00Z", data, options)


def one_call(told: StatusUpdate) -> Fetch | None:
    """Return the request that tells it, where it is one."""
    calls = ELEME.status_call(told)
    if calls is None:
        return None
    (call,) = [calls] if isinstance(calls, Fetch) else calls
    return call


@pytest.mark.parametrize(
    ("topic", "action"),
    [
        ("order.ready", "eleme.order.setOrderPrepared"),
        ("order.accepted", None),
        ("order.started", None),
        ("line.ready", None),
        ("stock.sold_out", None),
    ],
)
def test_ele_me_hears_what_is_ready(topic: str, action: str | None) -> None:
    call = one_call(update(topic))
    assert (None if call is None else call.about["action"]) == action
    assert call is None or call.about["params"] == {"orderId": "8076190120874666612"}


def test_orders_are_accepted_only_where_that_is_wanted() -> None:
    call = one_call(update("order.accepted", confirm_orders=True))
    assert call is not None
    assert call.about["action"] == "eleme.order.confirmOrderLite"
    assert one_call(update("order.accepted", confirm_orders="true")) is None


@pytest.mark.parametrize(
    ("left", "action", "params"),
    [
        (0, "batchUpdateStock", {"stockMap": {"91": 0}}),
        (2.5, "batchUpdateStock", {"stockMap": {"91": 2}}),
        (None, "batchFillStock", {"specIds": [{"itemId": 2341123, "itemSpecIds": [91]}]}),
    ],
)
def test_ele_me_hears_of_stock(left: float | None, action: str, params: dict[str, Any]) -> None:
    call = ELEME.status_call(stock(left, {"奶茶": "2341123/91"}))
    assert isinstance(call, Fetch)
    assert call.about == {"action": f"eleme.product.item.{action}", "params": params}
    assert ELEME.status_call(stock(left, {"毛肚": "5/6"})) is None


@pytest.mark.parametrize("item", ["2341123", "a/b", "/91"])
def test_stock_that_can_not_be_told_says_why(item: str) -> None:
    with pytest.raises(NotTakenError, match=f"'{item}' must be"):
        ELEME.status_call(stock(0, {"奶茶": item}))


def stock(left: float | None, known: dict[str, str]) -> StatusUpdate:
    said = {"item_id": "奶茶", "left": left}
    return StatusUpdate("msg_2", "stock.left", "", said, {"tell_stock": known})


# --- what is asked for ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", [12, 20, 39, 45, 50])
def test_a_message_about_an_order_asks_for_it_where_it_is_missing(kind: int) -> None:
    (fetch,) = pushed(kind, state(goodsList=[{"name": "毛肚", "quantity": 1}])).fetch
    assert (fetch.id, fetch.unless_known) == (f"{fetch.key}:missed", True)
    assert fetch.about["params"] == {"orderId": "8076190120874666612"}


@pytest.mark.parametrize("kind", [14, 18, 30, 80, 217])
def test_other_messages_ask_for_nothing(kind: int) -> None:
    said = changed() if kind == 217 else state()
    assert not pushed(kind, said).fetch


def test_nothing_is_asked_for_without_credentials() -> None:
    context = Context("shop-1", ZONE, AT)
    for kind, said in ((12, state()), (217, changed(downgraded=True))):
        assert not ELEME.read(json_push(message(kind, said)), context).fetch


def test_an_order_that_is_less_than_usual_is_replaced_by_the_whole() -> None:
    reading = pushed(217, changed(downgraded=True))
    (less,), (fetch,) = reading.orders, reading.fetch
    assert not reading.doubts  # nobody need look: the rest comes
    assert fetch.unless_known is False
    whole = order(asked(changed(status="valid"), fetch))
    assert whole.message.revision == less["revision"] + 1
    still = asked(changed(downgraded=True), fetch)
    assert (len(still.doubts), still.fetch) == (1, ())


def test_one_without_its_dishes_waits_for_the_whole() -> None:
    bare = {key: value for key, value in changed(downgraded=True).items() if key != "groups"}
    reading = pushed(217, bare)
    assert (reading.orders, len(reading.fetch)) == ((), 1)


# --- what it answers -----------------------------------------------------------------------


def test_an_order_that_is_asked_for_is_one_where_the_kitchen_has_none() -> None:
    reading = asked(changed(status="valid"))
    (made,) = reading.missed
    assert (reading.orders, reading.amendments, reading.fire) == ((), (), ())
    assert made["revision"] == int(ACTIVE.timestamp() * 1000)
    assert [line["name"] for line in made["lines"]] == ["奶茶", "毛肚"]


def test_an_order_that_is_asked_for_is_as_new_as_what_made_us_ask() -> None:
    """Fault: its own push comes late, and holds again what the shop has accepted."""
    (fetch,) = pushed(12, state()).fetch
    (made,) = asked(changed(status="valid"), fetch, wait_for_confirm=True).missed
    late = ELEME.read(
        json_push(message(10, changed(), timestamp=made["revision"] - 1)),
        Context("shop-1", ZONE, AT),
    )
    assert late.orders[0]["revision"] < made["revision"] == message(12, {})["timestamp"]


def test_an_order_that_was_cancelled_in_part_before_it_came_is_looked_at() -> None:
    (fetch,) = pushed(39, state(goodsList=[{"name": "毛肚", "quantity": 1}])).fetch
    (doubt,) = asked(changed(status="valid"), fetch).doubts
    assert doubt.en == "order …6612: a part of it was cancelled; check its dishes"
    assert doubt.zh == "尾号 6612 的订单退过部分菜，请核对"
    assert not asked(changed(status="valid")).doubts


def test_what_it_has_become_changes_one_that_is_there() -> None:
    for status, ends in (("invalid", "cancelled"), ("settled", "closed")):
        reading = asked(changed(status=status))
        assert amendment(reading).message.lines == ()
        assert reading.amendments[0][ends] is True
    assert asked(changed(status="pending")).ignored == "pending: not in force yet"
    fired = asked(changed(status="valid"), wait_for_confirm=True)
    assert fired.fire == ("8076190120874666612",)
    assert asked(changed(onlinePaid=False), cook_unpaid=False).ignored == "not paid yet"
    assert "another store" in str(asked(changed(), stores=["1"]).ignored)
    with pytest.raises(BodyError, match="nobody has told us"):
        asked(changed(status="novel"))


@pytest.mark.parametrize("result", [None, [], "x", {}])
def test_an_answer_without_an_order_is_a_card(result: Any) -> None:
    with pytest.raises(BodyError):
        asked(result)


def test_an_order_that_is_not_there_is_nothing() -> None:
    gone = ELEME.read_fetched(Fetched(ONE, 404, b"{}"), Context("shop-1", ZONE, AT))
    assert gone.ignored == "Ele.me has no such order"


def test_the_orders_of_the_day_are_asked_for_page_by_page() -> None:
    context = Context("shop-1", ZONE, AT, {"stores": ["968861", "no number", "2"]})
    night = datetime(2026, 11, 21, 23, 50, tzinfo=SHOP_TIME)
    found = ELEME.catch_up(night, night + timedelta(minutes=20), context)
    said = [(f.about["params"]["shopId"], f.about["params"]["date"]) for f in found]
    days = ("2026-11-21", "2026-11-22")
    assert said == [(shop, day) for shop in (2, 968861) for day in days]
    assert ELEME.catch_up(night, night, Context("shop-1", ZONE, AT)) == ()

    full = [changed(id=str(n), orderId=str(n)) for n in range(50)]
    (following,) = asked({"total": 51, "list": full}, found[0]).fetch
    assert following.about["params"] == found[0].about["params"] | {"pageNo": 2}
    last = Fetch("x", "2", "", about={**found[0].about, "params": {
        **found[0].about["params"], "pageNo": 100}})  # fmt: skip
    assert asked({"total": 5000, "list": full}, last).fetch == ()


def test_only_what_came_since_is_taken_from_the_list_and_whatever_ended() -> None:
    early = changed(id="1", orderId="1", activeAt="2026-11-21T19:00:59", status="valid")
    reading = listed(early, changed(), changed(id="3", orderId="3", status="invalid"))
    assert [made["order_id"] for made in reading.missed] == ["8076190120874666612"]
    assert [made["order_id"] for made in reading.amendments] == ["3"]
    assert listed(early, wait_for_confirm=True).fire == ("1",)  # its acceptance may be missed
    assert listed().ignored == "nothing has changed"


def test_one_order_that_is_odd_costs_no_other() -> None:
    reading = listed(changed(id="1", orderId="1", status="novel"), changed())
    assert [made["order_id"] for made in reading.missed] == ["8076190120874666612"]
    (doubt,) = reading.doubts
    assert "novel" in doubt.en
    assert "novel" in doubt.zh


def test_no_mutation_of_an_answer_crashes_it_or_loses_a_line_in_silence() -> None:
    def reading(push: Any, context: Context) -> Reading:
        made = ELEME.read_fetched(Fetched(ONE, 200, push.body, push.content_type), context)
        return Reading(made.missed, made.amendments, made.ignored, doubts=made.doubts)

    lose = frozenset({"categoryId", "id", "type", "status", "result"})
    survives(reading, {"result": changed()}, may_ignore=lose, may_lose=lose)
