"""The clock that a link lives by, so that tests can have one of their own."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """A clock that never jumps, and a way to wait for it."""

    def now_ms(self) -> int:
        """Return the time since some moment."""
        ...

    async def wait(self, event: asyncio.Event, until_ms: int | None) -> None:
        """Return when `event` is set or the time has come (None: never)."""
        ...


class SteadyClock:
    """The machine's monotonic clock."""

    def now_ms(self) -> int:
        """Return the time since the machine was started."""
        return time.monotonic_ns() // 1_000_000

    async def wait(self, event: asyncio.Event, until_ms: int | None) -> None:
        """Wait in real time."""
        delay_s = None if until_ms is None else max(0, until_ms - self.now_ms()) / 1000
        try:
            async with asyncio.timeout(delay_s):
                await event.wait()
        except TimeoutError:
            return
