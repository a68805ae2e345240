"""What the kitchen remembers of commands: enough to answer a repeat and to undo exactly."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from kds.kitchen.changing import replace
from kds.kitchen.events import Event
from kds.kitchen.ids import CommandId, LineKey, VisitId
from kds.kitchen.order_facts import CommandUndone
from kds.kitchen.orders import Line, Order, Remark
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Applied, Visit
from kds.kitchen.writing import drop_visit, put_lines, put_order, put_visit

KEPT_UNDO = 10
"""So many commands of one visit can be undone; older ones are only known as done."""


def remembered(before: Kitchen, after: Kitchen, event: Event) -> Kitchen:
    """Return `after` with what `event` changed noted under its command, in the fact's visit."""
    command = event.command
    visit_id: VisitId | None = getattr(event.fact, "visit", None)
    if command is None or visit_id is None or isinstance(event.fact, CommandUndone):
        return _noted_undo(after, event)
    home = after.commands.get(command, visit_id)
    visit = after.visits.get(home)
    if visit is None:
        return after
    entry = next((a for a in visit.commands if a.command == command), None)
    entry = entry or Applied(command, after.seq, after.seq, event.device)
    entry = _with_changes(entry, before, after)
    kept = tuple(a for a in visit.commands if a.command != command)
    commands = (*_faded(kept), entry)
    visits = after.visits.set(home, replace(visit, commands=commands))
    return replace(after, visits=visits, commands=after.commands.set(command, home))


def _noted_undo(after: Kitchen, event: Event) -> Kitchen:
    """An undo is known as done, so that its repeat does nothing; it can not be undone itself."""
    if event.command is None or not isinstance(event.fact, CommandUndone):
        return after
    visit = after.visits.get(event.fact.visit)
    if visit is None:
        return after
    entry = Applied(event.command, after.seq, after.seq, event.device, undone=True)
    visits = after.visits.set(visit.id, replace(visit, commands=(*visit.commands, entry)))
    return replace(after, visits=visits, commands=after.commands.set(event.command, visit.id))


def _faded(entries: tuple[Applied, ...]) -> tuple[Applied, ...]:
    """Drop what older entries need only for an undo."""
    old, young = entries[: -KEPT_UNDO + 1], entries[-KEPT_UNDO + 1 :]
    return (*(a if a.undone else _faded_one(a) for a in old), *young)


def _faded_one(entry: Applied) -> Applied:
    return Applied(entry.command, entry.first_seq, entry.last_seq, entry.device, undone=True)


def _with_changes(entry: Applied, before: Kitchen, after: Kitchen) -> Applied:
    """Add to `entry` how that stood before which changed between the two kitchens."""
    orders = [
        (before.orders[key], order)
        for key, order in after.orders.changes_since(before.orders)[0].items()
        if key in before.orders
    ]
    lines, created = _line_changes(orders)
    visits, opened = _visit_changes(before, after)
    had_lines = {line.key for line in entry.lines} | set(entry.created)
    had_visits = {visit.id for visit in entry.visits} | set(entry.opened)
    return replace(
        entry,
        last_seq=after.seq,
        lines=entry.lines + tuple(ln for ln in lines if ln.key not in had_lines),
        created=entry.created + tuple(created),
        visits=entry.visits + tuple(v for v in visits if v.id not in had_visits),
        opened=entry.opened + tuple(opened),
        noted=entry.noted + tuple(o.key for old, o in orders if o.noted and not old.noted),
        homes=entry.homes + tuple((o.key, old.visit) for old, o in orders if o.visit != old.visit),
        twins=entry.twins + tuple((o.key, old.twins) for old, o in orders if o.twins != old.twins),
    )


def _line_changes(orders: Iterable[tuple[Order, Order]]) -> tuple[list[Line], list[LineKey]]:
    """Return the lines as they were before, and those that are new."""
    lines: list[Line] = []
    created: list[LineKey] = []
    for old, order in orders:
        for line_id, line in order.lines.items():
            former = old.lines.get(line_id)
            if former is None:
                created.append(line.key)
            elif former is not line:
                lines.append(former)
    return lines, created


def _visit_changes(before: Kitchen, after: Kitchen) -> tuple[list[Visit], list[VisitId]]:
    visits: list[Visit] = []
    opened: list[VisitId] = []
    for visit_id in after.visits.changes_since(before.visits)[0]:
        former = before.visits.get(visit_id)
        if former is None:
            opened.append(visit_id)
        else:
            visits.append(replace(former, commands=()))
    return visits, opened


