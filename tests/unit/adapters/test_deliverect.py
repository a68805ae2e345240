"""Deliverect: fixtures written from its documented fields; real payloads where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import BadSignature, Context, Push, Reading
from pos_bridge.adapters.deliverect import Deliverect
from pos_bridge.adapters.signatures import hmac_hex
from tests.unit.adapters.mutations import AT, CONTEXT, ZONE, json_push, survives
from tests.unit.adapters.tickets import expected, lines_expected, lines_made

_ORDER: dict[str, Any] = {
    "_id": "64b5f1d0aa11bb22cc33dd44",
    "_created": "2026-11-21T10:58:00.000000Z",
    "_updated": "2026-11-21T10:58:02.000000Z",
    "channelOrderId": "HOT-20261121-0042",
    "channelOrderDisplayId": "0042",
    "channel": 7,
    "status": 1,
    "orderType": 3,
    "table": "A08",
    "numberOfCustomers": 4,
    "pickupTime": "2026-11-21T11:20:00.000000Z",
    "orderIsAlreadyPaid": True,
    "note": "no plastic",
    "customer": {"name": "Mei", "phoneNumber": "000", "note": "ring twice"},
    "items": [
        {
            "plu": "P-POT",
            "name": "Spicy pot",
            "kitchenName": "麻辣锅底",
            "quantity": 1,
            "remark": "less oil",
            "subItems": [
                {
                    "plu": "M-LAMB",
                    "name": "Lamb",
                    "quantity": 2,
                    "subItems": [{"plu": "M-CUT", "name": "Thin cut", "quantity": 1}],
                }
            ],
        },
        {"plu": "P-TRIPE", "name": "Tripe", "quantity": 2},
    ],
}


def read(said: Any, **options: Any) -> Reading:
    """Read a webhook with the vendor's options."""
    context = Context(CONTEXT.source, ZONE, AT, options)
    return Deliverect().read(json_push(said), context)


def changed(**fields: Any) -> dict[str, Any]:
    """Return the order with other fields."""
    return {**_ORDER, **fields}


def without(*names: str) -> dict[str, Any]:
    """Return the order without fields."""
    return {name: value for name, value in _ORDER.items() if name not in names}


def test_an_order_is_a_ticket() -> None:
    (order,) = read(_ORDER).orders
    lines = order["lines"]
    told = {key: value for key, value in order.items() if key not in {"lines", "revision"}}
    assert told == {
        "source": "shop-1",
        "order_id": "HOT-20261121-0042",
        "number": "0042",
        "service": "dine_in",
        "channel": "qr",
        "table": "A08",
        "guests": 4,
        "placed_at": "2026-11-21T10:58:00+00:00",
        "due_at": "2026-11-21T11:20:00+00:00",
        "payment": "paid",
        "cancelled": False,
        "customer": "Mei",
        "note": "no plastic",
        "member": {"note": "ring twice"},
    }
    assert lines_made(order) == [
        (1, "麻辣锅底", [(0, 2, "lamb"), (1, 1, "thin cut")], "less oil"),
        (2, "tripe", [], ""),
    ]
    assert lines[0]["item_id"] == "P-POT"


def test_a_change_keeps_the_ids_of_the_lines_that_stay() -> None:
    (before,) = read(_ORDER).orders
    (after,) = read(changed(items=_ORDER["items"][1:], _updated="2026-11-21T10:59:02Z")).orders
    assert after["lines"][0]["line_id"] == before["lines"][1]["line_id"]
    assert after["revision"] > before["revision"]


@pytest.mark.parametrize("status", [35, 100, 110])
def test_a_cancel_voids_also_at_the_same_time(status: int) -> None:
    (before,) = read(_ORDER).orders
    (whole,) = read(changed(status=status)).orders
    (bare,) = read({"channelOrderId": "HOT-20261121-0042", "status": status}).orders
    assert whole["cancelled"]
    assert whole["revision"] == before["revision"] + 1
    assert bare == {
        "source": "shop-1",
        "order_id": "HOT-20261121-0042",
        "cancelled": True,
        "partial": True,
    }


@pytest.mark.parametrize("status", [30, 70, 85, 115])
def test_what_is_not_to_be_cooked_is_ignored(status: int) -> None:
    assert read(changed(status=status)).ignored


