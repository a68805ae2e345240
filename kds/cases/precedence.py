"""What a board says of who comes first, in the words of cases."""

from __future__ import annotations

from kds.board.ages import seconds
from kds.board.values import Board, Ticket
from kds.cases.schema import NONE
from kds.kitchen.ids import Instant


def band_in(ticket: Ticket | None) -> str:
    """Return the band of priority that a ticket stands in."""
    return NONE if ticket is None or ticket.priority is None else ticket.priority.band


def behind_in(board: Board, now: Instant) -> str:
    """Return by how many whole minutes a view is late as a whole."""
    return NONE if board.slow is None else f"{int(seconds(board.slow.since, now)) // 60} min"


def worst_in(board: Board) -> list[str]:
    """Return the tables (numbers where there is none) that are the worst, in their order."""
    ranked = () if board.slow is None else board.slow.ranked
    tickets = {ticket.visit: ticket for ticket in board.tickets}
    return [tickets[visit].table or tickets[visit].number for visit in ranked]
