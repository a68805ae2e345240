"""From POST to glass: how long an order takes from its till to a frame that shows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

from kds.app.frames import orders_of
from kds.app.screen import Screen
from kds.demo.tills import Key


class Glass:
    """Knows which orders were seen, and how long they took. Event loop thread only.

    `posting` is told of each try of a till, `laid_out` when a pane is laid out anew, `flushed`
    of each frame that the screen has got. An order counts as shown once a pane has it, on its
    page or behind its page number; it is timed only if it came to a page that is looked at, if
    its first try was its last, and if the screens had their bridge then.
    """

    def __init__(self, screens: Sequence[Screen], is_following: Callable[[], bool]) -> None:
        self.shown: set[Key] = set()
        self.durations_s: list[float] = []
        self._screens = screens
        self._is_following = is_following
        self._tries: dict[Key, list[int]] = {}
        self._behind: set[Key] = set()
        self._untimed: set[Key] = set()
        self._is_looking = False

    @property
    def has_all(self) -> bool:
        """Every order that went out has been shown."""
        return not self._tries

    def posting(self, key: Key, at_ns: int) -> None:
        """An order goes out."""
        if key not in self.shown:
            self._tries.setdefault(key, []).append(at_ns)
            if not self._is_following():
                self._untimed.add(key)

    def interrupted(self) -> None:
        """The bridge goes: what is under way now says nothing about a bridge that is there."""
        self._untimed.update(self._tries)

    def laid_out(self) -> None:
        """A pane was laid out: look when all have been, for they all are in one turn."""
        if not self._is_looking:
            self._is_looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def flushed(self) -> None:
        """A frame with what the screens show now has reached the glass."""
        at_ns = time.monotonic_ns()
        on_page = self._on_page()
        for key in self._tries.keys() & on_page:
            tries = self._tries[key]
            if len(tries) == 1 and key not in self._behind | self._untimed:
                self.durations_s.append((at_ns - tries[0]) / 1e9)
        self.shown |= on_page | self._behind
        for key in self._tries.keys() & self.shown:
            del self._tries[key]
        self._behind.clear()

    def _look(self) -> None:
        """Note the orders that have come to a page that nobody looks at."""
        self._is_looking = False
        known = {key for screen in self._screens for key in _on_wall(screen)}
        self._behind |= known - self._on_page() - self.shown

    def _on_page(self) -> set[Key]:
        return {key for screen in self._screens for key in orders_of(screen)}


def _on_wall(screen: Screen) -> Iterator[Key]:
    for ticket in screen.board.tickets:
        yield from ((str(key.source), str(key.order_id)) for key in ticket.orders)
