"""The mechanism *wait for* (broth first): whose gate closes, and what opens it.

One gate per visit and rule. It is closed while lines are held by the rule; that it was open
before shows in lines that would have been held and are not. So nothing is remembered but holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kds.kitchen.events import Fact, RulePaused
from kds.kitchen.ids import Instant, LineKey, RuleId, VisitId
from kds.kitchen.messages import Service
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    LinesRerouted,
    LinesSplit,
    Opening,
    OrderReceived,
    OrdersJoined,
    PortionsMoved,
    PortionsVoided,
    TableMoved,
    VisitRestored,
    VisitsMerged,
)
from kds.kitchen.orders import Gate, Hold, Line, Order
from kds.kitchen.portions import Move
from kds.kitchen.state import Kitchen, RuleState
from kds.kitchen.visits import Visit
from kds.rulebook.compiled import PotState, WaitRule
from kds.rulebook.conditions import About, Occasion, abouts, judge
from kds.rulebook.late_pots import puts_off, timed
from kds.rulebook.lookups import lines_in
from kds.rulebook.pots import Pots

TELLING = (
    OrderReceived,
    OrdersJoined,
    PortionsMoved,
    PortionsVoided,
    HoldReleased,
    VisitsMerged,
    LinesRerouted,
    LinesSplit,
    VisitRestored,
    TableMoved,
)
"""Facts after which a gate may have to close or open."""

_STRIKING_VIEW = "expo"
OF_LINES = frozenset({About.COURSE, About.SEAT, About.BETWEEN})
"""What may differ from line to line of one order."""


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """A wait rule with its names as sets, made once per book."""

    rule: WaitRule
    pot_classes: frozenset[str]
    gates: Mapping[str, Gate]
    services: frozenset[Service]
    personal: frozenset[RuleId]
    zone: ZoneInfo
    looks_at: frozenset[About]

    @classmethod
    def of(cls, rule: WaitRule, zone: ZoneInfo) -> Gatekeeper:
        """Return the keeper of `rule` in a store whose wall clocks go by `zone`."""
        return cls(
            rule,
            frozenset(rule.waits_for),
            {hold.menu_class: hold.gate for hold in rule.holds},
            frozenset(rule.services),
            frozenset(rule.personal),
            zone,
            looks_at=frozenset(abouts(rule.when)),
        )

    def may_be_for(self, orders: Iterable[Occasion]) -> bool:
        """Return False if the rule is certainly for no line of `orders`, one occasion of each."""
        return any(
            order.fields.service in self.services
            and (not self.looks_at.isdisjoint(OF_LINES) or judge(self.rule.when, order).holds)
            for order in orders
        )


def settle(
    keepers: Sequence[Gatekeeper],
    kitchen: Kitchen,
    visit_id: VisitId,
    facts: Sequence[Fact],
    now: Instant,
) -> Sequence[Fact]:
    """Return the holds that the wait rules place and release in a visit after `facts`."""
    rules = frozenset(keeper.rule.id for keeper in keepers)
    if not rules or not any(isinstance(f, TELLING) or puts_off(f, rules) for f in facts):
        return ()
    visit = kitchen.visits.get(visit_id)
    if visit is None or visit.merged_into is not None:
        return ()
    lines = lines_in(kitchen, visit)
    answers: list[Fact] = []
    classes = {line.routing.menu_class for _, line in lines}
    under_way = {hold.rule for _, line in lines for hold in line.holds}
    under_way |= {fact.rule for fact in facts if isinstance(fact, HoldReleased)}
    guests = guests_of(kitchen, visit)
    orders = {
        order.key: Occasion(order.fields, line.content, visit.table, guests)
        for order, line in lines
    }
    for keeper in keepers:
        # Of many rules few have to do with a table; those that have not must cost next to nothing.
        if keeper.rule.id in under_way or (
            not classes.isdisjoint(keeper.gates) and keeper.may_be_for(orders.values())
        ):
            answers += _Table(keeper, kitchen, visit, lines, guests).settle(facts, now)
    return answers


def excused(
    keepers: Sequence[Gatekeeper], kitchen: Kitchen, visits: Iterable[Visit]
) -> Iterator[HoldReleased]:
    """Yield the release of what a rule holds in `visits` and is not for: rules have changed."""
    for visit in visits:
        if visit.merged_into is not None:
            continue
        lines = lines_in(kitchen, visit)
        holding = {hold.rule for _, line in lines for hold in line.holds}
        for keeper in keepers if holding else ():
            if keeper.rule.id in holding:
                table = _Table(keeper, kitchen, visit, lines, guests_of(kitchen, visit))
                yield from table.excused()


def guests_of(kitchen: Kitchen, visit: Visit) -> int | None:
    """Return how many eat at this table, as far as any of its orders knows."""
    orders = (kitchen.orders.get(key) for key in visit.orders)
    known = [o.fields.guests for o in orders if o is not None and o.fields.guests is not None]
    return max(known, default=None)


class _Table:
    """One visit under one rule: the pots, the plates, and which of them are held."""

    def __init__(
        self,
        keeper: Gatekeeper,
        kitchen: Kitchen,
        visit: Visit,
        lines: Iterable[tuple[Order, Line]],
        guests: int | None,
    ) -> None:
        self._keeper = keeper
        self._rule = keeper.rule
        self._kitchen = kitchen
        self._visit = visit.id
        self._table = visit.table
        self._guests = guests
        self._pot_lines: list[Line] = []
        self.plates: list[Line] = []
        self.held: dict[LineKey, Hold] = {}
        self._sources: dict[LineKey, Order] = {}
        for order, line in lines:
            self._sort(order, line)

    def _sort(self, order: Order, line: Line) -> None:
        menu_class = line.routing.menu_class
        if menu_class in self._keeper.pot_classes:
            self._pot_lines.append(line)
        elif menu_class in self._keeper.gates:
            self.plates.append(line)
            self._sources[line.key] = order
        for hold in line.holds:
            if hold.rule == self._rule.id and hold.visit == self._visit:
                self.held[line.key] = hold
                self._sources[line.key] = order

    def settle(self, facts: Sequence[Fact], now: Instant) -> Iterator[Fact]:
        """Yield what follows from `facts`: a pause, lines set free, lines held."""
        state = self._kitchen.rules.get(self._rule.id)
        is_paused = state is not None and state.paused_at is not None
        if not is_paused and self._piles_up(state, facts, now):
            is_paused = True
            yield RulePaused(self._rule.id, self._rule.paused)
        if not self.held and not self._pot_lines:
            return
        pots = Pots.of(
            self._pot_lines,
            self._visit,
            self._keeper.personal,
            share_percent=self._rule.personal_share_percent,
            guests=self._guests,
            must_be_served=self._rule.until is PotState.SERVED,
        )
        freed = self._openings(pots, facts) if self.held else {}
        yield from self._released(freed)
        if not is_paused:
            yield from self._closed(pots, facts, freed, now)
            still = {key: hold for key, hold in self.held.items() if key not in freed}
            yield from timed(self._rule, self._visit, self._pot_lines, still, now)

    def _piles_up(self, state: RuleState | None, facts: Sequence[Fact], now: Instant) -> bool:
        """Too many tables of late had their gate opened by the clock alone, this one just now."""
        if state is None or not any(self._is_own(f, Opening.TIMEOUT) for f in facts):
            return False
        since = now - self._rule.pause_within_s * 1000
        tables = {visit for at, visit in state.timeouts if at >= since}
        return len(tables) >= self._rule.pause_after

    def _is_own(self, fact: Fact, opening: Opening) -> bool:
        return (
            isinstance(fact, HoldReleased)
            and (fact.rule, fact.visit) == (self._rule.id, self._visit)
            and fact.opened_by is opening
        )

    # --- opening -------------------------------------------------------------------------

    def _openings(self, pots: Pots, facts: Sequence[Fact]) -> dict[LineKey, Opening]:
        """Return which held lines are free now, and why."""
        was_struck = self._was_struck(pots, facts)
        merged = any(isinstance(f, VisitsMerged) and f.into == self._visit for f in facts)
        freed: dict[LineKey, Opening] = {}
        for key in self.held:
            if self._is_over(key):
                freed[key] = Opening.VOID
            elif (excuse := self._excuse(key)) is not None:
                freed[key] = excuse
            elif pots.are_up_for(self._seat(key)):
                freed[key] = Opening.MERGED if merged else Opening.STATE
            elif not pots.any_live:
                freed[key] = Opening.VOID
            elif was_struck:
                freed[key] = Opening.STRUCK
        return freed

    def excused(self) -> Iterator[HoldReleased]:
        """Yield the release of what is held although the rule is not for it."""
        freed = {key: why for key in self.held if (why := self._excuse(key)) is not None}
        yield from self._released(freed)

    def _excuse(self, key: LineKey) -> Opening | None:
        """Return why the rule is not for a line, None if it is."""
        if self._service(key) not in self._keeper.services:
            return Opening.SERVICE
        return None if self._applies(key) else Opening.CONDITION

    def _is_over(self, key: LineKey) -> bool:
        """Nothing is left of the line that could still be carried to the table."""
        groups = self._sources[key].lines[key.line_id].groups
        return all(g.voided_at or g.served_at for g in groups if g.visit == self._visit)

    def _was_struck(self, pots: Pots, facts: Sequence[Fact]) -> bool:
        """A plate left the pass: wet gloves do not strike the pot, but it must be there."""
        own = {plate.key for plate in self.plates if self._was_gated(plate, pots)}
        for fact in facts:
            if self._is_own(fact, Opening.STRUCK):
                return True
            if isinstance(fact, PortionsMoved) and fact.visit == self._visit:
                at_pass = fact.move is Move.BUMP and fact.view == _STRIKING_VIEW
                if (at_pass or fact.move is Move.SERVE) and any(m.line in own for m in fact.items):
                    return True
        return False

    def _was_gated(self, plate: Line, pots: Pots) -> bool:
        """The plate is held, or came after the pot and so was: it says something of the gate."""
        if plate.key in self.held:
            return True
        times = [g.fired_at for g in plate.groups if g.fired_at and g.visit == self._visit]
        return max([plate.received_at, *times]) >= pots.since

    def _service(self, key: LineKey) -> Service:
        return self._sources[key].fields.service

    def _applies(self, key: LineKey) -> bool:
        """The rule is for such lines. By the clock it is so as of when the line came."""
        if self._service(key) not in self._keeper.services:
            return False
        if self._rule.when.asks_nothing:
            return True
        order = self._sources[key]
        line = order.lines[key.line_id]
        occasion = Occasion(
            order.fields,
            line.content,
            self._table,
            self._guests,
            line.received_at,
            self._keeper.zone,
        )
        return judge(self._rule.when, occasion).holds

    def _seat(self, key: LineKey) -> str | None:
        return self._sources[key].lines[key.line_id].content.seat

    def _released(self, freed: Mapping[LineKey, Opening]) -> Iterator[HoldReleased]:
        for opening in dict.fromkeys(freed.values()):
            keys = tuple(key for key, why in freed.items() if why is opening)
            yield HoldReleased(self._visit, keys, self._rule.id, opening)

    # --- closing -------------------------------------------------------------------------

    def _closed(
        self,
        pots: Pots,
        facts: Sequence[Fact],
        freed: Mapping[LineKey, Opening],
        now: Instant,
    ) -> Iterator[Fact]:
        """Yield the holds on lines that have just come, unless the gate has opened before."""
        if not pots.any_live:
            return
        fresh = {plate.key: self._gate(plate) for plate in self._just_opened(facts)}
        fresh |= {plate.key: Gate.PASS for plate in self._shown_before(pots, facts, now)}
        fresh = {key: gate for key, gate in fresh.items() if not self._may_run(key, pots)}
        if not fresh:
            return
        still = [hold for key, hold in self.held.items() if key not in freed]
        if not still and self._was_open(pots, fresh):
            return
        until = still[0].until if still else None
        until = until or Instant(now + self._rule.timeout_s * 1000)
        for gate in Gate:
            keys = tuple(key for key, wanted in fresh.items() if wanted is gate)
            if keys:
                rule = self._rule
                yield HoldPlaced(self._visit, keys, rule.id, gate, rule.reason, until)

    def _gate(self, plate: Line) -> Gate:
        return self._keeper.gates[plate.routing.menu_class]

    def _may_run(self, key: LineKey, pots: Pots) -> bool:
        return not self._applies(key) or pots.are_up_for(self._seat(key))

    def _shown_before(self, pots: Pots, facts: Sequence[Fact], now: Instant) -> Iterator[Line]:
        """Yield the plates that were there when the first pot came: they wait at the pass alone."""
        if pots.since != now or not any(isinstance(fact, OrderReceived) for fact in facts):
            return
        for plate in self.plates:
            was_shown = plate.received_at < now and not _is_start_held(plate)
            if was_shown and plate.key not in self.held and not self._is_over(plate.key):
                yield plate

    def _just_opened(self, facts: Sequence[Fact]) -> Iterator[Line]:
        """Yield the plates that nobody could work on before the revisions among `facts`.

        A line that was shown as workable is never taken back, also not when it grows.
        """
        received = {fact.message.key for fact in facts if isinstance(fact, OrderReceived)}
        for plate in self.plates if received else ():
            order = self._sources[plate.key]
            if order.key not in received or plate.key in self.held:
                continue
            seq = order.seq
            groups = [g for g in plate.groups if g.visit == self._visit and not g.voided_at]
            if groups and not _is_start_held(plate) and all(g.seq == seq for g in groups):
                yield plate

    def _was_open(self, pots: Pots, fresh: Mapping[LineKey, Gate]) -> bool:
        """A plate that came with or after the pot is free: this gate has been opened already."""
        return any(
            plate.key not in fresh
            and not _is_start_held(plate)
            and any(g.visit == self._visit and not g.voided_at for g in plate.groups)
            and self._was_gated(plate, pots)
            for plate in self.plates
        )


def _is_start_held(line: Line) -> bool:
    return any(hold.gate is Gate.START for hold in line.holds)
