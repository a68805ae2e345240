"""When an ended visit may leave the state, so that nothing that still lives goes with it."""

from __future__ import annotations

from collections.abc import Iterator

from kds.kitchen.ids import VisitId
from kds.kitchen.orders import Order
from kds.kitchen.portions import OPEN
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit


def can_archive(kitchen: Kitchen, visit: Visit) -> bool:
    """The visit has ended, nobody works on it, and no order goes that lives on elsewhere."""
    if visit.ended_at is None:
        return False
    if not visit.removed and any(_is_worked_on(kitchen, visit)):
        return False
    orders = (kitchen.orders.get(key) for key in visit.orders)
    return not any(
        next(homes_elsewhere(kitchen, order), None) is not None
        for order in orders
        if order is not None and order.visit == visit.id
    )


def _is_worked_on(kitchen: Kitchen, visit: Visit) -> Iterator[bool]:
    for line in kitchen.lines_of(visit):
        for group in line.groups:
            yield group.visit == visit.id and group.state in OPEN


def homes_elsewhere(kitchen: Kitchen, order: Order) -> Iterator[VisitId]:
    """Yield the other visits where somebody may still ask for the order's portions.

    Those that are open, and ended ones where some are still worked on.
    """
    for line in order.lines.values():
        for group in line.groups:
            visit = kitchen.visits.get(group.visit) if group.visit != order.visit else None
            if visit is None or visit.removed:
                continue
            if visit.ended_at is None or group.state in OPEN:
                yield visit.id
