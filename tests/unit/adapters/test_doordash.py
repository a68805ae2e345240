"""DoorDash: nested extras, missing quantities, adjustments, release, cancel without a body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kds.records.errors import BodyError, NotJson
from pos_bridge.adapters.doordash import DoorDash
from tests.unit.adapters.mutations import survives
from tests.unit.adapters.reads import choices, is_signed, lines, order, push, read
from tests.unit.adapters.tickets import expected, lines_expected, lines_made

DASH = DoorDash()


def sold(*dishes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an order."""
    salt = {"name": "Salt", "quantity": 1}
    ketchup = {
        "name": "Ketchup",
        "quantity": 2,
        "extra": [{"name": "Condiments", "options": [salt]}],
    }
    bowl = {
        "line_item_id": "li-1",
        "merchant_supplied_id": "bowl",
        "name": "Bowl",
        "quantity": 2,
        "special_instructions": "hot",
        "consumer_name": "Ann",
        "extras": [{"name": "Sauces", "options": [ketchup]}],
    }
    eggs = {"merchant_supplied_id": "eggs", "name": "Eggs", "options": [{"name": "Folded"}]}
    return {
        "id": "dd-1",
        "categories": [{"name": "Entree", "items": list(dishes) or [bowl, eggs]}],
        "consumer": {"id": 9007199254740993, "first_name": "Ann", "last_name": "L"},
        "store": {"merchant_supplied_id": "store-1", "provider_type": "p"},
        "estimated_pickup_time": "2026-11-21T11:40:00.123456+00:00",
        "is_pickup": True,
        "fulfillment_type": "dx_delivery",
        "delivery_short_code": "897176",
        "order_special_instructions": "call me",
        **fields,
    }


def created(**fields: Any) -> dict[str, Any]:
    """Return the event of a new order."""
    return {"event": {"type": "OrderCreate", "status": "NEW"}, "order": sold(**fields)}


NOTICE = {
    "external_order_id": "dd-1",
    "client_order_id": "321",
    "store": {"merchant_supplied_id": "store-1", "provider_type": "p"},
}
RELEASE = {**NOTICE, "dasher": {"first_name": "Kim"}, "distance_from_store": 460.2}


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    reading = read(DASH, created())
    made = order(reading)
    assert lines(made) == [("2", "Bowl", "ordered"), ("1", "Eggs", "ordered")]
    assert choices(made) == [
        ("choice", "2", "Sauces: Ketchup", ("choice", "1", "Condiments: Salt"))
    ]
    assert choices(made, 1) == [("choice", "1", "Folded")]
    assert "Eggs: no quantity; taken as 1" in reading.warnings
    assert (made.message.lines[0].category, made.message.lines[0].note) == ("Entree", "hot")
    fields = made.message.fields
    assert (fields.number, fields.service, fields.note) == ("897176", "delivery", "call me")
    assert (made.customer, fields.channel) == ("Ann L", "delivery")


def test_an_order_alone_reads_alike() -> None:
    assert lines(order(read(DASH, sold()))) == lines(order(read(DASH, created())))


def test_the_way_it_leaves_is_what_fulfillment_says() -> None:
    """`is_pickup` can contradict it."""
    pickup = order(read(DASH, sold(fulfillment_type="pickup", is_pickup=False)))
    assert pickup.message.fields.service == "pickup"
    unsaid = order(read(DASH, sold(fulfillment_type=None, is_pickup=True)))
    assert unsaid.message.fields.service == "pickup"


@pytest.mark.parametrize("kind", ["OrderAdjustment", "OrderAdjust"])
def test_an_adjustment_is_the_whole_order_as_it_now_is(kind: str) -> None:
    bowl = {"line_item_id": "li-1", "name": "Bowl", "quantity": 1}
    body = {
        "event": {"type": kind, "event_time": "2026-11-21T11:10:00+00:00"},
        "order": sold(bowl, consumer={"first_name": "REDACTED", "last_name": "REDACTED"}),
        "order_adjustment_metadata": {"adjusted_order_items": [{"adjustment_type": "ITEM_REMOVE"}]},
    }
    made = order(read(DASH, body))
    assert lines(made) == [("1", "Bowl", "ordered")]
    assert (made.message.partial, made.customer) == (False, "")
    assert made.message.lines[0].line_id == "li-1"


