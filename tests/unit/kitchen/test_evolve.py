"""Evolving: events of a log that fits badly change nothing rather than stop it from being read."""

from __future__ import annotations

from typing import get_args

import pytest

from kds.kitchen.events import Cause, Event, Fact
from kds.kitchen.evolve import evolve, fold
from kds.kitchen.ids import CommandId, EventId, VisitId
from kds.kitchen.order_facts import CommandUndone, TableMoved
from kds.kitchen.state import Kitchen
from tests.unit.kitchen.house import House, dish
from tests.unit.kitchen.invariants import differences


def told(house: House, fact: Fact, command: str = "c") -> Event:
    """Return `fact` as an event of a command."""
    return Event(EventId("e"), house.now, Cause.PERSON, fact, CommandId(command))


@pytest.mark.parametrize(
    "fact",
    [
        TableMoved(VisitId("x"), "5"),
        CommandUndone(CommandId("never"), VisitId("x")),
        CommandUndone(CommandId("never"), VisitId("till/1")),
    ],
)
def test_an_act_on_what_is_not_there_moves_only_the_log_place(fact: Fact) -> None:
    house = House()
    house.order("1", dish("a"))
    after = evolve(house.kitchen, told(house, fact))
    assert after.seq == house.kitchen.seq + 1
    assert set(differences(after, house.kitchen)) <= {"seq", "visits", "commands"}
    assert after.orders is house.kitchen.orders


def test_every_fact_there_is_can_be_applied() -> None:
    from kds.kitchen import evolve as module

    assert set(module._APPLY) == set(get_args(Fact))


def test_folding_nothing_gives_the_same_kitchen() -> None:
    empty = Kitchen()
    assert fold(empty, ()) is empty
