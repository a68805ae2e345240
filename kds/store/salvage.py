"""Copies what can still be read of a damaged SQLite file, table by table, into a new one.

Whole tables go at once where they are sound. Where they are not, rows are read up to the damage
and from behind it on; SQLite itself tells which pages it can not read.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from kds.store import schema

_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_ERROR,  # a table or column is not there
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_NOTADB,
    }
)
_LAST_ROWID = 2**63 - 1
_UNREADABLE = -1
_VERSION = re.compile("[0-9]{4}")
_JSON = (schema.events, schema.snapshot, schema.archive)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the damaged log stood and which shape it had, as far as it could be read."""

    seq: int = 0
    snapshot_seq: int = 0
    version: str = ""


def salvage(source: Path, draft: Path) -> Place:
    """Copy what can be read of `source` into `draft`, which has the tables and is empty.

    `source` is worked on, so it must be a copy. Raises `sqlite3.Error` when `draft` takes nothing.
    """
    if not _is_readable(source):
        _lend_schema(source, draft)
    with closing(_opened(source)) as old, closing(sqlite3.connect(draft)) as new:
        for table in schema.metadata.sorted_tables:
            if table is not schema.meta and not _is_copied_whole(source, draft, table):
                _copy(old, new, table)
        for table in _JSON:
            new.execute(f"DELETE FROM {table.name} WHERE NOT json_valid(body)")
        new.commit()
        return _place(old)


def _place(old: sqlite3.Connection) -> Place:
    versions = _rows(old, "SELECT version_num FROM alembic_version")
    version = next((v for (v,) in versions if isinstance(v, str) and _VERSION.fullmatch(v)), "")
    for seq, snapshot_seq in _rows(old, "SELECT seq, snapshot_seq FROM meta"):
        if isinstance(seq, int) and isinstance(snapshot_seq, int):
            return Place(seq, snapshot_seq, version)
    return Place(version=version)


def _opened(source: Path) -> sqlite3.Connection:
    """Open a damaged file; texts are readable whatever has become of them."""
    connection = sqlite3.connect(source)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    connection.execute("PRAGMA writable_schema=ON")  # or a file cut short is not read at all
    return connection


# --- the schema ----------------------------------------------------------------------------


def _is_readable(source: Path) -> bool:
    """Say whether the file tells which tables it has."""
    if not source.stat().st_size:  # SQLite would delete the log of an empty file
        return False
    try:
        with closing(_opened(source)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise
        return False
    return schema.metadata.tables.keys() <= {name for (name,) in found}


def _lend_schema(source: Path, draft: Path) -> None:
    """Give `source` the pages of `draft` that say which table begins where.

    The same migrations put every table in the same place, so they hold for both. Where they do
    not, SQLite finds no sound pages of the tables, and nothing is copied.
    """
    with closing(sqlite3.connect(draft)) as connection:
        roots = {page for (page,) in connection.execute("SELECT rootpage FROM sqlite_master")}
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    pages = draft.read_bytes()
    with source.open("r+b") as file:
        for number in range(1, len(pages) // size + 1):
            if number not in roots:
                file.seek((number - 1) * size)
                file.write(pages[(number - 1) * size : number * size])
        file.seek(0, 2)
        count = max(file.tell(), len(pages)) // size
        file.seek(28)
        file.write(count.to_bytes(4, "big") + bytes(8))  # its size, and no list of free pages


# --- rows ----------------------------------------------------------------------------------


def _is_copied_whole(source: Path, draft: Path, table: Table) -> bool:
    """Copy a table inside SQLite, which is quick; say whether it was sound."""
    with closing(sqlite3.connect(draft)) as both:
        both.execute("PRAGMA writable_schema=ON")
        names = _names(table)
        try:
            both.execute("ATTACH ? AS old", (str(source),))
            both.execute(
                f"INSERT OR IGNORE INTO main.{table.name} ({names}) "
                f"SELECT {names} FROM old.{table.name} NOT INDEXED"
            )
            both.commit()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            return False
    return True


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: Table) -> None:
    """Copy what can be read of a table."""
    marks = ", ".join("?" for _ in table.columns)
    insert = f"INSERT OR IGNORE INTO {table.name} ({_names(table)}) VALUES ({marks})"
    new.executemany(insert, _readable(old, table))
    new.commit()


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _readable(connection: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table that can be read, some perhaps twice."""
    names = _names(table)
    if table.dialect_kwargs.get("sqlite_with_rowid") is False:
        keys = [column.name for column in table.primary_key]
        for way in ("", " DESC"):
            order = ", ".join(f"{key}{way}" for key in keys)
            yield from _rows(connection, f"SELECT {names} FROM {table.name} ORDER BY {order}")
        return
    run = f"SELECT rowid, {names} FROM {table.name} NOT INDEXED WHERE rowid > ? ORDER BY rowid"
    after: int | None = 0
    while after is not None:
        for rowid, *row in _rows(connection, run, after):
            after = int(rowid)
            yield tuple(row)
        after = _behind_damage(connection, f"{run} LIMIT 1", after)


def _behind_damage(connection: sqlite3.Connection, one: str, after: int) -> int | None:
    """Return after which row it goes on behind the damage that follows `after`; None: nowhere.

    Steps grow until one gets across, then the last one is halved, as a page holds many rows.
    """
    step = 1
    while (found := _first_after(connection, one, after + step)) is _UNREADABLE:
        step *= 2
        if after + step > _LAST_ROWID:
            return None
    missed = step // 2
    while step - missed > 1:
        middle = (step + missed) // 2
        nearer = _first_after(connection, one, after + middle)
        if nearer is _UNREADABLE:
            missed = middle
        else:
            step, found = middle, nearer
    return None if found is None else found - 1


def _first_after(connection: sqlite3.Connection, one: str, rowid: int) -> int | None:
    """Return the first row behind `rowid`, None for the end, `_UNREADABLE` in the damage."""
    try:
        row = connection.execute(one, (rowid,)).fetchone()
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise
        return _UNREADABLE
    return None if row is None else int(row[0])


def _rows(connection: sqlite3.Connection, sql: str, *values: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query up to the damage."""
    try:
        yield from connection.execute(sql, values)
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            raise


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE
