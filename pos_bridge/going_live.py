"""Rules going live: the folder is watched, and what is saved there is weighed, published, undone.

A save that is sound and changes nothing about open work goes live by itself; another waits as a
draft, and everybody is told what it would do, until somebody publishes it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kds.kitchen.wording import Wording
from kds.rulefiles import Reading, read_apart, read_book
from kds.rulefiles.texts import Stamp, stamp
from kds.store.errors import StoreError
from kds.store.store import Store
from kds.store.values import Book as StoredBook
from pos_bridge.desk import Desk
from pos_bridge.feed import Feed
from pos_bridge.following import Following
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.rule_folder import write_folder
from pos_bridge.rules import Choice, RulesState, Step, enact, files_in, stored, weigh
from pos_bridge.writer import NotDurableError, Writer

_logger = logging.getLogger(__name__)
LOOK_EVERY_S = 0.1
"""Editors save in steps: what was found counts only if the folder is the same after reading it."""

_AGAIN_AFTER_S = 5.0


class CannotPublishError(Exception):
    """The rules can not go live. `status`: of the answer; `choice`: what was found, if read."""

    def __init__(self, status: int, message: Wording, choice: Choice | None = None) -> None:
        super().__init__(message.en)
        self.status = status
        self.message = message
        self.choice = choice


@dataclass(frozen=True, slots=True)
class Enact:
    """Let a choice about the rules take effect, in the log and on the screens."""

    choice: Choice
    person: str = ""

    def run(self, desk: Desk) -> None:
        """Do so."""
        enact(desk, self.choice, self.person)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Rules that were read, and what would become of them. `reading`: with the cases' results."""

    reading: Reading
    choice: Choice


class LiveRules:
    """Which rules are in force and which wait. Event loop thread only.

    `state`: what there is to say of them. `following`: how open work comes to go by a book that
    was adopted. One change at a time; reading, weighing and files are done in threads, so that
    neither screens nor tills wait for an admin.
    """

    def __init__(
        self,
        state: RulesState,
        feed: Feed,
        writer: Writer,
        store: Store,
        time: KitchenTime,
        aside: Path,
        *,
        live: bool = False,
    ) -> None:
        self.state = state
        self._feed = feed
        self._writer = writer
        self._store = store
        self._time = time
        self.following = Following(feed, writer, time)
        self._aside = aside
        self._live = live
        self._one_at_a_time = asyncio.Lock()

    @property
    def folder(self) -> Path:
        """The folder that admins edit."""
        return self.state.folder

    # --- whatever is saved in the folder -------------------------------------------------------

    async def run(self) -> None:
        """Watch the folder until cancelled; before, let open work follow what the start put."""
        async with self._one_at_a_time, self.following.adopting():
            pass
        seen = await asyncio.to_thread(stamp, self.folder)
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = await asyncio.to_thread(stamp, self.folder)
            if now != seen and await self._take_up(now):
                seen = now

    async def _take_up(self, seen: Stamp) -> bool:
        """Do what is to be done about a save; say whether that is done with."""
        try:
            async with self._one_at_a_time:
                weighed = await self._weigh(None, live=self._live)
                if await asyncio.to_thread(stamp, self.folder) != seen:
                    return False  # saved again meanwhile
                await self._enact(weighed.choice)
        except (StoreError, NotDurableError) as error:
            _logger.warning("the rules wait: %s", error)
            await asyncio.sleep(_AGAIN_AFTER_S)
            return False
        except Exception:
            # A fault of ours with these texts must not end a kitchen that runs by others.
            _logger.exception("what was saved in the rules folder could not be weighed")
            return True
        _logger.info("rules folder: %s", weighed.choice.step.value)
        return True

    # --- what is asked for ---------------------------------------------------------------------

    async def check(self, files: Mapping[str, str] | None) -> Weighed:
        """Return what would become of `files` (None: of the folder's), and change nothing."""
        return await self._weigh(files, live=False)

    async def publish(self, files: Mapping[str, str] | None, person: str) -> Weighed:
        """Put `files` into the folder (None: take what is there) and in force.

        Raises `CannotPublishError`, `StoreError`, `NotDurableError`.
        """
        async with self._one_at_a_time:
            weighed = await self._weigh(files, live=True)
            if weighed.choice.step is Step.REFUSED:
                raise CannotPublishError(409, _REFUSED, weighed.choice)
            if files is not None:
                await self._write(files)
            await self._enact(weighed.choice, person)
            return weighed

    async def roll_back(self, to: str, person: str) -> Weighed:
        """Put an earlier book's texts back into the folder and in force.

        `to`: the begin of its hash, "" for the one before. Raises as `publish`.
        """
        book = _chosen(await self.history(), self._feed.book.hash, to)
        files = files_in(book.text)
        if not files:
            raise CannotPublishError(409, _NO_TEXT)
        return await self.publish(files, person)

    async def history(self) -> list[StoredBook]:
        """Return the books that have decided here, the latest first."""
        return list(await asyncio.to_thread(self._store.books))

    async def text_in_force(self) -> dict[str, str]:
        """Return the files that the book in force was made from, {} where it came without."""
        kept = await asyncio.to_thread(self._store.book, self._feed.book.hash)
        return {} if kept is None else files_in(kept.text)

    # --- how -----------------------------------------------------------------------------------

    async def _weigh(self, files: Mapping[str, str] | None, *, live: bool) -> Weighed:
        read = partial(read_book, self.folder) if files is None else partial(read_apart, files)
        reading = await asyncio.to_thread(read, play=True)
        feed = self._feed
        weighed = partial(weigh, reading, self.folder, feed.kitchen, feed.book, self._time.now())
        return Weighed(reading, await asyncio.to_thread(weighed, live=live))

    async def _enact(self, choice: Choice, person: str = "") -> None:
        if choice.step is Step.LIVE:
            kept = stored(choice.book, choice.text, self._time.now())
            await asyncio.to_thread(self._store.put_book, kept)
        else:
            choice = replace(choice, state=replace(choice.state, origin=self.state.origin))
        async with self.following.adopting(person):
            await self._writer.submit(Enact(choice, person))
        self.state = choice.state

    async def _write(self, files: Mapping[str, str]) -> None:
        write = partial(write_folder, self.folder, files, self._aside, self._time.now())
        try:
            await asyncio.to_thread(write)
        except OSError as error:
            why = error.strerror or str(error)
            raise CannotPublishError(
                409,
                Wording(
                    f"规则文件夹 {self.folder} 不能写入：{why}",
                    f"The rules folder {self.folder} cannot be written: {why}.",
                ),
            ) from error


def _chosen(books: list[StoredBook], in_force: str, to: str) -> StoredBook:
    """Return the one book meant by `to`; raises `CannotPublishError`."""
    others = [book for book in books if book.hash != in_force and book.hash.startswith(to)]
    if not others:
        raise CannotPublishError(404, _NO_SUCH)
    if to and len(others) > 1:
        raise CannotPublishError(409, _SEVERAL)
    return others[0]


_REFUSED = Wording("规则有问题，没有启用", "The rules have faults and were not published.")
_NO_SUCH = Wording("没有这样一份更早的规则", "There is no such earlier rule book.")
_SEVERAL = Wording(
    "有几份规则这样开头，请写长一些", "Several rule books begin so; say more of the hash."
)
_NO_TEXT = Wording(
    "那份规则没有保存原文，不能恢复",
    "That rule book was kept without its texts and can not come back.",
)
