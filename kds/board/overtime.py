"""What overtime rules have told of a visit, as far as it still holds."""

from __future__ import annotations

from collections.abc import Iterator

from kds.board.parts import Orders
from kds.board.scope import PICKUP, Scope
from kds.board.values import OvertimeMark
from kds.kitchen.orders import Line, Order
from kds.kitchen.visits import Visit
from kds.rulebook.overtime import told_of, waits


def overtime_marks(scope: Scope, visit: Visit, orders: Orders) -> tuple[OvertimeMark, ...]:
    """Return a mark for each rule that has told something, in the book's order; guests see none."""
    if not visit.told or scope.view == PICKUP:
        return ()
    return tuple(_marks(scope, visit, list(_lines(visit, orders))))


def _lines(visit: Visit, orders: Orders) -> Iterator[tuple[Order, Line]]:
    for key in visit.lines:
        order = orders.get(key.order)
        line = None if order is None else order.lines.get(key.line_id)
        if order is not None and line is not None:
            yield order, line


def _marks(scope: Scope, visit: Visit, lines: list[tuple[Order, Line]]) -> Iterator[OvertimeMark]:
    rules = {told.rule for told in visit.told}
    for rule in scope.book.overtimes:
        if rule.id not in rules:
            continue
        running = waits(
            rule, visit, lines, serve_step=scope.book.serve_step, zone=scope.book.zone_info
        )
        passed = [
            (told.step, wait.since) for wait in running for told in told_of(rule, visit, wait)
        ]
        passed = [each for each in passed if each[0] <= len(rule.steps)]
        if passed:
            step, since = max(passed, key=lambda each: (each[0], -each[1]))
            limit_s = rule.steps[step - 1].after_s
            yield OvertimeMark(rule.id, rule.where, rule.name, since, limit_s)
