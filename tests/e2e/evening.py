"""A made-up evening in a hot-pot restaurant, decided by the real rules and kept by the real store.

Guests order, add, void and move; cooks start, bump, recall and undo; time passes. Everything
comes from one seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from kds.kitchen.commands import Command, CommandKind, ReceiveOrder, SplitPart
from kds.kitchen.decide import Decision, decide, record
from kds.kitchen.ids import CommandId, Instant, LineId, OrderId, OrderKey, SourceId
from kds.kitchen.messages import LineContent, LineState, OrderFields, OrderMessage
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.due import due

SEVEN_PM_MS = 1_795_258_800_000
_POTS = ("麻辣锅底", "番茄锅底", "鸳鸯锅底")
_PLATES = ("毛肚", "肥牛", "虾滑", "鸭血", "鲜毛肚", "土豆片")
_WOK = ("宫保鸡丁", "蛋炒饭")
_DRINKS = ("酸梅汤", "可乐")
_WORK = (
    *((CommandKind.BUMP,) * 8),
    *((CommandKind.START,) * 4),
    *((CommandKind.SERVE,) * 4),
    CommandKind.RECALL,
    CommandKind.UNDO,
    CommandKind.RUSH,
    CommandKind.HOLD,
    CommandKind.FIRE,
    CommandKind.RELEASE,
    CommandKind.VOID,
    CommandKind.ACK_VOID,
    CommandKind.REMAKE,
    CommandKind.MOVE_TABLE,
    CommandKind.MERGE,
    CommandKind.SPLIT,
    CommandKind.CLOSE,
)


@dataclass
class Evening:
    """One evening as it goes on. `orders`: the latest message of each order sent so far."""

    book: Book
    seed: int
    kitchen: Kitchen = field(default_factory=Kitchen)
    now: Instant = Instant(SEVEN_PM_MS)
    orders: dict[OrderKey, OrderMessage] = field(default_factory=dict)
    sent: int = 0
    done: list[CommandId] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def decisions(self, steps: int) -> Iterator[tuple[Kitchen, Decision]]:
        """Yield (kitchen before, decision) of `steps` things that happen."""
        for _ in range(steps):
            self.now = Instant(self.now + self.random.randint(100, 12_000))
            facts = due(self.kitchen, self.book, self.now)
            if facts:
                yield self._take(record(self.kitchen, facts, self.book, self.now))
            yield self._take(decide(self.kitchen, self._received(), self.book, self.now))

    def something(self) -> OrderMessage | Command:
        """Return what a till sends or a cook does next."""
        kind = self.random.random()
        if kind < 0.35 or not self.orders:
            return self._sent(self._new_order())
        if kind < 0.45:
            return self._sent(self._amendment())
        return self._command()

    def _take(self, decision: Decision) -> tuple[Kitchen, Decision]:
        before, self.kitchen = self.kitchen, decision.kitchen
        return before, decision

    def _received(self) -> ReceiveOrder | Command:
        thing = self.something()
        if isinstance(thing, Command):
            return thing
        return ReceiveOrder(CommandId(f"in-{self.sent}"), thing, repr(thing))

    def _sent(self, message: OrderMessage) -> OrderMessage:
        self.sent += 1
        self.orders[message.key] = message
        return message

    def _new_order(self) -> OrderMessage:
        number = len(self.orders) + 1
        table = f"A{self.random.randint(1, 26):02}"
        fields = OrderFields(
            session=f"{table}-{number // 40}", table=table, guests=self.random.randint(1, 8)
        )
        lines = [self._line(n) for n in range(1, self.random.randint(2, 9))]
        key = OrderKey(SourceId("till"), OrderId(str(number)))
        return OrderMessage(key, 1, fields=fields, lines=tuple(lines))

    def _line(self, number: int) -> LineContent:
        pools = ((_POTS, "锅底"), (_PLATES, "涮品"), (_WOK, "热菜"), (_DRINKS, "饮料"))
        names, category = self.random.choice(pools)
        quantity = self.random.choice(("1", "1", "2", "3", "1.5"))
        state = self.random.choice((LineState.ORDERED,) * 6 + (LineState.HELD,))
        return LineContent(
            LineId(str(number)),
            self.random.choice(names),
            Decimal(quantity),
            category=category,
            state=state,
        )

    def _amendment(self) -> OrderMessage:
        old = self.random.choice(list(self.orders.values()))
        lines = [ln for ln in old.lines if self.random.random() < 0.8]
        lines.append(self._line(len(old.lines) + 100))
        unique = {ln.line_id: ln for ln in lines}
        revision = (old.revision or 1) + 1
        return OrderMessage(old.key, revision, fields=old.fields, lines=tuple(unique.values()))

    def _command(self) -> Command:
        kind = self.random.choice(_WORK) if self.done else CommandKind.BUMP
        key = self.random.choice(list(self.orders))
        lines = [ln.line_id for ln in self.orders[key].lines]
        part = SplitPart(self.random.choice(lines), self.random.choice((None, Decimal(1))))
        number = len(self.done) + 1
        command = Command(
            id=CommandId(f"c-{number}"),
            kind=kind,
            order=key,
            line_id=self.random.choice([None, *lines]),
            portions=self.random.choice((None, None, Decimal(1))),
            view=self.random.choice((None, "expo", "broth", "cut", "wok", "drink")),
            undoes=self.random.choice(self.done[-5:]) if self.done else None,
            lines=(part,) if kind is CommandKind.SPLIT else (),
            table=f"B{self.random.randint(1, 9):02}",
            into_order=self.random.choice(list(self.orders)),
        )
        self.done.append(command.id)
        return command
