"""Hearing: which events are news for a view. Pure; one entry per kind of fact that can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from math import ceil
from types import MappingProxyType
from typing import Any

from kds.kitchen.events import (
    Cause,
    Event,
    LineLate,
    OvertimeReached,
    SoldOutMarked,
)
from kds.kitchen.ids import LineKey, VisitId
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    LinesRemade,
    LinesRushed,
    OrderReceived,
    OrdersParted,
    PortionsMoved,
    PortionsVoided,
)
from kds.kitchen.orders import Level, Line
from kds.kitchen.portions import Move
from kds.kitchen.twins import pairs_of
from kds.sound.notices import Kind, News, Plates, Step
from kds.sound.overtimes import awaited
from kds.sound.scene import Scene, has_allergy
from kds.sound.truth import asked

Hearing = Callable[[Scene, Scene, Event, Any], Iterator[News]]


def heard(before: Scene, event: Event, after: Scene, device: str) -> list[News]:
    """Return what `event` brings to the view of these scenes, before and after it.

    What was done at this very view, or on this `device`, is no news to those who did it.
    """
    hear = _HEARINGS.get(type(event.fact))
    if hear is None or after.is_for_guests or _is_own(event, after.view, device):
        return []
    return [news for news in hear(before, after, event, event.fact) if news.plates]


def _is_own(event: Event, view: str, device: str) -> bool:
    if event.cause is not Cause.PERSON:
        return False
    done_at = getattr(event.fact, "view", None)
    return done_at == view or (device != "" and event.device == device)


# --- orders --------------------------------------------------------------------------------


def _order_received(
    before: Scene, after: Scene, _event: Event, fact: OrderReceived
) -> Iterator[News]:
    """An order, an add-on or an amendment: what is new here, what was called, what was struck."""
    order = after.kitchen.orders[fact.message.key]
    if order.twins and pairs_of(after.kitchen, order):
        return  # the pass is asked whether it is anything new at all
    old = before.kitchen.orders.get(order.key)
    known = {} if old is None else old.lines
    changed = [line for line_id, line in order.lines.items() if known.get(line_id) is not line]
    for visit, lines in _by_visit(changed).items():
        fresh = [line for line in lines if after.fresh(line)]
        called = [line for line in fresh if _was_held(before, line, visit)]
        yield News(Kind.FIRE, visit, _plates(called, after.fresh))
        yield from _arrived(before, after, visit, [li for li in fresh if li not in called])
        yield from _struck(after, visit, lines)


def _orders_parted(
    _before: Scene, after: Scene, _event: Event, fact: OrdersParted
) -> Iterator[News]:
    """What the till sent is no order by hand once more, and so news after all."""
    order = after.kitchen.orders.get(fact.order)
    for visit, lines in _by_visit(order.lines.values() if order is not None else ()).items():
        yield News(Kind.NEW, visit, _plates(lines, partial(_workable, after, visit)))


def _workable(scene: Scene, visit: VisitId, line: Line) -> int:
    return scene.workable(line, visit)


def _was_held(before: Scene, line: Line, visit: VisitId) -> bool:
    old = before.kitchen.line(line.key)
    return old is not None and before.still_open(old, visit) > before.workable(old, visit)


def _by_visit(lines: Iterable[Line]) -> dict[VisitId, list[Line]]:
    """Sort lines by the table that has their latest portions; what is not cooked has none."""
    found: dict[VisitId, list[Line]] = {}
    for line in lines:
        latest = max(line.groups, key=lambda g: g.seq, default=None)
        if latest is not None:
            found.setdefault(latest.visit, []).append(line)
    return found


def _arrived(before: Scene, after: Scene, visit: VisitId, fresh: list[Line]) -> Iterator[News]:
    """Yield what new lines of a table sound like here: their pot first, then the rest."""
    pots = [line for line in fresh if after.makes_pot(line)]
    if pots and not _has_pot(before, visit):
        yield News(Kind.POT_FIRST, visit, _plates(pots, after.fresh))
        fresh = [line for line in fresh if line not in pots]
    kind = Kind.ADD_ON if _has_lines(before, visit) else Kind.NEW
    if any(has_allergy(line.content.modifiers) for line in fresh):
        kind = Kind.ALLERGY
    yield News(kind, visit, _plates(fresh, after.fresh))


def _has_lines(scene: Scene, visit: VisitId) -> bool:
    """The table had something here already, done or not."""
    return any(scene.concerns(line) for line in _lines_at(scene, visit))


def _has_pot(scene: Scene, visit: VisitId) -> bool:
    return any(scene.is_pot(line) for line in _lines_at(scene, visit))


def _lines_at(scene: Scene, visit: VisitId) -> Iterator[Line]:
    found = scene.kitchen.visits.get(visit)
    return iter(()) if found is None else scene.kitchen.lines_of(found)


def _struck(after: Scene, visit: VisitId, lines: Iterable[Line]) -> Iterator[News]:
    """Yield what the last event made void here: spoken only if somebody had begun it."""
    by_kind: dict[Kind, list[tuple[LineKey, int]]] = {}
    for line in lines:
        count, begun = after.new_voids(line)
        if count > 0:
            kind = Kind.VOID if begun else Kind.VOID_UNBEGUN
            by_kind.setdefault(kind, []).append((line.key, count))
    for kind, plates in by_kind.items():
        yield News(kind, visit, tuple(plates))


# --- work ----------------------------------------------------------------------------------


def _portions_moved(
    before: Scene, after: Scene, _event: Event, fact: PortionsMoved
) -> Iterator[News]:
    """At the pass: what got ready. At a station: what the one before it handed on."""
    if fact.move is not Move.BUMP:
        return
    lines = list(after.lines(dict.fromkeys(item.line for item in fact.items)))
    if after.is_pass:

        def gained(line: Line) -> int:
            old = before.kitchen.line(line.key)
            was = 0 if old is None else before.ready(old, fact.visit)
            return max(0, after.ready(line, fact.visit) - was)

        pots = [line for line in lines if after.is_pot(line)]
        yield News(Kind.POT_READY, fact.visit, _plates(pots, gained))
        dishes = [line for line in lines if line not in pots]
        yield News(Kind.READY, fact.visit, _plates(dishes, gained))
    elif after.is_station and not _has_work(before, fact.visit):
        yield News(Kind.NEW, fact.visit, _plates(lines, after.fresh))


def _has_work(scene: Scene, visit: VisitId) -> bool:
    """The table's ticket was on this wall already, with something to do."""
    return any(scene.workable(line, visit) for line in _lines_at(scene, visit))


