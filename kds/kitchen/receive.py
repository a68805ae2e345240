"""Plans for what a till sends: which revision it is, which visit it joins, where its lines go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kds.kitchen.changing import replace
from kds.kitchen.commands import ReceiveOrder, Result
from kds.kitchen.counts import to_cook
from kds.kitchen.events import AlertRaised, Fact, LineChecked
from kds.kitchen.ids import AlertId, Instant, LineId, VisitId, visit_of
from kds.kitchen.messages import LineContent, OrderMessage
from kds.kitchen.order_facts import (
    OrderReceived,
    TableMoved,
    VisitEnded,
    VisitsMerged,
)
from kds.kitchen.orders import HELD_BY_VOUCHER, Line, Order, Origin, Routing
from kds.kitchen.plans import follow
from kds.kitchen.policy import Policy
from kds.kitchen.portions import PortionState
from kds.kitchen.reconcile import Arrival
from kds.kitchen.revisions import (
    amended,
    fields_matter_for_routing,
    matters_for_routing,
    new_portions,
    parents_among,
    with_fields,
)
from kds.kitchen.sessions import session_visit
from kds.kitchen.spelling import NO_RECIPE, Spelled, spelled, way_of
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.stock import stock_facts
from kds.kitchen.twins import twins_of
from kds.kitchen.visits import Visit
from kds.kitchen.vouchers import redeemed_again
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
    oldest = min(order.digests)
    if order.fields.cancelled and oldest < 1 and order.digests[oldest] == digest:
        return Place(oldest, Result.UNCHANGED)
    if order.incomplete and order.fields.cancelled and not message.fields.cancelled:
        # A cancel that overtook its order: the order itself is the older of the two.
        return Place(oldest - 1, Result.STALE)
    return Place(order.revision + 1, Result.AMENDED)


def _numbered(order: Order | None, revision: int, digest: str) -> Place:
    if order is None:
        return Place(revision, Result.NEW)
    known = order.digests.get(revision)
    if known is not None:
        return Place(revision, Result.UNCHANGED if known == digest else Result.CONFLICT)
    return Place(revision, Result.AMENDED if revision > order.revision else Result.STALE)


def conflict(command: ReceiveOrder, place: Place, now: Instant) -> AlertRaised:
    """Return the alert for one revision with two contents; the same again is the same alert."""
    key = command.message.key
    message = Wording(
        f"{key.source} 的订单 {key.order_id}：版本 {place.revision} 收到两种内容，保留先到的",
        f"{key.source} order {key.order_id}: revision {place.revision} came with two contents; "
        "the first is kept",
    )
    name = f"conflict:{key.source}/{key.order_id}:{place.revision}:{command.digest}"
    return AlertRaised(Alert(AlertId(name), now, message, source=key.source))


def order_received(
    kitchen: Kitchen, command: ReceiveOrder, place: Place, policy: Policy, now: Instant
) -> OrderReceived:
    """Return the fact of a new revision, with a routing for each line that is new or re-read."""
    message = command.message
    order = kitchen.orders.get(message.key)
    fields = message.fields if order is None else with_fields(order, message, place.revision)[0]
    made = spelled(order, message, fields, policy)
    fact = OrderReceived(
        message=message,
        revision=place.revision,
        digest=command.digest,
        visit=_visit_for(kitchen, order, message, policy),
        routings=tuple(_routings(order, message, place.revision, policy, made)),
        stale=place.result is Result.STALE,
        recipes=made.recipes,
        parts=made.parts,
        sides=made.sides,
        twins=() if order is not None else twins_of(kitchen, message, made, now),
    )
    if order is None or fact.visit == order.visit or order.visit not in kitchen.visits:
        return fact
    return fact if _brings_portions(kitchen, order, fact, now) else replace(fact, visit=order.visit)


def _brings_portions(kitchen: Kitchen, order: Order, fact: OrderReceived, now: Instant) -> bool:
    """Something is to be done, so the guests whose ticket was taken away need a new one."""
    arrival = Arrival(kitchen.seq + 1, now, fact.visit, kitchen.stock)
    return any(new_portions(order, amended(order, fact, arrival)))


def _visit_for(
    kitchen: Kitchen, order: Order | None, message: OrderMessage, policy: Policy
) -> VisitId:
    """Return the visit of the order's new lines: its own, that of its session, or a new one."""
    if order is not None:
        home = follow(kitchen, order.visit)
        if home is not None and not home.removed:
            return home.id
    fields = message.fields if order is None else with_fields(order, message, order.revision)[0]
    visit = session_visit(kitchen, fields)
    if visit is not None:
        return visit.id
    joined = follow(kitchen, policy.join(kitchen, order, fields))
    if joined is not None and joined.ended_at is None:
        return joined.id
    fresh = visit_of(message.key)
    return fresh if fresh not in kitchen.visits else VisitId(f"{fresh}#{kitchen.seq + 1}")


