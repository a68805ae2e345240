"""Which rule book decides: the log's wins at the start, the folder's when it may go live."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kds import __version__
from kds.kitchen.events import AlertAcknowledged, AlertRaised, Cause, Event
from kds.kitchen.ids import AlertId, EventId, Instant
from kds.kitchen.portions import OPEN
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book, book_from_json, book_to_json
from kds.rulebook.builtin import builtin_book
from kds.rulebook.diagnostics import Diagnostic, has_errors
from kds.rulefiles import read_book, read_texts, shipped_book
from kds.store import Book as StoredBook
from kds.store import Store
from pos_bridge.ledger import Ledger
from pos_bridge.settings import Settings, StartError, plain

_logger = logging.getLogger(__name__)
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
    book in the folder that is not. `diagnostics`: what was found in the folder.
    """

    origin: Origin
    folder: Path
    note: Wording | None = None
    waiting: str = ""
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
            "diagnostics": [found.as_json() for found in self.diagnostics],
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


@dataclass(frozen=True, slots=True)
class Choice:
    """Which book to begin with, and what to say of it."""

    book: Book
    state: RulesState


def choose(kitchen: Kitchen, log: Logged | None, folder: Path, *, live: bool) -> Choice:
    """Choose between the log's book and the folder's. Reads the folder, changes nothing.

    A folder that nobody has touched is not read into a book again: a restart has no time for it.
    """
    if log is not None and log.text and log.text == _text_of(folder):
        return Choice(log.book, RulesState(Origin.LOG, folder))
    logged = None if log is None else log.book
    found = read_book(folder)
    state = RulesState(Origin.LOG, folder, diagnostics=found.diagnostics)
    built_in = builtin_book()
    if found.book is None:
        note = _broken(len(found.diagnostics), has_book=logged not in (None, built_in))
        if logged is None or logged.hash == built_in.hash:
            return Choice(built_in, replace(state, origin=Origin.BUILT_IN, note=note))
        return Choice(logged, replace(state, note=note))
    if logged is not None and found.book.hash == logged.hash:
        return Choice(logged, state)
    if live or logged is None or logged.hash == built_in.hash or not has_open_work(kitchen):
        return Choice(found.book, replace(state, origin=Origin.FOLDER))
    return Choice(logged, replace(state, note=_WAITS, waiting=found.book.hash))


_WAITS = Wording(
    "规则文件夹里的规则有改动，因为还有未完成的菜，暂不启用；清台后重启或加 --live-rules",
    "The rules in the folder differ from those in force; dishes are still open, so they wait. "
    "Restart when nothing is open, or with --live-rules",
)


def _broken(count: int, *, has_book: bool) -> Wording:
    if has_book:
        return Wording(
            f"规则文件夹有 {count} 处问题，继续使用上一份规则",
            f"The rules folder has {count} faults; the last good rules stay in force",
        )
    return Wording(
        f"没有可用的规则（{count} 处问题），所有菜显示在内置的“厨房”工位",
        f"There are no sound rules ({count} faults); everything goes to the built-in 'kitchen'",
    )


def has_open_work(kitchen: Kitchen) -> bool:
    """Say whether any visit is open, or any portion still to be cooked."""
    if any(visit.ended_at is None for visit in kitchen.visits.values()):
        return True
    lines = (line for order in kitchen.orders.values() for line in order.lines.values())
    return any(group.state in OPEN for line in lines for group in line.groups)


def put_in_force(choice: Choice, ledger: Ledger, store: Store) -> None:
    """Adopt the chosen book in the log if it is a new one, and show or clear the card about it."""
    desk = ledger.open_desk()
    if choice.book.hash != desk.kitchen.book:
        store.put_book(_stored(choice, desk.now))
        desk.adopt(choice.book)
        _logger.info("rules %s from the %s", choice.book.hash[:12], choice.state.origin.value)
    note, shown = choice.state.note, desk.kitchen.alerts.get(_ALERT)
    event_id = EventId(f"rules:{desk.kitchen.seq + 1}")
    if note is not None and (shown is None or shown.message != note):
        raw = "\n".join(found.text("en") for found in choice.state.diagnostics)[:2_000]
        fact = AlertRaised(Alert(_ALERT, desk.now, note, "rules", raw))
        desk.record([Event(event_id, desk.now, Cause.TIME, fact)])
    elif note is None and shown is not None:
        desk.record([Event(event_id, desk.now, Cause.TIME, AlertAcknowledged(_ALERT))])
    ledger.keep(desk)


def _stored(choice: Choice, now: Instant) -> StoredBook:
    """Return the book as the log keeps it: the texts it was made from, and its compiled form."""
    is_own = choice.state.origin is Origin.FOLDER
    text = _text_of(choice.state.folder, len(choice.state.diagnostics)) if is_own else ""
    return StoredBook(choice.book.hash, text, book_to_json(choice.book), now)


def _text_of(folder: Path, remarks: int = 0) -> str:
    """Return the folder's texts and the program that reads them, "" if not all can be read.

    `remarks`: how many things there were to say of them; a book with any is read again, so that
    they are said again.
    """
    texts, faults = read_texts(folder)
    if has_errors(faults) or not texts:
        return ""
    return json.dumps(
        {"program": __version__, "remarks": remarks, "files": texts}, ensure_ascii=False
    )
