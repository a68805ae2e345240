"""A display without a screen: a link whose news can be waited for, and a clock set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from kds.link import Clock, Link
from kds.wire.notices import DisplayNotice
from kds.wire.standing import Identity

PATIENCE_S = 20.0
N = TypeVar("N")


class HandClock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self._now_ms = 1_000
        self._waiting: list[tuple[int, asyncio.Event]] = []
        self.waits: list[int] = []

    def now_ms(self) -> int:
        """Return the time."""
        return self._now_ms

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self._now_ms += milliseconds
        for until_ms, due in self._waiting:
            if until_ms <= self._now_ms:
                due.set()

    async def wait(self, event: asyncio.Event, until_ms: int | None) -> None:
        """Wait for the event or until the time has been set so far."""
        due = asyncio.Event()
        entry = (2**60 if until_ms is None else until_ms, due)
        if entry[0] <= self._now_ms:
            due.set()
        self.waits.append(entry[0] - self._now_ms)
        self._waiting.append(entry)
        tasks = [asyncio.ensure_future(each.wait()) for each in (event, due)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.remove(entry)
            for task in tasks:
                task.cancel()


class Wall:
    """A link with what it has told."""

    def __init__(self) -> None:
        self.link: Link
        self.notices: list[DisplayNotice] = []
        self._news = asyncio.Event()

    def on_news(self, notices: Sequence[DisplayNotice]) -> None:
        """Note what has happened."""
        self.notices += notices
        self._news.set()

    async def until(self, is_so: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
        """Wait for news until something is so; fail at the deadline."""
        async with asyncio.timeout(within_s):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    def told(self, kind: type[N]) -> list[N]:
        """Return the notices of one kind."""
        return [notice for notice in self.notices if isinstance(notice, kind)]


@asynccontextmanager
async def wall(
    folder: Path,
    *urls: str,
    view: str = "kitchen",
    device: str = "wall-1",
    clock: Clock | None = None,
    is_killed: bool = False,
    token: str = "",
) -> AsyncIterator[Wall]:
    """Run a display for the time of the block. `is_killed`: it ends without a last save."""
    made = Wall()
    identity = Identity(view, device, "test")
    link = await Link.open(urls, folder, identity, token=token, on_news=made.on_news, clock=clock)
    made.link = link
    running = asyncio.create_task(link.run())
    try:
        yield made
    finally:
        running.cancel()
        results = await asyncio.gather(running, return_exceptions=True)
        if is_killed:
            await link._disk.stop()
        else:
            await link.close()
    for found in results:
        if isinstance(found, Exception):
            raise found
