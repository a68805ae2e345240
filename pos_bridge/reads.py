"""Questions to the store and to the board, answered off the event loop so that it never waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, ParamSpec, TypeVar

from kds.board.memo import BoardMemo
from kds.board.views import board
from kds.kitchen.events import Cause, Event
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import EventId, OrderKey
from kds.kitchen.order_facts import VisitRestored
from kds.kitchen.state import Kitchen
from kds.records.boards import board_json
from kds.store.store import Store
from kds.store.values import Entry, Intake, IntakeHead, VisitRow
from pos_bridge.feed import Feed, News
from pos_bridge.kitchen_time import KitchenTime

P = ParamSpec("P")
T = TypeVar("T")
PAGE = 100
MOST_EVENTS = 5_000


class TooOldError(Exception):
    """The log does not reach back that far, or is another one that has not come so far yet.

    `floor`: the place to read again from.
    """

    def __init__(self, floor: int, end: int | None = None) -> None:
        another = "" if end is None else f"this log ends at {end}, so it is another one; "
        super().__init__(f"{another}the log starts after {floor}")
        self.floor = floor


@dataclass(frozen=True, slots=True)
class VisitStory:
    """A visit of any kept day with everything that happened in it."""

    row: VisitRow
    entries: tuple[Entry, ...]


class Reads:
    """Answers questions. Called on the event loop; works in threads of its own.

    Boards are made by one thread, because their memo belongs to one.
    """

    def __init__(self, store: Store, feed: Feed, time: KitchenTime) -> None:
        self._store = store
        self._feed = feed
        self._time = time
        self._memo = BoardMemo()
        self._boards = ThreadPoolExecutor(1, "boards")
        self._lookups = ThreadPoolExecutor(2, "lookups")

    def close(self) -> None:
        """End the threads; questions under way are answered first."""
        self._boards.shutdown()
        self._lookups.shutdown()

    async def board(self, view: str) -> dict[str, Any]:
        """Return the board of `view` as JSON; raises `UnknownView`."""
        return await _in(self._boards, self._board, view)

    async def events(self, after: int, limit: int) -> Sequence[Entry]:
        """Return up to `limit` entries after a log place; raises TooOldError."""
        return await _in(self._lookups, self._events, after, limit)

    async def check_place(self, place: int) -> None:
        """Raise TooOldError where nobody can go on from `place`."""
        end = self._feed.kitchen.seq
        if place > end:
            await self.events(0, 1)
            raise TooOldError(0, end)
        await self.events(place, 1)

    async def order(self, key: OrderKey) -> Kitchen | None:
        """Return a kitchen that has `key`: the present one, or with its archived visit."""
        kitchen = self._feed.kitchen
        if key in kitchen.orders:
            return kitchen
        return await _in(self._lookups, self._with_archived, kitchen, key)

    async def visits(self, table: str | None, on: date | None, limit: int) -> list[VisitStory]:
        """Return the latest `limit` visits of a table, of a business day, or both, oldest first."""
        return await _in(self._lookups, self._visits, table, on, limit)

    async def personal(self, orders: Sequence[OrderKey]) -> dict[OrderKey, str]:
        """Return who these orders are for."""
        return await _in(self._lookups, self._store.personal, orders)

    async def intakes(self, endpoint: str, most: int) -> Sequence[IntakeHead]:
        """Return the latest that came by an endpoint whose name begins so, newest first."""
        return await _in(self._lookups, self._store.latest_intakes, endpoint, most)

    async def intake(self, intake_id: str) -> Intake | None:
        """Return something that was sent to us, as it came."""
        return await _in(self._lookups, self._store.intake, intake_id)

    async def follow(self, after: int) -> AsyncIterator[Sequence[News]]:
        """Yield every entry after log place `after`, without gap or repeat, until the feed ends.

        First what is in the log, then what comes. Raises TooOldError and `TooSlowError`.
        """
        with self._feed.listen() as listener:
            until = self._feed.kitchen.seq
            while after < until:
                page = await self.events(after, min(PAGE, until - after))
                yield [News(entry) for entry in page]
                after = page[-1].seq if page else until
            while news := await listener.take():
                yield [item for item in news if item.seq > after]

    # --- in a thread ---

    def _board(self, view: str) -> dict[str, Any]:
        kitchen, book, now = self._feed.kitchen, self._feed.book, self._time.now()
        made = board(kitchen, book, view, now, self._memo)
        orders = [key for ticket in made.tickets for key in ticket.orders]
        personal = self._store.personal(orders)
        return board_json(made, at=now, epoch=self._feed.epoch, seq=kitchen.seq, personal=personal)

    def _events(self, after: int, limit: int) -> Sequence[Entry]:
        found = self._store.events_after(after, limit)
        if found and found[0].seq > after + 1:
            raise TooOldError(found[0].seq - 1)
        return found

    def _with_archived(self, kitchen: Kitchen, key: OrderKey) -> Kitchen | None:
        found = self._store.restore_visit(key)
        if found is None or found[0].id in kitchen.visits:
            return None
        return evolve(kitchen, Event(EventId(""), kitchen.at, Cause.POS, VisitRestored(*found)))

    def _visits(self, table: str | None, on: date | None, limit: int) -> list[VisitStory]:
        rows = self._store.visits(table=table, on=on, limit=limit)
        return [VisitStory(row, self._store.events_of_visit(row.id)) for row in rows]


async def _in(
    pool: ThreadPoolExecutor, function: Callable[P, T], *arguments: P.args, **named: P.kwargs
) -> T:
    work = partial(function, *arguments, **named)
    return await asyncio.get_running_loop().run_in_executor(pool, work)
