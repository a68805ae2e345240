"""Open work follows a rule book that was adopted, a few visits at a time.

In one piece it would hold up every order that comes meanwhile. What has not followed when the
bridge dies follows at the next start: nothing follows twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kds.kitchen.ids import VisitId
from kds.rulebook.adoption import followed
from pos_bridge.desk import Desk
from pos_bridge.feed import Feed
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.turns import in_turns
from pos_bridge.writer import FaultError, NotDurableError, Writer

_logger = logging.getLogger(__name__)
_AT_ONCE = 8
_AGAIN_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Follow:
    """Let what is open in these visits go by the book in force when the writer comes to it."""

    visits: tuple[VisitId, ...]
    person: str

    def run(self, desk: Desk) -> None:
        """Do so."""
        desk.follow(self.visits, self.person)


class Following:
    """Whether open work goes by the book in force yet. Event loop thread only.

    While it does not, time makes nothing happen: a dish whose menu entry has another name by now
    is not late by the limits of none.
    """

    def __init__(self, feed: Feed, writer: Writer, time: KitchenTime) -> None:
        self._feed = feed
        self._writer = writer
        self._time = time
        self._is_done = asyncio.Event()
        self._is_done.set()

    @property
    def is_done(self) -> bool:
        """All open work goes by the book in force."""
        return self._is_done.is_set()

    async def wait(self) -> None:
        """Wait until all open work goes by the book in force."""
        await self._is_done.wait()

    @asynccontextmanager
    async def adopting(self, person: str = "") -> AsyncIterator[None]:
        """Let the block put a book in force; at its end all open work goes by it."""
        self._is_done.clear()
        try:
            yield
            await self._follow(person)
        finally:
            self._is_done.set()

    async def _follow(self, person: str) -> None:
        kitchen, book = self._feed.kitchen, self._feed.book
        found: list[VisitId] = []
        async for visit in in_turns(kitchen.visits):
            if followed(kitchen, book, self._time.now(), [visit]):
                found.append(visit)
            if len(found) == _AT_ONCE:
                await self._let_follow(found, person)
                found = []
        await self._let_follow(found, person)

    async def _let_follow(self, visits: Sequence[VisitId], person: str) -> None:
        """Hand over to the writer; what a fault of ours keeps back must not keep back the rest."""
        waiting = [tuple(visits)] if visits else []
        while waiting:
            some = waiting.pop()
            try:
                await self._writer.submit(Follow(some, person))
            except NotDurableError as error:
                _logger.warning("what follows from the rules waits: %s", error)
                waiting.append(some)
                await asyncio.sleep(_AGAIN_AFTER_S)
            except FaultError:
                if len(some) > 1:
                    waiting += [(visit,) for visit in some]
                else:
                    _logger.warning("visit %s does not go by the new rules", some[0])
