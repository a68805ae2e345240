"""Square: thin webhooks, versions, fulfilments, sparse changes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import Context
from pos_bridge.adapters.square import Square
from tests.unit.adapters.mutations import AT, ZONE, survives
from tests.unit.adapters.reads import (
    SINCE,
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

SQUARE = Square()


LINES = [{"name": "Tea", "quantity": "1"}]


def webhook(kind: str = "updated", state: str = "OPEN", version: int | None = 3) -> dict[str, Any]:
    """Return a notification, as thin as they are."""
    told = {"order_id": "ord-1", "state": state, "version": version, "location_id": "L1"}
    return {
        "merchant_id": "M1",
        "type": f"order.{kind}",
        "event_id": f"event-{kind}-{version}",
        "created_at": "2026-11-21T11:10:00Z",
        "data": {"type": "order", "id": "ord-1", "object": {f"order_{kind}": told}},
    }


def sold(**fields: Any) -> dict[str, Any]:
    """Return an order for pick-up with every kind of line."""
    return {
        "id": "ord-1",
        "location_id": "L1",
        "version": 3,
        "state": "OPEN",
        "ticket_name": "Ann",
        "created_at": "2026-11-21T11:00:00.123Z",
        "line_items": [
            {
                "uid": "l1",
                "name": "Burger",
                "variation_name": "Double",
                "quantity": "2",
                "note": "well done",
                "catalog_object_id": "CAT1",
                "modifiers": [
                    {"uid": "m1", "name": "Cheese", "quantity": "2"},
                    {"uid": "m2", "name": "Pickle", "quantity": "0"},
                    {"uid": "m3", "name": "Sauce", "quantity": "1"},
                    {"uid": "m4", "name": "Spicy", "parent_modifier_uid": "m3"},
                ],
            },
            {
                "uid": "l2",
                "name": "Brisket",
                "quantity": "1.25",
                "quantity_unit": {"measurement_unit": {"weight_unit": "IMPERIAL_POUND"}},
            },
            {"uid": "l3", "item_type": "GIFT_CARD", "name": "Gift card", "quantity": "1"},
        ],
        "fulfillments": [
            {
                "uid": "f1",
                "type": "PICKUP",
                "state": "RESERVED",
                "pickup_details": {
                    "recipient": {"display_name": "Ann Lee"},
                    "schedule_type": "SCHEDULED",
                    "pickup_at": "2026-11-21T12:30:00Z",
                    "note": "ring the bell",
                },
            }
        ],
        **fields,
    }


def fulfilled(state: str) -> list[dict[str, Any]]:
    """Return a fulfilment of all lines in a state."""
    return [{"uid": "f1", "type": "PICKUP", "state": state}]


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    made = order(read(SQUARE, {"order": sold()}))
    assert lines(made) == [("2", "Burger", "ordered"), ("1.25", "Brisket", "ordered")]
    assert choices(made) == [
        ("choice", "1", "Double"),
        ("choice", "2", "Cheese"),
        ("remove", "1", "Pickle"),
        ("choice", "1", "Sauce", ("choice", "1", "Spicy")),
    ]
    first, second = made.message.lines
    assert (first.note, first.item_id, second.unit) == ("well done", "CAT1", "lb")
    fields = made.message.fields
    assert (fields.number, fields.service.value, fields.note) == ("Ann", "pickup", "ring the bell")
    assert (fields.due_at, made.customer) == ("2026-11-21T12:30:00+00:00", "Ann Lee")
    assert (made.message.revision, made.message.partial) == (3, False)


def test_a_webhook_is_read_again_once_per_version() -> None:
    """Several notifications of one change are usual; each version is asked for once."""
    asked = [read(SQUARE, webhook(kind)).fetch[0] for kind in ("updated", "fulfillment_updated")]
    assert {each.id for each in asked} == {"ord-1:v3"}
    assert (asked[0].key, asked[0].path) == ("ord-1", "/v2/orders/ord-1")
    assert read(SQUARE, webhook(version=4)).fetch[0].id == "ord-1:v4"
    assert lines(order(answered(SQUARE, {"order": sold()}, asked[0])))[0][1] == "Burger"


def test_an_order_that_is_gone_is_void_if_the_kitchen_has_it() -> None:
    fetch = read(SQUARE, webhook()).fetch[0]
    gone = amendment(answered(SQUARE, {}, fetch, status=404))
    assert gone.message.fields.cancelled
    assert gone.message.key.order_id == "ord-1"


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"fulfillments": fulfilled("PROPOSED")}, True),
        ({"fulfillments": fulfilled("RESERVED")}, False),
        ({"fulfillments": fulfilled("PREPARED")}, False),
    ],
)
def test_a_proposed_fulfilment_waits_until_the_store_accepts(
    fields: dict[str, Any], held: bool
) -> None:
    states = {state for _, _, state in lines(order(read(SQUARE, {"order": sold(**fields)})))}
    assert states == {"held" if held else "ordered"}


@pytest.mark.parametrize(
    "fields",
    [{"state": "CANCELED"}, {"state": "CANCELED", "line_items": None}]
    + [{"fulfillments": fulfilled(state)} for state in ("CANCELED", "FAILED")],
)
def test_a_cancelled_order_is_void(fields: dict[str, Any]) -> None:
    assert order(read(SQUARE, {"order": sold(**fields)})).message.fields.cancelled


@pytest.mark.parametrize(
    "fields", [{"state": "COMPLETED"}, {"fulfillments": fulfilled("COMPLETED")}]
)
def test_what_is_completed_is_not_cooked_unless_guests_pay_first(fields: dict[str, Any]) -> None:
    body = {"order": sold(**fields)}
    assert amendment(read(SQUARE, body)).message.revision == 3
    assert lines(order(read(SQUARE, body, cook_completed=True)))


def test_drafts_and_returns_are_not_cooked() -> None:
    assert read(SQUARE, {"order": sold(state="DRAFT")}).ignored
    assert not read(SQUARE, webhook(state="DRAFT")).fetch
    returned = sold(line_items=[], returns=[{"source_order_id": "old"}])
    assert read(SQUARE, {"order": returned}).ignored == "a return of goods: nothing to cook"


def test_one_fulfilment_of_several_may_be_off() -> None:
    """A fulfilment that names its lines speaks for them only."""
    entries = [{"uid": "e1", "line_item_uid": "l2", "quantity": "1.25"}]
    off = {"type": "PICKUP", "state": "CANCELED", "line_item_application": "ENTRY_LIST"}
    body = sold(fulfillments=[*fulfilled("RESERVED"), {**off, "entries": entries}])
    assert [state for *_, state in lines(order(read(SQUARE, {"order": body})))] == [
        "ordered",
        "void",
    ]


def test_a_sparse_change_leaves_the_other_lines() -> None:
    line = {"uid": "l2", "name": "Brisket", "quantity": "2"}
    body = {"fields_to_clear": ["discounts"], "order": {"id": "ord-1", "version": 3}}
    body["order"]["line_items"] = [line]  # type: ignore[index]
    made = order(read(SQUARE, body)).message
    assert (made.partial, made.revision, len(made.lines)) == (True, 4, 1)
    assert "note" not in made.given


@pytest.mark.parametrize(
    "change",
    [
        {"fields_to_clear": ["line_items[l1]"], "order": {"id": "ord-1", "version": 3}},
        {
            "idempotency_key": "k",
            "order": {"id": "ord-1", "version": 3, "line_items": [{"uid": "l1", "quantity": "3"}]},
        },
    ],
)
def test_a_sparse_change_that_says_too_little_is_read_by_the_api(change: dict[str, Any]) -> None:
    reading = read(SQUARE, change)
    assert not reading.orders
    assert reading.fetch[0].path == "/v2/orders/ord-1"


def test_clearing_all_lines_takes_them_off() -> None:
    body = {"fields_to_clear": ["line_items", "ticket_name"], "order": {"id": "o", "version": 1}}
    made = order(read(SQUARE, body)).message
    assert (made.partial, made.lines, made.fields.number) == (False, (), "")


def test_catching_up_searches_the_stores_page_by_page() -> None:
    assert SQUARE.catch_up(SINCE, AT, Context("shop-1", ZONE, AT)) == ()
    fetch, reading = missed(SQUARE, {"orders": [sold()], "cursor": "next"}, stores=["L1"])
    asked = json.loads(fetch.body)
    assert asked["location_ids"] == ["L1"]
    assert asked["query"]["filter"]["date_time_filter"]["updated_at"] == {
        "start_at": "2026-11-21T19:05:00+08:00",
        "end_at": "2026-11-21T19:10:00+08:00",
    }
    assert lines(order(reading))
    assert json.loads(reading.fetch[0].body) == {**asked, "cursor": "next"}
    assert missed(SQUARE, {}, stores=["L1"])[1].ignored == "nothing has changed"


def test_other_events_and_other_stores_are_ignored_with_the_reason() -> None:
    for kind in ("payment.updated", "catalog.version.updated", "order.custom_attribute.owned"):
        reading = read(SQUARE, {"type": kind, "event_id": "e", "data": {"id": "x"}})
        assert reading.ignored == f"{kind}: not about an order to cook"
    assert read(SQUARE, webhook(), stores=["L2"]).ignored == "of another store: L1"
    assert read(SQUARE, webhook(), stores=["L1"]).fetch


def test_unpaid_waits_where_that_is_wanted() -> None:
    amendment(read(SQUARE, {"order": sold()}, cook_unpaid=False))
    paid = sold(tenders=[{"type": "CARD"}], net_amount_due_money={"amount": 0})
    assert order(read(SQUARE, {"order": paid}, cook_unpaid=False)).message.fields.payment == "paid"


def signed(body: bytes, url: str, key: str) -> dict[str, str]:
    """Sign as the vendor does."""
    digest = hmac.new(key.encode(), url.encode() + body, hashlib.sha256).digest()
    return {"x-square-hmacsha256-signature": base64.b64encode(digest).decode()}


def test_the_signature_covers_address_and_body() -> None:
    body, url = json.dumps(webhook()).encode(), "https://kitchen.example.com/square"
    good = push(body, headers=signed(body, url, "new"), url=url)
    assert is_signed(SQUARE, good, "new", "old")
    assert is_signed(SQUARE, good, "old", "new")
    assert not is_signed(SQUARE, good, "guessed")
    assert not is_signed(SQUARE, push(body + b" ", headers=good.headers, url=url), "new")
    assert not is_signed(SQUARE, push(body, headers=good.headers, url=url + "/"), "new")
    assert not is_signed(SQUARE, push(body, url=url), "new")


def test_the_published_signatures(samples_dir: Path) -> None:
    file = samples_dir / "signatures" / "webhook_signature_vectors.json"
    vectors = [each for each in json.loads(file.read_text()) if each["vendor"] == "square"]
    assert vectors
    for vector in vectors:
        header = {vector["header"].lower(): vector["signature"]}
        sent = push(vector["body"].encode(), headers=header, url=vector["url"])
        assert is_signed(SQUARE, sent, vector["key"]) == vector["valid"], vector["why"]


@pytest.mark.parametrize(
    "name",
    [
        "create_order_response",
        "batch_retrieve_orders_response",
        "update_order_request",
        "update_order_response",
    ],
)
def test_published_orders_are_the_expected_tickets(samples_dir: Path, name: str) -> None:
    file = f"square/{name}.json"
    ticket = expected(samples_dir, file)
    (made,) = read(SQUARE, (samples_dir / file).read_bytes()).orders
    assert lines_made(made) == lines_expected(ticket)
    assert made["order_id"] == (ticket["order_id"] or made["order_id"])
    assert made.get("number") == (ticket["number"] or made.get("number"))


def test_the_published_webhook_shows_nothing_until_it_is_read(samples_dir: Path) -> None:
    ticket = expected(samples_dir, "square/webhook_order_updated.json")
    reading = read(SQUARE, (samples_dir / "square/webhook_order_updated.json").read_bytes())
    assert not reading.orders
    assert reading.fetch[0].key == ticket["order_id"]


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    may_lose = frozenset({"item_type", "fields_to_clear"})
    done = survives(SQUARE.read, {"order": sold()}, may_ignore=frozenset(), may_lose=may_lose)
    assert done["ticket"] > 300
    survives(SQUARE.read, webhook())


def test_a_search_may_list_the_orders_only() -> None:
    listed = {"order_entries": [{"order_id": "o1", "version": 2, "location_id": "L1"}]}
    assert [each.id for each in read(SQUARE, listed).fetch] == ["o1:v2"]


def test_a_price_calculation_is_a_card_and_a_request_to_create_a_ticket() -> None:
    calculated = {"order": {**sold(), "id": None}}
    with pytest.raises(BodyError, match="order.id"):
        read(SQUARE, calculated)
    asked = {"idempotency_key": "k", "order": {"location_id": "L1", "line_items": LINES}}
    reading = read(SQUARE, asked)
    assert lines(order(reading)) == [("1", "Tea", "ordered")]
    assert reading.doubts
    assert order(read(SQUARE, asked)).message.key == order(reading).message.key


def test_what_is_no_order_is_a_card() -> None:
    bodies: tuple[Any, ...] = (
        {},
        {"order": {"id": "x"}},
        {"hello": 1},
        [],
        {"type": "order.updated"},
    )
    for body in bodies:
        with pytest.raises(BodyError):
            read(SQUARE, body)
