"""The compiled book as plain data: what the log keeps and displays load. Every rule has a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kds.kitchen.ids import RuleId, StationId
from kds.kitchen.messages import Channel, Service
from kds.kitchen.orders import Gate, SetPart, Step
from kds.kitchen.wording import Wording
from kds.rulebook.conditions import Condition
from kds.rulebook.intake import CheckRule, PayFirstRule
from kds.rulebook.pace import CallRule, CourseRule, DueRule, TogetherRule
from kds.rulebook.printing import Printer, PrintRule
from kds.rulebook.priority import PriorityBand, SlowView
from kds.rulebook.sold_out import SoldOutRule
from kds.rulebook.terms import Clock as Clock  # noqa: PLC0414  # told on from here
from kds.rulebook.terms import Pan
from kds.rulebook.terms import Queue as Queue  # noqa: PLC0414


class PotState(StrEnum):
    """When what others wait for counts as there."""

    READY = "ready"
    SERVED = "served"


@dataclass(frozen=True, slots=True)
class Fold:
    """`into` works for a station in these parts of the day: begin and end as minutes of the day."""

    into: StationId
    between: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Station:
    """A place where something is cooked; its id is also the name of its view.

    `capacity`: so many portions are worked on there at a time; None: the book does not say.
    `folds`: when another station works for it.
    """

    id: StationId
    name: Wording
    capacity: int | None = None
    folds: tuple[Fold, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a dish deserves attention, is late, is critical; None: never.

    They count by `clock`, and only while nothing holds the line: a held line has no cook clock,
    it starts (anew) when the hold opens. `kds.rulebook.clocks` is the one reader of that rule.
    `rule`, `where`: who set them, for *why*.
    """

    attention_s: int | None = None
    late_s: int | None = None
    critical_s: int | None = None
    clock: Clock = Clock.FIRED
    rule: RuleId = RuleId("")
    where: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text to find in another, both folded. `word_start`, `word_end`: not inside a word.

    So "tea" is not found in "steak"; Chinese has no such boundaries and needs none. `at_end`: only
    at the end, where Chinese puts what a thing is: 锅底 is a pot, 锅底料 is not.
    """

    text: str
    word_start: bool = False
    word_end: bool = False
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Conditions that must all hold; each lists alternatives, and an empty one asks nothing.

    `names` are whole names (of any language), `name_has` parts of names and `name_ends` their ends,
    what follows in brackets aside; texts are folded. `parts`: whether other lines are part of it.
    """

    items: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    name_has: tuple[Pattern, ...] = ()
    name_ends: tuple[Pattern, ...] = ()
    categories: tuple[str, ...] = ()
    category_has: tuple[Pattern, ...] = ()
    category_ends: tuple[Pattern, ...] = ()
    tags: tuple[str, ...] = ()
    modifier_has: tuple[Pattern, ...] = ()
    services: tuple[Service, ...] = ()
    channels: tuple[Channel, ...] = ()
    parts: bool | None = None


@dataclass(frozen=True, slots=True)
class PrepPlus:
    """A dish with such a modifier takes `add_s` longer; below 0: so much less."""

    modifier_has: tuple[Pattern, ...]
    add_s: int


