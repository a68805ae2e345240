"""What the kitchen remembers of commands: enough to answer a repeat and to undo exactly."""

from __future__ import annotations

from dataclasses import replace

from kds.kitchen.events import CommandUndone, Event
from kds.kitchen.ids import CommandId, LineKey, OrderKey, VisitId
from kds.kitchen.orders import Line
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
    entry = entry or Applied(command, after.seq, after.seq)
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
    entry = Applied(event.command, after.seq, after.seq, undone=True)
    visits = after.visits.set(visit.id, replace(visit, commands=(*visit.commands, entry)))
    return replace(after, visits=visits, commands=after.commands.set(event.command, visit.id))


def _faded(entries: tuple[Applied, ...]) -> tuple[Applied, ...]:
    """Drop what older entries need only for an undo."""
    old, young = entries[: -KEPT_UNDO + 1], entries[-KEPT_UNDO + 1 :]
    return (*(Applied(a.command, a.first_seq, a.last_seq, undone=True) for a in old), *young)


def _with_changes(entry: Applied, before: Kitchen, after: Kitchen) -> Applied:
    """Add to `entry` how that stood before which changed between the two kitchens."""
    lines, created, noted = _line_changes(before, after)
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
        noted=entry.noted + tuple(noted),
    )


def _line_changes(
    before: Kitchen, after: Kitchen
) -> tuple[list[Line], list[LineKey], list[OrderKey]]:
    lines: list[Line] = []
    created: list[LineKey] = []
    noted: list[OrderKey] = []
    for key, order in after.orders.changes_since(before.orders)[0].items():
        old = before.orders.get(key)
        if old is not None and order.noted and not old.noted:
            noted.append(key)
        for line_id, line in order.lines.items():
            former = old.lines.get(line_id) if old is not None else None
            if former is None:
                created.append(line.key)
            elif former is not line:
                lines.append(former)
    return lines, created, noted


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
    return dict(kitchen.recent).get(command)


def can_undo(kitchen: Kitchen, entry: Applied) -> bool:
    """Nothing has followed on what the command touched, so that an undo is exact."""
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
    kitchen = _without_created(kitchen, entry)
    kitchen = put_lines(kitchen, (_as_before(kitchen, former) for former in entry.lines))
    for key in entry.noted:
        order = kitchen.orders.get(key)
        if order is not None:
            kitchen = put_order(kitchen, replace(order, noted=False))
    kitchen = _with_former_visits(kitchen, entry)
    return _marked(kitchen, fact.undoes)


def _as_before(kitchen: Kitchen, former: Line) -> Line:
    """Return the line with its former progress; what a till or the clock added since stays."""
    now = kitchen.line(former.key)
    if now is None:
        return former
    return replace(
        now,
        groups=former.groups,
        holds=former.holds,
        struck=former.struck,
        rush=former.rush,
        routing=former.routing,
        changed=former.changed,
        void_reason=former.void_reason,
        seq=former.seq,
    )


def _without_created(kitchen: Kitchen, entry: Applied) -> Kitchen:
    for key in entry.created:
        order = kitchen.orders.get(key.order)
        if order is not None:
            lines = {k: v for k, v in order.lines.items() if k != key.line_id}
            kitchen = put_order(kitchen, replace(order, lines=lines))
    for visit_id in entry.opened:
        visit = kitchen.visits.get(visit_id)
        if visit is not None:
            kitchen = drop_visit(kitchen, visit)
    return kitchen


def _with_former_visits(kitchen: Kitchen, entry: Applied) -> Kitchen:
    for former in entry.visits:
        now = kitchen.visits.get(former.id)
        commands = now.commands if now is not None else ()
        kitchen = put_visit(kitchen, replace(former, commands=commands), seq=former.seq)
        for key in former.orders:
            order = kitchen.orders.get(key)
            if order is not None and order.visit in {v.id for v in entry.visits}:
                kitchen = put_order(kitchen, replace(order, visit=former.id))
    return kitchen


def _marked(kitchen: Kitchen, command: CommandId) -> Kitchen:
    home = kitchen.commands.get(command)
    visit = kitchen.visits.get(home) if home is not None else None
    if visit is None:
        return kitchen
    commands = tuple(
        Applied(a.command, a.first_seq, a.last_seq, undone=True) if a.command == command else a
        for a in visit.commands
    )
    visits = kitchen.visits.set(visit.id, replace(visit, commands=commands))
    return replace(kitchen, visits=visits)
