"""A ticket beyond what its station can work on says that it comes next, and no other changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pytestqt.qtbot import QtBot

from kds.board.values import LoadMark
from kds.ui.options import Options, reading_for
from kds.ui.qt.fonts import Letters
from kds.ui.sheets import Sheets
from kds.ui.style.measures import Screen, measures
from tests.ui.boards import NOW
from tests.ui.test_slow import SUBJECT, late_tables


def test_a_ticket_that_comes_next_says_so(qtbot: QtBot) -> None:
    plain = late_tables(3)
    last = plain.tickets[2].visit
    full = replace(plain, load=LoadMark(2, Decimal(3), (last,)))
    sheets = Sheets(reading_for(Options(), SUBJECT), 400, Letters(measures(33, Screen(1920, 1080))))
    before = sheets.update(plain, frozenset(), NOW)
    after = sheets.update(full, frozenset(), NOW)
    assert after[:2] == before[:2]
    assert after[0] is before[0]
    assert [flag.text for flag in after[2].face.head.flags] == ["下一批"]
    assert sheets.update(plain, frozenset(), NOW)[2].face.head.flags == ()
