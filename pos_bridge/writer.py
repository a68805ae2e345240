"""The writer: the one thread that owns the kitchen's state.

It takes what has queued, decides each item on the state that the previous one left, commits all
in one transaction, and only then publishes and answers. There is no timer: while one batch is
being committed the next one gathers.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.store.errors import SequenceConflict, StoreCorrupt, StoreUnavailable
from kds.store.values import Entry
from pos_bridge.desk import Desk
from pos_bridge.ledger import Ledger

_logger = logging.getLogger(__name__)

MOST_WAITING = 4_000
_MOST_AT_ONCE = 64
_RETRY_FOR_S = 2.0
_IDLE_AFTER_S = 2.0

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class NotDurableError(Exception):
    """Nothing was kept; the same may be sent again. The text is for the sender."""


class FaultError(Exception):
    """Something of ours failed on this one item; nothing of it was kept."""


class Job(Protocol[T_co]):
    """One item of work. It may run more than once, each time on a new desk."""

    def run(self, desk: Desk) -> T_co:
        """Do the work on `desk` and return the reply. Writer thread."""
        ...


@dataclass(slots=True)
class _Waiting:
    job: Job[Any]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Done:
    """What the event loop learns of one commit: the state, and who gets which reply."""

    replies: Sequence[tuple[_Waiting, object]]
    kitchen: Kitchen
    book: Book
    entries: Sequence[Entry]
    trouble: str


class Writer:
    """Queues jobs, commits them in batches, answers.

    `submit`, `waiting` and `trouble` (of the ledger, as last heard) belong to the event loop's
    thread; the ledger to the writer's own thread from `start` to the end of `stop`. `publish` is
    called on the loop after each commit, before its replies; `on_death` when the writer can not
    go on.
    """

    def __init__(
        self,
        ledger: Ledger,
        publish: Callable[[Kitchen, Book, Sequence[Entry]], None],
        on_death: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._publish = publish
        self._on_death = on_death
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="writer")
        self._is_closed = False
        self._has_ended = False
        self.waiting = 0
        self.trouble = ""

    # --- event loop thread ---

    def submit(self, job: Job[T]) -> asyncio.Future[T]:
        """Queue `job`; the future has its reply once all of it is on disk.

        Raises `NotDurableError` when too much is queued; the future also `FaultError`.
        """
        if self._is_closed:
            raise NotDurableError("The bridge is just ending; send again.")
        if self.waiting >= MOST_WAITING:
            raise NotDurableError("The bridge has too much to do; send again.")
        future: asyncio.Future[T] = self._loop.create_future()
        self.waiting += 1
        self._queue.put(_Waiting(job, future))
        return future

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    async def stop(self) -> None:
        """Take nothing new, finish and answer what is queued, leave a snapshot."""
        self._is_closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _deliver(self, done: _Done) -> None:
        """Publish one commit and answer everybody in it."""
        self.trouble = done.trouble
        if done.entries:
            self._publish(done.kitchen, done.book, done.entries)
        for waiting, reply in done.replies:
            self.waiting -= 1
            if waiting.future.cancelled():
                continue
            if isinstance(reply, Exception):
                waiting.future.set_exception(reply)
            else:
                waiting.future.set_result(reply)

    # --- writer thread ---

    def _live(self) -> None:
        try:
            while batch := self._take():
                self._work(batch)
            self._ledger.leave_snapshot()
        except StoreCorrupt as damage:
            _logger.critical("%s The bridge ends; a start rescues what can be read.", damage)
            self._loop.call_soon_threadsafe(self._on_death)
        except Exception:
            _logger.critical("the writer can not go on", exc_info=True)
            self._loop.call_soon_threadsafe(self._on_death)

    def _take(self) -> list[_Waiting]:
        """Wait for work and return all of it, up to a bound; [] when it is time to end."""
        batch: list[_Waiting] = []
        item = None if self._has_ended else self._wait()
        while item is not None:
            batch.append(item)
            if len(batch) == _MOST_AT_ONCE:
                return batch
            try:
                item = self._queue.get_nowait()
            except Empty:
                return batch
        self._has_ended = True
        return batch

    def _wait(self) -> _Waiting | None:
        """Wait for the next item; a quiet moment is used for a snapshot that is due."""
        if self._ledger.owes_snapshot:
            try:
                return self._queue.get(timeout=_IDLE_AFTER_S)
            except Empty:
                self._ledger.leave_snapshot()
        return self._queue.get()

    def _work(self, batch: Sequence[_Waiting]) -> None:
        """Do `batch` in one transaction, or else its items one by one.

        A store that is locked lets each try wait; after a short while the rest is not tried any
        more, so that nobody waits for the store's patience many times over.
        """
        if len(batch) > 1 and self._try(batch):
            return
        give_up_at = time.monotonic() + _RETRY_FOR_S
        failure: Exception | None = None
        for waiting in batch:
            if failure is None or time.monotonic() < give_up_at:
                failure = self._try_alone(waiting)
            else:
                self._tell([(waiting, failure)])

    def _try(self, batch: Sequence[_Waiting]) -> bool:
        """Do all of `batch` or nothing; say whether it was done."""
        desk = self._ledger.open_desk()
        try:
            replies = [(waiting, waiting.job.run(desk)) for waiting in batch]
            entries = self._ledger.keep(desk)
        except SequenceConflict:
            raise
        except StoreCorrupt:
            self._tell([(waiting, _not_stored()) for waiting in batch])
            raise
        except Exception:
            _logger.warning("a batch of %d failed; one by one", len(batch), exc_info=True)
            return False
        self._tell(replies, entries)
        return True

    def _try_alone(self, waiting: _Waiting) -> NotDurableError | None:
        """Do one item; its sender learns if that fails. Return why the store took nothing."""
        desk = self._ledger.open_desk()
        try:
            reply = waiting.job.run(desk)
            entries = self._ledger.keep(desk)
        except SequenceConflict:
            raise
        except StoreCorrupt:
            self._tell([(waiting, _not_stored())])
            raise
        except StoreUnavailable as error:
            _logger.warning("not kept: %s", error)
            failure = _not_stored()
            self._tell([(waiting, failure)])
            return failure
        except Exception as error:
            _logger.exception("%s failed", type(waiting.job).__name__)
            fault = FaultError(f"{type(error).__name__} in {type(waiting.job).__name__}")
            self._tell([(waiting, fault)])
            return None
        self._tell([(waiting, reply)], entries)
        return None

    def _tell(
        self, replies: Sequence[tuple[_Waiting, object]], entries: Sequence[Entry] = ()
    ) -> None:
        """Hand one commit over to the event loop, in one hop."""
        ledger = self._ledger
        done = _Done(replies, ledger.kitchen, ledger.book, entries, ledger.trouble)
        self._loop.call_soon_threadsafe(self._deliver, done)


def _not_stored() -> NotDurableError:
    return NotDurableError("The bridge can not store anything just now; send again.")
