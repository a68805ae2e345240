"""The numbers that a source gives its orders: which of them has not come. Pure.

A source that numbers its orders one after the other (the canonical order's `sequence`) can be
held to it: a number left out is an order that the kitchen never saw. A series may begin anew, as
tills do at midnight; a jump far ahead is told as one gap and not as a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kds.kitchen.ids import Instant

SETTLE_MS = 2_000
"""Orders sent side by side may overtake each other; so long a number may be late."""
KEPT_MS = 12 * 3_600_000
_FAR = 1_000
_MOST_MISSING = 100


@dataclass(slots=True)
class Numbering:
    """One source's series. `last`: the highest number of the present series, None before any."""

    last: int | None = None
    _missing: dict[int, Instant] = field(default_factory=dict)

    def take(self, number: int, at: Instant) -> None:
        """Note that `number` has come (or is known to be nothing) at `at`."""
        last = self.last
        if self._missing.pop(number, None) is not None:
            return
        if last is None or self._begins_anew(number, last):
            self._missing.clear()
            self.last = number
        elif number > last:
            first = max(last + 1, number - _MOST_MISSING)
            self._missing |= dict.fromkeys(range(first, number), at)
            self._bound()
            self.last = number

    def announce(self, number: int, at: Instant) -> None:
        """Note that the source says to have given `number` by now: up to it all must have come."""
        if self.last is None:
            self.last = number  # what it sent before we knew it is not known to be missing
        elif self.last < number <= self.last + _FAR:
            self.take(number + 1, at)
            self.last = number

    def excuse(self, number: int) -> None:
        """Note that a person has looked after `number`."""
        self._missing.pop(number, None)

    def missing(self, now: Instant) -> Mapping[int, Instant]:
        """Return the numbers that have not come, each with since when it is known."""
        return {
            number: since
            for number, since in self._missing.items()
            if SETTLE_MS <= now - since < KEPT_MS
        }

    def _begins_anew(self, number: int, last: int) -> bool:
        """Say whether `number` is the first of another series and not a late one of this."""
        is_beginning = number <= 1 or last - number >= _FAR
        return number > last + _FAR or (number < last and is_beginning)

    def _bound(self) -> None:
        while len(self._missing) > _MOST_MISSING:
            del self._missing[next(iter(self._missing))]
