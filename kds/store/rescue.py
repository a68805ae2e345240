"""Saves what a damaged database still holds: a new file in its place, the old one set aside.

The new log goes on where the old one stood, under an epoch of its own: displays take the whole
kitchen anew and send again what they keep. What happened after the last readable event is known
to them, and to the tills' raw bodies, which are among what is saved.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, make_url, select, update

from kds.kitchen.evolve import evolve
from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.ids import Instant
from kds.kitchen.mending import mended
from kds.kitchen.state import Kitchen
from kds.records.errors import RecordError
from kds.records.state import PARTS, load_kitchen
from kds.store.damage import COMPANIONS, RESCUED, beside, finish, set_aside
from kds.store.days import BusinessDay
from kds.store.engine import Database, Rows, file_of
from kds.store.errors import StoreCorrupt, StoreTooNew, StoreUnavailable
from kds.store.migrate import HEAD as HEAD_SHAPE
from kds.store.migrate import migrate
from kds.store.parts import HEAD
from kds.store.rows import derive
from kds.store.salvage import Place, salvage
from kds.store.schema import events, meta, orders, portions, snapshot, visits
from kds.store.snapshots import Snapshots, event_of, read_rows
from kds.store.values import Batch

_DRAFT, _SOURCE = ".rescue", ".rescue-source"
_BUSY_MS = 5_000
_LATELY_MS = 48 * 3_600_000
_MOST_FOLDED = 100_000
"""Events that are folded for want of a snapshot: a few seconds' worth."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What became of a damaged database. `why`: what was found; `aside`: where it lies now.

    `orders`: how many are in the state again; `events`: of the log that were saved; `lost`:
    places of the log whose events were not, as far as its numbers tell.
    """

    why: str
    aside: Path
    orders: int
    events: int
    lost: int


def rescue(url: str, why: str) -> Rescue:
    """Put a new file with what can be read in place of the damaged one at `url`.

    A power cut at any moment leaves the old file, or the new one. Raises `StoreCorrupt` for a
    database that is not a file of ours, `StoreTooNew` for one of another program's shape,
    `StoreUnavailable` when the disk does not take it.
    """
    of = make_url(url)
    if of.get_backend_name() != "sqlite":
        raise StoreCorrupt(why)
    file = file_of(of)
    with _disk_faults():
        for end in (_DRAFT, _SOURCE, RESCUED):
            _remove(beside(file, end))
        saved = _saved(file, beside(file, _DRAFT))
        _durable(beside(file, _DRAFT)).rename(beside(file, RESCUED))
        aside = set_aside(file)
        finish(file)
    return Rescue(why, aside, *saved)


def _saved(file: Path, draft: Path) -> tuple[int, int, int]:
    """Make `draft` of what can be read of `file`."""
    source = beside(file, _SOURCE)
    for end in ("", "-wal"):
        if beside(file, end).exists():
            shutil.copyfile(beside(file, end), beside(source, end))
    with closing(Database(f"sqlite:///{draft}", _BUSY_MS)) as database:
        with database.writing() as connection:
            migrate(connection)
        database.close()  # so that all of it is in the one file, for the salvage
        place = salvage(source, draft)
        _remove(source)
        if place.version not in ("", HEAD_SHAPE):
            raise StoreTooNew(
                f"The damaged database has the shape {place.version}, this program rescues the "
                f"shape {HEAD_SHAPE}; please start the program that has worked with it."
            )
        with database.writing() as connection:
            return _made_whole(database, connection, place)


def _remove(file: Path) -> None:
    for end in ("", *COMPANIONS):
        beside(file, end).unlink(missing_ok=True)


def _durable(file: Path) -> Path:
    """Wait until the content of `file` is on disk."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
    return file


@contextmanager
def _disk_faults() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise StoreUnavailable(f"The damaged database can not be rescued: {words}.") from error


# --- the state -----------------------------------------------------------------------------


def _made_whole(database: Database, connection: Connection, place: Place) -> tuple[int, int, int]:
    """Make one state of what was saved, and all that follows from a state."""
    kitchen = _told(connection, place)
    of_log = select(func.count(), func.min(events.c.seq), func.max(events.c.seq))
    count, first, last = connection.execute(of_log.select_from(events)).one()
    at = connection.execute(select(func.max(events.c.at))).scalar() or 0
    kitchen = replace(
        mended(kitchen),
        seq=max(kitchen.seq, last or 0, place.seq),
        at=max(kitchen.at, Instant(at)),
    )
    _keep(database, connection, kitchen)
    return len(kitchen.orders), count, max(0, kitchen.seq - (first or 1) + 1 - count)