def _routings(
    order: Order | None, message: OrderMessage, revision: int, policy: Policy, made: Spelled
) -> Iterator[tuple[LineId, Routing]]:
    """Yield the routings of new lines, and of known ones that the rules now read otherwise."""
    stated = {c.line_id: c for c in (*message.lines, *made.parts, *made.sides)}
    recipes = dict(made.recipes)
    if order is None:
        parents = _parents(stated, {content.line_id for content in made.sides})
        for line_id, content in stated.items():
            is_parent, recipe = line_id in parents, recipes.get(line_id, NO_RECIPE)
            yield line_id, way_of(policy, message.fields, content, recipe, is_parent=is_parent)
        return
    before = {line_id: line.content for line_id, line in order.lines.items()}
    after = dict(before)
    for line_id, content in stated.items():
        line = order.lines.get(line_id)
        if line is None or line.revision <= revision:
            after[line_id] = content
    sides = _sides_in(order.lines)
    were = _parents(before, sides)
    gone = _no_longer_in(order.lines, stated)
    parents = _parents(after, sides | gone | {content.line_id for content in made.sides})
    fields, _ = with_fields(order, message, revision)
    all_anew = fields_matter_for_routing(order.fields, fields)
    for line_id, content in after.items():
        old = before.get(line_id)
        known = NO_RECIPE if old is None else order.lines[line_id].recipe
        is_newest = old is None or order.lines[line_id].revision <= revision
        recipe = recipes.get(line_id, known) if is_newest else known
        if old is None:
            is_parent = line_id in parents
            yield line_id, way_of(policy, fields, content, recipe, is_parent=is_parent)
        elif (
            all_anew
            or (line_id in parents) != (line_id in were)
            or (old is not content and matters_for_routing(old, content))
        ):
            routing = way_of(policy, fields, content, recipe, is_parent=line_id in parents)
            # What the rules read as before stays where a person may have given it meanwhile.
            is_parent = line_id in were
            if routing != way_of(policy, order.fields, old, known, is_parent=is_parent):
                yield line_id, routing


def _parents(
    contents: Mapping[LineId, LineContent], left_out: Collection[LineId]
) -> frozenset[LineId]:
    """Return the sets among `contents`. `left_out`: lines that make no set of what they are of."""
    if not left_out:
        return parents_among(contents)
    return parents_among({i: c for i, c in contents.items() if i not in left_out})


def _sides_in(lines: Mapping[LineId, Line]) -> set[LineId]:
    return {line_id for line_id, line in lines.items() if line.origin is Origin.SIDE}


def _no_longer_in(
    lines: Mapping[LineId, Line], stated: Mapping[LineId, LineContent]
) -> set[LineId]:
    """Return the dishes of sets that are stated now without them."""
    return {
        line_id
        for line_id, line in lines.items()
        if line.origin is Origin.SET and line_id not in stated and line.content.parent in stated
    }


def followups(before: Kitchen, after: Kitchen, fact: OrderReceived) -> Iterator[Fact]:
    """Yield what a revision brings with it: stock, another table, a merge, the visit's end."""
    key = fact.message.key
    old, order = before.orders.get(key), after.orders[key]
    yield from stock_facts(before, after, (key,))
    yield from redeemed_again(after, old, fact)
    visit = after.visits[fact.visit]
    if _changed_table(old, order, visit):
        yield TableMoved(visit.id, order.fields.table)
    named = session_visit(after, order.fields)
    if (
        named is not None
        and named.id != visit.id
        and old is not None
        and visit.ended_at is None
        and visit.orders == (key,)
    ):
        yield VisitsMerged(visit.id, named.id)
        visit = named
    if order.fields.closed and visit.ended_at is None:
        yield VisitEnded(visit.id, "pos")
    elif fact.visit not in before.visits:
        yield from _left_tables(after, visit)


def _changed_table(old: Order | None, order: Order, visit: Visit) -> bool:
    table = order.fields.table
    if not table or table == visit.table:
        return False
    return old.fields.table != table if old is not None else not visit.table


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
        if line is not None and any(h.rule == HELD_BY_VOUCHER for h in line.holds):
            found.append(f"held for the pass: {line.content.name!r}, redeemed before")
    if order.fields.closed and order.fields.due_at is None:  # what is due later is just early
        found += [f"closed, but {name!r} is still held" for name in _still_held(order)]
    return tuple(found)


def _still_held(order: Order) -> dict[str, None]:
    """Return the dishes of which something waits to be started."""
    is_held = PortionState.HELD
    lines = (ln for ln in order.lines.values() if any(g.state is is_held for g in ln.groups))
    return dict.fromkeys(line.content.name for line in lines)


def remarks_made(facts: Iterable[Fact], kitchen: Kitchen) -> tuple[str, ...]:
    """Return what the rules have found odd among `facts`, for the sender, who was not refused."""
    found: dict[str, None] = {}
    for fact in facts:
        line = kitchen.line(fact.line) if isinstance(fact, LineChecked) else None
        for remark in line.remarks if line is not None else ():
            asked = "; the pass is asked" if remark.asks and not remark.answered else ""
            name = "" if line is None else line.content.name
            found[f"{name!r}: {remark.message.en}{asked}"] = None
    return tuple(found)
