"""The entrance: the board of a view, and the lines of a single order in the same shape."""

from __future__ import annotations

from kds.board.arrangement import arranged, rounds_of
from kds.board.book import Book
from kds.board.lines import make_line
from kds.board.memo import BoardMemo
from kds.board.parts import parents_in, part_of
from kds.board.scope import ALL, look
from kds.board.values import Board, TicketLine
from kds.kitchen.ids import Instant, OrderKey
from kds.kitchen.state import Kitchen


def board(
    kitchen: Kitchen,
    book: Book,
    view: str,
    now: Instant,
    memo: BoardMemo | None = None,
    at_once: int | None = None,
) -> Board:
    """Return what `view` shows at `now`; raises `UnknownView`.

    With a `memo`, tickets that have not changed since its last call are the same objects, and
    `at_once` limits how many are made again because of other rules alone.
    """
    scope = look(kitchen, book, view, now)
    return (BoardMemo() if memo is None else memo).board(scope, at_once)


def order_lines(
    kitchen: Kitchen, book: Book, key: OrderKey, now: Instant
) -> tuple[TicketLine, ...] | None:
    """Return an order's own lines over all visits, void ones too; None for an unknown order."""
    order = kitchen.orders.get(key)
    if order is None:
        return None
    scope = look(kitchen, book, ALL, now)
    parents = parents_in(order)
    parts = [
        part_of(scope, order, line, None, scope.steps_of(line), is_parent=line_id in parents)
        for line_id, line in order.lines.items()
    ]
    rounds = rounds_of({key: order}, (line.key for line in order.lines.values()))
    placed = arranged(parts, rounds, at_station=False)
    return tuple(make_line(scope, part, rounds[part.line.key], depth) for part, depth in placed)
