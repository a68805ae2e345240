"""An evening under a book in which every mechanism holds: displays agree and nothing is stuck.

The book is `tests/rules/mixed`: courses, payment first, hold, finish together, due times, checks,
sets spelled out, modifiers cooked as lines, pre-plated dishes, stations folded by the hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from kds.kitchen.decide import record
from kds.kitchen.ids import Instant, RuleId, VisitId
from kds.kitchen.messages import Channel, LineContent, OrderFields, OrderMessage, Payment
from kds.kitchen.orders import HELD_BY_HAND, HELD_BY_POS
from kds.kitchen.portions import PortionState
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from kds.rulebook.due import due
from tests.e2e.evening import Evening
from tests.e2e.test_replay import House

MIXED = Path(__file__).resolve().parents[1] / "rules" / "mixed"
VIEWS = ("steam", "fry", "cold", "wok", "prep", "bar", "expo", "pickup", "all")
MENU = (
    ("黄瓜", "凉菜"),
    ("虾饺", "蒸点"),
    ("叉烧包", "蒸点"),
    ("春卷", "煎炸"),
    ("炒饭", "热菜"),
    ("布丁", "甜品"),
    ("花生", "小食"),
    ("双人点心", "套餐"),
    ("普洱", "茶"),
    ("怪菜", "别的"),
)
PAUSE_MS = 20_000
A_LONG_NIGHT_MS = 8 * 3_600_000


def mixed() -> Book:
    texts = {p.name: p.read_text("utf-8") for p in MIXED.glob("*.yaml")}
    book = compile_book(texts).book
    assert book is not None
    return book


@dataclass
class Banquets(Evening):
    """Guests who pay late, order ahead, wait for the call and change their minds about it."""

    def _line(self, number: int) -> LineContent:
        name, category = self.random.choice(MENU)
        plain = replace(super()._line(number), name=name, category=category)
        return replace(plain, course="等叫") if self.random.random() < 0.1 else plain

    def _new_order(self) -> OrderMessage:
        message = super()._new_order()
        return replace(message, fields=self._some(message.fields, 0.3))

    def _amendment(self) -> OrderMessage:
        message = super()._amendment()
        return replace(message, fields=self._some(message.fields, 0.15))

    def _some(self, fields: OrderFields, share: float) -> OrderFields:
        if self.random.random() < share:
            at = datetime.fromtimestamp(self.now / 1000, UTC)
            later = at + timedelta(minutes=self.random.randint(1, 90))
            fields = replace(fields, due_at=later.isoformat())
        if self.random.random() < share:
            paid = self.random.choice((Payment.UNPAID, Payment.PAID, Payment.REFUNDED))
            fields = replace(fields, channel=Channel.QR, payment=paid)
        return fields

    def rest(self) -> None:
        """Let a night pass in which nobody touches anything."""
        end = self.now + A_LONG_NIGHT_MS
        while self.now < end:
            self.now = Instant(self.now + PAUSE_MS)
            facts = due(self.kitchen, self.book, self.now)
            if facts:
                self._take(record(self.kitchen, facts, self.book, self.now))


@pytest.mark.parametrize("seed", [1, 2])
def test_displays_agree_and_nothing_waits_for_ever_whatever_rules_meet(seed: int) -> None:
    evening = Banquets(mixed(), seed)
    house = House(evening, Random(seed), views=VIEWS)
    for before, decision in evening.decisions(100):
        house.publish(before, decision)
        house.compare(house.tell())
    evening.rest()
    assert [*stuck(evening.kitchen)] == []


def stuck(kitchen: Kitchen) -> Iterator[tuple[VisitId, str, RuleId | None]]:
    """Yield what still waits in an open visit in which no person and no till keeps anything.

    And what waits by no rule at all. Of an order that is not paid the pass has been asked.
    """
    asks = {HELD_BY_HAND, HELD_BY_POS, RuleId("pay")}
    lines = [line for order in kitchen.orders.values() for line in order.lines.values()]
    kept = {hold.visit for line in lines for hold in line.holds if hold.rule in asks}
    for line in lines:
        for group in line.groups:
            visit = kitchen.visits.get(group.visit)
            if group.state is not PortionState.HELD or visit is None or visit.ended_at is not None:
                continue
            rules = [hold.rule for hold in line.holds if hold.visit == group.visit]
            if not rules or group.visit not in kept:
                yield group.visit, line.content.name, next(iter(rules), None)
