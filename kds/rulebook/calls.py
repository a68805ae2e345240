"""The mechanism *hold* (等叫) at work: dishes wait from their coming until somebody calls them."""

from __future__ import annotations

from collections.abc import Iterator

from kds.kitchen.events import Fact, Opening
from kds.kitchen.ids import Instant
from kds.rulebook.pace import CallRule
from kds.rulebook.party import Party, is_over, placed, released


def call(rule: CallRule, party: Party) -> Iterator[Fact]:
    """Yield the holds on what has just come; of what is over here nothing waits at the pass."""
    held = party.held(rule.id)
    gone = {ln.key: Opening.VOID for _, ln in party.lines if ln.key in held and is_over(party, ln)}
    yield from released(rule, party, gone)
    if not party.is_paused(rule):
        until = Instant(party.now + rule.timeout_s * 1000)
        fresh = {ln.key: until for o, ln in party.mine(rule) if party.is_fresh(rule, o, ln)}
        yield from placed(rule, party, {**fresh}, gate=rule.gate)
