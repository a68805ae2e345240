"""Rows that follow from a batch: the log's own, and what reports and look-ups need of the state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kds.kitchen.evolve import evolve
from kds.kitchen.ids import OrderKey, VisitId
from kds.kitchen.order_facts import VisitArchived, VisitRestored
from kds.kitchen.orders import Level, Line, Order
from kds.kitchen.portions import Group
from kds.kitchen.visits import Visit
from kds.records.events import subject
from kds.records.facts import dump_fact
from kds.records.state import ARCHIVED, Archived
from kds.store.days import BusinessDay
from kds.store.values import Batch, Entry

Row = tuple[Any, ...]


@dataclass(slots=True)
class Derived:
    """Rows to write, by table. `fewer_groups`: (line key, groups left) of lines that lost some."""

    events: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    portions: list[Row] = field(default_factory=list)
    fewer_groups: list[Row] = field(default_factory=list)
    archived: list[Row] = field(default_factory=list)
    restored: list[Row] = field(default_factory=list)


def derive(batch: Batch, day: BusinessDay) -> Derived:
    """Return the rows of `batch`, besides those that it names itself."""
    derived = Derived(events=[_event_row(entry) for entry in batch.entries])
    orders, _ = batch.after.orders.changes_since(batch.before.orders)
    visits, _ = batch.after.visits.changes_since(batch.before.visits)
    away: dict[OrderKey, VisitId] = {}
    for visit_id, archived in _archive(batch).items():
        if archived is None:
            derived.restored.append((visit_id,))
            continue
        derived.archived.append(_archive_row(archived))
        visits[visit_id] = archived.visit
        orders.update((order.key, order) for order in archived.orders)
        away.update((order.key, visit_id) for order in archived.orders)
    for order in orders.values():
        derived.orders.append(_order_row(order, away.get(order.key), batch))
        _add_portions(derived, batch.before.orders.get(order.key), order, day)
    for visit in visits.values():
        if _shows_new(batch.before.visits.get(visit.id), visit):
            derived.visits.append(_visit_row(visit, day))
    return derived


def _event_row(entry: Entry) -> Row:
    event = entry.event
    kind, version, body = dump_fact(event.fact)
    about = subject(event.fact)
    source, order_id = about.order or (None, None)
    return (
        entry.seq,
        event.id,
        event.at,
        kind,
        version,
        event.cause.value,
        event.command,
        event.device,
        event.person,
        about.visit,
        source,
        order_id,
        None if about.line is None else about.line.line_id,
        body,
    )


# --- archive -------------------------------------------------------------------------------


def _archive(batch: Batch) -> Mapping[VisitId, Archived | None]:
    """Return the visits that left the state for good in `batch`, as they last were.

    None: one that came back. The batch is folded again for this, as a visit may have changed
    after `before`; that is rare, and happens outside service.
    """
    moved = (VisitArchived, VisitRestored)
    if not any(isinstance(entry.event.fact, moved) for entry in batch.entries):
        return {}
    found: dict[VisitId, Archived | None] = {}
    kitchen = batch.before
    for entry in batch.entries:
        after = evolve(kitchen, entry.event)
        fact = entry.event.fact
        if isinstance(fact, VisitArchived) and fact.visit in kitchen.visits:
            _, gone = after.orders.changes_since(kitchen.orders)
            orders = tuple(kitchen.orders[key] for key in sorted(gone))
            found[fact.visit] = Archived(kitchen.visits[fact.visit], orders)
        elif isinstance(fact, VisitRestored):
            found[fact.visit.id] = None
        kitchen = after
    return found


def _archive_row(archived: Archived) -> Row:
    visit = archived.visit
    ended_at = visit.opened_at if visit.ended_at is None else visit.ended_at
    return (visit.id, visit.table, ended_at, ARCHIVED.version, ARCHIVED.dump(archived))


# --- orders, visits ------------------------------------------------------------------------


def _order_row(order: Order, archived: VisitId | None, batch: Batch) -> Row:
    return (*order.key, order.revision, order.visit, archived, order.seq, batch.after.at)


def _shows_new(before: Visit | None, visit: Visit) -> bool:
    """Tell whether the row of `visit` changes; most commands change only what it remembers."""
    return before is None or _seen(before) != _seen(visit)


def _seen(visit: Visit) -> tuple[object, ...]:
    return (visit.table, visit.session, visit.ended_at, visit.orders, visit.merged_into)


def _visit_row(visit: Visit, day: BusinessDay) -> Row:
    return (
        visit.id,
        visit.table,
        visit.session,
        visit.opened_at,
        visit.ended_at,
        day.date_of(visit.opened_at).isoformat(),
        json.dumps(visit.orders),
        visit.merged_into,
        visit.split_from,
    )


# --- portions ------------------------------------------------------------------------------


def _add_portions(derived: Derived, before: Order | None, order: Order, day: BusinessDay) -> None:
    """Add a row per group of every line that changed since `before`."""
    date = day.date_of(order.received_at).isoformat()
    for line, old in _changed_lines(before, order):
        derived.portions.extend(
            _portions_row(line, place, group, date) for place, group in enumerate(line.groups)
        )
        if old is not None and len(old.groups) > len(line.groups):
            derived.fewer_groups.append((*line.key, len(line.groups)))


def _changed_lines(before: Order | None, order: Order) -> Iterator[tuple[Line, Line | None]]:
    old_lines = {} if before is None else before.lines
    for line_id, line in order.lines.items():
        old = old_lines.get(line_id)
        if old is None or (old is not line and _counted(old) != _counted(line)):
            yield line, old


def _counted(line: Line) -> tuple[object, ...]:
    return (line.groups, line.routing, line.overtime, line.content.name)


def _portions_row(line: Line, place: int, group: Group, date: str) -> Row:
    steps = line.routing.steps
    return (
        *line.key,
        place,
        group.step,
        steps[group.step].station if group.step < len(steps) else "",
        group.visit,
        str(group.portions),
        group.state.value,
        group.fired_at,
        group.started_at,
        group.ready_at,
        group.served_at,
        group.voided_at,
        group.device,
        line.routing.rule,
        line.routing.menu_class,
        line.content.item_id,
        line.content.name,
        _late_by_s(line, group),
        date,
    )


def _late_by_s(line: Line, group: Group) -> float:
    """Return how long after the line was declared late these portions were ready."""
    limits: Iterable[int] = (o.at for o in line.overtime if o.level is not Level.ATTENTION)
    first = min(limits, default=None)
    done_at = group.ready_at or group.served_at
    if first is None or done_at is None:
        return 0.0
    return max(0, done_at - first) / 1000
