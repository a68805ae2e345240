"""Keeps the keys of a screen: without it, any window that opens and closes takes them for good.

Measured without a window manager: after a second window had closed, not one key arrived any more.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from kds.ui.style.times import KEYS_LOST, KEYS_WATCH


class KeyGuard(QObject):
    """Watches one window; only one window of a machine should be guarded.

    Signals:
        lost: True once keys have gone elsewhere for a second, False when they are back.
    """

    lost = Signal(bool)

    def __init__(self, window: QWidget, clock: Callable[[], int]) -> None:
        """`clock`: milliseconds that only ever grow."""
        super().__init__(window)
        self._window = window
        self._clock = clock
        self._away_since: int | None = None
        self._is_lost = False
        self._timer = QTimer(self, interval=KEYS_WATCH)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Take all keys, and see to it that it stays so."""
        self._keeper.grabKeyboard()
        self._timer.start()

    def stop(self) -> None:
        """Let the keys go, for a window in which something is to be typed."""
        self._timer.stop()
        self._keeper.releaseKeyboard()
        self._say(lost=False)
        self._away_since = None

    def look(self) -> None:
        """See whether the window has the keys, and fetch them back."""
        if self._window.isActiveWindow():
            self._away_since = None
            self._say(lost=False)
            return
        now = self._clock()
        if self._away_since is None:
            self._away_since = now
        self._window.raise_()
        self._window.activateWindow()
        if now - self._away_since >= KEYS_LOST:
            self._say(lost=True)

    @property
    def _keeper(self) -> QWidget:
        """The part of the window that keys belong to."""
        return self._window.focusProxy() or self._window

    def _say(self, *, lost: bool) -> None:
        if lost is not self._is_lost:
            self._is_lost = lost
            self.lost.emit(lost)
