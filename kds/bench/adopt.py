"""Adopt: how long a full wall's event loop stands still while it goes over to another rule book.

The bridge is a real one. The display is one, too, but in this process, whose loop a heartbeat
watches. The new book has hundreds of rules more, other limits for every dish, and other names for
all stations: nothing on the wall stays as it was.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kds.bench.bridge import Bridge
from kds.bench.display import OFFSCREEN, PATIENCE_S, DisplayError
from kds.bench.kitchen import WATCHED, another_rule_text, busy_kitchen
from kds.bench.load import Connection
from kds.bench.report import Figure, Report, spread_of
from kds.bench.wall import SIZE, steady_ms

if TYPE_CHECKING:
    from kds.board.values import Board
    from kds.link import Link
    from kds.wire.notices import DisplayNotice

_BEAT_S = 0.001
_LOOK_S = 0.02


@dataclass(slots=True)
class _Heart:
    """Notes how long the loop was away between two beats, beyond the pause it was asked for.

    `busy_s`: how much of that it worked, whatever else the machine did meanwhile.
    """

    away_s: list[float] = field(default_factory=list)
    busy_s: list[float] = field(default_factory=list)
    _last: tuple[float, float] = (0.0, 0.0)
    _next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to beat."""
        self._last = time.perf_counter(), time.thread_time()
        self._next = asyncio.get_running_loop().call_later(_BEAT_S, self._beat)

    def stop(self) -> None:
        """Beat no more."""
        if self._next is not None:
            self._next.cancel()

    def _beat(self) -> None:
        """By a timer of the loop, as a finger comes by an event: a task would wait for its turn."""
        at_s, cpu_s = self._last
        self.away_s.append(max(0.0, time.perf_counter() - at_s - _BEAT_S))
        self.busy_s.append(time.thread_time() - cpu_s)
        self.start()


@dataclass(frozen=True, slots=True)
class _Wall:
    """A wall that follows: its link, what it shows, and whether more of it is still to come."""

    link: Link
    board: Callable[[], Board]
    is_stale: Callable[[], bool]


def adopt(tickets: int, rules: int, seed: int, screen: str) -> Report:
    """Publish another book of so many rules to a wall on `screen` with so many tickets.

    The spread is of how long the loop was away at a time; `stall_ms` is the longest, and
    `stall_cpu_ms` the most that it worked at a time, which other programs do not lengthen.
    """
    from qasync import QEventLoop

    from kds.ui.qt.program import application

    with busy_kitchen(tickets, seed) as (bridge, _):
        loop = QEventLoop(application(offscreen=screen == OFFSCREEN))
        with loop:
            heart, took_s = loop.run_until_complete(_adopted(bridge, tickets, rules))
    spread = spread_of(heart.away_s)
    figures: dict[str, Figure] = {
        "stall_ms": spread.max_ms,
        "stall_cpu_ms": spread_of(heart.busy_s).max_ms,
        "adopted_ms": round(took_s * 1000, 1),
        "rules": rules,
        "tickets": tickets,
        "screen": screen,
    }
    return Report("adopt", spread, figures)


async def _adopted(bridge: Bridge, tickets: int, rules: int) -> tuple[_Heart, float]:
    """Return what a heart has noted, and how long the wall took from the book on."""
    from kds.wire.notices import BookChanged

    came_s = 0.0

    async with _wall(bridge) as wall:
        await _until(lambda: len(wall.board().tickets) == tickets)
        show = wall.link.on_news

        def heard(news: Sequence[DisplayNotice]) -> None:
            nonlocal came_s
            if any(isinstance(notice, BookChanged) for notice in news):
                came_s = time.perf_counter()
            show(news)

        wall.link.on_news = heard
        heart = _Heart()
        heart.start()
        try:
            book_hash = await _publish(bridge, rules)
            await _until(lambda: wall.board().book == book_hash and not wall.is_stale())
            took_s = time.perf_counter() - came_s
        finally:
            heart.stop()
        return heart, took_s


@asynccontextmanager
async def _wall(bridge: Bridge) -> AsyncIterator[_Wall]:
    """Open a wall that follows the bridge, as the display's own program does."""
    from kds.app.acts import Acts
    from kds.app.display import DisplaySettings, linked, spare_collections
    from kds.app.screen import Screen
    from kds.ui.options import Options
    from kds.ui.qt.program import open_window

    with tempfile.TemporaryDirectory(prefix="kds-bench-wall-") as folder:
        settings = DisplaySettings(
            (bridge.displays,), (WATCHED,), Path(folder), Options(), device="bench"
        )
        async with linked(settings.bridges, settings.data, settings) as link:
            acts = Acts(link)
            screen = Screen(link, WATCHED, "bench", settings.options, acts.start, steady_ms)
            link.on_news = lambda _news: screen.changed()
            open_window(screen.display, "kds bench", SIZE)
            spare_collections()
            following = asyncio.create_task(link.run())
            try:
                yield _Wall(link, lambda: screen.board, lambda: screen.is_stale)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)


async def _publish(bridge: Bridge, rules: int) -> str:
    """Put another book in force; returns its hash. Raises `DisplayError`."""
    connection = await Connection.open(*bridge.address)
    sent = {"files": {"book.yaml": another_rule_text(rules)}}
    status, body = await connection.request(
        "POST", "/v1/rules", json.dumps(sent, ensure_ascii=False).encode()
    )
    await connection.close()
    if status != 200:
        raise DisplayError(f"the book was not published: {status} {body[:300]!r}")
    return str(json.loads(body)["hash"])


async def _until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; raises `DisplayError` where it does not come."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline_s:
            raise DisplayError(f"the wall did not follow within {PATIENCE_S} s")
        await asyncio.sleep(_LOOK_S)
