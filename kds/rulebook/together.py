"""The mechanism *finish together* at work: what is quickly made waits for what takes longest. Pure.

The plan follows from what is there, so it is made anew whenever something happens: what takes
longest is never held, begins late, is ready early or void. Only ends that differ are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey
from kds.kitchen.order_facts import HoldReleased, Opening
from kds.kitchen.orders import Gate, Hold, Line
from kds.kitchen.portions import PortionState
from kds.kitchen.wording import Wording
from kds.rulebook.pace import TogetherRule
from kds.rulebook.party import LEAST_MS, Party, is_over, placed, released
from kds.rulebook.templates import filled

_S = PortionState
_AT_ONCE = frozenset({Opening.OVERRIDE, Opening.RUSHED})
_TO_COOK = frozenset({_S.QUEUED, _S.COOKING, _S.WAITING})


class Dish(NamedTuple):
    """A dish under way or to be started. `begun_at`: None while it waits for its start."""

    line: Line
    prep_ms: int
    begun_at: Instant | None


def together(rule: TogetherRule, party: Party) -> Iterator[Fact]:
    """Yield what waits for the longest dish, and what need not any more."""
    held = party.held(rule.id)
    called = set() if party.is_paused(rule) else {line.key for line in _called(rule, party)}
    if not held and not called:
        return
    dishes = [*_dishes(rule, party, held, called)]
    yield from _planned(rule, party, dishes, held, called)


def on_time(rule: TogetherRule, party: Party, held: Mapping[LineKey, Hold]) -> Iterator[Fact]:
    """Yield what becomes of `held` lines whose time has come: they start, or are late as others."""
    mine = party.held(rule.id)
    dishes = [*_dishes(rule, party, mine, set())]
    ends = {} if party.is_paused(rule) else _ends(rule, party, dishes, {*mine})
    ends = {key: end for key, end in ends.items() if end >= party.now + LEAST_MS}
    gone = {key: Opening.PLANNED for key in held if key not in ends}
    yield from released(rule, party, gone)
    later: dict[LineKey, Instant | None] = {k: end for k, end in ends.items() if k in held}
    yield from placed(rule, party, later, reason=_reason(rule, dishes), again=True)


def _planned(
    rule: TogetherRule,
    party: Party,
    dishes: list[Dish],
    held: Mapping[LineKey, Hold],
    called: set[LineKey],
) -> Iterator[Fact]:
    ends = _ends(rule, party, dishes, {*held, *called})
    known = {dish.line.key for dish in dishes}
    freed = {k: Opening.STATE for k in held if k in known and ends[k] <= party.now}
    yield from released(rule, party, freed)
    reason = _reason(rule, dishes)
    fresh: dict[LineKey, Instant | None] = {
        key: end for key, end in ends.items() if key in called and end >= party.now + LEAST_MS
    }
    yield from placed(rule, party, fresh, reason=reason)
    moved: dict[LineKey, Instant | None] = {
        key: end
        for key, end in ends.items()
        if key in held and key not in freed and abs((held[key].until or 0) - end) >= LEAST_MS
    }
    yield from placed(rule, party, moved, reason=reason, again=True)


def _ends(
    rule: TogetherRule, party: Party, dishes: list[Dish], waiting: set[LineKey]
) -> dict[LineKey, Instant]:
    """Return until when those of `waiting` would wait; the past means not at all."""
    if not dishes:
        return {}
    finish = max(_finish(rule, party, dish) for dish in dishes)
    return {
        dish.line.key: Instant(finish - dish.prep_ms - rule.within_s * 1000)
        for dish in dishes
        if dish.line.key in waiting
    }


def _finish(rule: TogetherRule, party: Party, dish: Dish) -> Instant:
    """Return when a dish will be ready: from its start, or if it were started now."""
    if dish.begun_at is not None:
        return max(party.now, Instant(dish.begun_at + dish.prep_ms))
    fired = min((g.fired_at for g in party.living(dish.line) if g.fired_at), default=party.now)
    latest = max(fired, min(party.now, Instant(fired + rule.late_start_s * 1000)))
    return max(party.now, Instant(latest + dish.prep_ms))


def _dishes(
    rule: TogetherRule, party: Party, held: Mapping[LineKey, Hold], called: set[LineKey]
) -> Iterator[Dish]:
    """Yield what counts: all that is under way, called, or held by this rule and no other."""
    marks: dict[str, bool] = {}
    for _, line in party.mine(rule):
        prep_s = party.pace.prep_s(line)
        if prep_s is None or is_over(party, line) or _waits_otherwise(rule, party, line):
            continue
        is_waiting = line.key in held or line.key in called
        begun = None if is_waiting else _begun_at(rule, party, line, marks)
        yield Dish(line, prep_s * 1000, begun)


def _waits_otherwise(rule: TogetherRule, party: Party, line: Line) -> bool:
    return line.key in party.taken or any(
        h.gate is Gate.START and h.rule != rule.id and h.visit == party.visit.id for h in line.holds
    )


def _begun_at(
    rule: TogetherRule, party: Party, line: Line, marks: dict[str, bool]
) -> Instant | None:
    """Return since when a dish is made, None if nobody has begun it where starts are marked."""
    groups = [*party.living(line)]
    times = [at for g in groups for at in (g.started_at, g.ready_at) if at is not None]
    if times:
        return min(times)
    station = line.routing.steps[0].station
    if rule.late_start_s > 0:
        if station not in marks:
            marks[station] = _marks_starts(party, station)
        if marks[station]:
            return None
    return min((g.fired_at for g in groups if g.fired_at is not None), default=None)


def _marks_starts(party: Party, station: str) -> bool:
    """Somebody at that station says when a dish is begun; else it is when it is called."""
    return any(
        group.started_at is not None and line.routing.steps[group.step].station == station
        for order in party.kitchen.orders.values()
        for line in order.lines.values()
        for group in line.groups
    )


def _called(rule: TogetherRule, party: Party) -> Iterator[Line]:
    """Yield what may be started from this moment on, by its order or by another rule's release.

    What a person has released is not held again, nor what a guest has asked for, nor what this
    rule has let go.
    """
    opened: dict[LineKey, bool] = {}
    for fact in party.facts:
        if isinstance(fact, HoldReleased) and fact.visit == party.visit.id:
            may = fact.rule != rule.id and fact.opened_by not in _AT_ONCE
            for key in fact.lines:
                opened[key] = may and opened.get(key, True)
    received = party.received()
    for order, line in party.mine(rule):
        is_new = order.key in received and all(g.seq == order.seq for g in party.living(line))
        if opened.get(line.key, is_new) and not party.is_kept(line) and _is_called(party, line):
            yield line


def _is_called(party: Party, line: Line) -> bool:
    """All of it was called just now."""
    return all(
        g.state is _S.WAITING or (g.state is _S.QUEUED and g.fired_at == party.now)
        for g in party.living(line)
    )


def _reason(rule: TogetherRule, dishes: list[Dish]) -> Wording:
    """Return the rule's reason with the dish that takes longest."""
    longest = max(dishes, key=lambda dish: dish.prep_ms, default=None)
    if longest is None:
        return rule.reason
    content = longest.line.content
    names = dict(content.names)
    zh, en = ({"dish": names.get(lang, content.name)} for lang in ("zh", "en"))
    return Wording(filled(rule.reason.zh, zh), filled(rule.reason.en, en))
