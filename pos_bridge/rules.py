"""Which rule book decides: the log's wins at the start, the folder's when it may go live."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kds import __version__
from kds.kitchen.events import (
    AlertAcknowledged,
    AlertRaised,
    Cause,
    Event,
)
from kds.kitchen.ids import AlertId, EventId, Instant
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.wording import Wording
from kds.rulebook.adoption import Changes, changes
from kds.rulebook.book import Book, book_from_json, book_to_json
from kds.rulebook.builtin import builtin_book
from kds.rulebook.diagnostics import Diagnostic, has_errors
from kds.rulefiles import Reading, read_book, read_texts, shipped_book
from kds.store.store import Store
from kds.store.values import Book as StoredBook
from pos_bridge.desk import Desk
from pos_bridge.ledger import Ledger
from pos_bridge.settings import Settings, StartError, plain

_logger = logging.getLogger(__name__)
_MOST_LOGGED = 5
_ALERT = AlertId("rules:folder")
_STANDARD = "full_service"


class Origin(StrEnum):
    """Where the book in force came from."""

    LOG = "log"
    FOLDER = "folder"
    BUILT_IN = "built-in"


@dataclass(frozen=True, slots=True)
class RulesState:
    """What there is to say of the rules.

    `note`: why the folder's book is not in force, None when it is. `waiting`: hash of a sound
    book in the folder that is not; `changes`: what it would do to open work. `diagnostics`: what
    was found in the folder.
    """

    origin: Origin
    folder: Path
    note: Wording | None = None
    waiting: str = ""
    changes: Changes | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    def as_json(self, book: Book) -> dict[str, Any]:
        """Return the state and the `book` in force as the outside sees them."""
        name = book.data.name
        return {
            "hash": book.hash,
            "id": book.data.id,
            "name": {"zh": name.zh, "en": name.en},
            "zone": book.data.zone,
            "stations": [
                {"id": s.id, "name": {"zh": s.name.zh, "en": s.name.en}} for s in book.stations
            ],
            "source": self.origin.value,
            "folder": str(self.folder),
            "note": None if self.note is None else self.note.en,
            "waiting": self.waiting or None,
            "changes": None if self.changes is None else changes_json(self.changes),
            "diagnostics": [found.as_json() for found in self.diagnostics],
        }


def changes_json(found: Changes) -> dict[str, Any]:
    """Return what a book would do to open work as the outside sees it."""
    text = found.text()
    return {
        "text": text.en,
        "texts": {"zh": text.zh, "en": text.en},
        "none": found.is_none,
        "moving": found.moving,
        "closing": found.closing,
        "opening": found.opening,
        "retimed": found.retimed,
        "homeless": found.homeless,
        "reranked": found.reranked,
        "moved": [
            {
                **moved.line._asdict(),
                "table": moved.table,
                "name": moved.name,
                "from": list(moved.before),
                "to": list(moved.after),
            }
            for moved in found.moved
        ],
    }


def folder_of(settings: Settings) -> Path:
    """Return the rules folder; the default one is made from the shipped book when it is missing."""
    if settings.rules is not None:
        return settings.rules
    folder = settings.data / "rules"
    if not folder.exists():
        draft = settings.data / "rules.new"
        try:
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(shipped_book(_STANDARD), draft)
            draft.rename(folder)
        except FileNotFoundError as error:
            _logger.warning("no rules to begin with: %s", error)
        except OSError as error:
            raise StartError(f"The folder {folder} cannot be made: {plain(error)}.") from error
    return folder


@dataclass(frozen=True, slots=True)
class Logged:
    """The book that the log was last decided by. `text`: what it was made from."""

    book: Book
    text: str


def book_of_log(store: Store, kitchen: Kitchen) -> Logged | None:
    """Return the book that the log was last decided by, None if there is none to be had."""
    kept = store.book(kitchen.book) if kitchen.book else None
    if kept is None:
        return None
    try:
        return Logged(book_from_json(kept.compiled), kept.text)
    except ValidationError as error:
        _logger.warning("the log's rule book can not be read: %d faults", error.error_count())
        return None


class Step(StrEnum):
    """What becomes of a book that was read."""

    SAME = "same"
    REFUSED = "refused"
    WAITS = "waits"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of the folder's book: the book to go on with, and what to say of it.

    `text`: what `book` was made from, "" where it is not a new one.
    """

    step: Step
    book: Book
    state: RulesState
    text: str = ""


def choose(kitchen: Kitchen, log: Logged | None, folder: Path, *, live: bool) -> Choice:
    """Choose between the log's book and the folder's. Reads the folder, changes nothing.

    A folder that nobody has touched is not read into a book again: a restart has no time for it.
    """
    if log is not None and log.text and log.text == _text_of(folder):
        return Choice(Step.SAME, log.book, RulesState(Origin.LOG, folder))
    built_in = builtin_book()
    if log is None or log.book.hash == built_in.hash:
        return _first(read_book(folder), folder, built_in)
    return weigh(read_book(folder, play=True), folder, kitchen, log.book, kitchen.at, live=live)


