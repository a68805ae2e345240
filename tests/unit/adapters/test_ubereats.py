"""Uber Eats: thin webhooks, scheduled and released orders, removals, allergies, group orders."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.ubereats import UberEats
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

UBER = UberEats()


def webhook(kind: str, event: str = "event-1") -> dict[str, Any]:
    """Return a notification."""
    meta = {"user_id": "store-1", "resource_id": "order-1", "status": "pos"}
    href = "https://api.uber.com/v2/eats/order/order-1"
    return {
        "event_id": event,
        "event_time": 1795259100,
        "event_type": kind,
        "meta": meta,
        "resource_href": href,
    }


def sold(**fields: Any) -> dict[str, Any]:
    """Return an order of API version 2."""
    spice = {"id": "hot", "title": "Extra hot", "quantity": 1}
    rice = {
        "id": "rice",
        "title": "Rice",
        "quantity": 2,
        "selected_modifier_groups": [{"title": "Spice", "selected_items": [spice]}],
    }
    group = {
        "title": "Side",
        "selected_items": [rice],
        "removed_items": [{"id": "on", "title": "Onion", "quantity": 0}],
    }
    curry = {
        "id": "curry",
        "instance_id": "i1",
        "title": "Curry",
        "quantity": 2,
        "eater_id": "e1",
        "special_instructions": "no cutlery",
        "special_requests": {"allergy": {"allergens_to_exclude": [{"type": "PEANUTS"}]}},
        "selected_modifier_groups": [group],
    }
    soup = {"id": "soup", "instance_id": "i2", "title": "Soup", "quantity": 1, "eater_id": "e2"}
    eaters = [{"id": "e1", "first_name": "Ann"}, {"id": "e2", "first_name": "Bob"}]
    return {
        "id": "order-1",
        "display_id": "BC953",
        "current_state": "CREATED",
        "store": {"id": "store-1"},
        "eater": {"first_name": "Ann", "last_name": "L."},
        "eaters": eaters,
        "cart": {"items": [curry, soup], "special_instructions": "call"},
        "placed_at": "2026-11-21T19:00:00+08:00",
        "estimated_ready_for_pickup_at": "2026-11-21T19:20:00+08:00",
        "type": "DELIVERY_BY_UBER",
        **fields,
    }


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    made = order(read(UBER, sold()))
    assert lines(made) == [("2", "Curry", "ordered"), ("1", "Soup", "ordered")]
    assert choices(made) == [
        ("choice", "2", "Side: Rice", ("choice", "1", "Spice: Extra hot")),
        ("remove", "1", "Onion"),
        ("allergy", "1", "PEANUTS"),
    ]
    assert [line.note for line in made.message.lines] == ["Ann\nno cutlery", "Bob"]
    fields = made.message.fields
    assert (fields.number, fields.service, fields.channel) == ("BC953", "delivery", "delivery")
    assert (fields.due_at, fields.note) == ("2026-11-21T19:20:00+08:00", "call")
    assert made.message.revision is None


def test_the_shape_of_the_newer_api_reads_alike() -> None:
    item = {
        "id": "i",
        "cart_item_id": "c1",
        "title": "Grapes",
        "quantity": {"amount_e5": 150000, "unit": "KILOGRAM"},
        "customer_request": {"special_instructions": "ripe"},
    }
    inner = {"id": "order-1", "display_id": "X", "state": "OFFERED", "carts": [{"items": [item]}]}
    made = order(read(UBER, {"order": {**inner, "fulfillment_type": "PICKUP"}}))
    (line,) = made.message.lines
    assert (str(line.quantity), line.unit, line.note) == ("1.5", "kilogram", "ripe")
    assert made.message.fields.service == "pickup"


def test_a_notification_is_read_once_and_cooked() -> None:
    (fetch,) = read(UBER, webhook("orders.notification")).fetch
    assert fetch.path == "/v2/eats/order/order-1"
    (again,) = read(UBER, webhook("orders.notification")).fetch
    assert again.id == fetch.id
    assert lines(order(answered(UBER, sold(), fetch)))[0][2] == "ordered"


def test_an_event_that_holds_the_order_needs_no_api() -> None:
    event = {"event_type": "orders.notification", "order": sold()}
    reading = read(UBER, event)
    assert reading.fetch == ()
    assert lines(order(reading)) == lines(order(read(UBER, sold())))
    held = order(read(UBER, {**event, "event_type": "orders.scheduled.notification"}))
    assert {each[2] for each in lines(held)} == {"held"}
    assert order(read(UBER, {**event, "event_type": "orders.cancel"})).message.fields.cancelled


def test_a_scheduled_order_waits_for_its_time() -> None:
    (fetch,) = read(UBER, webhook("orders.scheduled.notification")).fetch
    early = order(answered(UBER, sold(), fetch))
    assert {state for *_, state in lines(early)} == {"held"}
    (due,) = read(UBER, webhook("orders.notification", "event-2")).fetch
    assert {state for *_, state in lines(order(answered(UBER, sold(), due)))} == {"ordered"}


def test_with_fast_release_the_courier_starts_the_kitchen() -> None:
    (fetch,) = read(UBER, webhook("orders.notification")).fetch
    waiting = order(answered(UBER, sold(), fetch, hold_until_release=True))
    assert lines(waiting)[0][2] == "held"
    (near,) = read(UBER, webhook("orders.release", "event-2")).fetch
    fired = order(answered(UBER, sold(), near, hold_until_release=True))
    assert lines(fired)[0][2] == "ordered"


@pytest.mark.parametrize("kind", ["orders.cancel", "orders.failure", "order.failed"])
def test_a_cancel_is_void_at_once(kind: str) -> None:
    gone = order(read(UBER, webhook(kind))).message
    assert (gone.key.order_id, gone.fields.cancelled, gone.partial) == ("order-1", True, True)


@pytest.mark.parametrize("state", ["CANCELED", "DENIED"])
def test_what_the_api_calls_cancelled_is_void(state: str) -> None:
    assert order(read(UBER, sold(current_state=state))).message.fields.cancelled


def test_what_is_finished_or_gone_makes_no_ticket() -> None:
    amendment(read(UBER, sold(current_state="FINISHED")))
    (fetch,) = read(UBER, webhook("orders.notification")).fetch
    assert amendment(answered(UBER, {}, fetch, status=404)).message.fields.cancelled


def test_missing_dishes_are_noted() -> None:
    issue = {
        "fulfillment_issue_type": "OUT_OF_ITEM",
        "fulfillment_action_type": "REPLACE_FOR_ME",
        "root_item": {"title": "Cola"},
        "item_substitute": {"title": "Water"},
    }
    made = order(read(UBER, sold(cart={**sold()["cart"], "fulfillment_issues": [issue]})))
    assert made.message.fields.note == "call\nREPLACE_FOR_ME Cola → Water"
    resolved = read(UBER, webhook("order.fulfillment_issues.resolved"))
    assert resolved.fetch


def test_other_events_and_stores_are_ignored_with_the_reason() -> None:
    for kind in ("store.provisioned", "eats.store.status.notification", "delivery.state_changed"):
        assert read(UBER, webhook(kind)).ignored == f"{kind}: not about an order to cook"
    other = read(UBER, webhook("orders.notification"), stores=["store-2"])
    assert other.ignored == "of another store: store-1"


def test_the_signature_covers_the_body() -> None:
    body = json.dumps(webhook("orders.notification")).encode()
    header = {"x-uber-signature": hmac.new(b"new", body, hashlib.sha256).hexdigest()}
    good = push(body, headers=header)
    assert is_signed(UBER, good, "new", "old")
    assert is_signed(UBER, good, "old", "new")
    assert not is_signed(UBER, good, "guessed")
    assert not is_signed(UBER, push(body + b"\n", headers=header), "new")
    assert not is_signed(UBER, push(body), "new")


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    assert survives(UBER.read, sold())["ticket"] > 500
    may_ignore = frozenset({"event_type"})
    survives(UBER.read, webhook("orders.notification"), may_ignore=may_ignore)


def test_another_version_of_the_api_may_be_asked() -> None:
    asked = read(
        UBER, webhook("orders.notification"), order_path="/v1/delivery/order/{id}?expand=carts"
    )
    assert asked.fetch[0].path == "/v1/delivery/order/order-1?expand=carts"


def test_what_is_no_order_is_a_card() -> None:
    bodies: tuple[Any, ...] = ({}, {"event_type": "orders.notification"}, {"order": {}}, [])
    for body in bodies:
        with pytest.raises(BodyError):
            read(UBER, body)


# --- what was missed -----------------------------------------------------------------------


def entry(number: str, state: str = "ACCEPTED", **fields: Any) -> dict[str, Any]:
    """Return an order as the list of a store has it."""
    placed = "2026-11-21T11:06:00Z"
    return {"order": {"id": number, "state": state, "created_time": placed, **fields}}


def test_orders_that_no_push_has_told_are_read_as_if_one_had() -> None:
    listed = {
        "data": [
            entry("new", "OFFERED"),
            entry("later", status="SCHEDULED"),
            entry("gone", "FAILED", created_time="2026-11-21T09:00:00Z"),
            entry("over", "SUCCEEDED"),
            entry("before", created_time="2026-11-21T11:00:00Z"),
        ],
        "pagination_data": {"next_page_token": "p 2"},
    }
    asked, reading = missed(UBER, listed, stores=["st/1"])
    assert asked.path == (
        "/v1/delivery/store/st%2F1/orders?start_time=2026-11-21T08%3A05%3A00Z"
        "&end_time=2026-11-21T11%3A10%3A00Z&page_size=50"
    )
    (gone,) = reading.amendments
    assert (gone["order_id"], gone["cancelled"]) == ("gone", True)
    new, later, page = reading.fetch
    assert (new.key, new.path, new.unless_known) == ("new", "/v2/eats/order/new", True)
    assert lines(order(answered(UBER, sold(id="new"), new)))[0][2] == "ordered"
    assert lines(order(answered(UBER, sold(id="later"), later)))[0][2] == "held"
    assert page.path == asked.path + "&next_page_token=p+2"
    assert answered(UBER, {"data": []}, page).ignored == "nothing has changed"


def test_a_listed_order_without_its_id_is_told() -> None:
    with pytest.raises(BodyError, match="order.id"):
        missed(UBER, {"data": [{"order": {"state": "OFFERED"}}]}, stores="st/1")
