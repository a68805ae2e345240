"""What one revision sets, and what it leaves to newer ones: fields, lines, sets, holds."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from kds.kitchen.messages import LineState, Member, OrderFields, Payment, Service
from kds.kitchen.orders import HELD_BY_POS
from kds.kitchen.revisions import parents_among, voided_lines
from tests.unit.kitchen.house import (
    OPENS,
    House,
    dish,
    held,
    line_key,
    message,
    order_key,
    void,
)
from tests.unit.kitchen.invariants import check

OTHER: dict[str, Any] = {
    "session": "S",
    "number": "7",
    "service": Service.TAKEAWAY,
    "channel": "qr",
    "table": "5",
    "zone": "roof",
    "server": "Li",
    "guests": 4,
    "placed_at": "2026-11-21T18:03:11+08:00",
    "due_at": "2026-11-21T19:00:00+08:00",
    "payment": Payment.PAID,
    "cancelled": True,
    "closed": True,
    "member": Member("gold"),
    "note": "birthday",
}


def received(*messages: Any) -> House:
    """Return a kitchen that received `messages` in this order."""
    house = House()
    for told in messages:
        house.receive(told)
        check(house.kitchen)
    return house


# --- fields --------------------------------------------------------------------------------------


def test_every_field_of_an_order_is_tried_here() -> None:
    assert set(OTHER) == {f.name for f in fields(OrderFields)}


@pytest.mark.parametrize("name", sorted(OTHER))
def test_a_partial_sets_the_field_it_gives_and_no_other(name: str) -> None:
    house = received(message("1", dish("a"), revision=1, server="Wu"))
    told = message("1", revision=2, partial=True, **{name: OTHER[name]})
    house.receive(told)
    assert house.the_order().fields == replace(OrderFields(server="Wu"), **{name: OTHER[name]})


@pytest.mark.parametrize("name", sorted(OTHER))
def test_an_older_whole_leaves_alone_what_a_newer_partial_has_set(name: str) -> None:
    house = received(message("1", revision=2, partial=True, **{name: OTHER[name]}))
    house.order("1", dish("a"), revision=1, server="Wu")
    expected = replace(OrderFields(server="Wu"), **{name: OTHER[name]})
    assert house.the_order().fields == expected


def test_a_partial_may_set_a_field_back_to_nothing() -> None:
    house = received(message("1", revision=1, note="birthday"))
    house.amend("1", revision=2, note="")
    assert house.the_order().fields.note == ""


def test_a_whole_revision_sets_all_fields_also_those_it_does_not_name() -> None:
    house = received(message("1", revision=1, note="birthday", guests=4))
    house.order("1", revision=2, guests=5)
    assert house.the_order().fields == OrderFields(guests=5)


# --- lines ---------------------------------------------------------------------------------------


def test_a_line_that_a_whole_revision_lacks_is_void_a_partial_leaves_it() -> None:
    house = received(message("1", dish("a"), dish("b"), revision=1))
    house.amend("1", dish("c"), revision=2)
    assert house.states("a") == {"queued": 1}
    house.order("1", dish("b"), dish("c"), revision=3)
    assert house.states("a") == {"void": 1}
    assert house.line("a").content.state is LineState.VOID
    assert house.line("a").content.quantity == 0


def test_what_is_not_set_by_an_older_revision_is_filled_in_by_it() -> None:
    house = received(message("1", dish("a", note="new"), revision=3, partial=True))
    house.order("1", dish("a", note="old"), dish("b"), revision=1)
    assert house.line("a").content.note == "new"
    assert house.states("b") == {"queued": 1}


def test_a_line_first_stated_before_a_whole_that_lacks_it_comes_in_void() -> None:
    house = received(message("1", dish("b"), revision=2))
    house.order("1", dish("a"), dish("b"), revision=1)
    assert house.states("a") == {"void": 1}
    assert all(g.acknowledged for g in house.groups("a"))  # nobody ever saw it
    assert house.states("b") == {"queued": 1}


def test_the_content_of_a_void_line_is_the_last_that_was_stated_however_it_came() -> None:
    wholes = [
        message("1", dish("a", note="1"), revision=1),
        message("1", revision=2),
        message("1", dish("a", note="3"), revision=3, partial=True),
        message("1", revision=4),
    ]
    straight = received(*wholes).line("a")
    twisted = received(*(wholes[i] for i in (0, 3, 1, 2))).line("a")
    assert twisted.content == straight.content
    assert straight.content.note == "3"


def test_a_line_voided_and_stated_again_is_cooked_again() -> None:
    house = received(
        message("1", dish("a", "2"), revision=1),
        message("1", revision=2),
        message("1", dish("a"), revision=3),
    )
    assert house.states("a") == {"void": 2, "queued": 1}
    assert house.line("a").ordered == 3


def test_a_change_after_the_kitchen_could_see_it_is_marked_until_somebody_works_on_it() -> None:
    house = received(message("1", dish("a"), revision=1))
    assert not house.line("a").changed
    house.order("1", dish("a", note="no salt"), revision=2)
    assert house.line("a").changed
    house.do("start", "1", "a", view="wok")
    assert not house.line("a").changed


def test_an_older_revision_marks_no_change() -> None:
    house = received(message("1", dish("a"), revision=2))
    house.order("1", dish("a", note="old"), revision=1)
    assert not house.line("a").changed


@pytest.mark.parametrize("quantity", ["0", "-2"])
def test_nothing_and_returns_are_shown_and_not_cooked(quantity: str) -> None:
    house = received(message("1", dish("a", quantity), revision=1))
    assert house.line("a").groups == ()
    assert house.line("a").ordered == 0
    assert str(house.line("a").content.quantity) == quantity
    assert line_key("a") in house.visit().lines


def test_a_dish_that_turns_into_a_return_is_void() -> None:
    house = received(message("1", dish("a", "2"), revision=1))
    house.order("1", dish("a", "-2"), revision=2)
    assert house.states("a") == {"void": 2}


def test_a_line_told_twice_in_one_message_does_no_harm() -> None:
    house = received(message("1", dish("a"), dish("a", "2"), revision=1))
    check(house.kitchen)
    assert house.line("a").ordered in (1, 2)


# --- cancel --------------------------------------------------------------------------------------


def test_a_cancel_voids_every_line_its_own_too() -> None:
    house = received(message("1", dish("a"), dish("b"), revision=1))
    house.order("1", dish("a"), dish("c"), revision=2, cancelled=True)
    assert [house.states(n) for n in "ab"] == [{"void": 1}, {"void": 1}]
    assert house.line("c").ordered == 0


def test_a_dish_ordered_by_amendment_after_a_cancel_is_cooked_however_it_came() -> None:
    """What a till says last of a line holds; nothing it sent ends in silence."""
    told = [
        message("1", dish("a"), revision=1),
        message("1", revision=2, partial=True, cancelled=True),
        message("1", dish("b"), revision=3, partial=True),
        message("1", revision=4, partial=True, cancelled=False),
    ]
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 1, 3, 0)):
        house = received(*(told[i] for i in order))
        assert house.states("a") == {"void": 1}
        assert house.states("b") == {"queued": 1}


def test_an_order_is_incomplete_until_it_comes_in_full() -> None:
    house = received(message("1", dish("a"), revision=2, partial=True))
    assert house.the_order().incomplete
    house.order("1", dish("a"), revision=1)
    assert not house.the_order().incomplete


# --- sets ----------------------------------------------------------------------------------------


def test_a_void_set_voids_its_parts_sets_inside_of_it_too() -> None:
    whole = message(
        "1",
        void("s", category="set"),
        dish("t", category="set", parent="s"),
        dish("x", parent="t"),
        dish("y", parent="s"),
        dish("z"),
    )
    assert voided_lines(whole) == {"s", "t", "x", "y"}
    assert voided_lines(message("1", dish("a"))) == frozenset()
    assert voided_lines(message("1", void("s"), void("x", parent="s"))) == {"s", "x"}


def test_a_set_voided_by_a_partial_takes_parts_along_that_it_does_not_name() -> None:
    told = [
        message("1", dish("s", category="set"), dish("x", parent="s"), revision=1),
        message("1", void("s", category="set"), revision=2, partial=True),
    ]
    for order in ((0, 1), (1, 0)):
        house = received(*(told[i] for i in order))
        assert house.states("x") == {"void": 1}
        assert house.line("x").content.state is LineState.VOID


def test_a_part_stated_after_its_set_was_voided_is_cooked() -> None:
    house = received(
        message("1", dish("s", category="set"), dish("x", parent="s"), revision=1),
        message("1", void("s", category="set"), revision=2, partial=True),
        message("1", dish("x", parent="s"), revision=3, partial=True),
    )
    assert house.states("x") == {"void": 1, "queued": 1}


def test_sets_nested_a_thousand_deep_are_no_trouble() -> None:
    deep = [dish("0", category="set"), *(dish(str(i), parent=str(i - 1)) for i in range(1, 3000))]
    house = House()
    house.order("1", *deep, revision=1)
    house.amend("1", void("0", category="set"), revision=2)
    assert house.states("2999") == {"void": 1}
    assert house.counts("0").live == 0
    house.order("1", void("0", category="set"), *deep[1:], revision=3)
    assert house.states("2999") == {"void": 1}


def test_lines_in_a_circle_of_parents_are_cooked_all_the_same() -> None:
    """Each revision is sound by itself; together they would make sets that nobody cooks."""
    told = [
        message("1", dish("a", category="?"), revision=1, partial=True),
        message("1", dish("b", category="?", parent="a"), revision=2, partial=True),
        message("1", dish("a", category="?", parent="b"), revision=3, partial=True),
    ]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        house = received(*(told[i] for i in order))
        for name in "ab":
            assert house.line(name).routing.steps
            assert house.states(name)["queued"] == 1


def test_a_link_that_closes_a_circle_makes_no_parent() -> None:
    contents = {
        c.line_id: c
        for c in (
            dish("own", parent="own"),
            dish("a", parent="c"),
            dish("b", parent="a"),
            dish("c", parent="b"),
            dish("x", parent="a"),
            dish("y", parent="lost"),
            dish("z", parent="x"),
        )
    }
    assert parents_among(contents) == {"a", "lost", "x"}


# --- held by the till ----------------------------------------------------------------------------


def test_held_then_ordered_fires_with_a_clock_of_its_own() -> None:
    house = received(message("1", held("a", "2"), revision=1))
    assert [h.rule for h in house.line("a").holds] == [HELD_BY_POS]
    house.wait(60)
    house.order("1", dish("a", "2"), revision=2)
    assert house.states("a") == {"queued": 2}
    assert {g.fired_at for g in house.groups("a")} == {OPENS + 60_000}
    assert house.line("a").holds == ()


def test_ordered_then_held_holds_what_has_not_started() -> None:
    house = received(message("1", dish("a", "3"), revision=1))
    house.do("start", "1", "a", portions="1", view="wok")
    house.order("1", held("a", "3"), revision=2)
    assert house.states("a") == {"cooking": 1, "held": 2}


def test_a_line_held_after_all_of_it_has_started_holds_what_comes_with_it() -> None:
    house = received(message("1", dish("a"), revision=1))
    house.do("start", "1", "a", view="wok")
    house.order("1", held("a"), revision=2)
    assert house.line("a").holds == ()
    house.order("1", dish("a"), revision=3)
    house.order("1", held("a", "2"), revision=4)
    assert house.states("a") == {"cooking": 1, "held": 1}


def test_a_line_held_again_after_it_was_void_waits() -> None:
    told = [
        message("1", held("a"), revision=1),
        message("1", revision=2),
        message("1", held("a"), revision=3),
    ]
    for order in ((0, 1, 2), (0, 2, 1), (2, 1, 0)):
        assert received(*(told[i] for i in order)).states("a") == {"void": 1, "held": 1}


def test_a_held_line_that_grows_from_nothing_waits() -> None:
    house = received(message("1", held("a", "0"), revision=1))
    house.order("1", held("a", "2"), revision=2)
    assert house.states("a") == {"held": 2}


def test_a_line_fired_by_hand_is_not_held_again_by_a_repeat() -> None:
    house = received(message("1", held("a"), revision=1))
    house.do("fire", "1", "a")
    house.order("1", held("a"), revision=2, payment="paid")
    assert house.states("a") == {"queued": 1}


def test_a_dish_held_by_hand_too_is_not_fired_by_the_till_alone() -> None:
    house = received(message("1", dish("a"), revision=1))
    house.do("hold", "1", "a")
    house.order("1", held("a"), revision=2)
    house.order("1", dish("a"), revision=3)
    assert house.states("a") == {"held": 1}
    house.do("fire", "1", "a")
    assert house.states("a") == {"queued": 1}


# --- cards ---------------------------------------------------------------------------------------


def test_a_card_once_noted_stays_so_while_it_says_the_same() -> None:
    house = received(message("1", dish("a", "0"), revision=1, note="birthday"))
    house.do("bump", "1", view="expo")
    house.order("1", dish("a", "0"), revision=2, note="birthday", payment="paid")
    assert house.the_order().noted


@pytest.mark.parametrize(
    "told",
    [
        message("1", dish("a", "0"), revision=2, note="at table 6"),
        message("1", dish("a", "0", note="!"), revision=2, note="birthday"),
        message("1", dish("a", "1"), revision=2, note="birthday"),
        message("1", dish("a", "0"), dish("b", "0"), revision=2, note="birthday"),
    ],
    ids=["note", "line's note", "food", "line"],
)
def test_a_card_that_says_something_new_is_to_be_noted_again(told: Any) -> None:
    house = received(message("1", dish("a", "0"), revision=1, note="birthday"))
    house.do("bump", "1", view="expo")
    house.receive(told)
    assert not house.kitchen.orders[order_key()].noted


# --- stock ---------------------------------------------------------------------------------------


def test_a_dish_asked_for_beyond_what_is_left_is_flagged() -> None:
    house = House()
    house.do("sold_out", None, name="a", left=2)
    house.order("1", dish("a", "2"), dish("b", "9"), revision=1)
    assert house.line("a").flags == ()
    house.order("2", dish("a", "1"), revision=1)
    assert house.line("a", "2").flags == ("sold_out",)


def test_more_of_a_dish_than_is_left_is_flagged_too_once() -> None:
    house = House()
    house.do("sold_out", None, item_id="p1", left=1)
    house.order("1", dish("a", "1", item_id="p1"), revision=1)
    house.order("1", dish("a", "2", item_id="p1"), revision=2)
    assert house.line("a").flags == ("sold_out",)
    house.order("1", dish("a", "3", item_id="p1"), revision=3)
    assert house.line("a").flags == ("sold_out",)


def test_less_of_a_dish_that_is_sold_out_is_no_news() -> None:
    house = received(message("1", dish("a", "3"), revision=1))
    house.do("sold_out", None, name="a")
    house.order("1", dish("a", "2"), revision=2)
    assert house.line("a").flags == ()
