"""Fold a revision into an order, so that any order of arrival gives the same order.

Each field and each line remembers the revision that last set it. What was ever ordered and what
the point of sale voided follow from the quantities of all revisions seen, in revision order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from kds.kitchen.events import OrderReceived
from kds.kitchen.ids import Instant, LineId, LineKey, VisitId
from kds.kitchen.messages import LineContent, LineState, OrderFields, OrderMessage
from kds.kitchen.orders import (
    HELD_BY_POS,
    Gate,
    Hold,
    Line,
    Order,
    Origin,
    Routing,
)
from kds.kitchen.portions import NOT_STARTED, Group, Move, PortionState, amount
from kds.kitchen.progress import (
    drop_idle_holds,
    grow,
    moved,
    new_groups,
    tidy,
    void,
    voidable,
)
from kds.kitchen.wording import Wording

_ZERO = Decimal(0)
_HELD_REASON = Wording("等叫", "on hold")
ALL_FIELDS = frozenset(OrderFields.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where and when a revision takes effect.

    Log place, kitchen time, the visit of new portions, what is counted as left, and the visits
    that nobody sees any more (taken away by a person, or archived).
    """

    seq: int
    at: Instant
    visit: VisitId
    stock: Mapping[str, Decimal]
    gone: frozenset[VisitId] = frozenset()


def amended(order: Order, fact: OrderReceived, arrival: Arrival) -> Order:
    """Return `order` with the revision of `fact` folded in."""
    message, revision = fact.message, fact.revision
    states_all = not message.partial
    cancels = message.fields.cancelled and (states_all or "cancelled" in message.given)
    wholes = order.wholes
    if states_all or cancels:
        wholes = tuple(sorted({*wholes, revision}))
    fields, field_revisions = _with_fields(order, message, revision)
    order = Order(
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
        noted=order.noted and not message.lines,
        flags=order.flags,
        seq=arrival.seq,
    )
    _fold_lines(order, fact, arrival, cancels=cancels)
    return order


def _with_fields(
    order: Order, message: OrderMessage, revision: int
) -> tuple[OrderFields, dict[str, int]]:
    """Set the fields that `message` states and that no newer revision has set."""
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
    for content in fact.message.lines:
        line_id = content.line_id
        is_void = cancels or line_id in dropped
        quantity = _ZERO if is_void else max(_ZERO, content.quantity)
        line = lines.get(line_id)
        if line is None:
            line = _new_line(order, content, quantity, routings, fact.revision, arrival)
        else:
            line = _stated(line, content, fact.revision, quantity, arrival)
        lines[line_id] = line
    for line_id, line in lines.items():
        lines[line_id] = _settled(order, line, routings.get(line_id), arrival)


def voided_lines(message: OrderMessage) -> frozenset[LineId]:
    """Return the lines of `message` that are void, by themselves or because their set is."""
    by_id = {content.line_id: content for content in message.lines}

    def is_void(content: LineContent | None, depth: int) -> bool:
        if content is None or depth > len(by_id):
            return False
        if content.state is LineState.VOID:
            return True
        parent = by_id.get(content.parent) if content.parent is not None else None
        return is_void(parent, depth + 1)

    if not any(c.state is LineState.VOID for c in message.lines):
        return frozenset()
    return frozenset(c.line_id for c in message.lines if is_void(c, 0))


def _new_line(
    order: Order,
    content: LineContent,
    quantity: Decimal,
    routings: Mapping[LineId, Routing],
    revision: int,
    arrival: Arrival,
) -> Line:
    """Return a line that no revision stated before, its portions in the queue or held."""
    routing = routings.get(content.line_id, Routing(()))
    left = arrival.stock.get(content.item_id or content.name) if arrival.stock else None
    is_held = content.state is LineState.HELD
    seq, at, visit = arrival.seq, arrival.at, arrival.visit
    return Line(
        key=LineKey(order.key.source, order.key.order_id, content.line_id),
        content=content,
        revision=revision,
        received_at=at,
        routing=routing,
        history=((revision, quantity),),
        ordered=quantity,
        groups=new_groups(routing, quantity, visit, at, seq, is_held=is_held) if quantity else (),
        holds=(pos_hold(visit, at),) if is_held else (),
        flags=("sold_out",) if left is not None and left < content.quantity else (),
        seq=seq,
    )


def pos_hold(visit: VisitId, at: Instant) -> Hold:
    """Return the hold of a line that the till sent as held (等叫)."""
    return Hold(HELD_BY_POS, visit, Gate.START, _HELD_REASON, at)


def _stated(
    line: Line, content: LineContent, revision: int, quantity: Decimal, arrival: Arrival
) -> Line:
    """Fold in what one revision says of a line that it states."""
    history = tuple(sorted({*line.history, (revision, quantity)}))
    line = replace(line, history=history)
    if revision < line.revision:
        return line
    changed = line.changed or _reads_differently(line.content, content)
    before = line.content.state
    line = replace(line, content=content, revision=revision, changed=changed)
    if content.state is LineState.HELD and before is not LineState.HELD:
        return _held_by_pos(line, arrival)
    if content.state is LineState.ORDERED and before is LineState.HELD:
        return _fired_by_pos(line, arrival)
    return line


def _reads_differently(old: LineContent, new: LineContent) -> bool:
    """A cook who reads the line again would see something else."""
    return replace(old, state=new.state) != new


