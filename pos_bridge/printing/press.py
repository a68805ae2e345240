"""The press: takes slips out of the outbox and has them printed, elsewhere where a printer cannot.

Slips of one printer come in their order. What no printer takes is tried again after growing gaps,
and given up, said so, when it is too old to be of use. Event loop thread only; printers and the
outbox are talked to in threads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.records.errors import RecordError
from kds.records.times import iso
from kds.rulebook.book import Book
from kds.rulebook.printing import Printer
from kds.rulebook.slips import Slip
from kds.store.errors import StoreError
from kds.store.outbox import Outbox
from kds.store.values import Entry, Listed, Waiting
from kds.wire.messages import Remark
from pos_bridge.feed import Feed
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.printing.slips import CHANNEL, slip_of
from pos_bridge.printing.trouble import PrinterTrouble

_logger = logging.getLogger(__name__)
GIVEN_UP_AFTER_S = 3600
"""Kitchen time; an hour later everybody has eaten, and a heap of old slips would be cooked."""
LOOK_AT_PRINTERS_S = 60.0
_GAPS_S = (2, 4, 8, 15, 30)
_LEASE_S = 120.0
_LOOK_S, _LOOK_IDLE_S = 1.0, 5.0
_GATHER_S = 0.02


@dataclass(slots=True)
class Standing:
    """How a printer does. `trouble`: why it does not print, None while it does."""

    trouble: Wording | None = None
    since: Instant = Instant(0)
    printed: int = 0


class Press:
    """Prints what the outbox holds, at the printers of the book in force."""

    def __init__(self, outbox: Outbox, feed: Feed, time: KitchenTime) -> None:
        self._outbox = outbox
        self._feed = feed
        self._time = time
        self._standings: dict[str, Standing] = {}
        self._begun: set[str] = set()
        self._waiting = 0
        self._given_up = 0
        self._news = asyncio.Event()
        feed.on_change(self._note)

    async def run(self) -> None:
        """Print until cancelled."""
        looking = asyncio.create_task(self._look_at_printers())
        try:
            await self._count_all()
            while True:
                self._news.clear()
                try:
                    if not await self._round():
                        await self._sleep()
                except StoreError as error:
                    _logger.warning("slips wait, the outbox cannot be used: %s", error)
                    await asyncio.sleep(_LOOK_IDLE_S)
        finally:
            looking.cancel()

    def _note(self, _entries: Sequence[Entry]) -> None:
        self._news.set()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_S if self._waiting else _LOOK_IDLE_S):
                await self._news.wait()
                await asyncio.sleep(_GATHER_S)
        except TimeoutError:
            return

    # --- slips -------------------------------------------------------------------------------

    async def _round(self) -> bool:
        """Print the first slip of each printer that is due; say whether there was any."""
        if not self._book.data.prints and not self._waiting:
            return False
        until = self._later(_LEASE_S)
        now = self._time.now()
        found = await asyncio.to_thread(self._outbox.claim, CHANNEL, now, until)
        try:
            await asyncio.gather(*map(self._bring, found))
        except asyncio.CancelledError:
            self._outbox.release([waiting.place for waiting in found], self._time.now())
            raise
        await self._count()
        return bool(found)

    async def _count(self) -> None:
        self._waiting, _ = await asyncio.to_thread(self._outbox.backlog, CHANNEL)

    async def _bring(self, waiting: Waiting) -> None:
        row = waiting.outgoing
        try:
            slip = slip_of(row)
        except RecordError as error:
            await self._give_up(waiting, str(error))
            return
        if self._time.now() - row.created_at > GIVEN_UP_AFTER_S * 1000:
            await self._give_up(waiting, "no printer took it for an hour")
            return
        for printer in self._printers_for(slip):
            if await self._print(printer, slip, row.id):
                self._begun.discard(row.id)
                await asyncio.to_thread(self._outbox.done, [waiting.place], self._time.now())
                return
        gap_s = _GAPS_S[min(waiting.attempts, len(_GAPS_S) - 1)]
        await asyncio.to_thread(self._outbox.failed, waiting.place, self._later(gap_s))

    async def _print(self, printer: Printer, slip: Slip, slip_id: str) -> bool:
        try:
            again = slip_id in self._begun
            await asyncio.to_thread(_print_slip, printer, slip, again=again)
        except PrinterTrouble as trouble:
            if trouble.has_begun:
                self._begun.add(slip_id)
            self._heed(printer, trouble.why)
            return False
        self._heed(printer, None)
        self._standings[printer.id].printed += 1
        return True

    def _printers_for(self, slip: Slip) -> Iterator[Printer]:
        """Yield where a slip may be printed, those first that are not known to be in trouble.

        Its printer, then the rule's fallback, then theirs in turn.
        """
        chain = list(self._chain(slip))
        yield from sorted(chain, key=lambda printer: self._is_in_trouble(printer.id))

    def _is_in_trouble(self, printer: str) -> bool:
        standing = self._standings.get(printer)
        return standing is not None and standing.trouble is not None

    def _chain(self, slip: Slip) -> Iterator[Printer]:
        known = {printer.id: printer for printer in self._book.data.printers}
        names = [slip.printer, *([slip.fallback] if slip.fallback else [])]
        seen: set[str] = set()
        while names:
            name = names.pop(0)
            printer = known.get(name)
            if printer is None or name in seen:
                continue
            seen.add(name)
            yield printer
            names += [printer.fallback] if printer.fallback else []

    async def _give_up(self, waiting: Waiting, why: str) -> None:
        _logger.warning("the slip %s was not printed: %s", waiting.outgoing.id, why)
        self._begun.discard(waiting.outgoing.id)
        await asyncio.to_thread(self._outbox.park, waiting.place, why)
        await self._count_given_up()

    async def _count_given_up(self) -> None:
        self._given_up = await asyncio.to_thread(self._outbox.count_parked, CHANNEL)

    # --- by hand -----------------------------------------------------------------------------

    def latest(self, most: int, *, given_up: bool) -> tuple[Listed, ...]:
        """Return the latest slips, or of those that were given up, the latest first. Any thread."""
        return self._outbox.latest(CHANNEL, most, given_up=given_up)

    async def again(self, place: int) -> bool:
        """Print a slip once more, printed or given up, marked as one that may be a copy; say
        whether there is such a slip. `place`: in the outbox.
        """
        found = await asyncio.to_thread(self._outbox.entry, CHANNEL, place)
        if found is None or found.is_waiting:
            return False
        self._begun.add(found.entry.outgoing.id)  # before the round that prints it
        is_done = await asyncio.to_thread(self._outbox.renew, place, self._time.now())
        await self._count_all()
        self._news.set()
        return is_done

    async def drop(self, place: int) -> bool:
        """Forget a slip that was given up; say whether there was one."""
        found = await asyncio.to_thread(self._outbox.entry, CHANNEL, place)
        if found is None or found.why is None or found.done_at is not None:
            return False
        await asyncio.to_thread(self._outbox.done, [place], self._time.now())
        await self._count_all()
        return True

    async def _count_all(self) -> None:
        await self._count()
        await self._count_given_up()

    # --- printers ------------------------------------------------------------------------------

    async def _look_at_printers(self) -> None:
        """Learn of a printer without paper before the next slip does."""
        while True:
            await asyncio.gather(*map(self._look, self._book.data.printers))
            await asyncio.sleep(LOOK_AT_PRINTERS_S)

    async def _look(self, printer: Printer) -> None:
        try:
            await asyncio.to_thread(_look_at, printer)
        except PrinterTrouble as trouble:
            self._heed(printer, trouble.why)
        else:
            self._heed(printer, None)

    def _heed(self, printer: Printer, trouble: Wording | None) -> None:
        standing = self._standings.setdefault(printer.id, Standing())
        if standing.trouble != trouble:
            standing.trouble, standing.since = trouble, self._time.now()
            told = "prints again" if trouble is None else trouble.en
            _logger.warning("the printer %s %s", printer.id, told)

    @property
    def _book(self) -> Book:
        return self._feed.book

    def _later(self, real_s: float) -> Instant:
        return Instant(self._time.now() + int(real_s * 1000 * self._time.scale))

    # --- how it goes -----------------------------------------------------------------------------

    def remarks(self) -> Iterator[Remark]:
        """Yield the printers that do not print, and what stands in for them."""
        for printer in self._book.data.printers:
            standing = self._standings.get(printer.id)
            if standing is None or standing.trouble is None:
                continue
            name, why = printer.name, standing.trouble
            yield Remark(
                "printer",
                "attention",
                f"打印机 {name.zh} {why.zh}",
                f"Printer {name.en} {why.en}",
                f"改到 {printer.fallback} 打" if printer.fallback else "小票在排队",
                f"{printer.fallback} prints for it" if printer.fallback else "its slips wait",
            )
        if self._given_up:
            count = self._given_up
            zh, en = "有小票没打出来", "Slips were not printed"
            more = Wording(f"{count} 张 · 见 /v1/slips", f"{count} · see /v1/slips")
            yield Remark("printer", "attention", zh, en, more.zh, more.en)

    def as_json(self) -> dict[str, Any]:
        """Return how it goes, for programs."""
        return {
            "waiting": self._waiting,
            "given_up": self._given_up,
            "printers": {
                printer.id: self._standing(printer) for printer in self._book.data.printers
            },
        }

    def _standing(self, printer: Printer) -> dict[str, Any]:
        standing = self._standings.get(printer.id)
        trouble = None if standing is None else standing.trouble
        return {
            "address": f"{printer.host}:{printer.port}",
            "state": "unknown" if standing is None else "trouble" if trouble else "ok",
            "why": None if trouble is None else trouble.en,
            "since": None if standing is None else iso(standing.since),
            "printed": 0 if standing is None else standing.printed,
            "fallback": printer.fallback,
        }


# The library for printers is large: it is loaded in a thread, and where there are printers alone.


def _print_slip(printer: Printer, slip: Slip, *, again: bool) -> None:
    from pos_bridge.printing.device import print_slip

    print_slip(printer, slip, again=again)


def _look_at(printer: Printer) -> None:
    from pos_bridge.printing.device import look_at

    look_at(printer)
