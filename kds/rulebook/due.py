"""What time alone makes happen. Pure: the same kitchen, book and time give the same facts.

`visit_due` looks at one visit only, so that whoever waits can keep an index and ask again only
for visits that changed. After an event that names no visit (a rule paused or resumed, a book
adopted) every visit has to be asked again. A fact's id follows from what it is about, so it
happens once, whoever finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from kds.kitchen.events import (
    Cause,
    Event,
    Fact,
    LineLate,
    OvertimeReached,
)
from kds.kitchen.ids import EventId, Instant, LineKey, RuleId, VisitId
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    Opening,
    VisitArchived,
    VisitEnded,
)
from kds.kitchen.orders import HELD_BY_PEOPLE, Gate, Hold, Line, Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.rulebook.asking import by_end
from kds.rulebook.book import Book, HoldingRule
from kds.rulebook.clocks import aging_since, levels
from kds.rulebook.compiled import OvertimeRule, WaitRule
from kds.rulebook.endings import archive_at, clear_at, ends_at, surplus
from kds.rulebook.folds import next_turn, turns
from kds.rulebook.intake import CheckRule, PayFirstRule
from kds.rulebook.lookups import lines_in
from kds.rulebook.overtime import Coming, Wait, coming, waits
from kds.rulebook.pace import AnyPace
from kds.rulebook.pacing import ends, on_time, party_of
from kds.rulebook.paying import on_time as unpaid_in_time

_NONE = Decimal(0)
_ENDED_BY_RULE = "rule"
_CLEARED_BY = "day"
_END, _CLEAR, _ARCHIVE = "end", "clear", "archive"

_Lines = Sequence[tuple[Order, Line]]


class _Due(NamedTuple):
    """A fact that happens at `at`. `id`: what the event's id is made of; `make`: the fact.

    Made lazily, because mostly only the time is asked for. `plan`: instead of `make`, the facts
    that follow from how things stand when it is told.
    """

    at: Instant
    visit: VisitId
    id: tuple[str, ...]
    make: Callable[[], Fact] | None
    plan: Callable[[Instant], Iterable[Fact]] | None = None


def due(
    kitchen: Kitchen, book: Book, now: Instant, visits: Iterable[VisitId] | None = None
) -> tuple[Event, ...]:
    """Return the facts that time has made by `now` and that are not in the kitchen yet.

    `visits`: look at these only (those whose `visit_due` has come); None: at all.
    """
    names = kitchen.visits if visits is None else dict.fromkeys(visits)
    known = [v for v in (kitchen.visits.get(name) for name in names) if v is not None]
    found = [item for visit in known for item in _of_visit(kitchen, visit, book) if item.at <= now]
    leaving = {item.visit for item in found if item.id[0] == _ARCHIVE}
    found += [_archived(v, kitchen.at) for v in surplus(kitchen) if v.id not in leaving]
    found += _rescheduled(kitchen, known, book, now)
    found += _folded(kitchen, book, now)
    found.sort(key=lambda item: (item.at, item.visit, item.id))
    return tuple(event for item in found for event in _told(kitchen, item, now))


def _told(kitchen: Kitchen, item: _Due, now: Instant) -> Iterator[Event]:
    """Yield what has come: one fact, or the facts of a plan, each with an id of its own."""
    name = _id(kitchen, item)
    if item.make is not None:
        yield Event(name, now, Cause.TIME, item.make())
    for number, fact in enumerate(item.plan(now) if item.plan is not None else ()):
        yield Event(EventId(f"{name}/{number}") if number else name, now, Cause.TIME, fact)


def next_due(kitchen: Kitchen, book: Book, now: Instant | None = None) -> Instant | None:
    """Return when `due` next has something to say, None if never as things stand.

    `now`: for what goes by the hour of the day; the kitchen's own time if not stated.
    """
    times = [visit_due(kitchen, visit, book) for visit in kitchen.visits]
    times.append(house_due(kitchen, book, kitchen.at if now is None else now))
    return min((at for at in times if at is not None), default=None)


def visit_due(kitchen: Kitchen, visit_id: VisitId, book: Book) -> Instant | None:
    """Return when time next makes something happen in this visit; the past means at once."""
    visit = kitchen.visits.get(visit_id)
    if visit is None:
        return None
    times = [item.at for item in _of_visit(kitchen, visit, book)]
    times += [at for _, at in _unscheduled(kitchen, visit, book)]
    return min(times, default=None)


def changed_visits(before: Kitchen, after: Kitchen) -> Iterable[VisitId]:
    """Return the visits whose own state, orders or portions differ, or that are gone."""
    visits, gone = after.visits.changes_since(before.visits)
    orders, _ = after.orders.changes_since(before.orders)
    found = dict.fromkeys((*visits, *gone))
    for order in orders.values():
        found[order.visit] = None
        found |= dict.fromkeys(g.visit for line in order.lines.values() for g in line.groups)
    return found


def house_due(kitchen: Kitchen, book: Book, now: Instant) -> Instant | None:
    """Return when something is due that belongs to no single visit.

    Too many ended ones are kept, or the hour folds or opens a station; as seen at `now`.
    """
    if next(surplus(kitchen), None) is not None:
        return kitchen.at
    return next_turn(kitchen, book.stations, book.zone_info, now)


def _folded(kitchen: Kitchen, book: Book, now: Instant) -> Iterator[_Due]:
    """Yield the stations that the hour folds or opens."""
    for turn in turns(kitchen, book.stations, book.zone_info, now):
        into = turn.fact.into or ""
        parts = ("fold", turn.fact.station, into, str(turn.at), str(turn.since))
        yield _Due(turn.at, VisitId(""), parts, partial(_same, turn.fact))


def _of_visit(kitchen: Kitchen, visit: Visit, book: Book) -> Iterator[_Due]:
    """Yield what time makes of one visit, each with its instant."""
    lines = lines_in(kitchen, visit)
    if visit.ended_at is not None:
        yield from _leaving(kitchen, visit, book)
    else:
        ends = ends_at(kitchen, visit, lines, book)
        if ends is not None:
            yield _Due(ends, visit.id, (_END,), lambda: VisitEnded(visit.id, _ENDED_BY_RULE))
    if visit.removed or visit.merged_into is not None:
        return
    yield from _timeouts(kitchen, visit, lines, book)
    for order, line in lines:
        yield from _late(visit.id, order, line, book)
    for rule in book.overtimes_for(visit, lines):
        yield from _overtime(rule, visit, lines, book)


def _leaving(kitchen: Kitchen, visit: Visit, book: Book) -> Iterator[_Due]:
    """Yield how an ended visit goes: with what is open of it off the screens first."""
    at = archive_at(kitchen, visit, book)
    if at is not None:
        yield _archived(visit, at)
        return
    at = clear_at(kitchen, visit, book)
    if at is not None:
        make = partial(VisitEnded, visit.id, _CLEARED_BY, removed=True)
        yield _Due(at, visit.id, (_CLEAR,), make)


def _archived(visit: Visit, at: Instant) -> _Due:
    return _Due(at, visit.id, (_ARCHIVE,), lambda: VisitArchived(visit.id))


# --- holds ---------------------------------------------------------------------------------


def _timeouts(kitchen: Kitchen, visit: Visit, lines: _Lines, book: Book) -> Iterator[_Due]:
    """Yield the release of each rule's holds in a visit: all its lines in one fact.

    Questions have each its own time; what pace rules hold, and what is not paid, is planned anew.
    """
    for rule_id, every in _holds_by_rule(visit.id, lines).items():
        rule = book.hold_rule(rule_id)
        is_paused = rule is not None and _paused_at(kitchen, rule.id) is not None
        if rule is not None and not isinstance(rule, WaitRule | CheckRule | PayFirstRule):
            if not _unplanned(kitchen, rule, every.values()):
                yield from _paced(rule, kitchen, visit, lines, book)
            continue
        for holds in by_end(every) if isinstance(rule, CheckRule | PayFirstRule) else (every,):
            until = _opens_at(rule, holds.values())
            if until is None or _unplanned(kitchen, rule, holds.values()):
                continue
            since = min(hold.since for hold in holds.values())
            if isinstance(rule, PayFirstRule) and not is_paused:
                plan = partial(unpaid_in_time, book.cashier, rule, kitchen, visit.id, (*holds,))
                name = ("unpaid", rule.id, str(until), str(since))
                yield _Due(until, visit.id, name, None, plan)
                continue
            make = partial(_release, kitchen, visit.id, rule_id, rule, holds)
            yield _Due(until, visit.id, ("open", rule_id, str(since)), make)


def _paced(
    rule: AnyPace, kitchen: Kitchen, visit: Visit, lines: _Lines, book: Book
) -> Iterator[_Due]:
    """Yield each end of what a pace rule holds; what then becomes of it is planned anew."""
    for until in ends(visit.id, rule, lines):
        plan = partial(_at_end, rule, kitchen, visit, book, until)
        yield _Due(until, visit.id, ("pace", rule.id, str(until)), None, plan)


def _at_end(
    rule: AnyPace, kitchen: Kitchen, visit: Visit, book: Book, until: Instant, now: Instant
) -> Iterable[Fact]:
    return on_time(rule, party_of(book.pace, kitchen, visit, now), until)


def _release(
    kitchen: Kitchen,
    visit: VisitId,
    rule_id: RuleId,
    rule: WaitRule | CheckRule | PayFirstRule | None,
    holds: dict[LineKey, Hold],
) -> Fact:
    opening = _opening(kitchen, rule, holds.values())
    return HoldReleased(visit, tuple(holds), rule_id, opening)


def _holds_by_rule(visit: VisitId, lines: _Lines) -> dict[RuleId, dict[LineKey, Hold]]:
    found: dict[RuleId, dict[LineKey, Hold]] = {}
    for _, line in lines:
        for hold in line.holds:
            if hold.visit == visit and hold.rule not in HELD_BY_PEOPLE:
                found.setdefault(hold.rule, {})[line.key] = hold
    return found


def _opens_at(rule: HoldingRule | None, holds: Iterable[Hold]) -> Instant | None:
    """Return when the holds open by themselves; those of a rule that is gone open at once."""
    if rule is None:
        return min(hold.since for hold in holds)
    return min((hold.until for hold in holds if hold.until is not None), default=None)


def _opening(
    kitchen: Kitchen, rule: WaitRule | CheckRule | PayFirstRule | None, holds: Iterable[Hold]
) -> Opening:
    """Return whether this is a time-out that counts against the rule.

    A hold that a pause has planned to open was given less than the rule's time: that says
    nothing of the rule, also when the rule has been resumed meanwhile.
    """
    if rule is None or _paused_at(kitchen, rule.id) is not None:
        return Opening.PAUSED
    full = any(h.until is not None and h.until - h.since >= rule.timeout_s * 1000 for h in holds)
    return Opening.TIMEOUT if full else Opening.PAUSED


def _paused_at(kitchen: Kitchen, rule: RuleId) -> Instant | None:
    state = kitchen.rules.get(rule)
    return None if state is None else state.paused_at


# --- a paused rule lets go -----------------------------------------------------------------


def _unplanned(kitchen: Kitchen, rule: HoldingRule | None, holds: Iterable[Hold]) -> bool:
    """The rule was paused after these holds were placed, and they have no turn yet."""
    paused_at = None if rule is None else _paused_at(kitchen, rule.id)
    if paused_at is None:
        return False
    return any(hold.since < paused_at or hold.until is None for hold in holds)


def _unscheduled(
    kitchen: Kitchen, visit: Visit, book: Book
) -> Iterator[tuple[HoldingRule, Instant]]:
    """Yield the paused rules whose holds in this visit need a turn, and since when."""
    if not kitchen.rules or visit.merged_into is not None or visit.removed:
        return
    for rule_id, holds in _holds_by_rule(visit.id, lines_in(kitchen, visit)).items():
        rule = book.hold_rule(rule_id)
        paused_at = _paused_at(kitchen, rule_id)
        if rule is not None and paused_at is not None and _unplanned(kitchen, rule, holds.values()):
            yield rule, paused_at


def _rescheduled(kitchen: Kitchen, visits: Iterable[Visit], book: Book, now: Instant) -> list[_Due]:
    """Return the turns that the tables of paused rules get: the oldest first, n a minute."""
    waiting: dict[RuleId, list[tuple[Instant, VisitId, dict[LineKey, Hold]]]] = {}
    rules: dict[RuleId, HoldingRule] = {}
    for visit in visits:
        for rule, _ in _unscheduled(kitchen, visit, book):
            holds = _holds_by_rule(visit.id, lines_in(kitchen, visit))[rule.id]
            since = min(hold.since for hold in holds.values())
            waiting.setdefault(rule.id, []).append((since, visit.id, holds))
            rules[rule.id] = rule
    found: list[_Due] = []
    for rule_id, tables in waiting.items():
        tables.sort(key=lambda table: table[:2])
        for number, (_, visit_id, holds) in enumerate(tables, 1):
            until = Instant(now + number * 60_000 // rules[rule_id].tables_per_minute)
            found += _turns(rule_id, visit_id, holds, until, now)
    return found


def _turns(
    rule: RuleId, visit: VisitId, holds: dict[LineKey, Hold], until: Instant, now: Instant
) -> Iterator[_Due]:
    """Yield the same holds once more, with the table's turn as their end."""
    since = min(hold.since for hold in holds.values())
    for gate in Gate:
        keys = tuple(key for key, hold in holds.items() if hold.gate is gate)
        if keys:
            reason = holds[keys[0]].reason
            # No portions: what is held stays held, what was let go meanwhile stays free.
            fact = HoldPlaced(visit, keys, rule, gate, reason, until, portions=_NONE)
            yield _Due(now, visit, ("turn", rule, gate, str(since)), partial(_same, fact))