def _keep(database: Database, connection: Connection, kitchen: Kitchen) -> None:
    _set_apart(connection, kitchen.at)
    connection.execute(delete(snapshot))
    snapshots = Snapshots(database)
    snapshots.write(connection, snapshots.changes(kitchen))
    connection.execute(update(meta).values(seq=kitchen.seq))
    derived = derive(Batch(Kitchen(), kitchen), BusinessDay())
    for table, rows in (
        (orders, derived.orders),
        (visits, derived.visits),
        (portions, derived.portions),
    ):
        missing = Rows(database, table, ignores=[column.name for column in table.primary_key])
        missing.write(connection, rows)


def _set_apart(connection: Connection, at: Instant) -> None:
    """Give the latest saved events ids of their own.

    What happened to a lost order happens again when it comes again, and then under the same ids.
    """
    epoch: str = connection.execute(select(meta.c.epoch)).scalar_one()
    lately = events.c.at >= at - _LATELY_MS
    connection.execute(update(events).where(lately).values(id=events.c.id + f"@{epoch[:8]}"))


def _told(connection: Connection, place: Place) -> Kitchen:
    """Return the kitchen of the snapshot and the log, as far as either can be read.

    A torn snapshot knows less than a log that is there from its beginning, and not too long.
    """
    kitchen, is_whole = _snapshot(connection, place)
    told = _told_by_log(connection, kitchen)
    of_log = select(func.count(), func.min(events.c.seq)).select_from(events)
    count, first = connection.execute(of_log).one()
    if is_whole or first != 1 or count > _MOST_FOLDED:
        return told
    return _joined(told, _told_by_log(connection, Kitchen()))


def _joined(one: Kitchen, other: Kitchen) -> Kitchen:
    """Return `one` with what only `other` knows."""

    def both(mine: FrozenMap[Any, Any], more: FrozenMap[Any, Any]) -> FrozenMap[Any, Any]:
        return FrozenMap([*more.items(), *mine.items()])

    return replace(
        one if one.book else other,
        orders=both(one.orders, other.orders),
        visits=both(one.visits, other.visits),
        commands=both(one.commands, other.commands),
    )


def _snapshot(connection: Connection, place: Place) -> tuple[Kitchen, bool]:
    """Return the kitchen of the entries that can be read, and whether those are all of them."""
    maps: Mapping[str, dict[Any, Any]] = {part.name: {} for part in PARTS}
    parts = {part.name: part for part in PARTS}
    head: tuple[int, str] = (1, "{}")
    for row in connection.execute(select(snapshot).order_by(snapshot.c.place)):
        if row.part == HEAD:
            head = (row.version, row.body)
        elif row.part in parts:
            part = parts[row.part]
            with suppress(RecordError):
                maps[row.part][part.load_key(row.key)] = part.codec.load(row.version, row.body)
    whole = {name: FrozenMap(pairs.items()) for name, pairs in maps.items()}
    with suppress(RecordError):
        kitchen = load_kitchen(*head, whole)
        if kitchen.seq:
            return kitchen, mended(kitchen) == kitchen
    return replace(load_kitchen(1, "{}", whole), seq=_seq_of(whole, place)), False


def _seq_of(parts: Mapping[str, FrozenMap[Any, Any]], place: Place) -> int:
    """Return the log place of a snapshot whose head is lost."""
    touched = (value.seq for name in ("orders", "visits") for value in parts[name].values())
    return place.snapshot_seq or max(touched, default=0)


def _told_by_log(connection: Connection, kitchen: Kitchen) -> Kitchen:
    """Return `kitchen` with all later events that can be read and that it can take."""
    for row in read_rows(connection, kitchen.seq):
        try:
            after = evolve(replace(kitchen, seq=row.seq - 1), event_of(row))
        except Exception:  # noqa: BLE001  # a state with holes may fail in any way; the rest goes on
            continue
        kitchen = after
    return kitchen
