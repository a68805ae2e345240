"""Counting portions: at a station, over a line, and for a set from its parts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.counts import last_steps, line_counts, step_counts, to_cook
from kds.kitchen.portions import Counts
from tests.unit.kitchen.house import House, dish, held, void


def six(*numbers: float) -> Counts:
    """Return counts of held, queued, cooking, ready, served, void."""
    return Counts(*(Decimal(str(n)) for n in numbers))


def test_a_line_is_ready_when_its_last_steps_are() -> None:
    house = House()
    house.order("1", dish("a", category="fork"), dish("b", category="pair"), dish("c"))
    assert last_steps(house.line("a")) == (2,)
    assert last_steps(house.line("b")) == (0, 1)
    assert last_steps(house.line("c")) == (0,)


def test_a_dish_halfway_through_its_chain_is_cooking() -> None:
    house = House()
    house.order("1", dish("a", "3", "chain"))
    house.do("bump", "1", "a", portions="2", view="prep")
    house.do("bump", "1", "a", portions="1", view="expo")
    assert house.counts("a") == six(0, 1, 1, 1, 0, 0)
    assert house.at_step("a", 0) == six(0, 1, 0, 2, 0, 0)
    assert house.at_step("a", 1) == six(1, 1, 0, 1, 0, 0)


def test_what_waits_for_an_earlier_step_shows_as_held_there_and_queued_over_all() -> None:
    house = House()
    house.order("1", dish("a", "2", "chain"))
    assert house.at_step("a", 1) == six(2, 0, 0, 0, 0, 0)
    assert house.counts("a") == six(0, 2, 0, 0, 0, 0)


def test_a_dish_is_held_over_all_when_no_station_can_begin() -> None:
    house = House()
    house.order("1", held("a", category="fork"), held("b", category="pair"))
    house.do("start", "1", "b", view="cut")
    assert house.counts("a").held == 1
    assert house.counts("b").cooking == 1


def test_counts_of_one_ticket_are_of_what_lies_there() -> None:
    house = House()
    house.order("1", dish("a", "3"), dish("b"))
    new = house.split("1", ("a", "1"))
    house.do("bump", "1", "a", visit=new, view="wok")
    assert house.counts("a", visit=new) == six(0, 0, 0, 1, 0, 0)
    assert house.counts("a", visit=house.visit().id) == six(0, 2, 0, 0, 0, 0)
    assert house.counts("a") == six(0, 2, 0, 1, 0, 0)


def test_what_is_not_ready_of_an_order_is_to_cook_sets_not_counted_twice() -> None:
    house = House()
    house.order("1", dish("s", category="set"), dish("x", parent="s"), dish("y", "2"))
    house.do("bump", "1", "y", portions="1", view="wok")
    assert to_cook(house.the_order()) == 2
    new = house.split("1", ("y", None))
    assert to_cook(house.the_order(), new) == 1


# --- sets ----------------------------------------------------------------------------------------


@pytest.fixture
def house() -> House:
    """Two sets of one x and two y each."""
    house = House()
    lines = (dish("s", "2", "set"), dish("x", "2", parent="s"), dish("y", "4", parent="s"))
    house.order("1", *lines, revision=1)
    return house


def test_a_set_is_as_far_as_the_part_that_is_furthest_behind(house: House) -> None:
    assert house.counts("s") == six(0, 2, 0, 0, 0, 0)
    house.do("bump", "1", "x", view="wok")
    assert house.counts("s") == six(0, 0, 2, 0, 0, 0)
    house.do("bump", "1", "y", portions="3", view="wok")
    assert house.counts("s") == six(0, 0, 1, 1, 0, 0)
    house.do("serve", "1", "x")
    house.do("bump", "1", "y", view="wok")
    house.do("serve", "1", "y", portions="2")
    assert house.counts("s") == six(0, 0, 0, 1, 1, 0)
    house.do("serve", "1")
    assert house.counts("s") == six(0, 0, 0, 0, 2, 0)


def test_a_set_of_held_parts_is_held(house: House) -> None:
    house.do("hold", "1")
    assert house.counts("s") == six(2, 0, 0, 0, 0, 0)


def test_a_void_part_does_not_hold_a_set_back(house: House) -> None:
    house.do("void", "1", "y")
    house.do("serve", "1", "x")
    assert house.counts("s") == six(0, 0, 0, 0, 2, 0)


def test_a_set_of_which_nothing_lives_is_void(house: House) -> None:
    house.do("void", "1")
    assert house.counts("s") == six(0, 0, 0, 0, 0, 2)


def test_a_set_that_the_till_lowers_is_void_in_part(house: House) -> None:
    less = (dish("s", "1", "set"), dish("x", "1", parent="s"), dish("y", "2", parent="s"))
    house.order("1", *less, revision=2)
    assert house.counts("s") == six(0, 1, 0, 0, 0, 1)


def test_a_set_inside_a_set_is_looked_through() -> None:
    house = House()
    lines = (
        dish("s", category="set"),
        dish("t", category="set", parent="s"),
        dish("x", parent="t"),
        dish("y", parent="s"),
    )
    house.order("1", *lines)
    house.do("serve", "1", "y")
    assert house.counts("s").queued == 0
    assert house.counts("s").cooking == 1
    assert house.counts("t").queued == 1
    house.do("serve", "1", "x")
    assert house.counts("s").served == house.counts("t").served == 1


def test_half_a_set_is_served_when_its_parts_are() -> None:
    house = House()
    house.order("1", dish("s", "0.5", "set"), dish("x", parent="s"))
    house.do("serve", "1", "x")
    assert house.counts("s").served == Decimal("0.5")


def test_a_set_without_anything_to_cook_is_just_there() -> None:
    house = House()
    house.order("1", dish("s", "2", "set"), dish("x", "0", parent="s"), revision=1)
    assert house.counts("s") == six(0, 0, 0, 2, 0, 0)
    house.order("1", void("s", "0", category="set"), dish("x", "0", parent="s"), revision=2)
    assert house.counts("s") == six(0, 0, 0, 0, 0, 2)


def test_lines_inside_each_other_with_nothing_to_cook_come_to_an_end() -> None:
    house = House()
    house.amend("1", dish("s", category="bag", parent="t"), revision=1)
    house.amend("1", dish("t", category="bag", parent="s"), revision=2)
    assert house.counts("s") == house.counts("t") == six(0, 0, 0, 1, 0, 0)
    house.do("rush", "1", "s")
    assert house.line("s").rush == house.line("t").rush == 1


def test_a_view_without_a_step_of_a_line_counts_none_of_it() -> None:
    house = House()
    house.order("1", dish("a"))
    assert step_counts(house.line("a"), ()) == Counts()


def test_a_set_of_no_portions_counts_nothing() -> None:
    house = House()
    house.order("1", dish("s", "0", "set"), dish("x", parent="s"))
    assert house.counts("s") == Counts()


def test_a_set_is_on_a_ticket_as_often_as_its_parts_are(house: House) -> None:
    new = house.split("1", ("y", "1"))
    assert house.counts("s", visit=new).live == 1
    assert house.counts("s", visit=house.visit().id).live == 2
    empty = house.split("1", ("x", None), visit=house.visit().id)
    assert house.counts("s", visit=empty).live == 2


@given(st.lists(st.sampled_from(["bump", "serve", "recall", "hold", "fire", "void"]), max_size=8))
def test_a_sets_numbers_always_add_up(acts: list[str]) -> None:
    house = House()
    lines = (dish("s", "3", "set"), dish("x", "3", parent="s"), dish("y", "5", "chain", parent="s"))
    house.order("1", *lines)
    for number, kind in enumerate(acts):
        house.do(kind, "1", "xy"[number % 2], portions=str(1 + number % 3))
        counts = line_counts(house.the_order(), house.line("s"))
        assert counts.live + counts.void == 3
        assert min(counts.held, counts.queued, counts.cooking, counts.ready, counts.served) >= 0
