"""The compiled pace rules: who is started when. Each holds lines and says what opens them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kds.kitchen.ids import RuleId
from kds.kitchen.messages import Service
from kds.kitchen.orders import Gate
from kds.kitchen.wording import Wording
from kds.rulebook.conditions import Condition

_TABLES_PER_MINUTE = 6


class Rushed(StrEnum):
    """What becomes of a dish that a rule keeps back when the guest asks for it (催)."""

    START = "start"
    ASK = "ask"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRule:
    """What every pace rule states.

    `classes`, `entries`: the dishes that it is for; empty ones ask nothing. `services`, `when`: of
    which lines it holds any. `reason`: as screens show it, its fields filled in by the mechanism.
    `rushed`: what becomes of what it holds when the guest asks for it.
    """

    id: RuleId
    where: str
    name: Wording
    reason: Wording
    services: tuple[Service, ...]
    when: Condition = field(default_factory=Condition)
    classes: tuple[str, ...] = ()
    entries: tuple[RuleId, ...] = ()
    rushed: Rushed = Rushed.START

    @property
    def tables_per_minute(self) -> int:
        """So many tables a minute are freed of what it holds when a person pauses the rule."""
        return _TABLES_PER_MINUTE

    @property
    def paused(self) -> Wording:
        """What is said of it while it is paused."""
        return Wording(f"{self.name.zh}已暂停", f"{self.name.en} is paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule(PaceRule):
    """The mechanism *hold* (等叫): dishes wait at `gate` until they are called, or `timeout_s`."""

    gate: Gate
    timeout_s: int
    rushed: Rushed = Rushed.ASK


@dataclass(frozen=True, slots=True)
class Stage:
    """A course: menu classes, or names that the till gives it, folded. What the till says wins."""

    classes: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRule(PaceRule):
    """The mechanism *courses*: the next one starts when enough of the one before is out.

    `served_percent`, `ready_percent`: how much of the course before must be so; None: not asked.
    `after_s`: so long after the course before was called the next one goes in any case.
    """

    stages: tuple[Stage, ...]
    after_s: int
    served_percent: int | None = None
    ready_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherRule(PaceRule):
    """The mechanism *finish together*: what is quickly made starts later than what takes longest.

    All get ready within `within_s` of each other. `late_start_s`: so long the others wait with the
    longest one if nobody begins it; 0: it is taken to be begun when it is called.
    """

    within_s: int
    late_start_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRule(PaceRule):
    """The mechanism *due time*: a pre-order starts so long before it is due as it takes.

    That is `margin_s` and, `by_prep`, the dish's own prep time, `no_prep_s` where the book states
    none. `load_s`: up to so much more for what its stations have to do by then. `ahead_s`: what is
    due sooner after it came is no pre-order. `shown_s`: so long before their start the stations see
    its dishes; None: from the beginning.
    """

    margin_s: int
    by_prep: bool
    no_prep_s: int
    load_s: int
    ahead_s: int
    shown_s: int | None = None


AnyPace = CallRule | CourseRule | TogetherRule | DueRule
