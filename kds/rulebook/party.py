"""One visit as the pace rules see it: which dishes are theirs, which have just come, which wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey, OrderKey, RuleId, StationId
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    Opening,
    OrderReceived,
)
from kds.kitchen.orders import HELD_BY_POS, Gate, Hold, Line, Order
from kds.kitchen.portions import Group, PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.rulebook.conditions import Occasion, judge
from kds.rulebook.pace import PaceRule

LEAST_MS = 30_000
"""A wait that is shorter is no wait, and a plan that differs by less stays."""

_NO_PORTION = Decimal(0)
_NOTHING = frozenset({PortionState.VOID, PortionState.READY, PortionState.SERVED})


@dataclass(frozen=True, slots=True)
class Pace:
    """What pace rules need of their book. `prep_s`: how long a dish takes, None if nobody says.

    `capacities`: portions that stations work on at a time, where the book says so.
    """

    zone: ZoneInfo
    serve_step: bool
    prep_s: Callable[[Line], int | None]
    capacities: dict[StationId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Party:
    """A visit at `now`, after `facts`; what time alone makes happen comes after none.

    `taken`: lines that rules which were asked before just keep from being started.
    """

    pace: Pace
    kitchen: Kitchen
    visit: Visit
    lines: Sequence[tuple[Order, Line]]
    guests: int | None
    now: Instant
    facts: Sequence[Fact] = ()
    taken: frozenset[LineKey] = frozenset()

    def held(self, rule: RuleId) -> dict[LineKey, Hold]:
        """Return the lines that `rule` holds here."""
        return {
            line.key: hold
            for _, line in self.lines
            for hold in line.holds
            if hold.rule == rule and hold.visit == self.visit.id
        }

    def mine(self, rule: PaceRule) -> Iterator[tuple[Order, Line]]:
        """Yield the lines that `rule` is for and of which something lives here."""
        for order, line in self.lines:
            if any(self.living(line)) and self.excuse(rule, order, line) is None:
                yield order, line

    def excuse(self, rule: PaceRule, order: Order, line: Line) -> Opening | None:
        """Return why `rule` is not for a line, None if it is. By the clock: as of its coming."""
        if order.fields.service not in rule.services:
            return Opening.SERVICE
        if not is_for(rule, line):
            return Opening.CONDITION
        if rule.when.asks_nothing:
            return None
        occasion = Occasion(
            order.fields,
            line.content,
            self.visit.table,
            self.guests,
            line.received_at,
            self.pace.zone,
        )
        return None if judge(rule.when, occasion).holds else Opening.CONDITION

    def is_paused(self, rule: PaceRule) -> bool:
        """A person has paused the rule: it holds nothing new."""
        state = self.kitchen.rules.get(rule.id)
        return state is not None and state.paused_at is not None

    def living(self, line: Line) -> Iterator[Group]:
        """Yield the portion groups of a line that lie here and are not void."""
        for group in line.groups:
            if group.visit == self.visit.id and group.state is not PortionState.VOID:
                yield group

    def received(self) -> frozenset[OrderKey]:
        """Return the orders of which a revision is among the facts."""
        return frozenset(f.message.key for f in self.facts if isinstance(f, OrderReceived))

    def is_kept(self, line: Line) -> bool:
        """Something keeps the line from being started here."""
        return line.key in self.taken or any(
            hold.gate is Gate.START and hold.visit == self.visit.id for hold in line.holds
        )

    def is_fresh(self, rule: PaceRule, order: Order, line: Line) -> bool:
        """The line has just come, and `rule` does not hold it yet."""
        is_mine = any(h.rule == rule.id and h.visit == self.visit.id for h in line.holds)
        return not is_mine and self.has_just_come(order, line)

    def has_just_come(self, order: Order, line: Line) -> bool:
        """Nobody could work on the line before the revision that is among the facts.

        So it is with one that was void as a whole and is ordered again. What the till itself
        holds, the till calls.
        """
        if order.key not in self.received() or not (len(line.history) == 1 or _is_again(line)):
            return False
        groups = [*self.living(line)]
        return bool(groups) and all(g.seq == order.seq for g in groups) and not is_tills(line)


def _is_again(line: Line) -> bool:
    """All that was ordered before what the last revision asks for is void."""
    void = sum(g.portions for g in line.groups if g.state is PortionState.VOID)
    return void > 0 and void == line.ordered - line.content.quantity


def is_for(rule: PaceRule, line: Line) -> bool:
    """The rule is for such dishes; what is not cooked is nobody's."""
    routing = line.routing
    if not routing.steps:
        return False
    if not rule.classes and not rule.entries:
        return True
    return routing.menu_class in rule.classes or routing.rule in rule.entries


def is_tills(line: Line) -> bool:
    """The till holds the line itself."""
    return any(hold.rule == HELD_BY_POS for hold in line.holds)


def is_over(party: Party, line: Line) -> bool:
    """Nothing of the line is left to be made here."""
    return all(group.state in _NOTHING for group in party.living(line))


def placed(
    rule: PaceRule,
    party: Party,
    wanted: dict[LineKey, Instant | None],
    *,
    gate: Gate = Gate.START,
    reason: Wording | None = None,
    again: bool = False,
) -> Iterator[HoldPlaced]:
    """Yield the holds of `wanted` lines, those with the same end in one fact.

    `again`: they are held already and get another end; no portion moves by that.
    """
    for until in dict.fromkeys(wanted.values()):
        keys = tuple(key for key, at in wanted.items() if at == until)
        yield HoldPlaced(
            party.visit.id,
            keys,
            rule.id,
            gate,
            reason or rule.reason,
            until,
            portions=_NO_PORTION if again else None,
        )


def released(rule: PaceRule, party: Party, freed: dict[LineKey, Opening]) -> Iterator[HoldReleased]:
    """Yield the release of lines, those for the same cause in one fact."""
    for opening in dict.fromkeys(freed.values()):
        keys = tuple(key for key, why in freed.items() if why is opening)
        yield HoldReleased(party.visit.id, keys, rule.id, opening)
