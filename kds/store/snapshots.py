"""Snapshots: the state as of some log place, so that a start need not read the whole log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from kds.kitchen.events import Cause, Event
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import CommandId, EventId, Instant
from kds.kitchen.state import Kitchen
from kds.records.errors import NewerRecord, RecordError
from kds.records.facts import load_fact
from kds.store.engine import Database, Rows
from kds.store.errors import StoreCorrupt, StoreTooNew
from kds.store.parts import Changes, changes_between, kitchen_of, without_collector
from kds.store.schema import events, meta, snapshot

_ALL = select(snapshot.c.part, snapshot.c.key, snapshot.c.version, snapshot.c.body).order_by(
    snapshot.c.place
)
_REMOVE = delete(snapshot).where(
    snapshot.c.part == bindparam("p"), snapshot.c.key == bindparam("k")
)


class Snapshots:
    """Writes only what has changed since the last snapshot, which it remembers."""

    def __init__(self, database: Database) -> None:
        self._rows = Rows(database, snapshot, key=("part", "key"), replaces=True, skip=("place",))
        self._kept = Kitchen()

    @property
    def seq(self) -> int:
        """The log place of the last snapshot."""
        return self._kept.seq

    def changes(self, kitchen: Kitchen) -> Changes:
        """Return what has changed since the last snapshot. The slow part; touches no database."""
        return changes_between(self._kept, kitchen)

    def write(self, connection: Connection, changes: Changes) -> None:
        """Write `changes`. Call `written` once they are committed."""
        if changes.gone:
            connection.execute(_REMOVE, [{"p": part, "k": key} for part, key in changes.gone])
        self._rows.write(connection, changes.rows)
        connection.execute(update(meta).values(snapshot_seq=changes.kitchen.seq))

    def written(self, changes: Changes) -> None:
        """Remember that these changes are kept."""
        self._kept = changes.kitchen

    def load(self, connection: Connection) -> Kitchen:
        """Return the state: the snapshot and all events after it.

        A snapshot that can not be read is passed over, as long as the log is whole.
        """
        with without_collector():
            try:
                kitchen = kitchen_of(connection.execute(_ALL))
            except RecordError as error:
                is_whole = _first_seq(connection) == 1
                if isinstance(error, NewerRecord) and not is_whole:
                    raise StoreTooNew(f"The snapshot can not be read: {error}.") from error
                if not is_whole:
                    raise StoreCorrupt(f"The snapshot can not be read: {error}") from error
                kitchen = Kitchen()
            self._kept = kitchen
            return _folded(connection, kitchen)


def _first_seq(connection: Connection) -> int | None:
    return connection.execute(select(events.c.seq).order_by(events.c.seq).limit(1)).scalar()


def _folded(connection: Connection, kitchen: Kitchen) -> Kitchen:
    """Return `kitchen` with all later events of the log."""
    for row in read_rows(connection, kitchen.seq):
        if row.seq != kitchen.seq + 1:
            raise StoreCorrupt(f"The log has a gap: after {kitchen.seq} comes {row.seq}.")
        try:
            kitchen = evolve(kitchen, event_of(row))
        except NewerRecord as error:
            raise StoreTooNew(f"The log can not be read: {error}.") from error
        except RecordError as error:
            raise StoreCorrupt(f"The log's event {row.seq} can not be read: {error}") from error
    return kitchen


# --- events --------------------------------------------------------------------------------

EVENT_COLUMNS = (
    events.c.seq,
    events.c.id,
    events.c.at,
    events.c.kind,
    events.c.version,
    events.c.cause,
    events.c.command,
    events.c.device,
    events.c.person,
    events.c.body,
)


def read_events(connection: Connection, after: int, limit: int) -> list[tuple[int, Event]]:
    """Return up to `limit` events after a log place, oldest first."""
    found = select(*EVENT_COLUMNS).where(events.c.seq > after).order_by(events.c.seq)
    return [(row.seq, event_of(row)) for row in connection.execute(found.limit(limit))]


def read_rows(connection: Connection, after: int) -> Iterator[Any]:
    """Yield the rows of all events after a log place, oldest first, for `event_of`."""
    found = select(*EVENT_COLUMNS).where(events.c.seq > after).order_by(events.c.seq)
    yield from connection.execute(found)


def event_of(row: Any) -> Event:
    """Return the event of a row of `EVENT_COLUMNS`."""
    return Event(
        id=EventId(row.id),
        at=Instant(row.at),
        cause=Cause(row.cause),
        fact=load_fact(row.kind, row.version, row.body),
        command=None if row.command is None else CommandId(row.command),
        device=row.device,
        person=row.person,
    )
