"""Clover: thin webhooks, one line per unit, weights in thousandths, free titles."""

from __future__ import annotations

from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.clover import Clover
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

CLOVER = Clover()


def webhook(*events: tuple[str, str, int]) -> dict[str, Any]:
    """Return a notification of events: object, type, time."""
    told = [{"objectId": name, "type": kind, "ts": ts} for name, kind, ts in events]
    return {"appId": "APP", "merchants": {"M1": told}}


def elements(*values: dict[str, Any]) -> dict[str, Any]:
    """Return a list as Clover wraps it."""
    return {"elements": list(values)}


def unit(number: str, name: str, **fields: Any) -> dict[str, Any]:
    """Return one unit of a dish."""
    food = {"id": f"item-{name}", "categories": elements({"id": "c", "name": "Grill"})}
    return {"id": number, "name": name, "item": food, "printed": False, **fields}


def sold(**fields: Any) -> dict[str, Any]:
    """Return an order."""
    onion = {"name": "No onion", "amount": 0, "modifier": {"id": "mod"}}
    return {
        "id": "ABC123XYZ",
        "state": "open",
        "title": "Table 5",
        "note": "birthday",
        "orderType": {"label": "Dine In", "systemOrderTypeId": "DINE-IN-TYPE"},
        "paymentState": "OPEN",
        "createdTime": 1795259000000,
        "modifiedTime": 1795259100000,
        "customers": elements({"firstName": "Ann", "lastName": "Lee"}),
        "lineItems": elements(
            unit("l1", "Burger", note="rare", modifications=elements(onion)),
            unit("l2", "Burger"),
            unit("l3", "Crab", unitQty=1250, unitName="lb"),
            unit("l4", "Tea", unitQty=2000),
        ),
        **fields,
    }


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    made = order(read(CLOVER, sold()))
    assert lines(made) == [
        ("1", "Burger", "ordered"),
        ("1", "Burger", "ordered"),
        ("1.25", "Crab", "ordered"),
        ("2", "Tea", "ordered"),
    ]
    assert choices(made) == [("choice", "1", "No onion")]
    first, _, weighed, _ = made.message.lines
    assert (first.note, first.category, weighed.unit) == ("rare", "Grill", "lb")
    fields = made.message.fields
    assert (fields.number, fields.service.value, fields.note) == ("Table 5", "dine_in", "birthday")
    assert (made.message.revision, made.customer) == (1795259100000, "Ann Lee")


def test_a_webhook_asks_once_per_change_and_delete_is_void() -> None:
    reading = read(
        CLOVER, webhook(("O:ABC", "CREATE", 1), ("O:ABC", "UPDATE", 2), ("P:1", "UPDATE", 2))
    )
    assert [each.id for each in reading.fetch] == ["ABC:CREATE:1", "ABC:UPDATE:2"]
    assert {each.key for each in reading.fetch} == {"ABC"}
    assert reading.fetch[0].path.startswith("/v3/merchants/M1/orders/ABC?expand=lineItems,")
    assert read(CLOVER, webhook(("P:1", "UPDATE", 2))).ignored == "P UPDATE: not an order"
    again = read(CLOVER, webhook(("O:ABC", "UPDATE", 2))).fetch[0]
    assert again.id == reading.fetch[1].id
    assert lines(order(answered(CLOVER, sold(), again)))
    assert amendment(answered(CLOVER, {}, again, status=404)).message.fields.cancelled
    gone = order(read(CLOVER, webhook(("O:ABC", "DELETE", 1795259200000))))
    assert gone.message.fields.cancelled
    assert gone.message.revision == 1795259200000


def test_the_code_of_a_new_webhook_is_told() -> None:
    told = read(CLOVER, {"verificationCode": "ce7643c1"}).ignored
    assert told == "the code for the developer dashboard is ce7643c1"


@pytest.mark.parametrize(
    ("fields", "states"),
    [
        ({"state": None}, {"held"}),
        ({"state": "locked", "paymentState": "PAID"}, {"ordered"}),
        ({"lineItems": elements(unit("l", "Soup", refunded=True))}, {"void"}),
        ({"lineItems": elements(unit("l", "Soup", exchanged=True))}, {"void"}),
    ],
)
def test_what_is_unfinished_is_held_and_what_is_refunded_is_void(
    fields: dict[str, Any], states: set[str]
) -> None:
    assert {state for *_, state in lines(order(read(CLOVER, sold(**fields))))} == states


def test_a_deleted_order_is_void_and_a_bare_amount_is_no_ticket() -> None:
    assert order(read(CLOVER, sold(deletedTimestamp=1795259200000))).message.fields.cancelled
    amount = sold(manualTransaction=True, lineItems=elements())
    assert amendment(read(CLOVER, amount)).message.lines == ()


def test_payment_and_order_types() -> None:
    refunded = order(read(CLOVER, sold(paymentState="REFUNDED"))).message.fields
    assert refunded.payment == "refunded"
    amendment(read(CLOVER, sold(), cook_unpaid=False))
    types = {"To Go Bag": "takeaway"}
    label = sold(orderType={"label": "To Go Bag"})
    assert order(read(CLOVER, label, order_types=types)).message.fields.service == "takeaway"


def test_a_long_title_is_a_note() -> None:
    title = "DoorDash - Ann L. - ready by 7:30 pm please"
    fields = order(read(CLOVER, sold(title=title))).message.fields
    assert (fields.number, fields.note) == ("3XYZ", f"{title}\nbirthday")


def test_orders_come_in_lists_and_other_stores_are_ignored() -> None:
    listed = read(CLOVER, elements(sold(), sold(id="2")))
    assert len(listed.orders) == 2
    assert read(CLOVER, webhook(("O:A", "CREATE", 1)), stores=["M2"]).ignored


def test_catching_up_lists_the_stores_page_by_page() -> None:
    many = elements(*(sold(id=str(n)) for n in range(100)))
    fetch, reading = missed(CLOVER, many, stores=["M1"])
    assert fetch.path.startswith("/v3/merchants/M1/orders?filter=modifiedTime%3E%3D1795259100000&")
    assert len(reading.orders) == 100
    assert reading.fetch[0].path == fetch.path.replace("offset=0", "offset=100")
    assert missed(CLOVER, elements(), stores=["M1"])[1].ignored == "nothing has changed"


def test_the_code_of_the_header() -> None:
    sent = push(webhook(("O:A", "CREATE", 1)), headers={"x-clover-auth": "code"})
    assert is_signed(CLOVER, sent, "other", "code")
    assert not is_signed(CLOVER, sent, "other")
    assert not is_signed(CLOVER, push(b"{}"), "code")


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    assert survives(CLOVER.read, sold(), may_lose=frozenset({"isOrderFee"}))["ticket"] > 300
    event = webhook(("O:A", "CREATE", 1))
    survives(CLOVER.read, event, may_ignore=frozenset({"merchants"}))


def test_what_is_no_order_is_a_card() -> None:
    bodies: tuple[Any, ...] = ({}, [{}], webhook(("X", "CREATE", 1)), {"merchants": {}})
    for body in bodies:
        with pytest.raises(BodyError):
            read(CLOVER, body)
