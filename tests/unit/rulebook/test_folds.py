"""Stations folded by the hour: at the right moment, once, and not against a person's word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.board.views import board
from kds.kitchen.commands import CommandKind, Result
from kds.kitchen.decide import record
from kds.kitchen.events import StationFolded
from kds.kitchen.ids import Instant, StationId
from kds.kitchen.wording import Wording
from kds.records.boards import board_json
from kds.rulebook.adoption import adoption, changes
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from kds.rulebook.due import due, house_due, next_due
from kds.ui.options import Subject
from tests.unit.rulebook.house import House

TEXT = """\
book: {id: b, name: B, zone: Europe/Berlin}
stations:
  - {id: wok, name: Wok, fold: {into: grill, between: 14:00-17:00}}
  - {id: grill, name: Grill}
  - {id: fry, name: Fry}
menu:
  - {id: hot, class: dish, match: {category: hot}, cook: wok}
  - {id: other, class: dish, match: {category: other}, cook: grill + fry}
"""
HOUR = 3600
WOK, GRILL, FRY = map(StationId, ("wok", "grill", "fry"))


def book(*changed: tuple[str, str]) -> Book:
    text = TEXT
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    made = compile_book({"f.yaml": text})
    assert made.book is not None, made.diagnostics
    return made.book


BOOK = book()


def at(hour: int, minute: int = 0, day: int = 10, month: int = 6) -> Instant:
    """Return a time of day in Berlin, as it is in summer: two hours ahead of UTC."""
    return Instant(int(datetime(2026, month, day, hour - 2, minute, tzinfo=UTC).timestamp()) * 1000)


def house(now: Instant, of: Book = BOOK) -> House:
    made = House(of)
    made.now = now
    made.order({"a": ("ribs", "hot")})
    return made


def adopt(made: House, after: Book) -> None:
    made.book = after
    made._keep(record(made.kitchen, adoption(made.kitchen, after, made.now), after, made.now))
    made.wait(0)


def folds(made: House) -> dict[str, str]:
    return dict(made.kitchen.folds.items())


def test_it_folds_at_the_hour_and_opens_at_the_hour() -> None:
    made = house(at(13, 59))
    made.wait(59)
    assert folds(made) == {}
    made.wait(1)
    assert folds(made) == {"wok": "grill"}
    made.wait(3 * HOUR)
    assert folds(made) == {}


def test_a_bridge_that_was_off_at_the_hour_folds_when_it_is_back() -> None:
    made = house(at(13))
    made.now = at(16)
    made.wait(0)
    assert folds(made) == {"wok": "grill"}


def test_a_person_is_right_until_the_hour_says_something_new() -> None:
    made = house(at(13))
    made.wait(2 * HOUR)
    made.act(CommandKind.FOLD, station=WOK)
    made.wait(2 * HOUR + 1800)
    assert folds(made) == {}
    made.act(CommandKind.FOLD, station=WOK, into_station=FRY)
    made.wait(20 * HOUR)
    assert folds(made) == {"wok": "fry"}
    made.wait(HOUR)
    assert folds(made) == {"wok": "grill"}


def test_the_hour_does_not_swap_two_stations() -> None:
    """The grill's cook has gone and the wok works for it: nobody would look at the grill."""
    made = house(at(13))
    made.act(CommandKind.FOLD, station=GRILL, into_station=WOK)
    made.wait(2 * HOUR)
    assert folds(made) == {"grill": "wok"}
    made.act(CommandKind.FOLD, station=GRILL)
    made.wait(0)
    assert folds(made) == {"wok": "grill"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ((", fold: {into: grill, between: 14:00-17:00}", ""), {}),
        (("into: grill", "into: fry"), {"wok": "fry"}),
        (("14:00-17:00", "14:00-14:30"), {}),
        (("14:00-17:00", "20:00-22:00"), {}),
        (("14:00-17:00", "15:00-18:00"), {"wok": "grill"}),
    ],
)
def test_another_book_has_its_own_hours_at_once(
    changed: tuple[str, str], expected: dict[str, str]
) -> None:
    made = house(at(13))
    made.wait(2 * HOUR + 60)
    after = book(changed)
    moving = changes(made.kitchen, BOOK, after, made.now).moving
    assert moving == (0 if expected == {"wok": "grill"} else 1)
    adopt(made, after)
    assert folds(made) == expected


