"""Asks vendors now and then which orders have changed, and takes what no push has told.

A push may get lost: the line was down for longer than the vendor tries, or its webhook was
switched off. Where a source numbers its orders, a number that is left out is looked for at once.
Nothing of this is owed and kept: after a restart it begins where the vendor was last
heard. What is found anew is taken as if it had been pushed; the rest leaves no trace, so a dead
feed does not look alive. Event loop thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from functools import partial

from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.wire.messages import Remark
from pos_bridge.adapters.adapter import CatchingUp, Fetch, Fetched
from pos_bridge.channels.channels import Channels
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.intake import PushIntake
from pos_bridge.channels.settings import Api
from pos_bridge.channels.tokens import Tokens
from pos_bridge.channels.vendor_api import NoAnswerError, VendorApi
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.writer import NotDurableError

_logger = logging.getLogger(__name__)
_EVERY_S = 300.0
_SHORTEST_S = 1.0
_FIRST_AFTER_S = 10.0
_LOOK_EVERY_S = 1.0
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
        self,
        channels: Channels,
        pushes: PushIntake,
        pulse: Pulse,
        tokens: Tokens,
        time: KitchenTime,
    ) -> None:
        self._channels = channels
        self._pushes = pushes
        self._pulse = pulse
        self._tokens = tokens
        self._time = time
        self._apis: dict[str, tuple[Api, VendorApi]] = {}
        self._until: dict[str, Instant] = {}
        self._gaps: dict[str, frozenset[int]] = {}
        self._told: dict[str, tuple[Wording, int]] = {}

    def remarks(self) -> Iterator[Remark]:
        """Yield which vendors can not be asked for what was missed."""
        for vendor, (why, times) in self._told.items():
            if times > 1:  # once may happen to anybody
                zh, en = f"{vendor} 的漏单查不到", f"{vendor}: missed orders can not be looked for"
                yield Remark("missed", "attention", zh, en, why.zh, why.en, vendor)

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
            await self._pause(vendor, pause_s or _EVERY_S)
            is_first = False
            channel = self._channels.of(vendor)
            if channel is None or not every_s or not channel.may_ask:
                continue
            try:
                await self._catch_up(vendor, channel, started)
            except NoAnswerError as error:
                self._tell(vendor, error.why)
            except NotDurableError as error:
                self._tell(vendor, Wording("存不下来", str(error)))
            except Exception:  # a fault of one adapter; the others and the kitchen go on
                _logger.exception("%s: can not be caught up with", vendor)

    async def _pause(self, vendor: str, pause_s: float) -> None:
        """Wait so long, or until an order is missing that was not before."""
        ends = self._time.now() + pause_s * 1000
        while (left_s := (ends - self._time.now()) / 1000) > 0:
            await asyncio.sleep(min(left_s / self._time.scale, _LOOK_EVERY_S))
            if self._has_new_gap(vendor):
                return

    def _has_new_gap(self, vendor: str) -> bool:
        channel = self._channels.of(vendor)
        if channel is None or not channel.may_ask:
            return False
        missing = frozenset(self._pulse.missing(channel.settings.source, self._time.now()))
        is_new = bool(missing - self._gaps.get(vendor, frozenset()))
        self._gaps[vendor] = missing
        return is_new

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
            en = "more has changed than is asked for at once; the oldest are left out"
            self._tell(vendor, Wording("变动太多，一次问不完，最早的没有问", en))

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
            why = f"{response.status} {response.why}".strip()
            raise NoAnswerError(f"{call} 回答 {why}", f"{call}: {why}")
        fetched = Fetched(fetch, response.status, response.body, response.content_type)
        read = partial(adapter.read_fetched, fetched)
        return await self._pushes.take_missed(channel, fetched, read)

    def _api(self, channel: Channel, adapter: CatchingUp) -> VendorApi:
        settings, vendor = channel.settings.api, channel.adapter.vendor
        known = self._apis.get(vendor)
        if known is None or known[0] != settings:
            made = VendorApi(settings, adapter, self._tokens.of(vendor))
            known = self._apis[vendor] = (settings, made)
        return known[1]

    def _tell(self, vendor: str, why: Wording) -> None:
        before, times = self._told.get(vendor, (None, 0))
        if before != why:
            _logger.warning("%s can not be asked for changes: %s", vendor, why.en)
        self._told[vendor] = why, times + 1