def _held_by_pos(line: Line, arrival: Arrival) -> Line:
    """Hold what has not started; portions that come later wait as well."""
    groups = tuple(
        moved(g, Move.HOLD, arrival.at, arrival.seq) if g.state is PortionState.QUEUED else g
        for g in line.groups
    )
    started = any(g.state not in NOT_STARTED for g in groups) and not any(
        g.state is PortionState.HELD for g in groups
    )
    if started:
        return line
    visits = {g.visit for g in groups} or {arrival.visit}
    holds = tuple(pos_hold(visit, arrival.at) for visit in sorted(visits))
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


def _settled(order: Order, line: Line, routing: Routing | None, arrival: Arrival) -> Line:
    """Bring the portion groups of `line` in line with all that was ever said of it."""
    if routing is not None and routing != line.routing:
        line = _rerouted(line, routing, arrival)
    if line.origin is Origin.KITCHEN:
        quantity = _ZERO if order.fields.cancelled else line.ordered
        return _reconciled(line, line.ordered, quantity, arrival)
    line = _voided_by_omission(order, line)
    ordered, quantity = _totals(line.history, order.wholes)
    if order.fields.cancelled:
        quantity = _ZERO
    return _reconciled(line, ordered, quantity, arrival)


def _voided_by_omission(order: Order, line: Line) -> Line:
    """A whole revision that is newer than the line and lacks it has voided it."""
    stated = {revision for revision, _ in line.history}
    missing = [w for w in order.wholes if w > line.revision and w not in stated]
    if not missing or (line.content.state is LineState.VOID and line.content.quantity == 0):
        return line
    content = replace(line.content, quantity=_ZERO, state=LineState.VOID)
    return replace(line, content=content, revision=max(missing))


def _totals(
    history: tuple[tuple[int, Decimal], ...], wholes: tuple[int, ...]
) -> tuple[Decimal, Decimal]:
    """Return (ever ordered, wanted now) from the quantities by revision; missing means zero."""
    if len(history) == 1 and len(wholes) <= 1:
        quantity = history[0][1]
        return quantity, quantity if not wholes or wholes[0] <= history[0][0] else _ZERO
    quantities = dict.fromkeys(wholes, _ZERO) | dict(history)
    ordered = last = _ZERO
    for revision in sorted(quantities):
        ordered += max(_ZERO, quantities[revision] - last)
        last = quantities[revision]
    return ordered, last


def _reconciled(line: Line, ordered: Decimal, quantity: Decimal, arrival: Arrival) -> Line:
    more = ordered - line.ordered
    if more > 0:
        line = grow(line, more, _home(line, arrival), arrival.at, arrival.seq)
    if ordered == quantity and not line.struck:
        return line
    target = max(ordered - quantity, min(line.struck, ordered))
    less = target - amount((g for g in line.groups if g.step == 0), (PortionState.VOID,))
    if less <= 0 or not line.routing.steps:
        return line
    for visit in _least_advanced_visits(line):
        part = min(less, voidable(line, visit))
        if part > 0:
            line = void(line, part, visit, arrival.at, arrival.seq)
            less -= part
    return drop_idle_holds(replace(line, seq=arrival.seq))


def _home(line: Line, arrival: Arrival) -> VisitId:
    """Return where more portions of a line go: where the line is, unless that was taken away."""
    visits = [g.visit for g in line.groups if g.visit not in arrival.gone]
    return visits[-1] if visits and arrival.visit not in visits else arrival.visit


def _least_advanced_visits(line: Line) -> list[VisitId]:
    """Return the visits that hold portions of `line`, those with the most untouched ones first."""
    untouched: dict[VisitId, Decimal] = {}
    for group in line.groups:
        part = group.portions if group.step == 0 and group.state in NOT_STARTED else _ZERO
        untouched[group.visit] = untouched.get(group.visit, _ZERO) + part
    return sorted(untouched, key=lambda visit: (-untouched[visit], visit))


def _rerouted(line: Line, routing: Routing, arrival: Arrival) -> Line:
    """Give a line that nobody has started its new steps; its clocks and voids stay."""
    if not can_reroute(line):
        return line
    if not line.groups:
        return replace(line, routing=routing, ordered=_ZERO)
    groups = [
        _at_step(group, index, bool(step.after))
        for group in line.groups
        if group.step == 0
        for index, step in enumerate(routing.steps)
    ]
    return replace(line, routing=routing, groups=tidy(groups), seq=arrival.seq)


def _at_step(group: Group, step: int, waits: bool) -> Group:
    if waits and group.state in (PortionState.QUEUED, PortionState.HELD):
        return replace(group, step=step, state=PortionState.WAITING, fired_at=None)
    return replace(group, step=step)


def can_reroute(line: Line) -> bool:
    """Nobody has started the line, so another station may still get it."""
    return all(g.state in NOT_STARTED or g.state is PortionState.VOID for g in line.groups)


def matters_for_routing(old: LineContent, new: LineContent) -> bool:
    """The rules could send `new` elsewhere than `old`."""
    keep = ("quantity", "state", "note", "seat", "course", "unit")
    return replace(old, **{name: getattr(new, name) for name in keep}) != new


def new_portions(before: Order | None, after: Order) -> Iterable[tuple[Line, Decimal]]:
    """Yield each line of `after` with the live portions that `before` did not have."""
    for line_id, line in after.lines.items():
        old = before.lines.get(line_id) if before is not None else None
        more = line.ordered - (old.ordered if old is not None else _ZERO)
        if more > 0:
            yield line, more
