"""Commands: what somebody wants to happen. Imperative, frozen, each with its own id."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from kds.kitchen.ids import (
    AlertId,
    CommandId,
    Instant,
    LineId,
    OrderKey,
    RuleId,
    StationId,
    VisitId,
)
from kds.kitchen.messages import OrderMessage


class CommandKind(StrEnum):
    """The kinds of the outside contract, and `resume_rule` / `pause_rule` for pacing rules."""

    START = "start"
    BUMP = "bump"
    SERVE = "serve"
    RECALL = "recall"
    UNDO = "undo"
    REMAKE = "remake"
    HOLD = "hold"
    FIRE = "fire"
    RELEASE = "release"
    RUSH = "rush"
    UNRUSH = "unrush"
    VOID = "void"
    ACK_VOID = "ack_void"
    TAKE = "take"
    MOVE_TABLE = "move_table"
    MERGE = "merge"
    SPLIT = "split"
    CLOSE = "close"
    PIN = "pin"
    UNPIN = "unpin"
    RIDER_HERE = "rider_here"
    RIDER_GONE = "rider_gone"
    FOLD = "fold"
    SOLD_OUT = "sold_out"
    ON_SALE = "on_sale"
    ACK_ALERT = "ack_alert"
    SAME_ORDER = "same_order"
    OTHER_ORDER = "other_order"
    PAUSE_RULE = "pause_rule"
    RESUME_RULE = "resume_rule"


@dataclass(frozen=True, slots=True)
class SplitPart:
    """Portions of one line that a split takes along; None: all of them."""

    line_id: LineId
    portions: Decimal | None = None
    order: OrderKey | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One act of a person at a screen, in the shape of the outside contract.

    `order` names the ticket, `visit` more exactly where an order lies in several visits.
    `line_id` None: the whole ticket of `view`. `portions` None: all that can. `view` None: every
    station's step. `seen`: the log place the actor looked at; what the same `device` did later was
    seen as well. `at`: when it was done.
    The rest belongs to single kinds: `undoes`, `reason` (void), `table` (move_table, split),
    `into_order` (merge), `lines` (split, rush, unrush; parts of several
    tickets for start, bump, serve and recall), `station` and `into_station` (fold; None unfolds),
    `item_id`, `name`, `left` (stock), `alert` (ack_alert), `rule` (pause_rule, resume_rule),
    `course`, `category`, `seat` (scopes of rush, hold and fire).
    """

    id: CommandId
    kind: CommandKind
    order: OrderKey | None = None
    visit: VisitId | None = None
    line_id: LineId | None = None
    portions: Decimal | None = None
    view: str | None = None
    device: str = ""
    person: str = ""
    at: Instant | None = None
    seen: int | None = None
    undoes: CommandId | None = None
    reason: str = ""
    table: str | None = None
    into_order: OrderKey | None = None
    lines: tuple[SplitPart, ...] = ()
    station: StationId | None = None
    into_station: StationId | None = None
    item_id: str | None = None
    name: str | None = None
    left: Decimal | None = None
    alert: AlertId | None = None
    rule: RuleId | None = None
    course: str | None = None
    category: str | None = None
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiveOrder:
    """A point of sale sent an order. `id`: new per delivery. `digest`: of the parsed content."""

    id: CommandId
    message: OrderMessage
    digest: str
    flags: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """Something could not be understood; show it. `raw`: the start of the text."""

    id: CommandId
    alert: AlertId
    source: str
    message_zh: str
    message_en: str
    raw: str = ""


class Result(StrEnum):
    """What became of a command (the first three) or of an order (the rest)."""

    APPLIED = "applied"
    NO_OP = "no_op"
    REFUSED = "refused"
    NEW = "new"
    AMENDED = "amended"
    UNCHANGED = "unchanged"
    STALE = "stale"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a command. `seq`: log place of its last event, or of its first application
    when it is a repeat. `revision`: of the order, where one was received. `why`: for people.
    """

    result: Result
    seq: int
    why: str = ""
    revision: int = 0
    warnings: tuple[str, ...] = ()
