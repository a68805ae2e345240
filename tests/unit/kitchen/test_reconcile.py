"""Portions of a line in step with what the till wants: more, less, elsewhere, at other stations."""

from __future__ import annotations

from typing import Any

from kds.kitchen.portions import PortionState
from tests.unit.kitchen.house import (
    OPENS,
    ROUTES,
    House,
    dish,
    held,
    message,
    order_key,
    void,
)
from tests.unit.kitchen.invariants import check


def received(*messages: Any) -> House:
    """Return a kitchen that received `messages` in this order."""
    house = House()
    for told in messages:
        house.receive(told)
        check(house.kitchen)
    return house


# --- more and less -------------------------------------------------------------------------------


def test_more_is_queued_with_a_clock_of_its_own() -> None:
    house = received(message("1", dish("a", "2"), revision=1))
    house.wait(60)
    house.order("1", dish("a", "3"), revision=2)
    assert {g.fired_at: int(g.portions) for g in house.groups("a")} == {
        OPENS: 2,
        OPENS + 60_000: 1,
    }


def test_less_voids_the_least_advanced_first() -> None:
    house = received(message("1", dish("a", "4"), revision=1))
    house.do("serve", "1", "a", portions="1")
    house.do("bump", "1", "a", portions="1", view="wok")
    house.do("start", "1", "a", portions="1", view="wok")
    expected = [
        {"served": 1, "ready": 1, "cooking": 1, "void": 1},
        {"served": 1, "ready": 1, "void": 2},
        {"served": 1, "void": 3},
        {"served": 1, "void": 3},
    ]
    for revision, states in enumerate(expected, 2):
        house.order("1", dish("a", str(5 - revision)), revision=revision)
        assert house.states("a") == states
        check(house.kitchen)


def test_less_of_a_chain_voids_the_same_portions_at_every_step() -> None:
    house = received(message("1", dish("a", "3", "chain"), revision=1))
    house.do("bump", "1", "a", portions="2", view="prep")
    house.do("bump", "1", "a", portions="1", view="wok")
    house.order("1", dish("a", "2", "chain"), revision=2)
    assert [house.states("a", step=i) for i in range(3)] == [
        {"ready": 2, "void": 1},
        {"ready": 1, "queued": 1, "void": 1},
        {"queued": 1, "waiting": 1, "void": 1},
    ]


def test_what_was_served_is_not_cooked_again_when_the_till_takes_it_off_and_back() -> None:
    house = received(message("1", dish("a", "2"), revision=1))
    house.do("serve", "1", "a")
    house.order("1", dish("a", "1"), revision=2)
    house.order("1", dish("a", "2"), revision=3)
    assert house.states("a") == {"served": 2, "void": 1}


def test_void_less_than_is_wanted_brings_only_the_difference() -> None:
    house = received(
        message("1", dish("a", "3"), revision=1),
        message("1", dish("a", "1"), revision=2),
        message("1", dish("a", "2"), revision=3),
    )
    assert house.states("a") == {"queued": 2, "void": 2}


def test_a_dish_weighed_again_lighter_gives_back_the_difference() -> None:
    house = received(
        message("1", dish("a", "1.5"), revision=1), message("1", dish("a", "1.2"), revision=2)
    )
    assert house.states("a") == {"queued": 1.2, "void": 0.3}


def test_a_chain_weighed_again_after_its_first_step_cooks_the_rest() -> None:
    house = received(message("1", dish("a", "1.5", "chain"), revision=1))
    house.do("bump", "1", "a", view="prep")
    house.do("start", "1", "a", view="wok")
    house.order("1", dish("a", "1.8", "chain"), revision=2)
    check(house.kitchen)
    assert [house.states("a", step=i) for i in range(3)] == [
        {"ready": 1.5, "queued": 0.3},
        {"cooking": 1.5, "waiting": 0.3},
        {"waiting": 1.8},
    ]


def test_a_dish_weighed_again_stays_one_in_the_ticket_where_it_is() -> None:
    house = received(message("1", dish("a", "1.5"), dish("b"), revision=1, table="1"))
    house.do("close", "1")
    house.order("1", dish("a", "2"), dish("b"), revision=2, table="1")
    assert house.states("a", visit=house.visit().id) == {"queued": 0.5}


# --- several tickets -----------------------------------------------------------------------------


def split_in_two(quantity: str = "4", category: str = "hot") -> tuple[House, Any, Any]:
    """Return a kitchen where half of line a is on another ticket, and both tickets."""
    house = received(message("1", dish("a", quantity, category), dish("b"), revision=1, table="1"))
    new = house.split("1", ("a", "2"))
    return house, house.visit().id, new


