"""Which lines a view shows of a visit, and whether it shows the visit at all.

* A station: a ticket is there while one of its steps has something to do, or a void that nobody
  there has acknowledged. Shown are the lines whose step has been reached; done ones stay while
  the ticket does. What is for later comes as long before as its rule says.
* `expo`: until all is served (ready, in a book without serve step) and every void acknowledged;
  of an ended visit only while something is not ready.
* `pickup`: from the order until it is served, or ten minutes after all is ready. It is for guests
  who are called to fetch their food: every service but dine-in, and dine-in orders that have a
  number and no table (counter service).
* `all`: until the visit ends.

The last three show every line but those that are void and acknowledged. A removed visit is
nowhere; a merged one is part of the other. An information card (an order with nothing to cook)
is on `expo` and `all` until somebody has noted it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kds.board.later import is_later
from kds.board.parts import Orders, Part
from kds.board.scope import ALL, PICKUP, PICKUP_SHOWN_MS, Scope
from kds.kitchen.ids import EXPO, Instant, LineKey, OrderKey
from kds.kitchen.messages import Service
from kds.kitchen.orders import Order
from kds.kitchen.visits import Visit

Parts = Mapping[LineKey, Part]


def is_card(order: Order) -> bool:
    """Nothing of the order was ever to be cooked."""
    return not any(line.ordered > 0 and line.routing.steps for line in order.lines.values())


def is_unread(visit: Visit, card: Order) -> bool:
    """Somebody should still take note of this information card.

    A cancelled one has nothing more to say, unless the order itself never reached us.
    """
    fields = card.fields
    is_over = visit.ended_at is not None or card.noted or fields.closed
    return not is_over and (card.incomplete or not fields.cancelled)


def shown(scope: Scope, parts: Parts, orders: Orders, read: frozenset[OrderKey]) -> list[Part]:
    """Return the parts that a ticket shows. `read`: information cards that are done with."""
    visible = {
        key
        for key, part in parts.items()
        if not part.is_shell and key.order not in read and _is_shown(scope, part)
    }
    context = _above(visible, orders)
    return [part for key, part in parts.items() if key in visible or key in context]


def _is_shown(scope: Scope, part: Part) -> bool:
    if part.is_info:
        return not part.is_struck_at_once and (scope.station is None or bool(part.steps))
    if part.progress.is_unacknowledged:
        return True
    if scope.station is None:
        return part.counts.live > 0
    return part.progress.is_begun and not is_later(scope, part)


def _above(visible: Iterable[LineKey], orders: Orders) -> set[LineKey]:
    """Return the lines that those are inside of: the sets that give them their context."""
    above: set[LineKey] = set()
    for key in visible:
        lines = orders[key.order].lines
        parent = lines[key.line_id].content.parent
        while parent is not None and (over := key._replace(line_id=parent)) not in above:
            above.add(over)
            line = lines.get(parent)
            parent = None if line is None else line.content.parent
    return above


def is_visible(scope: Scope, visit: Visit, orders: Orders, parts: Parts, *, unread: bool) -> bool:
    """Return whether the view shows the visit. `unread`: it has a card to take note of."""
    if visit.removed or visit.merged_into is not None:
        return False
    food = [part for part in parts.values() if part.is_food]
    if scope.station is not None:
        return any(
            p.progress.is_unacknowledged or (p.progress.is_workable and not is_later(scope, p))
            for p in food
        )
    if scope.view == PICKUP:
        return is_fetched(visit, orders) and _is_awaited(scope, food)
    if scope.view == EXPO:
        return unread or any(_is_for_expo(scope, visit, part) for part in food)
    assert scope.view == ALL
    return visit.ended_at is None and (unread or bool(food))


def _is_for_expo(scope: Scope, visit: Visit, part: Part) -> bool:
    counts = part.counts
    if visit.ended_at is not None:
        return counts.to_cook > 0
    is_through = counts.live == counts.served if scope.book.serve_step else counts.to_cook == 0
    return not is_through or part.progress.is_unacknowledged


def is_fetched(visit: Visit, orders: Orders) -> bool:
    """The guests of this visit are called to fetch their food."""
    first = next(iter(orders.values())).fields
    return first.service is not Service.DINE_IN or bool(first.number and not visit.table)


def _is_awaited(scope: Scope, food: Sequence[Part]) -> bool:
    if all(part.counts.live == part.counts.served for part in food):
        return False
    leaves = leaves_pickup_at(food)
    return leaves is None or scope.now < leaves


def leaves_pickup_at(parts: Iterable[Part]) -> Instant | None:
    """Return when a ticket leaves the guests' board by itself, None while something is open."""
    ready: list[Instant] = []
    for part in parts:
        if not part.is_food or part.counts.live == 0:
            continue
        at = part.progress.ready_at
        if part.counts.to_cook > 0 or at is None:
            return None
        ready.append(at)
    return Instant(max(ready) + PICKUP_SHOWN_MS) if ready else None
