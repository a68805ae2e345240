"""A display's own memory: its commands until the bridge surely has them, and its last kitchen.

The commands are precious and on disk before anybody is told; the kitchen and the rule book are
copies, so that a display that starts without its bridge shows its last board.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from kds.kitchen.commands import Command
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.records.commands import command_json, parse_commands
from kds.records.errors import BodyError, RecordError
from kds.store.damage import set_aside
from kds.store.errors import StoreCorrupt, StoreTooNew
from kds.store.parts import gone_between, kitchen_of, rows_between, without_collector
from kds.store.sqlite import SqliteFile, refuse_damaged, refuse_emptied

FILE = "display.db"
BUSY_MS = 2_000
SHAPE = 1
"""The version of the tables below; kept in the file, so that an older program leaves it alone."""

_TABLES = (
    """
    CREATE TABLE commands (
        place INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        epoch TEXT,
        seq INTEGER,
        acknowledged_at INTEGER
    )
    """,
    """
    CREATE TABLE kept (
        id INTEGER NOT NULL PRIMARY KEY,
        epoch TEXT NOT NULL DEFAULT '',
        event TEXT NOT NULL DEFAULT '',
        at INTEGER,
        book_hash TEXT NOT NULL DEFAULT '',
        book TEXT NOT NULL DEFAULT ''
    )
    """,
    """
    CREATE TABLE snapshot (
        place INTEGER NOT NULL PRIMARY KEY,
        part TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (part, key)
    )
    """,
    """
    CREATE TABLE meta (
        id INTEGER NOT NULL PRIMARY KEY,
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        snapshot_seq INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE events (
        seq INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        version INTEGER NOT NULL,
        cause TEXT NOT NULL,
        command TEXT,
        device TEXT NOT NULL,
        person TEXT NOT NULL,
        visit TEXT,
        source TEXT,
        order_id TEXT,
        line_id TEXT,
        body TEXT NOT NULL
    )
    """,
    "INSERT INTO kept (id) VALUES (1)",
)
"""`commands.epoch`, `seq`: the log place that the bridge has answered with; null: it has not.

`kept`: one row: of which log, and after which event, the kitchen in `snapshot` is; and when.
`snapshot.place` gives back the order in which its rows came in. `meta` and `events` stay empty:
they belong to this shape, and a display that goes back to an earlier program of it needs them.
"""

_PUT = "INSERT INTO commands (id, body) VALUES (?, ?) ON CONFLICT DO NOTHING"
_ACKNOWLEDGE = "UPDATE commands SET epoch = ?, seq = ?, acknowledged_at = ? WHERE id = ?"
_COMMANDS = "SELECT body, epoch, seq FROM commands ORDER BY place"
_FORGET = "DELETE FROM commands WHERE acknowledged_at < ? RETURNING place, id"
_WRITE = """
    INSERT INTO snapshot (part, key, version, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (part, key) DO UPDATE SET version = excluded.version, body = excluded.body
"""
_DROP = "DELETE FROM snapshot WHERE part = ? AND key = ?"
_SNAPSHOT = "SELECT part, key, version, body FROM snapshot ORDER BY place"


class Acknowledged(NamedTuple):
    """The bridge has answered a command at a place of its log."""

    command: CommandId
    epoch: str
    seq: int


class KeptCommand(NamedTuple):
    """A command and the log place that it was acknowledged with, if it was."""

    command: Command
    place: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class KeptKitchen:
    """A kitchen as of the last `save`: of the log `epoch`, after `event`, kept at kitchen time."""

    kitchen: Kitchen
    epoch: str
    event: str
    at: Instant | None


class DisplayStore:
    """The database of one display, a single file. One thread at a time.

    `damaged`: where the former file was put because it was damaged; its commands may be lost.
    """

    def __init__(self, file: SqliteFile, damaged: Path | None) -> None:
        self.damaged = damaged
        self._file = file
        self._snapshot: Kitchen | None = None  # what is in that table; None: not known

    @classmethod
    def open(cls, folder: Path) -> DisplayStore:
        """Open the file in `folder`, or make one; a damaged one is set aside.

        Raises `StoreUnavailable`, and `StoreTooNew` when a newer program has made it.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / FILE
        try:
            return cls(_opened(file), None)
        except StoreCorrupt:
            damaged = set_aside(file)
            return cls(_opened(file), damaged)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # --- commands ---

    def put(self, command: Command) -> None:
        """Keep a command; it is on disk when this returns. A known id is kept once."""
        body = json.dumps(command_json(command), ensure_ascii=False)
        with self._file.writing() as connection:
            connection.execute(_PUT, (command.id, body))

    def acknowledge(self, answers: Sequence[Acknowledged], at: Instant) -> None:
        """Note at kitchen time `at` that the bridge has these commands."""
        rows = [(answer.epoch, answer.seq, at, answer.command) for answer in answers]
        with self._file.writing() as connection:
            connection.executemany(_ACKNOWLEDGE, rows)

    def commands(self) -> list[KeptCommand]:
        """Return the commands that are kept, in the order in which they were given."""
        with self._file.reading() as connection:
            found = connection.execute(_COMMANDS).fetchall()
        kept: list[KeptCommand] = []
        for body, epoch, seq in found:
            try:
                (command,) = parse_commands(body.encode())
            except BodyError:  # of a newer program; it stays in the file for that one
                continue
            kept.append(KeptCommand(command, None if epoch is None else (epoch, seq)))
        return kept

    def forget(self, before: Instant) -> list[CommandId]:
        """Drop what was acknowledged before that kitchen time, and return what it was."""
        with self._file.writing() as connection:
            gone = connection.execute(_FORGET, (before,)).fetchall()
        return [CommandId(command) for _, command in sorted(gone)]

    # --- copies ---

    def save(self, kept: KeptKitchen) -> None:
        """Keep the kitchen in place of the former one; only what has changed is written.

        Row by row as they are made: all of a full kitchen at once would take megabytes.
        """
        before = self._snapshot or Kitchen()
        with self._file.writing() as connection:
            if self._snapshot is None:
                connection.execute("DELETE FROM snapshot")
            connection.executemany(_DROP, gone_between(before, kept.kitchen))
            connection.executemany(_WRITE, rows_between(before, kept.kitchen))
            which = "UPDATE kept SET epoch = ?, event = ?, at = ?"
            connection.execute(which, (kept.epoch, kept.event, kept.at))
        self._snapshot = kept.kitchen

    def load(self) -> KeptKitchen | None:
        """Return the kitchen of the last `save`, None without one that this program can read."""
        with self._file.reading() as connection, without_collector():
            epoch, event, at = connection.execute("SELECT epoch, event, at FROM kept").fetchone()
            try:
                kitchen = kitchen_of(connection.execute(_SNAPSHOT))
            except RecordError:  # of another program's version: a copy, no loss
                return None
        self._snapshot = kitchen
        return KeptKitchen(kitchen, epoch, event, at) if epoch else None

    def save_book(self, book_hash: str, compiled: str) -> None:
        """Keep the rule book in force."""
        with self._file.writing() as connection:
            connection.execute("UPDATE kept SET book_hash = ?, book = ?", (book_hash, compiled))

    def book(self) -> tuple[str, str] | None:
        """Return hash and compiled text of the rule book kept last."""
        with self._file.reading() as connection:
            book_hash, book = connection.execute("SELECT book_hash, book FROM kept").fetchone()
        return (book_hash, book) if book_hash else None


def _opened(path: Path) -> SqliteFile:
    refuse_emptied(path)
    file = SqliteFile(path, BUSY_MS)
    try:
        with file.writing() as connection:
            refuse_damaged(connection, path)
            _shape(connection)
    except BaseException:
        file.close()
        raise
    return file


def _shape(connection: Connection) -> None:
    """Make the tables of a new file; refuse one of a newer program."""
    (shape,) = connection.execute("PRAGMA user_version").fetchone()
    if shape > SHAPE:
        raise StoreTooNew(
            f"The display's data has the shape {shape}, this program knows shapes up to {SHAPE}. "
            "A newer program has worked with it; please start that one."
        )
    if shape == SHAPE:
        return
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SHAPE}")
