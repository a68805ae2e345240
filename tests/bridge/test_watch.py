"""The watch: what time makes happen becomes a fact without anybody asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from kds.kitchen.commands import ReceiveOrder
from kds.kitchen.events import Event, LineLate, StationFolded
from kds.kitchen.ids import CommandId, Instant, LineId, OrderId, OrderKey, SourceId, VisitId
from kds.kitchen.messages import LineContent, OrderMessage
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.builtin import builtin_book
from kds.rulebook.compile import compile_book
from kds.rulebook.due import due
from kds.store.store import Store
from kds.store.values import Entry
from pos_bridge import watch as watch_module
from pos_bridge.desk import Desk
from pos_bridge.feed import Feed
from pos_bridge.following import Following
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.ledger import Ledger
from pos_bridge.watch import Watch
from pos_bridge.writer import Writer

SCALE = 5_000.0


class Receive:
    """A job that takes an order of one dish."""

    def __init__(self, name: str) -> None:
        key = OrderKey(SourceId("till"), OrderId(name))
        self._message = OrderMessage(key, lines=(LineContent(LineId("1"), "Rice", Decimal(1)),))

    def run(self, desk: Desk) -> None:
        name = self._message.key.order_id
        desk.accept(desk.decide(ReceiveOrder(CommandId(name), self._message, name)))


class House:
    """A writer, a feed and a watch over a clock that runs fast."""

    def __init__(self, path: Path, book: Book | None = None) -> None:
        self.time = KitchenTime(Instant(0), SCALE)
        self.store = Store.open(f"sqlite:///{path / 'kitchen.db'}")
        self.ledger = Ledger(self.store, self.store.load(), book or builtin_book(), self.time)
        self.feed = Feed(self.ledger.kitchen, self.ledger.book, "epoch")
        self.writer = Writer(self.ledger, self.feed.publish, lambda: None)
        self.late: set[str] = set()
        self.folded: list[str | None] = []
        self.news = asyncio.Event()
        self.feed.on_change(self._note)

    def _note(self, entries: Iterable[Entry]) -> None:
        facts = [entry.event.fact for entry in entries]
        self.late |= {fact.line.order_id for fact in facts if isinstance(fact, LineLate)}
        self.folded += [fact.into for fact in facts if isinstance(fact, StationFolded)]
        self.news.set()

    async def until_folded(self, times: int) -> None:
        """Wait until a station was folded or opened so often."""
        async with asyncio.timeout(30):
            while len(self.folded) < times:
                self.news.clear()
                await self.news.wait()

    async def until_late(self, names: set[str]) -> None:
        """Wait until these orders are late."""
        async with asyncio.timeout(30):
            while not names <= self.late:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with watched(House(tmp_path)) as house:
        yield house


@asynccontextmanager
async def watched(house: House) -> AsyncIterator[House]:
    """Let the watch run in `house`."""
    house.writer.start()
    following = Following(house.feed, house.writer, house.time)
    watch = Watch(house.feed, house.writer, house.time, following)
    watching = asyncio.create_task(watch.run())
    yield house
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await house.writer.stop()
    house.ledger.close()
    house.store.close()


async def test_stations_fold_by_the_hour_while_nothing_else_happens(tmp_path: Path) -> None:
    """No order, no command, no visit: only the clock."""
    halves = ", ".join(f"{hour:02}:00-{hour:02}:30" for hour in range(24))
    text = (
        "book: {id: b, name: B}\nmenu: [{id: a, class: a, match: {name: a}, cook: wok}]\n"
        "stations:\n  - {id: grill, name: Grill}\n"
        f"  - {{id: wok, name: Wok, fold: {{into: grill, between: [{halves}]}}}}\n"
    )
    book = compile_book({"f.yaml": text}).book
    assert book is not None
    async with watched(House(tmp_path, book)) as house:
        await house.until_folded(3)
        assert {*house.folded} == {"grill", None}
        assert all(one != other for one, other in pairwise(house.folded))
    house.store.close()


async def test_a_dish_that_waits_becomes_late(house: House) -> None:
    await house.writer.submit(Receive("a"))
    await house.until_late({"a"})


async def test_one_visit_that_fails_does_not_stop_the_time_of_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moody(
        kitchen: Kitchen, book: Book, now: Instant, visits: Iterable[VisitId]
    ) -> tuple[Event, ...]:
        if VisitId("till/bad") in visits:
            raise RuntimeError("a bug of ours")
        return due(kitchen, book, now, visits)

    monkeypatch.setattr(watch_module, "due", moody)
    for name in ("good", "bad", "also-good"):
        await house.writer.submit(Receive(name))
    await house.until_late({"good", "also-good"})
    assert "bad" not in house.late