def _first(reading: Reading, folder: Path, built_in: Book) -> Choice:
    """Take the first sound book there is: whatever its cases say, it is better than none."""
    state = RulesState(Origin.BUILT_IN, folder, diagnostics=reading.diagnostics)
    if reading.book is None:
        note = _broken(len(reading.diagnostics), has_book=False)
        return Choice(Step.REFUSED, built_in, replace(state, note=note))
    return _live(reading, replace(state, origin=Origin.FOLDER))


def weigh(
    reading: Reading, folder: Path, kitchen: Kitchen, book: Book, now: Instant, *, live: bool
) -> Choice:
    """Return what becomes of the folder's `reading` where `book` is in force.

    It goes live when it passes its cases and changes nothing about open work, or `live` is asked.
    """
    state = RulesState(Origin.LOG, folder, diagnostics=reading.problems)
    if reading.book is not None and reading.book.hash == book.hash and reading.holds:
        return Choice(Step.SAME, book, state)
    if reading.book is None or not reading.holds:
        note = _broken(len(reading.problems), has_book=True)
        return Choice(Step.REFUSED, book, replace(state, note=note))
    found = changes(kitchen, book, reading.book, now)
    if live or found.is_none or book.hash == builtin_book().hash:
        return _live(reading, replace(state, origin=Origin.FOLDER, changes=found))
    waiting = reading.book.hash
    return Choice(
        Step.WAITS, book, replace(state, note=_waits(found), waiting=waiting, changes=found)
    )


def _live(reading: Reading, state: RulesState) -> Choice:
    assert reading.book is not None
    text = text_of(reading.texts, len(reading.diagnostics))
    return Choice(Step.LIVE, reading.book, state, text)


def _waits(found: Changes) -> Wording:
    text = found.text()
    return Wording(
        f"规则有改动，等待启用：{text.zh}；用 kds rules publish 启用",
        f"Changed rules wait to be published: {text.en}. Use kds rules publish",
    )


def _broken(count: int, *, has_book: bool) -> Wording:
    faults = "1 fault" if count == 1 else f"{count} faults"
    if has_book:
        return Wording(
            f"规则文件夹有 {count} 处问题，继续使用上一份规则",
            f"The rules folder has {faults}; the last good rules stay in force",
        )
    return Wording(
        f"没有可用的规则（{count} 处问题），所有菜显示在内置的“厨房”工位",
        f"There are no sound rules ({faults}); everything goes to the built-in 'kitchen'",
    )


def put_in_force(choice: Choice, ledger: Ledger, store: Store) -> None:
    """Adopt the chosen book in the log if it is a new one, and show or clear the card about it."""
    desk = ledger.open_desk()
    if choice.book.hash != desk.kitchen.book:
        store.put_book(stored(choice.book, choice.text, desk.now))
        _logger.info("rules %s from the %s", choice.book.hash[:12], choice.state.origin.value)
    _log_note(choice.state)
    enact(desk, choice)
    ledger.keep(desk)


def _log_note(state: RulesState) -> None:
    """Say in the log as well why the folder's rules are not in force: some read nothing else."""
    if state.note is not None:
        faults = [found.text("en") for found in state.diagnostics[:_MOST_LOGGED]]
        _logger.warning("%s: %s", state.note.en, "; ".join(faults) or state.folder)


def enact(desk: Desk, choice: Choice, person: str = "") -> None:
    """Let the chosen book decide, and show or clear the card about the folder."""
    if choice.book.hash != desk.kitchen.book:
        desk.adopt(choice.book, person)
    note, shown = choice.state.note, desk.kitchen.alerts.get(_ALERT)
    event_id = EventId(f"rules:{desk.kitchen.seq + 1}")
    if note is not None and (shown is None or shown.message != note):
        raw = "\n".join(found.text("en") for found in choice.state.diagnostics)[:2_000]
        fact = AlertRaised(Alert(_ALERT, desk.now, note, "rules", raw))
        desk.record([Event(event_id, desk.now, Cause.TIME, fact)])
    elif note is None and shown is not None:
        desk.record([Event(event_id, desk.now, Cause.TIME, AlertAcknowledged(_ALERT))])


def stored(book: Book, text: str, now: Instant) -> StoredBook:
    """Return a book as the log keeps it: the texts it was made from, and its compiled form."""
    return StoredBook(book.hash, text, book_to_json(book), now)


def _text_of(folder: Path) -> str:
    """Return the folder's texts and the program that reads them, "" if not all can be read."""
    texts, faults = read_texts(folder)
    return "" if has_errors(faults) or not texts else text_of(texts, 0)


def text_of(texts: Mapping[str, str], remarks: int) -> str:
    """Return texts and the program that reads them as one text.

    `remarks`: how many things there were to say of them; a book with any is read again, so that
    they are said again.
    """
    return json.dumps(
        {"program": __version__, "remarks": remarks, "files": dict(texts)}, ensure_ascii=False
    )


def files_in(text: str) -> dict[str, str]:
    """Return the texts that `text_of` put together; none for a book that came without."""
    files: dict[str, str] = json.loads(text)["files"] if text else {}
    return files
