"""Compiled rules on what comes in: checks, and payment first. Plain data, as the log keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kds.kitchen.ids import RuleId
from kds.kitchen.messages import Service
from kds.kitchen.wording import Wording
from kds.rulebook.conditions import Condition


class Fault(StrEnum):
    """What a check looks for in a line."""

    UNKNOWN_DISH = "unknown_dish"
    MISSING_OPTION = "missing_option"
    QUANTITY = "quantity"
    DUPLICATE = "duplicate"
    SOLD_OUT = "sold_out"


class Answer(StrEnum):
    """What becomes of a line at fault: as any other, marked, or held until the pass has said."""

    ACCEPT = "accept"
    FLAG = "flag"
    ASK_PASS = "ask_pass"


class Unpaid(StrEnum):
    """What becomes of an order whose payment has not come in time."""

    ASK_PASS = "ask_pass"
    FIRE = "fire"


class Refund(StrEnum):
    """What becomes of a refunded order: void, to be acknowledged, or left to the pass."""

    VOID = "void"
    ASK_PASS = "ask_pass"


class Same(StrEnum):
    """What must come twice to count as a duplicate: a dish, or all dishes of an order."""

    LINE = "line"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class CheckRule:
    """The mechanism *check*: which lines are odd, and what is made of them.

    Of the rules that look for one fault the first that finds it in a line decides. `reason`: what
    screens show, with named fields. `classes`, `entries`: the dishes looked at, all if both are
    empty. `timeout_s`: so long the pass is asked; then they go. By fault: `over` (quantity): more
    is too much; `within_s`, `same` (duplicate); `options` (missing_option): folded texts of which
    one must stand in a modifier.
    """

    id: RuleId
    where: str
    name: Wording
    what: Fault
    then: Answer
    reason: Wording
    timeout_s: int
    services: tuple[Service, ...]
    when: Condition = field(default_factory=Condition)
    classes: tuple[str, ...] = ()
    entries: tuple[RuleId, ...] = ()
    over: int = 0
    within_s: int = 0
    same: Same = Same.LINE
    options: tuple[str, ...] = ()

    @property
    def tables_per_minute(self) -> int:
        """Nothing waits for a rule of this kind in rows: once paused, all goes at once."""
        return _AT_ONCE

    @property
    def paused(self) -> Wording:
        """What is said while it is paused."""
        return paused(self.name)


@dataclass(frozen=True, slots=True)
class PayFirstRule:
    """The mechanism *pay first*: nothing of an order is begun before it is paid.

    `timeout_s`: so long it waits; `then`: what becomes of it. `repeated`: what becomes of an order
    that asks for just the dishes of an earlier one at its place, which came at most `within_s`
    before and was not paid. `reason`: what screens show meanwhile.
    """

    id: RuleId
    where: str
    name: Wording
    reason: Wording
    timeout_s: int
    services: tuple[Service, ...]
    when: Condition = field(default_factory=Condition)
    then: Unpaid = Unpaid.ASK_PASS
    refund: Refund = Refund.VOID
    repeated: Answer = Answer.ASK_PASS
    within_s: int = 1800

    @property
    def tables_per_minute(self) -> int:
        """A till that cannot take money holds up nobody: once paused, all goes at once."""
        return _AT_ONCE

    @property
    def paused(self) -> Wording:
        """What is said while it is paused."""
        return paused(self.name)


_AT_ONCE = 60_000


def paused(name: Wording) -> Wording:
    """Return what is said while the rule of that name is paused."""
    return Wording(f"{name.zh}已暂停", f"{name.en} is paused")


def unanswered(name: Wording, tables: int, within_ms: int) -> Wording:
    """Return what is said when a rule is paused because nobody answers what it asks."""
    minutes = within_ms // 60_000
    return Wording(
        f"{name.zh}已暂停：{minutes} 分钟内 {tables} 桌没人确认",
        f"{name.en} is paused: {tables} tables within {minutes} min had no answer",
    )
