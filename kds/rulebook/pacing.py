"""The pace rules at work: what each of them places and releases in a visit, and what time does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.kitchen.messages import Service
from kds.kitchen.order_facts import HoldPlaced, HoldReleased, LinesRushed, Opening
from kds.kitchen.orders import Gate, Hold, Line, Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.rulebook import duetimes
from kds.rulebook import together as plan
from kds.rulebook.calls import call
from kds.rulebook.conditions import Occasion, abouts, judge
from kds.rulebook.courses import courses
from kds.rulebook.duetimes import due_times
from kds.rulebook.lookups import lines_in
from kds.rulebook.pace import AnyPace, CallRule, CourseRule, DueRule, TogetherRule
from kds.rulebook.party import Pace, Party, is_tills, released
from kds.rulebook.rushing import asked_for
from kds.rulebook.together import together
from kds.rulebook.waiting import OF_LINES, TELLING, guests_of


@dataclass(frozen=True, slots=True)
class Pacer:
    """A pace rule, and what it looks at, found once per book.

    `names`: classes and menu entries of which a table must have something; none: any will do.
    """

    rule: AnyPace
    services: frozenset[Service]
    asks_lines: bool
    names: frozenset[str]

    @classmethod
    def of(cls, rule: AnyPace) -> Pacer:
        """Return the pacer of `rule`."""
        asks = not OF_LINES.isdisjoint(abouts(rule.when))
        names = {*rule.classes, *rule.entries}
        if isinstance(rule, CourseRule) and not any(stage.courses for stage in rule.stages):
            names.update(name for stage in rule.stages[1:] for name in stage.classes)
        return cls(rule, frozenset(rule.services), asks, frozenset(names))

    def may_be_for(self, orders: Iterable[Occasion]) -> bool:
        """Return False if the rule is certainly for no line of `orders`, one occasion of each."""
        return any(
            order.fields.service in self.services
            and (not isinstance(self.rule, DueRule) or order.fields.due_at is not None)
            and (self.asks_lines or judge(self.rule.when, order).holds)
            for order in orders
        )


def settle(
    pacers: Sequence[Pacer],
    pace: Pace,
    kitchen: Kitchen,
    visit_id: VisitId,
    facts: Sequence[Fact],
    now: Instant,
    answers: Sequence[Fact] = (),
) -> Iterator[Fact]:
    """Yield the holds that the pace rules place and release in a visit after `facts`.

    `answers`: what other rules have placed and released for the same facts.
    """
    if not pacers or not any(isinstance(fact, (*TELLING, LinesRushed)) for fact in facts):
        return
    visit = kitchen.visits.get(visit_id)
    if visit is None or visit.merged_into is not None:
        return
    party = party_of(pace, kitchen, visit, now, facts)
    holding = {hold.rule for _, line in party.lines for hold in line.holds}
    occasions = [
        Occasion(order.fields, line.content, visit.table, party.guests)
        for order, line in {order.key: (order, line) for order, line in party.lines}.values()
    ]
    party = replace(party, taken=frozenset(_kept(answers)))
    there = {n for _, ln in party.lines for n in (ln.routing.menu_class, ln.routing.rule)}
    for pacer in pacers:
        # Of many rules few have to do with a table; those that have not must cost next to nothing.
        is_asked = not pacer.names or not pacer.names.isdisjoint(there)
        if pacer.rule.id in holding or (is_asked and pacer.may_be_for(occasions)):
            yield from _excused(pacer.rule, party)
            yield from asked_for(pacer.rule, party)
            told = [*_answers(pacer.rule, party)]
            yield from told
            party = replace(party, taken=party.taken | {*_kept(told)})


def _kept(facts: Iterable[Fact]) -> Iterator[LineKey]:
    for fact in facts:
        if isinstance(fact, HoldPlaced) and fact.gate is Gate.START:
            yield from fact.lines


def _answers(rule: AnyPace, party: Party) -> Iterator[Fact]:
    match rule:
        case CallRule():
            return call(rule, party)
        case CourseRule():
            return courses(rule, party)
        case TogetherRule():
            return together(rule, party)
        case DueRule():
            return due_times(rule, party)


def excused(
    pacers: Sequence[Pacer], pace: Pace, kitchen: Kitchen, visits: Iterable[Visit]
) -> Iterator[Fact]:
    """Yield the release of what a pace rule holds in `visits` and is not for.

    And other ends, where a pre-order starts at another time by now.
    """
    for visit in visits if pacers else ():
        if visit.merged_into is None:
            party = party_of(pace, kitchen, visit, kitchen.at)
            holding = {hold.rule for _, line in party.lines for hold in line.holds}
            for pacer in pacers:
                if pacer.rule.id in holding:
                    yield from _excused(pacer.rule, party)
                if pacer.rule.id in holding and isinstance(pacer.rule, DueRule):
                    yield from duetimes.adopted(pacer.rule, party)


def party_of(
    pace: Pace, kitchen: Kitchen, visit: Visit, now: Instant, facts: Sequence[Fact] = ()
) -> Party:
    """Return a visit as its pace rules see it."""
    lines = lines_in(kitchen, visit)
    return Party(pace, kitchen, visit, lines, guests_of(kitchen, visit), now, facts)


def _excused(rule: AnyPace, party: Party) -> Iterator[HoldReleased]:
    """Yield the release of what the rule is not for, and of what the till holds itself by now.

    A new mark of the till stands above older ones, and it is the till then that calls.
    """
    held = party.held(rule.id)
    lines = [(order, line) for order, line in party.lines if line.key in held]
    whys = {
        line.key: Opening.CONDITION if is_tills(line) else party.excuse(rule, order, line)
        for order, line in lines
    }
    yield from released(rule, party, {key: why for key, why in whys.items() if why is not None})


# --- time ------------------------------------------------------------------------------------


def ends(visit: VisitId, rule: AnyPace, lines: Sequence[tuple[Order, Line]]) -> set[Instant]:
    """Return when something becomes of what `rule` holds in a visit: it ends, or is looked at."""
    holds = [h for _, ln in lines for h in ln.holds if h.visit == visit and h.rule == rule.id]
    return {at for hold in holds for at in _moments(rule, hold)}


def _moments(rule: AnyPace, hold: Hold) -> Iterator[Instant]:
    if hold.until is not None:
        yield hold.until
    again = duetimes.looks_again_at(rule, hold) if isinstance(rule, DueRule) else None
    if again is not None:
        yield again


def on_time(rule: AnyPace, party: Party, until: Instant) -> Iterator[Fact]:
    """Yield what becomes of the lines whose wait by `rule` ends, or is looked at, at `until`."""
    holds = party.held(rule.id).items()
    held = {key: hold for key, hold in holds if until in {*_moments(rule, hold)}}
    match rule:
        case TogetherRule():
            return plan.on_time(rule, party, held)
        case DueRule():
            return duetimes.on_time(rule, party, held)
        case _:
            return _opened(rule, party, held)


def _opened(rule: AnyPace, party: Party, held: Mapping[LineKey, Hold]) -> Iterator[Fact]:
    opening = Opening.TIMEOUT if isinstance(rule, CallRule) else Opening.PLANNED
    if party.is_paused(rule):
        opening = Opening.PAUSED
    return released(rule, party, dict.fromkeys(held, opening))
