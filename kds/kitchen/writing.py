"""Put changed lines, orders and visits back into the kitchen, with its indexes kept true."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kds.kitchen.changing import replace
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
        order = orders[key]
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
    visits = kitchen.visits.set(visit.id, visit)
    if before is not None and _place(before) == _place(visit):
        return replace(kitchen, visits=visits)
    index = _Index(kitchen, visits)
    if before is not None:
        index.drop(before)
    index.add(visit)
    return index.written(kitchen)


def drop_visit(kitchen: Kitchen, visit: Visit) -> Kitchen:
    """Return `kitchen` without `visit`."""
    index = _Index(kitchen, kitchen.visits.remove(visit.id))
    index.drop(visit)
    return index.written(kitchen)


def _place(visit: Visit) -> tuple[object, ...]:
    """Return all that decides where a visit is listed."""
    return (visit.table, visit.session, visit.sessions, visit.ended_at, visit.opened_at)


class _Index:
    """The kitchen's indexes of visits, changed together and written back once.

    Lists are in order of opening (of ending, for the ended ones), whatever happened in between:
    so an undone change leaves no trace.
    """

    def __init__(self, kitchen: Kitchen, visits: FrozenMap[VisitId, Visit]) -> None:
        self._visits = visits
        self._sessions = kitchen.sessions
        self._tables = kitchen.tables
        self._closed = kitchen.closed

    def add(self, visit: Visit) -> None:
        """List an open visit by its sessions and table, an ended one as closed."""
        if visit.ended_at is not None:
            self._closed = self._with(self._closed, visit)
            return
        for session in visit.all_sessions:
            here = self._with(self._sessions.get(session, ()), visit)
            self._sessions = self._sessions.set(session, here)
        if visit.table:
            here = self._with(self._tables.get(visit.table, ()), visit)
            self._tables = self._tables.set(visit.table, here)

    def _with(self, ids: tuple[VisitId, ...], visit: Visit) -> tuple[VisitId, ...]:
        if not ids:
            return (visit.id,)
        last = self._visits.get(ids[-1])
        listed = (*ids, visit.id)
        if last is not None and _since(last) < _since(visit):
            return listed
        known = [v for v in listed if v in self._visits]
        return tuple(sorted(known, key=lambda v: _since(self._visits[v])))

    def drop(self, visit: Visit) -> None:
        """Forget where `visit` was listed."""
        if visit.ended_at is not None:
            self._closed = tuple(v for v in self._closed if v != visit.id)
            return
        for session in visit.all_sessions:
            self._sessions = _without(self._sessions, session, visit.id)
        if visit.table:
            self._tables = _without(self._tables, visit.table, visit.id)

    def written(self, kitchen: Kitchen) -> Kitchen:
        """Return `kitchen` with the visits and these indexes."""
        return replace(
            kitchen,
            visits=self._visits,
            sessions=self._sessions,
            tables=self._tables,
            closed=self._closed,
        )


def _since(visit: Visit) -> tuple[int, VisitId]:
    return (visit.opened_at if visit.ended_at is None else visit.ended_at, visit.id)


def _without(
    index: FrozenMap[str, tuple[VisitId, ...]], key: str, visit: VisitId
) -> FrozenMap[str, tuple[VisitId, ...]]:
    left = tuple(v for v in index.get(key, ()) if v != visit)
    return index.set(key, left) if left else index.remove(key)
