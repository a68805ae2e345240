"""A view that is late as a whole: counted up ticket by ticket, like the all-day counts."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import NamedTuple

from kds.board.ages import seconds
from kds.board.bands import AGE_BANDS
from kds.board.values import Band, SlowMark, Ticket
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.wording import Wording
from kds.rulebook.priority import SlowView

_LATE = (Band.CRITICAL, Band.LATE)


class _Late(NamedTuple):
    """A late ticket; the worst sorts first: the critical ones, then who is late for longest."""

    severity: int
    since: Instant
    visit: VisitId


class Lateness:
    """How many tickets of a view have a clock that runs, and which of them are late."""

    def __init__(self) -> None:
        self._running = 0
        self._late: list[_Late] = []
        self._sinces: list[Instant] = []

    def put(self, ticket: Ticket) -> None:
        """Count a ticket."""
        self._running += ticket.band in AGE_BANDS
        late = _late(ticket)
        if late is not None:
            insort(self._late, late)
            insort(self._sinces, late.since)

    def take(self, ticket: Ticket) -> None:
        """Count it no more."""
        self._running -= ticket.band in AGE_BANDS
        late = _late(ticket)
        if late is not None:
            del self._late[bisect_left(self._late, late)]
            del self._sinces[bisect_left(self._sinces, late.since)]

    def mark(self, slow: SlowView) -> SlowMark | None:
        """Return what the view says of itself, None while too few are late."""
        late = len(self._late)
        if not slow.is_slow(late, self._running):
            return None
        ranked = tuple(each.visit for each in self._late[: slow.rank])
        return SlowMark(late, self._running, self._sinces[late // 2], ranked)


def _late(ticket: Ticket) -> _Late | None:
    if ticket.band not in _LATE or ticket.clock is None:
        return None
    clock = ticket.clock
    since = clock.late_at if clock.late_at is not None else clock.critical_at
    return None if since is None else _Late(_LATE.index(ticket.band), since, ticket.visit)


_BEHIND = Wording("整体慢 {} 分", "running {} min behind")


def behind(slow: SlowMark, now: Instant, lang: str) -> str:
    """Return how far behind the view is, as people say it; whole minutes, at least one."""
    return _BEHIND[lang].format(max(1, int(seconds(slow.since, now)) // 60))


def rank_in(slow: SlowMark | None, ticket: Ticket) -> int | None:
    """Return the place of a ticket among the worst of a slow view, from 1; None if it has none."""
    if slow is None or ticket.visit not in slow.ranked:
        return None
    return slow.ranked.index(ticket.visit) + 1


def is_calm(slow: SlowMark | None, ticket: Ticket) -> bool:
    """The ticket is late like so many that it is not painted so."""
    return slow is not None and ticket.band in _LATE and ticket.visit not in slow.ranked
