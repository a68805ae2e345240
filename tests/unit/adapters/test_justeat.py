"""Just Eat: one path per event, notes as object or list, meals with parts, two case styles."""

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
from pos_bridge.adapters.justeat import JustEat
from tests.unit.adapters.mutations import AT, ZONE, json_push, survives
from tests.unit.adapters.reads import amendment, choices, is_signed, lines, order, push, read
from tests.unit.adapters.tickets import expected, lines_expected, lines_made

EAT = JustEat()
READY = "order-ready-for-preparation-sync"
ASKED = "acceptance-requested"


def sold(**fields: Any) -> dict[str, Any]:
    """Return an order."""
    sauce = {"Name": "Curry sauce", "Quantity": 1, "Reference": "s", "Items": []}
    fries = {"Name": "Fries", "Quantity": 1, "Reference": "f", "Synonym": "Large", "Items": [sauce]}
    drink = {"Name": "Cola", "Quantity": 2, "Reference": "d", "Synonym": "", "Items": []}
    box = {"Name": "Box", "Quantity": 2, "Reference": "b", "Synonym": "", "Items": [fries, drink]}
    return {
        "OrderId": "ABCD",
        "FriendlyOrderReference": "REF1",
        "Customer": {"Id": 1, "Name": "Ann Lee"},
        "CustomerNotes": {"noteForRestaurant": "hot", "noteForDelivery": "red door"},
        "Fulfilment": {
            "Method": "Collection",
            "CustomerDueAsap": False,
            "CustomerDueDate": "2026-11-21T12:30:00Z",
            "PreparationTime": "0:23:32",
        },
        "IsTest": False,
        "Items": [box],
        "Payment": {"Lines": [{"Paid": True, "Type": "Card"}]},
        "PlacedDate": "2026-11-21T11:00:00Z",
        "Restaurant": {"Id": "R1", "TimeZone": "Europe/London (IANA format)"},
        "Restrictions": [{"Type": "Alcohol"}],
        **fields,
    }


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    made = order(read(EAT, sold(), topic=READY))
    assert lines(made) == [("2", "Box", "ordered")]
    assert choices(made) == [
        ("choice", "1", "Fries (Large)", ("choice", "1", "Curry sauce")),
        ("choice", "2", "Cola"),
    ]
    fields = made.message.fields
    assert (fields.number, fields.service, fields.payment) == ("REF1", "pickup", "paid")
    assert (fields.note, made.customer) == ("hot\nAlcohol", "Ann Lee")
    assert fields.due_at == "2026-11-21T12:30:00+00:00"


@pytest.mark.parametrize(
    ("topic", "fields", "state"),
    [
        (ASKED, {}, "held"),
        (READY, {}, "ordered"),
        ("order-ready-for-preparation-async", {}, "ordered"),
        ("", {}, "held"),
        ("", {"Event": "OrderReadyForPreparation"}, "ordered"),
        ("", {"CustomerNotes": [{"Key": "noteForRestaurant", "Value": "hot"}]}, "ordered"),
        ("", {"Fulfilment": {"PrepareFor": "2026-11-21T12:30:00Z"}}, "ordered"),
    ],
)
def test_the_kitchen_starts_when_it_is_told_to(
    topic: str, fields: dict[str, Any], state: str
) -> None:
    """A request for acceptance is no order yet; the same order comes when it is to be prepared."""
    assert lines(order(read(EAT, sold(**fields), topic=topic)))[0][2] == state


def test_who_gets_no_second_event_may_cook_at_once() -> None:
    made = order(read(EAT, sold(), topic=ASKED, cook_requested=True))
    assert lines(made)[0][2] == "ordered"


def test_notes_as_a_list_say_the_same() -> None:
    listed = [
        {"Key": "noteForRestaurant", "Value": "hot"},
        {"Key": "noteForDelivery", "Value": "red door"},
    ]
    made = order(read(EAT, sold(CustomerNotes=listed), topic=READY))
    assert made.message.fields.note == "hot\nAlcohol"


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("", {"Event": "OrderCancelled", "OrderId": "ABCD", "Reason": "system"}),
        ("order-cancelled", {"OrderId": "ABCD"}),
        ("order-rejected", {"OrderId": "ABCD"}),
        ("", {"orderID": "ABCD", "reason": "customer", "happenedAt": "2026-11-21T11:10:00Z"}),
    ],
)
def test_a_cancel_is_void(topic: str, body: dict[str, Any]) -> None:
    gone = order(read(EAT, body, topic=topic)).message
    assert (gone.key.order_id, gone.fields.cancelled, gone.partial) == ("ABCD", True, True)


