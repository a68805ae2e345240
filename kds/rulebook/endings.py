"""When a visit is over by itself, and when the kitchen may forget one that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kds.kitchen.closing import can_archive
from kds.kitchen.ids import Instant
from kds.kitchen.messages import Payment
from kds.kitchen.orders import Line, Order
from kds.kitchen.portions import OPEN, Group, PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.rulebook.book import Book
from kds.rulebook.clocks import instant_of

KEPT_CLOSED = 500
"""So many ended visits stay in the state, whatever the hour."""

_KEPT_AFTER_DAY_MS = 2 * 3_600_000
_Lines = Sequence[tuple[Order, Line]]
_SETTLED = (Payment.PAID, Payment.REFUNDED)


def ends_at(kitchen: Kitchen, visit: Visit, lines: _Lines, book: Book) -> Instant | None:
    """Return when an open visit ends by rule as things stand, None if something must happen first.

    So long after all is paid and out, and at the latest with the business day, when nothing is
    left to cook.
    """
    groups = _groups(visit, lines)
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
    if visit.ended_at is None or not can_archive(kitchen, visit):
        return None
    return _after_day(book, visit.ended_at)


def clear_at(kitchen: Kitchen, visit: Visit, book: Book) -> Instant | None:
    """Return when an ended visit is taken off every screen, None if it is or has not ended.

    What nobody struck before the till closed would else stand there for ever, and the next
    morning begin with last night's tickets. What is due later is waited for.
    """
    if visit.ended_at is None or visit.removed or visit.merged_into is not None:
        return None
    texts = (order.fields.due_at for order in _orders(kitchen, visit))
    dues = (instant_of(text) for text in texts if text is not None)
    return _after_day(book, max((visit.ended_at, *(due for due in dues if due is not None))))


def _after_day(book: Book, at: Instant) -> Instant:
    return Instant(book.day_end(at) + _KEPT_AFTER_DAY_MS)


def surplus(kitchen: Kitchen) -> Iterator[Visit]:
    """Yield the ended visits beyond those that are kept, oldest first, that may leave."""
    excess = len(kitchen.closed) - KEPT_CLOSED
    for visit_id in kitchen.closed if excess > 0 else ():
        visit = kitchen.visits.get(visit_id)
        if visit is not None and can_archive(kitchen, visit):
            excess -= 1
            yield visit
        if excess <= 0:
            return


def _groups(visit: Visit, lines: _Lines) -> list[Group]:
    """Return all portion groups that lie in `visit`."""
    return [g for _, line in lines for g in line.groups if g.visit == visit.id]


def _orders(kitchen: Kitchen, visit: Visit) -> Iterator[Order]:
    for key in visit.orders:
        order = kitchen.orders.get(key)
        if order is not None:
            yield order