def _hold_placed(_before: Scene, after: Scene, _event: Event, fact: HoldPlaced) -> Iterator[News]:
    """A rule asks the pass whether dishes shall be made."""
    if fact.asks and after.is_pass:
        plates = _plates(after.lines(fact.lines), lambda line: asked(after, line, fact.visit))
        yield News(Kind.ASK_PASS, fact.visit, plates)


def _hold_released(
    _before: Scene, after: Scene, _event: Event, fact: HoldReleased
) -> Iterator[News]:
    """The gate of a table opened, or somebody called its dishes."""
    count = after.unserved if after.is_pass else after.workable
    plates = _plates(after.lines(fact.lines), lambda line: count(line, fact.visit))
    if after.is_pass or after.is_station:
        yield News(Kind.FIRE, fact.visit, plates)


def _portions_voided(
    _before: Scene, after: Scene, _event: Event, fact: PortionsVoided
) -> Iterator[News]:
    """Somebody in the kitchen struck portions."""
    yield from _struck(after, fact.visit, after.lines(key for key, _ in fact.items))


def _lines_rushed(_before: Scene, after: Scene, _event: Event, fact: LinesRushed) -> Iterator[News]:
    """The guest asked again."""
    if fact.by > 0:
        lines = after.lines(fact.lines)
        plates = _plates(lines, lambda line: after.still_open(line, fact.visit))
        yield News(Kind.RUSH, fact.visit, plates)


def _lines_remade(_before: Scene, after: Scene, _event: Event, fact: LinesRemade) -> Iterator[News]:
    """Something is cooked once more, and at once."""
    keys = (key._replace(line_id=line_id) for key, line_id, _ in fact.items)
    yield News(Kind.RUSH, fact.visit, _plates(after.lines(keys), after.fresh))


_LEVELS = {Level.LATE: Kind.LATE, Level.CRITICAL: Kind.CRITICAL}


def _line_late(_before: Scene, after: Scene, _event: Event, fact: LineLate) -> Iterator[News]:
    """A line passed a limit. The first one is for the eye alone."""
    kind = _LEVELS.get(fact.level)
    if kind is not None:
        lines = after.lines((fact.line,))
        plates = _plates(lines, lambda line: after.workable(line, fact.visit))
        yield News(kind, fact.visit, plates)


def _overtime_reached(
    _before: Scene, after: Scene, _event: Event, fact: OvertimeReached
) -> Iterator[News]:
    """A step of an overtime rule came, which is heard where the rule says."""
    if after.view in fact.tell:
        lines = after.lines(fact.lines)
        plates = _plates(lines, lambda line: awaited(after, line, fact.visit))
        step = Step(fact.rule, fact.step, fact.line)
        yield News(Kind.OVERTIME, fact.visit, plates, step)


def _sold_out_marked(
    _before: Scene, after: Scene, _event: Event, fact: SoldOutMarked
) -> Iterator[News]:
    """Somebody goes without, which is heard where the book says."""
    if after.view in fact.tell:
        plates = tuple((key, ceil(portions)) for key, portions in fact.items if portions > 0)
        yield News(Kind.SOLD_OUT, fact.visit, plates)


def _plates(lines: Iterable[Line], count: Callable[[Line], int]) -> Plates:
    """Return the lines of which there are any, with how many."""
    counted = ((line.key, count(line)) for line in lines)
    return tuple((key, number) for key, number in counted if number > 0)


_HEARINGS: Mapping[type, Hearing] = MappingProxyType(
    {
        OrderReceived: _order_received,
        OrdersParted: _orders_parted,
        PortionsMoved: _portions_moved,
        HoldPlaced: _hold_placed,
        HoldReleased: _hold_released,
        PortionsVoided: _portions_voided,
        LinesRushed: _lines_rushed,
        LinesRemade: _lines_remade,
        LineLate: _line_late,
        OvertimeReached: _overtime_reached,
        SoldOutMarked: _sold_out_marked,
    }
)