def test_accepted_says_when_it_is_due() -> None:
    body = {"OrderId": "ABCD", "AcceptedFor": "2026-11-21T13:00:00Z"}
    reading = read(EAT, body, topic="order-accepted")
    assert amendment(reading).message.fields.due_at == "2026-11-21T13:00:00+00:00"
    assert not reading.fire
    assert read(EAT, body, topic="order-accepted", cook_accepted=True).fire == ("ABCD",)


def test_the_other_shapes_read_alike() -> None:
    """JET Connect's own, and the camel case of the newer API."""
    connect = {
        "id": 9007199254740993,
        "type": "collection-by-customer",
        "posLocationId": "R1",
        "third_party_order_reference": "REF9",
        "created_at": 1795258800,
        "collect_at": 1795260600,
        "kitchen_notes": "no nuts",
        "collector": {"first_name": "Ann", "last_name": "Lee"},
        "items": [{"name": "Box", "plu": "b", "quantity": 1, "children": [{"name": "Fries"}]}],
    }
    made = order(read(EAT, connect))
    assert made.message.key.order_id == "9007199254740993"
    assert (lines(made), choices(made)) == ([("1", "Box", "ordered")], [("choice", "1", "Fries")])
    assert (made.message.fields.note, made.customer) == ("no nuts", "Ann Lee")
    part = {"itemType": "MealPart", "name": "Fries", "quantity": 1}
    camel = {
        "orderId": "C1",
        "friendlyOrderReference": "R",
        "fulfilment": {"method": "Delivery"},
        "orderItems": [{"itemType": "Product", "name": "Box", "quantity": 1, "orderItems": [part]}],
    }
    assert choices(order(read(EAT, camel, topic=READY))) == [("choice", "1", "Fries")]


def test_what_is_no_order_is_ignored_with_the_reason() -> None:
    for topic in ("driver-location", "restaurant-offline-status", "order-time-updated"):
        assert read(EAT, {"OrderId": "A"}, topic=topic).ignored
    failed = read(EAT, {"OrderId": "A"}, topic="send-to-pos-failed")
    assert failed.ignored
    assert "tablet" in failed.doubts[0].en
    assert read(EAT, sold(), topic=READY, stores=["R2"]).ignored == "of another store: R1"


def test_the_signature_covers_the_body_and_a_key_may_stand_alone() -> None:
    body = json.dumps(sold()).encode()
    digest = base64.b64encode(hmac.new(b"new", body, hashlib.sha256).digest()).decode()
    header = {"x-jet-connect-hash": f"HMAC-SHA256 t=1795259100000,signature={digest}"}
    good = push(body, headers=header)
    assert is_signed(EAT, good, "new", "old")
    assert is_signed(EAT, good, "old", "new")
    bare = {"x-jet-connect-hash": hmac.new(b"new", body, hashlib.sha256).hexdigest()}
    assert is_signed(EAT, push(body, headers=bare), "new")
    assert not is_signed(EAT, good, "guessed")
    assert not is_signed(EAT, push(body + b" ", headers=header), "new")
    assert is_signed(EAT, push(body, headers={"authorization": "JE-API-KEY new"}), "new")
    assert not is_signed(EAT, push(body, headers={"authorization": "JE-API-KEY x"}), "new")
    assert not is_signed(EAT, push(body), "new")


def test_the_published_order_is_the_expected_ticket(samples_dir: Path) -> None:
    file = "justeat/acceptance_requested.json"
    ticket = expected(samples_dir, file)
    (made,) = read(EAT, (samples_dir / file).read_bytes()).orders
    assert lines_made(made) == lines_expected(ticket)
    assert (made["order_id"], made["number"]) == (ticket["order_id"], ticket["number"])
    assert made["customer"] == ticket["customer"]
    assert made["note"].splitlines() == [ticket["order_note"], "Alcohol", "TEST"]


def test_the_published_cancel_is_void(samples_dir: Path) -> None:
    file = "justeat/order_cancelled.json"
    gone = order(read(EAT, (samples_dir / file).read_bytes())).message
    assert gone.key.order_id == expected(samples_dir, file)["OrderId"]
    assert gone.fields.cancelled


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    def ready(value: Any) -> Any:
        sent = json_push(value)
        return push(sent.body, topic=READY)

    assert survives(EAT.read, sold(), ready)["ticket"] > 500
    assert survives(EAT.read, sold())["ticket"] > 500
    body = {"Event": "OrderCancelled", "OrderId": "ABCD", "Reason": "system"}
    survives(EAT.read, body, context=Context("shop-1", ZONE, AT))


def test_what_is_no_order_is_a_card() -> None:
    bodies: tuple[Any, ...] = ({}, [], {"OrderId": "A"}, {"Items": None, "Fulfilment": {}})
    for body in bodies:
        with pytest.raises(BodyError):
            read(EAT, body)
