"""All destinations: read from the settings, each with its courier, and how they do, for people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.records.times import clock, iso
from kds.rulebook.diagnostics import Diagnostic
from kds.store.errors import StoreError
from kds.store.outbox import Outbox
from kds.store.values import Parked
from kds.wire.messages import Remark
from pos_bridge.feed import Feed
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.status.courier import Courier
from pos_bridge.status.telling import Destination, Telling
from pos_bridge.status.webhooks import read_webhooks

_logger = logging.getLogger(__name__)
_LOOK_EVERY_S = 2.0
_SAID_AFTER_MS, _TROUBLE_AFTER_MS = 10_000, 2_000
"""A message on its way is no news, nor one that went well the second time."""


class Addressees:
    """Who is told, as `file` says; a file with faults leaves who was told before. Any thread.

    `telling`: for the writer. `diagnostics`: the faults of the file as it is now.
    """

    def __init__(self, file: Path) -> None:
        self.telling = Telling()
        self.diagnostics: tuple[Diagnostic, ...] = ()
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._webhooks: tuple[Destination, ...] = ()
        self.look()

    def look(self, vendors: Iterable[Destination] = ()) -> None:
        """Read the file if it has changed, and tell `vendors` besides."""
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._stamp = stamp
            found, self.diagnostics = self._read()
            self._webhooks = self._webhooks if found is None else found
            for diagnostic in self.diagnostics:
                _logger.warning("%s", diagnostic.text("en"))
        told = (*self._webhooks, *vendors)
        if told != self.telling.destinations:
            self.telling.destinations = told

    def _read(self) -> tuple[tuple[Destination, ...] | None, tuple[Diagnostic, ...]]:
        try:
            text = self._file.read_text("utf-8-sig")
        except FileNotFoundError:
            return (), ()
        except (OSError, UnicodeDecodeError):
            return None, ()  # the channels, whose file it is too, say why
        return read_webhooks(self._file.name, text)

    def _stamp_now(self) -> tuple[int, int]:
        try:
            found = self._file.stat()
        except OSError:
            return (0, 0)
        return found.st_mtime_ns, found.st_size


class Reports:
    """Runs the couriers. Event loop thread only. `is_rush`: orders are queueing.

    `vendors`: who is told by a vendor's API.
    """

    def __init__(
        self,
        addressees: Addressees,
        outbox: Outbox,
        time: KitchenTime,
        feed: Feed,
        is_rush: Callable[[], bool],
        vendors: Callable[[], Iterable[Destination]],
    ) -> None:
        self._addressees = addressees
        self._outbox = outbox
        self._time = time
        self._feed = feed
        self._is_rush = is_rush
        self._vendors = vendors
        self._couriers: dict[Destination, tuple[Courier, asyncio.Task[None]]] = {}
        addressees.look(vendors())
        feed.on_change(lambda _entries: self._wake())

    async def run(self) -> None:
        """Tell everybody what they are owed, until cancelled."""
        try:
            await self._free_leases()
            while True:
                self._staff()
                await asyncio.sleep(_LOOK_EVERY_S)
                await asyncio.to_thread(self._addressees.look, list(self._vendors()))
                self._bury()
        finally:
            tasks = [task for _, task in self._couriers.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def given_up(self) -> tuple[Parked, ...]:
        """Return the latest messages that were given up. Any thread."""
        return self._outbox.parked([each.channel for each in self._addressees.telling.destinations])

    async def again(self, entry_id: str) -> bool:
        """Send after all what was given up; say whether that is possible."""
        return await self._see_to(self._outbox.unpark, entry_id)

    async def drop(self, entry_id: str) -> bool:
        """Forget what was given up; say whether there was such a thing."""
        return await self._see_to(self._outbox.drop, entry_id)

    # --- for people ---

    def remarks(self) -> Iterator[Remark]:
        """Yield what every display and /health are to say."""
        if self._addressees.diagnostics:
            first = self._addressees.diagnostics[0]
            zh, en = "回传设置未启用", "Settings for the till's webhooks not used"
            yield Remark("telling", "attention", zh, en, first.text("zh"), first.text("en"))
        for courier, _ in self._couriers.values():
            if self._is_late(courier):
                yield self._late(courier)
            if courier.owed.parked:
                yield _given_up(courier)

    def as_json(self) -> list[dict[str, Any]]:
        """Return what /health says of each destination."""
        now = self._time.now()
        return [_standing(courier, now) for courier, _ in self._couriers.values()]

    @property
    def couriers(self) -> list[Courier]:
        """The couriers at work."""
        return [courier for courier, _ in self._couriers.values()]

    def _is_late(self, courier: Courier) -> bool:
        since = courier.owed.since
        if not courier.owed.waiting or since is None:
            return False
        trouble = courier.trouble
        is_troubled = trouble is not None and self._past_ms(trouble.since) > _TROUBLE_AFTER_MS
        return is_troubled or self._past_ms(since) > _SAID_AFTER_MS

    def _past_ms(self, since: Instant) -> float:
        """Return how many real milliseconds ago something was."""
        return (self._time.now() - since) / self._time.scale

    def _late(self, courier: Courier) -> Remark:
        owed, trouble, name = courier.owed, courier.trouble, courier.destination.name
        zh, en = f"收银未收到 {owed.waiting} 条状态", f"Till not yet told: {owed.waiting}"
        since = owed.since if trouble is None else trouble.since
        at = clock(since or self._time.now(), self._time.now(), ZoneInfo(self._feed.book.zone))
        why = "" if trouble is None else f" · {trouble.why}"
        more = Wording(f"{name} 自 {at} 起{why}", f"{name} since {at}{why}")
        return Remark("telling", "attention", zh, en, more.zh, more.en)

    # --- work ---

    def _wake(self) -> None:
        for courier, _ in self._couriers.values():
            courier.wake()

    async def _free_leases(self) -> None:
        try:
            await asyncio.to_thread(self._outbox.release_all, self._time.now())
        except StoreError as error:
            _logger.warning("what was on its way waits for a while: %s", error)

    def _staff(self) -> None:
        """Have one courier for each destination as it now is."""
        told = self._addressees.telling.destinations
        for destination in self._couriers.keys() - set(told):
            _, task = self._couriers.pop(destination)
            task.cancel()
        for destination in told:
            if destination not in self._couriers:
                courier = Courier(destination, self._outbox, self._time, self._is_rush)
                self._couriers[destination] = courier, asyncio.create_task(courier.run())

    def _bury(self) -> None:
        """Let go of couriers that failed by a fault of ours; others take their places."""
        for destination, (_, task) in list(self._couriers.items()):
            if task.done():
                _logger.error("telling %s failed", destination.name, exc_info=task.exception())
                del self._couriers[destination]

    async def _see_to(self, what: Callable[[str, Instant], bool], entry_id: str) -> bool:
        is_done = await asyncio.to_thread(what, entry_id, self._time.now())
        for courier in self.couriers:
            await courier.look_again()
        return is_done


def _given_up(courier: Courier) -> Remark:
    name, count = courier.destination.name, courier.owed.parked
    more = Wording(f"{name} · 见 /v1/outbox", f"{name} · see /v1/outbox")
    zh, en = f"收银拒收 {count} 条状态", f"Refused by the till: {count}"
    return Remark("telling", "attention", zh, en, more.zh, more.en)


def _standing(courier: Courier, now: Instant) -> dict[str, Any]:
    owed, trouble = courier.owed, courier.trouble
    return {
        "name": courier.destination.name,
        "channel": courier.destination.channel,
        "told": courier.told,
        "waiting": owed.waiting,
        "oldest_age_s": None if owed.since is None else max(0, now - owed.since) / 1000,
        "given_up": owed.parked,
        "trouble": None if trouble is None else trouble.why,
        "trouble_since": None if trouble is None else iso(trouble.since),
    }