@dataclass(frozen=True, slots=True)
class MenuClass:
    """Dishes that are cooked alike. It takes a line that meets any `match`, `when` and
    no `excepts`.

    `menu_class`: what kind of dish it is for other rules (broth, plate, drink …). No steps:
    nothing is cooked, as for the shell of a set. `prep_s`: how long it takes when all is well.
    `spells_out`: the dishes of a set that is sold as one line. `is_side`: it is cooked as a line
    also where it comes as the modifier of another dish. `is_preplated`: it stands ready.
    `pan`: how much is made together.
    """

    id: RuleId
    menu_class: str
    where: str
    match: tuple[Match, ...]
    excepts: tuple[Match, ...] = ()
    steps: tuple[Step, ...] = ()
    limits: Limits = field(default_factory=Limits)
    prep_s: int | None = None
    queue: Queue = Queue.NORMAL
    when: Condition = field(default_factory=Condition)
    spells_out: tuple[SetPart, ...] = ()
    is_side: bool = False
    is_preplated: bool = False
    pan: Pan | None = None
    prep_plus: tuple[PrepPlus, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Lines of `menu_class` are kept back at `gate`."""

    menu_class: str
    gate: Gate


@dataclass(frozen=True, slots=True)
class WaitRule:
    """The mechanism *wait for*: some lines of a visit wait until others are there.

    `name`: as people call it. `waits_for`: menu classes that open the gate once they are `until`.
    `holds`: who waits, and where. `personal`: ids of menu entries of which everybody at the table
    gets one; of those, `personal_share_percent` of the guests must have theirs. `pause_after`
    time-outs within `pause_within_s` pause the rule, and what it still holds opens at
    `tables_per_minute`. `services`, `when`: of which lines it holds any.
    """

    id: RuleId
    where: str
    waits_for: tuple[str, ...]
    until: PotState
    holds: tuple[Hold, ...]
    services: tuple[Service, ...]
    reason: Wording
    paused: Wording
    timeout_s: int
    personal: tuple[RuleId, ...] = ()
    personal_share_percent: int = 60
    pause_after: int = 3
    pause_within_s: int = 600
    tables_per_minute: int = 6
    name: Wording = Wording("", "")
    when: Condition = field(default_factory=Condition)


class OvertimeOf(StrEnum):
    """What an overtime rule measures: a dish, or a table's first dish, gap between two, or all."""

    LINE = "line"
    FIRST_DISH = "first_dish"
    GAP = "gap"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Escalation:
    """A step of an overtime rule, `after_s` after its clock began.

    `most`: how often it is told in all, every `repeat_s`. `tell`: the views where it is heard.
    `say`: the sentence, with named fields.
    """

    after_s: int
    tell: tuple[str, ...]
    say: Wording
    repeat_s: int | None = None
    most: int = 1


@dataclass(frozen=True, slots=True)
class OvertimeRule:
    """The mechanism *overtime*: who is told, step by step, that a table or a dish waits too long.

    `classes`, `entries`, `stations`: the dishes that count; an empty one asks nothing. `quiet`:
    begin and end as minutes of the store's day; a step that falls into it comes at its end.
    """

    id: RuleId
    where: str
    name: Wording
    of: OvertimeOf
    clock: Clock
    steps: tuple[Escalation, ...]
    services: tuple[Service, ...]
    classes: tuple[str, ...] = ()
    entries: tuple[RuleId, ...] = ()
    stations: tuple[StationId, ...] = ()
    quiet: tuple[tuple[int, int], ...] = ()
    when: Condition = field(default_factory=Condition)


class Heard(StrEnum):
    """What can be heard of the kitchen's work; alarms of the machine are no rule's matter."""

    VOID = "void"
    VOID_UNBEGUN = "void_unbegun"
    CRITICAL = "critical"
    SOLD_OUT = "sold_out"
    OVERTIME = "overtime"
    ASK_PASS = "ask_pass"
    LATE = "late"
    ALLERGY = "allergy"
    POT_FIRST = "pot_first"
    RUSH = "rush"
    POT_READY = "pot_ready"
    FIRE = "fire"
    READY = "ready"
    NEW = "new"
    ADD_ON = "add_on"


class How(StrEnum):
    """What becomes of an announcement: a cue and a sentence, a cue alone, or nothing."""

    SENTENCE = "sentence"
    CUE = "cue"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class AnnounceRule:
    """The mechanism *announce*: how something is heard. What is None stays as it is built in.

    `views`: where it is for, all if empty. `merge_s`: how long it waits for more of the same;
    `expires_s`: then it is old; `per_minute`: how often it is heard at a view at most.
    """

    id: RuleId
    where: str
    name: Wording
    on: tuple[Heard, ...]
    views: tuple[str, ...] = ()
    how: How | None = None
    say: Wording | None = None
    lang: str | None = None
    merge_s: int | None = None
    expires_s: int | None = None
    per_minute: int | None = None

    def is_for(self, what: str, view: str) -> bool:
        """It says how `what` is heard at `view`."""
        return what in self.on and (not self.views or view in self.views)


@dataclass(frozen=True, slots=True)
class Ending:
    """When a visit is over without anybody saying so.

    `after_paid_s`: so long after all is paid and out; None: never. `day_ends_min`: minutes after
    midnight, in the book's zone, at which the business day ends.
    """

    after_paid_s: int | None = 600
    day_ends_min: int = 4 * 60


@dataclass(frozen=True, slots=True)
class BookData:
    """All that a book says. `defaults`: limits of what no menu entry took."""

    id: str
    name: Wording
    stations: tuple[Station, ...]
    menu: tuple[MenuClass, ...] = ()
    waits: tuple[WaitRule, ...] = ()
    defaults: Limits = field(default_factory=Limits)
    ending: Ending = field(default_factory=Ending)
    zone: str = "UTC"
    serve_step: bool = True
    overtimes: tuple[OvertimeRule, ...] = ()
    announces: tuple[AnnounceRule, ...] = ()
    bands: tuple[PriorityBand, ...] = ()
    slow: SlowView = field(default_factory=SlowView)
    calls: tuple[CallRule, ...] = ()
    courses: tuple[CourseRule, ...] = ()
    togethers: tuple[TogetherRule, ...] = ()
    dues: tuple[DueRule, ...] = ()
    printers: tuple[Printer, ...] = ()
    prints: tuple[PrintRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    pay_firsts: tuple[PayFirstRule, ...] = ()
    sold_out: SoldOutRule = field(default_factory=SoldOutRule)
