"""The mechanism *courses* at work: each waits for enough of the one before. Pure.

A course is called when nothing of it waits by the rule. The first one that was ordered is called
at once; a dish that comes when its course, or a later one, is called is not held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from kds.kitchen.counts import line_counts
from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey
from kds.kitchen.order_facts import Opening
from kds.kitchen.orders import Hold, Line, Order
from kds.rulebook.folding import fold
from kds.rulebook.pace import CourseRule
from kds.rulebook.party import Party, placed, released

_ALL = 100
_Stages = Mapping[int, Sequence[tuple[Order, Line]]]


def courses(rule: CourseRule, party: Party) -> Iterator[Fact]:
    """Yield what opens the next course, what waits for it, and until when at the latest."""
    stages = _stages(rule, party)
    held = party.held(rule.id)
    freed = _freed(rule, party, stages, held)
    yield from released(rule, party, freed)
    waiting = {key: hold for key, hold in held.items() if key not in freed}
    if party.is_paused(rule):
        return
    fresh = [*_fresh(rule, party, stages, waiting)]
    latest = Instant(party.now + rule.after_s * 1000)
    following = _following(party, stages, {*waiting, *fresh}, freed)
    untimed = {key for key in following if key in waiting and waiting[key].until is None}
    ends = (waiting[key].until for key in following if key in waiting and key not in untimed)
    end = next(ends, None) or latest  # one course, one end
    yield from placed(rule, party, {key: end if key in following else None for key in fresh})
    yield from placed(rule, party, dict.fromkeys(untimed, end), again=True)


def stage_of(rule: CourseRule, line: Line) -> int | None:
    """Return the number of a line's course, from 0; None if it is in none."""
    return stage_for(rule, line.content.course, line.routing.menu_class)


def stage_for(rule: CourseRule, course: str | None, menu_class: str) -> int | None:
    """Return the number of the course of such a dish: as the till calls it, else by its class."""
    course = fold(course or "")
    named = (n for n, stage in enumerate(rule.stages) if course and course in stage.courses)
    by_class = (n for n, stage in enumerate(rule.stages) if menu_class in stage.classes)
    return next(named, next(by_class, None))


def _stages(rule: CourseRule, party: Party) -> _Stages:
    """Return the courses of which something was ordered and lives, in their order."""
    found: dict[int, list[tuple[Order, Line]]] = {}
    for order, line in party.mine(rule):
        number = stage_of(rule, line)
        if number is not None:
            found.setdefault(number, []).append((order, line))
    return dict(sorted(found.items()))


def _freed(
    rule: CourseRule, party: Party, stages: _Stages, held: Mapping[LineKey, Hold]
) -> dict[LineKey, Opening]:
    """Return the lines whose course is due now, and those that wait for nothing any more."""
    freed: dict[LineKey, Opening] = {}
    before: Sequence[tuple[Order, Line]] = ()
    for lines in stages.values():
        waiting = [line.key for _, line in lines if line.key in held]
        if not before:
            freed |= dict.fromkeys(waiting, Opening.VOID)
        elif any(line.key in held for _, line in before):
            return freed
        elif is_out(rule, party, before):
            freed |= dict.fromkeys(waiting, Opening.STATE)
            if waiting:
                return freed  # the one after it waits for this one
        before = lines
    return freed


def is_out(rule: CourseRule, party: Party, lines: Iterable[tuple[Order, Line]]) -> bool:
    """Enough of a course is out for the next one to start."""
    counts = [line_counts(order, line, party.visit.id) for order, line in lines]
    live = sum((c.live for c in counts), Decimal(0))
    served = sum((c.served for c in counts), Decimal(0))
    ready = served + sum((c.ready for c in counts), Decimal(0))
    gone = served if party.pace.serve_step else ready  # where nobody marks more than ready
    return any(
        percent is not None and done * _ALL >= live * percent
        for done, percent in ((gone, rule.served_percent), (ready, rule.ready_percent))
    )


def _fresh(
    rule: CourseRule, party: Party, stages: _Stages, waiting: Mapping[LineKey, Hold]
) -> Iterator[LineKey]:
    """Yield the lines that have just come and whose course is not called yet."""
    called = max(
        (
            number
            for number, lines in stages.items()
            if not any(line.key in waiting for _, line in lines)
            and not all(party.has_just_come(*each) for each in lines)
            and not all(party.is_kept(line) for _, line in lines)
        ),
        default=-1,
    )
    before: Sequence[tuple[Order, Line]] = ()
    for number, lines in stages.items():
        if before and number > called and not _is_through(rule, party, before, waiting):
            yield from (ln.key for order, ln in lines if party.is_fresh(rule, order, ln))
        before = lines


def _is_through(
    rule: CourseRule,
    party: Party,
    lines: Sequence[tuple[Order, Line]],
    waiting: Mapping[LineKey, Hold],
) -> bool:
    return not any(line.key in waiting for _, line in lines) and is_out(rule, party, lines)


def _following(
    party: Party, stages: _Stages, waiting: set[LineKey], freed: Mapping[LineKey, Opening]
) -> frozenset[LineKey]:
    """Return what waits of the first course of which anything waits, once the one before is called.

    That is not so while something else keeps all of it back: a till, a person, its due time.
    """
    before: Sequence[tuple[Order, Line]] = ()
    for lines in stages.values():
        found = frozenset(line.key for _, line in lines if line.key in waiting)
        if found:
            is_called = any(not party.is_kept(ln) or ln.key in freed for _, ln in before)
            return found if is_called else frozenset()
        before = lines
    return frozenset()
