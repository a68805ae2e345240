"""SQLite by the standard library's driver: how a file of ours is opened, begun and checked.

Loads nothing else: a display has its file by this alone, the bridge below its engine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kds.store.errors import StoreCorrupt, StoreError, StoreUnavailable

READ = "BEGIN"
WRITE = "BEGIN IMMEDIATE"
"""How transactions begin: by our own hand, and a writer's with the write lock.

The driver's own idea of when to begin would let a read become a write halfway, which fails at
once when somebody else has written in between.
"""

_FAULTS = {
    5: (StoreUnavailable, "The database is locked by another program."),
    6: (StoreUnavailable, "The database is locked by another program."),
    9: (StoreUnavailable, "The reading was broken off."),
    8: (StoreUnavailable, "The database can not be written to; is its disk read-only?"),
    10: (StoreUnavailable, "The disk of the database does not work as it should."),
    11: (StoreCorrupt, "The database file is damaged."),
    13: (StoreUnavailable, "The disk of the database is full."),
    14: (StoreUnavailable, "The database file can not be opened."),
    26: (StoreCorrupt, "The file is no database, or a damaged one."),
}
"""By SQLite's primary result code."""


def fault_of(error: sqlite3.Error) -> StoreError:
    """Return what a fault of SQLite means for a store."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    kind, words = _FAULTS.get(code, (StoreError, "The database refuses this."))
    return kind(f"{words} ({error})")


def set_pragmas(connection: sqlite3.Connection, busy_ms: int, *, writes: bool) -> None:
    """Set what holds for every connection: patience, and that a commit is on disk."""
    pragmas = ["foreign_keys=ON", f"busy_timeout={busy_ms}", "synchronous=FULL"]
    pragmas += ["journal_mode=WAL"] if writes else ["query_only=ON"]
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").close()


def refuse_emptied(file: Path) -> None:
    """Raise `StoreCorrupt` for an empty file: it once was a database."""
    if file.exists() and not file.stat().st_size:
        raise StoreCorrupt(f"The database {file} has been emptied.")


def refuse_damaged(connection: sqlite3.Connection, file: Path, table: str | None = None) -> None:
    """Raise `StoreCorrupt` when `table`, or anything in the file, is damaged."""
    target = table or "1"  # one fault is enough
    (found,) = connection.execute(f"PRAGMA quick_check({target})").fetchone()
    if found != "ok":
        detail = str(found).rpartition("\n")[2].rstrip(".")  # without SQLite's headline
        raise StoreCorrupt(f"The database {file} is damaged: {detail}.")


class SqliteFile:
    """A file by one connection, made at its first use. One thread at a time.

    Faults of the driver become `StoreError`s here.
    """

    def __init__(self, file: Path, busy_ms: int) -> None:
        self.file = file
        self._busy_ms = busy_ms
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; whatever fails, nothing of it is kept."""
        with self._transaction(WRITE) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A steady picture of the file; waits for no writer."""
        with self._transaction(READ) as connection:
            yield connection

    def close(self) -> None:
        """Close the connection; the next use makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connection or self._connected()
            connection.execute(begin)
            yield connection
            connection.commit()
        except BaseException as error:
            self._give_up()
            if isinstance(error, sqlite3.Error):
                raise fault_of(error) from error
            raise

    def _connected(self) -> sqlite3.Connection:
        connection = self._connection = sqlite3.connect(
            self.file, check_same_thread=False, isolation_level=None
        )
        set_pragmas(connection, self._busy_ms, writes=True)
        return connection

    def _give_up(self) -> None:
        """Let go of a connection whose transaction failed; the next one starts afresh."""
        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.rollback()
        with suppress(sqlite3.Error):
            self.close()
