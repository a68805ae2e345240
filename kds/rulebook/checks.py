"""The mechanism *check* at work: what is odd about a line, and who is asked about it. Pure.

What a line is marked with follows from the kitchen as it stands, so an amendment that mends the
fault also ends the mark and the wait. Only portions that have just come are ever held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from kds.kitchen.changing import replace
from kds.kitchen.events import Fact, LineChecked, RulePaused
from kds.kitchen.ids import ANY_STATION, Instant, LineId, OrderKey, RuleId, StationId, VisitId
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    LinesRerouted,
    LinesSplit,
    LineTaken,
    Opening,
    OrderReceived,
    PortionsVoided,
    TableMoved,
    VisitsMerged,
)
from kds.kitchen.orders import Gate, Line, Order, Remark
from kds.kitchen.state import Kitchen
from kds.kitchen.stock import item_of
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.rulebook.asking import dishes_of, fresh_portions, is_held, is_queued
from kds.rulebook.compiled import Station
from kds.rulebook.conditions import Occasion
from kds.rulebook.finding import SO, Check, Measure, is_odd, option_texts
from kds.rulebook.intake import Answer, CheckRule, Fault, unanswered
from kds.rulebook.paying import Cashier
from kds.rulebook.repeats import Place, lives
from kds.rulebook.templates import filled
from kds.rulebook.waiting import guests_of

_TELLING = (
    OrderReceived,
    PortionsVoided,
    HoldReleased,
    LineTaken,
    LinesRerouted,
    LinesSplit,
    TableMoved,
    VisitsMerged,
)
"""Facts after which a line may have become odd, or well."""

_PAUSE_AFTER = 3
_PAUSE_WITHIN_MS = 600_000
_BY_HAND = frozenset({Opening.OVERRIDE, Opening.FIRED})
_NONE = Decimal(0)

Remarks = Mapping[LineId, tuple[Remark, ...]]


@dataclass(frozen=True, slots=True)
class Checks:
    """All checks of a book, by what they look for, in its order."""

    by_fault: Mapping[Fault, tuple[Check, ...]]
    rules: Mapping[RuleId, CheckRule]
    zone: ZoneInfo
    stations: Mapping[StationId, Wording]
    cashier: Cashier

    @classmethod
    def of(
        cls, rules: Sequence[CheckRule], stations: Iterable[Station], cashier: Cashier
    ) -> Checks:
        """Return the checks of `rules`, beside what marks orders that come once more."""
        by_fault: dict[Fault, list[Check]] = {}
        for rule in rules:
            by_fault.setdefault(rule.what, []).append(Check.of(rule))
        return cls(
            {fault: tuple(checks) for fault, checks in by_fault.items()},
            {rule.id: rule for rule in rules},
            cashier.zone,
            {station.id: station.name for station in stations},
            cashier,
        )

    @property
    def ids(self) -> AbstractSet[RuleId]:
        """The rules that check."""
        return self.rules.keys()

    @property
    def marking(self) -> frozenset[RuleId]:
        """All rules that mark lines and hold them for an answer."""
        return self.cashier.ids | self.ids

    def settle(
        self, kitchen: Kitchen, visit_id: VisitId, facts: Sequence[Fact], now: Instant
    ) -> list[Fact]:
        """Return the marks to set and to take away in a visit after `facts`, and their holds."""
        if not self.marking or not any(isinstance(fact, _TELLING) for fact in facts):
            return []
        visit = kitchen.visits.get(visit_id)
        if visit is None or visit.merged_into is not None:
            return []
        house = _House(self, kitchen, now)
        pauses = self._pauses(kitchen, facts, now)
        return [*pauses, *([*house.answered(facts)] or house.settle(visit, facts))]

    def _pauses(
        self, kitchen: Kitchen, facts: Sequence[Fact], now: Instant
    ) -> Iterator[RulePaused]:
        """Yield the pause of a rule whose questions nobody answers: each has cost its time."""
        timed_out = {
            fact.rule
            for fact in facts
            if isinstance(fact, HoldReleased) and fact.opened_by is Opening.TIMEOUT
        }
        for name in sorted(timed_out & self.ids):
            state, rule = kitchen.rules[name], self.rules[name]
            late = {visit for at, visit in state.timeouts if at >= now - _PAUSE_WITHIN_MS}
            if state.paused_at is None and len(late) >= _PAUSE_AFTER:
                yield RulePaused(name, unanswered(rule.name, _PAUSE_AFTER, _PAUSE_WITHIN_MS))

    def excused(self, kitchen: Kitchen, orders: Iterable[Order]) -> Iterator[Fact]:
        """Yield the end of the marks and holds of `orders` for which there is no rule any more."""
        for order in orders:
            if order.visit in kitchen.visits and _is_marked(order, self.marking):
                yield from _House(self, kitchen, kitchen.at).mended(order)


def _is_marked(order: Order, ids: frozenset[RuleId]) -> bool:
    return any(
        line.remarks or any(hold.rule in ids for hold in line.holds)
        for line in order.lines.values()
    )


class _House:
    """A kitchen under the checks of a book. Each order is looked at where its home is."""

    def __init__(self, checks: Checks, kitchen: Kitchen, now: Instant) -> None:
        self._checks = checks
        self._kitchen = kitchen
        self._now = now
        self._places: dict[VisitId, Place] = {}
        self._applied: dict[tuple[RuleId, OrderKey], bool] = {}

    def settle(self, visit: Visit, facts: Sequence[Fact]) -> Iterator[Fact]:
        """Yield what follows from `facts` for orders that came, and for those marked before."""
        received = {fact.message.key for fact in facts if isinstance(fact, OrderReceived)}
        for key in dict.fromkeys((*self._place(visit).orders, *visit.orders, *received)):
            order = self._kitchen.orders.get(key)
            if order is None or order.visit not in self._kitchen.visits:
                continue
            if key in received or _is_marked(order, self._checks.marking):
                found = self._found(order)
                yield from self._marked(order, found)
                yield from self._freed(order, found)
                yield from self._asked(order, found) if key in received else ()

    def mended(self, order: Order) -> Iterator[Fact]:
        """Yield what is over for an order as the rules are now."""
        found = self._found(order)
        yield from self._marked(order, found)
        yield from self._freed(order, found)

    def _home(self, order: Order) -> Visit:
        return self._kitchen.visits[order.visit]

    def _place(self, visit: Visit) -> Place:
        if visit.id not in self._places:
            self._places[visit.id] = Place(self._kitchen, visit)
        return self._places[visit.id]

    # --- what is odd -------------------------------------------------------------------------

    def _found(self, order: Order) -> Remarks:
        again = self._again(order)
        return {
            li.key.line_id: (
                *self._remarks(order, li),
                *(_as_answered(remark, li) for remark in again if lives(li)),
            )
            for li in order.lines.values()
        }

    def _again(self, order: Order) -> tuple[Remark, ...]:
        """Return the mark of an order that may be one that was not paid, sent once more."""
        cashier = self._checks.cashier
        if not cashier.rules:
            return ()
        remark = cashier.remark(self._kitchen, order, self._place(self._home(order)))
        return () if remark is None else (remark,)

    def _remarks(self, order: Order, line: Line) -> Iterator[Remark]:
        if not lives(line):
            return
        for fault, every in self._checks.by_fault.items():
            checks = [check for check in every if check.is_of(line.routing)]
            measure = self._measure(fault, order, line) if checks else None
            if measure is None:
                continue
            for check in checks:
                if self._applies(check, order, line) and is_odd(check, line, measure):
                    if check.rule.then is not Answer.ACCEPT:
                        yield self._remark(check.rule, order, line)
                    break

    def _applies(self, check: Check, order: Order, line: Line) -> bool:
        """The rule is for such a line. By the clock it is so as of when the line came.

        What looks at nothing but the order is asked once for all its lines.
        """
        if check.is_by_line:
            return check.applies(self._occasion(order, line))
        key = (check.rule.id, order.key)
        if key not in self._applied:
            self._applied[key] = check.applies(self._occasion(order, line))
        return self._applied[key]

    def _occasion(self, order: Order, line: Line) -> Occasion:
        home, zone = self._home(order), self._checks.zone
        guests = guests_of(self._kitchen, home)
        return Occasion(order.fields, line.content, home.table, guests, line.received_at, zone)

    def _measure(self, fault: Fault, order: Order, line: Line) -> Measure | None:
        """Return what rules on `fault` judge the line by; None: none of them finds it there.

        Found once, because of many rules most look for the same.
        """
        match fault:
            case Fault.UNKNOWN_DISH:
                return SO if any(s.station == ANY_STATION for s in line.routing.steps) else None
            case Fault.SOLD_OUT:
                item = item_of(self._kitchen, line.content) if "sold_out" in line.flags else None
                return SO if item is not None and self._kitchen.stock[item] <= 0 else None
            case Fault.MISSING_OPTION:
                return Measure(texts=option_texts(line.content))
            case Fault.QUANTITY:
                return SO if line.content.quantity > 1 else None
            case Fault.DUPLICATE if line.content.parent is not None:
                return None  # a set comes twice, not its parts
            case Fault.DUPLICATE:
                place = self._place(self._home(order))
                gaps = Measure(place.since_same(order, line), place.since_twin(order))
                return None if gaps == SO else gaps

    def _remark(self, rule: CheckRule, order: Order, line: Line) -> Remark:
        """Return the mark of `rule`; one that somebody has answered stays answered."""
        state = self._kitchen.rules.get(rule.id)
        is_paused = state is not None and state.paused_at is not None
        asks = rule.then is Answer.ASK_PASS and not is_paused
        message = Wording(
            *(filled(rule.reason[lg], self._words(lg, rule, order, line)) for lg in _LANGS)
        )
        return _as_answered(Remark(rule.id, rule.what, message, asks), line)

    def _words(self, lang: str, rule: CheckRule, order: Order, line: Line) -> dict[str, str]:
        content = line.content
        names = self._checks.stations
        stations = (names[s.station][lang] for s in line.routing.steps if s.station in names)
        return {
            "table": self._home(order).table,
            "number": order.fields.number,
            "dish": dict(content.names).get(lang, content.name),
            "count": f"{content.quantity.normalize():f}",
            "minutes": f"{rule.within_s / 60:g}",
            "station": next(stations, ""),
        }

    def _marked(self, order: Order, found: Remarks) -> Iterator[Fact]:
        for line in order.lines.values():
            remarks = found[line.key.line_id]
            if remarks != line.remarks:
                yield LineChecked(order.visit, line.key, remarks)

    # --- asking the pass ---------------------------------------------------------------------

    def _asking(self, order: Order, found: Remarks) -> dict[LineId, dict[RuleId, Remark]]:
        """Return the dishes that wait for an answer; for a set its parts do."""
        asking: dict[LineId, dict[RuleId, Remark]] = {}
        for line_id, remarks in found.items():
            for remark in remarks:
                is_ours = remark.rule in self._checks.ids
                if is_ours and remark.asks and not remark.answered:
                    for dish in dishes_of(order, order.lines[line_id]):
                        asking.setdefault(dish.key.line_id, {}).setdefault(remark.rule, remark)
        return asking

    def _freed(self, order: Order, found: Remarks) -> Iterator[Fact]:
        """Yield the release of what is held without any reason left."""
        asking = self._asking(order, found)
        for line in order.lines.values():
            for hold in line.holds:
                is_ours = hold.rule in self._checks.ids
                if is_ours and hold.rule not in asking.get(line.key.line_id, ()):
                    yield HoldReleased(hold.visit, (line.key,), hold.rule, Opening.CONDITION)

    def _asked(self, order: Order, found: Remarks) -> Iterator[Fact]:
        """Yield the holds of what has just come and is to be asked about."""
        for line_id, remarks in self._asking(order, found).items():
            line = order.lines[line_id]
            for visit, fresh in fresh_portions(order, line).items():
                portions = fresh
                for rule, remark in remarks.items():
                    if is_held(line, visit, rule) and not is_queued(order, line, visit):
                        continue
                    yield HoldPlaced(
                        visit,
                        (line.key,),
                        rule,
                        Gate.START,
                        remark.message,
                        Instant(self._now + self._checks.rules[rule].timeout_s * 1000),
                        portions,
                        asks=True,
                    )
                    portions = _NONE  # the first hold has them already

    def answered(self, facts: Sequence[Fact]) -> Iterator[Fact]:
        """Yield the marks to which somebody has just said yes: the dish waits no more for them."""
        for fact in facts:
            if not isinstance(fact, HoldReleased) or fact.opened_by not in _BY_HAND:
                continue
            for key in dict.fromkeys(line.order for line in fact.lines):
                order = self._kitchen.orders.get(key)
                for line in () if order is None else order.lines.values():
                    yield from self._said_yes(order, line, fact) if order is not None else ()

    def _said_yes(self, order: Order, line: Line, fact: HoldReleased) -> Iterator[Fact]:
        dishes = dishes_of(order, line)
        if not any(dish.key in fact.lines for dish in dishes):
            return
        if any(hold.rule == fact.rule for dish in dishes for hold in dish.holds):
            return
        remarks = tuple(
            replace(each, answered=True) if each.rule == fact.rule else each
            for each in line.remarks
        )
        if remarks != line.remarks:
            yield LineChecked(order.visit, line.key, remarks)


_LANGS = ("zh", "en")


def _as_answered(remark: Remark, line: Line) -> Remark:
    """Return a remark as the line has it already, if somebody has answered it."""
    known = replace(remark, answered=True)
    return known if known in line.remarks else remark
