"""What a station can work on at a time: which tickets are beyond that, and so come next. Pure.

Nothing is held back by it. What is next is marked, keeps its place and may be begun, so that no
station is ever without work; the first ticket with something to do is never next.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kds.board.values import LoadMark, Ticket
from kds.kitchen.ids import VisitId

_NONE = Decimal(0)


def load_of(tickets: Iterable[Ticket], capacity: int | None) -> LoadMark | None:
    """Return how far the `tickets` of a station, in their order, go beyond its `capacity`.

    What is on the fire counts first, then what is to be begun, ticket by ticket: rushed ones and
    those of members stand before the others and count like them. A ticket of which nothing fits
    any more is next. None without a capacity.
    """
    if capacity is None:
        return None
    work = [(ticket.visit, *_work(ticket)) for ticket in tickets]
    cooking = sum((on_fire for _, on_fire, _ in work), _NONE)
    free, later = Decimal(capacity) - cooking, list[VisitId]()
    is_first = True
    for visit, on_fire, queued in work:
        if on_fire == queued == _NONE:
            continue
        if on_fire == _NONE and free <= _NONE and not is_first:
            later.append(visit)
        free -= queued
        is_first = False
    return LoadMark(capacity, Decimal(capacity) - free, tuple(later))


def _work(ticket: Ticket) -> tuple[Decimal, Decimal]:
    """Return the portions of a ticket on the fire, and those that could be begun now."""
    food = [line.counts for line in ticket.lines if "set" not in line.flags]
    return sum((c.cooking for c in food), _NONE), sum((c.queued for c in food), _NONE)


def is_next(load: LoadMark | None, ticket: Ticket) -> bool:
    """The station has its hands full with what stands before this ticket."""
    return load is not None and ticket.visit in load.next
