"""What another rule book does to open work: which lines go another way, which gates move.

Found by letting it happen to a copy of the kitchen, which is immutable: so nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kds.kitchen.changing import replace
from kds.kitchen.decide import record
from kds.kitchen.events import (
    BookAdopted,
    Cause,
    Event,
    Fact,
    OvertimeReached,
)
from kds.kitchen.ids import (
    ANY_STATION,
    EventId,
    Instant,
    LineKey,
    OrderKey,
    StationId,
    VisitId,
)
from kds.kitchen.order_facts import LinesRerouted
from kds.kitchen.orders import Line, Order, Origin, Routing
from kds.kitchen.portions import OPEN
from kds.kitchen.reconcile import can_reroute
from kds.kitchen.spelling import way_of
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.rulebook.clocks import levels, running_since, waited_since
from kds.rulebook.compiled import Clock
from kds.rulebook.conditions import Occasion
from kds.rulebook.due import due
from kds.rulebook.priority import Standing, band_of

_EXAMPLES = 20


def adoption(kitchen: Kitchen, book: Book, now: Instant, person: str = "") -> tuple[Event, ...]:
    """Return the facts of letting `book` decide, with what follows for all open work."""
    adopted = adopted_by(kitchen, book, now, person)
    return adopted, *followed(kitchen, book, now, kitchen.visits, person)


def adopted_by(kitchen: Kitchen, book: Book, now: Instant, person: str = "") -> Event:
    """Return the fact that `book` decides from here on. Open work is to follow it."""
    return _event(kitchen, book, now, person, 0, BookAdopted(book.hash))


def followed(
    kitchen: Kitchen, book: Book, now: Instant, visits: Iterable[VisitId], person: str = ""
) -> tuple[Event, ...]:
    """Return what the book in force makes of open work in `visits` that another one let in.

    What goes elsewhere, what waits no more. What a station has begun stays there; so does what a
    person gave to a station. Nothing follows twice, nor of work that this very book let in.
    """
    known = [visit for name in visits if (visit := kitchen.visits.get(name)) is not None]
    orders = list(_orders_of(kitchen, known))
    facts: list[Fact] = [*rerouted(orders, book), *book.excused(kitchen, known, orders)]
    return tuple(_event(kitchen, book, now, person, n, fact) for n, fact in enumerate(facts, 1))


def _event(
    kitchen: Kitchen, book: Book, now: Instant, person: str, number: int, fact: Fact
) -> Event:
    name = f"book:{book.hash[:16]}:{kitchen.seq + 1}"
    event_id = EventId(f"{name}:{number}" if number else name)
    return Event(event_id, now, Cause.PERSON, fact, person=person)


def _orders_of(kitchen: Kitchen, visits: Iterable[Visit]) -> Iterator[Order]:
    """Yield the orders at home in `visits`, and those there whose home is gone, each once."""
    seen: set[OrderKey] = set()
    for visit in visits:
        for key in visit.orders:
            order = kitchen.orders.get(key)
            if order is None or key in seen:
                continue
            if order.visit == visit.id or order.visit not in kitchen.visits:
                seen.add(key)
                yield order


def rerouted(orders: Iterable[Order], book: Book) -> Iterator[LinesRerouted]:
    """Yield the lines of each order that `book` sends another way, as far as they are untouched."""
    for order in orders:
        lines = order.lines.values()
        parents = {line.content.parent for line in lines if line.origin is not Origin.SIDE}
        routings = tuple(
            (line.key, routing)
            for line in order.lines.values()
            if _is_open(line) and can_reroute(line)
            for routing in [_route(book, order, line, is_parent=line.key.line_id in parents)]
            if not _is_same(line.routing, routing)
        )
        if routings:
            yield LinesRerouted(order.visit, routings)


def _is_open(line: Line) -> bool:
    """Something of it is still to be done, or nothing ever was to be cooked."""
    return not line.groups or any(group.state in OPEN for group in line.groups)


def _route(book: Book, order: Order, line: Line, *, is_parent: bool) -> Routing:
    return way_of(book, order.fields, line.content, line.recipe, is_parent=is_parent)


def _is_same(old: Routing, new: Routing) -> bool:
    """The way and what the dish counts as are the same; where the rule stands is no matter."""
    was_taken = not old.rule and all(step.station != ANY_STATION for step in old.steps)
    if was_taken and old.steps and not new.rule:
        return True
    return replace(old, where="") == replace(new, where="")


@dataclass(frozen=True, slots=True)
class Moved:
    """A line that goes to other stations."""

    line: LineKey
    table: str
    name: str
    before: tuple[StationId, ...]
    after: tuple[StationId, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a book would do to open work, in lines. `moved`: the first few of `moving`."""

    moving: int = 0
    closing: int = 0
    opening: int = 0
    retimed: int = 0
    homeless: int = 0
    overdue: int = 0
    reranked: int = 0
    restarted: int = 0
    moved: tuple[Moved, ...] = ()

    @property
    def is_none(self) -> bool:
        """Open work stays as it is."""
        return self == Changes()

    def text(self) -> Wording:
        """Return it as a phrase: 12 lines change station, 3 gates close."""
        stated = [
            (self.moving, "道菜换工位", "changes station", "change station"),
            (self.closing, "道菜开始等", "begins to wait", "begin to wait"),
            (self.opening, "道菜放行", "stops waiting", "stop waiting"),
            (self.retimed, "道菜换时限", "gets other time limits", "get other time limits"),
            (self.homeless, "道菜没有了工位", "loses its station", "lose their station"),
            (
                self.restarted,
                "道菜换开做时间",
                "starts at another time",
                "start at another time",
            ),
            (self.reranked, "道菜换优先级", "changes priority", "change priority"),
        ]
        zh = [f"{count} {words}" for count, words, _, _ in stated if count]
        en = [
            f"1 line {one}" if count == 1 else f"{count} lines {many}"
            for count, _, one, many in stated
            if count
        ]
        if self.overdue:
            is_one = self.overdue == 1
            zh.append(f"{self.overdue} 桌马上提醒等太久")
            en.append("1 table is" if is_one else f"{self.overdue} tables are")
            en[-1] += " told at once to wait too long"
        if not zh:
            return Wording("未完成的菜不变", "nothing changes for open work")
        return Wording("，".join(zh), ", ".join(en))


