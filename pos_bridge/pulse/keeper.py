"""Keeps the pulse: learns from what is stored, looks every second, shows what is missing.

Event loop thread; the store is read in another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from kds.kitchen.events import AlertAcknowledged
from kds.kitchen.ids import Instant
from kds.store.errors import StoreError
from kds.store.store import Store
from kds.store.values import Entry
from pos_bridge.feed import Feed
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.cards import Excuse, ShowMissing, excuses, is_ours, new_id, source_of
from pos_bridge.pulse.numbering import KEPT_MS, SETTLE_MS
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.pulse.rhythm import LEARNT_DAYS
from pos_bridge.writer import FaultError, NotDurableError, Writer

_logger = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0
_AFTER_FAILURE_S = 5.0
_DAY_MS = 24 * 3_600_000


class Keeper:
    """Runs beside the service; `run` is its task."""

    def __init__(
        self, pulse: Pulse, feed: Feed, writer: Writer, store: Store, time: KitchenTime
    ) -> None:
        self._pulse = pulse
        self._feed = feed
        self._writer = writer
        self._store = store
        self._time = time
        self._shown: dict[str, Mapping[int, Instant]] = {}
        self._unsure = {name for card in feed.kitchen.alerts if (name := source_of(card))}
        self._to_learn: list[str] = []
        feed.on_change(self._note)

    async def run(self) -> None:
        """Learn, then look every second, until cancelled."""
        await self._remember()
        while True:
            try:
                await self._look()
            except (NotDurableError, FaultError) as error:
                _logger.warning("missing numbers are not shown: %s", error)
                await asyncio.sleep(_AFTER_FAILURE_S)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _remember(self) -> None:
        """Take in what the sources did before this start."""
        while True:
            try:
                now = self._time.now()
                since = Instant(now - LEARNT_DAYS * _DAY_MS)
                self._pulse.remember(await asyncio.to_thread(self._store.contacts_since, since))
                since = Instant(now - KEPT_MS)
                for name, number, at in await asyncio.to_thread(self._store.numbers_since, since):
                    self._pulse.numbered(name, number, at)
                await self._excuse_again(now)
            except StoreError as error:
                _logger.warning("how the sources were before is not known yet: %s", error)
                await asyncio.sleep(_AFTER_FAILURE_S)
            else:
                return

    async def _excuse_again(self, now: Instant) -> None:
        """Leave out what somebody has looked after before this start."""
        for name in self._pulse.names():
            missing = self._pulse.missing(name, Instant(now + SETTLE_MS))
            for item in missing.items():
                (command,) = excuses(name, [item])
                if await asyncio.to_thread(self._store.answer, command) is not None:
                    self._pulse.excuse(name, [item[0]])

    async def _look(self) -> None:
        """Learn one source's rhythm anew, and show what has changed of what is missing."""
        now = self._time.now()
        self._learn_one(now)
        for standing in self._pulse.standings(now):
            name = standing.source
            missing = self._pulse.missing(name, now)
            if missing.keys() != self._shown.get(name, {}).keys() or name in self._unsure:
                numbers = tuple(sorted(missing))
                await self._writer.submit(ShowMissing(new_id(), name, standing.name, numbers))
                self._shown[name] = missing
                self._unsure.discard(name)

    def _learn_one(self, now: Instant) -> None:
        if not self._to_learn:
            self._to_learn = self._pulse.names()
        if self._to_learn:
            self._pulse.learn(self._to_learn.pop(), now)

    def _note(self, entries: Sequence[Entry]) -> None:
        """Something was committed: perhaps a person has handled a card."""
        for entry in entries:
            fact = entry.event.fact
            if isinstance(fact, AlertAcknowledged) and not is_ours(entry.event.command):
                name = source_of(fact.alert)
                if name is not None:
                    self._excuse(name)

    def _excuse(self, name: str) -> None:
        """Somebody has looked after what the card of a source named."""
        missing = self._shown.pop(name, {})
        self._pulse.excuse(name, missing)
        self._excusing = asyncio.ensure_future(self._keep_excuse(name, tuple(missing.items())))

    async def _keep_excuse(self, name: str, missing: Sequence[tuple[int, Instant]]) -> None:
        try:
            await self._writer.submit(Excuse(name, missing))
        except (NotDurableError, FaultError) as error:
            _logger.warning("that %s was looked after is not kept: %s", name, error)
