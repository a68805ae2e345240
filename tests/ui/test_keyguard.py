"""Keys that go elsewhere are fetched back, and it is said when they cannot be."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kds.ui.qt.keyguard import KeyGuard
from tests.ui.conftest import Clock


class Window(QWidget):
    """A window that somebody else can take the keys from."""

    def __init__(self) -> None:
        super().__init__()
        self.has_keys = True
        self.fetched = 0
        self.grabs: list[bool] = []

    def isActiveWindow(self) -> bool:  # noqa: N802
        return self.has_keys

    def activateWindow(self) -> None:  # noqa: N802
        self.fetched += 1

    def raise_(self) -> None:
        pass

    def grabKeyboard(self) -> None:  # noqa: N802
        self.grabs.append(True)

    def releaseKeyboard(self) -> None:  # noqa: N802
        self.grabs.append(False)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    """A window that has the keys."""
    window = Window()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def said(window: Window, clock: Clock) -> tuple[KeyGuard, list[bool]]:
    """The guard, and what it says."""
    guard = KeyGuard(window, clock)
    said: list[bool] = []
    guard.lost.connect(said.append)
    return guard, said


def test_keys_that_are_here_are_left_alone(
    window: Window, said: tuple[KeyGuard, list[bool]]
) -> None:
    said[0].look()
    assert (window.fetched, said[1]) == (0, [])


def test_lost_keys_are_fetched_at_once_and_said_after_a_second(
    window: Window, said: tuple[KeyGuard, list[bool]], clock: Clock
) -> None:
    guard, heard = said
    window.has_keys = False
    for _ in range(5):
        guard.look()
        clock.ms += 200
    assert (window.fetched, heard) == (5, [])
    guard.look()
    guard.look()
    assert heard == [True]
    window.has_keys = True
    guard.look()
    assert heard == [True, False]


def test_guard_watches_by_itself_and_lets_go(
    qtbot: QtBot, window: Window, said: tuple[KeyGuard, list[bool]]
) -> None:
    guard, heard = said
    window.show()
    guard.start()
    assert window.grabs == [True]
    window.has_keys = False
    qtbot.waitUntil(lambda: window.fetched > 1)
    guard.stop()
    assert window.grabs == [True, False]
    assert heard == []