@pytest.mark.parametrize("status", [1, 2, 10, 20, 25, 40, 95, None])
def test_what_is_under_way_is_cooked(status: int | None) -> None:
    assert read(changed(status=status)).orders


def test_reports_without_items_are_ignored() -> None:
    report = {"orderId": "1", "status": 20, "channelOrderId": "2", "timeStamp": "x"}
    assert read(report).ignored == "a report of status 20"
    assert read([{"plu": "P-1", "name": "Rice", "price": 1}]).ignored == "a push of products"


def test_a_finished_order_ends_the_visit() -> None:
    (closed,) = read(changed(status=90)).amendments
    assert (closed["closed"], closed["partial"]) == (True, True)


def test_a_failed_order_is_shown() -> None:
    reading = read(changed(status=120, reason="no stock"))
    assert not reading.orders
    assert "0042 has failed (status 120) no stock" in reading.doubts[0].en


def test_unpaid_orders_cook_unless_it_is_set_otherwise() -> None:
    unpaid = changed(orderIsAlreadyPaid=False)
    assert read(unpaid).orders[0]["payment"] == "unpaid"
    assert read(unpaid, cook_unpaid=False).ignored == "not paid yet"


def test_orders_of_another_store_are_not_for_this_kitchen() -> None:
    assert read(changed(location="north"), stores=["south"]).ignored
    assert read(changed(location="south"), stores=["south"]).orders


def test_orders_may_be_named_by_the_id_that_is_never_used_again() -> None:
    assert read(_ORDER, order_id="_id").orders[0]["order_id"] == _ORDER["_id"]


@pytest.mark.parametrize(
    ("kind", "service"),
    [(1, "pickup"), (2, "delivery"), (4, "pickup"), (5, "drive_thru"), ("2", "delivery")],
)
def test_the_type_decides_whatever_address_there_is(kind: Any, service: str) -> None:
    (order,) = read(changed(orderType=kind, deliveryAddress={"street": "x"})).orders
    assert order["service"] == service
    assert ("curbside" in order["note"]) is (kind == 4)


def test_a_test_order_says_so() -> None:
    assert read(changed(testOrder=True)).orders[0]["note"] == "测试单 TEST · no plastic"


@pytest.mark.parametrize("said", [5, [5], {}, without("items", "status"), changed(items=None)])
def test_what_is_no_order_is_a_card(said: Any) -> None:
    with pytest.raises(BodyError):
        read(said)


def test_no_mutation_crashes_it_or_loses_a_line_in_silence() -> None:
    outcomes = survives(
        Deliverect().read,
        _ORDER,
        may_ignore=frozenset({"status"}),
        may_lose=frozenset({"status"}),
    )
    assert outcomes["ticket"] > 400
    assert outcomes["card"] > 50


def test_a_signature_over_the_raw_body() -> None:
    body = json.dumps(_ORDER).encode()

    def push(signature: str, body: bytes = body) -> Push:
        return Push(body, headers={"x-server-authorization-hmac-sha256": signature})

    Deliverect().verify(push(hmac_hex("old", body)), ["new", "old"], AT)
    Deliverect().verify(push(hmac_hex("new", body).upper()), ["new", "old"], AT)
    for bad in (push(hmac_hex("x", body)), push(hmac_hex("new", body), body + b" "), push("")):
        with pytest.raises(BadSignature):
            Deliverect().verify(bad, ["new", "old"], AT)


# --- other people's payloads ---------------------------------------------------------------


def test_a_published_order(samples_dir: Path) -> None:
    file = "deliverect/channel_create_order_tax_inclusive.json"
    wanted = expected(samples_dir, file)
    (order,) = Deliverect().read(Push((samples_dir / file).read_bytes()), CONTEXT).orders
    assert lines_made(order) == lines_expected(wanted)
    for ours, theirs in (("order_id", "order_id"), ("number", "number"), ("service", "type")):
        assert order[ours] == wanted[theirs]
    assert order["customer"] == wanted["customer"]
    assert order["member"]["note"] == wanted["customer_note"]
    assert {"placed_at", "due_at", "note", "table"}.isdisjoint(order)


def test_a_published_cancel(samples_dir: Path) -> None:
    file = "deliverect/channel_cancel_order.json"
    (order,) = Deliverect().read(Push((samples_dir / file).read_bytes()), CONTEXT).orders
    assert order["order_id"] == expected(samples_dir, file)["order_id"]
    assert order["cancelled"]
