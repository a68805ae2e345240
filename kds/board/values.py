"""The values a view consists of: frozen, comparable, and free of anything that ages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kds.kitchen.ids import AlertId, Instant, LineKey, OrderKey, StationId, VisitId
from kds.kitchen.messages import Channel, Member, Modifier, Payment, Service
from kds.kitchen.orders import Gate
from kds.kitchen.portions import Counts
from kds.kitchen.wording import Wording


class Band(StrEnum):
    """How urgent a ticket or line is, or why nothing is to be done about it."""

    NORMAL = "normal"
    ATTENTION = "attention"
    LATE = "late"
    CRITICAL = "critical"
    READY = "ready"
    HELD = "held"
    GATED = "gated"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class BandClock:
    """The clock that a band is measured by, since when it runs, and when it passes its limits.

    A limit that the book does not set is None. `rule`, `where`: the rule that set the limits
    and its `file:line`.
    """

    name: str
    since: Instant
    attention_at: Instant | None
    late_at: Instant | None
    critical_at: Instant | None
    rule: str
    where: str


@dataclass(frozen=True, slots=True)
class HoldMark:
    """Why a line waits. `until`: when it opens by itself; `passed`: that time is over.

    `where`: the `file:line` of its rule, "" where a person or a till made it wait. `asks`: the
    pass is asked whether it shall be made. `opens`: at `until` it goes; else the pass is asked
    then. `planned`: `until` is when it shall be started, not the latest that it may be.
    """

    rule: str
    where: str
    reason: Wording
    gate: Gate
    since: Instant
    until: Instant | None
    passed: bool
    asks: bool = False
    opens: bool = True
    planned: bool = False


@dataclass(frozen=True, slots=True)
class RemarkMark:
    """What a rule finds odd about a line. `where`: the rule's `file:line`.

    `asks`: it waits until the pass has said whether it shall be made. `answered`: with yes.
    """

    rule: str
    where: str
    what: str
    message: Wording
    asks: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class OvertimeMark:
    """A table, or a dish of it, waits too long: the last step that an overtime rule has told.

    `since`: when its clock began; `limit_s`: what the step allows.
    """

    rule: str
    where: str
    name: Wording
    since: Instant
    limit_s: int


@dataclass(frozen=True, slots=True)
class PriorityMark:
    """The band of priority that gives a ticket its place."""

    band: str
    where: str
    name: Wording


@dataclass(frozen=True, slots=True)
class SlowMark:
    """The view is late as a whole: `late` of the `of` tickets whose clock runs.

    `since`: when the one in their middle became late, so that its age is how far behind the view
    is. `ranked`: the worst, worst first; the late ones that are not among them stay calm. `until`:
    too few are late by now, and when that has been so for long enough; None: too many are.
    """

    late: int
    of: int
    since: Instant
    ranked: tuple[VisitId, ...]
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class LoadMark:
    """What a station has to do beside what it can work on at a time, both in portions.

    `next`: tickets of which nothing fits any more, in their order.
    """

    capacity: int
    open: Decimal
    next: tuple[VisitId, ...]


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One line as a view shows it.

    `counts`: portions at the view's station, or over all steps at the pass. `depth`: 0, or how
    deep inside a set. `round`: 1 for what was ordered first. `quantity_was`: the number before
    the change that `changed` points at. `stations`: of its steps; `also_at`: without this view.
    Anchors: `fired_at` and `started_at` of the oldest portion still open, `ready_at` and
    `served_at` of the latest. `clock`: what the band is measured by, None while none runs.
    `prep_s`: how long it takes when all is well, None if the book does not say.
    `lost`: portions that cannot be made, the dish being sold out; `left`: how many can be sold.
    """

    key: LineKey
    parent: LineKey | None
    depth: int
    item_id: str
    name: str
    names: tuple[tuple[str, str], ...]
    category: str
    tags: tuple[str, ...]
    menu_class: str
    quantity: Decimal
    quantity_was: Decimal | None
    unit: str
    note: str
    round: int
    course: str | None
    seat: str | None
    stations: tuple[StationId, ...]
    also_at: tuple[StationId, ...]
    counts: Counts
    modifiers: tuple[Modifier, ...]
    flags: tuple[str, ...]
    rush: int
    changed: bool
    void_unacknowledged: bool
    void_reason: str
    hold: HoldMark | None
    band: Band
    clock: BandClock | None
    received_at: Instant
    fired_at: Instant | None
    started_at: Instant | None
    ready_at: Instant | None
    served_at: Instant | None
    rule: str
    where: str
    remarks: tuple[RemarkMark, ...] = ()
    prep_s: int | None = None
    lost: Decimal = Decimal(0)
    left: Decimal | None = None


