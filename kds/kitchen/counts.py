"""Counting portions: per step, per line, and for the shell of a set from its children."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_CEILING, Decimal

from kds.kitchen.ids import VisitId
from kds.kitchen.orders import Line, Order
from kds.kitchen.portions import Counts, Group, PortionState, amount

_ZERO = Decimal(0)
_S = PortionState
_UNTOUCHED = (_S.WAITING, _S.HELD, _S.QUEUED)


def last_steps(line: Line) -> tuple[int, ...]:
    """Return the steps that no other step waits for: the line is ready when these are."""
    waited_for = {index for step in line.routing.steps for index in step.after}
    return tuple(i for i in range(len(line.routing.steps)) if i not in waited_for)


def by_state(groups: Iterable[Group], step: int, visit: VisitId | None) -> dict[_S, Decimal]:
    """Return the portions of `step` by state, in `visit` or in all visits."""
    totals: dict[_S, Decimal] = {}
    for group in groups:
        if group.step == step and (visit is None or group.visit == visit):
            totals[group.state] = totals.get(group.state, _ZERO) + group.portions
    return totals


def _combine(steps: Sequence[dict[_S, Decimal]], final: Sequence[dict[_S, Decimal]]) -> Counts:
    """Count portions over several steps; a portion is ready when it is in every `final` one.

    Served and void portions are the same in every step, because serving and voiding reach all.
    """
    if not steps:
        return Counts()
    first = steps[0]
    void, served = first.get(_S.VOID, _ZERO), first.get(_S.SERVED, _ZERO)
    live = sum(first.values(), _ZERO) - void
    ready = min(s.get(_S.READY, _ZERO) for s in final)
    untouched = min(sum((s.get(x, _ZERO) for x in _UNTOUCHED), _ZERO) for s in steps)
    held = min(s.get(_S.HELD, _ZERO) + s.get(_S.WAITING, _ZERO) for s in steps)
    return Counts(
        held=held,
        queued=untouched - held,
        cooking=live - served - ready - untouched,
        ready=ready,
        served=served,
        void=void,
    )


def step_counts(line: Line, steps: Sequence[int], visit: VisitId | None = None) -> Counts:
    """Return the portions of `line` as a station sees them that does `steps` of it."""
    counted = [by_state(line.groups, step, visit) for step in steps]
    return _combine(counted, counted)


def line_counts(order: Order, line: Line, visit: VisitId | None = None) -> Counts:
    """Return the portions of `line` over all its steps; a shell counts by its children."""
    if line.routing.steps:
        count = range(len(line.routing.steps))
        counted = [by_state(line.groups, step, visit) for step in count]
        return _combine(counted, [counted[i] for i in last_steps(line)])
    return _shell_counts(order, line, visit)


def _shell_counts(order: Order, shell: Line, visit: VisitId | None) -> Counts:
    """Derive a set's portions: it is only as far as the part that is furthest behind."""
    parts = _parts(order, shell)
    if not any(part.ordered for part in parts):
        # Nobody cooks it: without portions it lies in no visit but the one that lists it.
        live = min(shell.ordered, max(_ZERO, shell.content.quantity))
        return Counts(ready=live, void=shell.ordered - live)
    total = shell.ordered if visit is None else _share(shell.ordered, parts, visit)
    if total <= 0:
        return Counts()
    live = min(total, max(_ZERO, shell.content.quantity))
    living = [c for c in (line_counts(order, part, visit) for part in parts) if c.live > 0]
    if not living:
        return Counts(void=total)

    def whole(count: Callable[[Counts], Decimal]) -> Decimal:
        """Return how many sets have all of what is counted of each part."""
        return min(live if count(c) == c.live else live * count(c) // c.live for c in living)

    served = whole(lambda c: c.served)
    done = whole(lambda c: c.served + c.ready)
    untouched = min(whole(lambda c: c.held + c.queued), live - done)
    held = min(whole(lambda c: c.held), untouched)
    cooking = live - done - untouched
    return Counts(held, untouched - held, cooking, done - served, served, total - live)


def _parts(order: Order, shell: Line) -> list[Line]:
    """Return what is cooked of a set, of sets inside of it too, however deep."""
    children = order.by_parent()
    found: list[Line] = []
    known = {shell.key.line_id}
    waiting = [shell.key.line_id]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child.key.line_id in known:
                continue
            known.add(child.key.line_id)
            if child.routing.steps:
                found.append(child)
            else:
                waiting.append(child.key.line_id)
    return found


def _share(sets: Decimal, parts: Iterable[Line], visit: VisitId) -> Decimal:
    """Return how many of the sets have something in `visit`."""
    most = _ZERO
    for part in parts:
        here = amount(g for g in part.groups if g.step == 0 and g.visit == visit)
        if here > 0:
            share = (sets * here / part.ordered).to_integral_value(ROUND_CEILING)
            most = max(most, min(sets, share))
    return most


def to_cook(order: Order, visit: VisitId | None = None) -> Decimal:
    """Return how many portions of `order` are not ready yet, in `visit` or anywhere."""
    return sum(
        (line_counts(order, ln, visit).to_cook for ln in order.lines.values() if ln.routing.steps),
        _ZERO,
    )
