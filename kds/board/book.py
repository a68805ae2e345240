"""What the board asks of a rule book; the compiled book has this shape, tests bring their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from kds.kitchen.ids import RuleId, StationId
from kds.kitchen.messages import OrderFields
from kds.kitchen.orders import Line
from kds.rulebook.compiled import OvertimeRule
from kds.rulebook.priority import PriorityBand, SlowView
from kds.rulebook.terms import Pan


class Limits(Protocol):
    """When a line becomes late: seconds on the clock named `clock`, and which rule says so."""

    @property
    def attention_s(self) -> float | None: ...

    @property
    def late_s(self) -> float | None: ...

    @property
    def critical_s(self) -> float | None: ...

    @property
    def clock(self) -> str: ...

    @property
    def rule(self) -> str: ...

    @property
    def where(self) -> str: ...


class Station(Protocol):
    """A station of the book."""

    @property
    def id(self) -> StationId: ...

    @property
    def capacity(self) -> int | None: ...


class Rule(Protocol):
    """A rule that holds lines; `where`: its `file:line`."""

    @property
    def where(self) -> str: ...


class Book(Protocol):
    """The rules as far as the board needs them; all pure."""

    @property
    def hash(self) -> str: ...

    @property
    def stations(self) -> Sequence[Station]: ...

    @property
    def serve_step(self) -> bool:
        """Somebody marks dishes as served; without it a dish is through when it is ready."""
        ...

    def limits(self, fields: OrderFields, line: Line) -> Limits:
        """Return the limits of a line."""
        ...

    def shown_s(self, rule: RuleId) -> int | None:
        """Return how long before their start stations see what `rule` holds; None: at once."""
        ...

    def hold_rule(self, rule: RuleId) -> Rule | None:
        """Return the rule of a hold, None if the book has none of that name."""
        ...

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone of the store's wall clocks."""
        ...

    @property
    def overtimes(self) -> Sequence[OvertimeRule]:
        """The rules that say when a table waits too long."""
        ...

    @property
    def bands(self) -> Sequence[PriorityBand]:
        """Which dishes stand before others, and which after them."""
        ...

    @property
    def slow(self) -> SlowView:
        """When a view is late as a whole."""
        ...

    def pan(self, line: Line) -> Pan | None:
        """Return how much of the dish is made together, None if it is made one by one."""
        ...

    def rank(self, line: Line) -> int:
        """Return the place of a line in its queue; lower is earlier."""
        ...

    def prep_s(self, line: Line) -> int | None:
        """Return how long the dish takes when all is well, None if the book does not say."""
        ...
