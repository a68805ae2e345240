"""Events: what has happened. Past tense, frozen, each with its own id.

An `Event` is the envelope (who, when, why) around one fact. Facts carry all that `evolve` needs;
it never asks rules or clocks. Here stand those of time, rules and the whole kitchen; what tills and
hands do to orders stands in `order_facts`.
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
    LineKey,
    RuleId,
    StationId,
    VisitId,
)
from kds.kitchen.order_facts import (
    CommandUndone,
    HoldPlaced,
    HoldReleased,
    LinesRemade,
    LinesRerouted,
    LinesRushed,
    LinesSplit,
    LineTaken,
    OrderNoted,
    OrderReceived,
    OrdersJoined,
    OrdersParted,
    PortionsMoved,
    PortionsVoided,
    RiderNoted,
    TableMoved,
    VisitArchived,
    VisitEnded,
    VisitPinned,
    VisitRestored,
    VisitsMerged,
    VoidsAcknowledged,
)
from kds.kitchen.orders import Level, Remark
from kds.kitchen.state import Alert
from kds.kitchen.wording import Wording


class Cause(StrEnum):
    """Who made it happen."""

    POS = "pos"
    PERSON = "person"
    RULE = "rule"
    TIME = "time"


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
