"""A view that is late as a whole neither comes nor goes with every ticket, on no screen."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from kds.board.memo import BoardMemo
from kds.board.slow import behind
from kds.board.values import SlowMark
from kds.board.views import board
from kds.kitchen.commands import CommandKind
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House

TEXT = """
book: {id: b, name: B}
stations: [{id: wok, name: Wok}]
menu: [{id: hot, class: dish, match: {category: Hot}, cook: wok, late: 5 min}]
"""
DUCK = {"d": ("Duck", "Hot")}


def book(stays: str = "2 min") -> Book:
    made = compile_book({"a.yaml": f"{TEXT}slow_view: {{stays: {stays}}}\n"}).book
    assert made is not None
    return made


def order(house: House, *tables: str) -> None:
    for table in tables:
        house.order(DUCK, order_id=table, session=table, table=table)


def bump(house: House, *tables: str) -> None:
    for table in tables:
        house.act(CommandKind.BUMP, "d", order_id=table, view="wok")


def void(house: House, *tables: str) -> None:
    for table in tables:
        house.act(CommandKind.VOID, "d", order_id=table, reason="gone")
        house.act(CommandKind.ACK_VOID, "d", order_id=table, view="wok")


def slow(house: House, memo: BoardMemo | None = None) -> SlowMark | None:
    return board(house.kitchen, house.book, "wok", house.now, memo).slow


def three_late_of_eight(stays: str = "2 min") -> House:
    house = House(book(stays))
    order(house, "L1", "L2", "L3")
    house.wait(200)
    order(house, "F1", "F2", "F3", "F4", "F5")
    house.wait(110)
    return house


@pytest.mark.parametrize(("change", "table"), [(order, "F6"), (bump, "L1"), (void, "L1")])
def test_a_ticket_more_or_a_late_one_less_does_not_end_it_at_once(
    change: Callable[[House, str], None], table: str
) -> None:
    house = three_late_of_eight()
    assert slow(house) is not None
    change(house, table)
    found = slow(house)
    assert found is not None
    assert found.until == house.now + 120_000
    house.wait(119)
    assert slow(house) is not None
    house.wait(1)
    assert slow(house) is None


def test_two_minutes_begin_anew_when_too_many_are_late_again() -> None:
    house = three_late_of_eight()
    order(house, "F6")
    house.wait(60)
    bump(house, "F1")
    assert (found := slow(house)) is not None
    assert found.until is None  # three of eight again
    house.wait(5)
    order(house, "F7")
    house.wait(119)
    assert slow(house) is not None


def test_it_is_over_with_the_last_late_ticket() -> None:
    """Nothing is behind any more, whatever was so a minute ago."""
    house = three_late_of_eight()
    bump(house, "L1", "L2", "L3")
    assert slow(house) is None


def test_a_book_may_say_that_it_ends_at_once() -> None:
    house = three_late_of_eight("0 s")
    assert slow(house) is not None
    bump(house, "L1")
    assert slow(house) is None


def test_how_far_behind_is_still_told_meanwhile() -> None:
    house = three_late_of_eight()
    order(house, "F6")
    house.wait(60)
    found = slow(house)
    assert found is not None
    assert behind(found, house.now, "en") == "running 1 min behind"


def test_a_board_says_until_when_it_holds() -> None:
    house = three_late_of_eight()
    memo = BoardMemo()
    assert slow(house, memo) is not None
    order(house, "F6")
    made = board(house.kitchen, house.book, "wok", house.now, memo)
    assert made.slow is not None
    assert made.valid_until is not None
    assert made.valid_until <= house.now + 120_000


@pytest.mark.parametrize("seed", range(5))
def test_a_screen_that_has_watched_and_one_just_started_say_the_same(seed: int) -> None:
    """What is not in the state of the kitchen would be known to one of them alone."""
    house, random, memo = House(book()), Random(seed), BoardMemo()
    marks = set()
    for number in range(80):
        order(house, str(number))
        house.wait(random.choice([20, 45, 70]))
        watched = board(house.kitchen, house.book, "wok", house.now, memo)
        if len(watched.tickets) > 6:
            random.choice((bump, void))(house, random.choice(watched.tickets).table)
        watched = board(house.kitchen, house.book, "wok", house.now, memo)
        assert watched == board(house.kitchen, house.book, "wok", house.now)
        marks.add(watched.slow and (watched.slow.until is None))
    assert marks == {None, True, False}
