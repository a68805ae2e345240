"""The feed: what has been committed, told to whoever listens.

Event loop thread only. The writer publishes here once per batch; answers read `kitchen`,
event streams and displays listen.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from kds.kitchen.state import Kitchen
from kds.records.events import event_json
from kds.rulebook.book import Book
from kds.store.values import Entry

_MOST_WAITING = 2_000
MOST_LISTENERS = 64
"""One that reads nothing holds some megabytes back, until it is given up or its line is cut."""


class News:
    """An entry of the log for listeners; its JSON text is made once for all of them."""

    __slots__ = ("_text", "entry")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._text = ""

    @property
    def seq(self) -> int:
        """The log place."""
        return self.entry.seq

    @property
    def text(self) -> str:
        """The entry as the outside contract shows it."""
        if not self._text:
            shown = event_json(*self.entry)
            self._text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        return self._text


class TooSlowError(Exception):
    """A listener fell behind its bounded queue; it starts again from where it got to."""


class TooManyError(Exception):
    """So many listen already that no other is taken in."""


class Listener:
    """One reader's bounded queue. Events stay whole: it has all since it began, or it is lost."""

    def __init__(self) -> None:
        self._waiting: deque[News] = deque()
        self._news = asyncio.Event()
        self._is_lost = False
        self._is_over = False

    def offer(self, news: Sequence[News]) -> None:
        """Queue `news`, or give the reader up."""
        if len(self._waiting) + len(news) > _MOST_WAITING:
            self._is_lost = True
            self._waiting.clear()
        elif not self._is_lost:
            self._waiting.extend(news)
        self._news.set()

    def end(self) -> None:
        """Let the reader take what is queued and then end."""
        self._is_over = True
        self._news.set()

    async def take(self) -> list[News]:
        """Wait for news and return them all; [] once the feed has ended. Raises TooSlowError."""
        while not (self._waiting or self._is_lost or self._is_over):
            self._news.clear()
            await self._news.wait()
        if self._is_lost:
            raise TooSlowError
        taken = list(self._waiting)
        self._waiting.clear()
        return taken


class Feed:
    """The committed kitchen, the book in force, and whoever listens.

    `kitchen`, `book`: as of the last commit. `epoch`: which log this is.
    """

    def __init__(self, kitchen: Kitchen, book: Book, epoch: str) -> None:
        self.kitchen = kitchen
        self.book = book
        self.epoch = epoch
        self._listeners: set[Listener] = set()
        self._watchers: list[Callable[[Sequence[Entry]], None]] = []
        self._is_over = False

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def is_full(self) -> bool:
        """No other listener is taken in."""
        return len(self._listeners) >= MOST_LISTENERS

    def publish(self, kitchen: Kitchen, book: Book, entries: Sequence[Entry]) -> None:
        """Take over what has been committed and tell everybody."""
        self.kitchen = kitchen
        self.book = book
        for watcher in self._watchers:
            watcher(entries)
        if self._listeners:
            news = [News(entry) for entry in entries]
            for listener in self._listeners:
                listener.offer(news)

    def on_change(self, watcher: Callable[[Sequence[Entry]], None]) -> None:
        """Call `watcher` with the entries of every commit from now on; it must not raise."""
        self._watchers.append(watcher)

    def close(self) -> None:
        """End every listener, so that their connections can be closed."""
        self._is_over = True
        for listener in self._listeners:
            listener.end()

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """Listen from the commit after the present `kitchen` on; raises TooManyError."""
        if self.is_full:
            raise TooManyError
        listener = Listener()
        if self._is_over:
            listener.end()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
