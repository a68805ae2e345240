"""Pacing: how much a kitchen is told in a minute, and never more."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from kds.sound.items import Tick

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits. `…_kept`: how much of a budget only what is urgent may use.

    `gap_ms`: from the beginning of one cue to that of the next. `mute_quiet_ms`: once sentences
    are used up their cues sound alone, each kind at most so often.
    """

    sentences: int = 10
    sentences_kept: int = 3
    cues: int = 36
    cues_kept: int = 12
    gap_ms: int = 1_000
    mute_quiet_ms: int = 10_000


class Budget:
    """So many a minute, any minute; the last `kept` of them for what is urgent."""

    def __init__(self, limit: int, kept: int) -> None:
        self._limit = limit
        self._kept = kept
        self._spent: deque[Tick] = deque(maxlen=max(1, limit))

    def allows(self, at: Tick, *, is_urgent: bool) -> bool:
        """One more may be heard now."""
        spent = sum(1 for tick in self._spent if at - tick < MINUTE_MS)
        return spent < self._limit - (0 if is_urgent else self._kept)

    def spend(self, at: Tick) -> None:
        """Count one."""
        self._spent.append(at)
