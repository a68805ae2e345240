"""Plans of acts on several tickets at once: one pan, whose portions go to the tickets it names."""

from __future__ import annotations

from decimal import Decimal

from kds.kitchen import plan_moves
from kds.kitchen.changing import replace
from kds.kitchen.commands import Command
from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineId, OrderKey
from kds.kitchen.plans import Plan, no_op
from kds.kitchen.state import Kitchen


def move(kitchen: Kitchen, command: Command, now: Instant) -> Plan:
    """Plan start, bump, serve and recall: of a ticket, or of the `lines` of several.

    A line that the pan was not the first to reach is left out; the others go on.
    """
    if not command.lines:
        return plan_moves.move(kitchen, command, now)
    facts: list[Fact] = []
    plans: list[Plan] = []
    for (order, line_id), portions in _parts(command).items():
        one = replace(
            command, order=order, line_id=line_id, portions=portions, visit=None, lines=()
        )
        plans.append(plan_moves.move(kitchen, one, now))
        facts += plans[-1].facts
    if facts:
        return Plan(tuple(facts))
    return plans[0] if all(plan.is_refused for plan in plans) else no_op("already done")


def _parts(command: Command) -> dict[tuple[OrderKey | None, LineId], Decimal | None]:
    """Return the portions of each line, all of it where one part of it says none."""
    found: dict[tuple[OrderKey | None, LineId], Decimal | None] = {}
    for part in command.lines:
        key = (part.order or command.order, part.line_id)
        before = found.get(key, Decimal(0))
        whole = before is None or part.portions is None
        found[key] = None if whole else (before or Decimal(0)) + (part.portions or Decimal(0))
    return found
