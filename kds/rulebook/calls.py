"""The mechanism *hold* (等叫) at work: dishes wait from their coming until somebody calls them."""

from __future__ import annotations

from collections.abc import Iterator

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey
from kds.kitchen.order_facts import Opening
from kds.kitchen.orders import Order
from kds.rulebook.duetimes import due_of
from kds.rulebook.pace import CallRule
from kds.rulebook.party import LEAST_MS, Party, is_over, placed, released


def call(rule: CallRule, party: Party) -> Iterator[Fact]:
    """Yield the holds on what has just come; of what is over here nothing waits at the pass."""
    held = party.held(rule.id)
    gone = {ln.key: Opening.VOID for _, ln in party.lines if ln.key in held and is_over(party, ln)}
    yield from released(rule, party, gone)
    if party.is_paused(rule):
        return
    mine, received = [*party.mine(rule)], party.received()
    fresh = {ln.key: _end(rule, o, party.now) for o, ln in mine if party.is_fresh(rule, o, ln)}
    yield from placed(rule, party, {**fresh}, gate=rule.gate)
    moved: dict[LineKey, Instant | None] = {
        ln.key: end
        for o, ln in mine
        if o.key in received and ln.key in held and ln.key not in gone
        for end in [_end(rule, o, ln.received_at)]
        if abs((held[ln.key].until or 0) - end) >= LEAST_MS
    }
    yield from placed(rule, party, moved, gate=rule.gate, again=True)


def _end(rule: CallRule, order: Order, since: Instant) -> Instant:
    """Return when nobody has called a dish for too long; for a pre-order from when it is due."""
    return Instant(max(since, due_of(order) or since) + rule.timeout_s * 1000)
