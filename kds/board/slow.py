"""A view that is late as a whole: counted up ticket by ticket, like the all-day counts.

It stays late for a while after too many were, else it would come and go with every ticket. Nothing
is remembered for that: how many were late follows from when the tickets that are there began and
became late, and from those that left within that while. So it is the same on every screen.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kds.board.ages import seconds
from kds.board.bands import AGE_BANDS
from kds.board.parts import Part
from kds.board.values import Band, SlowMark, Ticket
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.orders import Level
from kds.kitchen.wording import Wording
from kds.rulebook.priority import SlowView

_LATE = (Band.CRITICAL, Band.LATE)
_LATE_LEVELS = (Level.LATE, Level.CRITICAL)


class Run(NamedTuple):
    """When the clock of a ticket began to run, when it became late, and when all of it was done."""

    began: Instant
    late_at: Instant | None
    left: Instant | None = None


class _Late(NamedTuple):
    """A late ticket; the worst sorts first: the critical ones, then who is late for longest."""

    severity: int
    since: Instant
    visit: VisitId


class _Step(NamedTuple):
    """So many more run, and are late, from `at` on."""

    at: Instant
    running: int
    late: int


class Lateness:
    """How many tickets of a view have a clock that runs, and which of them are late."""

    def __init__(self) -> None:
        self._steps: list[_Step] = []
        self._running = 0
        self._late: list[_Late] = []
        self._sinces: list[Instant] = []

    def put(self, ticket: Ticket | None, run: Run | None) -> None:
        """Count a ticket, and what ran of it."""
        for step in _steps(run):
            insort(self._steps, step)
            self._running += step.running
        late = None if ticket is None else _late(ticket)
        if late is not None:
            insort(self._late, late)
            insort(self._sinces, late.since)

    def take(self, ticket: Ticket | None, run: Run | None) -> None:
        """Count it no more."""
        for step in _steps(run):
            del self._steps[bisect_left(self._steps, step)]
            self._running -= step.running
        late = None if ticket is None else _late(ticket)
        if late is not None:
            del self._late[bisect_left(self._late, late)]
            del self._sinces[bisect_left(self._sinces, late.since)]

    def mark(self, slow: SlowView) -> SlowMark | None:
        """Return what the view says of itself, None while too few are late, and were lately."""
        late = len(self._late)
        is_slow, until = slow.is_slow(late, self._running), None
        if not is_slow and late > 0 and slow.stays_s > 0:
            last = self._last_slow(slow)
            is_slow = last is not None
            until = None if last is None else Instant(last + slow.stays_s * 1000)
        if not is_slow:
            return None
        ranked = tuple(each.visit for each in self._late[: slow.rank])
        return SlowMark(late, self._running, self._sinces[late // 2], ranked, until)

    def _last_slow(self, slow: SlowView) -> Instant | None:
        """Return when too many were late for the last time, None if that is too long ago."""
        running, late = self._running, len(self._late)
        index, steps = len(self._steps), self._steps
        oldest = steps[-1].at - slow.stays_s * 1000 if steps else 0
        while index > 0 and (at := steps[index - 1].at) >= oldest:
            while index > 0 and steps[index - 1].at == at:
                index -= 1
                running -= steps[index].running
                late -= steps[index].late
            if slow.is_slow(late, running):
                return at
        return None


def _steps(run: Run | None) -> Iterator[_Step]:
    if run is None:
        return
    yield _Step(run.began, 1, 0)
    if run.late_at is not None:
        yield _Step(run.late_at, 0, 1)
    if run.left is not None:
        yield _Step(run.left, -1, 0 if run.late_at is None else -1)


def run_of(ticket: Ticket | None, parts: Iterable[Part]) -> Run | None:
    """Return what ran of a visit in a view: its clock, or until when it did."""
    if ticket is not None and ticket.band in AGE_BANDS:
        late = _late(ticket)
        began = ticket.received_at if ticket.clock is None else ticket.clock.since
        return Run(began, None if late is None else late.since)
    return _done(part for part in parts if part.is_food)


def forgotten_at(run: Run | None, slow: SlowView) -> Instant | None:
    """Return from when on it does not matter any more that something ran; None: it still does."""
    return None if run is None or run.left is None else Instant(run.left + slow.stays_s * 1000)


def _done(parts: Iterable[Part]) -> Run | None:
    """Return what ran of dishes that are all done or void, None if any is not, or none ran."""
    began: list[Instant] = []
    left: list[Instant] = []
    late: list[Instant] = []
    for part in parts:
        if part.counts.to_cook > 0:
            return None
        for group in part.line.groups:
            if group.step not in part.steps or group.visit != part.visit:
                continue
            end = group.ready_at or (group.voided_at if group.fired_at else None)
            if end is not None:
                began.append(group.fired_at or end)
                left.append(end)
        late += [over.at for over in part.line.overtime if over.level in _LATE_LEVELS]
    if not left:
        return None
    gone = max(left)
    return Run(min(began), min((at for at in late if at < gone), default=None), gone)


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
