"""What a bridge tells its displays: the end of the log, and the whole kitchen for who is lost."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from kds.kitchen.events import Event
from kds.kitchen.state import Kitchen
from kds.wire.encoding import PART_CHARS, Encoder, event_text, events_message, part_texts
from kds.wire.messages import BookText, Condition, from_bridge
from kds.wire.places import Place

KEPT_EVENTS = 2_000
KEPT_CHARS = 4_000_000
_REUSED_FOR = 200
"""A snapshot serves displays that come up to so many events later; the events follow it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some events as a message. `until`: log place of the last one."""

    text: str
    until: int


class Snapshot:
    """The whole kitchen as of `place`, in parts that are encoded when first asked for."""

    def __init__(self, place: Place, kitchen: Kitchen, encoder: Encoder) -> None:
        self.place = place
        self._made: list[str] = []
        self._to_come = part_texts(place, encoder.records(kitchen))

    def part(self, index: int) -> str | None:
        """Return the text of part `index`, None after the last one."""
        while len(self._made) <= index:
            text = next(self._to_come, None)
            if text is None:
                return None
            self._made.append(text)
        return self._made[index]


class History:
    """The latest events of a log, each encoded once, and snapshots shared by all who need one.

    One per bridge; its sessions read from it at their own pace. What it keeps is bounded: a
    display that has fallen off its end takes a snapshot. `kitchen`: as of `place`. `book`: the
    rule book in force, as displays load it. `condition`: how well the bridge is, as text.
    """

    def __init__(
        self,
        epoch: str,
        kitchen: Kitchen,
        recent: Iterable[tuple[int, Event]] = (),
        *,
        kept_events: int = KEPT_EVENTS,
        kept_chars: int = KEPT_CHARS,
    ) -> None:
        """Begin with `recent` events of the log, which lead up to `kitchen` without a gap."""
        self.kitchen = kitchen
        self.place = Place(epoch, kitchen.seq)
        self.book: BookText | None = None
        self.condition: str | None = None
        self._kept_events = kept_events
        self._kept_chars = kept_chars
        self._texts: deque[str] = deque()
        self._ids: deque[str] = deque()
        self._before = ""
        self._chars = 0
        self._pages: dict[int, Page] = {}
        self._encoder = Encoder()
        self._snapshot: weakref.ref[Snapshot] | None = None
        self.publish(kitchen, recent)

    def publish(self, kitchen: Kitchen, entries: Iterable[tuple[int, Event]]) -> None:
        """Go on by `entries`, which led to `kitchen`."""
        for seq, event in entries:
            text = event_text(seq, event)
            self._texts.append(text)
            self._ids.append(event.id)
            self._chars += len(text)
        while self._has_too_much():
            self._chars -= len(self._texts.popleft())
            self._before = self._ids.popleft()
        last = self._ids[-1] if self._ids else self._before
        self.kitchen, self.place = kitchen, Place(self.place.epoch, kitchen.seq, last)
        self._pages.clear()

    def _has_too_much(self) -> bool:
        """A single event is kept whatever its size, so that it reaches who is up to date."""
        count = len(self._texts)
        return count > self._kept_events or (count > 1 and self._chars > self._kept_chars)

    def tell(self, condition: Condition) -> bool:
        """Let every display know how well the bridge is; say whether that is news."""
        text = from_bridge(condition)
        is_news = text != self.condition
        self.condition = text
        return is_news

    @property
    def floor(self) -> int:
        """The earliest log place from which the events are all here."""
        return self.place.seq - len(self._texts)

    def holds(self, place: Place) -> bool:
        """Say whether `place` is in this log and near enough to go on from by events."""
        if place.epoch != self.place.epoch or not self.floor <= place.seq <= self.place.seq:
            return False
        return place.event == self._id_at(place.seq)

    def _id_at(self, seq: int) -> str:
        return self._before if seq == self.floor else self._ids[seq - self.floor - 1]

    def page(self, after: int) -> Page | None:
        """Return the next events after log place `after`, None when there are none.

        Raises `LookupError` when they are gone: `after` lies before the floor.
        """
        if after >= self.place.seq:
            return None
        if after < self.floor:
            raise LookupError(f"the events after {after} are gone, the first is {self.floor + 1}")
        page = self._pages.get(after)
        if page is None:
            page = self._pages[after] = self._make_page(after)
        return page

    def _make_page(self, after: int) -> Page:
        texts: list[str] = []
        chars = 0
        for text in islice(self._texts, after - self.floor, None):
            if texts and chars + len(text) > PART_CHARS:
                break
            texts.append(text)
            chars += len(text)
        return Page(events_message(texts), after + len(texts))

    def snapshot(self) -> Snapshot:
        """Return a snapshot that events can follow: a recent one that is in use, or a new one."""
        snapshot = None if self._snapshot is None else self._snapshot()
        if snapshot is None or snapshot.place.seq < max(self.floor, self.place.seq - _REUSED_FOR):
            snapshot = Snapshot(self.place, self.kitchen, self._encoder)
            self._snapshot = weakref.ref(snapshot)
        return snapshot