def changes(kitchen: Kitchen, before: Book, after: Book, now: Instant) -> Changes:
    """Return what letting `after` decide in place of `before` would do to open lines."""
    then = record(kitchen, adoption(kitchen, after, now), after, now).kitchen
    restarted = sum(1 for _, line in _open_lines(kitchen) if _is_restarted(line, then))
    made = due(then, after, now)
    then = record(then, made, after, now).kitchen
    pairs = [(order, line, then.line(line.key)) for order, line in _open_lines(kitchen)]
    moved = [
        Moved(old.key, _table(kitchen, old), old.content.name, here, there)
        for _, old, new in pairs
        if new is not None
        for here, there in [(_stations(kitchen, old), _stations(then, new))]
        if here != there
    ]
    gone = {s.id for s in before.stations} - {s.id for s in after.stations}
    return Changes(
        moving=len(moved),
        closing=sum(1 for _, old, new in pairs if new and _holds(new) - _holds(old)),
        opening=sum(1 for _, old, new in pairs if new and _holds(old) - _holds(new)),
        retimed=sum(
            1
            for order, old, new in pairs
            if new and _times(before, order, old) != _times(after, order, new)
        ),
        homeless=sum(1 for _, _, new in pairs if new and gone.intersection(_stations(then, new))),
        reranked=sum(
            1
            for order, old, new in pairs
            if new and _priority(before, kitchen, order, old) != _priority(after, then, order, new)
        )
        if before.bands or after.bands
        else 0,
        overdue=len({e.fact.visit for e in made if isinstance(e.fact, OvertimeReached)}),
        restarted=restarted,
        moved=tuple(moved[:_EXAMPLES]),
    )


def _is_restarted(line: Line, then: Kitchen) -> bool:
    """The line waits as before, but until another time."""
    new = then.line(line.key)
    if new is None or _holds(new) != _holds(line):
        return False
    return {hold.until for hold in new.holds} != {hold.until for hold in line.holds}


def _open_lines(kitchen: Kitchen) -> Iterator[tuple[Order, Line]]:
    for order in kitchen.orders.values():
        for line in order.lines.values():
            if any(_is_due(kitchen, line)):
                yield order, line


def _is_due(kitchen: Kitchen, line: Line) -> Iterable[bool]:
    """Yield for each group whether it is still to be done on a ticket that is shown."""
    for group in line.groups:
        visit = kitchen.visits.get(group.visit)
        yield group.state in OPEN and visit is not None and not visit.removed


def _table(kitchen: Kitchen, line: Line) -> str:
    visit = kitchen.visits.get(line.groups[0].visit) if line.groups else None
    return "" if visit is None else visit.table


def _stations(kitchen: Kitchen, line: Line) -> tuple[StationId, ...]:
    """Return the stations that work on a line, where others do it for them those."""
    return tuple(kitchen.station_for(step.station) for step in line.routing.steps)


def _holds(line: Line) -> set[tuple[str, str]]:
    return {(hold.rule, hold.gate) for hold in line.holds}


def _priority(book: Book, kitchen: Kitchen, order: Order, line: Line) -> tuple[object, ...]:
    """Return the band that `line` stands in, wherever its portions are, and where that is."""
    visit = next((v for g in line.groups if (v := kitchen.visits.get(g.visit))), None)
    if visit is None:
        return ()
    clocks = ((clock, running_since(order.fields, line, visit.id, clock)) for clock in Clock)
    since = {k: waited_since(order.fields, at) for k, at in clocks if at is not None}
    guests, zone = order.fields.guests, book.zone_info
    at = line.received_at
    occasion = Occasion(order.fields, line.content, visit.table, guests, at, zone)
    standing = Standing(occasion, visit.rider_at is not None, since)
    found = band_of(book.bands, line, standing, kitchen.at)
    return (found.band and found.band.id, found.place)


def _times(book: Book, order: Order, line: Line) -> tuple[object, ...]:
    limits = book.limits(order.fields, line)
    return (limits.clock, *levels(limits))
