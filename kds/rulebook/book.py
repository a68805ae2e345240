"""The compiled book: the kitchen's policy, the limits and ranks of lines, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from kds.kitchen.events import Fact
from kds.kitchen.ids import ANY_STATION, Instant, RuleId, StationId, VisitId
from kds.kitchen.messages import LineContent, Modifier, OrderFields
from kds.kitchen.orders import Gate, Line, Order, Recipe, Routing, Step
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.rulebook.checks import Checks
from kds.rulebook.clocks import business_day
from kds.rulebook.compiled import (
    AnnounceRule,
    BookData,
    Clock,
    Limits,
    MenuClass,
    OvertimeRule,
    Queue,
    Station,
    WaitRule,
)
from kds.rulebook.intake import CheckRule, PayFirstRule
from kds.rulebook.matching import Subject, judge, subject
from kds.rulebook.pace import AnyPace, DueRule
from kds.rulebook.pacing import Pacer
from kds.rulebook.pacing import excused as unpaced
from kds.rulebook.pacing import settle as paced
from kds.rulebook.party import Pace
from kds.rulebook.paying import Cashier
from kds.rulebook.preparation import limits_for, prep_of
from kds.rulebook.preplated import plated
from kds.rulebook.priority import PriorityBand, SlowView
from kds.rulebook.sets import has_recipes, recipe
from kds.rulebook.sieve import Sieve
from kds.rulebook.sold_out import arbitrate
from kds.rulebook.terms import Pan
from kds.rulebook.waiting import Gatekeeper, excused, settle

__all__ = ["Book", "Clock", "Limits", "Station", "Trace", "Try", "book_from_json", "book_to_json"]

HoldingRule = WaitRule | AnyPace | CheckRule | PayFirstRule
"""A rule that holds lines."""

_ROUTES_KEPT = 4096
_DAYS_KEPT = 4
_UNMATCHED = Routing((Step(ANY_STATION),))
_SHELL = Routing(())
_NO_RECIPE = Recipe()

_RANKS = {Queue.FIRST: 0, Queue.NORMAL: 1, Queue.LAST: 2}
_HELD_RANK = 3
_RUSHED_RANK = -10


@dataclass(frozen=True, slots=True)
class Try:
    """One menu entry that was asked about a line, and what it said."""

    rule: RuleId
    where: str
    matched: bool
    why: Wording


@dataclass(frozen=True, slots=True)
class Trace:
    """How a line was routed: every entry asked, in order, the deciding one last."""

    routing: Routing
    tries: tuple[Try, ...]


@dataclass(slots=True)
class _Lookup:
    """What a book works out once: never part of its content, may be emptied at any time."""

    by_rule: dict[RuleId, MenuClass]
    routings: dict[RuleId, Routing]
    has_modifier_rules: bool
    has_conditions: bool
    has_recipes: bool
    has_preplated: bool
    keepers: tuple[Gatekeeper, ...]
    overtimes: dict[RuleId, OvertimeRule]
    sieve: Sieve
    checks: Checks
    zone: ZoneInfo
    pacers: tuple[Pacer, ...]
    holding: dict[RuleId, HoldingRule]
    routes: dict[tuple[object, ...], Routing] = field(default_factory=dict)
    days: list[tuple[Instant, Instant]] = field(default_factory=list)


def _paces(data: BookData) -> tuple[AnyPace, ...]:
    return (*data.dues, *data.calls, *data.courses, *data.togethers)


def _lookup(data: BookData) -> _Lookup:
    zone = ZoneInfo(data.zone)
    matches = (m for entry in data.menu for m in (*entry.match, *entry.excepts))
    paces = _paces(data)
    return _Lookup(
        by_rule={entry.id: entry for entry in data.menu},
        routings={
            e.id: Routing(e.steps, e.menu_class, e.id, e.where, e.is_preplated) for e in data.menu
        },
        has_recipes=has_recipes(data),
        has_preplated=any(entry.is_preplated for entry in data.menu),
        has_modifier_rules=any(m.modifier_has for m in matches),
        has_conditions=not all(entry.when.asks_nothing for entry in data.menu),
        keepers=tuple(Gatekeeper.of(rule, zone) for rule in data.waits),
        overtimes={rule.id: rule for rule in data.overtimes},
        sieve=Sieve(data.overtimes),
        checks=Checks.of(data.checks, data.stations, Cashier.of(data.pay_firsts, zone)),
        zone=zone,
        pacers=tuple(map(Pacer.of, paces)),
        holding={rule.id: rule for rule in (*data.waits, *paces, *data.checks, *data.pay_firsts)},
    )


@dataclass(frozen=True, slots=True)
class Book:
    """A sound, compiled rule book; implements `kds.kitchen.policy.Policy`.

    Immutable but for a bounded memory of routes already found. Make it with `book_of`.
    """

    data: BookData
    hash: str
    _lookup: _Lookup = field(repr=False, compare=False)

    @property
    def stations(self) -> tuple[Station, ...]:
        """The stations, in the order of the book."""
        return self.data.stations

    @property
    def serve_step(self) -> bool:
        """Whether dishes are served at the pass; if not, ready is the end of the way."""
        return self.data.serve_step

    @property
    def zone(self) -> str:
        """The IANA zone of the store's wall clocks."""
        return self.data.zone

    def route(self, fields: OrderFields, content: LineContent, *, is_parent: bool) -> Routing:
        """Return where a line is cooked: by the first menu entry that takes it."""
        known = self._lookup
        key = (
            content.item_id,
            content.name,
            content.names,
            content.category,
            content.tags,
            fields.service,
            fields.channel,
            is_parent,
            _names(content.modifiers) if known.has_modifier_rules else None,
            _standing(fields, content) if known.has_conditions else None,
        )
        routing = known.routes.get(key)
        if routing is None:
            routing = self._decide(subject(fields, content, is_parent=is_parent), None)
            if len(known.routes) >= _ROUTES_KEPT:
                known.routes.clear()
            known.routes[key] = routing
        return routing

    def recipe(self, fields: OrderFields, content: LineContent) -> Recipe:
        """Return what else is cooked for a line: the dishes of a set, sides among its modifiers."""
        known = self._lookup
        if not known.has_recipes:
            return _NO_RECIPE
        return recipe(known.by_rule, partial(self.route, is_parent=False), fields, content)

    def has_station(self, station: StationId) -> bool:
        """Return whether the book has such a station."""
        return any(station == known.id for known in self.data.stations)

    def explain_route(self, fields: OrderFields, content: LineContent, is_parent: bool) -> Trace:
        """Return how `route` decides, with every menu entry that it asks."""
        tries: list[Try] = []
        routing = self._decide(subject(fields, content, is_parent=is_parent), tries)
        return Trace(routing, tuple(tries))

    def _decide(self, line: Subject, tries: list[Try] | None) -> Routing:
        for entry in self.data.menu:
            verdict = judge(entry, line)
            if tries is not None:
                tries.append(Try(entry.id, entry.where, verdict.matched, verdict.why()))
            if verdict.matched:
                return self._lookup.routings[entry.id]
        return _SHELL if line.is_parent else _UNMATCHED

    def join(self, kitchen: Kitchen, order: Order | None, fields: OrderFields) -> VisitId | None:
        """Return None: without a session nothing joins unless a rule says so, and none does."""
        del kitchen, order, fields
        return None

    def settle(
        self, kitchen: Kitchen, visit: VisitId, facts: Sequence[Fact], now: Instant
    ) -> Sequence[Fact]:
        """Return the holds to place and to release in `visit` after `facts` have happened.

        And what is odd about its lines. All look at the same kitchen, so no rule hides a line
        from another.
        """
        known = self._lookup
        held = [*settle(known.keepers, kitchen, visit, facts, now)]
        # Asked before pace, which begins to count when nothing else keeps a dish any more.
        asked = self.cashier.settle(kitchen, visit, facts, now)
        asked += known.checks.settle(kitchen, visit, facts, now)
        if known.pacers:
            held += paced(known.pacers, self.pace, kitchen, visit, facts, now, [*held, *asked])
        said = [*held, *asked]
        if said or not known.has_preplated:
            return said
        return plated(kitchen, visit, now)

    def arbitrate(self, kitchen: Kitchen, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Return who loses where more was ordered than there is, as far as it is not so yet."""
        return arbitrate(self.data.sold_out, kitchen, facts)

    def excused(
        self, kitchen: Kitchen, visits: Collection[Visit], orders: Collection[Order]
    ) -> Iterator[Fact]:
        """Yield the release of what rules hold that are not for it, as after another book's.

        And the end of marks that no rule makes. Asked of `visits`, and of the `orders` at home
        there.
        """
        yield from excused(self._lookup.keepers, kitchen, visits)
        yield from unpaced(self._lookup.pacers, self.pace, kitchen, visits)
        yield from self.cashier.excused(kitchen, orders)
        yield from self._lookup.checks.excused(kitchen, orders)

    def limits(self, fields: OrderFields, line: Line) -> Limits:
        """Return the limits of a line, by the entry that routed it."""
        del fields  # limits by service or channel come as menu entries with such conditions
        entry = self.entry(line)
        return self.data.defaults if entry is None else limits_for(entry, line)

    def prep_s(self, line: Line) -> int | None:
        """Return how long the dish takes when all is well, None if the book does not say."""
        return self.usual_prep_s(line.routing.rule, line.content)

    def usual_prep_s(self, entry: RuleId, content: LineContent) -> int | None:
        """Return how long a dish takes that a menu entry took, None if the book does not say."""
        taken = self._lookup.by_rule.get(entry)
        return None if taken is None else prep_of(taken, content)

    def pan(self, line: Line) -> Pan | None:
        """Return how much of the dish is made together, None if it is made one by one."""
        entry = self.entry(line)
        return None if entry is None else entry.pan

    def rank(self, line: Line) -> int:
        """Return the place of a line in its station's queue; lower is earlier, equals by age.

        Rushed lines go first, then what jumps its own queue (pots), the rest, and last what is
        held: a plate whose pot is not up is workable, but there is no hurry.
        """
        entry = self.entry(line)
        rank = _RANKS[Queue.NORMAL if entry is None else entry.queue]
        if any(hold.gate in (Gate.RUN, Gate.START) for hold in line.holds):
            rank = _HELD_RANK
        return rank + _RUSHED_RANK if line.rush > 0 else rank

    def shown_s(self, rule: RuleId) -> int | None:
        """Return how long before their start stations see what `rule` holds; None: at once."""
        known = self._lookup.holding.get(rule)
        return known.shown_s if isinstance(known, DueRule) else None

    def hold_rule(self, rule: RuleId) -> HoldingRule | None:
        """Return the rule of that id which holds lines, None if this book has none."""
        return self._lookup.holding.get(rule)

    @property
    def paces(self) -> tuple[AnyPace, ...]:
        """The rules that say who is started when, in the order in which they are asked."""
        return _paces(self.data)

    @property
    def pace(self) -> Pace:
        """What pace rules go by."""
        limits = {s.id: s.capacity for s in self.data.stations if s.capacity is not None}
        return Pace(self._lookup.zone, self.serve_step, self.prep_s, limits)

    @property
    def cashier(self) -> Cashier:
        """The rules on what must be paid before it is made."""
        return self._lookup.checks.cashier

    def announce_rule(self, what: str, view: str) -> AnnounceRule | None:
        """Return the first rule on how `what` is heard at `view`, None if it is as built in."""
        return next((rule for rule in self.data.announces if rule.is_for(what, view)), None)

    @property
    def overtimes(self) -> tuple[OvertimeRule, ...]:
        """The rules that say when a table waits too long, in the order of the book."""
        return self.data.overtimes

    def overtimes_for(
        self, visit: Visit, lines: Iterable[tuple[Order, Line]]
    ) -> tuple[OvertimeRule, ...]:
        """Return those of `overtimes` that may count one of `lines`; each is still to be asked."""
        return self._lookup.sieve.rules_for(visit, lines)

    def overtime_rule(self, rule: RuleId) -> OvertimeRule | None:
        """Return the overtime rule of that id, None if this book has none."""
        return self._lookup.overtimes.get(rule)

    @property
    def bands(self) -> tuple[PriorityBand, ...]:
        """The bands of priority, in the order of the book."""
        return self.data.bands

    @property
    def slow(self) -> SlowView:
        """When a view is late as a whole."""
        return self.data.slow

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone of the store's wall clocks."""
        return self._lookup.zone

    def day_end(self, at: Instant) -> Instant:
        """Return when the business day that `at` lies in ends, by the store's wall clock."""
        days = self._lookup.days
        for begins, ends in days:
            if begins <= at < ends:
                return ends
        known = business_day(at, self._lookup.zone, self.data.ending.day_ends_min)
        days[:] = [known, *days[: _DAYS_KEPT - 1]]
        return known[1]

    def entry(self, line: Line) -> MenuClass | None:
        """Return the menu entry that routed `line`, None if it is not in this book."""
        return self._lookup.by_rule.get(line.routing.rule)


def _standing(fields: OrderFields, content: LineContent) -> tuple[object, ...]:
    """Return what only the `when` of menu entries looks at."""
    return fields.zone, fields.member, content.course, content.seat


def _names(modifiers: tuple[Modifier, ...]) -> tuple[object, ...]:
    return tuple((m.name, _names(m.modifiers)) for m in modifiers)


def book_of(data: BookData) -> Book:
    """Return the book of compiled `data`; its hash covers everything that is said in it."""
    digest = hashlib.sha256(_adapter().dump_json(data)).hexdigest()
    return Book(data, digest, _lookup(data))


def book_to_json(book: Book) -> str:
    """Return the compiled book as JSON text."""
    return _adapter().dump_json(book.data).decode()


def book_from_json(text: str) -> Book:
    """Return the book of a JSON text; raises pydantic's `ValidationError` if it is none."""
    return book_of(_adapter().validate_json(text))


@cache
def _adapter() -> TypeAdapter[BookData]:
    return TypeAdapter(BookData)