def _same(fact: Fact) -> Fact:
    return fact


# --- lateness ------------------------------------------------------------------------------


def _late(visit: VisitId, order: Order, line: Line, book: Book) -> Iterator[_Due]:
    """Yield the limits that the line has not passed yet, by its clock in this visit."""
    limits = book.limits(order.fields, line)
    since = aging_since(order.fields, line, visit, limits)
    if since is None:
        return
    passed = {over.level for over in line.overtime if over.rule == limits.rule}
    for level, limit_s in levels(limits):
        if level not in passed:
            make = partial(
                LineLate, visit, line.key, level, limits.rule, limit_s, limits.clock.value
            )
            parts = ("late", *line.key, limits.rule, level)
            yield _Due(Instant(since + limit_s * 1000), visit, parts, make)


def _overtime(rule: OvertimeRule, visit: Visit, lines: _Lines, book: Book) -> Iterator[_Due]:
    """Yield the next time of each step of an overtime rule."""
    for wait in waits(rule, visit, lines, serve_step=book.serve_step, zone=book.zone_info):
        for next_ in coming(rule, visit, wait, book.zone_info):
            parts = ("overtime", rule.id, str(next_.step), str(next_.time), str(wait.since))
            make = partial(_reached, rule, visit.id, wait, next_)
            yield _Due(next_.at, visit.id, (*parts, *(wait.line or ())), make)


def _reached(rule: OvertimeRule, visit: VisitId, wait: Wait, next_: Coming) -> Fact:
    step = rule.steps[next_.step - 1]
    return OvertimeReached(
        visit,
        rule.id,
        next_.step,
        next_.time,
        wait.since,
        step.after_s,
        wait.lines,
        step.tell,
        wait.line,
    )


# --- ids -----------------------------------------------------------------------------------


def _id(kitchen: Kitchen, item: _Due) -> EventId:
    """Return the event's id, in which no part can be taken for another.

    A visit may end and leave more than once, so there the last log place that touched it counts.
    """
    parts = (item.visit, *item.id)
    if item.id[0] in (_END, _ARCHIVE):
        parts = (*parts, str(_touched(kitchen, item.visit)))
    return EventId("t:" + ":".join(quote(part, safe="/#@") for part in parts))


def _touched(kitchen: Kitchen, visit_id: VisitId) -> int:
    visit = kitchen.visits[visit_id]
    orders = (kitchen.orders.get(key) for key in visit.orders)
    seqs = [line.seq for line in kitchen.lines_of(visit)]
    return max([visit.seq, *seqs, *(order.seq for order in orders if order is not None)])
