"""What a display shows: the confirmed kitchen with its own pending commands on top. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kds.kitchen.commands import Command, Outcome
from kds.kitchen.decide import decide
from kds.kitchen.events import Fact
from kds.kitchen.ids import ANY_STATION, CommandId, Instant, StationId, VisitId
from kds.kitchen.messages import LineContent, OrderFields
from kds.kitchen.orders import Order, Recipe, Routing, Step
from kds.kitchen.policy import Policy
from kds.kitchen.state import Kitchen


@dataclass(frozen=True, slots=True)
class Projection:
    """A kitchen as it will be once the bridge has applied the pending commands.

    `outcomes`: what each of them comes to, as far as can be known here. The kitchen's `seq` runs
    ahead of the log: commands name the confirmed kitchen's as what was `seen`.
    """

    kitchen: Kitchen
    outcomes: Mapping[CommandId, Outcome]


def project(confirmed: Kitchen, commands: Iterable[Command], policy: Policy) -> Projection:
    """Return `confirmed` ⊕ `commands`, in their order.

    A command that `confirmed` already contains changes nothing, so the moment at which one stops
    being pending does not matter.
    """
    kitchen, outcomes = confirmed, dict[CommandId, Outcome]()
    for command in commands:
        decision = decide(kitchen, command, policy, _done_at(kitchen, command))
        kitchen = decision.kitchen
        outcomes[command.id] = decision.outcome
    return Projection(kitchen, outcomes)


def extend(projection: Projection, command: Command, policy: Policy) -> Projection:
    """Return `projection` ⊕ one more command."""
    more = project(projection.kitchen, (command,), policy)
    return Projection(more.kitchen, {**projection.outcomes, **more.outcomes})


def _done_at(kitchen: Kitchen, command: Command) -> Instant:
    """The time of the act, not of the projection: clocks stand still when it is made anew."""
    return max(kitchen.at, command.at or kitchen.at)


class NoRules:
    """The policy of a display that has no rule book yet: nothing follows from anything."""

    def route(self, fields: OrderFields, content: LineContent, *, is_parent: bool) -> Routing:
        """Leave every dish to whoever takes it."""
        del fields, content, is_parent
        return Routing((Step(ANY_STATION),))

    def recipe(self, fields: OrderFields, content: LineContent) -> Recipe:
        """Make nothing else of any dish."""
        del fields, content
        return Recipe()

    def has_station(self, station: StationId) -> bool:
        """Let every station be: the bridge knows which there are."""
        del station
        return True

    def join(self, kitchen: Kitchen, order: Order | None, fields: OrderFields) -> VisitId | None:
        """Join nothing."""
        del kitchen, order, fields
        return None

    def arbitrate(self, kitchen: Kitchen, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Take nothing from anybody."""
        del kitchen, facts
        return ()

    def settle(
        self, kitchen: Kitchen, visit: VisitId, facts: Sequence[Fact], now: Instant
    ) -> Sequence[Fact]:
        """Hold and release nothing."""
        del kitchen, visit, facts, now
        return ()
