"""The display's file off the event loop: one thread works on it, in the order of the calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from kds.kitchen.commands import Command
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.store.display import Acknowledged, DisplayStore, KeptKitchen
from kds.store.errors import StoreError, StoreTooNew
from kds.wire.pending import Ack
from kds.wire.places import Place
from kds.wire.standing import Kept

_logger = logging.getLogger(__name__)
T = TypeVar("T")


class Disk:
    """What a display keeps. Event loop thread only; a disk that fails stops no cook.

    `trouble`: why the last write failed, "" if it did not; what was given is tried again with
    the next one. `damaged`: where a damaged file was put, None if there was none.
    """

    def __init__(self) -> None:
        self.trouble = ""
        self.damaged: Path | None = None
        self._thread = ThreadPoolExecutor(1, "disk")
        self._store: DisplayStore | None = None
        self._commands: dict[CommandId, Command] = {}
        self._answers: dict[CommandId, Acknowledged] = {}
        self._answered_at = Instant(0)
        self._book: tuple[str, str] | None = None
        self._saved: Kitchen | None = None
        self._flushing: asyncio.Task[None] | None = None

    async def start(self, folder: Path) -> Kept:
        """Open the file in `folder` and return what is in it; raises `StoreTooNew`."""
        try:
            return await self._in_thread(lambda: self._open(folder))
        except StoreTooNew:
            self._thread.shutdown()
            raise
        except StoreError as error:
            self._failed(error)
            return Kept()

    async def stop(self) -> None:
        """Write what is left and close the file."""
        await self.flush()
        store, self._store = self._store, None
        if store is not None:
            await self._in_thread(store.close)
        self._thread.shutdown()

    async def put(self, command: Command) -> None:
        """Keep a command; it is on disk when this returns, unless there is `trouble`."""
        self._commands[command.id] = command
        await self.flush()

    def acknowledge(self, command: CommandId, ack: Ack, at: Instant) -> None:
        """Keep an answer, soon: if it is lost, the command goes out once more, without harm."""
        self._answers[command] = Acknowledged(command, ack.epoch, ack.seq)
        self._answered_at = at
        self._flush_soon()

    def keep_book(self, book_hash: str, compiled: str) -> None:
        """Keep the rule book, soon."""
        self._book = book_hash, compiled
        self._flush_soon()

    def _flush_soon(self) -> None:
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self.flush())

    async def flush(self) -> None:
        """Write what waits, a command always before its answer."""
        store = self._store
        if store is None or not (self._commands or self._answers or self._book):
            return
        commands, answers, book = dict(self._commands), dict(self._answers), self._book
        at = self._answered_at

        def write() -> None:
            for command in commands.values():
                store.put(command)
            if answers:
                store.acknowledge(list(answers.values()), at)
            if book is not None:
                store.save_book(*book)

        if await self._write(write):
            self._written(commands, answers, book)

    def _written(
        self,
        commands: Mapping[CommandId, Command],
        answers: Mapping[CommandId, Acknowledged],
        book: tuple[str, str] | None,
    ) -> None:
        for command_id in commands:
            self._commands.pop(command_id, None)
        for command_id, answer in answers.items():
            if self._answers.get(command_id) is answer:
                del self._answers[command_id]
        if self._book is book:
            self._book = None

    async def save(self, kitchen: Kitchen, place: Place, at: Instant | None) -> None:
        """Keep the kitchen, if it is another one than last time."""
        store = self._store
        if store is None or self._saved is kitchen:
            return
        kept = KeptKitchen(kitchen, place.epoch, place.event, at)
        if await self._write(lambda: store.save(kept)):
            self._saved = kitchen

    async def forget(self, before: Instant) -> list[CommandId]:
        """Drop what was acknowledged before that kitchen time, and return what it was."""
        store, gone = self._store, list[CommandId]()
        if store is not None:
            await self._write(lambda: gone.extend(store.forget(before)))
        return gone

    # --- the thread ---

    async def _write(self, work: Callable[[], None]) -> bool:
        """Do `work` in the thread; say whether the disk took it."""
        try:
            await self._in_thread(work)
        except StoreError as error:
            self._failed(error)
            return False
        self.trouble = ""
        return True

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _failed(self, error: StoreError) -> None:
        if not self.trouble:
            _logger.warning("the display's disk: %s", error)
        self.trouble = str(error)

    def _open(self, folder: Path) -> Kept:
        store = DisplayStore.open(folder)
        self._store, self.damaged = store, store.damaged
        commands = tuple(
            (kept.command, None if kept.place is None else Ack(*kept.place))
            for kept in store.commands()
        )
        found = store.load()
        if found is None:
            return Kept(book=store.book(), commands=commands)
        place = Place(found.epoch, found.kitchen.seq, found.event)
        return Kept(found.kitchen, place, found.at, store.book(), commands)
