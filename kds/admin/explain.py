"""`kds rules explain`: every menu entry and rule tried on each line of an order, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from kds.admin.explain_more import AnyRule, checks, overtimes, payments
from kds.admin.pace_explain import paced
from kds.admin.precedence_explain import bands
from kds.admin.sentences import Teller
from kds.admin.sets_sentences import Made, made_of
from kds.admin.whens import as_found
from kds.kitchen.ids import Instant
from kds.kitchen.messages import LineContent, OrderFields
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book, Trace
from kds.rulebook.compiled import WaitRule
from kds.rulebook.conditions import Occasion, judge


@dataclass(frozen=True, slots=True)
class Gate:
    """What a rule has to do with a line, in words."""

    rule: AnyRule
    applies: bool
    why: Wording


@dataclass(frozen=True, slots=True)
class Explained:
    """One line of an order: how it was routed, and what each rule makes of it."""

    content: LineContent
    trace: Trace
    gates: tuple[Gate, ...]
    made: tuple[Made, ...] = ()

    def as_text(self, teller: Teller, lang: str) -> Iterator[str]:
        """Yield it line by line, the deciding entry marked."""
        routing = self.trace.routing
        category = f" [{self.content.category}]" if self.content.category else ""
        decided = f" ({routing.menu_class}, {routing.rule})" if routing.rule else ""
        yield f"{self.content.name}{category} → {teller.way(routing.steps)}{decided}"
        for made in self.made:
            yield made.as_text(teller.way, lang)
        for tried in self.trace.tries:
            mark = "✓" if tried.matched else "·"
            yield f"  {mark} {tried.where} {tried.rule}: {tried.why[lang]}"
        for gate in self.gates:
            mark = "✓" if gate.applies else "·"
            yield f"  {mark} {gate.rule.where} {gate.rule.id}: {gate.why[lang]}"

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        routing = self.trace.routing
        return {
            "line_id": self.content.line_id,
            "name": self.content.name,
            "category": self.content.category,
            "stations": [step.station for step in routing.steps],
            "class": routing.menu_class,
            "rule": routing.rule,
            "where": routing.where,
            "makes": [made.as_json() for made in self.made],
            "tried": [
                {"rule": t.rule, "where": t.where, "matched": t.matched, "why": t.why.en}
                for t in self.trace.tries
            ],
            "rules": [
                {"rule": g.rule.id, "where": g.rule.where, "applies": g.applies, "why": g.why.en}
                for g in self.gates
            ],
        }


def explain(
    book: Book, fields: OrderFields, lines: Sequence[LineContent], at: Instant
) -> tuple[Explained, ...]:
    """Return how `book` decides on each line of an order as it comes in at `at`."""
    parents = {line.parent for line in lines if line.parent is not None}
    traces = [book.explain_route(fields, line, is_parent=line.line_id in parents) for line in lines]
    classes = {trace.routing.menu_class for trace in traces}
    zone = ZoneInfo(book.zone)
    found = []
    for line, trace in zip(lines, traces, strict=True):
        occasion = Occasion(fields, line, fields.table, fields.guests, at, zone)
        menu_class = trace.routing.menu_class
        gates = tuple(_gate(rule, occasion, menu_class, classes) for rule in book.data.waits)
        prep_s = book.usual_prep_s(trace.routing.rule, line)
        gates += tuple(
            Gate(rule, *paced(rule, occasion, trace.routing, prep_s)) for rule in book.paces
        )
        more = (
            *overtimes(book, occasion, trace.routing),
            *checks(book, occasion, trace.routing),
            *payments(book, occasion),
            *bands(book, occasion, trace.routing),
        )
        gates += tuple(Gate(*said) for said in more)
        found.append(Explained(line, trace, gates, made_of(book, fields, line)))
    return tuple(found)


def _gate(rule: WaitRule, occasion: Occasion, menu_class: str, classes: set[str]) -> Gate:
    """Return what `rule` makes of a line of `menu_class` in an order with lines of `classes`."""
    held = {hold.menu_class: hold.gate for hold in rule.holds}
    awaited = ", ".join(rule.waits_for)
    if menu_class in rule.waits_for:
        return Gate(rule, applies=True, why=Wording("其他菜等它", "others wait for it"))
    if menu_class not in held:
        why = Wording(
            f"不等：“{menu_class}”类不在 holds 里",
            f"not held: class '{menu_class}' is not among holds",
        )
        return Gate(rule, applies=False, why=why)
    if occasion.fields.service not in rule.services:
        service = occasion.fields.service.value
        why = Wording(f"不等：用餐方式是 {service}", f"not held: the service is {service}")
        return Gate(rule, applies=False, why=why)
    finding = judge(rule.when, occasion)
    if not finding.holds:
        reason = as_found(finding)
        return Gate(
            rule, applies=False, why=Wording(f"不等：{reason.zh}", f"not held: {reason.en}")
        )
    gate = held[menu_class].value
    if not classes & set(rule.waits_for):
        why = Wording(
            f"这张单里没有 {awaited}；同桌有未好的才等（{gate}）",
            f"no {awaited} in this order; it waits only if its table has one not up ({gate})",
        )
        return Gate(rule, applies=False, why=why)
    why = Wording(f"等 {awaited}（{gate}）", f"waits for {awaited} ({gate})")
    return Gate(rule, applies=True, why=why)
