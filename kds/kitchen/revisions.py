"""Fold a revision into an order, so that any order of arrival gives the same order.

Each field and each line remembers the revision that last set it. What was ever ordered and what
the point of sale voided follow from the quantities of all revisions seen, in revision order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from kds.kitchen.changing import replace
from kds.kitchen.ids import LineId, LineKey
from kds.kitchen.messages import LineContent, LineState, OrderFields, OrderMessage
from kds.kitchen.order_facts import OrderReceived
from kds.kitchen.orders import HELD_BY_POS, Gate, Line, Order, Origin, Routing
from kds.kitchen.portions import Move, PortionState
from kds.kitchen.progress import moved, new_groups, tidy
from kds.kitchen.reconcile import Arrival, home_of, pos_hold, settled, voids_by_sets

_ZERO = Decimal(0)
ALL_FIELDS = frozenset(OrderFields.__dataclass_fields__)


def amended(order: Order, fact: OrderReceived, arrival: Arrival) -> Order:
    """Return `order` with the revision of `fact` folded in."""
    message, revision = fact.message, fact.revision
    states_all = not message.partial
    cancels = message.fields.cancelled and (states_all or "cancelled" in message.given)
    wholes = order.wholes
    if states_all or cancels:
        wholes = tuple(sorted({*wholes, revision}))
    fields, field_revisions = with_fields(order, message, revision)
    after = Order(
        key=order.key,
        visit=arrival.visit,
        received_at=order.received_at,
        fields=fields,
        field_revisions=field_revisions,
        revision=max(order.revision, revision),
        wholes=wholes,
        digests={**order.digests, revision: fact.digest},
        lines=dict(order.lines),
        incomplete=order.incomplete and not (states_all and not cancels),
        flags=order.flags,
        seq=arrival.seq,
        twins=order.twins,
    )
    _fold_lines(after, fact, arrival, cancels=cancels)
    return replace(after, noted=True) if order.noted and _reads_alike(order, after) else after


def _reads_alike(before: Order, after: Order) -> bool:
    """Somebody who noted the card `before` learns nothing new from `after`."""
    return before.fields.note == after.fields.note and (
        [line.content for line in before.lines.values()]
        == [line.content for line in after.lines.values()]
    )


def with_fields(
    order: Order, message: OrderMessage, revision: int
) -> tuple[OrderFields, dict[str, int]]:
    """Return the fields after `message` has set what it states and no newer revision has set."""
    stated = message.given if message.partial else ALL_FIELDS
    known = order.field_revisions
    newer = {n: revision for n in stated if known.get(n, revision) <= revision}
    if len(newer) == len(ALL_FIELDS):
        return message.fields, newer
    values: dict[str, Any] = {name: getattr(message.fields, name) for name in newer}
    return replace(order.fields, **values), {**known, **newer}


def _fold_lines(order: Order, fact: OrderReceived, arrival: Arrival, *, cancels: bool) -> None:
    """Fold what the revision says of lines into `order.lines`, a dict that is still our own."""
    routings = dict(fact.routings)
    dropped = voided_lines(fact.message)
    lines = order.lines
    for origin, content in _contents(fact):
        line_id = content.line_id
        is_void = cancels or line_id in dropped
        quantity = _ZERO if is_void else max(_ZERO, content.quantity)
        line = lines.get(line_id)
        if line is None:
            line = _new_line(order, content, quantity, routings, fact.revision, arrival, origin)
        elif not origin.is_ruled or line.origin.is_ruled:
            line = _stated(line, content, fact.revision, quantity, arrival)
        lines[line_id] = line
    for line_id, recipe in fact.recipes:
        if lines[line_id].revision == fact.revision:
            lines[line_id] = replace(lines[line_id], recipe=recipe)
    voids = voids_by_sets(order)
    for line_id, line in lines.items():
        lines[line_id] = settled(order, line, voids, routings.get(line_id), arrival)


def _contents(fact: OrderReceived) -> Iterator[tuple[Origin, LineContent]]:
    """Yield what a revision says of lines, and who makes each of them."""
    said = (Origin.POS, fact.message.lines), (Origin.SET, fact.parts), (Origin.SIDE, fact.sides)
    return ((origin, content) for origin, contents in said for content in contents)


def voided_lines(message: OrderMessage) -> frozenset[LineId]:
    """Return the lines of `message` that are void, by themselves or because their set is."""
    dropped = {c.line_id for c in message.lines if c.state is LineState.VOID}
    if not dropped:
        return frozenset()
    children: dict[LineId, list[LineId]] = {}
    for content in message.lines:
        if content.parent is not None:
            children.setdefault(content.parent, []).append(content.line_id)
    waiting = [child for line_id in dropped for child in children.get(line_id, ())]
    while waiting:
        line_id = waiting.pop()
        if line_id not in dropped:
            dropped.add(line_id)
            waiting += children.get(line_id, ())
    return frozenset(dropped)


def _new_line(
    order: Order,
    content: LineContent,
    quantity: Decimal,
    routings: Mapping[LineId, Routing],
    revision: int,
    arrival: Arrival,
    origin: Origin,
) -> Line:
    """Return a line that no revision stated before, its portions in the queue or held."""
    routing = routings.get(content.line_id, Routing(()))
    is_held = content.state is LineState.HELD
    seq, at, visit = arrival.seq, arrival.at, arrival.visit
    return Line(
        key=LineKey(order.key.source, order.key.order_id, content.line_id),
        content=content,
        revision=revision,
        received_at=at,
        routing=routing,
        history=((revision, quantity),),
        voided=(revision,) if content.state is LineState.VOID else (),
        ordered=quantity,
        groups=new_groups(routing, quantity, visit, at, seq, is_held=is_held) if quantity else (),
        holds=(pos_hold(visit, at),) if is_held else (),
        flags=_with_stock(content, quantity, (), arrival),
        seq=seq,
        origin=origin,
    )


def _with_stock(
    content: LineContent, more: Decimal, flags: tuple[str, ...], arrival: Arrival
) -> tuple[str, ...]:
    """Flag a line that asks for `more` than is left of the dish."""
    left = arrival.stock.get(content.item_id or content.name) if arrival.stock else None
    if left is None or left >= more or "sold_out" in flags:
        return flags
    return (*flags, "sold_out")


def _stated(
    line: Line, content: LineContent, revision: int, quantity: Decimal, arrival: Arrival
) -> Line:
    """Fold in what one revision says of a line that it states."""
    wanted = line.history[-1][1] if line.history else _ZERO
    history = tuple(sorted({*line.history, (revision, quantity)}))
    voided = line.voided
    if content.state is LineState.VOID:
        voided = tuple(sorted({*voided, revision}))
    if revision < line.revision:
        return replace(line, history=history, voided=voided)
    before = line.content
    line = replace(
        line,
        content=content,
        revision=revision,
        history=history,
        voided=voided,
        changed=line.changed or _reads_differently(before, content),
        flags=_with_stock(content, quantity - wanted, line.flags, arrival),
    )
    if content.state is LineState.HELD and before.state is not LineState.HELD:
        return _held_by_pos(line, arrival)
    if content.state is LineState.ORDERED and any(h.rule == HELD_BY_POS for h in line.holds):
        return _fired_by_pos(line, arrival)
    return line


def _reads_differently(old: LineContent, new: LineContent) -> bool:
    """A cook who reads the line again would see something else."""
    return replace(old, state=new.state) != new


def _held_by_pos(line: Line, arrival: Arrival) -> Line:
    """Hold what has not started; portions that this revision adds wait as well."""
    groups = tuple(
        moved(g, Move.HOLD, arrival.at, arrival.seq) if g.state is PortionState.QUEUED else g
        for g in line.groups
    )
    visits = {g.visit for g in groups if g.state is not PortionState.VOID}
    visits.add(home_of(line, arrival))
    known = {h.visit for h in line.holds if h.rule == HELD_BY_POS}
    holds = tuple(pos_hold(visit, arrival.at) for visit in sorted(visits - known))
    return replace(line, groups=tidy(groups), holds=line.holds + holds, seq=arrival.seq)


def _fired_by_pos(line: Line, arrival: Arrival) -> Line:
    holds = tuple(h for h in line.holds if h.rule != HELD_BY_POS)
    still = {h.visit for h in holds if h.gate is Gate.START}
    groups = tuple(
        moved(g, Move.FIRE, arrival.at, arrival.seq)
        if g.state is PortionState.HELD and g.visit not in still
        else g
        for g in line.groups
    )
    return replace(line, groups=tidy(groups), holds=holds, seq=arrival.seq)


# --- what a revision means for others --------------------------------------------------------

_NEVER_ROUTES = ("quantity", "state", "note", "unit", "parent")
_ROUTING_FIELDS = ("service", "channel", "table", "zone", "member")


def matters_for_routing(old: LineContent, new: LineContent) -> bool:
    """The rules could send `new` elsewhere than `old`."""
    return replace(old, **{name: getattr(new, name) for name in _NEVER_ROUTES}) != new


def fields_matter_for_routing(old: OrderFields, new: OrderFields) -> bool:
    """The rules could send lines of an order with the fields `new` elsewhere than before."""
    return any(getattr(old, name) != getattr(new, name) for name in _ROUTING_FIELDS)


def parents_among(contents: Mapping[LineId, LineContent]) -> frozenset[LineId]:
    """Return the lines that others are part of.

    A link that closes a circle over several revisions counts for nothing: a set in itself would
    be cooked by nobody.
    """
    links = {c.line_id: c.parent for c in contents.values() if c.parent is not None}
    if not links:
        return frozenset()
    circles = _in_circles(links)
    return frozenset(parent for line, parent in links.items() if line not in circles)


def _in_circles(links: Mapping[LineId, LineId]) -> set[LineId]:
    """Return the lines from which the way up comes back to themselves."""
    found: set[LineId] = set()
    walked: set[LineId] = set()
    for start in links:
        way: dict[LineId, None] = {}
        at: LineId | None = start
        while at is not None and at not in walked:
            walked.add(at)
            way[at] = None
            at = links.get(at)
        if at is not None and at in way:
            passed = list(way)
            found.update(passed[passed.index(at) :])
    return found


def new_portions(before: Order | None, after: Order) -> Iterable[tuple[Line, Decimal]]:
    """Yield each line of `after` with the living portions that `before` did not have."""
    for line_id, line in after.lines.items():
        old = before.lines.get(line_id) if before is not None else None
        more = _living(line) - (_living(old) if old is not None else _ZERO)
        if more > 0:
            yield line, more


def _living(line: Line) -> Decimal:
    if not line.routing.steps:
        return min(line.ordered, max(_ZERO, line.content.quantity))
    return sum(
        (g.portions for g in line.groups if g.step == 0 and g.state is not PortionState.VOID), _ZERO
    )
