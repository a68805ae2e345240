"""Connections: the one place that knows which database it is.

One writer connection, taken by one thread at a time; readers come from a pool of their own and
can not write. Faults of driver and database become `StoreError`s here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from kds.store.damage import MARK, beside
from kds.store.errors import StoreCorrupt, StoreError, StoreUnavailable
from kds.store.sqlite import (
    READ,
    WRITE,
    fault_of,
    refuse_damaged,
    refuse_emptied,
    set_pragmas,
)

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

READERS = 4
QUICK_CHECK_BYTES = 32 * 1024 * 1024
"""Up to this size the whole file is checked at start (about a second), else only what the state
is loaded from; the rest belongs into the background (`Store.check`)."""

_STEPS = 100_000
"""Of SQLite's machine, between two looks at whether it is over: some milliseconds."""


class Database:
    """A database by its URL, not opened before it is used.

    `is_sqlite`: it is `file`, our own. `damage`: what was found of damage since it was opened, ""
    if nothing; the file is marked then, so that the next start reads all of it.
    """

    def __init__(self, url: str, busy_ms: int) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.file = file_of(self.url)
            self._writers = _sqlite_engine(self.url, busy_ms, writes=True)
            self._readers = _sqlite_engine(self.url, busy_ms, writes=False)
        else:
            self._writers = self._readers = create_engine(self.url, pool_pre_ping=True)
        self._writer: Connection | None = None
        self._lock = Lock()
        self.damage = ""

    @property
    def dialect(self) -> Any:
        """The dialect that statements are compiled for."""
        return self._writers.dialect

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT of this database's kind: the standard knows no ON CONFLICT."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # costs a start that does not need it 50 ms

        return postgresql.insert(table)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction of the writer; whatever fails, nothing of it is kept. Any thread."""
        with self._lock, self._translated():
            if self._writer is None:
                self._writer = self._writers.connect()
            connection = self._writer
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                self._give_up(connection)
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction of a reader: a steady picture of the database. Any thread."""
        with self._translated(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def driver(self) -> Iterator[PoolProxiedConnection]:
        """A reader's connection as the driver gives it, outside any transaction. Any thread."""
        with self._translated():
            connection = self._readers.raw_connection()
            try:
                yield connection
            except self.dialect.loaded_dbapi.Error as error:
                raise _driver_error(error) from error
            finally:
                connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise faults of driver and database as `StoreError`; take note of damage."""
        try:
            with _translated():
                yield
        except StoreCorrupt as error:
            self.damage = str(error)
            if self.is_sqlite:
                with suppress(OSError):
                    beside(self.file, MARK).touch()
            raise

    def check(self, connection: Connection, *, thoroughly: bool) -> None:
        """Raise `StoreCorrupt` when the file is damaged. A server looks after its own files."""
        if not self.is_sqlite:
            return
        targets: list[str | None] = [None]
        mark = beside(self.file, MARK)
        is_suspect = thoroughly or mark.exists()
        if not is_suspect and self.file.stat().st_size > QUICK_CHECK_BYTES:
            targets = ["meta", "snapshot"]
        for target in targets:
            refuse_damaged(_driven(connection), self.file, target)
        if is_suspect:
            mark.unlink(missing_ok=True)

    @contextmanager
    def breakable(self, connection: Connection, is_over: Callable[[], bool]) -> Iterator[None]:
        """Break off what `connection` does in the block, with `StoreUnavailable`, once it is over.

        `is_over` is asked many times a second. A server's answer is waited for.
        """
        if not self.is_sqlite:
            yield
            return
        driver = _driven(connection)
        driver.set_progress_handler(is_over, _STEPS)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)

    def refuse_emptied(self) -> None:
        """Raise `StoreCorrupt` for an empty file: it once was a database."""
        if self.is_sqlite:
            refuse_emptied(self.file)

    def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._readers.dispose()
        self._writers.dispose()

    def _give_up(self, connection: Connection) -> None:
        """Let go of a connection whose transaction failed; the next one starts afresh."""
        self._writer = None
        try:
            connection.invalidate()
            connection.close()
        except SQLAlchemyError:
            self._writers.dispose()


# --- SQLite --------------------------------------------------------------------------------


def file_of(url: URL) -> Path:
    """Return the file of an SQLite database."""
    if not url.database or url.database == ":memory:":
        raise StoreError("A store needs a file: a database in memory would lose every order.")
    return Path(url.database)


def _sqlite_engine(url: URL, busy_ms: int, *, writes: bool) -> Engine:
    """Make an engine whose transactions begin by our own hand."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writes else READERS,
        max_overflow=0 if writes else READERS,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    def prepare(connection: Any, _record: object) -> None:
        set_pragmas(connection, busy_ms, writes=writes)

    statement = WRITE if writes else READ

    def begin(connection: Connection) -> None:
        # By the driver itself: on the way through SQLAlchemy this costs as much as a look-up.
        connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _driven(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection below one to an SQLite database."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _store_error(error) from error
    except sqlite3.Error as error:
        raise _driver_error(error) from error
    except PoolTimeoutError as error:
        raise StoreUnavailable("Too many are reading from the database at once.") from error


def _store_error(error: DBAPIError) -> StoreError:
    if error.connection_invalidated or error.orig is None:
        return StoreUnavailable(f"The database does not answer: {error}")
    return _driver_error(error.orig)


def _driver_error(error: BaseException) -> StoreError:
    """Translate an exception of the driver, whichever it is."""
    if not isinstance(error, sqlite3.Error):
        is_gone = type(error).__name__ in {"OperationalError", "InterfaceError"}
        words = "does not answer" if is_gone else "refuses this"
        return (StoreUnavailable if is_gone else StoreError)(f"The database {words}: {error}")
    return fault_of(error)


# --- statements ----------------------------------------------------------------------------


class LookUp:
    """A SELECT of at most one row, compiled once and handed to the driver itself.

    Some are asked for every order that comes in; SQLAlchemy's way costs seven times as much.
    """

    def __init__(self, database: Database, statement: Select[Any]) -> None:
        compiled = statement.compile(dialect=database.dialect)
        self._database = database
        self._sql = str(compiled)
        self._names = compiled.positiontup

    def one(self, **values: str) -> tuple[Any, ...] | None:
        """Return the row, in the order of the statement's columns. Any thread."""
        given = values if self._names is None else [values[name] for name in self._names]
        with self._database.driver() as connection:
            cursor = connection.cursor()
            cursor.execute(self._sql, given)
            row: tuple[Any, ...] | None = cursor.fetchone()
            cursor.close()
        return row


class Rows:
    """An INSERT of many rows into a table, compiled once. Rows are tuples in column order.

    With `replaces`, a row takes the place of the one of the same `key` (the primary one unless
    named); with `ignores`, it is passed over when there is one of that key. `skip`: columns that
    the database fills in.
    """

    def __init__(
        self,
        database: Database,
        table: Table,
        *,
        key: Sequence[str] | None = None,
        replaces: bool = False,
        ignores: Sequence[str] = (),
        skip: Sequence[str] = (),
    ) -> None:
        columns = [c.name for c in table.columns if c.name not in skip]
        statement = database.insert(table)
        if ignores:
            statement = statement.on_conflict_do_nothing(index_elements=list(ignores))
        elif replaces:
            key = list(key or [c.name for c in table.primary_key])
            statement = statement.on_conflict_do_update(
                index_elements=key,
                set_={name: statement.excluded[name] for name in columns if name not in key},
            )
        compiled = statement.compile(dialect=database.dialect, column_keys=columns)
        self._sql = str(compiled)
        self._names = columns
        self._is_positional = compiled.positiontup is not None
        assert compiled.positiontup is None or list(compiled.positiontup) == columns

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write `rows`; none is fine."""
        if not rows:
            return
        given: Any = list(rows)
        if not self._is_positional:
            given = [dict(zip(self._names, row, strict=True)) for row in rows]
        connection.exec_driver_sql(self._sql, given)
