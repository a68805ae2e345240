"""What events do to visits: who sits where, which orders and lines a ticket holds."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from kds.kitchen.changing import replace
from kds.kitchen.closing import homes_elsewhere
from kds.kitchen.events import Event
from kds.kitchen.ids import Instant, LineKey, RuleId, VisitId
from kds.kitchen.order_facts import (
    LinesRerouted,
    LinesSplit,
    OrderReceived,
    RiderNoted,
    TableMoved,
    VisitArchived,
    VisitEnded,
    VisitPinned,
    VisitRestored,
    VisitsMerged,
)
from kds.kitchen.orders import Gate, Hold, Line, Order
from kds.kitchen.portions import ADVANCEMENT, Group, PortionState
from kds.kitchen.progress import by_least_advanced, drop_idle_holds, shift, tidy
from kds.kitchen.reconcile import Arrival, settled, voids_by_sets
from kds.kitchen.revisions import amended
from kds.kitchen.sessions import session_visit
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit, told_by
from kds.kitchen.writing import change_lines, drop_visit, put_order, put_visit


def order_received(kitchen: Kitchen, event: Event, fact: OrderReceived) -> Kitchen:
    """Fold the revision into its order, and the order into its visit."""
    key = fact.message.key
    order = kitchen.orders.get(key)
    gone = _gone(kitchen, order) if order is not None else frozenset()
    if order is None:
        order = Order(key, fact.visit, event.at, incomplete=True, seq=kitchen.seq, twins=fact.twins)
    arrival = Arrival(kitchen.seq, event.at, fact.visit, kitchen.stock, gone)
    after = amended(order, fact, arrival)
    kitchen = put_order(kitchen, after)
    visit = kitchen.visits.get(fact.visit)
    if visit is None:
        return put_visit(kitchen, _opened(fact.visit, event.at, after, kitchen.seq))
    joined = _joined(kitchen, visit, order, after)
    return kitchen if joined is visit else put_visit(kitchen, joined)


def lines_rerouted(kitchen: Kitchen, event: Event, fact: LinesRerouted) -> Kitchen:
    """Give lines their new steps; one that somebody has begun keeps its way."""
    routings = dict(fact.routings)
    for key in dict.fromkeys(line.order for line in routings):
        order = kitchen.orders.get(key)
        if order is None:
            continue
        gone = _gone(kitchen, order)
        arrival = Arrival(kitchen.seq, event.at, fact.visit, kitchen.stock, gone)
        voids = voids_by_sets(order)
        lines = {
            line_id: settled(order, line, voids, routings[line.key], arrival)
            if line.key in routings
            else line
            for line_id, line in order.lines.items()
        }
        kitchen = put_order(kitchen, replace(order, lines=lines))
    return kitchen


def _opened(visit: VisitId, at: Instant, order: Order, seq: int) -> Visit:
    return Visit(
        visit,
        at,
        session=order.fields.session,
        table=order.fields.table,
        orders=(order.key,),
        lines=tuple(ln.key for ln in order.lines.values() if _lies_in(ln, visit, is_new=True)),
        seq=seq,
    )


def _gone(kitchen: Kitchen, order: Order) -> frozenset[VisitId]:
    visits = {g.visit for line in order.lines.values() for g in line.groups}
    found = {v: kitchen.visits.get(v) for v in visits}
    return frozenset(v for v, visit in found.items() if visit is None or visit.removed)


def _joined(kitchen: Kitchen, visit: Visit, before: Order, order: Order) -> Visit:
    """Return `visit` with the order and those of its lines that now lie there.

    A visit without a session gets that of the order, unless other guests sit there by it already.
    """
    known = set(visit.lines)
    fresh = tuple(
        line.key
        for line in order.lines.values()
        if line.key not in known
        and _lies_in(line, visit.id, is_new=line.key.line_id not in before.lines)
    )
    orders = visit.orders if order.key in visit.orders else (*visit.orders, order.key)
    session, named = visit.session, order.fields.session
    if not session and named not in visit.sessions and session_visit(kitchen, order.fields) is None:
        session = named
    if not fresh and orders is visit.orders and session == visit.session:
        return visit
    return replace(visit, lines=visit.lines + fresh, orders=orders, session=session)


def _lies_in(line: Line, visit: VisitId, *, is_new: bool) -> bool:
    """A line lies where its portions are; one without portions lies where it arrived."""
    return any(g.visit == visit for g in line.groups) or (is_new and not line.groups)


def table_moved(kitchen: Kitchen, event: Event, fact: TableMoved) -> Kitchen:
    """Seat the visit at another table."""
    visit = kitchen.visits.get(fact.visit)
    if visit is None or visit.table == fact.table:
        return kitchen
    former = (*visit.tables, visit.table) if visit.table else visit.tables
    return put_visit(kitchen, replace(visit, table=fact.table, tables=former, moved_at=event.at))


def visits_merged(kitchen: Kitchen, event: Event, fact: VisitsMerged) -> Kitchen:
    """Give everything of one visit to another; the former stays as an ended trace."""
    visit, into = kitchen.visits.get(fact.visit), kitchen.visits.get(fact.into)
    if visit is None or into is None or visit.id == into.id:
        return kitchen
    kitchen = change_lines(kitchen, visit.lines, lambda ln: _rehomed(ln, visit.id, into.id))
    for key in visit.orders:
        order = kitchen.orders.get(key)
        if order is not None and order.visit == visit.id:
            kitchen = put_order(kitchen, replace(order, visit=into.id))
    ended = replace(visit, ended_at=event.at, ended_by="merge", merged_into=into.id)
    kitchen = put_visit(kitchen, ended)
    sessions = dict.fromkeys(into.sessions + visit.all_sessions)
    return put_visit(
        kitchen,
        replace(
            into,
            orders=tuple(dict.fromkeys(into.orders + visit.orders)),
            lines=tuple(dict.fromkeys(into.lines + visit.lines)),
            sessions=tuple(session for session in sessions if session != into.session),
            told=told_by(into.told, visit.told),
            rider_at=visit.rider_at if into.rider_at is None else into.rider_at,
        ),
    )


def _rehomed(line: Line, old: VisitId, new: VisitId) -> Line:
    """Move everything of a line from one visit to another; of two equal holds the first stays."""
    groups = tidy(replace(g, visit=new) if g.visit == old else g for g in line.groups)
    holds: dict[tuple[RuleId, VisitId, Gate], Hold] = {}
    for hold in (replace(h, visit=new) if h.visit == old else h for h in line.holds):
        holds.setdefault((hold.rule, hold.visit, hold.gate), hold)
    return replace(line, groups=groups, holds=tuple(holds.values()))


def lines_split(kitchen: Kitchen, event: Event, fact: LinesSplit) -> Kitchen:
    """Open a visit with portions taken from another; every line keeps its key and its clocks."""
    visit = kitchen.visits.get(fact.visit)
    if visit is None:
        return kitchen
    parts = dict(fact.parts)
    kitchen = change_lines(kitchen, parts, lambda ln: _parted(ln, visit.id, fact.to, parts[ln.key]))
    stay = {k for k in visit.lines if k not in parts or _has_portions(kitchen, k, visit.id)}
    stay |= _sets_of(kitchen, stay)
    left = tuple(k for k in visit.lines if k in stay)
    kitchen = put_visit(kitchen, replace(visit, lines=left))
    return put_visit(
        kitchen,
        Visit(
            fact.to,
            visit.opened_at,
            table=fact.table,
            tables=(visit.table,) if visit.table and visit.table != fact.table else (),
            moved_at=event.at,
            orders=tuple(dict.fromkeys(key.order for key in parts)),
            lines=tuple(parts),
            split_from=visit.id,
            told=visit.told,
        ),
    )


def _parted(line: Line, old: VisitId, new: VisitId, portions: Decimal) -> Line:
    """Move `portions` of every step, the most advanced first so that bumped ones stay bumped.

    Void ones stay behind, unless everything goes.
    """
    groups = line.groups
    for step in range(len(line.routing.steps)):
        groups = shift(
            groups,
            partial(_lies_at, step, old),
            portions,
            lambda g: replace(g, visit=new),
            _most_advanced,
        )
    taken = tuple(replace(h, visit=new) for h in line.holds if h.visit == old)
    stays = any(g.visit == old for g in groups)
    holds = tuple(h for h in line.holds if stays or h.visit != old) + taken
    parted = replace(line, groups=groups, holds=holds)
    return drop_idle_holds(parted) if line.routing.steps else parted


def _lies_at(step: int, visit: VisitId, group: Group) -> bool:
    return group.step == step and group.visit == visit


def _most_advanced(group: Group) -> tuple[int, int]:
    rank, age = by_least_advanced(group)
    return (len(ADVANCEMENT) if group.state is PortionState.VOID else -rank, -age)


def _sets_of(kitchen: Kitchen, keys: Iterable[LineKey]) -> set[LineKey]:
    """Return the sets, inside of sets too, that the lines of `keys` are part of."""
    above: set[LineKey] = set()
    waiting = list(keys)
    while waiting:
        line = kitchen.line(waiting.pop())
        parent = line.content.parent if line is not None else None
        if line is not None and parent is not None:
            key = line.key._replace(line_id=parent)
            if key not in above:
                above.add(key)
                waiting.append(key)
    return above


def _has_portions(kitchen: Kitchen, key: LineKey, visit: VisitId) -> bool:
    line = kitchen.line(key)
    return line is not None and any(g.visit == visit for g in line.groups)


def visit_ended(kitchen: Kitchen, event: Event, fact: VisitEnded) -> Kitchen:
    """Let no more orders join."""
    visit = kitchen.visits.get(fact.visit)
    if visit is None:
        return kitchen
    return put_visit(
        kitchen,
        replace(
            visit,
            ended_at=visit.ended_at or event.at,
            ended_by=visit.ended_by or fact.by,
            removed=visit.removed or fact.removed,
        ),
    )


def visit_pinned(kitchen: Kitchen, _event: Event, fact: VisitPinned) -> Kitchen:
    """Fix or free the ticket's place."""
    visit = kitchen.visits.get(fact.visit)
    return kitchen if visit is None else put_visit(kitchen, replace(visit, pinned=fact.pinned))


