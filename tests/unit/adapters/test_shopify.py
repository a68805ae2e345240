"""Shopify: whole orders by topic, edits and refunds read again, properties of any shape."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.shopify import Shopify
from tests.unit.adapters.mutations import survives
from tests.unit.adapters.reads import (
    amendment,
    answered,
    choices,
    is_signed,
    lines,
    missed,
    order,
    push,
    read,
)
from tests.unit.adapters.tickets import expected, lines_expected, lines_made

SHOP = Shopify()
LATER = "2026-11-21T19:06:00+08:00"


def item(number: int, name: str, **fields: Any) -> dict[str, Any]:
    """Return a line."""
    return {"id": number, "name": name, "title": name, "quantity": 2, "sku": f"S{number}", **fields}


def sold(**fields: Any) -> dict[str, Any]:
    """Return an order."""
    burger = item(
        9007199254740993,
        "Burger - Large",
        variant_title="Large",
        properties=[
            {"name": "Sauce", "value": "hot"},
            {"name": "Count", "value": 2},
            {"name": "_app", "value": "x"},
        ],
    )
    return {
        "id": 9007199254740995,
        "name": "#1001",
        "created_at": "2026-11-21T19:00:00+08:00",
        "updated_at": "2026-11-21T19:05:00+08:00",
        "cancelled_at": None,
        "closed_at": None,
        "financial_status": "paid",
        "fulfillment_status": None,
        "note": "ring twice",
        "note_attributes": [
            {"name": "Pickup date", "value": "2026-11-22"},
            {"name": "Pickup time", "value": "18:30"},
            {"name": "Table", "value": "5"},
        ],
        "customer": {"first_name": "Ann", "last_name": "Lee"},
        "line_items": [burger, item(2, "Soup")],
        "shipping_lines": [{"title": "Local pickup", "code": "x"}],
        "refunds": [],
        **fields,
    }


def topic(name: str, **more: str) -> dict[str, str]:
    """Return the headers of a topic."""
    return {"x-shopify-topic": name, "x-shopify-webhook-id": f"id-{name}", **more}


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    made = order(read(SHOP, sold(), headers=topic("orders/create")))
    assert lines(made) == [("2", "Burger", "ordered"), ("2", "Soup", "ordered")]
    assert choices(made) == [
        ("choice", "1", "Large"),
        ("choice", "1", "Sauce: hot"),
        ("choice", "1", "Count: 2"),
    ]
    assert made.message.key.order_id == "9007199254740995"
    assert made.message.lines[0].line_id == "9007199254740993"
    fields = made.message.fields
    assert (fields.number, fields.table, fields.service) == ("#1001", "5", "pickup")
    assert (fields.due_at, fields.payment) == ("2026-11-22T18:30:00+08:00", "paid")
    assert fields.note.splitlines()[0] == "ring twice"
    assert (made.customer, made.message.revision) == ("Ann Lee", 1795259100000)


@pytest.mark.parametrize(
    ("properties", "shown"),
    [
        ({"name": "Sauce", "value": 3}, ["Sauce: 3"]),
        ({"Sauce": "hot", "_id": "1"}, ["Sauce: hot"]),
        ({}, []),
        (None, []),
        ([], []),
    ],
)
def test_properties_of_any_shape(properties: Any, shown: list[str]) -> None:
    made = order(read(SHOP, sold(line_items=[item(1, "Soda", properties=properties)])))
    assert [name for _, _, name in choices(made)] == shown


def test_a_second_within_one_is_told_apart_by_when_it_was_triggered() -> None:
    """`updated_at` counts whole seconds: two changes within one would be one revision."""
    headers = topic(
        "orders/updated", **{"x-shopify-triggered-at": "2026-11-21T11:05:01.877041743Z"}
    )
    made = order(read(SHOP, sold(), headers=headers))
    assert made.message.revision == 1795259101877


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("orders/edited", {"order_edit": {"id": 1, "order_id": 77}}),
        ("refunds/create", {"id": 5, "order_id": 77, "refund_line_items": []}),
    ],
)
def test_edits_and_refunds_are_read_again(name: str, body: dict[str, Any]) -> None:
    (fetch,) = read(SHOP, body, headers=topic(name)).fetch
    assert fetch.path == "/admin/api/2025-07/orders/77.json"
    assert read(SHOP, body, headers=topic(name)).fetch[0].id == fetch.id
    assert read(SHOP, body).fetch[0].key == "77"
    assert lines(order(answered(SHOP, {"order": sold()}, fetch)))
    assert amendment(answered(SHOP, {}, fetch, status=404)).message.fields.cancelled


@pytest.mark.parametrize(
    ("fields", "expected_lines"),
    [
        ({"current_quantity": 1}, [("1", "Tea", "ordered")]),
        ({"current_quantity": 0}, [("2", "Tea", "void")]),
        ({}, [("2", "Tea", "ordered")]),
    ],
)
def test_what_was_edited_away_is_void(
    fields: dict[str, Any], expected_lines: list[tuple[str, str, str]]
) -> None:
    assert lines(order(read(SHOP, sold(line_items=[item(1, "Tea", **fields)])))) == expected_lines


def test_what_was_refunded_is_void() -> None:
    refund = {"refund_line_items": [{"line_item_id": 1, "quantity": 1}]}
    body = sold(line_items=[item(1, "Tea")], refunds=[refund])
    assert lines(order(read(SHOP, body))) == [("1", "Tea", "ordered")]


def test_a_cancelled_order_is_void_and_a_deleted_one_if_it_is_known() -> None:
    gone = read(SHOP, sold(cancelled_at="2026-11-21T19:06:00+08:00"))
    assert order(gone).message.fields.cancelled
    deleted = amendment(read(SHOP, {"id": 77}, headers=topic("orders/delete")))
    assert (deleted.message.key.order_id, deleted.message.fields.cancelled) == ("77", True)


def test_what_is_fulfilled_makes_no_ticket_unless_that_is_wanted() -> None:
    body = sold(fulfillment_status="fulfilled")
    amendment(read(SHOP, body))
    assert lines(order(read(SHOP, body, cook_completed=True)))
    amendment(read(SHOP, sold(closed_at="2026-11-21T19:06:00+08:00")))


def test_unpaid_waits_where_that_is_wanted() -> None:
    body = sold(financial_status="pending")
    assert order(read(SHOP, body)).message.fields.payment == "unpaid"
    amendment(read(SHOP, body, cook_unpaid=False))


def test_other_topics_and_shops_are_ignored_with_the_reason() -> None:
    for name in (
        "draft_orders/create",
        "checkouts/update",
        "products/update",
        "fulfillments/create",
    ):
        assert read(SHOP, sold(), headers=topic(name)).ignored == (
            f"{name}: not about an order to cook"
        )
    shop = topic("orders/create", **{"x-shopify-shop-domain": "b.myshopify.com"})
    assert read(SHOP, sold(), headers=shop, stores=["a.myshopify.com"]).ignored


def test_catching_up_lists_what_was_updated_page_by_page() -> None:
    many = {"orders": [sold(id=n) for n in range(250)]}
    fetch, reading = missed(SHOP, many)
    assert "updated_at_min=2026-11-21T19%3A05%3A00%2B08%3A00" in fetch.path
    assert len(reading.orders) == 250
    assert not reading.fetch  # all of them within the second in which this page began
    later = missed(SHOP, {"orders": [sold(id=n, updated_at=LATER) for n in range(250)]})[1]
    assert "updated_at_min=2026-11-21T19%3A06%3A00%2B08%3A00" in later.fetch[0].path
    assert missed(SHOP, {"orders": []})[1].ignored == "nothing has changed"


def test_the_signature_covers_the_body() -> None:
    body = json.dumps(sold()).encode()
    digest = base64.b64encode(hmac.new(b"new", body, hashlib.sha256).digest()).decode()
    good = push(body, headers={"x-shopify-hmac-sha256": digest})
    assert is_signed(SHOP, good, "new", "old")
    assert is_signed(SHOP, good, "old", "new")
    assert not is_signed(SHOP, good, "guessed")
    assert not is_signed(SHOP, push(body + b" ", headers=good.headers), "new")
    assert not is_signed(SHOP, push(body), "new")


def test_the_published_order_is_the_expected_ticket(samples_dir: Path) -> None:
    file = "shopify/go_shopify_order.json"
    ticket = expected(samples_dir, file)
    (made,) = read(SHOP, (samples_dir / file).read_bytes()).orders
    assert lines_made(made) == lines_expected(ticket)
    assert (made["order_id"], made["number"]) == (ticket["order_id"], ticket["number"])
    assert made["customer"] == ticket["customer"]
    assert made["cancelled"] is True


def test_published_lines_with_odd_properties(samples_dir: Path) -> None:
    folder = samples_dir / "shopify" / "line_item_edge_cases"
    valid = json.loads((folder / "valid.json").read_text())
    odd = {**item(5, "Soda"), **json.loads((folder / "properties_object.json").read_text())}
    made = order(read(SHOP, sold(line_items=[valid, odd])))
    assert lines(made)[0] == ("1", "Soda", "ordered")
    assert [name for *_, name in choices(made)] == ["Test Variant", "note 1: one", "note 2: 2"]
    assert [name for *_, name in choices(made, 1)] == ["property 1: 3"]


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    assert survives(SHOP.read, {"order": sold()})["ticket"] > 400
    assert survives(SHOP.read, sold())["ticket"] > 400


def test_what_is_no_order_is_a_card() -> None:
    bodies: tuple[Any, ...] = ({}, [], {"order": {}})
    for body in bodies:
        with pytest.raises(BodyError):
            read(SHOP, body)
    with pytest.raises(BodyError):
        read(SHOP, {}, headers=topic("orders/delete"))
    with pytest.raises(BodyError):
        read(SHOP, {}, headers=topic("orders/edited"))
