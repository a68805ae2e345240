"""When a visit is over by itself, and when the kitchen may forget one that is."""

from __future__ import annotations

from collections.abc import Iterator

from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.messages import Payment
from kds.kitchen.orders import Order
from kds.kitchen.portions import OPEN, Group, PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.rulebook.book import Book

KEPT_CLOSED = 500
"""So many ended visits stay in the state, whatever the hour."""

_KEPT_AFTER_DAY_MS = 2 * 3_600_000
_SETTLED = (Payment.PAID, Payment.REFUNDED)


def ends_at(kitchen: Kitchen, visit: Visit, book: Book) -> Instant | None:
    """Return when an open visit ends by rule as things stand, None if something must happen first.

    So long after all is paid and out, and at the latest with the business day, when nothing is
    left to cook.
    """
    groups = list(groups_of(kitchen, visit))
    if any(group.state in OPEN for group in groups):
        return None
    closing = book.day_end(visit.opened_at)
    after_s = book.data.ending.after_paid_s
    if after_s is None or not _is_out(book, groups) or not _is_settled(kitchen, visit, groups):
        return closing
    return min(closing, Instant(_last_touched(visit, groups) + after_s * 1000))


def _is_out(book: Book, groups: list[Group]) -> bool:
    """Nothing waits at the pass, where dishes are served from there."""
    return not book.serve_step or all(g.state is not PortionState.READY for g in groups)


def _is_settled(kitchen: Kitchen, visit: Visit, groups: list[Group]) -> bool:
    """All orders are paid; a card with nothing to cook must have been noted, too."""
    return all(
        (order.fields.payment in _SETTLED or order.fields.cancelled) and (groups or order.noted)
        for order in _orders(kitchen, visit)
    )


def _last_touched(visit: Visit, groups: list[Group]) -> Instant:
    times = (t for g in groups for t in (g.served_at, g.ready_at, g.voided_at) if t is not None)
    return max(times, default=visit.opened_at)


def archive_at(kitchen: Kitchen, visit: Visit, book: Book) -> Instant | None:
    """Return when an ended visit may leave the state, None while somebody still works on it."""
    if visit.ended_at is None or not can_leave(kitchen, visit):
        return None
    return Instant(book.day_end(visit.ended_at) + _KEPT_AFTER_DAY_MS)


def can_leave(kitchen: Kitchen, visit: Visit) -> bool:
    """Nothing of it is open here, nor anything of its orders in a visit that is not over."""
    if not visit.removed and any(g.state in OPEN for g in groups_of(kitchen, visit)):
        return False
    return not any(_lives_elsewhere(kitchen, order, visit.id) for order in _orders(kitchen, visit))


def _lives_elsewhere(kitchen: Kitchen, order: Order, visit: VisitId) -> bool:
    """Parts of `order`, whose home this visit is, were split off to a visit still in the state."""
    if order.visit != visit:
        return False
    others = {g.visit for line in order.lines.values() for g in line.groups} - {visit}
    return any(other in kitchen.visits for other in others)


def surplus(kitchen: Kitchen) -> Iterator[Visit]:
    """Yield the ended visits beyond those that are kept, oldest first, that may leave."""
    excess = len(kitchen.closed) - KEPT_CLOSED
    for visit_id in kitchen.closed if excess > 0 else ():
        visit = kitchen.visits.get(visit_id)
        if excess > 0 and visit is not None and can_leave(kitchen, visit):
            excess -= 1
            yield visit


def groups_of(kitchen: Kitchen, visit: Visit) -> Iterator[Group]:
    """Yield all portion groups that lie in `visit`."""
    for line in kitchen.lines_of(visit):
        for group in line.groups:
            if group.visit == visit.id:
                yield group


def _orders(kitchen: Kitchen, visit: Visit) -> Iterator[Order]:
    for key in visit.orders:
        order = kitchen.orders.get(key)
        if order is not None:
            yield order
