"""A display's own memory: its commands until the bridge surely has them, and its last kitchen.

The commands are precious and on disk before anybody is told; the kitchen and the rule book are
copies, so that a display that starts without its bridge shows its last board.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    update,
)

from kds.kitchen.commands import Command
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.records.commands import command_json, parse_commands
from kds.records.errors import BodyError
from kds.store import schema
from kds.store.damage import set_aside
from kds.store.engine import Database
from kds.store.errors import StoreCorrupt, StoreTooNew
from kds.store.snapshots import Snapshots

FILE = "display.db"
BUSY_MS = 2_000
SHAPE = 1
"""The version of the tables below; kept in the file, so that an older program leaves it alone."""

_metadata = MetaData(naming_convention=schema.metadata.naming_convention)

_commands = Table(
    "commands",
    _metadata,
    Column("place", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("epoch", Text),
    Column("seq", Integer),
    Column("acknowledged_at", Integer),
    UniqueConstraint("id"),
)
"""`epoch`, `seq`: the log place that the bridge has answered with; null: it has not."""

_kept = Table(
    "kept",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Text, nullable=False, server_default=""),
    Column("event", Text, nullable=False, server_default=""),
    Column("at", Integer),
    Column("book_hash", Text, nullable=False, server_default=""),
    Column("book", Text, nullable=False, server_default=""),
)
"""One row: of which log, and after which event, the kitchen in `snapshot` is; and when."""

_BORROWED = (schema.meta, schema.snapshot, schema.events)
"""The bridge's tables that `Snapshots` works on; of them only `snapshot` has rows here."""

_ACKNOWLEDGE = (
    update(_commands)
    .where(_commands.c.id == bindparam("command"))
    .values(epoch=bindparam("e"), seq=bindparam("s"), acknowledged_at=bindparam("at"))
)
_OLD = _commands.c.acknowledged_at < bindparam("before")


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

    def __init__(self, database: Database, damaged: Path | None) -> None:
        self.damaged = damaged
        self._database = database
        self._snapshots = Snapshots(database)

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
        self._database.close()

    # --- commands ---

    def put(self, command: Command) -> None:
        """Keep a command; it is on disk when this returns. A known id is kept once."""
        body = json.dumps(command_json(command), ensure_ascii=False)
        insert = self._database.insert(_commands).on_conflict_do_nothing()
        with self._database.writing() as connection:
            connection.execute(insert, {"id": command.id, "body": body})

    def acknowledge(self, answers: Sequence[Acknowledged], at: Instant) -> None:
        """Note at kitchen time `at` that the bridge has these commands."""
        rows = [{"command": a.command, "e": a.epoch, "s": a.seq, "at": at} for a in answers]
        with self._database.writing() as connection:
            connection.execute(_ACKNOWLEDGE, rows)

    def commands(self) -> list[KeptCommand]:
        """Return the commands that are kept, in the order in which they were given."""
        columns = select(_commands.c.body, _commands.c.epoch, _commands.c.seq)
        with self._database.reading() as connection:
            found = connection.execute(columns.order_by(_commands.c.place)).all()
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
        which = {"before": before}
        with self._database.writing() as connection:
            gone = connection.execute(select(_commands.c.id).where(_OLD), which).scalars().all()
            if gone:
                connection.execute(delete(_commands).where(_OLD), which)
        return [CommandId(command) for command in gone]

    # --- copies ---

    def save(self, kept: KeptKitchen) -> None:
        """Keep the kitchen in place of the former one; only what has changed is written."""
        changes = self._snapshots.changes(kept.kitchen)
        with self._database.writing() as connection:
            self._snapshots.write(connection, changes)
            values = {"epoch": kept.epoch, "event": kept.event, "at": kept.at}
            connection.execute(update(_kept).values(**values))
        self._snapshots.written(changes)

    def load(self) -> KeptKitchen | None:
        """Return the kitchen of the last `save`, None without one that this program can read."""
        with self._database.writing() as connection:
            row = connection.execute(select(_kept)).one()
            try:
                kitchen = self._snapshots.load(connection)
            except (StoreCorrupt, StoreTooNew):  # of another program's version: a copy, no loss
                connection.execute(delete(schema.snapshot))
                return None
        return KeptKitchen(kitchen, row.epoch, row.event, row.at) if row.epoch else None

    def save_book(self, book_hash: str, compiled: str) -> None:
        """Keep the rule book in force."""
        with self._database.writing() as connection:
            connection.execute(update(_kept).values(book_hash=book_hash, book=compiled))

    def book(self) -> tuple[str, str] | None:
        """Return hash and compiled text of the rule book kept last."""
        with self._database.reading() as connection:
            row = connection.execute(select(_kept.c.book_hash, _kept.c.book)).one()
        return (row.book_hash, row.book) if row.book_hash else None


def _opened(file: Path) -> Database:
    database = Database(f"sqlite:///{file}", BUSY_MS)
    try:
        database.refuse_emptied()
        with database.writing() as connection:
            database.check(connection, thoroughly=True)
            _shape(connection)
    except BaseException:
        database.close()
        raise
    return database


def _shape(connection: Connection) -> None:
    """Make the tables of a new file; refuse one of a newer program."""
    shape = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if shape > SHAPE:
        raise StoreTooNew(
            f"The display's data has the shape {shape}, this program knows shapes up to {SHAPE}. "
            "A newer program has worked with it; please start that one."
        )
    if shape == SHAPE:
        return
    _metadata.create_all(connection)
    schema.metadata.create_all(connection, tables=_BORROWED)
    connection.execute(_kept.insert().values(id=1))
    connection.exec_driver_sql(f"PRAGMA user_version={SHAPE}")