def applied(kitchen: Kitchen, command: CommandId) -> Applied | None:
    """Return what `command` did, None if it is not remembered."""
    home = kitchen.commands.get(command)
    visit = kitchen.visits.get(home) if home is not None else None
    if visit is None:
        return None
    return next((a for a in visit.commands if a.command == command), None)


def first_seq(kitchen: Kitchen, command: CommandId) -> int | None:
    """Return the log place at which `command` was applied, None if it never was."""
    entry = applied(kitchen, command)
    if entry is not None:
        return entry.first_seq
    return next((seq for known, seq in kitchen.recent if known == command), None)


def can_undo(kitchen: Kitchen, entry: Applied) -> bool:
    """Nothing has followed on what the command touched, so that an undo is exact."""
    orders = (*entry.noted, *(key for key, _ in (*entry.homes, *entry.twins)))
    if not all(key in kitchen.orders for key in orders):
        return False
    lines = [kitchen.line(key) for key in (*(ln.key for ln in entry.lines), *entry.created)]
    visits = [kitchen.visits.get(v) for v in (*(v.id for v in entry.visits), *entry.opened)]
    return all(ln is not None and ln.seq <= entry.last_seq for ln in lines) and all(
        v is not None and v.seq <= entry.last_seq for v in visits
    )


def undone(kitchen: Kitchen, _event: Event, fact: CommandUndone) -> Kitchen:
    """Put back everything that a command had changed, log places included."""
    entry = applied(kitchen, fact.undoes)
    if entry is None:
        return kitchen
    kitchen = _without_created(kitchen, entry, fact.visit)
    kitchen = put_lines(kitchen, [_as_before(kitchen, former) for former in entry.lines])
    noted = [replace(kitchen.orders[key], noted=False) for key in entry.noted]
    kitchen = reduce(put_order, noted, kitchen)
    rehomed = [replace(kitchen.orders[key], visit=home) for key, home in entry.homes]
    kitchen = reduce(put_order, rehomed, kitchen)
    asked = [replace(kitchen.orders[key], twins=twins) for key, twins in entry.twins]
    kitchen = reduce(put_order, asked, kitchen)
    for former in entry.visits:
        now = kitchen.visits[former.id]
        back = replace(former, commands=now.commands, told=now.told)
        kitchen = put_visit(kitchen, back, seq=former.seq)
    return _marked(kitchen, entry.command)


def _as_before(kitchen: Kitchen, former: Line) -> Line:
    """Return the line with its former progress; what a till or the clock added since stays."""
    now = kitchen.line(former.key)
    assert now is not None  # or `can_undo` had said no
    return replace(
        now,
        groups=former.groups,
        holds=former.holds,
        struck=former.struck,
        rush=former.rush,
        routing=former.routing,
        changed=former.changed or now.changed,
        void_reason=former.void_reason,
        seq=former.seq,
        remarks=tuple(_unanswered(remark, former.remarks) for remark in now.remarks),
    )


def _unanswered(remark: Remark, former: tuple[Remark, ...]) -> Remark:
    """Return a remark as it was before somebody answered it, if it was there."""
    asked = replace(remark, answered=False)
    return asked if asked in former else remark


def _without_created(kitchen: Kitchen, entry: Applied, home: VisitId) -> Kitchen:
    """Take away what the command made; what was done there is remembered in its `home`."""
    for key in entry.created:
        order = kitchen.orders[key.order]
        lines = {k: v for k, v in order.lines.items() if k != key.line_id}
        kitchen = put_order(kitchen, replace(order, lines=lines))
    for visit_id in entry.opened:
        kitchen = _inherited(kitchen, kitchen.visits[visit_id], home)
        kitchen = drop_visit(kitchen, kitchen.visits[visit_id])
    return kitchen


def _inherited(kitchen: Kitchen, visit: Visit, home: VisitId) -> Kitchen:
    """Let the visit `home` remember the commands of `visit`, as far as to know a repeat."""
    heir = kitchen.visits[home]
    known = tuple(_faded_one(a) for a in visit.commands)
    commands = kitchen.commands
    for each in known:
        commands = commands.set(each.command, home)
    heir = replace(heir, commands=known + heir.commands)
    return replace(kitchen, visits=kitchen.visits.set(home, heir), commands=commands)


def _marked(kitchen: Kitchen, command: CommandId) -> Kitchen:
    """Note that `command` was undone, in the visit that remembers it."""
    visit = kitchen.visits[kitchen.commands[command]]
    commands = tuple(_faded_one(a) if a.command == command else a for a in visit.commands)
    visits = kitchen.visits.set(visit.id, replace(visit, commands=commands))
    return replace(kitchen, visits=visits)