def rider_noted(kitchen: Kitchen, event: Event, fact: RiderNoted) -> Kitchen:
    """Note since when the rider stands at the door."""
    visit = kitchen.visits.get(fact.visit)
    if visit is None:
        return kitchen
    return put_visit(kitchen, replace(visit, rider_at=event.at if fact.here else None))


def visit_archived(kitchen: Kitchen, _event: Event, fact: VisitArchived) -> Kitchen:
    """Forget an ended visit and the orders whose home it is; the store keeps both.

    An order that still has portions elsewhere stays; that is its home from now on.
    """
    visit = kitchen.visits.get(fact.visit)
    if visit is None:
        return kitchen
    orders, commands = kitchen.orders, kitchen.commands
    for key in visit.orders:
        order = orders.get(key)
        if order is not None and order.visit == visit.id:
            home = next(homes_elsewhere(kitchen, order), None)
            stays = None if home is None else replace(order, visit=home)
            orders = orders.remove(key) if stays is None else orders.set(key, stays)
    for applied in visit.commands:
        commands = commands.remove(applied.command)
    lost = kitchen.lost
    for gone in [line for line in lost if line.order not in orders]:
        lost = lost.remove(gone)
    return drop_visit(replace(kitchen, orders=orders, commands=commands, lost=lost), visit)


def visit_restored(kitchen: Kitchen, _event: Event, fact: VisitRestored) -> Kitchen:
    """Take back an archived visit as it was; orders that came again meanwhile stay as they are."""
    for order in fact.orders:
        if order.key not in kitchen.orders:
            kitchen = put_order(kitchen, order)
    commands = kitchen.commands
    for applied in fact.visit.commands:
        commands = commands.set(applied.command, fact.visit.id)
    return put_visit(replace(kitchen, commands=commands), fact.visit, seq=fact.visit.seq)
