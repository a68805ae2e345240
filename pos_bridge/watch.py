"""The watch: sleeps until time makes something happen, then hands it to the writer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from kds.kitchen.events import BookAdopted, RulePaused, RuleResumed
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.state import Kitchen
from kds.rulebook.due import changed_visits, due, house_due, visit_due
from kds.store.errors import StoreError
from kds.store.store import Store
from kds.store.values import Entry
from pos_bridge.desk import Desk
from pos_bridge.feed import Feed
from pos_bridge.following import Following
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.turns import in_turns
from pos_bridge.writer import FaultError, NotDurableError, Writer

_logger = logging.getLogger(__name__)
_GATHER_S = 0.25
_AFTER_FAILURE_S = 5.0
_LATER_MS = 60_000
_TOUCH_ALL = (RulePaused, RuleResumed, BookAdopted)


_PURGE_EVERY_S = 3600.0


@dataclass(frozen=True, slots=True)
class Happen:
    """What time has made of these visits by the time the writer comes to it."""

    visits: tuple[VisitId, ...]

    def run(self, desk: Desk) -> None:
        """Record it."""
        desk.record(due(desk.kitchen, desk.book, desk.now, self.visits))


class Watch:
    """Knows when each visit is next due. Event loop thread only.

    Only visits that changed are looked at again; `run` is the task that does it.
    """

    def __init__(self, feed: Feed, writer: Writer, time: KitchenTime, following: Following) -> None:
        self._feed = feed
        self._writer = writer
        self._time = time
        self._following = following
        self._due: dict[VisitId, Instant] = {}
        self._seen = Kitchen()
        self._changed = asyncio.Event()
        self._changed.set()
        self._is_all_stale = True
        feed.on_change(self._note)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._changed.clear()
            await self._look_again()
            now = self._time.now()
            ripe = tuple(visit for visit, at in self._due.items() if at <= now)
            house = house_due(self._seen, self._feed.book, now)
            if ripe or (house is not None and house <= now):
                if self._following.is_done:
                    await self._let_happen(ripe)
                else:
                    await self._following.wait()
                continue
            times = (*self._due.values(), *(() if house is None else (house,)))
            await self._sleep_until(min(times, default=None))

    def _note(self, entries: Sequence[Entry]) -> None:
        """Something was committed."""
        self._is_all_stale |= any(isinstance(e.event.fact, _TOUCH_ALL) for e in entries)
        self._changed.set()

    async def _look_again(self) -> None:
        """Work out anew when the changed visits are due; of thousands, with pauses for others."""
        kitchen, book = self._feed.kitchen, self._feed.book
        stale = list(kitchen.visits) if self._is_all_stale else changed_visits(self._seen, kitchen)
        self._is_all_stale = False
        self._seen = kitchen
        async for visit in in_turns(stale):
            at = visit_due(kitchen, visit, book)
            if at is None:
                self._due.pop(visit, None)
            else:
                self._due[visit] = at

    async def _let_happen(self, visits: tuple[VisitId, ...]) -> None:
        """Hand over what is due; the commit then tells us, like everybody, what has changed.

        One visit that our own program fails on must not keep the others from their time.
        """
        seq = self._feed.kitchen.seq
        try:
            await self._writer.submit(Happen(visits))
        except NotDurableError as error:
            _logger.warning("time facts wait: %s", error)
            await asyncio.sleep(_AFTER_FAILURE_S)
        except FaultError:
            if len(visits) > 1:
                for visit in visits:
                    await self._let_happen((visit,))
            else:
                await self._put_off(visits)
        else:
            if self._feed.kitchen.seq == seq:
                await self._put_off(visits)

    async def _put_off(self, visits: tuple[VisitId, ...]) -> None:
        """Nothing came of what was due: ask again later, not at once and for ever."""
        _logger.warning("nothing came of what was due in %s", ", ".join(visits) or "the kitchen")
        self._due |= dict.fromkeys(visits, Instant(self._time.now() + _LATER_MS))
        await asyncio.sleep(_GATHER_S)

    async def _sleep_until(self, at: Instant | None) -> None:
        """Sleep until kitchen time `at` or a change; changes in a burst are gathered."""
        wait_s = None if at is None else self._time.real_seconds_until(at)
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
                await asyncio.sleep(_GATHER_S)
        except TimeoutError:
            return


async def purge_hourly(store: Store, time: KitchenTime) -> None:
    """Forget what has been kept long enough, a little at a time, until cancelled."""
    while True:
        try:
            while await asyncio.to_thread(store.purge, time.now()):
                pass
        except StoreError as error:
            _logger.warning("nothing purged: %s", error)
        await asyncio.sleep(_PURGE_EVERY_S)
