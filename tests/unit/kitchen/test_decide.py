"""Deciding: stories of facts, what the rules add to them, and when they are no longer asked."""

from __future__ import annotations

from collections.abc import Sequence

from kds.kitchen.commands import Command, CommandKind, ReceiveOrder
from kds.kitchen.decide import SETTLE_ROUNDS, decide, record
from kds.kitchen.events import (
    Cause,
    Event,
    Fact,
    LineLate,
)
from kds.kitchen.evolve import fold
from kds.kitchen.ids import CommandId, EventId, Instant, RuleId, VisitId
from kds.kitchen.order_facts import HoldReleased, VisitPinned
from kds.kitchen.orders import Level
from kds.kitchen.state import Kitchen
from tests.unit.kitchen.house import (
    OPENS,
    House,
    HousePolicy,
    dish,
    line_key,
    message,
    order_key,
)


class Restless(HousePolicy):
    """A rule that never comes to rest, and notes which visits it was asked about."""

    def __init__(self) -> None:
        self.asked: list[VisitId] = []

    def settle(
        self, kitchen: Kitchen, visit: VisitId, facts: Sequence[Fact], now: Instant
    ) -> Sequence[Fact]:
        """Pin or free the ticket, for ever."""
        self.asked.append(visit)
        return [VisitPinned(visit, pinned=not kitchen.visits[visit].pinned)]


def test_rules_that_never_rest_are_not_asked_for_ever() -> None:
    policy = Restless()
    house = House(policy)
    house.order("1", dish("a"))
    assert len(policy.asked) == SETTLE_ROUNDS
    assert len(house.log) == 1 + SETTLE_ROUNDS


def test_rules_are_asked_about_every_visit_that_a_fact_names() -> None:
    policy = Restless()
    house = House(policy)
    house.order("1", dish("a"), dish("b"), table="5")
    house.order("2", dish("a"), table="6")
    first, second = house.visit("1").id, house.visit("2").id
    policy.asked.clear()
    house.do("merge", "1", into_order=order_key("2"))
    assert policy.asked[:2] == [first, second]
    policy.asked.clear()
    new = house.split("2", ("a", None))
    assert policy.asked[:2] == [second, new]


def test_an_undo_is_not_settled_it_is_already_as_it_was() -> None:
    policy = Restless()
    house = House(policy)
    house.order("1", dish("a"))
    house.do("bump", "1", view="wok")
    policy.asked.clear()
    house.undo(house.last)
    assert policy.asked == []


def test_what_rules_make_of_a_command_bears_its_id_and_their_cause() -> None:
    house = House()
    house.order("1", dish("p", category="pot"), dish("q", category="plate"))
    house.do("bump", "1", "p", id=CommandId("c"), device="broth-1", person="Li", view="broth")
    moved, released = house.log[-2:]
    assert [(e.id, e.cause, e.command) for e in (moved, released)] == [
        ("c:1", Cause.PERSON, "c"),
        ("c:2", Cause.RULE, "c"),
    ]
    assert (moved.device, moved.person, moved.at) == ("broth-1", "Li", OPENS)
    assert isinstance(released.fact, HoldReleased)


def test_time_facts_are_recorded_as_they_are_and_rules_answer_under_their_ids() -> None:
    house = House(Restless())
    house.order("1", dish("a"))
    late = LineLate(house.visit().id, line_key("a"), Level.LATE, RuleId("r"), 60, "fired")
    events = [Event(EventId(f"late{n}"), house.now, Cause.TIME, late) for n in (1, 2)]
    decision = record(house.kitchen, events, house.policy, house.now)
    assert [e.id for e in decision.events[:2]] == ["late1", "late1:1"]
    assert EventId("late2:1") in [e.id for e in decision.events]
    assert fold(house.kitchen, decision.events) == decision.kitchen


def test_the_same_command_on_the_same_kitchen_gives_the_same_events() -> None:
    house = House()
    house.order("1", dish("p", category="pot"), dish("q", category="plate"), dish("a", "2"))
    command = Command(CommandId("c"), CommandKind.BUMP, order_key(), view="expo")
    one, two = (decide(house.kitchen, command, house.policy, house.now) for _ in range(2))
    assert one.events == two.events
    assert one.kitchen == two.kitchen == fold(house.kitchen, one.events)


def test_a_decision_leaves_the_kitchen_it_was_made_on_as_it_was() -> None:
    house = House()
    house.order("1", dish("a"), revision=1)
    before, line = house.kitchen, house.line("a")
    told = ReceiveOrder(CommandId("x"), message("1", dish("a", "5"), revision=2), "d")
    decide(before, told, house.policy, house.now)
    assert before.line(line_key("a")) is line
    assert before.seq == 1
