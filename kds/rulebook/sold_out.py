"""Sold out: who loses when more was ordered than there is, and what becomes of it. Pure.

Nothing is ever void in silence: what is lost is marked on every screen and asked at the pass, or
void and to be acknowledged, as the book says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kds.kitchen.counts import line_counts
from kds.kitchen.events import (
    AlertAcknowledged,
    AlertRaised,
    Fact,
    SoldOutMarked,
)
from kds.kitchen.ids import EXPO, AlertId, LineKey, VisitId
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    Opening,
    PortionsVoided,
)
from kds.kitchen.orders import HELD_SOLD_OUT, Gate, Line, Order, Origin
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.stock import counted, item_of
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording

_ZERO = Decimal(0)
_ALL = "all"
_REASON = Wording("沽清", "sold out")
_STRUCK = "沽清 / sold out"
_CARD = "sold-out:"


class Oversell(StrEnum):
    """Who loses: who ordered last, who ordered first, or whoever the pass says."""

    YOUNGEST_FIRST = "youngest_first"
    OLDEST_FIRST = "oldest_first"
    ASK_PASS = "ask_pass"


class Lost(StrEnum):
    """What becomes of portions that cannot be made."""

    ASK = "ask"
    FLAG = "flag"
    HOLD = "hold"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class SoldOutRule:
    """Who loses when a dish is oversold. `rush_last`: what was rushed loses after all others.

    `tell`: the views where it stands as a card, and is heard.
    """

    oversell: Oversell = Oversell.YOUNGEST_FIRST
    then: Lost = Lost.ASK
    rush_last: bool = True
    tell: tuple[str, ...] = (EXPO,)
    where: str = ""


class _Open(NamedTuple):
    """Portions of a dish that nobody has begun, in one visit."""

    order: Order
    line: Line
    visit: VisitId
    portions: Decimal


def arbitrate(rule: SoldOutRule, kitchen: Kitchen, facts: Iterable[Fact]) -> list[Fact]:
    """Return what `rule` makes of what is short in `kitchen`, as far as it is not so yet.

    `facts`: the latest; nothing is looked at again when they are about other dishes. While the pass
    is asked whether a dish shall be made at all, nobody is asked about its being short.
    """
    facts = [*facts]
    if not (kitchen.short or kitchen.lost) or not any(_concerns(kitchen, f) for f in facts):
        return []
    losses = {
        item: list(_losses(rule, short, _open(kitchen, item)))
        for item, short in kitchen.short.items()
    }
    made: list[Fact] = []
    if rule.then is Lost.VOID:
        for item, lost in losses.items():
            made += _void(kitchen, item, lost)
            losses[item] = [each for each in lost if not each.line.routing.steps]
    return [*made, *_marked(rule, kitchen, losses, facts)]


def _concerns(kitchen: Kitchen, fact: Fact) -> bool:
    """The fact may be about a dish that is short: it names no visit, or one that has some."""
    named = [getattr(fact, name, None) for name in ("visit", "into", "to")]
    visits = [kitchen.visits.get(VisitId(name)) for name in named if isinstance(name, str)]
    return not visits or any(visit is None or _is_short(kitchen, visit) for visit in visits)


def _is_short(kitchen: Kitchen, visit: Visit) -> bool:
    return any(
        line.key in kitchen.lost
        or ((item := item_of(kitchen, line.content)) is not None and item in kitchen.short)
        for line in kitchen.lines_of(visit)
    )


def _open(kitchen: Kitchen, item: str) -> Iterator[_Open]:
    for order in kitchen.orders.values():
        for line in order.lines.values():
            names = (line.content.item_id, line.content.name)
            if item in names and item_of(kitchen, line.content) == item:
                yield from _of_line(kitchen, order, line)


def _of_line(kitchen: Kitchen, order: Order, line: Line) -> Iterator[_Open]:
    if line.origin is Origin.KITCHEN:
        return
    for name in dict.fromkeys([g.visit for g in line.groups] or [order.visit]):
        visit = kitchen.visits.get(name)
        if visit is not None and not visit.removed:
            counts = line_counts(order, line, name)
            if counts.held + counts.queued > 0:
                yield _Open(order, line, name, counts.held + counts.queued)


def _losses(rule: SoldOutRule, short: Decimal, found: Iterator[_Open]) -> Iterator[_Open]:
    """Yield the portions that lose, of who loses first; all of them where the pass is asked."""

    def last(each: _Open) -> tuple[object, ...]:
        age = each.line.received_at
        is_young = rule.oversell is not Oversell.OLDEST_FIRST
        is_spared = rule.rush_last and each.line.rush > 0
        return is_spared, -age if is_young else age, *each.line.key

    for each in sorted(found, key=last):
        asks = rule.oversell is Oversell.ASK_PASS
        portions = each.portions if asks else min(short, each.portions)
        if portions > 0:
            yield each._replace(portions=portions)
        short -= 0 if asks else portions


def _void(kitchen: Kitchen, item: str, lost: list[_Open]) -> Iterator[Fact]:
    """Yield that what is lost is void, which its stations and the pass acknowledge."""
    struck = [each for each in lost if each.line.routing.steps]
    for visit in dict.fromkeys(each.visit for each in struck):
        items = tuple((e.line.key, e.portions) for e in struck if e.visit == visit)
        yield PortionsVoided(visit, items, _STRUCK)
    total = sum((each.portions for each in struck), _ZERO)
    if total:
        yield counted(kitchen, item, -total)


def _marked(
    rule: SoldOutRule,
    kitchen: Kitchen,
    losses: Mapping[str, list[_Open]],
    facts: Iterable[Fact],
) -> Iterator[Fact]:
    """Yield the marks that differ from those there are, and what goes with them."""
    wanted: dict[LineKey, Decimal] = {}
    homes: dict[LineKey, tuple[str, VisitId]] = {}
    for item, lost in losses.items():
        for each in lost:
            key = each.line.key
            wanted[key] = wanted.get(key, _ZERO) + each.portions
            homes.setdefault(key, (item, each.visit))
    changed: dict[tuple[str, VisitId], list[LineKey]] = {}
    for key in (*wanted, *(k for k in kitchen.lost if k not in wanted)):
        if wanted.get(key, _ZERO) != kitchen.lost.get(key, _ZERO):
            changed.setdefault(homes.get(key) or _home(kitchen, key), []).append(key)
    for (item, visit), keys in changed.items():
        items = tuple((key, wanted.get(key, _ZERO)) for key in keys)
        is_more = any(
            count > kitchen.lost.get(key, _ZERO) and not _waits(kitchen.line(key), visit)
            for key, count in items
        )
        yield SoldOutMarked(visit, item, items, rule.tell if is_more else ())
        for key, count in items:
            yield from _held(rule, kitchen, visit, key, count - kitchen.lost.get(key, _ZERO))
    # A table may also have left with what it had lost: then its card has nothing more to ask.
    asked = (name.removeprefix(_CARD) for name in kitchen.alerts if name.startswith(_CARD))
    over = (item for item in asked if not losses.get(item))
    answered = _answered(kitchen, losses, facts)
    for item in dict.fromkeys((*(item for item, _ in changed), *over, *answered)):
        lost = [each for each in losses.get(item, []) if not _waits(each.line, each.visit)]
        yield from _told(rule, kitchen, item, lost)


def _waits(line: Line | None, visit: VisitId) -> bool:
    """The pass is asked whether the line shall be made at all."""
    holds = () if line is None else line.holds
    return any(h.asks and h.visit == visit and h.rule != HELD_SOLD_OUT for h in holds)


def _answered(
    kitchen: Kitchen, losses: Mapping[str, list[_Open]], facts: Iterable[Fact]
) -> Iterator[str]:
    """Yield the dishes of which something that is short was asked about, or answered."""
    freed: dict[LineKey, set[str]] = {}
    asked: set[LineKey] = set()
    for fact in facts:
        if isinstance(fact, HoldPlaced) and fact.asks:
            asked |= {*fact.lines}
        elif isinstance(fact, HoldReleased):
            for key in fact.lines:
                freed.setdefault(key, set()).add(fact.rule)
    for item, lost in losses.items():
        for each in lost:
            rules = freed.get(each.line.key, set())
            is_told = _alert_id(item) in kitchen.alerts
            if (each.line.key in asked and is_told) or any(
                remark.asks and remark.rule in rules for remark in each.line.remarks
            ):
                yield item


def _home(kitchen: Kitchen, key: LineKey) -> tuple[str, VisitId]:
    """Return under which name a line was marked that is not short any more, and where it is."""
    line, order = kitchen.line(key), kitchen.orders.get(key.order)
    if line is None or order is None:
        return "", VisitId("")
    visit = line.groups[0].visit if line.groups else order.visit
    names = [name for name in (line.content.item_id, line.content.name) if name]
    told = (name for name in names if _alert_id(name) in kitchen.alerts)
    return item_of(kitchen, line.content) or next(told, names[0]), visit


def _held(
    rule: SoldOutRule, kitchen: Kitchen, visit: VisitId, key: LineKey, more: Decimal
) -> Iterator[Fact]:
    """Yield that so many portions more wait, or so many need not wait any longer."""
    line = kitchen.line(key)
    is_held = line is not None and any(hold.rule == HELD_SOLD_OUT for hold in line.holds)
    if rule.then is Lost.HOLD and more > 0:
        yield HoldPlaced(visit, (key,), HELD_SOLD_OUT, Gate.START, _REASON, portions=more)
    elif is_held and more < 0:
        yield HoldReleased(visit, (key,), HELD_SOLD_OUT, Opening.STATE, -more)


def _told(rule: SoldOutRule, kitchen: Kitchen, item: str, lost: list[_Open]) -> Iterator[Fact]:
    """Yield the card that asks the pass, or its end."""
    name = _alert_id(item)
    if not lost or rule.then in (Lost.FLAG, Lost.VOID):
        if name in kitchen.alerts:
            yield AlertAcknowledged(name)
        return
    views = rule.tell if not rule.tell or _ALL in rule.tell else (*rule.tell, _ALL)
    message = _message(rule, kitchen, item, lost)
    yield AlertRaised(Alert(name, kitchen.at, message, views=views))


def asks_about(alert: Alert) -> bool:
    """The card asks what becomes of a dish that is sold out."""
    return alert.id.startswith(_CARD)


def _alert_id(item: str) -> AlertId:
    return AlertId(f"{_CARD}{item}")


_ASKS = {
    True: Wording("由出菜口决定谁退", "say who goes without"),
    False: Wording("请问客人", "ask the guests"),
}


def _message(rule: SoldOutRule, kitchen: Kitchen, item: str, lost: list[_Open]) -> Wording:
    dish = lost[0].line.content.name
    names = dict(lost[0].line.content.names)
    short = kitchen.short.get(item, _ZERO)
    tables: dict[str, Decimal] = {}
    for each in lost:
        table = kitchen.visits[each.visit].table or each.order.fields.number or each.order.key[1]
        tables[table] = tables.get(table, _ZERO) + each.portions
    said = "、".join(f"{table}×{count:f}" for table, count in tables.items())
    asks = _ASKS[rule.oversell is Oversell.ASK_PASS]
    zh = f"沽清：{names.get('zh', dish)} 少 {short:f} 份，{asks.zh}：{said}"
    listed = said.replace("、", ", ")
    en = f"Sold out: {names.get('en', dish)}, {short:f} short – {asks.en}: {listed}"
    return Wording(zh, en)