def test_less_takes_the_least_advanced_wherever_they_are() -> None:
    """Not first all of one ticket, down to what is ready there."""
    house, old, new = split_in_two()
    house.do("bump", "1", "a", portions="1", visit=old, view="wok")
    house.do("start", "1", "a", portions="1", visit=new, view="wok")
    house.order("1", dish("a", "2"), dish("b"), revision=2, table="1")
    assert house.states("a", visit=old) == {"ready": 1, "void": 1}
    assert house.states("a", visit=new) == {"cooking": 1, "void": 1}
    house.order("1", dish("a", "1"), dish("b"), revision=3, table="1")
    assert house.states("a", visit=old) == {"ready": 1, "void": 1}
    assert house.states("a", visit=new) == {"void": 2}


def test_less_never_takes_served_portions_on_any_ticket() -> None:
    house, old, new = split_in_two()
    house.do("serve", "1", "a", visit=old)
    house.order("1", dish("b"), revision=2, table="1")
    assert house.states("a", visit=old) == {"served": 2}
    assert house.states("a", visit=new) == {"void": 2}


def test_what_was_taken_off_the_screens_counts_as_done() -> None:
    house, old, new = split_in_two()
    house.do("close", None, visit=old)
    house.order("1", dish("a", "3"), dish("b"), revision=2, table="1")
    assert house.states("a", visit=old) == {"queued": 2}
    assert house.states("a", visit=new) == {"queued": 1, "void": 1}


def test_more_of_a_line_goes_where_the_line_is() -> None:
    house = received(message("1", dish("a"), dish("b"), revision=1, table="1"))
    new = house.split("1", ("a", None))
    house.order("1", dish("a", "3"), dish("b"), revision=2, table="1")
    assert house.states("a", visit=new) == {"queued": 3}


def test_more_of_a_line_on_two_tickets_goes_to_the_orders_own() -> None:
    house, old, new = split_in_two()
    house.order("1", dish("a", "5"), dish("b"), revision=2, table="1")
    assert (house.states("a", visit=old), house.states("a", visit=new)) == (
        {"queued": 3},
        {"queued": 2},
    )


def test_more_of_a_line_whose_ticket_was_taken_away_opens_a_new_one() -> None:
    house = received(message("1", dish("a"), revision=1, table="1"))
    old = house.visit().id
    house.do("close", "1")
    house.order("1", dish("a", "2"), revision=2, table="1")
    new = house.visit()
    assert new.id != old
    assert not new.removed
    assert house.states("a", visit=new.id) == {"queued": 1}
    assert house.states("a", visit=old) == {"queued": 1}
    check(house.kitchen)


def test_a_held_line_on_two_tickets_is_held_on_both() -> None:
    house, old, new = split_in_two()
    house.order("1", held("a", "4"), dish("b"), revision=2, table="1")
    assert {h.visit for h in house.line("a").holds} == {old, new}
    assert house.states("a") == {"held": 4}
    house.do("fire", "1", "a", visit=new)
    assert (house.states("a", visit=old), house.states("a", visit=new)) == (
        {"held": 2},
        {"queued": 2},
    )
    house.order("1", dish("a", "4"), dish("b"), revision=3, table="1")
    assert house.states("a") == {"queued": 4}
    assert house.line("a").holds == ()


# --- other stations ------------------------------------------------------------------------------


def test_a_line_nobody_has_started_goes_to_its_new_station_with_its_clock() -> None:
    house = received(message("1", dish("a", "2"), revision=1))
    house.wait(60)
    house.order("1", dish("a", "2", "chain"), revision=2)
    check(house.kitchen)
    assert house.line("a").routing == ROUTES["chain"]
    assert [house.states("a", step=i) for i in range(3)] == [
        {"queued": 2},
        {"waiting": 2},
        {"waiting": 2},
    ]
    assert {g.fired_at for g in house.groups("a")} == {OPENS}


def test_a_line_somebody_has_started_stays_at_its_station() -> None:
    house = received(message("1", dish("a", "2"), revision=1))
    house.do("start", "1", "a", portions="1", view="wok")
    house.order("1", dish("a", "2", "cold"), revision=2)
    assert house.line("a").routing == ROUTES["hot"]
    assert house.line("a").content.category == "cold"


def test_an_older_revision_sends_no_line_back_to_its_former_station() -> None:
    house = received(message("1", dish("a", category="cold"), revision=2))
    house.order("1", dish("a", category="hot"), revision=1)
    assert house.line("a").routing == ROUTES["cold"]


def test_a_line_whose_first_step_is_written_last_keeps_its_portions_when_it_moves() -> None:
    house = received(message("1", dish("a", "2", "back"), revision=1))
    house.order("1", dish("a", "2", "hot"), revision=2)
    assert house.states("a") == {"queued": 2}


