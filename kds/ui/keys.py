"""Makes actions out of keys: at most one per press, and none from a key that is stuck.

A bump bar is a keyboard whose keys drip with soup. Auto-repeat never acts; presses that bounce,
or come faster than any hand, count as one; what is down too long is stuck until it comes loose.
No Qt, no clock: codes are numbers, every call says when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kds.ui.style.times import KEY_BOUNCE, KEY_FASTEST, KEY_STUCK


class Act(StrEnum):
    """What keys do. Digits are the tickets' numbers."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    SIX = "6"
    SEVEN = "7"
    EIGHT = "8"
    NINE = "9"
    TEN = "0"
    BUMP = "bump"
    UNDO = "undo"
    RECALL = "recall"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    PAGE_BACK = "page_back"
    PAGE_ON = "page_on"
    WHY = "why"
    LANGUAGE = "language"
    ALL_DAY = "all_day"
    PAN = "pan"


class Change(StrEnum):
    """What became of a key that was, or is, stuck."""

    STUCK = "stuck"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """What came of a key: an act, a key without one, or that it is stuck or free again."""

    name: str
    act: Act | None = None
    change: Change | None = None


@dataclass(slots=True)
class _Key:
    """How a key has behaved lately.

    `down_at`: when it was last pressed by a hand. `rattles`: presses in a row that came too fast.
    """

    name: str
    down_since: int | None = None
    down_at: int | None = None
    last_press: int = -10_000
    rattles: int = 0
    is_stuck: bool = False


_RATTLES = 6
_NOTHING: tuple[KeyEvent, ...] = ()


@dataclass
class Keyboard:
    """One keyboard or bump bar. `acts`: what its keys do, by code; learned or given."""

    acts: Mapping[int, Act]
    _keys: dict[int, _Key] = field(default_factory=dict)

    def press(
        self, code: int, name: str, at_ms: int, *, is_repeat: bool = False
    ) -> tuple[KeyEvent, ...]:
        """A key goes down, or repeats because it is held."""
        key = self._keys.setdefault(code, _Key(name))
        if is_repeat:
            return self._repeats(key, at_ms)
        since = at_ms - key.last_press
        key.down_since = key.down_at = key.last_press = at_ms
        if key.is_stuck and since < KEY_STUCK:
            return _NOTHING
        freed = self._free(key)
        if since < KEY_FASTEST:
            key.rattles += 1
            return (self._stick(key),) if key.rattles >= _RATTLES else _NOTHING
        key.rattles = 0
        if since < KEY_BOUNCE:
            return _NOTHING
        return (*freed, KeyEvent(name, self.acts.get(code)))

    def release(self, code: int, at_ms: int, *, is_repeat: bool = False) -> tuple[KeyEvent, ...]:
        """A key comes up; the one that was held too long is free again."""
        key = self._keys.get(code)
        if key is None or is_repeat:
            return _NOTHING
        held = key.down_since is not None and at_ms - key.down_since >= KEY_STUCK
        key.down_since = None
        # One that rattles comes up all the time: it is free when it has been quiet.
        return self._free(key) if held and not key.rattles else _NOTHING

    def check(self, at_ms: int) -> tuple[KeyEvent, ...]:
        """Return the keys that have come to be stuck, or free, by time alone."""
        events: list[KeyEvent] = []
        for key in self._keys.values():
            events.extend(self._holds(key, at_ms))
            is_quiet = key.down_since is None and at_ms - key.last_press >= KEY_STUCK
            if key.is_stuck and is_quiet:
                events.extend(self._free(key))
        return tuple(events)

    def forget(self) -> tuple[KeyEvent, ...]:
        """The keyboard is gone, or its keys go elsewhere: what is down will not come up here.

        Returns that the keys which were stuck are so no longer.
        """
        freed = [event for key in self._keys.values() for event in self._free(key)]
        self._keys.clear()
        return tuple(freed)

    def _repeats(self, key: _Key, at_ms: int) -> tuple[KeyEvent, ...]:
        """A held key repeats; some keyboards let it come up and down again each time."""
        if key.down_since is None:
            key.down_since = at_ms if key.down_at is None else key.down_at
            key.last_press, key.rattles = at_ms, key.rattles + 1
        return self._holds(key, at_ms)

    def _holds(self, key: _Key, at_ms: int) -> tuple[KeyEvent, ...]:
        is_long = key.down_since is not None and at_ms - key.down_since > KEY_STUCK
        return (self._stick(key),) if is_long and not key.is_stuck else _NOTHING

    def _stick(self, key: _Key) -> KeyEvent:
        key.is_stuck = True
        return KeyEvent(key.name, change=Change.STUCK)

    def _free(self, key: _Key) -> tuple[KeyEvent, ...]:
        if not key.is_stuck:
            return _NOTHING
        key.is_stuck, key.rattles = False, 0
        return (KeyEvent(key.name, change=Change.FREE),)
