"""Orders and lines as the kitchen knows them: what was said, by revision, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from kds.kitchen.ids import Instant, LineId, LineKey, OrderKey, RuleId, StationId, VisitId
from kds.kitchen.messages import LineContent, OrderFields
from kds.kitchen.portions import Group
from kds.kitchen.wording import Wording


class Gate(StrEnum):
    """What a hold keeps back: cooking, or only carrying to the table.

    PASS is a RUN that came too late: the stations had the line already, so it neither greys nor
    moves there and its clock goes on; only the pass sees it.
    """

    START = "start"
    RUN = "run"
    PASS = "pass"


class Origin(StrEnum):
    """Who made a line: the till, the kitchen (a remake), or a rule of another line.

    SET: a dish that a rule spells out of a set. SIDE: a modifier that is cooked as a line.
    """

    POS = "pos"
    KITCHEN = "kitchen"
    SET = "set"
    SIDE = "side"

    @property
    def is_ruled(self) -> bool:
        """A rule made the line of another one, with which it comes, changes and goes."""
        return self is Origin.SET or self is Origin.SIDE


class Level(StrEnum):
    """How late something is, in rising order."""

    ATTENTION = "attention"
    LATE = "late"
    CRITICAL = "critical"


HELD_BY_POS = RuleId("pos-hold")
HELD_BY_HAND = RuleId("hand-hold")
HELD_BY_VOUCHER = RuleId("voucher-hold")
HELD_SOLD_OUT = RuleId("stock-hold")
HELD_BY_PEOPLE = frozenset({HELD_BY_POS, HELD_BY_HAND, HELD_BY_VOUCHER, HELD_SOLD_OUT})
"""No rule of a book is behind these, and no clock opens them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One station's part in a line. `after`: indices of the steps that must be ready before."""

    station: StationId
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a line is cooked and as what. No steps: the shell of a set, or nothing to cook.

    `menu_class`: the book's class of the dish (broth, plate, cold, drink …), "" if none.
    `rule`, `where`: the rule that decided and its `file:line`, for *why*. `is_preplated`: it stands
    ready at its station, only to be handed out.
    """

    steps: tuple[Step, ...]
    menu_class: str = ""
    rule: RuleId = RuleId("")
    where: str = ""
    is_preplated: bool = False


@dataclass(frozen=True, slots=True)
class SetPart:
    """A dish of a set that the till sends as one line. `each`: how many in one set.

    `parts`: what it is made of in its turn, where it is a set itself.
    """

    name: str
    each: Decimal = Decimal(1)
    item_id: str = ""
    category: str = ""
    names: tuple[tuple[str, str], ...] = ()
    parts: tuple[SetPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a rule book makes of one line, decided when the line came and kept with it.

    `parts`: the dishes of a set. `sides`: names of modifiers that are cooked as lines.
    """

    parts: tuple[SetPart, ...] = ()
    sides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Why portions of a line wait in one visit.

    `until`: when the hold opens by itself; None: only by hand or state. `reason`: for people.
    `asks`: the pass is asked whether it shall be made; a release says yes, a void no.
    """

    rule: RuleId
    visit: VisitId
    gate: Gate
    reason: Wording
    since: Instant
    until: Instant | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule finds odd about a line. `what`: the kind of fault; `message`: for people.

    `asks`: the pass is asked whether it shall be made. `answered`: somebody has said yes.
    """

    rule: RuleId
    what: str
    message: Wording
    asks: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Overtime:
    """A fact: at `at` this line passed a limit of the book."""

    level: Level
    rule: RuleId
    at: Instant


@dataclass(frozen=True, slots=True)
class Line:
    """A line: content by the latest revision that set it, and its portion groups per step.

    `revision`: the last one that states it; a newer one that lacks it makes `content` void.
    `history`: (revision, quantity) of every revision seen that states this line, ascending; what
    was ever ordered and what the point of sale voided follow from it whatever the order of
    arrival; of a remake, the order's revision at which it was asked for. `voided`: revisions that
    state it as void, which its parts are then, too. `recipe`: what rules make lines of it.
    `struck`: portions voided in the kitchen.
    `ordered`: portions ever ordered, void ones included. `rush`: how often it was rushed.
    `changed`: altered by the point of sale after the kitchen could see it, not touched since.
    `seq`: log place of the last change to its progress (portions, holds, rush, routing).
    `remarks`: what checks find odd about it, as of the latest revision.
    """

    key: LineKey
    content: LineContent
    revision: int
    received_at: Instant
    routing: Routing
    history: tuple[tuple[int, Decimal], ...] = ()
    origin: Origin = Origin.POS
    ordered: Decimal = Decimal(0)
    struck: Decimal = Decimal(0)
    groups: tuple[Group, ...] = ()
    holds: tuple[Hold, ...] = ()
    overtime: tuple[Overtime, ...] = ()
    rush: int = 0
    changed: bool = False
    flags: tuple[str, ...] = ()
    void_reason: str = ""
    seq: int = 0
    voided: tuple[int, ...] = ()
    recipe: Recipe = Recipe()
    remarks: tuple[Remark, ...] = ()

    @property
    def is_weighed(self) -> bool:
        """One portion of that weight (1.5 斤), not a count; so it is when 1.5 becomes 2."""
        return self.content.quantity % 1 != 0 or any(n % 1 != 0 for _, n in self.history)


@dataclass(frozen=True, slots=True)
class Order:
    """An order: its fields and lines, each with the revision that last set it.

    `visit`: where new lines of this order go. `field_revisions`: per field of `OrderFields`.
    `wholes`: revisions seen that stated the whole order; a line that one of them lacks was
    void as of then. `digests`: content digest by revision, to tell a repeat from a conflict.
    `twins`: orders by hand that it may be once more, until somebody says so.
    `noted`: somebody has taken note of an order that has nothing to cook. Treat the dicts as
    immutable: evolve makes new ones.
    """

    key: OrderKey
    visit: VisitId
    received_at: Instant
    fields: OrderFields = field(default_factory=OrderFields)
    field_revisions: dict[str, int] = field(default_factory=dict)
    revision: int = 0
    wholes: tuple[int, ...] = ()
    digests: dict[int, str] = field(default_factory=dict)
    lines: dict[LineId, Line] = field(default_factory=dict)
    incomplete: bool = False
    noted: bool = False
    flags: tuple[str, ...] = ()
    seq: int = 0
    twins: tuple[OrderKey, ...] = ()

    def by_parent(self) -> dict[LineId, list[Line]]:
        """Return the lines that are part of others, by the line they are part of."""
        found: dict[LineId, list[Line]] = {}
        for line in self.lines.values():
            if line.content.parent is not None:
                found.setdefault(line.content.parent, []).append(line)
        return found
