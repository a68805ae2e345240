"""The entrance: a ticket of the board becomes what it says on the wall."""

from __future__ import annotations

from kds.board.values import Ticket
from kds.ui.ticket.face import Face
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
    )
