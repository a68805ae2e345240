"""What the guest asks for (催) while a pace rule keeps it back: which of it starts at once. Pure.

Broth first, payment and checks give nothing away for being asked: a plate without its pot is no
help to anybody. What they hold keeps its mark and stands first once it is free.
"""

from __future__ import annotations

from collections.abc import Iterator

from kds.kitchen.ids import LineKey
from kds.kitchen.order_facts import HoldReleased, LinesRushed, Opening
from kds.rulebook.courses import stage_of
from kds.rulebook.pace import AnyPace, CourseRule, Rushed
from kds.rulebook.party import Party, is_over, released


def asked_for(rule: AnyPace, party: Party) -> Iterator[HoldReleased]:
    """Yield the release of what `rule` holds here and a guest has just asked for."""
    if rule.rushed is not Rushed.START:
        return
    rushed = frozenset(
        key
        for fact in party.facts
        if isinstance(fact, LinesRushed) and fact.by > 0 and fact.visit == party.visit.id
        for key in fact.lines
    )
    held = party.held(rule.id).keys() & rushed
    if held and isinstance(rule, CourseRule):
        held &= _first_course(rule, party, rushed)
    order = (line.key for _, line in party.lines if line.key in held)
    yield from released(rule, party, dict.fromkeys(order, Opening.RUSHED))


def _first_course(rule: CourseRule, party: Party, rushed: frozenset[LineKey]) -> set[LineKey]:
    """Return the earliest course of `rushed` of which something is to be made.

    Who asks for the whole table asks for what comes next, and not for the dessert beside it.
    """
    courses: dict[int, set[LineKey]] = {}
    for _, line in party.mine(rule):
        stage = stage_of(rule, line)
        if stage is not None and line.key in rushed and not is_over(party, line):
            courses.setdefault(stage, set()).add(line.key)
    return courses[min(courses)] if courses else set()
