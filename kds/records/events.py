"""The log as the outside contract shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kds.kitchen import events as e
from kds.kitchen import order_facts as o
from kds.kitchen.ids import LineKey, OrderKey, RuleId, VisitId
from kds.records.facts import plain_fact
from kds.records.times import iso


@dataclass(frozen=True, slots=True)
class Subject:
    """What a fact is about, as far as it is about one such thing. `line` only with one line."""

    visit: VisitId | None = None
    order: OrderKey | None = None
    line: LineKey | None = None
    portions: Decimal | None = None
    rule: RuleId | None = None


def subject(fact: e.Fact) -> Subject:
    """Return the visit, order, line, portions and rule that `fact` is about."""
    match fact:
        case o.OrderReceived():
            return Subject(fact.visit, fact.message.key)
        case o.VisitRestored():
            return Subject(fact.visit.id)
        case o.LineTaken() | e.LineLate() | e.LineChecked():
            rule = getattr(fact, "rule", None)
            return Subject(fact.visit, fact.line.order, fact.line, rule=rule)
        case e.RulePaused() | e.RuleResumed():
            return Subject(rule=fact.rule)
        case _:
            visit, rule = getattr(fact, "visit", None), getattr(fact, "rule", None)
            return _of_lines(visit, rule, lines_of(fact))


def lines_of(fact: e.Fact) -> Iterable[tuple[LineKey, Decimal | None]]:
    """Return the lines that `fact` names, each with its portions where it says so."""
    match fact:
        case o.PortionsMoved():
            return ((moved.line, moved.portions) for moved in fact.items)
        case o.PortionsVoided() | e.SoldOutMarked():
            return fact.items
        case o.LinesSplit():
            return fact.parts
        case o.VoidsAcknowledged():
            return ((line, None) for line, _ in fact.items)
        case o.OrdersJoined():
            return ((line, portions) for _, line, portions in fact.items)
        case o.LinesRemade():
            return ((line, portions) for line, _, portions in fact.items)
        case o.LinesRerouted():
            return ((line, None) for line, _ in fact.routings)
        case o.HoldPlaced() | o.HoldReleased():
            return ((line, fact.portions) for line in fact.lines)
        case e.LineChecked():
            return ((fact.line, None),)
        case o.LinesRushed() | e.OvertimeReached():
            return ((line, None) for line in fact.lines)
        case _:
            return ()


def _of_lines(
    visit: VisitId | None,
    rule: RuleId | None,
    items: Iterable[tuple[LineKey, Decimal | None]],
) -> Subject:
    """Name the order if all lines are of one, and the line if it is the only one."""
    portions: dict[LineKey, Decimal | None] = {}
    for line, count in items:
        before = portions.get(line)
        portions[line] = count if before is None or count is None else before + count
    orders = {line.order for line in portions}
    order = orders.pop() if len(orders) == 1 else None
    if len(portions) != 1:
        return Subject(visit, order, rule=rule)
    ((only, count),) = portions.items()
    return Subject(visit, order, only, count, rule)


def event_json(seq: int, event: e.Event) -> dict[str, Any]:
    """Return one entry of the log in the shape of the outside contract; times in UTC.

    `order`, `line_id` and `portions` are null where the fact is about several; `data` has all.
    """
    kind, data = plain_fact(event.fact)
    about = subject(event.fact)
    return {
        "seq": seq,
        "id": event.id,
        "at": iso(event.at),
        "kind": kind,
        "cause": event.cause.value,
        "order": None if about.order is None else about.order._asdict(),
        "visit": about.visit,
        "line_id": None if about.line is None else about.line.line_id,
        "portions": None if about.portions is None else str(about.portions),
        "device": event.device,
        "person": event.person,
        "command": event.command,
        "rule": about.rule,
        "data": data,
    }
