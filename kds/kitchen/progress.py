"""How portion groups of one line change: split, shift, grow, void, and keep their chain.

Pure functions from line to line; `evolve` calls them, `decide` plans with the same selection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

from kds.kitchen.changing import replace
from kds.kitchen.ids import Instant, VisitId, is_pass
from kds.kitchen.orders import Gate, Line, Routing
from kds.kitchen.portions import ADVANCEMENT, OPEN, TRANSITIONS, Group, Move, PortionState
from kds.kitchen.sight import Sight

_ZERO = Decimal(0)
_S = PortionState


def by_age(group: Group) -> tuple[int, int]:
    """Sort key: oldest first."""
    return (group.fired_at or 0, group.seq)


def by_youth(group: Group) -> tuple[int, int]:
    """Sort key: the youngest first, so that a hold leaves the clocks of older portions alone."""
    return (-(group.fired_at or 0), -group.seq)


def by_latest_done(group: Group) -> tuple[int, int]:
    """Sort key: what was finished last comes first, for a recall."""
    done = group.served_at or group.ready_at or group.started_at or 0
    return (-done, -group.seq)


def by_least_advanced(group: Group) -> tuple[int, int]:
    """Sort key: the least advanced first, the youngest of them first, for a void."""
    return (ADVANCEMENT[group.state], -(group.fired_at or 0))


def by_most_advanced(group: Group) -> tuple[int, int]:
    """Sort key: what has come furthest first, the oldest of it first."""
    rank, age = by_least_advanced(group)
    return (-rank, -age)


def is_known(group: Group, sight: Sight, move: Move, view: str | None) -> bool:
    """Somebody with that `sight` in `view` had the portions before them.

    At a station they appear when the step before lets them through; the pass saw them all along.
    """
    works_at_step = move in (Move.START, Move.BUMP) and not is_pass(view)
    return sight.has(group.seq if works_at_step else group.since or group.seq)


def shift(
    groups: Iterable[Group],
    chosen: Callable[[Group], bool],
    portions: Decimal,
    change: Callable[[Group], Group],
    key: Callable[[Group], tuple[int, int]] = by_age,
) -> tuple[Group, ...]:
    """Change `portions` of the `chosen` groups in the order of `key`, splitting one if needed."""
    kept: list[Group] = []
    candidates: list[Group] = []
    for group in groups:
        (candidates if chosen(group) else kept).append(group)
    left = portions
    for group in sorted(candidates, key=key):
        part = max(_ZERO, min(left, group.portions))
        left -= part
        if part == group.portions:
            kept.append(change(group))
        elif part > 0:
            kept.append(change(replace(group, portions=part)))
            kept.append(replace(group, portions=group.portions - part))
        else:
            kept.append(group)
    return tidy(kept)


def tidy(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Join groups that share state and history, in a fixed order."""
    joined: dict[object, Group] = {}
    for group in groups:
        history = _history(group)
        same = joined.get(history)
        if same is not None:
            joined[history] = replace(same, portions=same.portions + group.portions)
        elif group.portions > 0:
            joined[history] = group
    return tuple(sorted(joined.values(), key=_in_order))


_history = attrgetter(*(f.name for f in fields(Group) if f.name != "portions"))


def _in_order(group: Group) -> tuple[int, VisitId, int, int]:
    return (group.step, group.visit, group.seq, ADVANCEMENT[group.state])


def moved(group: Group, move: Move, at: Instant, seq: int, device: str = "") -> Group:
    """Return `group` after `move`, with the clocks that this move sets or clears.

    A hand that reports late never makes a portion older than what it already went through.
    """
    return replace(
        group,
        state=TRANSITIONS[move][group.state],
        device=device or group.device,
        **_marks(group, move, at, seq),
    )


def _marks(group: Group, move: Move, at: Instant, seq: int) -> dict[str, Any]:
    """Return the clocks and log places that `move` sets or clears."""
    match move:
        case Move.START:
            at = max(at, group.fired_at or at)
            return {"started_at": at, "fired_at": group.fired_at or at}
        case Move.BUMP:
            at = max(at, group.started_at or group.fired_at or at)
            return {"ready_at": at, "fired_at": group.fired_at or at}
        case Move.SERVE:
            at = max(at, group.ready_at or group.started_at or group.fired_at or at)
            return {"served_at": at, "ready_at": group.ready_at or at}
        case Move.RECALL:  # the clock of what was undone is taken back, that of cooking goes on
            return {_UNDONE_CLOCK[group.state]: None, "seq": seq, "since": 0}
        case Move.HOLD | Move.RETURN_CHAIN:
            return {"fired_at": None}
        case Move.FIRE:
            return {"fired_at": at, "seq": seq, "since": 0}
        case Move.RELEASE_CHAIN:
            return {"fired_at": at, "seq": seq, "since": group.since or group.seq}
        case Move.VOID:
            return {"voided_at": at, "seq": seq, "since": 0, "acknowledged": False}


