"""Put changed lines, orders and visits back into the kitchen, with its indexes kept true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from kds.kitchen.ids import LineKey, OrderKey
from kds.kitchen.orders import Line, Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit


def put_order(kitchen: Kitchen, order: Order) -> Kitchen:
    """Return `kitchen` with `order` in place of the former one."""
    return replace(kitchen, orders=kitchen.orders.set(order.key, order))


def put_lines(kitchen: Kitchen, lines: Iterable[Line]) -> Kitchen:
    """Return `kitchen` with `lines` in place of the former ones; each order is made new once."""
    by_order: dict[OrderKey, list[Line]] = {}
    for line in lines:
        by_order.setdefault(line.key.order, []).append(line)
    orders = kitchen.orders
    for key, changed in by_order.items():
        order = orders.get(key)
        if order is not None:
            merged = order.lines | {line.key.line_id: line for line in changed}
            orders = orders.set(key, replace(order, lines=merged))
    return replace(kitchen, orders=orders)


def change_lines(
    kitchen: Kitchen,
    keys: Iterable[LineKey],
    change: Callable[[Line], Line],
    *,
    touches: bool = True,
) -> Kitchen:
    """Return `kitchen` with `change` made to the lines of `keys`; unknown keys are passed over.

    Lines that really change get the kitchen's log place, unless the change does not touch their
    progress (`touches` False), so that it does not stand in the way of an undo.
    """
    changed = []
    for key in dict.fromkeys(keys):
        line = kitchen.line(key)
        after = line if line is None else change(line)
        if after is not None and after is not line:
            changed.append(replace(after, seq=kitchen.seq) if touches else after)
    return put_lines(kitchen, changed) if changed else kitchen


def put_visit(kitchen: Kitchen, visit: Visit, *, seq: int | None = None) -> Kitchen:
    """Return `kitchen` with `visit` in place of the former one, indexes by session and table too.

    `seq`: log place of the visit's last change; the kitchen's own unless it is put back as it was.
    """
    visit = replace(visit, seq=kitchen.seq if seq is None else seq)
    before = kitchen.visits.get(visit.id)
    kitchen = _unlisted(kitchen, before) if before is not None else kitchen
    return _listed(replace(kitchen, visits=kitchen.visits.set(visit.id, visit)), visit)


def drop_visit(kitchen: Kitchen, visit: Visit) -> Kitchen:
    """Return `kitchen` without `visit`."""
    kitchen = _unlisted(kitchen, visit)
    return replace(kitchen, visits=kitchen.visits.remove(visit.id))


def _listed(kitchen: Kitchen, visit: Visit) -> Kitchen:
    if visit.ended_at is not None:
        return replace(kitchen, closed=(*kitchen.closed, visit.id))
    sessions, tables = kitchen.sessions, kitchen.tables
    if visit.session:
        sessions = sessions.set(visit.session, visit.id)
    if visit.table:
        tables = tables.set(visit.table, (*tables.get(visit.table, ()), visit.id))
    return replace(kitchen, sessions=sessions, tables=tables)


def _unlisted(kitchen: Kitchen, visit: Visit) -> Kitchen:
    if visit.ended_at is not None:
        return replace(kitchen, closed=tuple(v for v in kitchen.closed if v != visit.id))
    sessions, tables = kitchen.sessions, kitchen.tables
    if sessions.get(visit.session) == visit.id:
        sessions = sessions.remove(visit.session)
    left = tuple(v for v in tables.get(visit.table, ()) if v != visit.id)
    tables = tables.set(visit.table, left) if left else tables.remove(visit.table)
    return replace(kitchen, sessions=sessions, tables=tables)
