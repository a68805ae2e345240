"""A kitchen that a case is played in: the service's own functions on a made-up clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kds.cases.listening import Deaf, Listener
from kds.kitchen.commands import Outcome, ReceiveOrder
from kds.kitchen.decide import Decision, decide, record
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.records import command_from
from kds.records.canonical import order_from
from kds.rulebook.book import Book
from kds.rulebook.due import due, next_due
from kds.rulebook.printing import PrintOn
from kds.rulebook.slips import Slip
from kds.rulebook.slips_due import slips_due

_DAY = datetime(2026, 11, 21, tzinfo=UTC).date()
"""Some Saturday: only the time of day means something to a book."""

_MOST_AT_ONCE = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def begin_of(book: Book, minute_of_day: int) -> Instant:
    """Return the moment at which a case begins, by the wall clock of the book's store."""
    midnight = datetime.combine(_DAY, time(), ZoneInfo(book.zone))
    at = midnight + timedelta(minutes=minute_of_day)
    return Instant((at - _EPOCH) // timedelta(milliseconds=1))


class NeverAtRestError(Exception):
    """Time keeps making things happen at one and the same moment: a fault of ours."""


class House:
    """One kitchen under one book, from nothing. `now` moves only in `wait`."""

    def __init__(self, book: Book, began: Instant, listener: Listener | Deaf) -> None:
        self.book = book
        self.kitchen = Kitchen()
        self.now = began
        self._listener = listener
        self._asked = 0
        self._slips: list[Slip] = []

    def receive(self, order: dict[str, Any]) -> Outcome:
        """Take a canonical order; raises `BodyError`."""
        parsed = order_from(order, zone=ZoneInfo(self.book.zone))
        command = ReceiveOrder(CommandId(self._next("in")), parsed.message, parsed.digest)
        return self._keep(decide(self.kitchen, command, self.book, self.now))

    def act(self, command: dict[str, Any]) -> Outcome:
        """Carry out a command of the outside contract; raises `BodyError`."""
        asked = command_from({"id": self._next("do"), **command})
        return self._keep(decide(self.kitchen, asked, self.book, self.now))

    def wait(self, seconds: int, look: Callable[[], None], beat_s: int | None = None) -> None:
        """Let time pass. What falls due happens at its moment; `look` is called after each.

        `beat_s`: so often `look` is called at least.
        """
        end = Instant(self.now + seconds * 1000)
        restless = 0
        while restless < _MOST_AT_ONCE:
            at = next_due(self.kitchen, self.book, self.now)
            stop = end if beat_s is None else min(end, Instant(self.now + beat_s * 1000))
            if at is None or at > stop:
                self.now, restless = stop, 0
                self._listener.until(self.kitchen, stop)
                look()
                if stop == end:
                    return
                continue
            restless = restless + 1 if at <= self.now else 0
            self.now = max(self.now, at)
            self._listener.until(self.kitchen, self.now)
            facts = due(self.kitchen, self.book, self.now)
            self._keep(record(self.kitchen, facts, self.book, self.now))
            look()
        raise NeverAtRestError

    def time_of(self, minute_of_day: int) -> datetime:
        """Return the next moment at which the store's clock shows that time of day."""
        now = (_EPOCH + timedelta(milliseconds=self.now)).astimezone(ZoneInfo(self.book.zone))
        at = now.replace(hour=minute_of_day // 60, minute=minute_of_day % 60, second=0)
        at = at.replace(microsecond=0)
        return at if at >= now else at + timedelta(days=1)

    def clock(self, at: Instant) -> str:
        """Return what the store's clock shows at a moment: 18:43, or 18:43:20."""
        local = (_EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(self.book.zone))
        return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"

    def _next(self, word: str) -> str:
        self._asked += 1
        return f"{word}{self._asked}"

    def _keep(self, decision: Decision) -> Outcome:
        if not isinstance(self._listener, Deaf):
            before = self.kitchen
            for event in decision.events:
                after = evolve(before, event)
                self._listener.happened(before, event, after, self.now)
                before = after
        self._slips += slips_due(
            self.kitchen, decision.kitchen, decision.events, self.book, self.now
        )
        self.kitchen = decision.kitchen
        return decision.outcome

    def printed(self, printer: str) -> list[str]:
        """Return the dishes on slips at `printer` since it was last asked, void ones with a −."""
        mine = [slip for slip in self._slips if slip.printer == printer]
        self._slips = [slip for slip in self._slips if slip.printer != printer]
        return [
            f"{'−' if slip.on is PrintOn.VOID else ''}{line.count} {line.name}"
            for slip in mine
            for line in slip.lines
        ]