_UNDONE_CLOCK = {_S.SERVED: "served_at", _S.READY: "ready_at", _S.COOKING: "started_at"}


def grow(line: Line, portions: Decimal, visit: VisitId, at: Instant, seq: int) -> Line:
    """Add portions to every step: waiting behind earlier steps, held by a start hold, or queued."""
    held = any(h.gate is Gate.START and h.visit == visit for h in line.holds)
    fresh = new_groups(line.routing, portions, visit, at, seq, is_held=held)
    if not line.groups:
        return replace(line, groups=fresh, ordered=line.ordered + portions, seq=seq)
    groups = list(line.groups)
    for group in fresh:
        host = _host(groups, group) if line.is_weighed else None
        if host is None:
            groups.append(group)
        else:
            groups.remove(host)
            groups.append(replace(host, portions=host.portions + portions))
    return replace(line, groups=tidy(groups), ordered=line.ordered + portions, seq=seq)


def _host(groups: Iterable[Group], fresh: Group) -> Group | None:
    """Return the group that `fresh` joins: a weighed dish weighed again stays one, until ready."""
    states = (_S.WAITING,) if fresh.state is _S.WAITING else OPEN - {_S.WAITING}
    return next(
        (g for g in groups if (g.step, g.visit) == (fresh.step, fresh.visit) and g.state in states),
        None,
    )


def new_groups(
    routing: Routing,
    portions: Decimal,
    visit: VisitId,
    at: Instant,
    seq: int,
    *,
    is_held: bool,
) -> tuple[Group, ...]:
    """Return the groups of portions that were just ordered, one for each step."""
    first = _S.HELD if is_held else _S.QUEUED
    fired_at = None if is_held else at
    return tuple(
        Group(index, _S.WAITING, portions, visit, seq)
        if step.after
        else Group(index, first, portions, visit, seq, fired_at)
        for index, step in enumerate(routing.steps)
    )


def void(line: Line, portions: Decimal, visit: VisitId, at: Instant, seq: int) -> Line:
    """Void portions in `visit`, least advanced first; served ones never. All steps alike."""
    groups = line.groups
    for index in range(len(line.routing.steps)):
        groups = _void_step(groups, index, portions, visit, at, seq)
    return replace(line, groups=groups)


def _void_step(
    groups: tuple[Group, ...],
    step: int,
    portions: Decimal,
    visit: VisitId,
    at: Instant,
    seq: int,
) -> tuple[Group, ...]:
    def strike(group: Group) -> Group:
        unseen = group.state is _S.WAITING or group.seq == seq
        return replace(moved(group, Move.VOID, at, seq), acknowledged=unseen)

    return shift(
        groups,
        lambda g: g.step == step and g.visit == visit and g.state in _VOIDABLE,
        portions,
        strike,
        by_least_advanced,
    )


_VOIDABLE = frozenset(TRANSITIONS[Move.VOID])


def voidable(line: Line, visit: VisitId | None = None) -> Decimal:
    """Return the portions that may still be voided: neither void nor served."""
    return sum(
        (
            g.portions
            for g in line.groups
            if g.step == 0 and g.state in _VOIDABLE and (visit is None or g.visit == visit)
        ),
        _ZERO,
    )


def keep_chain(line: Line, at: Instant, seq: int) -> Line:
    """Queue what the steps before have finished; send back what they have not (after a recall)."""
    if not any(step.after for step in line.routing.steps):
        return line
    groups = line.groups
    for visit in dict.fromkeys(g.visit for g in groups):
        for index, step in enumerate(line.routing.steps):
            if step.after:
                groups = _keep_step(groups, index, step.after, visit, at, seq)
    return line if groups == line.groups else replace(line, groups=groups)


def _keep_step(
    groups: tuple[Group, ...],
    index: int,
    after: tuple[int, ...],
    visit: VisitId,
    at: Instant,
    seq: int,
) -> tuple[Group, ...]:
    def count(step: int, *states: PortionState) -> Decimal:
        return sum(
            (
                g.portions
                for g in groups
                if g.step == step and g.visit == visit and g.state in states
            ),
            _ZERO,
        )

    done = min(count(before, _S.READY, _S.SERVED) for before in after)
    begun = count(index, _S.QUEUED, _S.COOKING, _S.READY, _S.SERVED, _S.HELD)
    move = Move.RELEASE_CHAIN if done > begun else Move.RETURN_CHAIN
    source = _S.WAITING if done > begun else _S.QUEUED
    if done == begun:
        return groups
    return shift(
        groups,
        lambda g: g.step == index and g.visit == visit and g.state is source,
        abs(done - begun),
        lambda g: moved(g, move, at, seq),
    )


def drop_idle_holds(line: Line) -> Line:
    """Forget start holds that hold nothing any more."""
    held = {g.visit for g in line.groups if g.state is _S.HELD}
    holds = tuple(h for h in line.holds if h.gate is not Gate.START or h.visit in held)
    return line if len(holds) == len(line.holds) else replace(line, holds=holds)
