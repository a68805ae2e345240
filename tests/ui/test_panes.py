"""Several screens in one window: whose the keys are, what a touch tells, and the line above."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kds.ui.chrome.caption import Caption, KeyHint
from kds.ui.intents import Digit, Intent, OtherKey
from kds.ui.options import Options, Subject
from kds.ui.qt.display import Display
from kds.ui.qt.panes import Panes
from kds.ui.shot import picture_of
from kds.ui.style.measures import Screen
from tests.ui import boards
from tests.ui.boards import NOW, board
from tests.ui.conftest import Clock

SIZE = (1366, 768)


@pytest.fixture
def displays(clock: Clock) -> list[Display]:
    """Three screens of a hot-pot restaurant."""
    pane = Screen(SIZE[0] // 3, SIZE[1])
    return [
        Display(Subject(view, boards.STATIONS), Options(), clock, pane)
        for view in ("broth", "cut", "expo")
    ]


@pytest.fixture
def panes(qtbot: QtBot, displays: list[Display], clock: Clock) -> Panes:
    """The window, shown a while ago."""
    panes = Panes(displays, (1, 1, 2), Options(), Screen(*SIZE))
    qtbot.addWidget(panes)
    panes.resize(*SIZE)
    panes.show()
    for display in displays:
        display.show_board(board(boards.hotpot()), NOW)
    panes.begin()
    clock.ms += 5_000
    return panes


def wall_with_keys(displays: list[Display]) -> int:
    (number,) = (i for i, display in enumerate(displays) if display.wall.hasFocus())
    return number


def press(displays: list[Display], key: Qt.Key) -> None:
    QTest.keyClick(displays[wall_with_keys(displays)].wall, key)


def test_panes_share_the_width(panes: Panes, displays: list[Display]) -> None:
    widths = [display.width() for display in displays]
    assert abs(widths[0] - widths[1]) <= 1
    assert abs(widths[2] - 2 * widths[0]) <= panes.width() // 100


def test_tab_leads_the_keys_from_pane_to_pane(
    panes: Panes, displays: list[Display], qtbot: QtBot
) -> None:
    qtbot.waitUntil(displays[0].wall.hasFocus)
    for expected in (1, 2, 0):
        press(displays, Qt.Key.Key_Tab)
        assert wall_with_keys(displays) == expected
    press(displays, Qt.Key.Key_Backtab)
    assert wall_with_keys(displays) == 2


def test_touch_takes_a_pane_and_its_keys(
    panes: Panes, displays: list[Display], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(panes.touched) as touched:
        QTest.mouseClick(displays[2].wall, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert touched.args == [2]
    assert wall_with_keys(displays) == 2


def test_keys_of_a_pane_go_to_it_and_take_it(
    panes: Panes, displays: list[Display], qtbot: QtBot
) -> None:
    asked: list[Intent] = []
    displays[0].intent.connect(asked.append)
    with qtbot.waitSignal(panes.touched) as touched:
        press(displays, Qt.Key.Key_1)
    assert touched.args == [0]
    assert isinstance(asked[0], Digit)


@pytest.mark.parametrize(
    ("key", "name"), [(Qt.Key.Key_K, "K"), (Qt.Key.Key_S, "S"), (Qt.Key.Key_Escape, "Esc")]
)
def test_own_keys_are_the_windows_and_take_no_pane(
    panes: Panes, displays: list[Display], qtbot: QtBot, key: Qt.Key, name: str
) -> None:
    """Only the demo ends on Esc: a display has no such key."""
    asked: list[Intent] = []
    displays[0].intent.connect(asked.append)
    with qtbot.waitSignal(panes.key) as pressed, qtbot.assertNotEmitted(panes.touched):
        press(displays, key)
    assert pressed.args == [name]
    assert not [intent for intent in asked if isinstance(intent, OtherKey)]


def test_language_is_one_for_all(panes: Panes, displays: list[Display], qtbot: QtBot) -> None:
    with qtbot.waitSignal(panes.language) as switched:
        press(displays, Qt.Key.Key_L)
    assert switched.args == ["en"]
    assert {display.options.lang for display in displays} == {"en"}


def test_closing_the_window_is_told(panes: Panes, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panes.closed):
        panes.close()


def above(panes: Panes) -> QImage:
    """The picture of the line above the panes."""
    return picture_of(panes).copy(0, 0, panes.width(), 40)


def test_the_line_tells_and_the_card_takes_room_from_the_panes(
    panes: Panes, displays: list[Display]
) -> None:
    before, height = above(panes), displays[0].height()
    panes.tell(Caption("0:05", "A08 扫码下单", "八号桌 锅底好", "Esc 结束"))
    assert above(panes) != before
    panes.show_keys((KeyHint("K", "拔电源"),))
    assert displays[0].height() < height
