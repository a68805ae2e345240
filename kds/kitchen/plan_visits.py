"""Plans of commands about tickets: move, merge, split, close, pin, undo."""

from __future__ import annotations

from decimal import Decimal

from kds.kitchen.changing import replace
from kds.kitchen.commands import Command, CommandKind, SplitPart
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.kitchen.memory import applied, can_undo
from kds.kitchen.order_facts import (
    CommandUndone,
    LinesSplit,
    RiderNoted,
    TableMoved,
    VisitEnded,
    VisitPinned,
    VisitsMerged,
)
from kds.kitchen.plans import (
    Plan,
    Target,
    amount_wanted,
    follow,
    line_named,
    no_op,
    order_of,
    refused,
    visit_for,
    with_children,
)
from kds.kitchen.portions import OPEN, PortionState, amount
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit

_ZERO = Decimal(0)


def move_table(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan move_table."""
    visit = visit_for(kitchen, command)
    if visit is None:
        return refused("no such order")
    if not command.table:
        return refused("move_table needs a table")
    if visit.table == command.table:
        return no_op(f"already at table {command.table}")
    return Plan((TableMoved(visit.id, command.table),))


def merge(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan merge: the ticket of `order` joins that of `into`."""
    visit = visit_for(kitchen, command)
    other = order_of(kitchen, command.into_order)
    into = follow(kitchen, other.visit) if other is not None else None
    if visit is None or into is None:
        return refused("no such order")
    if visit.id == into.id:
        return no_op("already one ticket")
    if visit.removed or into.ended_at is not None:
        return no_op("that ticket is closed")
    return Plan((VisitsMerged(visit.id, into.id),))


def split(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan split: lines, or portions of them, leave for a ticket of their own."""
    visit = visit_for(kitchen, command)
    if visit is None:
        return refused("no such order")
    if visit.removed:
        return no_op("that ticket is closed")
    if not command.lines:
        return refused("split needs lines")
    parts: dict[LineKey, Decimal] = {}
    for part in command.lines:
        found = _part(kitchen, visit, command, part)
        if isinstance(found, str):
            return refused(found)
        for key, portions in found.items():
            parts[key] = parts.get(key, _ZERO) + portions
    if not any(parts.values()):
        return no_op("nothing of these lines is on the ticket")
    to = VisitId(f"{visit.id}+{command.id}")
    table = visit.table if command.table is None else command.table
    return Plan((LinesSplit(visit.id, to, table, tuple(parts.items())),))


def _part(
    kitchen: Kitchen, visit: Visit, command: Command, part: SplitPart
) -> dict[LineKey, Decimal] | str:
    """Return the portions of one part, its children with it, or why it can not be split off."""
    named = line_named(kitchen, visit, part.order or command.order, part.line_id)
    if named is None:
        return f"no line {part.line_id}"
    lines = with_children(kitchen.orders[named.key.order], named)
    target = Target(visit, lines, named)
    count = replace(command, portions=part.portions)
    found: dict[LineKey, Decimal] = {}
    for line in lines:
        here = [g for g in line.groups if g.step == 0 and g.visit == visit.id]
        live = amount(here) - amount(here, (PortionState.VOID,))
        wanted = amount_wanted(count, target, line, live)
        if wanted >= live:
            wanted = amount(here)  # what is void goes along
        if wanted > 0 or (not line.groups and line.key in visit.lines):
            found[line.key] = wanted
    return found


def close(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan close: a person takes the ticket off every screen, and is told what was not made."""
    visit = visit_for(kitchen, command)
    if visit is None:
        return refused("no such order")
    if visit.removed:
        return no_op("already closed")
    unmade = [
        line.content.name
        for line in kitchen.lines_of(visit)
        if any(g.visit == visit.id and g.state in OPEN for g in line.groups)
    ]
    why = f"not made: {', '.join(dict.fromkeys(unmade))}" if unmade else ""
    return Plan((VisitEnded(visit.id, "person", removed=True),), why=why)


def pin(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan pin and unpin."""
    visit = visit_for(kitchen, command)
    if visit is None:
        return refused("no such order")
    wanted = command.kind is CommandKind.PIN
    if visit.pinned == wanted:
        return no_op("already pinned" if wanted else "not pinned")
    return Plan((VisitPinned(visit.id, wanted),))


def rider(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan rider_here and rider_gone."""
    visit = visit_for(kitchen, command)
    if visit is None:
        return refused("no such order")
    is_here = command.kind is CommandKind.RIDER_HERE
    if (visit.rider_at is not None) == is_here:
        return no_op("already here" if is_here else "nobody is here")
    return Plan((RiderNoted(visit.id, is_here),))


def undo(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan undo: exact, and only where nothing has followed."""
    if command.undoes is None:
        return refused("undo needs the command that it undoes")
    home = kitchen.commands.get(command.undoes)
    entry = applied(kitchen, command.undoes)
    if entry is None or home is None:
        return no_op("nothing known of that command that could be undone")
    if entry.undone:
        return no_op("already undone, or too long ago")
    if not can_undo(kitchen, entry):
        return no_op("something has followed on it; recall instead")
    return Plan((CommandUndone(command.undoes, home),))
