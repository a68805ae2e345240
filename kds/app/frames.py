"""Tells what a display's frames show; see `kds.frames`. None of it runs unless it is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from kds.app.screen import Screen
from kds.frames import Frame, Shown
from kds.link import Link
from kds.ui.qt.frames import FrameWatch
from kds.wire.notices import DisplayNotice


class FrameReport:
    """Tells of the frames of one screen. Event loop thread only."""

    def __init__(self, screen: Screen, tell: Callable[[Frame], None]) -> None:
        self._screen = screen
        self._tell = tell
        self._heard_ns = 0
        self._shown: frozenset[Shown] = frozenset()
        self._is_pressed = False
        FrameWatch(screen.display).flushed.connect(self._flushed)

    def heard(self) -> None:
        """Take note that there is news, which the screen does not show yet."""
        if not self._screen.is_stale:
            self._heard_ns = time.monotonic_ns()

    def _flushed(self) -> None:
        at_ns = time.monotonic_ns()
        heard_ns = self._heard_ns
        if not self._screen.is_stale:
            self._heard_ns = 0
        shown = frozenset(orders_of(self._screen))
        pressed = self._screen.display.wall.is_pressed
        if shown != self._shown or pressed != self._is_pressed:
            new, gone = tuple(sorted(shown - self._shown)), tuple(sorted(self._shown - shown))
            self._shown, self._is_pressed = shown, pressed
            self._tell(Frame(self._screen.view, at_ns, heard_ns, new, gone, pressed))


def report_frames(link: Link, screens: Sequence[Screen]) -> None:
    """Print the frames of `screens` from now on; before their windows are opened."""
    reports = [FrameReport(screen, _print) for screen in screens]
    show = link.on_news

    def heard(news: Sequence[DisplayNotice]) -> None:
        for report in reports:
            report.heard()
        show(news)

    link.on_news = heard


def _print(frame: Frame) -> None:
    print(frame.as_line(), flush=True)


def orders_of(screen: Screen) -> Iterable[Shown]:
    """Yield the orders on the page that is looked at."""
    on_page = {part.id for part in screen.display.wall.scene.placement.parts}
    for ticket in screen.board.tickets:
        if ticket.visit in on_page:
            for order in ticket.orders:
                yield str(order.source), str(order.order_id)