def test_a_held_line_is_still_held_at_its_new_station() -> None:
    house = received(message("1", held("a", category="hot"), revision=1))
    house.order("1", held("a", category="chain"), revision=2)
    assert [house.states("a", step=i) for i in range(2)] == [{"held": 1}, {"waiting": 1}]


def test_when_the_service_changes_lines_are_routed_anew() -> None:
    house = received(message("1", dish("a"), dish("b", category="cold"), revision=1))
    house.amend("1", revision=2, service="takeaway")
    assert [s.station for s in house.line("a").routing.steps] == ["wok", "box"]
    assert house.line("b").routing == ROUTES["cold"]


def test_a_partial_that_changes_the_service_routes_its_lines_by_the_new_one() -> None:
    house = received(message("1", dish("b", category="cold"), revision=1))
    house.amend("1", dish("a"), revision=2, service="takeaway")
    assert [s.station for s in house.line("a").routing.steps] == ["wok", "box"]


def test_an_older_whole_routes_its_lines_by_the_newer_service() -> None:
    house = received(message("1", revision=2, partial=True, service="takeaway"))
    house.order("1", dish("a"), revision=1)
    assert [s.station for s in house.line("a").routing.steps] == ["wok", "box"]


def test_voids_that_another_station_never_saw_are_not_shown_to_it() -> None:
    house = received(message("1", dish("a", "2"), revision=1))
    house.order("1", dish("a", "1"), revision=2)
    assert [g.acknowledged for g in house.groups("a") if g.state is PortionState.VOID] == [False]
    house.order("1", dish("a", "1", "cold"), revision=3)
    assert house.line("a").routing == ROUTES["cold"]
    assert [g.acknowledged for g in house.groups("a") if g.state is PortionState.VOID] == [True]


def test_voids_at_a_station_that_stays_are_still_to_be_acknowledged() -> None:
    house = received(message("1", dish("a", "2"), revision=1))
    house.order("1", dish("a", "1"), revision=2)
    house.order("1", dish("a", "1", "pair"), revision=3)
    voids = {g.step: g.acknowledged for g in house.line("a").groups if g.voided_at is not None}
    assert voids == {0: False, 1: True}


def test_a_cook_learns_that_what_is_on_the_fire_is_void_before_the_line_leaves() -> None:
    house = received(message("1", dish("a"), revision=1))
    house.do("start", "1", "a", view="wok")
    house.order("1", void("a"), revision=2)
    house.order("1", dish("a", category="cold"), revision=3)
    assert house.line("a").routing == ROUTES["hot"]
    house.do("ack_void", "1", "a", view="wok")
    house.order("1", dish("a", category="cold", note="!"), revision=4)
    house.order("1", dish("a", category="pair", note="!"), revision=5)
    assert house.line("a").routing == ROUTES["pair"]


# --- sets ----------------------------------------------------------------------------------------


def test_parts_that_come_later_make_the_shell_of_a_line_nobody_has_started() -> None:
    house = received(message("1", dish("s", "2", "?"), revision=1))
    assert house.states("s") == {"queued": 2}
    house.amend("1", dish("x", "2", parent="s"), revision=2)
    assert house.line("s").groups == ()
    assert house.counts("s").live == 2
    check(house.kitchen)


def test_a_line_on_the_fire_stays_a_dish_whatever_parts_come() -> None:
    house = received(message("1", dish("s", category="?"), revision=1))
    house.do("start", "1", "s", view="wok")
    house.amend("1", dish("x", parent="s"), revision=2)
    assert house.states("s") == {"cooking": 1}


def test_a_shell_whose_parts_are_set_free_is_a_dish_again() -> None:
    told = [
        message("1", dish("s", "2", "?"), dish("x", parent="s"), revision=1),
        message("1", dish("s", "2", "?"), dish("x"), revision=2),
    ]
    for order in ((0, 1), (1, 0)):
        house = received(*(told[i] for i in order))
        assert house.states("s") == {"queued": 2}
        assert house.counts("s").live == 2


def test_stock_follows_what_lives_not_what_came_in_void() -> None:
    house = House()
    house.do("sold_out", None, name="a", left=5)
    house.amend("1", revision=2, cancelled=True)
    house.order("1", dish("a", "2"), revision=1)
    assert house.kitchen.stock["a"] == 5
    house.order("2", dish("a", "2"), revision=1)
    house.order("2", dish("a", "3"), revision=2)
    assert house.kitchen.stock["a"] == 2
    house.order("3", dish("s", "9", "set", name="a"), dish("x", parent="s"), revision=1)
    assert house.kitchen.stock["a"] == 0
    assert order_key("3") in house.kitchen.orders
