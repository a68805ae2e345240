"""The recall drawer: what is worked out when, and which commands a row asks for."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from kds.app.acting import Stamp
from kds.app.drawer import ANEW_EVERY_MS, WHOLE, Drawer, Shifts
from kds.board.recall import Shift, shift_at
from kds.kitchen.commands import Command, CommandKind, ReceiveOrder
from kds.kitchen.decide import decide
from kds.kitchen.ids import CommandId, Instant, LineId, OrderId, OrderKey, SourceId, StationId
from kds.kitchen.messages import LineContent, OrderFields, OrderMessage
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulefiles import read_book, shipped_book
from kds.ui.chrome.panels import RECALL, REMAKE
from kds.ui.ticket.reading import Reading
from kds.ui.words import words

NOW = Instant(1_795_258_800_000)
READING = Reading(words("zh"), {}, ZoneInfo("Asia/Shanghai"), StationId("cut"))
_ids = count(1)


@pytest.fixture(scope="module")
def book() -> Book:
    found = read_book(shipped_book("hotpot")).book
    assert found is not None
    return found


def stamp() -> Stamp:
    return Stamp(CommandId(f"c{next(_ids)}"), NOW, 7, "cut", "wall-1")


def ordered(book: Book) -> Kitchen:
    """Table A08 with two dishes for the cutting station, one of them twice."""
    key = OrderKey(SourceId("till"), OrderId("1"))
    lines = tuple(
        LineContent(LineId(line), name, Decimal(quantity), category="涮品")
        for line, name, quantity in (("1", "毛肚", 2), ("2", "肥牛", 1))
    )
    message = OrderMessage(key, 1, fields=OrderFields(table="A08"), lines=lines)
    return decide(Kitchen(), ReceiveOrder(CommandId("in"), message, "d"), book, NOW).kitchen


def bumped(kitchen: Kitchen, book: Book, line: str | None = None, after_ms: int = 0) -> Kitchen:
    """The kitchen after a bump at the cutting station."""
    (order,) = kitchen.orders
    command = Command(
        CommandId(f"c{next(_ids)}"),
        CommandKind.BUMP,
        order,
        line_id=None if line is None else LineId(line),
        view="cut",
        device="wall-1",
        at=Instant(NOW + after_ms),
    )
    return decide(kitchen, command, book, Instant(NOW + after_ms)).kitchen


def shift(kitchen: Kitchen, book: Book) -> Shift:
    return shift_at(kitchen, book, "cut", NOW)


def test_a_whole_ticket_is_brought_back_by_one_command(book: Book) -> None:
    done = shift(bumped(ordered(book), book), book)
    drawer = Drawer()
    face = drawer.open(done, READING, None, 0)
    assert [row.title for row in face.rows] == ["A08 整单 3 道"]
    (command,) = drawer.commands(face.rows[0].id, RECALL, stamp)
    assert (command.kind, command.line_id, command.view) == (CommandKind.RECALL, None, "cut")
    assert command.visit == done.latest[0].visit


def test_one_of_two_acts_is_brought_back_dish_by_dish(book: Book) -> None:
    kitchen = bumped(bumped(ordered(book), book, "1"), book, "2", after_ms=9_000)
    drawer = Drawer()
    face = drawer.open(shift(kitchen, book), READING, None, 0)
    assert [row.title for row in face.rows] == ["A08 肥牛", "A08 毛肚 × 2"]
    (command,) = drawer.commands(face.rows[1].id, RECALL, stamp)
    assert (command.line_id, command.portions) == (LineId("1"), Decimal(2))


def test_what_is_looked_at_is_made_again_or_recalled_one_by_one_or_all(book: Book) -> None:
    drawer = Drawer()
    face = drawer.open(shift(bumped(ordered(book), book), book), READING, None, 0)
    looked = drawer.look(face.rows[0].id, READING)
    assert looked is not None
    assert [row.id for row in looked.rows] == ["0", "1", WHOLE]
    (again,) = drawer.commands("1", REMAKE, stamp)
    assert (again.kind, again.line_id, again.portions) == (
        CommandKind.REMAKE,
        LineId("2"),
        Decimal(1),
    )
    (back,) = drawer.commands(WHOLE, RECALL, stamp)
    assert (back.kind, back.line_id) == (CommandKind.RECALL, None)


def test_a_row_that_is_gone_asks_for_nothing(book: Book) -> None:
    drawer = Drawer()
    drawer.open(shift(ordered(book), book), READING, None, 0)
    assert drawer.commands("gone", RECALL, stamp) == []
    assert drawer.look("gone", READING) is None


def test_only_this_screens_own_last_act_offers_undo(book: Book) -> None:
    kitchen = bumped(ordered(book), book)
    done = shift(kitchen, book)
    (act,) = done.latest
    own = Command(CommandId("own"), CommandKind.BUMP, visit=act.visit, at=act.at)
    other = Command(CommandId("other"), CommandKind.BUMP, visit=act.visit, at=Instant(act.at - 1))
    texts = [
        Drawer().open(done, READING, command, 4).rows[0].buttons[0].text
        for command in (own, other, None)
    ]
    assert texts == ["撤销 4 秒", "看", "看"]


def test_a_shift_is_gone_through_at_most_every_five_seconds_unless_asked_for(book: Book) -> None:
    before = ordered(book)
    after = bumped(before, book)
    shifts = Shifts("cut")
    assert shifts.at(before, book, NOW, 0, fresh=False).acts == 0
    assert shifts.at(after, book, NOW, ANEW_EVERY_MS - 1, fresh=False).acts == 0
    assert shifts.at(after, book, NOW, ANEW_EVERY_MS - 1, fresh=True).acts == 1
    assert shifts.at(before, book, NOW, 2 * ANEW_EVERY_MS, fresh=False).acts == 0
    same = shifts.at(before, book, NOW, 9 * ANEW_EVERY_MS, fresh=True)
    assert shifts.at(before, book, NOW, 99 * ANEW_EVERY_MS, fresh=True) is same


def test_without_a_book_or_its_view_there_is_nothing(book: Book) -> None:
    kitchen = bumped(ordered(book), book)
    assert Shifts("cut").at(kitchen, None, NOW, 0, fresh=True) == Shift()
    assert Shifts("roof").at(kitchen, book, NOW, 0, fresh=True) == Shift()
