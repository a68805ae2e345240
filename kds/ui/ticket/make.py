"""The entrance: a ticket of the board becomes what it says on the wall."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kds.board.values import Band, Ticket
from kds.kitchen.orders import Gate
from kds.kitchen.portions import Counts
from kds.ui.ticket.face import Face, Release, Tally
from kds.ui.ticket.foot import foot_of
from kds.ui.ticket.head import head_of
from kds.ui.ticket.lines import rows_of
from kds.ui.ticket.reading import Reading


def face_of(ticket: Ticket, reading: Reading) -> Face:
    """Return what `ticket` says to one who reads it so."""
    allergies, rows = rows_of(ticket, reading)
    return Face(
        visit=ticket.visit,
        head=head_of(ticket, reading),
        allergies=allergies,
        rows=rows,
        foot=foot_of(ticket, reading),
        received_at=ticket.received_at,
        tally=_tally(ticket, reading),
    )


def _tally(ticket: Ticket, reading: Reading) -> Tally:
    left = [li for li in ticket.lines if "set" not in li.flags and li.counts.to_cook > 0]
    return Tally(
        portions=sum(_pieces(line.counts.to_cook) for line in left),
        missing=len(left),
        releases=tuple(_releases(ticket, reading)),
    )


def _releases(ticket: Ticket, reading: Reading) -> Iterator[Release]:
    for line in ticket.lines:
        hold = line.hold
        if hold is None or hold.until is None or not hold.opens:
            continue
        if line.band not in {Band.HELD, Band.GATED}:
            continue
        kept = _kept_back(line.counts, hold.gate)
        if kept > 0:
            yield Release(hold.until, reading.dish_name(line), _pieces(kept))


def _kept_back(counts: Counts, gate: Gate) -> Decimal:
    """Return what a gate lets go: at the start what is held, on the run all that is not out."""
    return counts.held if gate is Gate.START else counts.live - counts.served


def _pieces(quantity: Decimal) -> int:
    return int(quantity) if quantity % 1 == 0 else 1
