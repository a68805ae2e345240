"""Toast: whole orders with checks, holds, merges, pre-modifiers, signed times."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import Context, Push
from pos_bridge.adapters.toast import Toast
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

TOAST = Toast()
STAMP = "2026-11-21T11:09:58.000+0000"


def selection(guid: str, name: str, **fields: Any) -> dict[str, Any]:
    """Return one selection."""
    return {
        "guid": guid,
        "displayName": name,
        "item": {"guid": f"item-{guid}"},
        "itemGroup": {"guid": "group-1"},
        "quantity": 1,
        "selectionType": "NONE",
        "fulfillmentStatus": "SENT",
        "modifiedDate": "2026-11-21T11:05:00.000+0000",
        "voided": False,
        "modifiers": [],
        **fields,
    }


def check(*selections: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return one check."""
    return {
        "guid": "check-1",
        "displayNumber": "12",
        "paymentStatus": "OPEN",
        "deletedDate": "1970-01-01T00:00:00.000+0000",
        "deleted": False,
        "selections": list(selections),
        **fields,
    }


def sold(*checks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an order."""
    return {
        "guid": "order-1",
        "diningOption": {"guid": "dine"},
        "table": {"guid": "table-guid-0007"},
        "numberOfGuests": 4,
        "openedDate": "2026-11-21T11:00:00.000+0000",
        "modifiedDate": "2026-11-21T11:04:00.000+0000",
        "approvalStatus": "APPROVED",
        "voided": False,
        "deleted": False,
        "checks": list(checks) or [check(dish())],
        **fields,
    }


def dish(**fields: Any) -> dict[str, Any]:
    """Return a dish with three levels of modifiers, a NO, and a wish."""
    inner = selection("m3", "Extra hot")
    sauce = selection("m2", "Sauce", modifiers=[inner], quantity=2)
    side = selection("m1", "Rice", modifiers=[sauce])
    no = selection("m4", "Onion", preModifier={"guid": "pre", "name": "NO"})
    wish = selection("m5", "cut in half", selectionType="SPECIAL_REQUEST")
    return selection("s1", "Curry", modifiers=[side, no, wish], seatNumber=2, **fields)


def webhook(details: Any, kind: str = "order_updated") -> dict[str, Any]:
    """Return a message."""
    return {
        "timestamp": STAMP,
        "eventCategory": kind,
        "eventType": kind,
        "guid": "event-1",
        "details": details,
    }


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    options: dict[str, Any] = {"names": {"table-guid-0007": "T7", "group-1": "Curries"}}
    made = order(read(TOAST, webhook({"order": sold(), "restaurantGuid": "r"}), **options))
    assert lines(made) == [("1", "Curry", "ordered")]
    assert choices(made) == [
        (
            "choice",
            "1",
            "Rice",
            ("choice", "2", "Sauce", ("choice", "1", "Extra hot")),
        ),
        ("remove", "1", "Onion"),
    ]
    (line,) = made.message.lines
    assert (line.note, line.seat, line.category) == ("cut in half", "2", "Curries")
    fields = made.message.fields
    assert (fields.number, fields.table, fields.guests) == ("12", "T7", 4)
    assert fields.payment == "unpaid"
    assert made.message.revision == 1795259100000  # the selection changed last


def test_the_order_may_stand_in_details_alone_or_come_from_the_api() -> None:
    bodies: tuple[Any, ...] = (webhook(sold()), sold(), [sold()])
    for body in bodies:
        assert lines(order(read(TOAST, body))) == [("1", "Curry", "ordered")]
    two = read(TOAST, [sold(), sold(guid="order-2")])
    assert [each["order_id"] for each in two.orders] == ["order-1", "order-2"]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"fulfillmentStatus": "HOLD"}, "held"),
        ({"fulfillmentStatus": "NEW"}, "ordered"),
        ({"fulfillmentStatus": "SENT"}, "ordered"),
        ({"fulfillmentStatus": "READY"}, "ordered"),
        ({"voided": True}, "void"),
    ],
)
def test_a_selection_is_held_fired_or_void(fields: dict[str, Any], state: str) -> None:
    assert lines(order(read(TOAST, sold(check(dish(**fields))))))[0][2] == state


def test_new_waits_for_the_server_where_that_is_wanted() -> None:
    body = sold(check(dish(fulfillmentStatus="NEW")))
    assert lines(order(read(TOAST, body, hold_new=True)))[0][2] == "held"


@pytest.mark.parametrize("approval", ["NEEDS_APPROVAL", "FUTURE"])
def test_what_is_not_approved_yet_or_for_later_is_held(approval: str) -> None:
    later = "2026-11-21T20:30:00.000+0000"
    made = order(read(TOAST, sold(approvalStatus=approval, promisedDate=later, openedDate=later)))
    assert lines(made)[0][2] == "held"
    assert made.message.fields.due_at == "2026-11-21T20:30:00+00:00"
    assert made.message.fields.placed_at is None  # a scheduled order is opened when it is due


def test_an_estimate_is_when_an_order_for_later_is_due() -> None:
    estimate = {"estimatedFulfillmentDate": "2026-11-21T20:30:00.000+0000", "promisedDate": None}
    later, now = (
        order(read(TOAST, sold(approvalStatus=approval, **estimate)))
        for approval in ("FUTURE", "APPROVED")
    )
    assert later.message.fields.due_at == "2026-11-21T20:30:00+00:00"
    assert now.message.fields.due_at is None


@pytest.mark.parametrize(
    "fields",
    [{"voided": True}, {"approvalStatus": "NOT_APPROVED"}, {"guestOrderStatus": "VOIDED"}],
)
def test_a_void_order_is_void(fields: dict[str, Any]) -> None:
    bare = {"guid": "order-1", "voided": True, "modifiedDate": STAMP}
    assert order(read(TOAST, webhook({"order": bare}))).message.fields.cancelled
    assert order(read(TOAST, sold(**fields))).message.fields.cancelled


def test_a_check_that_was_combined_is_void_and_says_why() -> None:
    """Fault 20: the dishes come once, under the order that took them."""
    gone = order(read(TOAST, sold(deleted=True))).message.fields
    assert gone.cancelled
    assert gone.note == "Combined with another check"
    taken = selection("s9", "Soup")
    both = order(read(TOAST, sold(check(taken), check(dish(), deleted=True))))
    assert lines(both) == [("1", "Soup", "ordered"), ("1", "Curry", "void")]


def test_1970_means_never_deleted() -> None:
    assert not order(read(TOAST, sold())).message.fields.cancelled


def test_split_checks_are_one_ticket_and_a_transfer_changes_the_table() -> None:
    split = order(read(TOAST, sold(check(dish()), check(selection("s2", "Soup")))))
    assert [name for _, name, _ in lines(split)] == ["Curry", "Soup"]
    moved = order(read(TOAST, sold(table={"guid": "table-guid-0009"})))
    assert moved.message.fields.table == "0009"


def test_what_is_no_dish_is_left_out() -> None:
    card = selection("c1", "Gift card", selectionType="TOAST_CARD_SELL")
    later = selection("c2", "Deposit", deferred=True)
    wish = selection("c3", "birthday", selectionType="SPECIAL_REQUEST")
    reading = read(TOAST, sold(check(card, later, wish, dish())))
    made = order(reading)
    assert len(made.message.lines) == 1
    assert made.message.fields.note == "birthday"
    assert len([w for w in reading.warnings if "nothing to cook" in w]) == 2


def test_a_premodifier_known_by_id_only_is_never_dropped() -> None:
    """A NO that is lost would serve what a guest must not have."""
    no = selection("m1", "Peanuts", preModifier={"guid": "abcdef0123"})
    body = sold(check(selection("s1", "Salad", modifiers=[no])))
    reading = read(TOAST, body)
    assert choices(order(reading)) == [("choice", "1", "[abcdef01] Peanuts")]
    assert "may be NO" in reading.doubts[0].en
    named = read(TOAST, body, names={"abcdef0123": "NO"})
    assert choices(order(named)) == [("remove", "1", "Peanuts")]


def test_weights_keep_their_unit() -> None:
    crab = selection("s1", "Crab", quantity=1.5, unitOfMeasure="LB")
    (line,) = order(read(TOAST, sold(check(crab)))).message.lines
    assert (str(line.quantity), line.unit) == ("1.5", "lb")


@pytest.mark.parametrize(
    ("option", "service"),
    [
        ({"guid": "known"}, "takeaway"),
        ({"guid": "x", "behavior": "DELIVERY"}, "delivery"),
        ({"guid": "nobody-knows"}, "dine_in"),
    ],
)
def test_a_dining_option_is_mapped_and_an_unknown_one_is_a_ticket(
    option: dict[str, str], service: str
) -> None:
    made = order(read(TOAST, sold(diningOption=option), dining_options={"known": "takeaway"}))
    assert made.message.fields.service == service


def test_closed_changes_a_ticket_and_makes_none() -> None:
    amendment(read(TOAST, sold(guestOrderStatus="CLOSED")))
    paid = sold(check(dish(), paymentStatus="CLOSED"), closedDate=STAMP)
    assert order(read(TOAST, paid)).message.fields.payment == "paid"


def test_other_events_and_restaurants_are_ignored_with_the_reason() -> None:
    for kind in ("stock", "menus", "partners", "guest_order_fulfillment_status"):
        assert read(TOAST, webhook({"guid": "x"}, kind)).ignored
    other = webhook({"order": sold(), "restaurantGuid": "r2"})
    assert read(TOAST, other, stores=["r1"]).ignored == "of another store: r2"


def signed(secret: str, stamp: str = STAMP, attempt: str = "1") -> Push:
    """Return a message signed as the vendor does."""
    body = json.dumps({**webhook({"order": sold()}), "timestamp": stamp}).encode()
    digest = hmac.new(secret.encode(), body + stamp.encode(), hashlib.sha256).digest()
    headers = {
        "toast-signature": base64.b64encode(digest).decode(),
        "toast-attempt-number": attempt,
    }
    return push(body, headers=headers)


def test_the_signature_covers_body_and_time() -> None:
    good = signed("new")
    assert is_signed(TOAST, good, "new", "old")
    assert is_signed(TOAST, signed("old"), "new", "old")
    assert not is_signed(TOAST, good, "guessed")
    changed = push(good.body.replace(b"Curry", b"Steak"), headers=good.headers)
    assert not is_signed(TOAST, changed, "new")
    assert not is_signed(TOAST, push(good.body), "new")


def test_an_old_message_is_refused_unless_it_is_sent_again() -> None:
    """Toast repeats what we could not take while we were away, with the first time in it."""
    late = AT + timedelta(minutes=6)
    assert not is_signed(TOAST, signed("new"), "new", at=late)
    assert is_signed(TOAST, signed("new", attempt="2"), "new", at=late)
    assert not is_signed(TOAST, signed("new", attempt="2"), "new", at=AT + timedelta(days=2))
    assert not is_signed(TOAST, signed("new", stamp="soon"), "new")


@pytest.mark.parametrize(
    "name", ["order_71e46534_dine_in_crab_cakes", "post_order_multilocation_ids_two_modifiers"]
)
def test_published_orders_are_the_expected_tickets(samples_dir: Path, name: str) -> None:
    file = f"toast/{name}.json"
    ticket = expected(samples_dir, file)
    (made,) = read(TOAST, (samples_dir / file).read_bytes()).orders
    assert lines_made(made) == lines_expected(ticket)
    assert made["order_id"] == (ticket["order_id"] or made["order_id"])
    assert made.get("number") == ticket["number"]
    assert made.get("customer") == ticket["customer"]


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    may_lose = frozenset({"selectionType", "deferred"})
    body = webhook({"order": sold()})
    done = survives(TOAST.read, body, may_lose=may_lose)
    assert done["ticket"] > 500


def test_what_an_order_would_cost_is_not_cooked() -> None:
    priced = sold(check(dish(), totalAmount=12.5), guid=None)
    with pytest.raises(BodyError, match="guid"):
        read(TOAST, priced)
    assert lines(order(read(TOAST, sold(guid=None))))


def test_what_is_no_order_is_a_card() -> None:
    bodies: tuple[Any, ...] = ({}, [], webhook({}), webhook({"order": {}}), {"guid": "x"})
    for body in bodies:
        with pytest.raises(BodyError):
            read(TOAST, body)


# --- what was missed -----------------------------------------------------------------------


def test_changed_orders_are_listed_for_each_restaurant_page_by_page() -> None:
    asked, reading = missed(TOAST, [sold(guid=f"o{n}") for n in range(100)], stores=["r-1"])
    assert asked.path == (
        "/orders/v2/ordersBulk?startDate=2026-11-21T11%3A05%3A00.000%2B0000"
        "&endDate=2026-11-21T11%3A10%3A00.000%2B0000&pageSize=100&page=1"
    )
    assert asked.headers == {"Toast-Restaurant-External-ID": "r-1"}
    assert len(reading.orders) == 100
    (rest,) = reading.fetch
    assert (rest.path, rest.headers) == (asked.path[:-1] + "2", asked.headers)
    last = answered(TOAST, [sold(), sold(guid="o2", voided=True)], rest, stores=["r-1"])
    assert ([len(last.orders), last.fetch]) == [2, ()]
    assert answered(TOAST, [], rest).ignored == "nothing has changed"


def test_without_the_restaurants_nothing_can_be_asked() -> None:
    assert TOAST.catch_up(SINCE, AT, Context("shop-1", ZONE, AT)) == ()
