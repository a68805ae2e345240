"""Events: what has happened. Past tense, frozen, each with its own id.

An `Event` is the envelope (who, when, why) around one fact. Facts carry all that `evolve` needs;
it never asks rules or clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kds.kitchen.ids import (
    AlertId,
    CommandId,
    EventId,
    Instant,
    LineId,
    LineKey,
    OrderKey,
    RuleId,
    StationId,
    VisitId,
)
from kds.kitchen.messages import LineContent, OrderMessage
from kds.kitchen.orders import Gate, Level, Order, Recipe, Remark, Routing
from kds.kitchen.portions import Move, PortionState
from kds.kitchen.state import Alert
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording


class Cause(StrEnum):
    """Who made it happen."""

    POS = "pos"
    PERSON = "person"
    RULE = "rule"
    TIME = "time"


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


# --- time and rules ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineLate:
    """A line passed a limit. `limit_s`: the limit; `clock`: which clock it is measured by."""

    visit: VisitId
    line: LineKey
    level: Level
    rule: RuleId
    limit_s: int
    clock: str


@dataclass(frozen=True, slots=True)
class OvertimeReached:
    """A table, or one `line` of it, has waited so long that a step of an overtime rule is due.

    `step`: the rule's, `time`: how often it has come by now, both from 1. `since`: when the clock
    began; `lines`: what is waited for, the longest first; `tell`: the views where it is heard.
    """

    visit: VisitId
    rule: RuleId
    step: int
    time: int
    since: Instant
    limit_s: int
    lines: tuple[LineKey, ...]
    tell: tuple[str, ...] = ()
    line: LineKey | None = None


@dataclass(frozen=True, slots=True)
class LineChecked:
    """Rules have looked at a line anew. `remarks`: all that they now find odd, none: all is well.

    They take the place of those that the line had.
    """

    visit: VisitId
    line: LineKey
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class RulePaused:
    """A rule stopped itself (or was stopped): it holds nothing new until resumed."""

    rule: RuleId
    message: Wording


@dataclass(frozen=True, slots=True)
class RuleResumed:
    """A paused rule works again."""

    rule: RuleId


@dataclass(frozen=True, slots=True)
class BookAdopted:
    """From here on this rule book decides. The text is kept by hash in the store."""

    book: str


# --- the whole kitchen ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StockSet:
    """`left` portions of an item (by id or name) can still be sold; None: not counted.

    `short`: so many that are ordered already cannot be made.
    """

    item: str
    left: Decimal | None
    short: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SoldOutMarked:
    """Of these lines so many portions cannot be made for lack of `item` (0: they can again).

    `tell`: the views where it is heard.
    """

    visit: VisitId
    item: str
    items: tuple[tuple[LineKey, Decimal], ...]
    tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StationFolded:
    """`into` works for `station`; None: it works for itself again."""

    station: StationId
    into: StationId | None


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """Something a person should look at."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    """Somebody has looked at it."""

    alert: AlertId


Fact = (
    OrderReceived
    | OrdersJoined
    | OrdersParted
    | TableMoved
    | VisitsMerged
    | LinesSplit
    | VisitEnded
    | VisitPinned
    | RiderNoted
    | VisitArchived
    | VisitRestored
    | OrderNoted
    | PortionsMoved
    | PortionsVoided
    | VoidsAcknowledged
    | HoldPlaced
    | HoldReleased
    | LinesRushed
    | LinesRemade
    | LineTaken
    | LinesRerouted
    | CommandUndone
    | LineLate
    | OvertimeReached
    | LineChecked
    | RulePaused
    | RuleResumed
    | BookAdopted
    | StockSet
    | SoldOutMarked
    | StationFolded
    | AlertRaised
    | AlertAcknowledged
)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with its envelope. `id` is unique for ever; `command`: what asked for it, if any.

    The log place is not in here: it is `kitchen.seq` after `evolve`.
    """

    id: EventId
    at: Instant
    cause: Cause
    fact: Fact
    command: CommandId | None = None
    device: str = ""
    person: str = ""