def test_a_cancel_names_the_order_only() -> None:
    gone = order(read(DASH, {**NOTICE, "is_asap": True})).message
    assert (gone.key.order_id, gone.fields.cancelled, gone.partial) == ("dd-1", True, True)


def test_a_release_fires_what_was_held() -> None:
    waiting = order(read(DASH, created(), hold_until_release=True))
    assert {state for *_, state in lines(waiting)} == {"held"}
    assert read(DASH, RELEASE).fire == ("dd-1",)


def test_in_a_group_order_each_dish_names_its_guest() -> None:
    two = [{"name": name, "quantity": 1, "consumer_name": name} for name in ("Ann", "Bob")]
    assert [line.note for line in order(read(DASH, sold(*two))).message.lines] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    "body",
    [
        {"event": {"type": "MenuCreate", "status": "SUCCESS", "reference": "r"}, "menu": {"id": 1}},
        {"event": {"type": "x"}, "delivery": {"dasher_status": "arrived_at_store"}},
        {"event": {"type": "Store Temporarily Deactivated"}, "store": {}, "reason_id": 22},
        {"onboarding_id": "o", "status": "MENU_QUALIFIED"},
        {"cart_id": "c", "store": {}, "categories": [{"items": [{"name": "Bowl"}]}]},
    ],
)
def test_what_is_no_order_is_ignored_with_the_reason(body: dict[str, Any]) -> None:
    reading = read(DASH, body)
    assert reading.ignored
    assert not reading.orders


def test_other_stores_are_ignored() -> None:
    bodies: tuple[Any, ...] = (created(), NOTICE)
    for body in bodies:
        assert read(DASH, body, stores=["store-2"]).ignored == "of another store: store-1"


def test_the_fixed_token() -> None:
    for header in ("token-1", "Bearer token-1", "Basic token-1"):
        assert is_signed(DASH, push(b"{}", headers={"authorization": header}), "old", "token-1")
    assert not is_signed(DASH, push(b"{}", headers={"authorization": "token-2"}), "token-1")
    assert not is_signed(DASH, push(b"{}"), "token-1")


def test_the_published_order_is_the_expected_ticket(samples_dir: Path) -> None:
    file = "doordash/sample_self_delivery_order.json"
    ticket = expected(samples_dir, file)
    (made,) = read(DASH, (samples_dir / file).read_bytes()).orders
    assert lines_made(made) == lines_expected(ticket)
    assert (made["order_id"], made["number"]) == (ticket["order_id"], ticket["number"])
    assert made["customer"] == ticket["customer"]
    assert made["due_at"] == ticket["times"]["estimated_pickup_time"]
    assert [line["category"] for line in made["lines"]] == [x["category"] for x in ticket["items"]]


def test_a_published_order_that_is_no_json_is_a_card(samples_dir: Path) -> None:
    with pytest.raises(NotJson, match="not JSON"):
        read(DASH, (samples_dir / "doordash/sample_order_invalid_json.txt").read_bytes())


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    assert survives(DASH.read, created())["ticket"] > 400
    survives(DASH.read, NOTICE)
    survives(DASH.read, RELEASE)


def test_a_key_given_twice_counts_as_last_said() -> None:
    text = json.dumps(created())[:-2] + ', "estimated_pickup_time": "2026-11-21T12:00:00Z"}}'
    assert order(read(DASH, text.encode())).message.fields.due_at == "2026-11-21T12:00:00+00:00"


def test_what_is_no_order_is_a_card() -> None:
    adjusted = {"event": {"type": "OrderAdjustment"}, "order_adjustment_metadata": {}}
    bodies: tuple[Any, ...] = ({}, [], adjusted, {"event": {"type": "OrderCreate"}, "order": {}})
    for body in bodies:
        with pytest.raises(BodyError):
            read(DASH, body)
