"""What a command means to do: the ticket and lines it names, and the facts it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.events import Fact
from kds.kitchen.ids import ANY_STATION, Instant, LineId, LineKey, OrderKey, VisitId, is_pass
from kds.kitchen.orders import Line, Order
from kds.kitchen.portions import TRANSITIONS, Move, PortionState
from kds.kitchen.sight import Sight, sight_of
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit


@dataclass(frozen=True, slots=True)
class Plan:
    """The facts of a command; without any it is a visible no-op, or refused, and `why` says it."""

    facts: tuple[Fact, ...] = ()
    why: str = ""
    is_refused: bool = False


def refused(why: str) -> Plan:
    """Return the plan of a command that can never work."""
    return Plan(why=why, is_refused=True)


def no_op(why: str) -> Plan:
    """Return the plan of a command that no longer applies."""
    return Plan(why=why)


@dataclass(frozen=True, slots=True)
class Target:
    """What a command is about. `sight`: what the actor saw of it.

    `named`: the line that it names, so it may reach held portions.
    """

    visit: Visit
    lines: tuple[Line, ...]
    named: Line | None = None
    sight: Sight = Sight()

    @property
    def is_explicit(self) -> bool:
        """The command names one line."""
        return self.named is not None


def visit_for(kitchen: Kitchen, command: Command) -> Visit | None:
    """Return the visit that the command names, following merges."""
    visit_id = command.visit
    if visit_id is None or visit_id not in kitchen.visits:
        order = order_of(kitchen, command.order)
        visit_id = order.visit if order is not None else None
    return follow(kitchen, visit_id)


def follow(kitchen: Kitchen, visit_id: VisitId | None) -> Visit | None:
    """Return the visit of that id, or the one it was merged into."""
    visit = kitchen.visits.get(visit_id) if visit_id is not None else None
    while visit is not None and visit.merged_into is not None:
        visit = kitchen.visits.get(visit.merged_into)
    return visit


def target_of(kitchen: Kitchen, command: Command) -> Target | Plan:
    """Return the ticket and lines of a command, or the plan that says why there are none."""
    visit = visit_for(kitchen, command)
    if visit is None:
        return refused("no such order")
    if command.line_id is None:
        lines = tuple(kitchen.lines_of(visit))
        return Target(visit, _scoped(lines, command), sight=_sight(visit, command))
    line = line_named(kitchen, visit, command.order, command.line_id)
    if line is None:
        return refused(f"no line {command.line_id} in this order")
    lines = with_children(kitchen.orders[line.key.order], line)
    visit = _visit_of_line(kitchen, visit, lines, command)
    return Target(visit, lines, line, _sight(visit, command))


def _sight(visit: Visit, command: Command) -> Sight:
    return sight_of(visit, command.seen, command.device)


def line_named(
    kitchen: Kitchen, visit: Visit, order: OrderKey | None, line_id: LineId
) -> Line | None:
    """Return the line of that id, of the order named or of any in `visit`."""
    if order is not None:
        return kitchen.line(LineKey(order.source, order.order_id, line_id))
    return next((ln for ln in kitchen.lines_of(visit) if ln.key.line_id == line_id), None)


def _scoped(lines: Iterable[Line], command: Command) -> tuple[Line, ...]:
    """Keep the lines of the course, category and seat that the command names."""
    scopes = (("course", command.course), ("category", command.category), ("seat", command.seat))
    wanted = [(name, value) for name, value in scopes if value is not None]
    return tuple(
        line for line in lines if all(getattr(line.content, n) == value for n, value in wanted)
    )


def with_children(order: Order, line: Line) -> tuple[Line, ...]:
    """Return `line` and everything that is part of it, itself first."""
    children = order.by_parent()
    found = {line.key: line}
    frontier = [line]
    while frontier:
        for child in children.get(frontier.pop().key.line_id, ()):
            if child.key not in found:
                found[child.key] = child
                frontier.append(child)
    return tuple(found.values())


_MEANT = {
    CommandKind.START: frozenset(TRANSITIONS[Move.START]),
    CommandKind.BUMP: frozenset(TRANSITIONS[Move.BUMP]),
    CommandKind.SERVE: frozenset(TRANSITIONS[Move.SERVE]),
    CommandKind.RECALL: frozenset(TRANSITIONS[Move.RECALL]),
    CommandKind.HOLD: frozenset(TRANSITIONS[Move.HOLD]),
    CommandKind.FIRE: frozenset(TRANSITIONS[Move.FIRE]),
    CommandKind.RELEASE: frozenset(TRANSITIONS[Move.FIRE]),
    CommandKind.ACK_VOID: frozenset({PortionState.VOID}),
    CommandKind.REMAKE: frozenset({PortionState.READY, PortionState.SERVED}),
}
_LIVING = frozenset(PortionState) - {PortionState.VOID}


def _visit_of_line(
    kitchen: Kitchen, visit: Visit, lines: tuple[Line, ...], command: Command
) -> Visit:
    """Return where a named line is, if not in `visit`: a split may have taken it elsewhere.

    Without a visit in the command that is where portions are that it can do something to.
    """
    groups = [g for line in lines for g in line.groups]
    places = list(dict.fromkeys([visit.id, *(g.visit for g in groups)]))
    if command.visit is not None and any(g.visit == visit.id for g in groups):
        return visit
    for states in (_MEANT.get(command.kind, _LIVING), _LIVING):
        for place in places:
            found = kitchen.visits.get(place)
            if found is None or found.removed:
                continue
            if any(g.visit == place and g.state in states for g in groups):
                return found
    return visit


def steps_at(kitchen: Kitchen, line: Line, view: str | None) -> tuple[int, ...]:
    """Return the steps of `line` that `view` works on: its station's, or all at the pass."""
    steps = range(len(line.routing.steps))
    if view is None or is_pass(view):
        return tuple(steps)
    return tuple(i for i in steps if works_for(kitchen, line, i, view))


