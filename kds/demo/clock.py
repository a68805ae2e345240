"""The demo's clock: kitchen time as its bridge has it, through every change of pace."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo


class Bell:
    """Rings whenever something may have changed, so that whoever waits looks again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next ring."""
        await self._event.wait()

    async def until(self, is_so: Callable[[], bool], patience_s: float) -> bool:
        """Wait until something is so; False when it did not come about in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while not is_so():
                    await self.wait()
        return is_so()


class KitchenClock:
    """Kitchen time in milliseconds since 1970, `scale` times as fast as real time.

    `set` lets it go on from another moment or at another pace.
    """

    def __init__(
        self, at_ms: int, scale: float, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._steady = steady
        self._changed = Bell()
        self.set(at_ms, scale)

    def set(self, at_ms: int, scale: float) -> None:
        """Show `at_ms` now and go on at `scale`."""
        self._began, self._at_ms, self.scale = self._steady(), at_ms, scale
        self._changed.ring()

    def now(self) -> int:
        """Return kitchen time."""
        return self.after(0)

    def after(self, real_s: float) -> int:
        """Return what it will show in so many real seconds."""
        passed_s = self._steady() - self._began + real_s
        return self._at_ms + int(passed_s * 1000 * self.scale)

    async def until(self, at_ms: int) -> None:
        """Wait until it shows `at_ms`, also when its pace changes meanwhile."""
        while (left_ms := at_ms - self.now()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_ms / 1000 / self.scale):
                    await self._changed.wait()

    async def pause(self, kitchen_s: float) -> None:
        """Let so many kitchen seconds pass."""
        await self.until(self.now() + int(kitchen_s * 1000))

    def stamp(self, at_ms: int) -> str:
        """Return a moment as ISO text."""
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).isoformat()


def saturday_evening(today: datetime, zone: tzinfo) -> int:
    """Return 19:10 of the last Saturday before `today`, in the restaurant's zone."""
    there = today.astimezone(zone)
    evening = there.replace(hour=19, minute=10, second=0, microsecond=0)
    evening -= timedelta(days=(there.weekday() - 5) % 7 or 7)
    return round(evening.timestamp() * 1000)
