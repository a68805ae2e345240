"""Portions over all steps: the one furthest at one step is furthest at every other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kds.kitchen.portions import PortionState
from kds.kitchen.slices import Slice, Tally, slices, taken, total
from tests.unit.kitchen.house import House, dish, seen_on

W, H, Q, C, R, S, V = PortionState


def of(house: House, **more: object) -> list[tuple[str, float]]:
    """Return the slices of line a, each as its states in short."""
    found = slices(house.line("a"), house.visit().id, **more)  # type: ignore[arg-type]
    return [("".join(s.value[0] for s in each.states), float(each.portions)) for each in found]


@pytest.fixture
def house() -> House:
    """Four portions of a chain prep, wok, pass: done at 3, 2 and 1 of them."""
    house = House()
    house.order("1", dish("a", "4", "chain"))
    house.do("bump", "1", "a", portions="3", **seen_on("prep"))
    house.do("bump", "1", "a", portions="2", **seen_on("wok"))
    house.do("start", "1", "a", portions="1", **seen_on("pass"))
    return house


def test_a_portion_has_one_state_at_each_step(house: House) -> None:
    assert of(house) == [("rrc", 1), ("rrq", 1), ("rqw", 1), ("qww", 1)]


def test_void_portions_are_no_slices(house: House) -> None:
    house.do("void", "1", "a", portions="2")
    assert of(house) == [("rrc", 1), ("rrq", 1)]


def test_some_steps_alone_can_be_looked_at(house: House) -> None:
    assert of(house, steps=(1,)) == [("r", 2), ("q", 1), ("w", 1)]


def test_a_portion_counts_only_if_it_does_at_every_step(house: House) -> None:
    assert of(house, chosen=lambda g: g.state is not C) == [("rrq", 1), ("rrw", 1), ("rqw", 1)]


def test_a_line_without_steps_has_none() -> None:
    house = House()
    house.order("1", dish("a", category="set"), dish("b", parent="a"))
    assert of(house) == []


def test_taking_cuts_the_last_slice() -> None:
    found = [Slice((R,), Decimal(2)), Slice((Q,), Decimal(3))]
    assert list(taken(found, Decimal(4))) == [found[0], Slice((Q,), Decimal(2))]
    assert list(taken(found, Decimal(9))) == found
    assert list(taken(found, Decimal(2))) == found[:1]
    assert list(taken(found, Decimal(-1))) == []
    assert total(found) == 5


def test_a_tally_adds_up_by_step_and_state() -> None:
    tally = Tally()
    for portions in ("1", "2"):
        tally.add(0, Q, Decimal(portions))
    tally.add(1, Q, Decimal(1))
    assert list(tally) == [(0, Q, Decimal(3)), (1, Q, Decimal(1))]


def test_slices_can_be_compared_by_how_far_they_are() -> None:
    assert Slice((R, Q), Decimal(1)).advancement > Slice((C, Q), Decimal(1)).advancement
    assert Slice((R, Q), Decimal(1)).has(Q)
    assert not Slice((R, Q), Decimal(1)).has(W)
