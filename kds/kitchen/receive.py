"""Plans for what a till sends: which revision it is, which visit it joins, where its lines go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kds.kitchen.commands import ReceiveOrder, Result
from kds.kitchen.counts import to_cook
from kds.kitchen.events import (
    AlertRaised,
    Fact,
    OrderReceived,
    StockSet,
    TableMoved,
    VisitEnded,
    VisitsMerged,
)
from kds.kitchen.ids import AlertId, Instant, LineId, VisitId, visit_of
from kds.kitchen.messages import LineContent, OrderFields, OrderMessage
from kds.kitchen.orders import Order, Routing
from kds.kitchen.plans import follow
from kds.kitchen.policy import Policy
from kds.kitchen.revisions import can_reroute, matters_for_routing, new_portions
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording


@dataclass(frozen=True, slots=True)
class Place:
    """Which revision a message is, and what that makes of it."""

    revision: int
    result: Result


def place_of(order: Order | None, message: OrderMessage, digest: str) -> Place:
    """Return the revision of `message`: its own, or the next in order of arrival."""
    if message.revision is not None:
        return _numbered(order, message.revision, digest)
    if order is None:
        return Place(1, Result.NEW)
    if order.digests.get(order.revision) == digest:
        return Place(order.revision, Result.UNCHANGED)
    if order.incomplete and order.fields.cancelled and not message.fields.cancelled:
        # A cancel that overtook its order: the order itself is the older of the two.
        return Place(min(order.digests) - 1, Result.STALE)
    return Place(order.revision + 1, Result.AMENDED)


def _numbered(order: Order | None, revision: int, digest: str) -> Place:
    if order is None:
        return Place(revision, Result.NEW)
    known = order.digests.get(revision)
    if known is not None:
        return Place(revision, Result.UNCHANGED if known == digest else Result.CONFLICT)
    return Place(revision, Result.AMENDED if revision > order.revision else Result.STALE)


def conflict(command: ReceiveOrder, place: Place, now: Instant) -> AlertRaised:
    """Return the alert for one revision with two contents."""
    key = command.message.key
    message = Wording(
        f"{key.source} 的订单 {key.order_id}：版本 {place.revision} 收到两种内容，保留先到的",
        f"{key.source} order {key.order_id}: revision {place.revision} came with two contents; "
        "the first is kept",
    )
    alert = Alert(AlertId(f"conflict:{command.id}"), now, message, source=key.source)
    return AlertRaised(alert)


def order_received(
    kitchen: Kitchen, command: ReceiveOrder, place: Place, policy: Policy
) -> OrderReceived:
    """Return the fact of a new revision, with a routing for each line that is new or re-read."""
    message = command.message
    order = kitchen.orders.get(message.key)
    return OrderReceived(
        message=message,
        revision=place.revision,
        digest=command.digest,
        visit=_visit_for(kitchen, order, message, policy),
        routings=tuple(_routings(order, message, policy)),
        stale=place.result is Result.STALE,
    )


def _visit_for(
    kitchen: Kitchen, order: Order | None, message: OrderMessage, policy: Policy
) -> VisitId:
    """Return the visit of the order's new lines: its own, that of its session, or a new one."""
    if order is not None:
        home = follow(kitchen, order.visit)
        if home is not None and not home.removed:
            return home.id
    visit = session_visit(kitchen, message.fields)
    if visit is not None:
        return visit.id
    joined = policy.join(kitchen, order, message.fields)
    if joined is not None and joined in kitchen.visits:
        return joined
    fresh = visit_of(message.key)
    return fresh if fresh not in kitchen.visits else VisitId(f"{fresh}#{kitchen.seq + 1}")


def session_visit(kitchen: Kitchen, fields: OrderFields) -> Visit | None:
    """Return the open visit of this session, if it sits, or sat, at the table named."""
    visit_id = kitchen.sessions.get(fields.session) if fields.session else None
    visit = kitchen.visits.get(visit_id) if visit_id is not None else None
    if visit is None or visit.ended_at is not None:
        return None
    tables = {visit.table, *visit.tables}
    return visit if not fields.table or not visit.table or fields.table in tables else None


def _routings(
    order: Order | None, message: OrderMessage, policy: Policy
) -> Iterator[tuple[LineId, Routing]]:
    known = dict(order.lines) if order is not None else {}
    parents = {c.parent for c in message.lines if c.parent is not None}
    parents |= {ln.content.parent for ln in known.values() if ln.content.parent is not None}
    fields = message.fields if order is None or not message.partial else order.fields
    for content in message.lines:
        line = known.pop(content.line_id, None)
        if line is None or _reads_anew(line.content, content, parents):
            yield (
                content.line_id,
                policy.route(fields, content, is_parent=content.line_id in parents),
            )
    for line_id, line in known.items():
        # A child that came later makes the shell of a set of a line that nobody has started.
        became_parent = line_id in {c.parent for c in message.lines}
        if became_parent and line.routing.steps and can_reroute(line):
            yield line_id, policy.route(fields, line.content, is_parent=True)


def _reads_anew(old: LineContent, new: LineContent, parents: set[LineId]) -> bool:
    return matters_for_routing(old, new) or new.line_id in parents


def followups(before: Kitchen, after: Kitchen, fact: OrderReceived) -> Iterator[Fact]:
    """Yield what a revision brings with it: stock, another table, a merge, the visit's end."""
    key = fact.message.key
    old, order = before.orders.get(key), after.orders[key]
    yield from _stock_left(before, old, order)
    visit = after.visits[fact.visit]
    if _changed_table(old, order, visit):
        yield TableMoved(visit.id, order.fields.table)
    named = session_visit(after, order.fields)
    if named is not None and named.id != visit.id and old is not None and visit.orders == (key,):
        yield VisitsMerged(visit.id, named.id)
    if order.fields.closed and visit.ended_at is None:
        yield VisitEnded(visit.id, "pos")
    elif fact.visit not in before.visits:
        yield from _left_tables(after, visit)


def _changed_table(old: Order | None, order: Order, visit: Visit) -> bool:
    table = order.fields.table
    if not table or table == visit.table:
        return False
    return old.fields.table != table if old is not None else not visit.table


def _stock_left(before: Kitchen, old: Order | None, order: Order) -> Iterator[Fact]:
    if not before.stock:
        return
    left = dict(before.stock)
    for line, more in new_portions(old, order):
        item = line.content.item_id or line.content.name
        if item in left:
            left[item] = max(left[item] - more, left[item] * 0)
            yield StockSet(item, left[item])


def _left_tables(kitchen: Kitchen, visit: Visit) -> Iterator[Fact]:
    """A new session at a table ends the former one there, unless it still waits for food."""
    if not visit.session or not visit.table:
        return
    for other_id in kitchen.tables.get(visit.table, ()):
        other = kitchen.visits[other_id]
        if other_id == visit.id or not other.session or other.session == visit.session:
            continue
        orders = [kitchen.orders[k] for k in other.orders if k in kitchen.orders]
        if not any(to_cook(order, other_id) for order in orders):
            yield VisitEnded(other_id, "session")


def warnings_for(after: Kitchen, fact: OrderReceived) -> tuple[str, ...]:
    """Return what the sender should know, though the order is accepted."""
    order = after.orders[fact.message.key]
    found = []
    if order.incomplete:
        found.append("the order itself has not come yet; this is shown as incomplete")
    for line_id, routing in fact.routings:
        line = order.lines.get(line_id)
        if line is not None and any(s.station == "*" for s in routing.steps):
            found.append(f"no rule knows {line.content.name!r}; every station shows it")
    return tuple(found)
