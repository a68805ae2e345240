"""The feed tells every listener everything, in order, or lets go of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kds.kitchen.events import Cause, Event, StockSet
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import EventId, Instant
from kds.kitchen.state import Kitchen
from kds.rulebook.builtin import builtin_book
from kds.store.store import Store
from kds.store.values import Batch, Entry
from pos_bridge.feed import MOST_LISTENERS, Feed, TooManyError, TooSlowError
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.reads import PAGE, Reads, TooOldError


def entries(first: int, last: int) -> list[Entry]:
    """Return entries of these log places."""
    return [
        Entry(n, Event(EventId(f"e{n}"), Instant(n), Cause.PERSON, StockSet(f"i{n}", None)))
        for n in range(first, last + 1)
    ]


def feed_at(seq: int) -> Feed:
    return Feed(Kitchen(seq=seq), builtin_book(), "epoch")


def tell(feed: Feed, first: int, last: int) -> None:
    feed.publish(Kitchen(seq=last), feed.book, entries(first, last))


async def test_a_listener_hears_what_comes_after_it_began() -> None:
    feed = feed_at(5)
    tell(feed, 6, 7)
    with feed.listen() as listener:
        tell(feed, 8, 9)
        tell(feed, 10, 10)
        assert [news.seq for news in await listener.take()] == [8, 9, 10]


async def test_text_is_made_once_for_all() -> None:
    feed = feed_at(0)
    with feed.listen() as one, feed.listen() as other:
        tell(feed, 1, 1)
        (mine,), (theirs,) = await one.take(), await other.take()
    assert mine is theirs
    assert json.loads(mine.text)["seq"] == 1


def test_no_more_are_taken_in_than_memory_has_room_for() -> None:
    """Each that reads nothing holds megabytes back; hundreds were taken in before."""
    feed = feed_at(0)
    with ExitStack() as stack:
        for _ in range(MOST_LISTENERS):
            stack.enter_context(feed.listen())
        with pytest.raises(TooManyError), feed.listen():
            pass
    with feed.listen():
        assert feed.listening == 1


async def test_a_slow_listener_is_let_go_and_the_others_hear_all() -> None:
    """Fault 8: memory stays bounded, and never is a single event left out."""
    feed = feed_at(0)
    with feed.listen() as slow, feed.listen() as quick:
        heard = 0
        for batch in range(30):
            tell(feed, batch * 100 + 1, batch * 100 + 100)
            heard += len(await quick.take())
        assert heard == 3_000
        with pytest.raises(TooSlowError):
            await slow.take()


async def test_the_end_ends_listeners_after_what_they_had() -> None:
    feed = feed_at(0)
    with feed.listen() as listener:
        tell(feed, 1, 2)
        feed.close()
        assert len(await listener.take()) == 2
        assert await listener.take() == []
    with feed.listen() as late:
        assert await late.take() == []


class TestFollow:
    """History from the store and news from the feed join without gap or repeat."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with closing(Store.open(f"sqlite:///{tmp_path / 'kitchen.db'}")) as store:
            yield store

    def keep(self, store: Store, kitchen: Kitchen, last: int) -> Kitchen:
        """Commit entries up to a log place."""
        some = entries(kitchen.seq + 1, last)
        after = kitchen
        for entry in some:
            after = evolve(after, entry.event)
        store.commit(Batch(kitchen, after, tuple(some)))
        return after

    async def test_history_and_news_join(self, store: Store) -> None:
        kitchen = self.keep(store, Kitchen(), 2 * PAGE + 7)
        feed = Feed(kitchen, builtin_book(), "epoch")
        reads = Reads(store, feed, KitchenTime(Instant(0)))
        heard: list[int] = []
        has_begun = asyncio.Event()

        async def listen() -> None:
            async for news in reads.follow(3):
                heard.extend(item.seq for item in news)
                has_begun.set()

        listening = asyncio.create_task(listen())
        await has_begun.wait()
        after = self.keep(store, kitchen, kitchen.seq + 50)
        feed.publish(after, feed.book, entries(kitchen.seq + 1, after.seq))
        feed.close()
        await listening
        assert heard == list(range(4, after.seq + 1))
        reads.close()
        store.close()

    async def test_what_was_purged_is_told_with_the_floor(self, store: Store) -> None:
        self.keep(store, Kitchen(), 10)
        with store._database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM events WHERE seq < 6")
        feed = feed_at(10)
        reads = Reads(store, feed, KitchenTime(Instant(0)))
        with pytest.raises(TooOldError) as failure:
            await reads.events(2, 5)
        assert failure.value.floor == 5
        assert [entry.seq for entry in await reads.events(5, 2)] == [6, 7]
        reads.close()
        store.close()
