"""What a board says of the pace: what comes next at a full station, and when a ticket is ready."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from kds.board.memo import BoardMemo
from kds.board.prediction import eta
from kds.board.values import Board, Ticket
from kds.board.views import board
from kds.board.why import explain_line
from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import LineId
from kds.kitchen.messages import Service
from kds.records.boards import board_json
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import START, House, content, shipped

MIN = 60_000


def house_of(name: str) -> House:
    book = compile_book(shipped(name)).book
    assert book is not None
    return House(book)


@pytest.fixture
def counter() -> House:
    """A fast-food kitchen whose fryer takes six portions at a time."""
    return house_of("fast_food")


@pytest.fixture
def place() -> House:
    """A restaurant that serves at the table."""
    return house_of("full_service")


def seen(house: House, view: str, memo: BoardMemo | None = None) -> Board:
    return board(house.kitchen, house.book, view, house.now, memo)


def fries(house: House, table: str, portions: int, **fields: object) -> None:
    line = content("f", "Fries", "Sides", quantity=Decimal(portions))
    house.order([line], order_id=table, session=table, table=table, **fields)
    house.wait(1)


def nexts(house: House) -> list[str]:
    made = seen(house, "fry")
    assert made.load is not None
    tables = {ticket.visit: ticket.table for ticket in made.tickets}
    return [tables[visit] for visit in made.load.next]


def test_rush_comes_first_and_still_counts(counter: House) -> None:
    """Where capacity paces the tickets a rush must not be without effect, nor without weight."""
    for table, portions in (("1", 4), ("2", 4), ("3", 6)):
        fries(counter, table, portions)
    assert nexts(counter) == ["3"]
    counter.act(CommandKind.RUSH, order_id="3")
    assert [ticket.table for ticket in seen(counter, "fry").tickets] == ["3", "1", "2"]
    assert nexts(counter) == ["1", "2"]


def test_what_is_on_the_fire_counts_before_what_stands_first(counter: House) -> None:
    fries(counter, "1", 1)
    fries(counter, "2", 6)
    fries(counter, "3", 1)
    counter.act(CommandKind.START, order_id="2", view="fry")
    assert nexts(counter) == ["3"]
    counter.act(CommandKind.BUMP, order_id="2", view="fry")
    assert nexts(counter) == []


def test_a_mark_of_the_station_leaves_tickets_the_objects_they_were(counter: House) -> None:
    """The wall paints anew what is another object."""
    memo = BoardMemo()
    fries(counter, "1", 6)
    fries(counter, "2", 1)
    before = seen(counter, "fry", memo)
    counter.act(CommandKind.BUMP, order_id="1", view="fry", portions=Decimal(1))
    after = seen(counter, "fry", memo)
    assert before.load != after.load
    assert after.tickets[1] is before.tickets[1]


def test_a_program_reads_what_comes_next(counter: House) -> None:
    fries(counter, "1", 6)
    fries(counter, "2", 2)
    said = board_json(seen(counter, "fry"), at=counter.now, epoch="e", seq=1, personal={})
    assert said["load"] == {"capacity": 6, "open": "8", "next": [said["tickets"][1]["visit"]]}
    assert [ticket["next"] for ticket in said["tickets"]] == [False, True]
    assert (
        board_json(seen(counter, "expo"), at=START, epoch="e", seq=1, personal={})["load"] is None
    )


def tickets(house: House) -> Iterator[Ticket]:
    yield from seen(house, "expo").tickets


def test_a_ticket_is_ready_when_its_longest_dish_is(place: House) -> None:
    place.order({"a": ("Ribeye", "Steaks"), "b": ("Chips", "Fried")})
    (ticket,) = tickets(place)
    assert eta(ticket, place.now) == START + 12 * MIN
    place.wait(180)
    place.act(CommandKind.START, "a", view="grill")
    (ticket,) = tickets(place)
    assert eta(ticket, place.now) == START + 15 * MIN
    place.wait(3600)
    (ticket,) = tickets(place)
    assert eta(ticket, place.now) == place.now


def test_a_pre_order_is_predicted_for_its_time(place: House) -> None:
    due = "2026-11-21T12:00:00+00:00"
    place.order({"a": ("Ribeye", "Steaks")}, service=Service.PICKUP, due_at=due)
    (ticket,) = tickets(place)
    assert eta(ticket, place.now) == START + 115 * MIN
    (line,) = ticket.lines
    why = explain_line(line, place.now, "en")
    assert why.startswith("gated: due at 12:00, gates start, waiting 0:00, opens in 1:43:00 (")


def test_a_station_sees_a_pre_order_an_hour_before_its_start(place: House) -> None:
    """A remembered board knows when that is, though there is no ticket yet to remember it by."""
    due, memo = "2026-11-21T13:00:00+00:00", BoardMemo()
    place.order({"a": ("Ribeye", "Steaks")}, service=Service.PICKUP, due_at=due)
    early = seen(place, "grill", memo)
    assert not early.tickets
    assert not early.all_day
    assert early.valid_until == START + 103 * MIN
    assert [ticket.number for ticket in seen(place, "expo").tickets] == [""]
    place.wait(103 * 60)
    assert len(seen(place, "grill", memo).tickets) == 1
    assert seen(place, "grill", memo) == seen(place, "grill")


def test_a_pre_order_that_is_fired_early_is_seen_at_once(place: House) -> None:
    due = "2026-11-21T13:00:00+00:00"
    place.order({"a": ("Ribeye", "Steaks")}, service=Service.PICKUP, due_at=due)
    place.act(CommandKind.FIRE, "a", view="expo")
    assert len(seen(place, "grill").tickets) == 1


def test_what_waits_without_an_end_is_not_predicted(place: House) -> None:
    salad = content("a", "Salad", "Salads", course="Starter")
    steak = content("b", "Ribeye", "Steaks", course="Main")
    place.order([salad, steak, content("c", "Cake", "Desserts", course="Dessert")])
    (ticket,) = tickets(place)
    assert ticket.lines[-1].key.line_id == LineId("c")
    assert eta(ticket, place.now) is None


def test_a_pre_order_begun_early_says_by_which_clock_it_runs(place: House) -> None:
    due = "2026-11-21T12:00:00+00:00"
    place.order({"a": ("Ribeye", "Steaks")}, service=Service.PICKUP, due_at=due)
    place.act(CommandKind.FIRE, "a", view="grill")
    place.wait(110 * 60)
    (ticket,) = tickets(place)
    assert ticket.lines[0].clock is not None
    why = explain_line(ticket.lines[0], place.now, "en")
    assert why.startswith("normal: planned start 8:00 ago, limit 12:00")
