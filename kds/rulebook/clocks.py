"""The clocks behind limits and endings: since when a line counts, and when a business day ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.messages import OrderFields
from kds.kitchen.orders import Gate, Level, Line
from kds.kitchen.portions import PortionState
from kds.rulebook.compiled import Clock, Limits

_RUNNING = (PortionState.QUEUED, PortionState.COOKING)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_BELIEVED_MS = 12 * 3_600_000


def aging_since(fields: OrderFields, line: Line, visit: VisitId, limits: Limits) -> Instant | None:
    """Return from when the `limits` of `line` count in `visit`; None while no clock runs."""
    since = running_since(fields, line, visit, limits.clock)
    return None if since is None else not_before_due(fields, limits, since)


def not_before_due(fields: OrderFields, limits: AgeLimits, since: Instant) -> Instant:
    """Return `since`, or for what is due later so long before that it is late when it is due.

    So a pre-order that somebody begins early has no red clock hours before its guests come.
    """
    due = None if fields.due_at is None else instant_of(fields.due_at)
    stated = (limits.late_s, limits.critical_s, limits.attention_s)
    limit_s = next((each for each in stated if each is not None), None)
    if due is None or limit_s is None:
        return since
    return max(since, Instant(due - round(limit_s * 1000)))


def waited_since(fields: OrderFields, since: Instant) -> Instant:
    """Return `since`, or when the order is due: before that nobody waits for it."""
    due = None if fields.due_at is None else instant_of(fields.due_at)
    return since if due is None else max(since, due)


class AgeLimits(Protocol):
    """From when on something is late, in seconds."""

    @property
    def attention_s(self) -> float | None: ...

    @property
    def late_s(self) -> float | None: ...

    @property
    def critical_s(self) -> float | None: ...


def running_since(fields: OrderFields, line: Line, visit: VisitId, clock: Clock) -> Instant | None:
    """Return from when `clock` counts for `line` in `visit`; None while no clock runs.

    Nothing runs for what is held, also not where the hold is only on the run: the release sets
    `fired_at` anew, and the clock starts there.
    """
    if any(hold.gate is Gate.RUN and hold.visit == visit for hold in line.holds):
        return None
    fired = [
        group.fired_at
        for group in line.groups
        if group.state in _RUNNING and group.visit == visit and group.fired_at is not None
    ]
    if not fired:
        return None
    match clock:
        case Clock.FIRED:
            return min(fired)
        case Clock.RECEIVED:
            return line.received_at
        case Clock.PLACED:
            return waiting_since(fields.placed_at, line.received_at)


def waiting_since(placed_at: str | None, received_at: Instant) -> Instant:
    """Return when the guest ordered, as far as the till's word can be believed.

    Credible: at most 12 h before it came and not after. Judged once, at arrival, so that a till
    whose clock is a minute ahead makes no clock jump back a minute later.
    """
    placed = None if placed_at is None else instant_of(placed_at)
    if placed is None or not 0 <= received_at - placed <= _BELIEVED_MS:
        return received_at
    return placed


def instant_of(text: str) -> Instant | None:
    """Return the kitchen time of an ISO 8601 text with an offset, None if it is none."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if when.tzinfo is None else _instant(when)


def levels(limits: Limits) -> Iterator[tuple[Level, int]]:
    """Yield the levels that `limits` set, mildest first, with their seconds."""
    stated = (
        (Level.ATTENTION, limits.attention_s),
        (Level.LATE, limits.late_s),
        (Level.CRITICAL, limits.critical_s),
    )
    for level, limit_s in stated:
        if limit_s is not None:
            yield level, limit_s


def business_day(at: Instant, zone: ZoneInfo, ends_min: int) -> tuple[Instant, Instant]:
    """Return begin and end of the business day that `at` lies in, by the store's wall clock."""
    local = (_EPOCH + timedelta(milliseconds=at)).astimezone(zone)
    edge = time(ends_min // 60, ends_min % 60)
    end = local.date() if local.time() < edge else local.date() + timedelta(days=1)
    begin = end - timedelta(days=1)
    return _instant(datetime.combine(begin, edge, zone)), _instant(
        datetime.combine(end, edge, zone)
    )


def _instant(when: datetime) -> Instant:
    return Instant((when - _EPOCH) // _MS)
