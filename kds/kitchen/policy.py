"""What the kitchen asks of the rules. The rule book implements this; the core never imports it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, StationId, VisitId
from kds.kitchen.messages import LineContent, OrderFields
from kds.kitchen.orders import Order, Recipe, Routing
from kds.kitchen.state import Kitchen


class Policy(Protocol):
    """The rules' decisions, all pure."""

    def route(self, fields: OrderFields, content: LineContent, *, is_parent: bool) -> Routing:
        """Return where a line is cooked. `is_parent`: other lines of its order are part of it.

        A dish that no rule matches gets one step at `ANY_STATION`; the shell of a set no step.
        """
        ...

    def recipe(self, fields: OrderFields, content: LineContent) -> Recipe:
        """Return what else is cooked for a line: the dishes of a set, sides among its modifiers."""
        ...

    def has_station(self, station: StationId) -> bool:
        """Return whether there is such a station."""
        ...

    def join(self, kitchen: Kitchen, order: Order | None, fields: OrderFields) -> VisitId | None:
        """Return the open visit that an order without a known session joins, None for a new one."""
        ...

    def settle(
        self, kitchen: Kitchen, visit: VisitId, facts: Sequence[Fact], now: Instant
    ) -> Sequence[Fact]:
        """Return the holds to place and to release in `visit` after `facts` have happened.

        `kitchen` already contains them. Called again with its own facts until it returns none;
        the kitchen stops asking after a few rounds, so it must come to rest.
        """
        ...

    def arbitrate(self, kitchen: Kitchen, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Return who loses where more was ordered than there is, as far as it is not so yet.

        Asked after `facts` while something is short; it must come to rest.
        """
        ...
