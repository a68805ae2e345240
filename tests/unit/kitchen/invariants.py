"""What must hold of any kitchen, whatever has happened to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from decimal import Decimal

from kds.kitchen.counts import line_counts
from kds.kitchen.ids import VisitId
from kds.kitchen.mending import mended
from kds.kitchen.orders import Gate, Line, Order
from kds.kitchen.portions import PortionState, amount
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit

_S = PortionState


def check(kitchen: Kitchen, archived: Collection[VisitId] = ()) -> None:
    """Assert everything that must hold of `kitchen`. `archived`: visits that left it."""
    for order in kitchen.orders.values():
        for line in order.lines.values():
            check_portions(order, line)
            check_chain(line)
            check_places(kitchen, line, archived)
            check_holds(line)
    check_indexes(kitchen)


def check_portions(order: Order, line: Line) -> None:
    """No step loses or invents a portion; what is served or void is so at every step."""
    assert line.ordered >= 0
    assert all(g.portions > 0 for g in line.groups)
    if not line.routing.steps:
        assert not line.groups
        return
    totals = []
    for index in range(len(line.routing.steps)):
        here = [g for g in line.groups if g.step == index]
        assert amount(here) == line.ordered, (line.key, index)
        totals.append((amount(here, (_S.SERVED,)), amount(here, (_S.VOID,))))
    assert len(set(totals)) == 1, (line.key, totals)
    counts = line_counts(order, line)
    six = (counts.held, counts.queued, counts.cooking, counts.ready, counts.served, counts.void)
    assert all(n >= 0 for n in six), (line.key, counts)
    assert sum(six) == line.ordered, (line.key, counts)
    assert counts.live + counts.void == line.ordered


def check_chain(line: Line) -> None:
    """No portion waits for a step that has been done for it."""
    for visit in {g.visit for g in line.groups}:
        for index, step in enumerate(line.routing.steps):
            groups = [g for g in line.groups if g.visit == visit]
            here = [g for g in groups if g.step == index]
            if not step.after:
                assert not amount(here, (_S.WAITING,)), line.key
                continue
            done = min(
                amount((g for g in groups if g.step == before), (_S.READY, _S.SERVED))
                for before in step.after
            )
            waiting = amount(here, (_S.WAITING,))
            begun = amount(here) - amount(here, (_S.VOID,)) - waiting
            assert begun >= done or not waiting, (line.key, index, done, begun)


def check_places(kitchen: Kitchen, line: Line, archived: Collection[VisitId]) -> None:
    """Every portion lies in a visit that is there and lists its line, merged ones in none."""
    for visit_id in {g.visit for g in line.groups}.difference(archived):
        visit = kitchen.visits.get(visit_id)
        assert visit is not None, (line.key, visit_id)
        assert line.key in visit.lines, (line.key, visit_id)
        assert line.key.order in visit.orders, (line.key, visit_id)
        assert visit.merged_into is None, (line.key, visit_id)


def check_holds(line: Line) -> None:
    """What is held has a reason, and a start hold holds something."""
    held = {g.visit for g in line.groups if g.state is _S.HELD}
    holding = {h.visit for h in line.holds if h.gate is Gate.START}
    assert held <= holding, line.key
    if line.routing.steps:
        assert holding <= held, line.key
    assert len({(h.rule, h.visit, h.gate) for h in line.holds}) == len(line.holds), line.key


def check_indexes(kitchen: Kitchen) -> None:
    """Sessions, tables and the list of ended visits say what the visits say, and nothing else."""
    assert mended(kitchen) == kitchen
    for session, ids in kitchen.sessions.items():
        assert ids
        assert all(session in kitchen.visits[v].all_sessions for v in ids)
        assert all(kitchen.visits[v].ended_at is None for v in ids)
        assert len(set(ids)) == len(ids)
    for table, ids in kitchen.tables.items():
        assert ids
        assert all(_is_open_at(kitchen.visits[v], table) for v in ids)
        assert len(set(ids)) == len(ids)
    for visit in kitchen.visits.values():
        if visit.ended_at is not None:
            assert kitchen.closed.count(visit.id) == 1
            continue
        assert visit.id not in kitchen.closed
        assert not visit.table or visit.id in kitchen.tables[visit.table]
        assert all(visit.id in kitchen.sessions[s] for s in visit.all_sessions)
    ended = [kitchen.visits[v].ended_at or 0 for v in kitchen.closed]
    assert ended == sorted(ended)
    for visit in kitchen.visits.values():
        assert len(set(visit.lines)) == len(visit.lines)
        assert len(set(visit.orders)) == len(visit.orders)
    for order in kitchen.orders.values():
        assert order.visit in kitchen.visits


def _is_open_at(visit: Visit, table: str) -> bool:
    return visit.ended_at is None and visit.table == table


def portions(kitchen: Kitchen) -> dict[str, Decimal]:
    """Return the kitchen-wide totals: ever ordered, void, served, at the first step."""
    lines = [line for order in kitchen.orders.values() for line in order.lines.values()]
    groups = [g for line in lines for g in line.groups if g.step == 0]
    return {
        "ordered": sum((line.ordered for line in lines), Decimal(0)),
        "all": amount(groups),
        "void": amount(groups, (_S.VOID,)),
        "served": amount(groups, (_S.SERVED,)),
        "ready": amount(groups, (_S.READY,)),
        "open": amount(groups, (_S.WAITING, _S.HELD, _S.QUEUED, _S.COOKING)),
    }


def without_memory(kitchen: Kitchen) -> Kitchen:
    """Return `kitchen` without its log place and what it remembers of commands."""
    empty = Kitchen()
    forgotten = {name: getattr(empty, name) for name in ("seq", "at", "commands", "recent")}
    visits = empty.visits
    for visit_id in sorted(kitchen.visits):
        visits = visits.set(visit_id, replace(kitchen.visits[visit_id], commands=()))
    return replace(kitchen, visits=visits, **forgotten)


def differences(one: Kitchen, other: Kitchen) -> list[str]:
    """Return the names of the fields in which two kitchens differ, for a readable failure."""
    return [f.name for f in fields(Kitchen) if getattr(one, f.name) != getattr(other, f.name)]


def lives_in(kitchen: Kitchen, line: Line) -> set[VisitId]:
    """Return the visits that a living portion of `line` can be reached from."""
    return {g.visit for g in line.groups if g.state is not _S.VOID and g.visit in kitchen.visits}
