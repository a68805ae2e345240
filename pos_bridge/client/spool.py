"""A till's spool: orders on its own disk until a bridge has them, and a day longer.

One SQLite file in a folder, which any number of programs may use at once; standard library only.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

KEPT_S = 24 * 3600.0
"""So long after its answer an order may be sent again: to a bridge that has lost it."""
KEPT_REFUSED_S = 30 * 24 * 3600.0
_BUSY_S = 10.0
_TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    place INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    order_id TEXT NOT NULL,
    body BLOB NOT NULL,
    put_at REAL NOT NULL,
    due_at REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    delivered_at REAL,
    answer TEXT NOT NULL DEFAULT '',
    refused TEXT
);
CREATE INDEX IF NOT EXISTS waiting ON orders (source, order_id, place)
    WHERE delivered_at IS NULL AND refused IS NULL;
CREATE INDEX IF NOT EXISTS settled ON orders (delivered_at);
CREATE TABLE IF NOT EXISTS bridge (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL);
"""
_WAITS = "delivered_at IS NULL AND refused IS NULL"


class SpoolError(Exception):
    """The order is not safe: the disk did not take it. The text is for people."""


class NotAnOrderError(Exception):
    """The text is no order that a bridge could tell from others. The text is for people."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """An order in the spool. `key`: its Idempotency-Key, the same on every try."""

    place: int
    key: str
    source: str
    order_id: str
    body: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an order. `answer`: the bridge's JSON; `refused`: why it was parked.

    Neither: it is safe and waits.
    """

    source: str
    order_id: str
    answer: str = ""
    refused: str = ""

    @property
    def is_settled(self) -> bool:
        """It waits no longer."""
        return bool(self.answer or self.refused)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many orders wait, were delivered (within a day), and were refused."""

    waiting: int
    delivered: int
    refused: int


class Spool:
    """The spool in a folder, made if there is none. Any thread; times are Unix seconds.

    Raises `SpoolError` wherever the disk or the file fails.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = RLock()
        with self._faults():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = sqlite3.connect(
                folder / "spool.db", timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._prepare()

    def _prepare(self) -> None:
        run = self._database.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        self._database.executescript(_TABLES)
        (self.folder / "spool.db").chmod(0o600)
        held = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(held)  # so that the file itself outlives a power cut
        finally:
            os.close(held)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    # --- the till ---

    def put(self, order: Mapping[str, object] | bytes, now_s: float) -> str:
        """Keep an order, as values or as its JSON text; it is on disk when this returns.

        Return its key. Raises `NotAnOrderError` for what names no source or order.
        """
        body = order if isinstance(order, bytes) else json.dumps(order, ensure_ascii=False).encode()
        source, order_id = _named(body)
        key = uuid4().hex
        row = (key, source, order_id, body, now_s)
        with self._writing() as run:
            run("INSERT INTO orders (key, source, order_id, body, put_at) VALUES (?,?,?,?,?)", row)
        return key

    def fates(self, keys: Iterable[str]) -> dict[str, Fate]:
        """Return what became of orders, by key; those that are forgotten are left out."""
        found: dict[str, Fate] = {}
        for key in keys:
            for row in self._read(
                "SELECT source, order_id, answer, refused FROM orders WHERE key = ?", key
            ):
                source, order_id, answer, refused = row
                found[key] = Fate(source, order_id, answer, refused or "")
        return found

    def waiting(self) -> list[str]:
        """Return the keys of all that waits, oldest first."""
        return [k for (k,) in self._read(f"SELECT key FROM orders WHERE {_WAITS} ORDER BY place")]

    def standing(self) -> Standing:
        """Count."""
        ((waiting, delivered, refused),) = self._read(
            "SELECT count(*) FILTER (WHERE delivered_at IS NULL AND refused IS NULL),"
            " count(delivered_at), count(refused) FROM orders"
        )
        return Standing(waiting, delivered, refused)

    # --- who delivers ---

    def due(self, now_s: float, most: int = 100) -> list[Spooled]:
        """Return what may be sent now: of each order what waits first; the least tried first."""
        rows = self._read(
            "SELECT place, key, source, order_id, body, tries FROM orders WHERE due_at <= ?"
            f" AND place IN (SELECT min(place) FROM orders WHERE {_WAITS}"
            " GROUP BY source, order_id) ORDER BY tries, place LIMIT ?",
            now_s,
            most,
        )
        return [Spooled(*row) for row in rows]

    def next_due(self) -> float | None:
        """Return when the first of what waits is due; None when nothing waits."""
        ((due_at,),) = self._read(f"SELECT min(due_at) FROM orders WHERE {_WAITS}")
        return None if due_at is None else float(due_at)

    def delivered(self, place: int, answer: str, now_s: float) -> None:
        """Note that the bridge has it."""
        with self._writing() as run:
            run(
                "UPDATE orders SET delivered_at = ?, answer = ? WHERE place = ?",
                (now_s, answer, place),
            )

    def put_off(self, place: int, until_s: float) -> None:
        """Note a failure of this one order."""
        with self._writing() as run:
            run("UPDATE orders SET due_at = ?, tries = tries + 1 WHERE place = ?", (until_s, place))

    def refuse(self, place: int, why: str) -> None:
        """Park an order that no bridge will take; it stays to be looked at."""
        with self._writing() as run:
            run("UPDATE orders SET refused = ? WHERE place = ?", (why, place))

    def met(self, epoch: str, now_s: float) -> int:
        """Learn which log the bridge has; if it is another one, all of the last day goes again.

        Return how many. Their keys and ids make it harmless where the bridge has them after all.
        """
        with self._writing() as run:
            row = run("SELECT epoch FROM bridge").fetchone()
            if row == (epoch,):
                return 0
            run("INSERT OR REPLACE INTO bridge (id, epoch) VALUES (1, ?)", (epoch,))
            if row is None:
                return 0
            again = "UPDATE orders SET delivered_at = NULL, answer = '', due_at = 0"
            return int(run(f"{again} WHERE delivered_at > ?", (now_s - KEPT_S,)).rowcount)

    def forget(self, now_s: float) -> None:
        """Remove what has been kept long enough."""
        with self._writing() as run:
            run("DELETE FROM orders WHERE delivered_at <= ?", (now_s - KEPT_S,))
            run(
                "DELETE FROM orders WHERE refused IS NOT NULL AND put_at <= ?",
                (now_s - KEPT_REFUSED_S,),
            )

    # --- the file ---

    def _read(self, sql: str, *values: object) -> list[Any]:
        with self._lock, self._faults():
            return self._database.execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """One transaction, on disk when the block has ended well."""
        with self._lock, self._faults():
            run = self._database.execute
            run("BEGIN IMMEDIATE")
            try:
                yield run
            except BaseException:
                run("ROLLBACK")
                raise
            run("COMMIT")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SpoolError(f"The spool in {self.folder} fails: {error}.") from error


def _named(body: bytes) -> tuple[str, str]:
    """Return who sent an order, and its id."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAnOrderError(f"no JSON: {error}") from None
    if not isinstance(order, dict):
        raise NotAnOrderError("not an order: it must be a JSON object")
    found = [order.get(name) for name in ("source", "order_id")]
    for name, value in zip(("source", "order_id"), found, strict=True):
        if not isinstance(value, str) or not value:
            raise NotAnOrderError(f"not an order: {name} must be text")
    source, order_id = map(str, found)
    return source, order_id
