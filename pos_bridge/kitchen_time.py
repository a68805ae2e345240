"""Kitchen time: the wall clock at the start plus what a steady clock has counted since."""

from __future__ import annotations

import time
from collections.abc import Callable

from kds.kitchen.ids import Instant


class KitchenTime:
    """The bridge's only clock. It never runs back, not even past a restart. Any thread.

    `floor`: the log's last event; kitchen time begins there when the wall clock lags behind it.
    `scale`: kitchen seconds per real second, for demo and replay.
    `ahead_ms`: how far kitchen time stood before the wall clock at the start.
    """

    def __init__(
        self,
        floor: Instant,
        scale: float = 1.0,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        wall_ms = int(wall() * 1000)
        self._steady = steady
        self._began = steady()
        self._start_ms = max(wall_ms, floor)
        self.scale = scale
        self.ahead_ms = self._start_ms - wall_ms

    def now(self) -> Instant:
        """Return the kitchen time."""
        return Instant(self._start_ms + int((self._steady() - self._began) * 1000 * self.scale))

    def real_seconds_until(self, at: Instant) -> float:
        """Return how many real seconds it takes until kitchen time `at`; never negative."""
        return max(0.0, (at - self.now()) / 1000 / self.scale)
