"""What time alone makes happen: once, in order, and never to a visit that is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kds.kitchen.commands import CommandKind, SplitPart
from kds.kitchen.events import (
    BookAdopted,
    Cause,
    Event,
    LineLate,
)
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import EventId, Instant, LineId
from kds.kitchen.messages import Payment
from kds.kitchen.order_facts import (
    HoldReleased,
    Opening,
    VisitArchived,
    VisitEnded,
)
from kds.kitchen.orders import Level
from kds.rulebook import endings
from kds.rulebook.book import Book, book_of
from kds.rulebook.compiled import Clock, Ending
from kds.rulebook.due import due, house_due, next_due, visit_due
from tests.unit.rulebook.house import START, House

POT = ("麻辣锅底", "锅底")
BEEF = ("肥牛", "涮品")
WOK = ("回锅肉", "热菜")
HOUR = 3600


def late(house: House) -> list[tuple[str, str]]:
    return [(fact.line.line_id, fact.level.value) for fact in house.facts(LineLate)]


def test_an_empty_kitchen_waits_for_nothing(house: House) -> None:
    assert next_due(house.kitchen, house.book) is None
    assert due(house.kitchen, house.book, house.now) == ()


def test_each_level_is_noted_once_at_its_time(house: House) -> None:
    house.order({"1": WOK})
    assert next_due(house.kitchen, house.book) == START + 600_000
    house.wait(599)
    assert late(house) == []
    house.wait(1)
    assert late(house) == [("1", "attention")]
    house.wait(HOUR)
    assert late(house) == [("1", "attention"), ("1", "late"), ("1", "critical")]


def test_a_late_fact_carries_limit_clock_and_rule(house: House) -> None:
    house.order({"1": POT})
    house.wait(180)
    (fact,) = house.facts(LineLate)
    assert (fact.level, fact.limit_s, fact.clock) == (Level.ATTENTION, 180, "fired")
    assert fact.rule == "pot"


def test_facts_found_late_come_together_and_in_order(house: House) -> None:
    house.order({"1": WOK, "2": POT})
    house.now = Instant(START + HOUR * 1000)
    found = [event.fact for event in due(house.kitchen, house.book, house.now)]
    levels = [fact.limit_s for fact in found if isinstance(fact, LineLate)]
    assert levels == [180, 300, 480, 600, 900, 1500]


def test_a_time_fact_has_an_id_that_anybody_would_give_it(house: House) -> None:
    house.order({"1": POT})
    later = Instant(START + 180_000)
    (first,) = due(house.kitchen, house.book, later)
    (again,) = due(house.kitchen, house.book, Instant(later + 5_000))
    assert first.id == again.id == "t:till/1:late:till:1:1:pot:attention"
    assert (first.cause, first.at) == (Cause.TIME, later)


def test_a_finished_line_is_not_late(house: House) -> None:
    house.order({"1": WOK})
    house.act(CommandKind.BUMP, "1", view="wok")
    house.wait(HOUR)
    assert late(house) == []


def test_a_held_line_runs_no_clock(house: House) -> None:
    house.order({"1": WOK})
    house.act(CommandKind.HOLD, "1")
    house.wait(HOUR)
    assert late(house) == []


def test_a_gated_plate_runs_its_clock_from_the_opening_on(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.wait(350)
    assert "2" not in dict(late(house))
    house.act(CommandKind.BUMP, "1", view="broth")
    house.wait(299)
    assert ("2", "attention") not in late(house)
    house.wait(1)
    assert ("2", "attention") in late(house)


@pytest.mark.parametrize(
    ("clock", "limit_from"), [(Clock.RECEIVED, START), (Clock.PLACED, START - 120_000)]
)
def test_limits_may_count_from_the_arrival_or_from_the_guests_order(
    hotpot: Book, clock: Clock, limit_from: int
) -> None:
    menu = tuple(
        replace(entry, limits=replace(entry.limits, clock=clock)) for entry in hotpot.data.menu
    )
    house = House(book_of(replace(hotpot.data, menu=menu)))
    house.order({"1": WOK}, placed_at="2026-11-21T17:58:00+08:00")
    assert next_due(house.kitchen, house.book) == limit_from + 600_000


@pytest.mark.parametrize(
    "placed_at", ["2026-11-21T18:05:00+08:00", "2026-11-20T18:00:00+08:00", "six", "2026-11-21"]
)
def test_an_order_time_that_cannot_be_is_not_believed(hotpot: Book, placed_at: str) -> None:
    menu = tuple(
        replace(entry, limits=replace(entry.limits, clock=Clock.PLACED))
        for entry in hotpot.data.menu
    )
    house = House(book_of(replace(hotpot.data, menu=menu)))
    house.order({"1": WOK}, placed_at=placed_at)
    assert next_due(house.kitchen, house.book) == START + 600_000


def test_the_visit_says_the_same_as_the_kitchen(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    at = visit_due(house.kitchen, house.visit(), house.book)
    assert at == next_due(house.kitchen, house.book) == START + 180_000


def test_only_the_visits_asked_for_are_looked_at(house: House) -> None:
    house.order({"1": POT})
    house.order({"1": POT}, order_id="2", session="s9", table="9")
    found = due(house.kitchen, house.book, Instant(START + 200_000), [house.visit("2")])
    assert [fact.fact.visit for fact in found if isinstance(fact.fact, LineLate)] == ["till/2"]


def test_holds_of_a_rule_that_is_gone_open_at_once(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.book = book_of(replace(house.book.data, waits=()))
    house.wait(0)
    assert [fact.opened_by for fact in house.facts(HoldReleased)] == [Opening.PAUSED]
    assert house.holds("2") == []


# --- endings -------------------------------------------------------------------------------


def finish(house: House, order_id: str = "1", **fields: Any) -> None:
    house.order({"1": WOK}, order_id=order_id, **fields)
    house.act(CommandKind.SERVE, order_id=order_id, view="expo")


def test_a_visit_that_is_paid_and_served_ends_after_a_while(house: House) -> None:
    finish(house, payment=Payment.PAID)
    house.wait(599)
    assert house.facts(VisitEnded) == []
    house.wait(1)
    (ended,) = house.facts(VisitEnded)
    assert (ended.visit, ended.by, ended.removed) == (house.visit(), "rule", False)


@pytest.mark.parametrize("payment", [Payment.UNPAID, Payment.PARTIAL])
def test_a_visit_that_is_not_paid_stays_open(house: House, payment: Payment) -> None:
    finish(house, payment=payment)
    house.wait(HOUR)
    assert house.facts(VisitEnded) == []


def test_a_visit_whose_food_stands_at_the_pass_stays_open(house: House) -> None:
    house.order({"1": WOK}, payment=Payment.PAID)
    house.act(CommandKind.BUMP, "1", view="wok")
    house.wait(HOUR)
    assert house.facts(VisitEnded) == []


def test_without_a_serve_step_ready_is_out(hotpot: Book) -> None:
    house = House(book_of(replace(hotpot.data, serve_step=False)))
    house.order({"1": WOK}, payment=Payment.PAID)
    house.act(CommandKind.BUMP, "1", view="wok")
    house.wait(600)
    assert len(house.facts(VisitEnded)) == 1


def test_a_card_with_nothing_to_cook_stays_until_somebody_took_note(house: House) -> None:
    house.order({}, payment=Payment.PAID)
    house.wait(HOUR)
    assert house.facts(VisitEnded) == []
    house.act(CommandKind.BUMP, view="expo")
    house.wait(HOUR)
    assert len(house.facts(VisitEnded)) == 1


def test_the_business_day_ends_what_has_nothing_left_to_cook(house: House) -> None:
    finish(house)
    house.wait(10 * HOUR - 1)
    assert house.facts(VisitEnded) == []
    house.wait(1)
    assert len(house.facts(VisitEnded)) == 1


def test_what_is_still_cooked_outlives_the_business_day(house: House) -> None:
    house.order({"1": WOK})
    house.wait(12 * HOUR)
    assert house.facts(VisitEnded) == []
    house.act(CommandKind.BUMP, "1", view="wok")
    house.wait(0)
    assert len(house.facts(VisitEnded)) == 1


def test_the_end_of_paid_visits_can_be_switched_off(hotpot: Book) -> None:
    house = House(book_of(replace(hotpot.data, ending=Ending(after_paid_s=None))))
    finish(house, payment=Payment.PAID)
    house.wait(HOUR)
    assert house.facts(VisitEnded) == []


def test_an_ended_visit_leaves_two_hours_after_its_business_day(house: House) -> None:
    finish(house, payment=Payment.PAID)
    house.wait(12 * HOUR - 1)
    assert house.facts(VisitArchived) == []
    house.wait(1)
    assert len(house.facts(VisitArchived)) == 1
    assert len(house.kitchen.visits) == 0


def test_an_ended_visit_with_open_food_stays_until_its_day_is_long_over(house: House) -> None:
    """Last night's unstruck tickets must not greet the morning, nor fill the memory."""
    house.order({"1": WOK}, closed=True)
    house.wait(12 * HOUR - 1)
    (visit,) = house.kitchen.visits.values()
    assert not visit.removed
    assert house.facts(VisitArchived) == []
    house.wait(1)
    assert house.facts(VisitEnded)[-1] == VisitEnded(visit.id, "day", removed=True)
    house.wait(0)
    assert [fact.visit for fact in house.facts(VisitArchived)] == [visit.id]
    assert len(house.kitchen.visits) == 0


