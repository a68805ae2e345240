"""A kitchen under a rule book, worked through the core's own functions."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kds.kitchen.commands import Command, CommandKind, Outcome, ReceiveOrder
from kds.kitchen.decide import Decision, decide, record
from kds.kitchen.events import Event, Fact
from kds.kitchen.ids import (
    BY_HAND,
    CommandId,
    Instant,
    LineId,
    LineKey,
    OrderId,
    OrderKey,
    SourceId,
    VisitId,
)
from kds.kitchen.messages import LineContent, OrderFields, OrderMessage
from kds.kitchen.orders import Hold, Line
from kds.kitchen.state import Kitchen
from kds.rulebook.adoption import adoption
from kds.rulebook.book import Book
from kds.rulebook.due import due, next_due

ROOT = Path(__file__).resolve().parents[3]
START = Instant(1_795_255_200_000)  # 2026-11-21 18:00 in Shanghai


class House:
    """One kitchen, one clock. Orders are `{line_id: (name, category)}` or whole contents."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.kitchen = Kitchen()
        self.now = START
        self.events: list[Event] = []
        self.latest: list[Fact] = []
        self._asked = 0

    def order(
        self,
        lines: dict[str, tuple[str, str]] | list[LineContent],
        order_id: str = "1",
        **fields: Any,
    ) -> None:
        """Take an order (a whole revision) of the table 8 unless `fields` say otherwise."""
        contents = lines if isinstance(lines, list) else [content(k, *v) for k, v in lines.items()]
        stated: dict[str, Any] = {"session": "s8", "table": "8", **fields}
        message = OrderMessage(
            self.key(order_id), None, fields=OrderFields(**stated), lines=tuple(contents)
        )
        self._asked += 1
        command = ReceiveOrder(CommandId(f"in{self._asked}"), message, f"digest{self._asked}")
        self._keep(decide(self.kitchen, command, self.book, self.now))

    def act(self, kind: CommandKind, line_id: str | None = None, **given: Any) -> Outcome:
        """Carry out a person's command on the order "1" unless `given` says otherwise."""
        order_id = given.pop("order_id", "1")
        self._asked += 1
        command = Command(
            CommandId(f"do{self._asked}"),
            kind,
            order=self.key(order_id),
            line_id=None if line_id is None else LineId(line_id),
            **given,
        )
        decision = decide(self.kitchen, command, self.book, self.now)
        self._keep(decision)
        return decision.outcome

    def adopt(self, book: Book) -> None:
        """Let another book decide from here on."""
        events = adoption(self.kitchen, book, self.now)
        self.book = book
        self._keep(record(self.kitchen, events, book, self.now))

    def wait(self, seconds: float) -> None:
        """Let time pass; what falls due on the way happens at its moment."""
        end = Instant(self.now + round(seconds * 1000))
        for _ in range(1000):
            at = next_due(self.kitchen, self.book, self.now)
            if at is None or at > end:
                break
            self.now = max(self.now, at)
            facts = due(self.kitchen, self.book, self.now)
            assert facts, "something is due, but nothing happens"
            self._keep(record(self.kitchen, facts, self.book, self.now))
        else:
            pytest.fail("time facts never come to rest")
        self.now = end

    def _keep(self, decision: Decision) -> None:
        self.kitchen = decision.kitchen
        self.events += decision.events
        self.latest = [event.fact for event in decision.events]

    def line(self, line_id: str, order_id: str = "1") -> Line:
        """Return a line as it stands."""
        key = LineKey(SourceId("till"), OrderId(order_id), LineId(line_id))
        line = self.kitchen.line(key)
        assert line is not None
        return line

    def holds(self, line_id: str, order_id: str = "1") -> list[tuple[str, str]]:
        """Return (rule, gate) of each hold of a line."""
        return [(hold.rule, hold.gate.value) for hold in self.line(line_id, order_id).holds]

    def hold(self, line_id: str, order_id: str = "1") -> Hold:
        """Return the one hold of a line."""
        (hold,) = self.line(line_id, order_id).holds
        return hold

    def facts(self, kind: type) -> list[Any]:
        """Return the facts of one kind that have happened so far."""
        return [event.fact for event in self.events if isinstance(event.fact, kind)]

    def key(self, order_id: str) -> OrderKey:
        """Return the key of an order; one that begins with h is by hand."""
        source = BY_HAND if order_id.startswith("h") else SourceId("till")
        return OrderKey(source, OrderId(order_id))

    def visit(self, order_id: str = "1") -> VisitId:
        """Return the visit of an order."""
        return self.kitchen.orders[self.key(order_id)].visit


def content(line_id: str, name: str, category: str = "", **more: Any) -> LineContent:
    """Return one line of an order."""
    stated: dict[str, Any] = {"quantity": Decimal(1), **more}
    return LineContent(LineId(line_id), name, category=category, **stated)


def shipped(name: str) -> dict[str, str]:
    """Return the rule texts of a book that we ship."""
    return {p.name: p.read_text("utf-8") for p in sorted((ROOT / "rules" / name).glob("*.yaml"))}
