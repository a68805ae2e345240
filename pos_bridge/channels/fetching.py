"""What thin pushes owe: each fetched from the vendor, however long that takes, then taken.

What is owed lies in an outbox of the vendor's own, written with the push, so it survives a
restart, and one vendor that stalls holds up no other. Event loop thread only.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.store.errors import StoreError
from kds.store.outbox import Outbox
from kds.store.values import Waiting
from kds.wire.messages import Remark
from pos_bridge.adapters.adapter import Fetch, Fetched, Fetching
from pos_bridge.channels.channels import Channels
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.intake import PushIntake
from pos_bridge.channels.jobs import fetch_of, outbox_of
from pos_bridge.channels.settings import Api
from pos_bridge.channels.tokens import Token, Tokens
from pos_bridge.channels.vendor_api import NoAnswerError, VendorApi
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.writer import NotDurableError

_logger = logging.getLogger(__name__)
_AT_ONCE = 4
_LONGEST_GAP_S = 300.0
_LOOK_EVERY_S = 1.0
_AFTER_STORE_FAILURE_S = 5.0
_GIVE_UP_AFTER_MS = 24 * 3_600_000


class Fetcher:
    """Fetches for every vendor that has thin pushes."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Channels,
        pushes: PushIntake,
        tokens: Tokens,
        time: KitchenTime,
    ) -> None:
        self._lines = {
            vendor: _Line(vendor, outbox, channels, pushes, tokens.of(vendor), time)
            for vendor in channels.vendors
            if isinstance(_adapter(channels, vendor), Fetching)
        }

    def wake(self, vendor: str) -> None:
        """Look at once what is owed to a vendor's pushes."""
        if vendor in self._lines:
            self._lines[vendor].awake.set()

    def remarks(self) -> Iterator[Remark]:
        """Yield which vendors can not be asked."""
        for line in self._lines.values():
            why = line.trouble
            if why is not None:
                zh, en = f"{line.vendor} 的订单取不到", f"{line.vendor}: orders can not be fetched"
                more = (f"{line.owed} 张 · {why.zh}", f"{line.owed} · {why.en}")
                yield Remark("fetch", "late", zh, en, *more, line.vendor)

    async def run(self) -> None:
        """Fetch until cancelled."""
        async with asyncio.TaskGroup() as group:
            for line in self._lines.values():
                group.create_task(line.run())


class _Line:
    """One vendor's line. `trouble`: why it can not be asked just now; `owed`: how much waits."""

    def __init__(
        self,
        vendor: str,
        outbox: Outbox,
        channels: Channels,
        pushes: PushIntake,
        token: Token,
        time: KitchenTime,
    ) -> None:
        self.vendor = vendor
        self.trouble: Wording | None = None
        self.owed = 0
        self.awake = asyncio.Event()
        self._outbox = outbox
        self._channels = channels
        self._pushes = pushes
        self._token = token
        self._time = time
        self._api: tuple[Api, VendorApi] | None = None
        self._pause_s = 0.0
        self._told = ""

    async def run(self) -> None:
        """Fetch what is due, then wait for the next."""
        try:
            while True:
                self.awake.clear()
                try:
                    await self._round()
                except StoreError as error:
                    _logger.warning("%s: what is owed can not be read: %s", self.vendor, error)
                    await asyncio.sleep(_AFTER_STORE_FAILURE_S)
        finally:
            if self._api is not None:
                await self._api[1].close()

    async def _round(self) -> None:
        """Fetch what is due, a few at a time, until there is nothing or the vendor fails."""
        name = outbox_of(self.vendor)
        due = await asyncio.to_thread(self._outbox.due, name, self._time.now(), _AT_ONCE)
        if due:
            await asyncio.gather(*map(self._settle, due))
        if not due or self._pause_s:
            self.owed, _ = await asyncio.to_thread(self._outbox.backlog, name)
            self.trouble = self.trouble if self.owed else None
            await self._wait()

    async def _wait(self) -> None:
        """Wait as long as the vendor asked for; else for a push, or for what is due again."""
        pause_s, self._pause_s = self._pause_s, 0.0
        if pause_s:
            await asyncio.sleep(pause_s)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY_S / self._time.scale if self.owed else None):
                await self.awake.wait()

    async def _settle(self, waiting: Waiting) -> None:
        """Fetch one thing and take it, say when to try again, or give it up."""
        try:
            await self._fetch(waiting)
        except NoAnswerError as error:
            await self._later(waiting, error.why, error.wait_s)
        except NotDurableError as error:
            await self._later(waiting, Wording("存不下来", str(error)), None)
        except StoreError:
            raise
        except Exception as error:  # whatever is wrong with this one, the others go on
            _logger.exception("%s: an entry of the outbox can not be worked on", self.vendor)
            await asyncio.to_thread(self._outbox.park, waiting.place, type(error).__name__)
        else:
            self.trouble, self._told = None, ""
            await asyncio.to_thread(self._outbox.done, [waiting.place], self._time.now())

    async def _fetch(self, waiting: Waiting) -> None:
        channel = self._channels.of(self.vendor)
        if channel is None:
            raise NoAnswerError("适配器没有安装", "its adapter is not installed")
        _, fetch = fetch_of(waiting.outgoing)
        try:
            response = await self._vendor_api(channel).ask(fetch)
        except NoAnswerError as error:
            if self._time.now() - waiting.outgoing.created_at < _GIVE_UP_AFTER_MS:
                raise
            return await self._give_up(channel, fetch, str(error))
        if response.status < 300 or response.status in {404, 410}:
            fetched = Fetched(fetch, response.status, response.body, response.content_type)
            return await self._take(channel, fetched)
        why = f": {response.why}" if response.why else ""
        return await self._give_up(channel, fetch, f"it answers {response.status}{why}")

    async def _take(self, channel: Channel, fetched: Fetched) -> None:
        adapter = channel.adapter
        assert isinstance(adapter, Fetching)
        read = partial(adapter.read_fetched, fetched)
        await self._pushes.take_fetched(channel, fetched, read)

    async def _later(self, waiting: Waiting, why: Wording, wait_s: float | None) -> None:
        """Try again after a gap that grows, or as long as the vendor asked for."""
        gap_s = min(2.0 ** min(waiting.attempts, 20), _LONGEST_GAP_S) * random.uniform(0.8, 1.2)
        if wait_s is not None:
            gap_s = self._pause_s = max(wait_s, self._pause_s, 0.1)
        if why.en != self._told:
            _logger.warning("%s can not be asked: %s", self.vendor, why.en)
        self._told = why.en
        if waiting.attempts:  # once may happen to anybody
            self.trouble = why
        at = Instant(self._time.now() + int(gap_s * 1000))
        await asyncio.to_thread(self._outbox.failed, waiting.place, at)

    async def _give_up(self, channel: Channel, fetch: Fetch, why: str) -> None:
        """Show a card instead of what can not be had."""
        _logger.error("%s %s is given up: %s", self.vendor, fetch.path, why)
        await self._pushes.tell_unfetched(channel, fetch, why)

    def _vendor_api(self, channel: Channel) -> VendorApi:
        """Return the API by the settings in force."""
        settings, adapter = channel.settings.api, channel.adapter
        if self._api is None or self._api[0] != settings:
            assert isinstance(adapter, Fetching)
            self._api = (settings, VendorApi(settings, adapter, self._token))
        return self._api[1]


def _adapter(channels: Channels, vendor: str) -> object:
    channel = channels.of(vendor)
    return None if channel is None else channel.adapter
