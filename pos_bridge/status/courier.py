"""A courier: takes what one destination is owed out of the outbox and brings it there.

Entries of one order go one after the other; others do not wait for them. What fails is tried
again after growing gaps. While nobody answers, one entry at a time is tried, the least tried
first, and what waits behind it of the same order becomes one message.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from kds.kitchen.ids import Instant
from kds.store.errors import StoreError
from kds.store.outbox import Outbox
from kds.store.values import Waiting
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.status import messages
from pos_bridge.status.outcome import Delivered, Later, Messenger, Outcome, Refused
from pos_bridge.status.telling import Destination

_logger = logging.getLogger(__name__)
MOST_TRIES = 30
"""Answered with a failure so often, about two hours long, an entry is given up."""
_FIRST_GAP_S, _LONGEST_GAP_S = 1.0, 300.0
_LONGEST_REST_S = 30.0
"""Of a destination that does not answer: once it does, it shall not wait for long."""
_FRESH_S = 10.0
"""What has waited for longer is not told state by state any more."""
_AT_ONCE, _IN_FLIGHT = 64, 4
_LEASE_S = 600.0
"""Longer than so many tries one behind the other can take."""
_FAILED_IN_A_ROW = 5
_GATHER_S = 0.03
_BREATH_S, _BREATH_IN_A_RUSH_S = 0.2, 1.0
"""Between two rounds of up to 64: taking orders comes first."""
_LOOK_S = 1.0
_LOOK_IDLE_S = 5.0
"""Another bridge on the same database may have left something."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a destination was not told: how much waits, since when the oldest; given up ones."""

    waiting: int = 0
    since: Instant | None = None
    parked: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a destination is not told just now, and since when."""

    why: str
    since: Instant


def gap_s(failures: int, chance: Random) -> float:
    """Return how long to wait after so many failures: doubling, up to five minutes, with jitter."""
    longest = min(_LONGEST_GAP_S, _FIRST_GAP_S * 2.0 ** min(failures - 1, 16))
    return longest * chance.uniform(0.75, 1.25)


class Courier:
    """Serves one destination. Event loop thread only; the outbox is asked in threads.

    `is_rush`: says whether orders are queueing. `owed`: as last looked at. `trouble`: None while
    all goes well. `told`: how many since the start.
    """

    def __init__(
        self,
        destination: Destination,
        outbox: Outbox,
        time_: KitchenTime,
        is_rush: Callable[[], bool],
    ) -> None:
        self.destination = destination
        self.owed = Owed()
        self.trouble: Trouble | None = None
        self.told = 0
        self._outbox = outbox
        self._time = time_
        self._is_rush = is_rush
        self._chance = Random()
        self._news = asyncio.Event()
        self._failures = 0
        self._rests_until = 0.0

    def wake(self) -> None:
        """Something may have been added."""
        self._news.set()

    async def look_again(self) -> None:
        """Try at once: somebody has put it right."""
        self._rests_until = 0.0
        self._news.set()
        await self._count_parked()

    async def run(self) -> None:
        """Bring what is owed until cancelled."""
        messenger = self.destination.messenger()
        try:
            await self._count_parked_at_last()
            while True:
                self._news.clear()
                try:
                    if await self._round(messenger):
                        await asyncio.sleep(_BREATH_IN_A_RUSH_S if self._is_rush() else _BREATH_S)
                    else:
                        await self._sleep()
                except StoreError as error:
                    await self._bear(error)
        finally:
            await messenger.close()

    async def _count_parked_at_last(self) -> None:
        while True:
            try:
                return await self._count_parked()
            except StoreError as error:
                await self._bear(error)

    async def _bear(self, error: StoreError) -> None:
        _logger.warning("states wait, the outbox cannot be used: %s", error)
        await asyncio.sleep(_LOOK_IDLE_S)

    async def _round(self, messenger: Messenger) -> bool:
        """Send what may be sent now; say whether there was anything."""
        if time.monotonic() < self._rests_until:
            await self._count()
            return False
        most = 1 if self._failures else _AT_ONCE
        found = await asyncio.to_thread(self._claim, most)
        if found:
            await self._count()  # who takes the line and says nothing is waited for, and shown
            await self._bring(messenger, found)
        if self.owed.waiting or found:
            await self._count()
        return bool(found)

    def _claim(self, most: int) -> list[Waiting]:
        """Lease what is due; where it has waited for the destination, several become one."""
        now = self._time.now()
        until, fresh = self._later(_LEASE_S), self._later(-_FRESH_S)
        found = self._outbox.claim(self.destination.channel, now, until, most)
        return [
            self._outbox.merge(waiting, messages.merged, now, until)
            if self._failures or waiting.attempts or waiting.outgoing.created_at < fresh
            else waiting
            for waiting in found
        ]

    async def _bring(self, messenger: Messenger, found: Sequence[Waiting]) -> None:
        """Send all of `found`, a few at a time, and note what became of each."""
        places = asyncio.Semaphore(_IN_FLIGHT)

        async def bring(waiting: Waiting) -> Outcome | None:
            async with places:
                if time.monotonic() < self._rests_until:
                    return None
                outcome = await self._send(messenger, waiting)
                self._heed(outcome)
                return outcome

        try:
            outcomes = await asyncio.gather(*map(bring, found))
        except asyncio.CancelledError:
            # Whoever comes next sends them, some perhaps once more under the same id.
            self._outbox.release([waiting.place for waiting in found], self._time.now())
            raise
        if await asyncio.to_thread(self._note, list(zip(found, outcomes, strict=True))):
            await self._count_parked()

    async def _send(self, messenger: Messenger, waiting: Waiting) -> Outcome:
        try:
            return await messenger.send(waiting.outgoing, time.time())
        except Exception as error:  # whatever is wrong with this one, the others go on
            _logger.exception("%s could not be told", self.destination.name)
            return Refused(f"no message could be made: {type(error).__name__}")

    def _heed(self, outcome: Outcome) -> None:
        """Learn from an answer how the destination does."""
        if not isinstance(outcome, Later):
            self._failures = 0
            self.trouble = None
            self.told += isinstance(outcome, Delivered)
            return
        self._failures += 1
        since = self.trouble.since if self.trouble is not None else self._time.now()
        self.trouble = Trouble(outcome.why, since)
        if outcome.is_about_all or self._failures >= _FAILED_IN_A_ROW:
            wait_s = outcome.wait_s
            gap = min(gap_s(self._failures, self._chance), _LONGEST_REST_S)
            rest_s = gap if wait_s is None else wait_s
            self._rests_until = max(self._rests_until, time.monotonic() + rest_s)

    def _note(self, found: Sequence[tuple[Waiting, Outcome | None]]) -> bool:
        """Keep what became of each entry; say whether any was given up."""
        done, not_tried, given_up = [], [], False
        for waiting, outcome in found:
            match outcome:
                case Delivered():
                    done.append(waiting.place)
                case Later(is_about_all=False):
                    given_up |= self._put_off(waiting, outcome.why)
                case Refused():
                    given_up |= self._park(waiting, outcome.why)
                case _:
                    not_tried.append(waiting.place)
        now = self._time.now()
        self._outbox.done(done, now)
        self._outbox.release(not_tried, now)
        return given_up

    def _put_off(self, waiting: Waiting, why: str) -> bool:
        tries = waiting.attempts + 1
        if tries >= MOST_TRIES:
            return self._park(waiting, f"tried {tries} times; at last {why}")
        self._outbox.failed(waiting.place, self._later(gap_s(tries, self._chance)))
        return False

    def _park(self, waiting: Waiting, why: str) -> bool:
        entry, name = waiting.outgoing, self.destination.name
        _logger.warning("%s was not told of %s (%s): %s", name, entry.key, entry.id, why)
        self._outbox.park(waiting.place, why)
        return True

    def _later(self, real_s: float) -> Instant:
        return Instant(self._time.now() + int(real_s * 1000 * self._time.scale))

    async def _count(self) -> None:
        """Learn how much is owed."""
        channel = self.destination.channel
        waiting, since = await asyncio.to_thread(self._outbox.backlog, channel)
        self.owed = Owed(waiting, since, self.owed.parked)

    async def _count_parked(self) -> None:
        parked = await asyncio.to_thread(self._outbox.count_parked, self.destination.channel)
        self.owed = replace(self.owed, parked=parked)

    async def _sleep(self) -> None:
        """Sleep until there is news, or something that failed may be due."""
        rest_s = self._rests_until - time.monotonic()
        look_s = _LOOK_S if self.owed.waiting else _LOOK_IDLE_S
        if rest_s > 0:  # what is added meanwhile must wait, too
            await asyncio.sleep(min(rest_s, look_s))
            return
        try:
            async with asyncio.timeout(look_s):
                await self._news.wait()
                await asyncio.sleep(_GATHER_S)
        except TimeoutError:
            return
