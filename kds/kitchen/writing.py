"""Put changed lines, orders and visits back into the kitchen, with its indexes kept true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.ids import LineKey, OrderKey, VisitId
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
    seq = kitchen.seq if seq is None else seq
    if visit.seq != seq:
        visit = replace(visit, seq=seq)
    before = kitchen.visits.get(visit.id)
    index = _Index(kitchen)
    if before is not None:
        index.drop(before)
    index.add(visit)
    return index.written(kitchen, kitchen.visits.set(visit.id, visit))


def drop_visit(kitchen: Kitchen, visit: Visit) -> Kitchen:
    """Return `kitchen` without `visit`."""
    index = _Index(kitchen)
    index.drop(visit)
    return index.written(kitchen, kitchen.visits.remove(visit.id))


class _Index:
    """The kitchen's indexes of visits, changed together and written back once."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._sessions = kitchen.sessions
        self._tables = kitchen.tables
        self._closed = kitchen.closed

    def add(self, visit: Visit) -> None:
        """List an open visit by session and table, an ended one as closed."""
        if visit.ended_at is not None:
            self._closed = (*self._closed, visit.id)
            return
        if visit.session:
            self._sessions = self._sessions.set(visit.session, visit.id)
        if visit.table:
            here = (*self._tables.get(visit.table, ()), visit.id)
            self._tables = self._tables.set(visit.table, here)

    def drop(self, visit: Visit) -> None:
        """Forget where `visit` was listed."""
        if visit.ended_at is not None:
            self._closed = tuple(v for v in self._closed if v != visit.id)
            return
        if self._sessions.get(visit.session) == visit.id:
            self._sessions = self._sessions.remove(visit.session)
        left = tuple(v for v in self._tables.get(visit.table, ()) if v != visit.id)
        if left:
            self._tables = self._tables.set(visit.table, left)
        else:
            self._tables = self._tables.remove(visit.table)

    def written(self, kitchen: Kitchen, visits: FrozenMap[VisitId, Visit]) -> Kitchen:
        """Return `kitchen` with `visits` and these indexes."""
        return replace(
            kitchen,
            visits=visits,
            sessions=self._sessions,
            tables=self._tables,
            closed=self._closed,
        )
