"""Batches: what goes into one pan, for whom, and what one touch does to it."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from kds.board.views import board
from kds.cases.precedence import batches_in, lines_of
from kds.kitchen.commands import Command, CommandKind, Result
from kds.kitchen.decide import decide
from kds.kitchen.ids import CommandId, LineKey
from kds.records import command_from
from kds.records.boards import board_json
from kds.rulebook.compile import compile_book
from tests.unit.board.test_priority import MINUTE, House

BOOK = """
book: {id: small, name: Small}
limits: {attention: 3 min, late: 5 min, critical: 8 min}
stations: [{id: wok, name: Wok}, {id: cold, name: Cold}]
menu:
  - {id: rice, class: rice, match: {name_has: rice}, cook: wok, batch: {most: 4, within: 5 min}}
  - {id: dish, class: dish, match: {name_has: dish}, cook: wok}
"""


class Kitchen(House):
    """A wok that makes rice four at a time; `wok` compares with a board made from nothing."""

    def __init__(self) -> None:
        super().__init__()
        book = compile_book({"book.yaml": BOOK}).book
        assert book is not None
        self.book = book

    def rice(self, table: str, quantity: str = "1", **more: object) -> None:
        line = {"line_id": "rice", "name": "rice", "quantity": quantity, **more}
        super().order(table, lines=[line])

    @property
    def pans(self) -> list[str]:
        return batches_in(self.wok())

    def together(self, kind: str, portions: str = "") -> None:
        lines = lines_of(self.wok(), "rice", portions)
        command = {"id": self._id(), "kind": kind, "view": "wok", "lines": lines}
        self._decide(command_from(command))

    def ready(self, table: str) -> int:
        made = board(self.kitchen, self.book, "all", self.now)
        ticket = next(ticket for ticket in made.tickets if ticket.table == table)
        return int(ticket.lines[0].counts.ready)


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


def test_a_pan_takes_the_oldest_up_to_its_size_and_the_rest_the_next(kitchen: Kitchen) -> None:
    for table, count in (("1", "1"), ("2", "2"), ("3", "3")):
        kitchen.rice(table, count)
        kitchen.wait(1_000)
    assert kitchen.pans == ["rice x4: 1, 2 x2, 3"]
    kitchen.rice("4")
    assert kitchen.pans == ["rice x4: 1, 2 x2, 3", "rice x3: 3 x2, 4"]


def test_a_dish_of_one_ticket_alone_is_no_proposal(kitchen: Kitchen) -> None:
    kitchen.rice("1", "4")
    assert kitchen.pans == []


def test_orders_too_far_apart_lie_in_no_pan_together(kitchen: Kitchen) -> None:
    kitchen.rice("1")
    kitchen.wait(3 * MINUTE)
    kitchen.rice("2")
    kitchen.wait(3 * MINUTE)
    kitchen.rice("3")
    assert kitchen.pans == ["rice x2: 1, 2"]
    kitchen.do("bump", "1", view="wok")
    assert kitchen.pans == ["rice x2: 2, 3"]


def test_a_rush_is_in_the_first_pan_and_goes_to_the_head_of_the_list(kitchen: Kitchen) -> None:
    """The fault: four older portions fill the pan, and the rushed one waits for the second."""
    for table in "1234":
        kitchen.rice(table)
        kitchen.wait(1_000)
    kitchen.rice("5")
    kitchen.do("rush", "5")
    assert kitchen.pans == ["rice x4: 5, 1, 2, 3"]


@pytest.mark.parametrize(
    "more",
    [
        {"note": "no onion"},
        {"modifiers": [{"name": "peanut", "kind": "allergy"}]},
        {"modifiers": [{"name": "less oil"}]},
        {"quantity": "1.5"},
        {"state": "held"},
    ],
)
def test_what_is_made_otherwise_is_made_alone(kitchen: Kitchen, more: dict[str, object]) -> None:
    kitchen.rice("1")
    kitchen.rice("2", **({"quantity": "1"} | more))  # type: ignore[arg-type]
    assert kitchen.pans == []


def test_the_same_taste_in_another_order_of_words_is_the_same(kitchen: Kitchen) -> None:
    tastes = [{"name": "hot"}, {"name": "less oil"}]
    kitchen.rice("1", modifiers=tastes)
    kitchen.rice("2", modifiers=tastes[::-1])
    assert kitchen.pans == ["rice x2: 1, 2"]


def test_one_command_begins_a_pan_ends_it_and_is_taken_back_whole(kitchen: Kitchen) -> None:
    kitchen.rice("1")
    kitchen.rice("2", "2")
    kitchen.together("start")
    made = kitchen.wok()
    assert [b.begun_at for b in made.batches] == [kitchen.now]
    assert batches_in(made) == ["rice x3: 1, 2 x2"]
    kitchen.wait(MINUTE)
    kitchen.rice("3")  # comes too late for this pan
    assert kitchen.pans == ["rice x3: 1, 2 x2"]
    kitchen.together("bump")
    assert (kitchen.ready("1"), kitchen.ready("2"), kitchen.ready("3")) == (1, 2, 0)
    undo = Command(CommandId("u"), CommandKind.UNDO, undoes=CommandId(f"c{kitchen._count}"))
    decision = decide(kitchen.kitchen, undo, kitchen.book, kitchen.now)
    assert decision.outcome.result is Result.APPLIED
    kitchen.kitchen = decision.kitchen
    assert (kitchen.ready("1"), kitchen.ready("2")) == (0, 0)
    assert kitchen.pans == ["rice x3: 1, 2 x2"]


def test_part_of_a_pan_goes_to_who_ordered_first(kitchen: Kitchen) -> None:
    for table in "123":
        kitchen.rice(table)
        kitchen.wait(1_000)
    kitchen.together("bump", "2")
    assert [kitchen.ready(table) for table in "123"] == [1, 1, 0]


def test_what_another_screen_was_first_to_do_is_left_out(kitchen: Kitchen) -> None:
    kitchen.rice("1")
    kitchen.rice("2")
    lines = lines_of(kitchen.wok(), "rice", "")
    kitchen.do("bump", "1", view="wok")
    late = command_from({"id": "late", "kind": "bump", "view": "wok", "lines": lines})
    for result in (Result.APPLIED, Result.NO_OP):
        decision = decide(kitchen.kitchen, late, kitchen.book, kitchen.now)
        assert decision.outcome.result is result
        kitchen.kitchen = decision.kitchen
        late = command_from({"id": "again", "kind": "bump", "view": "wok", "lines": lines})
    assert (kitchen.ready("1"), kitchen.ready("2")) == (1, 1)


def test_an_unknown_line_alone_is_refused(kitchen: Kitchen) -> None:
    order = {"source": "till", "order_id": "9"}
    body = {"id": "x", "kind": "bump", "view": "wok", "lines": [{"order": order, "line_id": "1"}]}
    decision = decide(kitchen.kitchen, command_from(body), kitchen.book, kitchen.now)
    assert decision.outcome.result is Result.REFUSED


def test_the_json_of_a_pan_is_what_its_command_takes(kitchen: Kitchen) -> None:
    kitchen.rice("1")
    kitchen.wait(30_000)
    kitchen.rice("2", "2")
    body = board_json(kitchen.wok(), at=kitchen.now, epoch="e", seq=1, personal={})
    [pan] = body["batches"]
    assert (pan["state"], pan["portions"], pan["most"], pan["oldest_s"]) == ("queued", "3", 4, 30)
    assert pan["why"] == (
        "one pan: 4 at most, ordered within 5:00 of each other (book.yaml:6 rice)"
    )
    command = {"id": "pan", "kind": "bump", "view": "wok", "lines": pan["lines"]}
    kitchen._decide(command_from(command))
    assert (kitchen.ready("1"), kitchen.ready("2")) == (1, 2)


def test_the_pass_has_no_pans(kitchen: Kitchen) -> None:
    kitchen.rice("1")
    kitchen.rice("2")
    assert board(kitchen.kitchen, kitchen.book, "expo", kitchen.now).batches == ()


@pytest.mark.parametrize("seed", range(4))
def test_pans_hold_their_promises_whatever_happens(kitchen: Kitchen, seed: int) -> None:
    """No pan is too large or too wide, no portion is in two, and every rush is in a first pan."""
    random = Random(seed)
    for _ in range(80):
        table = str(random.randrange(9))
        match random.randrange(6):
            case 0 | 1 | 2:
                kitchen.rice(table, str(random.randint(1, 6)))
            case 3:
                kitchen.do(random.choice(["rush", "unrush", "bump", "start"]), table, view="wok")
            case 4 if kitchen.wok().batches:
                kitchen.together(random.choice(["start", "bump"]))
            case _:
                kitchen.wait(random.randrange(2 * MINUTE))
        made = kitchen.wok()
        queued = [batch for batch in made.batches if batch.begun_at is None]
        for batch in queued:
            times = [part.since for part in batch.parts]
            assert batch.portions <= 4
            assert max(times) - min(times) <= 5 * MINUTE
        taken: dict[LineKey, Decimal] = {}
        for batch in queued:
            for part in batch.parts:
                taken[part.line] = taken.get(part.line, Decimal(0)) + part.portions
        for ticket in made.tickets:
            for line in ticket.lines:
                assert taken.get(line.key, 0) <= line.counts.queued
        rushed = [any(part.rush for part in batch.parts) for batch in queued]
        assert rushed == sorted(rushed, reverse=True)
