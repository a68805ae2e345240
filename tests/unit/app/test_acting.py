"""What a touch does: the next thing for the ticket or line that it met."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kds.app.acting import Stamp, command_for, ticket_of, undo
from kds.board.values import Board
from kds.board.views import board
from kds.kitchen.commands import Command, CommandKind, ReceiveOrder
from kds.kitchen.decide import decide
from kds.kitchen.ids import (
    BY_HAND,
    CommandId,
    Instant,
    LineId,
    OrderId,
    OrderKey,
    SourceId,
    VisitId,
)
from kds.kitchen.messages import LineContent, LineState, OrderFields, OrderMessage
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulefiles import read_book, shipped_book
from kds.ui.intents import LongPress, TapBar, TapLine, TurnPage

NOW = Instant(1_795_258_800_000)
KEY = OrderKey(SourceId("till"), OrderId("1"))
VISIT = VisitId("till/1")


@pytest.fixture(scope="module")
def book() -> Book:
    found = read_book(shipped_book("hotpot")).book
    assert found is not None
    return found


def dish(
    line_id: str, name: str, category: str, state: LineState = LineState.ORDERED
) -> LineContent:
    return LineContent(LineId(line_id), name, Decimal(1), category=category, state=state)


def ordered(book: Book, *lines: LineContent) -> Kitchen:
    message = OrderMessage(KEY, 1, fields=OrderFields(table="A08"), lines=lines)
    return decide(Kitchen(), ReceiveOrder(CommandId("in"), message, "d"), book, NOW).kitchen


def stamp(view: str) -> Stamp:
    return Stamp(CommandId("c1"), NOW, 7, view, "wall-1")


def tapped(shown: Board, view: str, line_id: str | None = None) -> Command | None:
    """Return the command of a touch on the bar, or on a line."""
    if line_id is None:
        return command_for(TapBar(VISIT), shown, stamp(view))
    ticket = ticket_of(shown, VISIT)
    assert ticket is not None
    (line,) = (ln for ln in ticket.lines if ln.key.line_id == line_id)
    return command_for(TapLine(VISIT, line.key), shown, stamp(view))


def test_one_touch_at_the_pass_joins_and_a_long_one_parts(book: Book) -> None:
    """The till sends what was written by hand: nobody but the pass can know."""
    by_hand = OrderMessage(
        OrderKey(BY_HAND, OrderId("h")),
        1,
        fields=OrderFields(table="A08"),
        lines=(dish("1", "毛肚", "涮品"),),
    )
    kitchen = decide(Kitchen(), ReceiveOrder(CommandId("h"), by_hand, "h"), book, NOW).kitchen
    till = OrderMessage(KEY, 1, fields=OrderFields(table="A08"), lines=by_hand.lines)
    kitchen = decide(kitchen, ReceiveOrder(CommandId("in"), till, "d"), book, NOW).kitchen
    shown = board(kitchen, book, "expo", NOW)
    assert kind_of(tapped(shown, "expo")) is CommandKind.SAME_ORDER
    parted = command_for(LongPress(VISIT, None, at_foot=True), shown, stamp("expo"))
    assert kind_of(parted) is CommandKind.OTHER_ORDER
    cut = board(kitchen, book, "cut", NOW)
    assert kind_of(tapped(cut, "cut")) is CommandKind.BUMP


def kind_of(command: Command | None) -> CommandKind | None:
    return None if command is None else command.kind


def test_the_bar_of_a_station_bumps_its_own_step_of_what_was_seen(book: Book) -> None:
    kitchen = ordered(book, dish("1", "肥牛", "涮品"))
    command = tapped(board(kitchen, book, "cut", NOW), "cut")
    assert command == Command(
        CommandId("c1"), CommandKind.BUMP, KEY, VISIT, view="cut", device="wall-1", at=NOW, seen=7
    )


def test_a_held_ticket_is_fired_and_a_held_line_too(book: Book) -> None:
    kitchen = ordered(book, dish("1", "肥牛", "涮品", LineState.HELD))
    shown = board(kitchen, book, "cut", NOW)
    assert kind_of(tapped(shown, "cut")) is CommandKind.FIRE
    assert kind_of(tapped(shown, "cut", "1")) is CommandKind.FIRE


def test_a_line_is_bumped_and_touched_again_brought_back(book: Book) -> None:
    kitchen = ordered(book, dish("1", "肥牛", "涮品"), dish("2", "毛肚", "涮品"))
    first = tapped(board(kitchen, book, "cut", NOW), "cut", "1")
    assert first is not None
    assert (first.kind, first.line_id) == (CommandKind.BUMP, "1")
    kitchen = decide(kitchen, first, book, NOW).kitchen
    again = tapped(board(kitchen, book, "cut", NOW), "cut", "1")
    assert kind_of(again) is CommandKind.RECALL


def test_the_pass_hands_over_what_is_complete_and_nothing_less(book: Book) -> None:
    kitchen = ordered(book, dish("1", "肥牛", "涮品"))
    shown = board(kitchen, book, "expo", NOW)
    assert tapped(shown, "expo") is None
    long_press = LongPress(VISIT, at_foot=True)
    assert kind_of(command_for(long_press, shown, stamp("expo"))) is CommandKind.SERVE
    bump = tapped(board(kitchen, book, "cut", NOW), "cut")
    assert bump is not None
    shown = board(decide(kitchen, bump, book, NOW).kitchen, book, "expo", NOW)
    assert kind_of(tapped(shown, "expo")) is CommandKind.SERVE
    bar = command_for(TapBar(VISIT), shown, stamp("expo"), serves=False)
    assert kind_of(bar) is CommandKind.BUMP


def test_a_void_line_is_acknowledged(book: Book) -> None:
    kitchen = ordered(book, dish("1", "肥牛", "涮品"), dish("2", "毛肚", "涮品"))
    void = Command(CommandId("v"), CommandKind.VOID, KEY, line_id=LineId("1"))
    shown = board(decide(kitchen, void, book, NOW).kitchen, book, "cut", NOW)
    assert kind_of(tapped(shown, "cut", "1")) is CommandKind.ACK_VOID


def test_what_is_not_on_the_board_any_more_does_nothing(book: Book) -> None:
    shown = board(Kitchen(), book, "cut", NOW)
    assert command_for(TapBar(VISIT), shown, stamp("cut")) is None
    assert command_for(TurnPage(1), shown, stamp("cut")) is None


def test_undo_names_what_it_takes_back(book: Book) -> None:
    done = Command(CommandId("b"), CommandKind.BUMP, KEY, VISIT, LineId("1"))
    assert undo(done, stamp("cut")).undoes == "b"
