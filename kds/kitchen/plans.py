"""What a command means to do: the ticket and lines it names, and the facts it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kds.kitchen.commands import Command
from kds.kitchen.events import Fact
from kds.kitchen.ids import ANY_STATION, Instant, LineKey, OrderKey, VisitId
from kds.kitchen.orders import Line, Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit

PASS_VIEWS = frozenset({"expo", "pickup", "all"})
EXPO = "expo"


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
    """What a command is about. `is_explicit`: it names one line, so it may reach held portions."""

    visit: Visit
    lines: tuple[Line, ...]
    is_explicit: bool


def visit_for(kitchen: Kitchen, command: Command) -> Visit | None:
    """Return the visit that the command names, following merges."""
    visit_id = command.visit
    if visit_id is None or visit_id not in kitchen.visits:
        order = kitchen.orders.get(command.order) if command.order is not None else None
        visit_id = order.visit if order is not None else None
    return follow(kitchen, visit_id)


def follow(kitchen: Kitchen, visit_id: VisitId | None) -> Visit | None:
    """Return the visit of that id, or the one it was merged into."""
    visit = kitchen.visits.get(visit_id) if visit_id is not None else None
    hops = 0
    while visit is not None and visit.merged_into is not None and hops < len(kitchen.visits):
        visit = kitchen.visits.get(visit.merged_into)
        hops += 1
    return visit


def target_of(kitchen: Kitchen, command: Command) -> Target | Plan:
    """Return the ticket and lines of a command, or the plan that says why there are none."""
    visit = visit_for(kitchen, command)
    if visit is None or command.order is None:
        return refused("no such order")
    if command.line_id is None:
        lines = tuple(kitchen.lines_of(visit))
        return Target(visit, _scoped(lines, command), is_explicit=False)
    key = LineKey(command.order.source, command.order.order_id, command.line_id)
    line = kitchen.line(key)
    if line is None:
        return refused(f"order {command.order.order_id} has no line {command.line_id}")
    lines = with_children(kitchen.orders[key.order], line)
    return Target(_visit_of_line(kitchen, visit, lines, command), lines, is_explicit=True)


def _scoped(lines: Iterable[Line], command: Command) -> tuple[Line, ...]:
    """Keep the lines of the course, category and seat that the command names."""
    scopes = (("course", command.course), ("category", command.category), ("seat", command.seat))
    wanted = [(name, value) for name, value in scopes if value is not None]
    return tuple(
        line for line in lines if all(getattr(line.content, n) == value for n, value in wanted)
    )


def with_children(order: Order, line: Line) -> tuple[Line, ...]:
    """Return `line` and everything that is part of it, itself first."""
    found = {line.key: line}
    frontier = [line]
    while frontier:
        parent = frontier.pop()
        for child in order.children(parent.key.line_id):
            if child.key not in found:
                found[child.key] = child
                frontier.append(child)
    return tuple(found.values())


def _visit_of_line(
    kitchen: Kitchen, visit: Visit, lines: tuple[Line, ...], command: Command
) -> Visit:
    """Return the visit where the portions of a named line are, if the command names no visit."""
    visits = [g.visit for line in lines for g in line.groups]
    if command.visit is not None or not visits or visit.id in visits:
        return visit
    return follow(kitchen, visits[0]) or visit


def steps_at(kitchen: Kitchen, line: Line, view: str | None) -> tuple[int, ...]:
    """Return the steps of `line` that `view` works on: its station's, or all at the pass."""
    steps = range(len(line.routing.steps))
    if view is None or view in PASS_VIEWS:
        return tuple(steps)
    return tuple(i for i in steps if works_for(kitchen, line, i, view))


def works_for(kitchen: Kitchen, line: Line, step: int, view: str) -> bool:
    """The station `view` does this step, by routing, by folding, or because nobody else does."""
    station = line.routing.steps[step].station
    return station in (ANY_STATION, view) or kitchen.station_for(station) == view


def is_pass(view: str | None) -> bool:
    """The view stands for all stations of a line."""
    return view is None or view in PASS_VIEWS


def done_at(command: Command, visit: Visit, now: Instant) -> Instant:
    """Return when the hand did it: never before the visit, never after now."""
    if command.at is None:
        return now
    return max(visit.opened_at, min(command.at, now))


def amount_wanted(command: Command, line: Line, there: Decimal) -> Decimal:
    """Return how many of the portions there the command takes; a weighed dish goes whole."""
    if command.portions is None or line.is_weighed:
        return there
    return min(command.portions, there)


def order_of(kitchen: Kitchen, key: OrderKey | None) -> Order | None:
    """Return the order of that key, None without one."""
    return kitchen.orders.get(key) if key is not None else None
