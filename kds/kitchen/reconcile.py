"""Bring the portions of a line in step with all that revisions have ever said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kds.kitchen.changing import replace
from kds.kitchen.ids import Instant, LineId, VisitId
from kds.kitchen.messages import LineState
from kds.kitchen.orders import HELD_BY_POS, Gate, Hold, Line, Order, Origin, Routing
from kds.kitchen.portions import NOT_STARTED, Group, PortionState, amount
from kds.kitchen.progress import drop_idle_holds, grow, tidy, void
from kds.kitchen.slices import slices
from kds.kitchen.wording import Wording

_ZERO = Decimal(0)
_S = PortionState
_HELD_REASON = Wording("等叫", "on hold")

Quantities = tuple[tuple[int, Decimal], ...]


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


def pos_hold(visit: VisitId, at: Instant) -> Hold:
    """Return the hold of a line that the till sent as held (等叫)."""
    return Hold(HELD_BY_POS, visit, Gate.START, _HELD_REASON, at)


Voids = Mapping[LineId, tuple[int, ...]]
"""Per line, the revisions that void it unless they state it."""


def settled(
    order: Order, line: Line, voids: Voids, routing: Routing | None, arrival: Arrival
) -> Line:
    """Return `line` with as many portions, living and void, as all revisions together ask for."""
    if routing is not None and routing != line.routing:
        line = _rerouted(line, routing, arrival)
    if line.origin is Origin.KITCHEN:
        ordered = line.ordered
        quantity = ordered if _is_wanted(order, line, voids) else _ZERO
    else:
        mine = voids.get(line.key.line_id, order.wholes)
        line = _voided_by_others(line, mine)
        ordered, quantity = _totals(line.history, mine)
    line = _reconciled(line, ordered, quantity, arrival)
    return drop_idle_holds(line) if line.holds else line


def voids_by_sets(order: Order) -> Voids:
    """Return what voids each line of an order with void sets: wholes, and those of its sets.

    A line that rules make of another is void by every revision that states that one without it.
    Empty when there is nothing of the kind; every line is then void by wholes alone.
    """
    lines = order.lines
    if not any(line.voided or line.origin.is_ruled for line in lines.values()):
        return {}
    found: dict[LineId, tuple[int, ...]] = {}
    for start in lines:
        way: list[LineId] = []
        at: LineId | None = start
        while at is not None and at in lines and at not in found:
            found[at] = order.wholes  # until the top is known, or if there is none
            way.append(at)
            at = lines[at].content.parent
        for line_id in reversed(way):
            parent = lines[line_id].content.parent
            if parent is not None and parent in lines:
                above = {*found[parent], *lines[parent].voided}
                if lines[line_id].origin.is_ruled:
                    above.update(revision for revision, _ in lines[parent].history)
                found[line_id] = tuple(sorted(above))
    return found


def _voided_by_others(line: Line, voids: tuple[int, ...]) -> Line:
    """A revision newer than the line's last that lacks it, or voids its set, has voided it."""
    if not voids or voids[-1] <= line.revision:
        return line
    if line.content.state is LineState.VOID and line.content.quantity == 0:
        return line
    content = replace(line.content, quantity=_ZERO, state=LineState.VOID)
    return replace(line, content=content)


def _is_wanted(order: Order, remake: Line, voids: Voids) -> bool:
    """Nothing that came after `remake` was asked for has made its dish void."""
    if order.fields.cancelled:
        return False
    name = remake.key.line_id
    original: Line | None = remake
    while original is not None and original.origin is Origin.KITCHEN:
        name = LineId(name.rpartition("~")[0])
        original = order.lines.get(name)
    if original is None:
        return True
    mine = voids.get(original.key.line_id, order.wholes)
    asked = remake.history[0][0] if remake.history else remake.revision
    then = tuple(entry for entry in original.history if entry[0] <= asked)
    wanted_then = _totals(then, tuple(r for r in mine if r <= asked))[1]
    return wanted_then == 0 or _totals(original.history, mine)[1] > 0