def test_a_closed_order_for_tomorrow_is_waited_for(house: House) -> None:
    tomorrow = datetime.fromtimestamp(house.now / 1000 + 24 * HOUR, UTC)
    house.order({"1": WOK}, closed=True, due_at=tomorrow.isoformat())
    house.wait(24 * HOUR)
    assert not any(visit.removed for visit in house.kitchen.visits.values())
    house.wait(12 * HOUR)
    assert all(fact.removed for fact in house.facts(VisitEnded)[1:])
    house.wait(0)
    assert len(house.kitchen.visits) == 0


def test_a_visit_that_a_person_removed_may_leave_with_open_food(house: House) -> None:
    house.order({"1": WOK})
    house.act(CommandKind.CLOSE, view="all")
    house.wait(24 * HOUR)
    assert len(house.facts(VisitArchived)) == 1


def test_the_oldest_ended_visits_beyond_those_kept_leave_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "KEPT_CLOSED", 2)
    for number in range(4):
        finish(house, str(number), session=f"s{number}", table=str(number), closed=True)
        house.now = Instant(house.now + 1000)
    assert house_due(house.kitchen, house.book, house.now) == house.kitchen.at
    house.wait(0)
    assert [fact.visit for fact in house.facts(VisitArchived)] == ["till/0", "till/1"]
    assert house_due(house.kitchen, house.book, house.now) is None


