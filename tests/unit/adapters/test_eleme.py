"""Ele.me: fixtures written from its documented fields; real orders where they are at hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import BadSignature, Context, Push, Reading
from pos_bridge.adapters.eleme import Eleme
from tests.unit.adapters.mutations import AT, CONTEXT, ZONE, json_push, survives
from tests.unit.adapters.tickets import expected, lines_expected, lines_made

_STAMP = int(AT.timestamp() * 1000)
_ORDER: dict[str, Any] = {
    "id": "8076190120874666612",
    "orderId": "8076190120874666612",
    "daySn": 17,
    "status": "unprocessed",
    "createdAt": "2026-11-21T19:00:00",
    "activeAt": "2026-11-21T19:01:00",
    "deliverTime": None,
    "book": False,
    "onlinePaid": True,
    "description": "不要香菜",
    "consignee": "李(先生)",
    "shopId": 968861,
    "groups": [
        {
            "name": "1号篮子",
            "type": "normal",
            "items": [
                {
                    "id": 2341123,
                    "skuId": 91,
                    "categoryId": 1,
                    "name": "奶茶-大杯[少冰+五分糖]",
                    "quantity": 2,
                    "newSpecs": [{"name": "杯型", "value": "大杯"}],
                    "attributes": [
                        {"name": "加冰", "value": "少冰"},
                        {"name": "甜度", "value": "五分糖"},
                    ],
                    "ingredients": [{"name": "珍珠", "quantity": 1}],
                },
                {"id": -70000, "categoryId": 102, "name": "餐盒费", "quantity": 1},
            ],
        },
        {
            "name": "2号篮子",
            "type": "normal",
            "items": [{"id": 5, "name": "毛肚", "quantity": 1, "categoryId": 1}],
        },
        {
            "name": "其它费用",
            "type": "extra",
            "items": [{"id": -10, "name": "配送费", "quantity": 1}],
        },
        {"name": "优惠", "type": "discount", "items": [{"id": 7, "name": "满减", "quantity": 1}]},
    ],
}


def message(kind: int, said: Any, **fields: Any) -> dict[str, Any]:
    """Return a message as the platform pushes it."""
    return {
        "appId": 62933118,
        "requestId": "10135",
        "type": kind,
        "message": json.dumps(said, ensure_ascii=False),
        "shopId": 968861,
        "timestamp": _STAMP,
        "userId": 62864532,
        **fields,
    }


def read(kind: int, said: Any, **options: Any) -> Reading:
    """Read a message with the vendor's options."""
    context = Context(CONTEXT.source, ZONE, AT, options)
    return Eleme().read(json_push(message(kind, said)), context)


def changed(**fields: Any) -> dict[str, Any]:
    """Return the order with other fields."""
    return {**_ORDER, **fields}


def state(**fields: Any) -> dict[str, Any]:
    """Return what a message about an order says."""
    return {"orderId": "8076190120874666612", "shopId": 968861, **fields}


# --- orders --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [10, 217])
def test_a_new_order_is_a_ticket(kind: int) -> None:
    reading = read(kind, _ORDER)
    (order,) = reading.orders
    told = {key: value for key, value in order.items() if key != "lines"}
    assert told == {
        "source": "shop-1",
        "order_id": "8076190120874666612",
        "revision": _STAMP,
        "number": "17",
        "service": "delivery",
        "channel": "delivery",
        "placed_at": "2026-11-21T19:01:00+08:00",
        "payment": "paid",
        "cancelled": False,
        "customer": "李(先生)",
        "note": "不要香菜",
    }
    chosen = [(0, 1, "杯型 大杯"), (0, 1, "加冰 少冰"), (0, 1, "甜度 五分糖"), (0, 1, "珍珠")]
    assert lines_made(order) == [(2, "奶茶", chosen, ""), (1, "毛肚", [], "")]
    assert [line["seat"] for line in order["lines"]] == ["1", "2"]
    assert reading.acknowledgement == b'{"message":"ok"}'


def test_one_basket_is_nobody_in_particular() -> None:
    (order,) = read(10, changed(groups=_ORDER["groups"][:1])).orders
    assert "seat" not in order["lines"][0]


def test_a_name_keeps_what_was_not_chosen() -> None:
    item = {"name": "汤-大[热]", "quantity": 1, "attributes": [{"name": "x", "value": "冷"}]}
    (order,) = read(10, changed(groups=[{"type": "normal", "items": [item]}])).orders
    assert order["lines"][0]["name"] == "汤-大[热]"


def test_a_preorder_is_due_and_others_are_not() -> None:
    (order,) = read(10, changed(book=True, deliverTime="2026-11-21T20:30:00")).orders
    assert order["due_at"] == "2026-11-21T20:30:00+08:00"
    (order,) = read(10, changed(deliverTime="2026-11-21T19:30:00")).orders
    assert "due_at" not in order


def test_less_than_usual_is_said() -> None:
    assert read(10, changed(downgraded=True)).doubts


def test_it_may_be_fetched_and_paid_in_cash() -> None:
    (order,) = read(10, changed(orderBusinessType=1, onlinePaid=False)).orders
    assert (order["service"], order["payment"]) == ("pickup", "unpaid")
    assert not read(10, changed(onlinePaid=False), cook_unpaid=False).orders


# --- what else happens ---------------------------------------------------------------------


