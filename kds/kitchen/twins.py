"""Twins: an order written by hand while the till was dead, and the till's own that comes later.

The same dishes must not be cooked twice, and nobody but a person can know that they are the same.
So the till's order asks: its lines show and do not sound until the pass has said so. One touch
joins them: what was cooked for the form becomes the till's, and what the till asked for once more
is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from kds.kitchen.commands import Command
from kds.kitchen.ids import BY_HAND, Instant, LineKey, OrderKey, VisitId
from kds.kitchen.messages import LineContent, LineState, OrderMessage
from kds.kitchen.order_facts import OrdersJoined, OrdersParted, VisitsMerged
from kds.kitchen.orders import Line, Order
from kds.kitchen.plans import Plan, no_op, order_of, refused, visit_for
from kds.kitchen.portions import PortionState, amount
from kds.kitchen.spelling import Spelled
from kds.kitchen.state import Kitchen

LATEST_MS = 3 * 3_600_000
"""So long after the form the till may send the same; later it is another meal."""

_ZERO = Decimal(0)
_GONE = (PortionState.VOID,)
_DONE = (PortionState.VOID, PortionState.SERVED)


@dataclass(frozen=True, slots=True)
class Pair:
    """`portions` of the form's line are the same as those of the till's line."""

    by_hand: LineKey
    line: LineKey
    portions: Decimal


def twins_of(
    kitchen: Kitchen, message: OrderMessage, made: Spelled, now: Instant
) -> tuple[OrderKey, ...]:
    """Return the orders by hand that a till's new order may be once more, the oldest first.

    They wait at the same table (or, of what has none, under the same number), are not older than
    `LATEST_MS`, and have one of its dishes. `made`: the lines that rules make of its own.
    """
    fields = message.fields
    if message.key.source == BY_HAND or fields.cancelled or fields.closed:
        return ()
    lines = (*message.lines, *made.parts, *made.sides)
    wanted = {_name(line) for line in lines if line.state is not LineState.VOID}
    found = [
        order
        for order in _by_hand(kitchen, fields.table, fields.number)
        if now - order.received_at <= LATEST_MS
        and any(
            _name(line.content) in wanted and _left(line, order.visit) > 0
            for line in order.lines.values()
        )
    ]
    return tuple(order.key for order in sorted(found, key=lambda o: (o.received_at, o.key)))


def _by_hand(kitchen: Kitchen, table: str, number: str) -> Iterator[Order]:
    """Yield the orders by hand of an open visit at the table, else of one under the number."""
    if table:
        visits = [kitchen.visits[visit] for visit in kitchen.tables.get(table, ())]
    elif number:
        visits = [v for v in kitchen.visits.values() if not v.table and v.ended_at is None]
    else:
        return
    for visit in visits:
        for key in visit.orders:
            order = kitchen.orders.get(key) if key.source == BY_HAND else None
            if order is not None and (table or order.fields.number == number):
                yield order


def pairs_of(kitchen: Kitchen, order: Order) -> tuple[Pair, ...]:
    """Return which portions of `order` are asked to be the same as those written by hand.

    () once nothing is left to ask, whatever has become of either.
    """
    left = {line.key: _open(line, order.visit) for line in order.lines.values()}
    found = []
    for twin in _open_twins(kitchen, order):
        for hand in twin.lines.values():
            rest = _left(hand, twin.visit)
            for line in order.lines.values():
                portions = min(rest, left[line.key]) if _are_alike(hand, line) else _ZERO
                if portions > 0:
                    found.append(Pair(hand.key, line.key, portions))
                    rest -= portions
                    left[line.key] -= portions
    return tuple(found)


def _are_alike(one: Line, other: Line) -> bool:
    """They are one dish, cooked by the same steps; what is weighed must weigh the same."""
    if _name(one.content) != _name(other.content) or one.routing.steps != other.routing.steps:
        return False
    is_weighed = one.is_weighed or other.is_weighed
    return not is_weighed or one.content.quantity == other.content.quantity


def _name(line: LineContent) -> str:
    return "".join(line.name.split()).casefold()


def _open_twins(kitchen: Kitchen, order: Order) -> Iterator[Order]:
    for twin in filter(None, map(kitchen.orders.get, order.twins)):
        visit = kitchen.visits.get(twin.visit)
        if visit is not None and not visit.removed:
            yield twin


def _left(line: Line, visit: VisitId) -> Decimal:
    """Return the portions in a visit that are not void."""
    return _amount(line, visit) - _amount(line, visit, _GONE)


def _open(line: Line, visit: VisitId) -> Decimal:
    """Return the portions in a visit that are neither void nor served."""
    return _amount(line, visit) - _amount(line, visit, _DONE)


def _amount(line: Line, visit: VisitId, states: Iterable[PortionState] | None = None) -> Decimal:
    return amount((g for g in line.groups if g.step == 0 and g.visit == visit), states)


# --- what the pass says --------------------------------------------------------------------


def same_order(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan same_order: the till's order is the one that was written by hand."""
    order = _asked(kitchen, command)
    if order is None:
        return refused("no such order")
    pairs = pairs_of(kitchen, order)
    if not pairs:
        return no_op("nothing by hand is left that it could be")
    joined = OrdersJoined(
        order.visit, order.key, tuple((p.by_hand, p.line, p.portions) for p in pairs)
    )
    homes = dict.fromkeys(kitchen.orders[p.by_hand.order].visit for p in pairs)
    merged = (VisitsMerged(v, order.visit) for v in homes if _may_merge(kitchen, v, order.visit))
    return Plan((joined, *merged))


def _asked(kitchen: Kitchen, command: Command) -> Order | None:
    """Return the order that the command means: its own, or the one of its ticket that asks."""
    own = order_of(kitchen, command.order)
    if own is not None and own.twins:
        return own
    visit = visit_for(kitchen, command)
    orders = [
        kitchen.orders[key] for key in (visit.orders if visit else ()) if key in kitchen.orders
    ]
    return next((order for order in orders if order.twins), own)


def _may_merge(kitchen: Kitchen, home: VisitId, into: VisitId) -> bool:
    """The visit is another one, and nothing but forms belongs to it."""
    visit = kitchen.visits.get(home)
    if visit is None or home == into or visit.removed or visit.merged_into is not None:
        return False
    return all(key.source == BY_HAND for key in visit.orders)


def other_order(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan other_order: the till's order is another one; nothing more is asked."""
    order = _asked(kitchen, command)
    if order is None:
        return refused("no such order")
    if not pairs_of(kitchen, order):
        return no_op("nothing is asked of this order")
    return Plan((OrdersParted(order.visit, order.key),))
