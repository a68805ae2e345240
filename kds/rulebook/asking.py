"""What of a line may be kept back before anybody begins it: its dishes, and what has just come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from kds.kitchen.ids import Instant, LineKey, RuleId, VisitId
from kds.kitchen.orders import Hold, Line, Order
from kds.kitchen.portions import PortionState

_NONE = Decimal(0)
_TO_BEGIN = frozenset({PortionState.QUEUED, PortionState.HELD})


def dishes_of(order: Order, line: Line) -> list[Line]:
    """Return what is cooked of a line: itself, or the parts of a set, however deep."""
    if line.routing.steps:
        return [line]
    parts = order.by_parent()
    found: list[Line] = []
    waiting = [*parts.get(line.key.line_id, ())]
    seen = {line.key.line_id}
    while waiting:
        part = waiting.pop(0)
        if part.key.line_id in seen:
            continue
        seen.add(part.key.line_id)
        found += [part] if part.routing.steps else []
        waiting += parts.get(part.key.line_id, ())
    return found


def fresh_portions(order: Order, line: Line) -> dict[VisitId, Decimal | None]:
    """Return what the order's latest revision brought and nobody has begun, by visit.

    None: there is nothing else of the line there that could still be begun.
    """
    found: dict[VisitId, Decimal | None] = {}
    to_begin = [group for group in line.groups if group.state in _TO_BEGIN]
    fresh = [group for group in to_begin if group.seq == order.seq]
    for visit in dict.fromkeys(group.visit for group in fresh):
        here = [group for group in fresh if group.visit == visit]
        is_all = all(g in here for g in to_begin if g.visit == visit)
        steps: dict[int, Decimal] = {}
        for group in here:
            steps[group.step] = steps.get(group.step, _NONE) + group.portions
        found[visit] = None if is_all else max(steps.values())
    return found


def is_held(line: Line, visit: VisitId, rule: RuleId) -> bool:
    """The rule holds something of the line there."""
    return any(hold.rule == rule and hold.visit == visit for hold in line.holds)


def is_queued(order: Order, line: Line, visit: VisitId) -> bool:
    """Something that has just come could be begun there."""
    queued = (g for g in line.groups if g.state is PortionState.QUEUED and g.visit == visit)
    return any(group.seq == order.seq for group in queued)


def by_end(holds: Mapping[LineKey, Hold]) -> Iterable[dict[LineKey, Hold]]:
    """Return holds that end together, together."""
    ends: dict[Instant | None, dict[LineKey, Hold]] = {}
    for key, hold in holds.items():
        ends.setdefault(hold.until, {})[key] = hold
    return ends.values()