def test_what_a_person_has_folded_no_book_opens() -> None:
    made = house(at(13))
    made.act(CommandKind.FOLD, station=FRY, into_station=GRILL)
    adopt(made, book((", fold: {into: grill, between: 14:00-17:00}", "")))
    assert folds(made) == {"fry": "grill"}


def test_over_midnight_and_one_after_the_other() -> None:
    spans = "fold: [{into: fry, between: 22:00-01:00}, {into: grill, between: 01:00-05:00}]}"
    made = house(at(21), book(("fold: {into: grill, between: 14:00-17:00}}", spans)))
    found = []
    for _ in range(4):
        made.wait(2 * HOUR + 60)
        found.append(folds(made).get("wok"))
    assert found == ["fry", "grill", "grill", None]
    assert len(made.facts(StationFolded)) == 3


def test_the_night_of_the_clock_change_has_its_hours_by_the_wall_clock() -> None:
    """At 03:00 on 25 October 2026 Berlin's clocks go back to 02:00."""
    made = house(at(23, day=24, month=10), book(("14:00-17:00", "02:30-04:00")))
    made.wait(24 * HOUR)
    begun, over = (e.at for e in made.events if isinstance(e.fact, StationFolded))
    assert begun == at(2, 30, day=25, month=10)
    assert over - begun == 2.5 * HOUR * 1000


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["grill", "fry", ""])), max_size=6))
def test_what_is_due_happens_and_comes_to_rest(acts: list[tuple[int, str]]) -> None:
    """Whatever people do between: never something due that makes nothing, never a fact twice."""
    made = house(at(13))
    for hours, into in acts:
        made.wait(hours * HOUR)
        made.act(CommandKind.FOLD, station=WOK, into_station=StationId(into) if into else None)
        made.wait(0)
        coming = next_due(made.kitchen, made.book, made.now)
        assert coming is not None
        assert due(made.kitchen, made.book, made.now) == ()
    ids = [event.id for event in made.events]
    assert len(set(ids)) == len(ids)


def test_a_book_without_hours_waits_for_none() -> None:
    made = house(at(13), book((", fold: {into: grill, between: 14:00-17:00}", "")))
    assert house_due(made.kitchen, made.book, made.now) is None


@pytest.mark.parametrize("more", [{"station": "wock"}, {"station": WOK, "into_station": "gril"}])
def test_a_station_that_there_is_not_cannot_be_folded(more: dict[str, StationId]) -> None:
    made = house(at(13))
    outcome = made.act(CommandKind.FOLD, **more)
    assert outcome.result is Result.REFUSED
    assert outcome.why.startswith("there is no station ")


def test_the_screens_say_who_works_for_whom() -> None:
    made = house(at(13))
    before = board(made.kitchen, made.book, "wok", made.now)
    made.wait(HOUR)
    here, there = (board(made.kitchen, made.book, view, made.now) for view in ("wok", "grill"))
    assert (here.folded_into, here.tickets, there.works_for) == (GRILL, (), (WOK,))
    told = board_json(there, at=made.now, epoch="e", seq=1, personal={})
    assert (told["folded_into"], told["works_for"]) == (None, ["wok"])
    names = {WOK: Wording("热菜", "Wok"), GRILL: Wording("煎烤", "Grill")}
    wok, grill = Subject("wok", names), Subject("grill", names)
    assert wok.title_on(before, "en") == "Wok"
    assert wok.title_on(here, "zh") == "热菜 → 煎烤"
    assert grill.title_on(there, "en") == "Grill + Wok"
