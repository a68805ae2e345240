"""Pre-plated dishes: ready as soon as no rule and no person holds them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.order_facts import Moved, PortionsMoved
from kds.kitchen.portions import Move, PortionState, amount
from kds.kitchen.state import Kitchen


def plated(kitchen: Kitchen, visit: VisitId, now: Instant) -> list[PortionsMoved]:
    """Return that the pre-plated dishes of a visit which may go are ready.

    To be asked when the rules have said all they have to say: what waits for its payment or its
    course is not handed out before.
    """
    items = tuple(_queued(kitchen, visit))
    return [PortionsMoved(visit, Move.BUMP, None, items, now)] if items else []


def _queued(kitchen: Kitchen, visit: VisitId) -> Iterator[Moved]:
    for line in kitchen.lines_of(kitchen.visits[visit]):
        if line.routing.is_preplated:
            for step in range(len(line.routing.steps)):
                here = (g for g in line.groups if g.step == step and g.visit == visit)
                portions = amount(here, (PortionState.QUEUED,))
                if portions > 0:
                    yield Moved(line.key, step, PortionState.QUEUED, portions)
