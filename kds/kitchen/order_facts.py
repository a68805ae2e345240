"""What tills and hands do to orders, visits and portions, and what holds them, as facts.

Each is the content of one `Event`: past tense, frozen, with all that `evolve` needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kds.kitchen.ids import (
    CommandId,
    Instant,
    LineId,
    LineKey,
    OrderKey,
    RuleId,
    StationId,
    VisitId,
)
from kds.kitchen.messages import LineContent, OrderMessage
from kds.kitchen.orders import Gate, Order, Recipe, Routing
from kds.kitchen.portions import Move, PortionState
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording


class Opening(StrEnum):
    """Why a hold was released."""

    STATE = "state"
    TIMEOUT = "timeout"
    OVERRIDE = "override"
    VOID = "void"
    SERVICE = "service"
    CONDITION = "condition"
    STRUCK = "struck"
    PLANNED = "planned"
    FIRED = "fired"
    PAUSED = "paused"
    MERGED = "merged"
    RUSHED = "rushed"


# --- orders and visits ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """A revision of an order came in. `routings`: of every line that is new or newly routed.

    `visit`: where its new lines go; opened by this fact if unknown. `stale`: it only fills in
    what newer revisions left open. `revision`: as counted by the kitchen where none was given.
    `recipes`: what the rules make of lines that are new or read otherwise. `parts`, `sides`: the
    lines that this revision comes to beside its own: dishes of sets, modifiers cooked as lines.
    `twins`: orders written by hand that this new one may be once more; the pass is asked.
    """

    message: OrderMessage
    revision: int
    digest: str
    visit: VisitId
    routings: tuple[tuple[LineId, Routing], ...] = ()
    stale: bool = False
    recipes: tuple[tuple[LineId, Recipe], ...] = ()
    parts: tuple[LineContent, ...] = ()
    sides: tuple[LineContent, ...] = ()
    twins: tuple[OrderKey, ...] = ()

    @property
    def contents(self) -> tuple[LineContent, ...]:
        """All lines that the revision comes to."""
        return self.message.lines + self.parts + self.sides


@dataclass(frozen=True, slots=True)
class OrdersJoined:
    """A till's order is one that had been written by hand.

    `items`: (line by hand, line of the till, portions): what was cooked for the former is the
    latter's now, and what the latter asked for once more is void.
    """

    visit: VisitId
    order: OrderKey
    items: tuple[tuple[LineKey, LineKey, Decimal], ...]


@dataclass(frozen=True, slots=True)
class OrdersParted:
    """A till's order is another one than those written by hand; it is asked no more."""

    visit: VisitId
    order: OrderKey


@dataclass(frozen=True, slots=True)
class TableMoved:
    """A visit sits at another table now; its clocks and holds go with it."""

    visit: VisitId
    table: str


@dataclass(frozen=True, slots=True)
class VisitsMerged:
    """All portions of `visit` belong to `into` now."""

    visit: VisitId
    into: VisitId


@dataclass(frozen=True, slots=True)
class LinesSplit:
    """Portions left `visit` for the new visit `to`. `parts`: (line, portions)."""

    visit: VisitId
    to: VisitId
    table: str
    parts: tuple[tuple[LineKey, Decimal], ...]


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """No more orders join. `removed`: off every screen, by a person or long after its day."""

    visit: VisitId
    by: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class VisitPinned:
    """A person fixed (or freed) the ticket's place."""

    visit: VisitId
    pinned: bool


@dataclass(frozen=True, slots=True)
class RiderNoted:
    """Who fetches the food stands at the door (`here`), or has gone again."""

    visit: VisitId
    here: bool


@dataclass(frozen=True, slots=True)
class VisitArchived:
    """An ended visit left the state; the store keeps it. Orders whose home it was leave too."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class VisitRestored:
    """An archived visit came back because something still happens to it."""

    visit: Visit
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class OrderNoted:
    """Somebody took note of orders that have nothing to cook; `visit` names the ticket."""

    visit: VisitId


# --- portions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """`portions` of one step of `line` left the state `source` by the fact's move."""

    line: LineKey
    step: int
    source: PortionState
    portions: Decimal


@dataclass(frozen=True, slots=True)
class PortionsMoved:
    """Portions started, got ready, were served, recalled, held or fired, oldest first.

    `view`: the screen's view where it was done (None: none). `seen`: portions that opened after
    this log place stay untouched. `done_at`: when the hand did it, for the clocks.
    """

    visit: VisitId
    move: Move
    view: str | None
    items: tuple[Moved, ...]
    done_at: Instant
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class PortionsVoided:
    """The kitchen struck portions (the point of sale voids by its revisions).

    `acknowledged_by`: the station where it was done has seen it.
    """

    visit: VisitId
    items: tuple[tuple[LineKey, Decimal], ...]
    reason: str
    acknowledged_by: StationId | None = None


@dataclass(frozen=True, slots=True)
class VoidsAcknowledged:
    """Stations have seen void portions. `items`: (line, step)."""

    visit: VisitId
    items: tuple[tuple[LineKey, int], ...]


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """Lines of a visit wait by `rule`. `portions`: of each line, None = all not started.

    `asks`: the pass is asked whether they shall be made.
    """

    visit: VisitId
    lines: tuple[LineKey, ...]
    rule: RuleId
    gate: Gate
    reason: Wording
    until: Instant | None = None
    portions: Decimal | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """The hold of `rule` on lines of a visit is over. `portions`: of each line, None = all."""

    visit: VisitId
    lines: tuple[LineKey, ...]
    rule: RuleId
    opened_by: Opening
    portions: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LinesRushed:
    """The guest asked again for these lines (`by` = 1), or no longer does (-1)."""

    visit: VisitId
    lines: tuple[LineKey, ...]
    by: int


@dataclass(frozen=True, slots=True)
class LinesRemade:
    """Portions are cooked once more as new lines. `items`: (line, new line, portions)."""

    visit: VisitId
    items: tuple[tuple[LineKey, LineId, Decimal], ...]


@dataclass(frozen=True, slots=True)
class LineTaken:
    """A station took a line that no rule had given to anybody."""

    visit: VisitId
    line: LineKey
    station: StationId


@dataclass(frozen=True, slots=True)
class CommandUndone:
    """Everything that a command had changed is as before it."""

    undoes: CommandId
    visit: VisitId


@dataclass(frozen=True, slots=True)
class LinesRerouted:
    """Lines of one order that nobody has begun go another way, by a rule book just adopted.

    `visit`: the order's, where portions go that were not cooked before.
    """

    visit: VisitId
    routings: tuple[tuple[LineKey, Routing], ...]
