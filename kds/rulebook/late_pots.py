"""What others wait for and is itself put off until its time: their time-out counts from then. Pure.

Else every table that has ordered for the evening would time out in the afternoon, and three of
them would pause the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey, RuleId, VisitId
from kds.kitchen.order_facts import HoldPlaced
from kds.kitchen.orders import Gate, Hold, Line
from kds.kitchen.portions import PortionState
from kds.rulebook.compiled import WaitRule


def puts_off(fact: Fact, rules: frozenset[RuleId]) -> bool:
    """A rule that is not among `rules` keeps dishes from being started until some time."""
    return (
        isinstance(fact, HoldPlaced)
        and fact.gate is Gate.START
        and fact.until is not None
        and fact.rule not in rules
    )


def timed(
    rule: WaitRule,
    visit: VisitId,
    pots: Iterable[Line],
    held: Mapping[LineKey, Hold],
    now: Instant,
) -> Iterator[HoldPlaced]:
    """Yield `held` lines with another end: none while all `pots` are put off, else by the rule."""
    living = [pot for pot in pots if _lives(pot, visit)]
    is_put_off = bool(living) and all(_is_put_off(pot, rule, visit) for pot in living)
    wrong = {key: hold for key, hold in held.items() if (hold.until is None) is not is_put_off}
    until = None if is_put_off else Instant(now + rule.timeout_s * 1000)
    for gate in Gate:
        keys = tuple(key for key, hold in wrong.items() if hold.gate is gate)
        if keys:
            yield HoldPlaced(visit, keys, rule.id, gate, rule.reason, until, portions=Decimal(0))


def _lives(pot: Line, visit: VisitId) -> bool:
    return any(g.visit == visit and g.state is not PortionState.VOID for g in pot.groups)


def _is_put_off(pot: Line, rule: WaitRule, visit: VisitId) -> bool:
    return any(
        hold.gate is Gate.START
        and hold.visit == visit
        and hold.until is not None
        and hold.rule != rule.id
        for hold in pot.holds
    )
