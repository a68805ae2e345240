"""A view that is late as a whole: what its wall says, and how little of it is made anew."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from pytestqt.qtbot import QtBot

from kds.board.values import Band, Board, SlowMark
from kds.ui.icons import Icon
from kds.ui.options import Options, Subject, reading_for
from kds.ui.qt.display import Display
from kds.ui.qt.fonts import Letters
from kds.ui.sheets import Sheets
from kds.ui.style.measures import Screen, measures
from kds.ui.ticket.face import Form, LineFace
from tests.ui import boards
from tests.ui.boards import NOW, board, line, ticket

SUBJECT = Subject("wok", boards.STATIONS, ZoneInfo("Asia/Shanghai"))


def late_tables(count: int) -> Board:
    """A board of so many tables that are all late."""
    return board([ticket(f"A{n}", [line("宫保鸡丁", band=Band.LATE)]) for n in range(count)])


def test_ranked_tickets_say_so_and_the_others_are_not_painted_as_late(qtbot: QtBot) -> None:
    plain = late_tables(3)
    assert {t.band for t in plain.tickets} == {Band.LATE}
    first, second, third = plain.tickets
    slow = replace(plain, slow=SlowMark(3, 3, NOW, (first.visit, second.visit)))
    sheets = Sheets(reading_for(Options(), SUBJECT), 400, Letters(measures(33, Screen(1920, 1080))))
    before = sheets.update(plain, frozenset(), NOW)
    after = sheets.update(slow, frozenset(), NOW)
    heads = [sheet.face.head for sheet in after]
    assert [head.band for head in heads] == [Band.LATE, Band.LATE, Band.ATTENTION]
    assert [head.flags[0].text for head in heads[:2]] == ["最急 1", "最急 2"]
    assert heads[2].icon is Icon.TRIANGLE
    assert heads[2].word == before[2].face.head.word
    # Another one is the worst now: only what is marked otherwise is made anew.
    moved = replace(slow, slow=SlowMark(3, 3, NOW, (first.visit, third.visit)))
    again = sheets.update(moved, frozenset(), NOW)
    assert [a is b for a, b in zip(after, again, strict=True)] == [True, False, False]


def test_the_strip_says_how_far_the_view_is_behind_and_counts_on(qtbot: QtBot) -> None:
    made = late_tables(2)
    made = replace(made, slow=SlowMark(2, 2, boards.ago(8.5), (made.tickets[0].visit,)))
    display = Display(SUBJECT, Options(), lambda: 0, Screen(1920, 1080))
    qtbot.addWidget(display)
    display.show()
    display.show_board(made, NOW)
    assert display.strip.face.slow == "整体慢 8 分"
    display.tick(type(NOW)(NOW + 30_000))
    assert display.strip.face.slow == "整体慢 9 分"
    display.show_board(replace(made, slow=None), NOW)
    assert display.strip.face.slow == ""


def test_a_calm_ticket_at_the_pass_has_no_filled_chips(qtbot: QtBot) -> None:
    """The fault: the head is calm, and beside every dish stands a red chip."""
    made = late_tables(2)
    slow = replace(made, slow=SlowMark(2, 2, NOW, (made.tickets[0].visit,)))
    reading = reading_for(Options(), Subject("expo", boards.STATIONS))
    sheets = Sheets(reading, 500, Letters(measures(33, Screen(1920, 1080))))
    forms = [
        {piece.form for row in sheet.face.rows if isinstance(row, LineFace) for piece in row.right}
        for sheet in sheets.update(slow, frozenset(), NOW)
    ]
    assert Form.FILLED in forms[0]
    assert Form.FILLED not in forms[1]
