"""Plans of commands about portions: hold, fire, release, rush, void, remake, take."""

from __future__ import annotations

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.counts import line_counts
from kds.kitchen.ids import ANY_STATION, Instant, LineId, LineKey, RuleId, StationId, is_pass
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    LinesRemade,
    LinesRushed,
    LineTaken,
    Opening,
    PortionsVoided,
    VoidsAcknowledged,
)
from kds.kitchen.orders import HELD_BY_HAND, Gate, Line, Order
from kds.kitchen.plans import (
    Plan,
    Target,
    amount_wanted,
    came_later,
    no_op,
    refused,
    target_of,
    unacknowledged,
)
from kds.kitchen.portions import Group, Move, PortionState
from kds.kitchen.progress import is_known
from kds.kitchen.slices import slices, total
from kds.kitchen.state import Kitchen
from kds.kitchen.wording import Wording

_S = PortionState
_HAND_REASON = Wording("等叫", "on hold")


def acknowledge_void(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan ack_void."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    items = tuple(unacknowledged(kitchen, target, command.view, target.sight))
    if not items:
        return no_op("nothing to acknowledge")
    return Plan((VoidsAcknowledged(target.visit.id, items),))


def hold(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan hold: what has not started waits until somebody fires it."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    keys = tuple(
        line.key
        for line in target.lines
        if any(g.state is _S.QUEUED and g.visit == target.visit.id for g in line.groups)
        and not came_later(line, target)
    )
    if not keys:
        return no_op("nothing that could still be held")
    fact = HoldPlaced(
        target.visit.id, keys, HELD_BY_HAND, Gate.START, _HAND_REASON, portions=command.portions
    )
    return Plan((fact,))


def fire(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan fire: whatever keeps these lines from being started is over."""
    return _open(kitchen, command, (Gate.START,), Opening.FIRED, "nothing is held")


def release(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan release: every hold of these lines is over, that at the pass too."""
    return _open(kitchen, command, tuple(Gate), Opening.OVERRIDE, "nothing is held back")


def _open(
    kitchen: Kitchen, command: Command, gates: tuple[Gate, ...], opening: Opening, why: str
) -> Plan:
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    held: dict[RuleId, list[LineKey]] = {}
    for line in target.lines:
        if came_later(line, target):
            continue
        for item in line.holds:
            if item.gate in gates and item.visit == target.visit.id:
                held.setdefault(item.rule, []).append(line.key)
    facts = tuple(
        HoldReleased(target.visit.id, tuple(keys), rule, opening, command.portions)
        for rule, keys in held.items()
    )
    return Plan(facts, why="" if facts else why)


def rush(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan rush and unrush of a ticket, a line, a course, a category, a seat, or named lines."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    by = 1 if command.kind is CommandKind.RUSH else -1
    named = {(part.order or command.order, part.line_id) for part in command.lines}
    keys = tuple(
        line.key
        for line in target.lines
        if (not named or (line.key.order, line.key.line_id) in named)
        and _can_rush(kitchen, line, target, by)
        and not came_later(line, target)
    )
    if not keys:
        return no_op("nothing left to rush" if by > 0 else "nothing is rushed")
    return Plan((LinesRushed(target.visit.id, keys, by),))


def _can_rush(kitchen: Kitchen, line: Line, target: Target, by: int) -> bool:
    if by < 0:
        return line.rush > 0
    counts = line_counts(kitchen.orders[line.key.order], line, target.visit.id)
    return counts.to_cook > 0 or counts.ready > 0


def void_portions(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan void: strike portions that are not served."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target

    def seen(group: Group) -> bool:
        return is_known(group, target.sight, Move.VOID, command.view)

    items = []
    for line in target.lines:
        found = [s for s in slices(line, target.visit.id, None, seen) if not s.has(_S.SERVED)]
        wanted = amount_wanted(command, target, line, total(found))
        if wanted > 0:
            items.append((line.key, wanted))
    if not items:
        return no_op("nothing left to void")
    by = None if is_pass(command.view) else StationId(command.view or "")
    return Plan((PortionsVoided(target.visit.id, tuple(items), command.reason, by),))


def remake(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan remake: cook again what was ready or served."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    items = []
    for line in target.lines:
        order = kitchen.orders[line.key.order]
        counts = line_counts(order, line, target.visit.id)
        wanted = amount_wanted(command, target, line, counts.ready + counts.served)
        if wanted > 0 and line.routing.steps:
            items.append((line.key, _remake_id(order, line), wanted))
    if not items:
        return no_op("nothing is ready or served yet")
    return Plan((LinesRemade(target.visit.id, tuple(items)),))


def _remake_id(order: Order, line: Line) -> LineId:
    """Return the first free id of a remake of `line`."""
    number = 1
    while (name := LineId(f"{line.key.line_id}~{number}")) in order.lines:
        number += 1
    return name


def take(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan take: the station gets the lines that no rule gave to anybody."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    if is_pass(command.view):
        return refused("take needs the view of the station that takes the line")
    station = StationId(command.view or "")
    facts = tuple(
        LineTaken(target.visit.id, line.key, station)
        for line in target.lines
        if any(s.station == ANY_STATION for s in line.routing.steps)
    )
    return Plan(facts, why="" if facts else "already at a station")
