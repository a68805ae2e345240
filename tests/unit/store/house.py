"""A small restaurant that keeps everything: `decide` on one side, a real store on the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from kds.kitchen.commands import Command, CommandKind, RaiseAlert, ReceiveOrder
from kds.kitchen.decide import Decision, decide, record
from kds.kitchen.events import Cause, Event, Fact
from kds.kitchen.ids import (
    CommandId,
    EventId,
    Instant,
    LineId,
    OrderId,
    OrderKey,
    SourceId,
    StationId,
    VisitId,
)
from kds.kitchen.messages import LineContent, OrderFields, OrderMessage
from kds.kitchen.order_facts import VisitArchived, VisitRestored
from kds.kitchen.orders import Order, Recipe, Routing, Step
from kds.kitchen.state import Kitchen
from kds.store.store import Store
from kds.store.values import Batch, Entry

START = Instant(1_795_255_391_250)  # 2026-11-21, 10:03 UTC
MINUTE = 60_000
DAY = 24 * 60 * MINUTE


class Rules:
    """Everything is cut, then cooked; nothing joins, nothing waits."""

    def route(self, fields: OrderFields, content: LineContent, *, is_parent: bool) -> Routing:
        """Route every dish alike."""
        del fields, content
        cut, wok = Step(StationId("cut")), Step(StationId("wok"), (0,))
        return Routing(() if is_parent else (cut, wok), "dish")

    def recipe(self, fields: OrderFields, content: LineContent) -> Recipe:
        """Make nothing else of any dish."""
        del fields, content
        return Recipe()

    def has_station(self, station: StationId) -> bool:
        """Know every station."""
        del station
        return True

    def join(self, kitchen: Kitchen, order: Order | None, fields: OrderFields) -> VisitId | None:
        """Join nothing."""
        del kitchen, order, fields
        return None

    def arbitrate(self, kitchen: Kitchen, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Take nothing from anybody."""
        del kitchen, facts
        return ()

    def settle(
        self, kitchen: Kitchen, visit: VisitId, facts: Sequence[Fact], now: Instant
    ) -> Sequence[Fact]:
        """Hold nothing."""
        del kitchen, visit, facts, now
        return ()


def url_of(file: Path) -> str:
    """Return the URL of a database file."""
    return f"sqlite:///{file}"


def key_of(order_id: str) -> OrderKey:
    """Return the key of an order of the test till."""
    return OrderKey(SourceId("till"), OrderId(order_id))


def visit_id(order_id: str) -> VisitId:
    """Return the visit that an order opens."""
    return VisitId(f"till/{order_id}")


def dish(line_id: str, quantity: str = "2", **more: Any) -> LineContent:
    """Return a line."""
    return LineContent(LineId(line_id), f"dish {line_id}", Decimal(quantity), **more)


class House:
    """A kitchen and its store. What happens is kept by `keep`, together with what happened since.

    `kitchen` is what has happened, `kept` what the store has been told.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.kitchen = self.kept = store.load()
        self.now = Instant(max(START, self.kitchen.at))
        self.entries: list[Entry] = []

    def order(
        self, order_id: str, *lines: LineContent, revision: int = 1, **fields: Any
    ) -> Decision:
        """Receive an order."""
        message = OrderMessage(
            key_of(order_id), revision, fields=OrderFields(**fields), lines=lines or (dish("1"),)
        )
        return self._decide(ReceiveOrder(self._id(), message, digest=repr(message)))

    def do(self, kind: CommandKind, order_id: str, **more: Any) -> Decision:
        """Give a command about an order."""
        return self._decide(Command(self._id(), kind, key_of(order_id), **more))

    def tell(self, fact: Fact) -> None:
        """Let something happen that no command asks for."""
        event = Event(EventId(f"fact-{self.kitchen.seq}"), self.now, Cause.TIME, fact)
        self._take(record(self.kitchen, [event], Rules(), self.now))

    def archive(self, order_id: str) -> None:
        """End an order's visit and let it leave the state."""
        self.do(CommandKind.CLOSE, order_id)
        self.tell(VisitArchived(visit_id(order_id)))

    def restore(self, order_id: str) -> None:
        """Bring an order's visit back from the store."""
        found = self.store.restore_visit(key_of(order_id))
        assert found is not None
        self.tell(VisitRestored(*found))

    def batch(self, **more: Any) -> Batch:
        """Return all that has happened since the last `keep`."""
        return Batch(self.kept, self.kitchen, tuple(self.entries), **more)

    def keep(self, **more: Any) -> None:
        """Commit it."""
        self.store.commit(self.batch(**more))
        self.kept = self.kitchen
        self.entries.clear()

    def forget(self) -> None:
        """Let it never have happened, as a writer does whose commit failed."""
        self.kitchen = self.kept
        self.entries.clear()

    def _decide(self, item: ReceiveOrder | Command | RaiseAlert) -> Decision:
        return self._take(decide(self.kitchen, item, Rules(), self.now))

    def _take(self, decision: Decision) -> Decision:
        self._note(decision.events)
        self.kitchen = decision.kitchen
        return decision

    def _note(self, events: Iterable[Event]) -> None:
        self.entries += [Entry(self.kitchen.seq + i, e) for i, e in enumerate(events, 1)]

    def _id(self) -> CommandId:
        return CommandId(f"c{self.kitchen.seq}")