def _totals(history: Quantities, voids: tuple[int, ...]) -> tuple[Decimal, Decimal]:
    """Return (ever ordered, wanted now) from the quantities by revision; a void means zero."""
    if len(history) == 1 and len(voids) <= 1:
        quantity = history[0][1]
        return quantity, quantity if not voids or voids[0] <= history[0][0] else _ZERO
    quantities = dict.fromkeys(voids, _ZERO) | dict(history)
    ordered = last = _ZERO
    for revision in sorted(quantities):
        ordered += max(_ZERO, quantities[revision] - last)
        last = quantities[revision]
    return ordered, last


def _reconciled(line: Line, ordered: Decimal, quantity: Decimal, arrival: Arrival) -> Line:
    if ordered > line.ordered:
        line = _grown(line, ordered - line.ordered, arrival)
    if ordered == quantity and not line.struck:
        return line
    target = max(ordered - quantity, min(line.struck, ordered))
    less = target - amount((g for g in line.groups if g.step == 0), (_S.VOID,))
    if less <= 0 or not line.routing.steps:
        return line
    for visit, part in _least_advanced(line, less, arrival.gone):
        line = void(line, part, visit, arrival.at, arrival.seq)
    return replace(line, seq=arrival.seq)


def _grown(line: Line, more: Decimal, arrival: Arrival) -> Line:
    """Add portions; they wait where the till holds a line of which nothing else lives."""
    visit = home_of(line, arrival)
    lives = any(g.state is not _S.VOID for g in line.groups)
    is_held = any(h.rule == HELD_BY_POS and h.visit == visit for h in line.holds)
    if line.content.state is LineState.HELD and not lives and not is_held:
        line = replace(line, holds=(*line.holds, pos_hold(visit, arrival.at)))
    return grow(line, more, visit, arrival.at, arrival.seq)


def home_of(line: Line, arrival: Arrival) -> VisitId:
    """Return where more portions of a line go: where the line is, unless that was taken away."""
    visits = [g.visit for g in line.groups if g.visit not in arrival.gone]
    return visits[-1] if visits and arrival.visit not in visits else arrival.visit


def _least_advanced(
    line: Line, wanted: Decimal, gone: frozenset[VisitId]
) -> Iterator[tuple[VisitId, Decimal]]:
    """Yield where `wanted` portions are to be voided: the least advanced, wherever they lie.

    What was taken off the screens counts as done; served portions are never void.
    """
    visits = sorted({g.visit for g in line.groups})
    if len(visits) == 1:
        yield visits[0], wanted
        return
    found = [
        ((visit in gone, each.advancement), visit, each.portions)
        for visit in visits
        for each in slices(line, visit)
        if not each.has(_S.SERVED)
    ]
    parts: dict[VisitId, Decimal] = {}
    for _, visit, portions in sorted(found):
        part = min(wanted, portions)
        if part > 0:
            parts[visit] = parts.get(visit, _ZERO) + part
            wanted -= part
    yield from parts.items()


# --- another station -------------------------------------------------------------------------


def can_reroute(line: Line) -> bool:
    """Nobody has started the line, so another station may still get it.

    Nor has a cook yet to learn that something on the fire is void.
    """
    return all(
        g.state in NOT_STARTED or (g.state is _S.VOID and (g.acknowledged or g.started_at is None))
        for g in line.groups
    )


def _rerouted(line: Line, routing: Routing, arrival: Arrival) -> Line:
    """Give a line that nobody has started its new steps; its clocks and voids stay."""
    if not can_reroute(line):
        return line
    if not line.groups:
        return replace(line, routing=routing, ordered=_ZERO)
    known = {step.station for step in line.routing.steps}
    root = next((i for i, step in enumerate(line.routing.steps) if not step.after), 0)
    groups = [
        _at_step(group, index, waits=bool(step.after), is_new=step.station not in known)
        for group in line.groups
        if group.step == root
        for index, step in enumerate(routing.steps)
    ]
    return replace(line, routing=routing, groups=tidy(groups), seq=arrival.seq)


def _at_step(group: Group, step: int, *, waits: bool, is_new: bool) -> Group:
    """Return `group` at a step of the new way; a station need not see the voids of another."""
    if group.state is _S.VOID:
        return replace(group, step=step, acknowledged=group.acknowledged or is_new)
    if waits:
        return replace(group, step=step, state=_S.WAITING, fired_at=None)
    return replace(group, step=step)
