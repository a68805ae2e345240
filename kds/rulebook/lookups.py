"""Reading a visit quickly: its lines with their orders, in one pass."""

from __future__ import annotations

from kds.kitchen.ids import OrderKey
from kds.kitchen.orders import Line, Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit


def lines_in(kitchen: Kitchen, visit: Visit) -> list[tuple[Order, Line]]:
    """Return the lines of a visit, in order of arrival, each with its order.

    The lines of one order mostly follow each other, so each order is looked up once.
    """
    orders: dict[OrderKey, Order | None] = {}
    found: list[tuple[Order, Line]] = []
    for key in visit.lines:
        name = key.order
        if name not in orders:
            orders[name] = kitchen.orders.get(name)
        order = orders[name]
        line = None if order is None else order.lines.get(key.line_id)
        if order is not None and line is not None:
            found.append((order, line))
    return found