def test_a_visit_leaves_once_though_time_and_number_ask_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(house, closed=True)
    monkeypatch.setattr(endings, "KEPT_CLOSED", 0)
    found = due(house.kitchen, house.book, Instant(house.now + 24 * HOUR * 1000))
    assert len(found) == 1


def test_what_a_person_removed_is_not_late_any_more(house: House) -> None:
    house.order({"1": WOK})
    house.act(CommandKind.CLOSE, view="all")
    house.wait(HOUR)
    assert late(house) == []


def test_a_visit_whose_split_part_is_open_keeps_their_common_order(house: House) -> None:
    house.order({"1": WOK, "2": WOK})
    house.act(CommandKind.SPLIT, lines=(SplitPart(LineId("2")),), table="9")
    house.act(CommandKind.SERVE, "1", view="expo")
    house.order({"1": WOK, "2": WOK}, closed=True)
    house.wait(24 * HOUR)
    assert "till/1" in house.kitchen.visits


def test_an_id_of_a_later_end_differs_from_the_first(house: House) -> None:
    finish(house, payment=Payment.PAID)
    later = Instant(house.now + HOUR * 1000)
    (first,) = due(house.kitchen, house.book, later)
    house.order({"1": WOK, "2": WOK}, payment=Payment.PAID)
    house.act(CommandKind.SERVE, view="expo")
    (second,) = due(house.kitchen, house.book, later)
    assert isinstance(second.fact, VisitEnded)
    assert first.id != second.id


def test_other_events_leave_the_times_alone(house: House) -> None:
    house.order({"1": WOK})
    before = next_due(house.kitchen, house.book)
    adopted = Event(EventId("b"), house.now, Cause.RULE, BookAdopted("hash"))
    assert next_due(evolve(house.kitchen, adopted), house.book) == before