def works_for(kitchen: Kitchen, line: Line, step: int, view: str) -> bool:
    """The station `view` does this step, by routing, by folding, or because nobody else does."""
    station = line.routing.steps[step].station
    return station in (ANY_STATION, view) or kitchen.station_for(station) == view


def done_at(command: Command, visit: Visit, now: Instant) -> Instant:
    """Return when the hand did it: never before the visit, never after now."""
    if command.at is None:
        return now
    return max(visit.opened_at, min(command.at, now))


def amount_wanted(command: Command, target: Target, line: Line, there: Decimal) -> Decimal:
    """Return how many of the portions there the command takes; a weighed dish goes whole.

    Of a set's parts as many as belong to the sets that the command counts.
    """
    if command.portions is None or line.is_weighed:
        return there
    wanted, named = command.portions, target.named
    if named is not None and named is not line and named.ordered > 0:
        wanted = (wanted * line.ordered / named.ordered).to_integral_value(ROUND_CEILING)
    return min(wanted, there)


def came_later(line: Line, target: Target) -> bool:
    """Nothing of the line was in the visit when the actor looked at it."""
    here = [g for g in line.groups if g.visit == target.visit.id]
    return bool(here) and not any(target.sight.has(g.since or g.seq) for g in here)


def unacknowledged(
    kitchen: Kitchen, target: Target, view: str | None, sight: Sight
) -> Iterator[tuple[LineKey, int]]:
    """Yield line and step of void portions that this view has not acknowledged."""
    for line in target.lines:
        for step in steps_at(kitchen, line, view):
            if any(
                g.step == step
                and g.state is PortionState.VOID
                and not g.acknowledged
                and g.visit == target.visit.id
                and sight.has(g.seq)
                for g in line.groups
            ):
                yield line.key, step


def order_of(kitchen: Kitchen, key: OrderKey | None) -> Order | None:
    """Return the order of that key, None without one."""
    return kitchen.orders.get(key) if key is not None else None
