"""Wall: what the display itself takes with hundreds of open tickets, without bridge and network.

Each figure goes from the news to the flushed frame: the first one; one that shows an order that
has come (this is the spread of the report) or a ticket that has been bumped; a turned page; a
second that has passed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from kds.bench.display import OFFSCREEN
from kds.bench.kitchen import WATCHED, order_of, read_book
from kds.bench.orders import receiving
from kds.bench.report import Figure, Report, spread_of
from kds.board.memo import BoardMemo
from kds.board.values import Board
from kds.board.views import board
from kds.kitchen.commands import Command, CommandKind, ReceiveOrder
from kds.kitchen.decide import decide
from kds.kitchen.ids import CommandId, Instant, VisitId
from kds.kitchen.state import Kitchen

SIZE = (1920, 1080)
TURNS = 20
START_MS = 1_767_225_600_000
EVERY_MS = 2_000
"""Between two orders: 500 make seventeen minutes, so that tickets are of all ages."""


class Evening:
    """A kitchen into which orders come, and the watched station's board of it."""

    def __init__(self, seed: int) -> None:
        self.now = Instant(START_MS)
        self._book = read_book()
        self._kitchen = Kitchen()
        self._memo = BoardMemo()
        self._random = Random(seed)
        self._count = 0

    def order(self) -> None:
        """Let one more order come."""
        self._do(receiving(order_of(self._count, self._random)))
        self._count += 1

    def bump(self, visit: VisitId) -> None:
        """Let all of a ticket be done."""
        self._do(Command(CommandId(f"bump-{visit}"), CommandKind.BUMP, visit=visit))

    def _do(self, command: Command | ReceiveOrder) -> None:
        self._kitchen = decide(self._kitchen, command, self._book, self.now).kitchen

    def passes(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now = Instant(self.now + milliseconds)

    def board(self) -> Board:
        """Return what the station shows now."""
        return board(self._kitchen, self._book, WATCHED, self.now, self._memo)


class Glass:
    """A screen in this process."""

    def __init__(self, screen: str, evening: Evening) -> None:
        from kds.ui.options import Options, Subject
        from kds.ui.qt.display import Display
        from kds.ui.qt.frames import FrameWatch
        from kds.ui.qt.program import application

        self._app = application(offscreen=screen == OFFSCREEN)
        self._evening = evening
        self._flushed_s = 0.0
        self._display = Display(Subject(WATCHED), Options(), steady_ms)
        self._display.resize(*SIZE)
        FrameWatch(self._display).flushed.connect(self._flushed)

    @property
    def pages(self) -> int:
        """How many there are."""
        return len(self._display.wall.scene.placement.pages)

    def first(self) -> None:
        """Open the window on what there is."""
        self._show()
        self._display.show()

    def order(self) -> None:
        """Show an order that comes."""
        self._evening.order()
        self._show()

    def bump(self) -> None:
        """Show that the first ticket of the page has been bumped."""
        self._evening.bump(self._display.wall.scene.placement.ids[0])
        self._show()

    def turn(self) -> None:
        """Turn a page."""
        self._display.wall.turn(1)

    def to_the_end(self) -> None:
        """Turn to the last page, where new orders come, and leave one place on it free."""
        placement = self._display.wall.scene.placement
        for _ in placement.pages:
            self._display.wall.turn(1)
        while len(self._display.wall.scene.placement.ids) < len(placement.pages[0]) - 1:
            self.order()

    def tick(self) -> None:
        """Let a second pass."""
        self._evening.passes(1_000)
        self._display.tick(self._evening.now)

    def frame_s(self, work: Callable[[], None]) -> float:
        """Return how long it takes from the beginning of `work` to the frame that shows it.

        Where it changes nothing that can be seen, to when that is known.
        """
        self._app.processEvents()
        began_s = time.perf_counter()
        work()
        self._app.processEvents()
        ended_s = self._flushed_s if self._flushed_s > began_s else time.perf_counter()
        return ended_s - began_s

    def _show(self) -> None:
        self._display.show_board(self._evening.board(), self._evening.now)

    def _flushed(self) -> None:
        self._flushed_s = time.perf_counter()


def steady_ms() -> int:
    """Return milliseconds that only ever grow."""
    return time.monotonic_ns() // 1_000_000


def wall(tickets: int, orders: int, seed: int, screen: str) -> Report:
    """Show `tickets` tickets on `screen`; pages turn, `orders` come and go, time passes."""
    from kds.app.display import spare_collections

    evening = Evening(seed)
    for _ in range(tickets):
        evening.order()
        evening.passes(EVERY_MS)
    glass = Glass(screen, evening)
    first_s = glass.frame_s(glass.first)
    spare_collections()  # as every display does by then
    turns = [glass.frame_s(glass.turn) for _ in range(min(TURNS, glass.pages - 1))]
    glass.to_the_end()
    bumps, changes = [], []
    for _ in range(orders):
        bumps.append(glass.frame_s(glass.bump))
        changes.append(glass.frame_s(glass.order))
    ticks = [glass.frame_s(glass.tick) for _ in range(orders)]
    figures: dict[str, Figure] = {
        "first_ms": round(first_s * 1000, 1),
        **spread_of(bumps).named("bump"),
        **spread_of(turns).named("turn"),
        **spread_of(ticks).named("tick"),
        "orders": orders,
        "tickets": tickets,
        "screen": screen,
    }
    return Report("wall", spread_of(changes), figures)