class Owed(NamedTuple):
    """What of a ticket a station has not finished: so many portions, of so many lines."""

    station: StationId
    portions: Decimal
    lines: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """One visit as a view shows it.

    The single fields are those of the visit's first order that states them. `rounds`: the latest
    round shown. `merged_from`: tables of the visits that were merged into this one.
    `owed`: what stations other than this view still have to do. `received_at`: when its first
    order reached the bridge; `waiting_since`: since when the guest waits. `worst`: the line
    that gives the ticket its age band, and so its clock. `overtime`: what overtime rules have told
    of it and still holds. `priority`: the band it stands in, None for those in none.
    """

    visit: VisitId
    orders: tuple[OrderKey, ...]
    number: str
    table: str
    moved_from: str | None
    merged_from: tuple[str, ...]
    zone: str
    server: str
    session: str
    service: Service
    channel: Channel
    guests: int | None
    member: Member | None
    note: str
    payment: Payment
    placed_at: str | None
    due_at: str | None
    rounds: int
    band: Band
    worst: LineKey | None
    clock: BandClock | None
    complete: bool
    pinned: bool
    flags: tuple[str, ...]
    received_at: Instant
    waiting_since: Instant
    fired_at: Instant | None
    ready_at: Instant | None
    owed: tuple[Owed, ...]
    lines: tuple[TicketLine, ...]
    overtime: tuple[OvertimeMark, ...] = ()
    priority: PriorityMark | None = None


@dataclass(frozen=True, slots=True)
class AlertCard:
    """Something a person should look at."""

    id: AlertId
    source: str
    at: Instant
    message: Wording
    raw: str


@dataclass(frozen=True, slots=True)
class AllDaySplit:
    """Portions of a dish that share their modifiers."""

    modifiers: tuple[Modifier, ...]
    count: Decimal


@dataclass(frozen=True, slots=True)
class AllDay:
    """Portions of one dish still to cook, over all tickets of the view; `held` of them wait."""

    name: str
    names: tuple[tuple[str, str], ...]
    unit: str
    count: Decimal
    held: Decimal
    splits: tuple[AllDaySplit, ...]


class BatchPart(NamedTuple):
    """What of a pan is for one line. `since`: when it was fired; `rush`: somebody asked for it."""

    visit: VisitId
    line: LineKey
    table: str
    portions: Decimal
    since: Instant
    rush: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Portions of one dish, for several lines, that are made in one pan; who is first served first.

    `most`, `within_s`: what the menu entry (`rule`, `where`) allows. `begun_at`: since when they
    are on the fire; None: it is a proposal.
    """

    name: str
    names: tuple[tuple[str, str], ...]
    unit: str
    modifiers: tuple[Modifier, ...]
    rule: str
    where: str
    most: int
    within_s: int
    begun_at: Instant | None
    parts: tuple[BatchPart, ...]

    @property
    def portions(self) -> Decimal:
        """How many there are in the pan."""
        return sum((part.portions for part in self.parts), Decimal(0))

    @property
    def id(self) -> str:
        """Say which portions these are: a pan that is another by now is not found by it."""
        parts = "|".join(f"{'/'.join(part.line)}={part.portions}" for part in self.parts)
        return f"{self.begun_at or 0}:{parts}"


@dataclass(frozen=True, slots=True)
class Board:
    """All that a view shows, in order. It stays as it is until `valid_until` (None: for ever)
    unless something happens in the kitchen. `book`: hash of the rules it was made with. `slow`: the
    view is late as a whole. `batches`: what can be made, or is being made, in one pan.
    `folded_into`: the station that works for this one now; `works_for`: those that this one works
    for. `load`: at a station that states what it can work on at a time.
    """

    view: str
    book: str
    tickets: tuple[Ticket, ...]
    alerts: tuple[AlertCard, ...]
    all_day: tuple[AllDay, ...]
    valid_until: Instant | None
    slow: SlowMark | None = None
    batches: tuple[Batch, ...] = ()
    folded_into: StationId | None = None
    works_for: tuple[StationId, ...] = ()
    load: LoadMark | None = None
