"""A room: what has been heard in it lately, and how much more may be."""

from __future__ import annotations

from collections.abc import Iterable

from kds.kitchen.ids import LineKey
from kds.sound.items import Tick
from kds.sound.notices import Kind, Notice
from kds.sound.pacing import Budget, Pace

_SAME_WITHIN_MS = 10_000
_KEPT_SOUNDED_MS = 120_000
_KEPT_TOLD = 1_000


class Room:
    """What one pair of ears remembers. Shared by all announcers of one loudspeaker.

    So two views in a room sound no more often than one, and say nothing that the other has said.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self._sentences = Budget(self.pace.sentences, self.pace.sentences_kept)
        self._cues = Budget(self.pace.cues, self.pace.cues_kept)
        self._last: Tick | None = None
        self._sounded: dict[tuple[str, ...], Tick] = {}
        self._said: dict[str, tuple[str, Tick]] = {}
        self._told: dict[tuple[Kind, LineKey], None] = {}

    @property
    def free_at(self) -> Tick | None:
        """When the next cue may begin, None: at any time."""
        return None if self._last is None else Tick(self._last + self.pace.gap_ms)

    def is_free(self, at: Tick) -> bool:
        """A cue may begin now."""
        return self.free_at is None or at >= self.free_at

    def may_sound(self, at: Tick, *, is_urgent: bool) -> bool:
        """One more cue may be heard in this minute."""
        return self._cues.allows(at, is_urgent=is_urgent)

    def may_speak(self, at: Tick, *, is_urgent: bool) -> bool:
        """One more sentence may be heard in this minute."""
        return self._sentences.allows(at, is_urgent=is_urgent)

    def was_heard(self, key: tuple[str, ...], within_ms: int, at: Tick) -> bool:
        """Something about `key` has sounded lately."""
        last = self._sounded.get(key)
        return last is not None and at - last < within_ms

    def said_elsewhere(self, text: str, view: str, at: Tick) -> bool:
        """Another view has just said the same."""
        other, said_at = self._said.get(text, (view, at))
        return other != view and at - said_at < _SAME_WITHIN_MS

    def note(self, notice: Notice, text: str, view: str, at: Tick) -> None:
        """Remember that this is heard now; `text`: "" for a cue alone."""
        self._last = at
        self._cues.spend(at)
        self._sounded = {k: t for k, t in self._sounded.items() if at - t < _KEPT_SOUNDED_MS}
        self._sounded[notice.key] = self._sounded[(notice.kind,)] = at
        if text:
            self._sentences.spend(at)
            self._said = {k: s for k, s in self._said.items() if at - s[1] < _SAME_WITHIN_MS}
            self._said[text] = (view, at)

    def untold(self, kind: Kind, lines: Iterable[LineKey]) -> frozenset[LineKey]:
        """Return the lines of which this is told for the first time, and remember them."""
        fresh = frozenset(key for key in lines if (kind, key) not in self._told)
        self._told.update(((kind, key), None) for key in fresh)
        while len(self._told) > _KEPT_TOLD:
            del self._told[next(iter(self._told))]
        return fresh
