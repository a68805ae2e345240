"""The mechanism *due time* at work: a pre-order starts so long before as it takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey, StationId
from kds.kitchen.order_facts import HoldPlaced, Opening
from kds.kitchen.orders import Hold, Line, Order
from kds.kitchen.portions import PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.wording import Wording
from kds.rulebook.clocks import instant_of
from kds.rulebook.pace import DueRule
from kds.rulebook.party import LEAST_MS, Pace, Party, placed, released
from kds.rulebook.templates import filled

_TO_COOK = frozenset({PortionState.QUEUED, PortionState.COOKING})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Ends = dict[LineKey, tuple[Instant, Wording]]


def due_times(rule: DueRule, party: Party) -> Iterator[Fact]:
    """Yield what has just come and starts later, and what an amendment makes due at other times."""
    held = party.held(rule.id)
    received = party.received()
    changed = [(o, ln) for o, ln in party.lines if ln.key in held and o.key in received]
    yield from _replanned(rule, party, held, changed)
    if not party.is_paused(rule):
        fresh = (each for each in party.mine(rule) if party.is_fresh(rule, *each))
        yield from _held(rule, party, _ends(rule, party, fresh))


def on_time(rule: DueRule, party: Party, held: dict[LineKey, Hold]) -> Iterator[Fact]:
    """Yield what becomes of `held` lines whose time has come: they start, or wait for less load."""
    due = [(o, ln) for o, ln in party.lines if ln.key in held]
    later = {} if party.is_paused(rule) else _ends(rule, party, due)
    gone = {line.key: Opening.PLANNED for _, line in due if line.key not in later}
    yield from released(rule, party, gone)
    yield from _held(rule, party, later, again=True)


def adopted(rule: DueRule, party: Party) -> Iterator[Fact]:
    """Yield the ends of what is held that this rule, of a book just adopted, would end elsewhere.

    What lies within what the load may do to it stays.
    """
    held = party.held(rule.id)
    lines = []
    for order, line in party.mine(rule):
        due, until = due_of(order), held[line.key].until if line.key in held else None
        if due is None or until is None:
            continue
        latest = due - lead_s(rule, line, party.pace) * 1000
        if not latest - rule.load_s * 1000 - LEAST_MS < until < latest + LEAST_MS:
            lines.append((order, line))
    yield from _replanned(rule, party, held, lines)


def _replanned(
    rule: DueRule, party: Party, held: dict[LineKey, Hold], lines: list[tuple[Order, Line]]
) -> Iterator[Fact]:
    ends = _ends(rule, party, lines, least_ms=1)
    freed = {line.key: _why(order) for order, line in lines if line.key not in ends}
    yield from released(rule, party, freed)
    moved = {
        key: end
        for key, end in ends.items()
        if abs((held[key].until or 0) - end[0]) >= LEAST_MS or held[key].reason != end[1]
    }
    yield from _held(rule, party, moved, again=True)


def _why(order: Order) -> Opening:
    return Opening.CONDITION if order.fields.due_at is None else Opening.PLANNED


def _held(rule: DueRule, party: Party, ends: Ends, *, again: bool = False) -> Iterator[HoldPlaced]:
    for reason in dict.fromkeys(reason for _, reason in ends.values()):
        wanted: dict[LineKey, Instant | None] = {
            key: at for key, (at, own) in ends.items() if own == reason
        }
        yield from placed(rule, party, wanted, reason=reason, again=again)


def _ends(
    rule: DueRule,
    party: Party,
    lines: Iterable[tuple[Order, Line]],
    least_ms: int = LEAST_MS,
) -> Ends:
    """Return until when lines wait, and why; those that start now, or wait for nothing, aside."""
    found: Ends = {}
    for order, line in lines:
        due = due_of(order)
        if due is None or due - line.received_at < rule.ahead_s * 1000:
            continue
        at = starts_at(rule, party, line, due)
        if at >= party.now + least_ms:
            found[line.key] = at, _reason(rule, due, party.pace)
    return found


def due_of(order: Order) -> Instant | None:
    """Return when an order is due, None if it is as soon as can be."""
    text = order.fields.due_at
    return None if text is None else instant_of(text)


def lead_s(rule: DueRule, line: Line, pace: Pace) -> int:
    """Return how long before it is due a dish starts, with nothing else to do at its stations."""
    if not rule.by_prep:
        return rule.margin_s
    prep = pace.prep_s(line)
    return rule.margin_s + (rule.no_prep_s if prep is None else prep)


def starts_at(rule: DueRule, party: Party, line: Line, due: Instant) -> Instant:
    """Return when a dish starts, by the load as it is now; long before that nobody knows it."""
    latest = Instant(due - lead_s(rule, line, party.pace) * 1000)
    if rule.load_s == 0 or party.now < latest - rule.load_s * 1000:
        return latest
    load = min(load_s(party.kitchen, party.pace, line), rule.load_s)
    return Instant(latest - load * 1000)


def looks_again_at(rule: DueRule, hold: Hold) -> Instant | None:
    """Return when the load of what `hold` keeps back has to be looked at, None once it was.

    Until then its end is that of an idle kitchen, and nobody has placed the hold anew since.
    """
    if rule.load_s == 0 or hold.until is None:
        return None
    at = Instant(hold.until - rule.load_s * 1000)
    return at if hold.since < at else None


def load_s(kitchen: Kitchen, pace: Pace, line: Line) -> int:
    """Return how long the busiest of a dish's stations needs for what it has to do by now.

    The prep times of all that is to be cooked there, as many portions at a time as it can take.
    """
    stations = {kitchen.station_for(step.station) for step in line.routing.steps}
    known = {station: pace.capacities[station] for station in stations & pace.capacities.keys()}
    if not known:
        return 0
    work = dict.fromkeys(known, 0.0)
    for other in (each for order in kitchen.orders.values() for each in order.lines.values()):
        prep = pace.prep_s(other)
        if prep is not None:
            _add(work, kitchen, other, prep)
    return round(max(work[station] / capacity for station, capacity in known.items()))


def _add(work: dict[StationId, float], kitchen: Kitchen, line: Line, prep_s: int) -> None:
    for group in line.groups:
        if group.state in _TO_COOK:
            station = kitchen.station_for(line.routing.steps[group.step].station)
            if station in work:
                work[station] += prep_s * float(group.portions)


def _reason(rule: DueRule, due: Instant, pace: Pace) -> Wording:
    """Return the rule's reason with the time of day at which the order is due."""
    local = (_EPOCH + timedelta(milliseconds=due)).astimezone(pace.zone)
    time = {"time": f"{local:%H:%M}"}
    return Wording(filled(rule.reason.zh, time), filled(rule.reason.en, time))
