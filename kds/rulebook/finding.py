"""What checks find in a line: the measures they take, and the limits they hold against them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kds.kitchen.ids import RuleId
from kds.kitchen.messages import LineContent, Service
from kds.kitchen.orders import Line, Routing
from kds.rulebook.compiled import Pattern
from kds.rulebook.conditions import Occasion, abouts, judge
from kds.rulebook.folding import fold
from kds.rulebook.intake import CheckRule, Fault, Same
from kds.rulebook.matching import all_modifiers, contains, pattern
from kds.rulebook.waiting import OF_LINES


@dataclass(frozen=True, slots=True)
class Check:
    """A check rule with its names as sets and its texts as patterns, made once per book."""

    rule: CheckRule
    services: frozenset[Service]
    classes: frozenset[str]
    entries: frozenset[RuleId]
    options: tuple[Pattern, ...]
    is_by_line: bool

    @classmethod
    def of(cls, rule: CheckRule) -> Check:
        """Return the check that `rule` makes."""
        classes, entries = frozenset(rule.classes), frozenset(rule.entries)
        options = tuple(map(pattern, rule.options))
        is_by_line = not OF_LINES.isdisjoint(abouts(rule.when))
        return cls(rule, frozenset(rule.services), classes, entries, options, is_by_line)

    def is_of(self, routing: Routing) -> bool:
        """It looks at such dishes."""
        if not self.classes and not self.entries:
            return True
        return routing.menu_class in self.classes or routing.rule in self.entries

    def applies(self, occasion: Occasion) -> bool:
        """It is for such orders and tables."""
        if occasion.fields.service not in self.services:
            return False
        return self.rule.when.asks_nothing or judge(self.rule.when, occasion).holds


class Measure(NamedTuple):
    """What rules on one fault judge a line by.

    How long before it the same dish came, and before its order the same order, in ms; the texts
    in which a choice may stand.
    """

    same_ms: int | None = None
    twin_ms: int | None = None
    texts: tuple[str, ...] = ()


SO = Measure()
"""Nothing more to measure: the fault is there, or the line alone says so."""


def is_odd(check: Check, line: Line, measure: Measure) -> bool:
    """`check` finds its fault in `line`."""
    rule = check.rule
    match rule.what:
        case Fault.QUANTITY:
            return line.content.quantity > rule.over
        case Fault.MISSING_OPTION:
            return not has_option(measure.texts, check.options)
        case Fault.DUPLICATE:
            gap = measure.twin_ms if rule.same is Same.ORDER else measure.same_ms
            return gap is not None and gap <= rule.within_s * 1000
        case _:
            return True


def option_texts(content: LineContent) -> tuple[str, ...]:
    """Return where a choice may stand: in modifiers, or in the note, as some tills have it."""
    texts = [m.name for m in all_modifiers(content.modifiers)]
    return tuple(fold(text) for text in (*texts, content.note) if text)


def has_option(texts: Iterable[str], options: Sequence[Pattern]) -> bool:
    """One of the options was chosen."""
    return any(contains(text, option) for text in texts for option in options)
