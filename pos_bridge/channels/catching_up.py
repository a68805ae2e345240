"""Asks vendors now and then which orders have changed, and takes what no push has told.

A push may get lost: the line was down for longer than the vendor tries, or its webhook was
switched off. Nothing of this is owed and kept: after a restart it begins where the vendor was last
heard. What is found anew is taken as if it had been pushed; the rest leaves no trace, so a dead
feed does not look alive. Event loop thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial

from kds.kitchen.ids import Instant
from pos_bridge.adapters.adapter import CatchingUp, Fetch, Fetched
from pos_bridge.channels.channels import Channels
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.intake import PushIntake
from pos_bridge.channels.settings import Api
from pos_bridge.channels.vendor_api import NoAnswerError, VendorApi
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.writer import NotDurableError

_logger = logging.getLogger(__name__)
_EVERY_S = 300.0
_SHORTEST_S = 1.0
_FIRST_AFTER_S = 10.0
_OVERLAP_MS = 60_000
"""So much is asked for again: clocks differ, and a vendor's list may lag behind."""

_LONGEST_MS = 4 * 3_600_000
_MOST_PAGES = 400
"""Of one round. Some vendors tell one order at a time."""

_BREATH_S = 0.05
"""Between two pages: vendors count how often they are asked."""


class CatchUp:
    """Catches up with every vendor that can be asked for changes and whose settings say how.

    `catch_up_s` in a vendor's settings: how often, in seconds; 0 for never.
    """

    def __init__(
        self, channels: Channels, pushes: PushIntake, pulse: Pulse, time: KitchenTime
    ) -> None:
        self._channels = channels
        self._pushes = pushes
        self._pulse = pulse
        self._time = time
        self._apis: dict[str, tuple[Api, VendorApi]] = {}
        self._until: dict[str, Instant] = {}
        self._told: dict[str, str] = {}

    async def run(self) -> None:
        """Ask until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for vendor in self._channels.vendors:
                    channel = self._channels.of(vendor)
                    if channel is not None and isinstance(channel.adapter, CatchingUp):
                        group.create_task(self._watch(vendor))
        finally:
            for _, api in self._apis.values():
                await api.close()

    async def _watch(self, vendor: str) -> None:
        started, is_first = self._time.now(), True
        while True:
            every_s = self._every_s(vendor)
            pause_s = min(_FIRST_AFTER_S, every_s) if is_first and every_s else every_s
            await asyncio.sleep((pause_s or _EVERY_S) / self._time.scale)
            is_first = False
            channel = self._channels.of(vendor)
            if channel is None or not every_s or not channel.may_ask:
                continue
            try:
                await self._catch_up(vendor, channel, started)
            except (NoAnswerError, NotDurableError) as error:
                self._tell(vendor, str(error))
            except Exception:  # a fault of one adapter; the others and the kitchen go on
                _logger.exception("%s: can not be caught up with", vendor)

    def _every_s(self, vendor: str) -> float:
        channel = self._channels.of(vendor)
        said = None if channel is None else channel.settings.options.get("catch_up_s", _EVERY_S)
        is_number = isinstance(said, int | float) and not isinstance(said, bool)
        return max(float(said), _SHORTEST_S) if is_number and said else 0.0

    async def _catch_up(self, vendor: str, channel: Channel, started: Instant) -> None:
        """Ask for all that changed since the vendor was last heard; the answer is the new start."""
        adapter = channel.adapter
        assert isinstance(adapter, CatchingUp)
        now = self._time.now()
        since = Instant(max(self._since(channel, vendor, started), now - _LONGEST_MS))
        first, last = (self._pushes.moment(each) for each in (since, now))
        waiting = deque(adapter.catch_up(first, last, self._pushes.context(channel)))
        pages = 0
        while waiting and pages < _MOST_PAGES:
            waiting.extend(await self._ask(channel, adapter, waiting.popleft()))
            pages += 1
            await asyncio.sleep(_BREATH_S / self._time.scale)
        self._until[vendor] = Instant(now - _OVERLAP_MS)
        self._told.pop(vendor, None)
        if waiting:
            self._tell(
                vendor, "more has changed than is asked for at once; the oldest are left out"
            )

    def _since(self, channel: Channel, vendor: str, started: Instant) -> Instant:
        if vendor in self._until:
            return self._until[vendor]
        standing = self._pulse.standing(channel.settings.source, self._time.now())
        heard = None if standing is None else standing.at
        # Never heard: nothing was missed that this kitchen was to cook.
        return Instant(started if heard is None else min(heard, started) - _OVERLAP_MS)

    async def _ask(self, channel: Channel, adapter: CatchingUp, fetch: Fetch) -> tuple[Fetch, ...]:
        response = await self._api(channel, adapter).ask(fetch)
        if response.status >= 300:
            call = f"{fetch.method} {fetch.path.partition('?')[0]}"
            raise NoAnswerError(f"{call} 回答 {response.status}", f"{call}: {response.status}")
        fetched = Fetched(fetch, response.status, response.body, response.content_type)
        read = partial(adapter.read_fetched, fetched)
        return await self._pushes.take_missed(channel, fetched, read)

    def _api(self, channel: Channel, adapter: CatchingUp) -> VendorApi:
        settings, vendor = channel.settings.api, channel.adapter.vendor
        known = self._apis.get(vendor)
        if known is None or known[0] != settings:
            known = self._apis[vendor] = (settings, VendorApi(settings, adapter))
        return known[1]

    def _tell(self, vendor: str, why: str) -> None:
        if self._told.get(vendor) != why:
            _logger.warning("%s can not be asked for changes: %s", vendor, why)
        self._told[vendor] = why
