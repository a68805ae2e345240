"""Kitchen time on a display: the bridge's, at the best round trip, plus the display's own clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from kds.kitchen.ids import Instant

_KEPT_SAMPLES = 30


@dataclass(frozen=True, slots=True)
class _Sample:
    """It was `kitchen_ms` when the own clock stood at `own_ms`; `trip_ms`: how sure that is."""

    own_ms: int
    kitchen_ms: float
    trip_ms: int
    scale: float

    def at(self, now_ms: int) -> float:
        return self.kitchen_ms + (now_ms - self.own_ms) * self.scale


class ClockSync:
    """Follows the bridge's clock. Own times are milliseconds of a clock that never jumps.

    Of the latest answers the one that was under way least is believed, the newest of equals.
    Kitchen time does not run back while one bridge is followed.
    """

    def __init__(self, now_ms: int, start: Instant | None = None) -> None:
        """Begin at `start`, the time at which a former run ended, if that is known."""
        self._samples: deque[_Sample] = deque(maxlen=_KEPT_SAMPLES)
        self._best = None if start is None else _Sample(now_ms, start, 0, 1.0)
        self._told = -1.0
        self._is_new_bridge = True

    @property
    def scale(self) -> float:
        """Kitchen seconds per second, 1 while nothing is known."""
        return 1.0 if self._best is None else self._best.scale

    def restart(self) -> None:
        """Believe the next answer: it may come from another bridge."""
        self._is_new_bridge = True

    def heard(self, sent_ms: int, now_ms: int, at: int, scale: float) -> None:
        """Take up the answer to a ping: it was `at` between `sent_ms` and `now_ms`."""
        if now_ms < sent_ms or scale <= 0:
            return
        if self._is_new_bridge or (self._best is not None and self._best.scale != scale):
            self._samples.clear()
            self._told = -1.0
            self._is_new_bridge = False
        trip = now_ms - sent_ms
        self._samples.append(_Sample(now_ms, at + trip * scale / 2, trip, scale))
        self._best = min(reversed(self._samples), key=lambda sample: sample.trip_ms)

    def time(self, now_ms: int) -> Instant | None:
        """Return kitchen time, None while it is not known."""
        if self._best is None:
            return None
        self._told = max(self._told, self._best.at(now_ms))
        return Instant(int(self._told))
