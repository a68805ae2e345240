"""Makes taps, swipes and long presses out of fingers. No Qt, no clock: every call says when.

Two fingers on two places are two touches. Three within a hand's breadth at once are a palm or a
cloth: nothing counts until all have been lifted.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum, auto

from kds.ui.style.measures import Measures
from kds.ui.style.times import AGAIN, LONG_PRESS, PALM, SWIPE

Finger = int
MOUSE: Finger = -1


class Kind(StrEnum):
    """What fingers can do. PRESSED and LET_GO only change how things look."""

    PRESSED = auto()
    LET_GO = auto()
    TAP = auto()
    LONG = auto()
    SWIPE_LEFT = auto()
    SWIPE_RIGHT = auto()
    SWIPE_UP = auto()
    SWIPE_DOWN = auto()


SWIPES = {Kind.SWIPE_LEFT: 1, Kind.SWIPE_UP: 1, Kind.SWIPE_RIGHT: -1, Kind.SWIPE_DOWN: -1}
"""How many pages on each of them turns."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a finger did, and where it had come down."""

    kind: Kind
    finger: Finger
    x: float
    y: float


@dataclass(slots=True)
class _Down:
    """A finger on the glass. `is_tap`: it has not moved away, nor been answered."""

    x: float
    y: float
    at_ms: int
    is_tap: bool = True


@dataclass(slots=True)
class Bounces:
    """Knows what was touched a moment ago."""

    _touched: dict[Hashable, int] = field(default_factory=dict)

    def is_again(self, target: Hashable, at_ms: int) -> bool:
        """Note a touch; answer whether it is one with that before: a finger that bounced."""
        self._touched = {one: at for one, at in self._touched.items() if at_ms - at < AGAIN}
        is_again = target in self._touched
        self._touched[target] = at_ms
        return is_again


class Touches:
    """Knows the fingers that are down."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._down: dict[Finger, _Down] = {}
        self._is_palm = False

    @property
    def is_touched(self) -> bool:
        """Some finger is down."""
        return bool(self._down)

    def down(self, finger: Finger, x: float, y: float, at_ms: int) -> list[Gesture]:
        """A finger comes down."""
        self._down[finger] = _Down(x, y, at_ms)
        if self._looks_like_palm(at_ms):
            return self.cancel()
        if self._is_palm:
            return []
        return [Gesture(Kind.PRESSED, finger, x, y)]

    def move(self, finger: Finger, x: float, y: float) -> list[Gesture]:
        """A finger moves; away from where it came down it presses nothing any more."""
        down = self._down.get(finger)
        if down is None or not down.is_tap:
            return []
        if math.hypot(x - down.x, y - down.y) <= self._measures.slop:
            return []
        down.is_tap = False
        return [] if self._is_palm else [Gesture(Kind.LET_GO, finger, down.x, down.y)]

    def up(self, finger: Finger, x: float, y: float, at_ms: int) -> list[Gesture]:
        """A finger is lifted."""
        moved = self.move(finger, x, y)
        down = self._down.pop(finger, None)
        was_palm = self._is_palm
        if not self._down:
            self._is_palm = False
        if down is None or was_palm:
            return []
        if down.is_tap:
            let_go = Gesture(Kind.LET_GO, finger, down.x, down.y)
            return [let_go, Gesture(Kind.TAP, finger, down.x, down.y)]
        swipe = self._swipe(down, x, y, at_ms)
        return moved if swipe is None else [*moved, Gesture(swipe, finger, down.x, down.y)]

    def held(self, at_ms: int) -> list[Gesture]:
        """Return the long presses that have come about; each once."""
        gestures: list[Gesture] = []
        for finger, down in self._down.items():
            if down.is_tap and not self._is_palm and at_ms - down.at_ms >= LONG_PRESS:
                down.is_tap = False
                # Lifted later it is neither a tap nor a swipe.
                down.at_ms = at_ms - SWIPE - LONG_PRESS
                gestures.append(Gesture(Kind.LET_GO, finger, down.x, down.y))
                gestures.append(Gesture(Kind.LONG, finger, down.x, down.y))
        return gestures

    def cancel(self) -> list[Gesture]:
        """Nothing that is down counts any more."""
        self._is_palm = bool(self._down)
        return [Gesture(Kind.LET_GO, finger, down.x, down.y) for finger, down in self._down.items()]

    def forget(self) -> None:
        """The glass is gone, with all fingers on it."""
        self._down.clear()
        self._is_palm = False

    def _looks_like_palm(self, at_ms: int) -> bool:
        recent = [down for down in self._down.values() if at_ms - down.at_ms <= PALM]
        newest = next(reversed(self._down.values()))
        near = [d for d in recent if math.hypot(d.x - newest.x, d.y - newest.y) < self._hand]
        return len(near) >= 3

    @property
    def _hand(self) -> int:
        return self._measures.palm

    def _swipe(self, down: _Down, x: float, y: float, at_ms: int) -> Kind | None:
        dx, dy = x - down.x, y - down.y
        if at_ms - down.at_ms > SWIPE or max(abs(dx), abs(dy)) < self._measures.swipe:
            return None
        if abs(dx) > 2 * abs(dy):
            return Kind.SWIPE_LEFT if dx < 0 else Kind.SWIPE_RIGHT
        if abs(dy) > 2 * abs(dx):
            return Kind.SWIPE_UP if dy < 0 else Kind.SWIPE_DOWN
        return None
