"""Ears at the views of a made-up kitchen: what the announcers of a case's screens say there."""

from __future__ import annotations

from collections.abc import Sequence

from kds.kitchen.events import Event
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.sound.announcing import Announcer
from kds.sound.items import Moment, Tick

_SENTENCE_MS = 2_500
_CUE_MS = 500
"""About so long a loudspeaker is busy; what waits meanwhile may become one sentence."""

_LANGUAGES = ("zh", "en")


class _Ear:
    """One screen in one language. `said`: its sentences, for whoever asks next."""

    def __init__(self, view: str, lang: str, began: Instant) -> None:
        self.said: list[str] = []
        self._announcer = Announcer(view, lang=lang)
        self._began = began
        self._busy_until = Tick(0)
        self._is_up = False

    def hear(self, before: Kitchen, event: Event, after: Kitchen, book: Book, now: Instant) -> None:
        moment = self._moment(self._tick(now))
        if not self._is_up:
            self._is_up = True
            self._announcer.up_to_date(None, before, book, moment)
        self._announcer.hear(before, event, after, book, moment)

    def until(self, kitchen: Kitchen, book: Book, now: Instant) -> None:
        end = self._tick(now)
        while (next_at := self._announcer.next_at) is not None:
            at = Tick(max(next_at, self._busy_until))
            if at > end:
                return
            for item in self._announcer.due(kitchen, book, self._moment(at)):
                if item.text:
                    self.said.append(item.text)
                self._busy_until = Tick(at + _CUE_MS + (_SENTENCE_MS if item.text else 0))
            # Whatever was not said is asked for again a little later, so that time goes on.
            self._busy_until = Tick(max(self._busy_until, at + 100))

    def _tick(self, now: Instant) -> Tick:
        return Tick(now - self._began)

    def _moment(self, at: Tick) -> Moment:
        return Moment(Instant(self._began + at), at)


class Ears:
    """An ear for each language at each of some views. Implements `kds.cases.listening.Listener`."""

    def __init__(
        self,
        book: Book,
        views: frozenset[str],
        began: Instant,
        languages: Sequence[str] = _LANGUAGES,
    ) -> None:
        self._book = book
        self._ears = {(v, lang): _Ear(v, lang, began) for v in views for lang in languages}

    def happened(self, before: Kitchen, event: Event, after: Kitchen, now: Instant) -> None:
        """Let every ear take in an event."""
        for ear in self._ears.values():
            ear.hear(before, event, after, self._book, now)

    def until(self, kitchen: Kitchen, now: Instant) -> None:
        """Let every ear hear what is due up to `now`."""
        for ear in self._ears.values():
            ear.until(kitchen, self._book, now)

    @property
    def sentences(self) -> int:
        """How many sentences were said and not yet asked for, at all views."""
        return sum(len(ear.said) for ear in self._ears.values())

    def said(self, view: str) -> tuple[list[str], list[str]]:
        """Return what was said at `view` since it was last asked, in both languages."""
        zh, en = (self._ears[view, lang] for lang in _LANGUAGES)
        said = zh.said, en.said
        zh.said, en.said = [], []
        return said
