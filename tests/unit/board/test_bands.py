"""Bands of lines and tickets, and until when they hold."""

from __future__ import annotations

import pytest

from kds.board.bands import age_band, limits_of, ticket_band, window
from kds.board.values import Band, BandClock
from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import Instant
from kds.kitchen.messages import LineState
from kds.kitchen.orders import Gate
from tests.unit.board.factory import MINUTE, SECOND, START, Book, House, Limits, dish


@pytest.mark.parametrize(
    ("waited_s", "band", "next_s"),
    [
        (0, "normal", 180),
        (179, "normal", 180),
        (180, "attention", 300),
        (300, "late", 600),
        (599, "late", 600),
        (600, "critical", None),
        (9000, "critical", None),
    ],
)
def test_a_line_gets_worse_with_age(waited_s: int, band: str, next_s: int | None) -> None:
    house = House()
    house.order("1", dish("a"))
    house.wait(waited_s * SECOND)
    board = house.board("cut")
    assert board.tickets[0].band == band
    assert board.tickets[0].lines[0].band == band
    assert board.valid_until == (None if next_s is None else START + next_s * SECOND)


def test_a_book_need_not_set_limits() -> None:
    house = House(Book(of_all=Limits(attention_s=None, late_s=60, critical_s=None)))
    house.order("1", dish("a"))
    assert house.board("cut").valid_until == START + MINUTE
    house.wait(60 * MINUTE)
    assert house.ticket("cut").band == Band.LATE


@pytest.mark.parametrize(
    ("clock", "since"),
    [("fired", 2 * MINUTE), ("received", MINUTE), ("placed", 0)],
)
def test_the_book_names_the_clock(clock: str, since: int) -> None:
    house = House(Book(of_all=Limits(clock=clock)))
    house.now = Instant(START + MINUTE)
    house.order("1", dish("a"), placed_at="2026-11-18T11:06:40+00:00")
    house.do(CommandKind.HOLD, "1", "a")
    house.wait(MINUTE)
    house.do(CommandKind.FIRE, "1", "a")
    running = house.ticket("cut").clock
    assert running is not None
    assert (running.name, running.since) == (clock, START + since)


def test_a_clock_that_has_not_begun_makes_nothing_late() -> None:
    clock = BandClock("fired", Instant(1000), Instant(1000), None, Instant(3000), "", "")
    assert age_band(None, Instant(0)) == Band.NORMAL
    assert age_band(clock, Instant(999)) == Band.NORMAL
    assert age_band(clock, Instant(1000)) == Band.ATTENTION
    assert limits_of(clock) == ((Band.ATTENTION, 1000), (Band.CRITICAL, 3000))


def test_a_held_line_has_no_cook_clock() -> None:
    house = House()
    house.order("1", dish("a", state=LineState.HELD))
    house.wait(60 * MINUTE)
    assert house.ticket("cut").band == Band.HELD
    assert house.ticket("cut").clock is None
    house.order("1", dish("a"), revision=2)
    assert house.ticket("cut").band == Band.NORMAL
    house.wait(5 * MINUTE)
    assert house.ticket("cut").band == Band.LATE


def test_a_rule_that_keeps_a_line_from_starting_gates_it_everywhere() -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a", gate=Gate.START, until=Instant(START + MINUTE))
    assert house.ticket("cut").band == Band.GATED
    assert house.ticket("expo").band == Band.GATED
    assert house.board("cut").valid_until == START + MINUTE


def test_a_gate_on_the_run_greys_a_line_at_the_pass_only_and_stops_its_clock() -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a")
    house.wait(60 * MINUTE)
    assert (house.line("cut", "a").band, house.line("expo", "a").band) == ("normal", "gated")
    house.do(CommandKind.BUMP, "1", "a", view="cut")
    assert house.line("expo", "a").band == Band.GATED
    house.do(CommandKind.RELEASE, "1", "a")
    assert house.line("expo", "a").band == Band.READY


def test_the_cook_clock_of_a_gated_line_starts_when_the_gate_opens() -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a")
    house.wait(60 * MINUTE)
    house.do(CommandKind.RELEASE, "1", "a")
    assert house.ticket("cut").band == Band.NORMAL


def test_the_time_of_a_hold_passes() -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a", gate=Gate.START, until=Instant(START + MINUTE))
    for passed in (False, True):
        hold = house.line("cut", "a").hold
        assert hold is not None
        assert hold.passed is passed
        house.wait(MINUTE)


def test_a_ticket_is_as_bad_as_its_worst_line() -> None:
    house = House()
    house.order("1", dish("a"))
    house.wait(4 * MINUTE)
    house.order("1", dish("a"), dish("b"), revision=2)
    ticket = house.ticket("cut")
    assert (ticket.band, ticket.worst and ticket.worst.line_id) == (Band.ATTENTION, "a")
    assert ticket.clock is not None
    assert ticket.clock.since == START


def test_a_ticket_whose_lines_are_all_ready_is_ready_since_the_last() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"))
    house.do(CommandKind.BUMP, "1", "a")
    assert (house.ticket("expo").band, house.ticket("expo").ready_at) == (Band.NORMAL, None)
    house.wait(MINUTE)
    house.do(CommandKind.BUMP, "1", "b")
    assert (house.ticket("expo").band, house.ticket("expo").ready_at) == (
        Band.READY,
        START + MINUTE,
    )
    assert house.ticket("expo").complete


def test_a_ticket_whose_lines_are_all_void_is_void() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"))
    house.order("1", cancelled=True, revision=2)
    assert house.ticket("cut").band == Band.VOID
    assert not house.ticket("cut").clock


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        ("", "normal"),
        ("void", "void"),
        ("void ready", "ready"),
        ("ready held", "held"),
        ("void held", "held"),
        ("ready gated", "gated"),
        ("held gated", "gated"),
        ("held normal", "normal"),
        ("ready gated late normal", "late"),
        ("attention critical late", "critical"),
    ],
)
def test_what_is_done_does_not_hide_that_the_rest_waits(bands: str, expected: str) -> None:
    assert ticket_band([Band(name) for name in bands.split()]) == expected


def test_a_window_lies_between_the_changes_around_now() -> None:
    changes = [Instant(at) for at in (5, 30, 10, 20, 7)]
    assert window(changes, Instant(10)) == (10, 20)
    assert window(changes, Instant(1)) == (None, 5)
    assert window(changes, Instant(99)) == (30, None)
    assert window((), Instant(1)) == (None, None)
