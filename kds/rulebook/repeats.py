"""What has come before: dishes and orders that say the same as an earlier one at their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from kds.kitchen.ids import Instant, LineKey, OrderKey
from kds.kitchen.messages import LineContent, LineState, Modifier
from kds.kitchen.orders import Line, Order, Origin
from kds.kitchen.portions import PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.rulebook.lookups import lines_in

Asked = tuple[Order, Line]


def lives(line: Line) -> bool:
    """A till still wants the line, and the kitchen has not struck all of it."""
    content = line.content
    return (
        line.origin is Origin.POS
        and content.state is not LineState.VOID
        and content.quantity > 0
        and (not line.groups or any(g.state is not PortionState.VOID for g in line.groups))
    )


def _asked_at(kitchen: Kitchen, visit: Visit) -> Iterator[Asked]:
    others = (v for v in kitchen.tables.get(visit.table, ()) if v != visit.id)
    for each in (*(kitchen.visits[other] for other in others if other in kitchen.visits), visit):
        for order, line in lines_in(kitchen, each):
            if line.content.parent is None and lives(line):
                yield order, line


def said(content: LineContent) -> tuple[Any, ...]:
    """Return what a line asks for, in a form that is equal when it asks for the same."""
    return (
        content.item_id or content.name,
        content.quantity,
        _choices(content.modifiers),
        content.note,
        content.course,
        content.seat,
        content.state,
    )


def _choices(modifiers: tuple[Modifier, ...]) -> tuple[Any, ...]:
    found = ((m.name, m.quantity, _choices(m.modifiers)) for m in modifiers)
    return tuple(sorted(found, key=repr))


class Place:
    """What is wanted at a table, or of a visit without one: dishes and sets, not their parts."""

    def __init__(self, kitchen: Kitchen, visit: Visit) -> None:
        self.orders: dict[OrderKey, Order] = {}
        self._dishes: dict[tuple[Any, ...], list[Asked]] = {}
        self._of_order: dict[OrderKey, Counter[tuple[Any, ...]]] = {}
        self._alike: dict[LineKey, list[Asked]] = {}
        for order, line in _asked_at(kitchen, visit):
            dish = said(line.content)
            self.orders[order.key] = order
            alike = self._alike[line.key] = self._dishes.setdefault(dish, [])
            alike.append((order, line))
            self._of_order.setdefault(order.key, Counter())[dish] += 1

    def since_same(self, order: Order, line: Line) -> int | None:
        """Return how many ms before `line` the same was asked for, None if never.

        In another order, or in an older revision of its own: two lines sent at once are meant.
        """
        alike = self._alike.get(line.key, ())
        if len(alike) < 2:  # itself alone, as nearly always
            return None
        mine = _came(order, line)
        before = [
            line.received_at - earlier.received_at
            for other, earlier in alike
            if (other.key != order.key or earlier.received_at < line.received_at)
            and _came(other, earlier) < mine
        ]
        return min(before, default=None)

    def twins(self, order: Order) -> list[Order]:
        """Return the other orders that ask for just the dishes of `order`."""
        mine = self._of_order.get(order.key)
        if mine is None or len(self._of_order) < 2:
            return []
        return [
            self.orders[key]
            for key, dishes in self._of_order.items()
            if key != order.key and dishes == mine
        ]

    def since_twin(self, order: Order) -> int | None:
        """Return how many ms before `order` one came that asks for just its dishes, or None."""
        before = [
            order.received_at - other.received_at
            for other in self.twins(order)
            if came_before(other, order)
        ]
        return min(before, default=None)


def _came(order: Order, line: Line) -> tuple[Instant, Instant, LineKey]:
    return line.received_at, order.received_at, line.key


def came_before(one: Order, other: Order) -> bool:
    """`one` reached the kitchen before `other`."""
    return (one.received_at, one.key) < (other.received_at, other.key)
