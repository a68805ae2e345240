"""Overtime rules at work: what a table waits for, since when, and which step comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kds.kitchen.counts import last_steps
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.kitchen.orders import Gate, Line, Order
from kds.kitchen.portions import PortionState
from kds.kitchen.visits import Told, Visit
from kds.rulebook.clocks import waited_since, waiting_since
from kds.rulebook.compiled import Clock, OvertimeOf, OvertimeRule
from kds.rulebook.conditions import Occasion, holds

_S = PortionState
_TO_COOK = frozenset({_S.QUEUED, _S.COOKING})
_TO_SERVE = _TO_COOK | {_S.READY}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

Lines = Sequence[tuple[Order, Line]]


class Wait(NamedTuple):
    """What is waited for, the longest first, and since when. `line`: the dish it is about."""

    since: Instant
    lines: tuple[LineKey, ...]
    line: LineKey | None = None


class Coming(NamedTuple):
    """A step that is due at `at`. `step` and `time` count from 1."""

    at: Instant
    step: int
    time: int


def waits(
    rule: OvertimeRule, visit: Visit, lines: Lines, *, serve_step: bool, zone: ZoneInfo
) -> Iterator[Wait]:
    """Yield what runs by `rule` in an open visit: one for the table, or one for each dish.

    A dish counts from its firing, or by the rule's clock, while it is neither held nor out;
    what waits for its pot has no cook clock. A gap begins with what was served last, or where
    the table was complete with what was ordered since.
    """
    if visit.ended_at is not None or visit.removed or visit.merged_into is not None:
        return
    counted = [p for p in lines if _counts(rule, *p) and _applies(rule, visit, *p, lines, zone)]
    open_at = sorted(
        (since, line.key)
        for order, line in counted
        if (since := _since(rule, order, line, visit.id, serve_step)) is not None
    )
    if not open_at:
        return
    if rule.of is OvertimeOf.LINE:
        for since, key in open_at:
            yield Wait(since, (key,), key)
        return
    since, keys = open_at[0][0], tuple(key for _, key in open_at)
    if rule.of is OvertimeOf.VISIT:
        yield Wait(since, keys)
        return
    out = [at for _, line in counted if (at := _out_at(line, visit.id, serve_step)) is not None]
    if rule.of is OvertimeOf.FIRST_DISH and not out:
        yield Wait(since, keys)
    elif rule.of is OvertimeOf.GAP and out:
        yield Wait(max(since, *out), keys)


def _counts(rule: OvertimeRule, order: Order, line: Line) -> bool:
    routing = line.routing
    return (
        order.fields.service in rule.services
        and (not rule.classes or routing.menu_class in rule.classes)
        and (not rule.entries or routing.rule in rule.entries)
        and (not rule.stations or any(step.station in rule.stations for step in routing.steps))
    )


def _applies(
    rule: OvertimeRule, visit: Visit, order: Order, line: Line, lines: Lines, zone: ZoneInfo
) -> bool:
    """The rule is for such lines. By the clock it is so as of when the line came."""
    if rule.when.asks_nothing:
        return True
    guests = next((o.fields.guests for o, _ in lines if o.fields.guests), None)
    occasion = Occasion(order.fields, line.content, visit.table, guests, line.received_at, zone)
    return holds(rule.when, occasion)


def _since(
    rule: OvertimeRule, order: Order, line: Line, visit: VisitId, serve_step: bool
) -> Instant | None:
    """Return since when a line is waited for, None while it is not."""
    is_by_firing = rule.clock is Clock.FIRED
    if is_by_firing and any(h.gate is Gate.RUN and h.visit == visit for h in line.holds):
        return None
    states = _TO_SERVE if serve_step else _TO_COOK
    fired = [
        g.fired_at
        for g in line.groups
        if g.visit == visit and g.state in states and g.fired_at is not None
    ]
    if not fired:
        return None
    since = line.received_at
    if is_by_firing:
        since = min(fired)
    elif rule.clock is Clock.PLACED:
        since = waiting_since(order.fields.placed_at, line.received_at)
    return waited_since(order.fields, since)


def _out_at(line: Line, visit: VisitId, serve_step: bool) -> Instant | None:
    """Return when the latest portion of a line left the kitchen, None if none has."""
    here = [group for group in line.groups if group.visit == visit]
    times = [g.served_at for g in here if g.state is _S.SERVED]
    if not serve_step:
        final = last_steps(line)
        times += [g.ready_at for g in here if g.state is _S.READY and g.step in final]
    return max((at for at in times if at is not None), default=None)


def told_of(rule: OvertimeRule, visit: Visit, wait: Wait) -> Iterator[Told]:
    """Yield the steps that have come of this very wait: those told since it began."""
    for told in visit.told:
        if told.rule == rule.id and told.line == wait.line and told.at > wait.since:
            yield told


def coming(rule: OvertimeRule, visit: Visit, wait: Wait, zone: ZoneInfo) -> Iterator[Coming]:
    """Yield each step's next time, as things stand. Repeats keep their distance also when late."""
    past = {told.step: told for told in told_of(rule, visit, wait)}
    for number, step in enumerate(rule.steps, 1):
        told, at = past.get(number), wait.since + step.after_s * 1000
        if told is not None:
            if step.repeat_s is None or told.times >= step.most:
                continue
            at = told.at + step.repeat_s * 1000
        times = 1 if told is None else told.times + 1
        yield Coming(_after_quiet(rule, Instant(at), zone), number, times)


def _after_quiet(rule: OvertimeRule, at: Instant, zone: ZoneInfo) -> Instant:
    """Return `at`, or the end of the quiet hours that it falls into."""
    for _ in rule.quiet:  # one may end where another begins
        at = next((end for span in rule.quiet if (end := _end_of(span, at, zone))), at)
    return at


def _end_of(span: tuple[int, int], at: Instant, zone: ZoneInfo) -> Instant | None:
    """Return when a part of the day ends that `at` lies in, None if it does not."""
    begin, end = span
    local = (_EPOCH + timedelta(milliseconds=at)).astimezone(zone)
    minute = local.hour * 60 + local.minute
    is_over_midnight = begin > end
    if not (minute >= begin or minute < end if is_over_midnight else begin <= minute < end):
        return None
    day = local + timedelta(days=1) if is_over_midnight and minute >= begin else local
    until = day.replace(hour=end // 60, minute=end % 60, second=0, microsecond=0, fold=0)
    return Instant((until - _EPOCH) // _MS)
