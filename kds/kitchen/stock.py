"""Stock: how many portions of a dish can still be sold, and how many were sold beyond that.

An order takes portions, and a void gives back those that nobody had begun: what was cooked is
gone. What is made once more (a remake) was not sold and takes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from kds.kitchen.counts import line_counts
from kds.kitchen.events import StockSet
from kds.kitchen.ids import OrderKey
from kds.kitchen.messages import LineContent
from kds.kitchen.orders import Line, Order, Origin
from kds.kitchen.portions import PortionState
from kds.kitchen.state import Kitchen

_ZERO = Decimal(0)


def item_of(kitchen: Kitchen, content: LineContent) -> str | None:
    """Return under which name a dish is counted, by id or by name; None if it is not."""
    names = (content.item_id, content.name)
    return next((name for name in names if name and name in kitchen.stock), None)


def unbegun(order: Order, line: Line) -> Decimal:
    """Return the portions of `line` that nobody has begun, wherever they are."""
    counts = line_counts(order, line)
    return counts.held + counts.queued


def open_of(kitchen: Kitchen, item: str) -> Decimal:
    """Return the portions of a dish that are ordered and not begun."""
    return sum(
        (
            unbegun(order, line)
            for order in kitchen.orders.values()
            for line in order.lines.values()
            if item in (line.content.item_id, line.content.name) and _is_sold(line)
        ),
        _ZERO,
    )


def _is_sold(line: Line) -> bool:
    return line.origin is not Origin.KITCHEN


def used(line: Line) -> Decimal:
    """Return the portions that a line takes from the stock: those alive, and what was cooked."""
    if not line.routing.steps:
        return min(line.ordered, max(_ZERO, line.content.quantity))
    alive = _ZERO
    cooked = {0: _ZERO}
    for group in line.groups:
        if group.state is not PortionState.VOID:
            alive += group.portions if group.step == 0 else _ZERO
        elif group.started_at is not None or group.ready_at is not None:
            cooked[group.step] = cooked.get(group.step, _ZERO) + group.portions
    return alive + max(cooked.values())


def stock_facts(before: Kitchen, after: Kitchen, orders: Iterable[OrderKey]) -> Iterator[StockSet]:
    """Yield the new count of each dish of which `orders` now take more, or less, than before."""
    if not after.stock:
        return
    taken: dict[str, Decimal] = {}
    for key in orders:
        for kitchen, sign in ((before, -1), (after, 1)):
            order = kitchen.orders.get(key)
            for line in () if order is None else order.lines.values():
                item = item_of(after, line.content)
                if item is not None and _is_sold(line):
                    taken[item] = taken.get(item, _ZERO) + sign * used(line)
    for item, more in taken.items():
        if more:
            yield counted(after, item, more)


def counted(kitchen: Kitchen, item: str, more: Decimal) -> StockSet:
    """Return the count of a dish after `more` portions were sold; below 0: came back."""
    left = kitchen.stock[item] - kitchen.short.get(item, _ZERO) - more
    return stock_set(item, left)


def stock_set(item: str, left: Decimal) -> StockSet:
    """Return the count of a dish: so many are left, or, below 0, so many too many were sold."""
    return StockSet(item, max(_ZERO, left), max(_ZERO, -left))