def test_states_of_an_order() -> None:
    assert read(10, changed(status="pending")).ignored
    assert read(10, changed(status="settled")).amendments[0]["closed"]
    assert read(10, changed(status="invalid")).orders[0]["cancelled"]
    with pytest.raises(BodyError, match="status"):
        read(10, changed(status="baked"))


@pytest.mark.parametrize("kind", [14, 15, 17, 23, 25])
def test_cancels_void(kind: int) -> None:
    (order,) = read(kind, state(state="invalid", updateTime=1795259400)).orders
    assert (order["cancelled"], order["partial"], order["revision"]) == (True, True, _STAMP)


@pytest.mark.parametrize("kind", [23, 25, 39])
def test_a_part_cancelled_is_a_return_line(kind: int) -> None:
    goods = [{"name": "毛肚", "quantity": 1, "skuId": 5, "price": 36.0}]
    (order,) = read(kind, state(refundType="part", goodsList=goods)).amendments
    assert lines_made(order) == [(-1, "毛肚", [], "部分退单 cancelled")]


@pytest.mark.parametrize("kind", [20, 21, 22, 24, 26, 30, 33, 35, 46, 53, 60, 71, 100, 221])
def test_what_is_not_for_the_kitchen(kind: int) -> None:
    reading = read(kind, state())
    assert reading.ignored
    assert (reading.orders, reading.amendments) == ((), ())
    assert reading.acknowledgement


def test_a_shop_may_want_to_accept_first() -> None:
    (order,) = read(10, _ORDER, wait_for_confirm=True).orders
    assert {line["state"] for line in order["lines"]} == {"held"}
    assert read(12, state(state="valid")).fire == ("8076190120874666612",)


def test_the_end_closes_and_a_reminder_is_a_card() -> None:
    assert read(18, state(state="settled")).amendments[0]["closed"]
    assert read(45, state(remindId=1)).doubts[0].zh == "尾号 6612 的订单顾客催单"


@pytest.mark.parametrize(
    "said",
    [
        message(16, state()),
        message(300, _ORDER),
        message(14, {}),
        message(10, "x"),
        message(10, changed(groups=None)),
        message(10, _ORDER, type="x"),
    ],
)
def test_what_nobody_knows_is_a_card(said: dict[str, Any]) -> None:
    with pytest.raises(BodyError):
        Eleme().read(json_push(said), CONTEXT)


def test_the_address_is_tried_by_a_call_without_a_message() -> None:
    reading = Eleme().read(Push(b"", method="GET"), CONTEXT)
    assert (reading.ignored, reading.acknowledgement) == (
        "a call without a message",
        b'{"message":"ok"}',
    )


# --- hostile payloads ----------------------------------------------------------------------


def test_no_mutation_crashes_it_or_loses_a_line_in_silence() -> None:
    def push(payload: Any) -> Push:
        return json_push(message(10, payload))

    outcomes = survives(
        Eleme().read,
        _ORDER,
        push,
        may_ignore=frozenset({"status"}),
        may_lose=frozenset({"status"}),
    )
    assert outcomes["ticket"] > 500
    assert outcomes["card"] > 100


@pytest.mark.parametrize("kind", [12, 14, 18, 39, 45])
def test_no_mutation_of_a_message_crashes_it(kind: int) -> None:
    said = message(kind, state(refundType="part", goodsList=[{"name": "毛肚", "quantity": 1}]))
    survives(Eleme().read, said, may_ignore=frozenset({"type"}))


# --- signatures ----------------------------------------------------------------------------


def signed(said: dict[str, Any], secret: str, *, is_json: bool = False) -> Push:
    """Sign as one or the other SDK does."""
    spelt = {
        name: json.dumps(value, ensure_ascii=False) if is_json else str(value)
        for name, value in said.items()
    }
    content = "".join(f"{name}={spelt[name]}" for name in sorted(spelt)) + secret
    signature = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest().upper()
    return json_push({**said, "signature": signature})


@pytest.mark.parametrize(("secret", "is_json"), [("new", False), ("old", False), ("new", True)])
def test_a_signature_as_either_sdk_makes_it(secret: str, is_json: bool) -> None:
    push = signed(message(10, _ORDER), secret, is_json=is_json)
    Eleme().verify(push, ["new", "old"], AT)


@pytest.mark.parametrize(
    "push",
    [
        signed(message(10, _ORDER), "guessed"),
        json_push(message(10, _ORDER)),
        json_push({**message(10, _ORDER), "signature": ""}),
        signed(message(10, _ORDER, timestamp=1500000000000), "new"),
        signed(message(10, _ORDER, timestamp="x"), "new"),
        Push(signed(message(10, _ORDER), "new").body.replace(b"10135", b"10136")),
        Push(b"["),
    ],
)
def test_a_wrong_signature_is_refused(push: Push) -> None:
    with pytest.raises(BadSignature):
        Eleme().verify(push, ["new", "old"], AT)


# --- other people's payloads ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["03_3021308755336704089", "07_3019351814658011155"])
def test_orders_as_guests_see_them(samples_dir: Path, name: str) -> None:
    file = f"eleme/order_{name}.json"
    wanted = expected(samples_dir, file)
    (order,) = Eleme().read(Push((samples_dir / file).read_bytes()), CONTEXT).orders
    assert lines_made(order) == lines_expected(wanted)
    assert (order["order_id"], order["service"]) == (wanted["order_id"], wanted["type"])
    assert order["closed"]
    assert order["placed_at"].startswith(wanted["times"]["created"].replace(" ", "T"))
