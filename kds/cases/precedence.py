"""What a board says of who comes first, in the words of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from kds.board.ages import seconds
from kds.board.values import Batch, Board, Ticket
from kds.cases.house import House
from kds.cases.schema import NONE, NOTHING, StepSpec
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen


def band_in(ticket: Ticket | None) -> str:
    """Return the band of priority that a ticket stands in."""
    return NONE if ticket is None or ticket.priority is None else ticket.priority.band


def _behind(board: Board, now: Instant) -> str:
    """Return by how many whole minutes a view is late as a whole."""
    return NONE if board.slow is None else f"{int(seconds(board.slow.since, now)) // 60} min"


def _worst(board: Board) -> list[str]:
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


def _left(kitchen: Kitchen, item: str) -> str:
    """Return how many of a dish are left, below 0 how many too many were sold."""
    if item not in kitchen.stock:
        return NONE
    return f"{kitchen.stock[item] - kitchen.short.get(item, Decimal(0)):f}"


def _cards(board: Board) -> tuple[list[str], list[str]]:
    """Return the cards of a view, newest first, in Chinese and in English."""
    return [card.message.zh for card in board.alerts], [card.message.en for card in board.alerts]


def seen_in(
    step: StepSpec, house: House, board_of: Callable[[str], Board]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a step expects of views and of the stock beside what is.

    Each as its key in the step, the view or dish, what is expected and what is found.
    """
    for view, minutes in step.slow.items():
        yield "slow", view, minutes, _behind(board_of(view), house.now)
    for item, left in step.stock.items():
        yield "stock", item, left, _left(house.kitchen, item)
    for view, cards in step.asks.items():
        found = _cards(board_of(view))
        said = next((each for each in found if each == cards), found[0])
        yield "asks", view, _listed(cards), _listed(said)
    for word, asked, found_in in (
        ("worst", step.worst, _worst),
        ("batches", step.batches, batches_in),
    ):
        for view, names in asked.items():
            yield word, view, _listed(names), _listed(found_in(board_of(view)))


def _listed(names: str | list[str]) -> str:
    return names if isinstance(names, str) else ", ".join(names) or NOTHING
