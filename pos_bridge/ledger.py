"""The ledger: the committed kitchen with its store, and when a snapshot of it is due."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import time as wall_time
from functools import lru_cache
from zoneinfo import ZoneInfo

from kds.kitchen.ids import CommandId, OrderKey
from kds.kitchen.order_facts import OrderReceived, VisitArchived, VisitRestored
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.store.days import BusinessDay
from kds.store.errors import StoreCorrupt, StoreError, StoreUnavailable
from kds.store.store import Store
from kds.store.values import Answer, Batch, Entry, Keyed
from pos_bridge.desk import Desk
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.status.telling import Telling

_logger = logging.getLogger(__name__)
SNAPSHOT_WHEN_IDLE = 500
SNAPSHOT_AT_LATEST = 1_000
"""So many events a start has to replay at most: about a sixth of a second of its two."""

_ANSWERS_KEPT = 10_000


class Ledger:
    """What is on disk, and the way to put more there. Writer thread once the writer runs.

    `kitchen` and `book` are as of the last commit, `trouble` is why the store did not take the
    last one that was tried, "" if it did. `telling`: who is told of what happens.
    Implements `Memory` for desks. In a quiet moment and at the end the writer leaves a snapshot
    itself; in a rush a thread beside it does.
    """

    def __init__(
        self,
        store: Store,
        kitchen: Kitchen,
        book: Book,
        time: KitchenTime,
        telling: Telling | None = None,
    ) -> None:
        self.telling = telling or Telling()
        self.kitchen = kitchen
        self.book = book
        self.trouble = ""
        self._store = store
        store.day = business_day(book)
        self._time = time
        self._answers: OrderedDict[CommandId, Answer] = OrderedDict()
        # Hashes, for there are weeks of orders: a wrong guess costs one look-up.
        self._archived = {hash(key) for key in store.archived_orders()}
        # What was committed before this start may lie behind the last snapshot, however it ended.
        self._since_snapshot = min(kitchen.seq, SNAPSHOT_WHEN_IDLE)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="snapshot")
        self._running: Future[None] | None = None

    def close(self) -> None:
        """Wait for a snapshot under way. Any thread, once the writer has ended."""
        self._beside.shutdown()

    def open_desk(self) -> Desk:
        """Return a desk for one attempt on the committed state."""
        return Desk(self.kitchen, self.book, self, self._time.now(), self.telling)

    def keep(self, desk: Desk) -> Sequence[Entry]:
        """Commit what `desk` wants kept, and return its entries; raises what the store raises."""
        batch = desk.batch()
        if _has_anything(batch):
            self._commit(batch)
        self.kitchen = batch.after
        if desk.book is not self.book:
            self.book = desk.book
            self._store.day = business_day(desk.book)
        self._since_snapshot += len(batch.entries)
        self._note_archived(batch)
        for answer in batch.answers:
            self._answers[answer.id] = answer
        while len(self._answers) > _ANSWERS_KEPT:
            self._answers.popitem(last=False)
        if self._since_snapshot >= SNAPSHOT_AT_LATEST:
            self._snapshot_beside()
        return batch.entries

    def _commit(self, batch: Batch) -> None:
        try:
            self._store.commit(batch)
        except (StoreUnavailable, StoreCorrupt) as error:
            self.trouble = str(error)
            raise
        self.trouble = ""

    def _note_archived(self, batch: Batch) -> None:
        """Remember the orders that may have left the state with this batch."""
        facts = [entry.event.fact for entry in batch.entries]
        if any(isinstance(fact, VisitArchived) for fact in facts):
            _, gone = batch.after.orders.changes_since(batch.before.orders)
            came = (fact.message.key for fact in facts if isinstance(fact, OrderReceived))
            self._archived.update(map(hash, (*gone, *came)))

    @property
    def owes_snapshot(self) -> bool:
        """Enough has happened that a snapshot is worth a quiet moment."""
        return self._since_snapshot >= SNAPSHOT_WHEN_IDLE

    def leave_snapshot(self) -> None:
        """Keep the state, so that the next start is quick. A failure costs only that."""
        if self._running is not None:
            wait([self._running])
        if self._since_snapshot:
            self._since_snapshot = 0
            self._snapshot(self.kitchen)

    def _snapshot_beside(self) -> None:
        """Have a snapshot taken while the writer goes on, one at a time."""
        if self._running is None or self._running.done():
            self._since_snapshot = 0
            self._running = self._beside.submit(self._snapshot, self.kitchen)

    def _snapshot(self, kitchen: Kitchen) -> None:
        try:
            self._store.snapshot(kitchen)
        except StoreError as error:
            _logger.warning("no snapshot: %s", error)

    # --- what the store knows besides the state ---

    def answer(self, command: CommandId) -> Answer | None:
        """Return what a command came to, None if it was never answered."""
        return self._answers.get(command) or self._store.answer(command)

    def keyed(self, key: str) -> Keyed | None:
        """Return what was answered under an idempotency key."""
        return self._store.keyed(key)

    def archived(self, order: OrderKey) -> VisitRestored | None:
        """Return the archived visit that an order lies in, None when it is not archived."""
        if hash(order) not in self._archived:
            return None
        found = self._store.restore_visit(order)
        return None if found is None else VisitRestored(*found)


def _has_anything(batch: Batch) -> bool:
    kept = (batch.entries, batch.intakes, batch.answers, batch.keys, batch.personal, batch.outgoing)
    return any(kept)


def business_day(book: Book) -> BusinessDay:
    """Return the store's day as `book` has it."""
    hours, minutes = divmod(book.data.ending.day_ends_min % (24 * 60), 60)
    return BusinessDay(zone_of(book), wall_time(hours, minutes))


def zone_of(book: Book) -> ZoneInfo:
    """Return the store's time zone as `book` has it."""
    return _zone_named(book.zone)


@lru_cache(maxsize=4)
def _zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name)
