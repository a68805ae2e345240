"""Counting portions: per step, per line, and for the shell of a set from its children."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from kds.kitchen.ids import LineId, VisitId
from kds.kitchen.orders import Line, Order
from kds.kitchen.portions import Counts, Group, PortionState

Inner = Mapping[LineId, Sequence[Line]]
"""The parts of each set of an order."""

DEEPEST = 32
"""Sets deeper inside sets are not counted: no till nests like that, but a faulty one may."""

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
    inner: dict[LineId, list[Line]] = {}
    for part in order.lines.values():
        if part.content.parent is not None:
            inner.setdefault(part.content.parent, []).append(part)
    return _shell_counts(order, inner, line, visit, frozenset())


def _shell_counts(
    order: Order, inner: Inner, shell: Line, visit: VisitId | None, above: frozenset[LineId]
) -> Counts:
    """Derive a shell's portions: it is only as far as the child that is furthest behind."""
    total = shell.ordered
    if total <= 0 or shell.key.line_id in above or len(above) >= DEEPEST:
        return Counts()
    above |= {shell.key.line_id}
    children = [
        line_counts(order, part, visit)
        if part.routing.steps
        else _shell_counts(order, inner, part, visit, above)
        for part in inner.get(shell.key.line_id, ())
    ]
    living = [c for c in children if c.live > 0]
    void = total - max(_ZERO, min(total, shell.content.quantity))
    if not living:
        return Counts(void=total)
    live = total - void

    def whole(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
        return min((live * part // of for part, of in parts), default=_ZERO)

    served = whole((c.served, c.live) for c in living)
    done = whole((c.served + c.ready, c.live) for c in living)
    untouched = min(whole((c.held + c.queued, c.live) for c in living), live - done)
    held = min(whole((c.held, c.live) for c in living), untouched)
    return Counts(held, untouched - held, live - done - untouched, done - served, served, void)


def to_cook(order: Order, visit: VisitId | None = None) -> Decimal:
    """Return how many portions of `order` are not ready yet, in `visit` or anywhere."""
    return sum(
        (line_counts(order, ln, visit).to_cook for ln in order.lines.values() if ln.routing.steps),
        _ZERO,
    )
