"""What a board says of who comes first, in the words of cases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kds.board.ages import seconds
from kds.board.values import Batch, Board, Ticket
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


def batches_in(board: Board) -> list[str]:
    """Return the pans: the dish, how many, and for which tables."""
    return [_batch(batch) for batch in board.batches]


def _batch(batch: Batch) -> str:
    tables = (p.table if p.portions == 1 else f"{p.table} x{p.portions:f}" for p in batch.parts)
    return f"{batch.name} x{batch.portions:f}: {', '.join(tables)}"


def lines_of(board: Board, dish: str, portions: str) -> list[dict[str, Any]] | None:
    """Return what a command says of the first pan of `dish`: `portions` of it, oldest first.

    None if there is no such pan.
    """
    batch = next((each for each in board.batches if each.name == dish), None)
    if batch is None:
        return None
    left = Decimal(portions) if portions else batch.portions
    found: list[dict[str, Any]] = []
    for part in batch.parts:
        here = min(left, part.portions)
        if here > 0:
            order = {"source": part.line.source, "order_id": part.line.order_id}
            line = {"order": order, "line_id": part.line.line_id, "portions": f"{here:f}"}
            found.append(line)
        left -= here
    return found
