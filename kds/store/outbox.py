"""Outboxes: what is to be sent once, in order, and is kept until the other side has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Update, bindparam, func, select, update

from kds.kitchen.ids import Instant
from kds.store.engine import Database, Rows
from kds.store.schema import outbox as table
from kds.store.values import Outgoing, Waiting

_PENDING = table.c.done_at.is_(None) & table.c.parked.is_(None)
_HEADS = (
    select(func.min(table.c.place))
    .where(table.c.channel == bindparam("channel"), _PENDING)
    .group_by(table.c.key)
)
_DUE = (
    select(table)
    .where(table.c.place.in_(_HEADS), table.c.due_at <= bindparam("now"))
    .order_by(table.c.place)
    .limit(bindparam("most"))
)
_BACKLOG = select(func.count(), func.min(table.c.created_at)).where(
    table.c.channel == bindparam("channel"), _PENDING
)
_THIS = update(table).where(table.c.place == bindparam("this"))
_DONE = _THIS.values(done_at=bindparam("now"))
_FAILED = _THIS.values(due_at=bindparam("due"), attempts=table.c.attempts + 1)
_PARKED = _THIS.values(parked=bindparam("why"))


def outbox_row(outgoing: Outgoing) -> tuple[Any, ...]:
    """Return the row of an entry that nobody has tried to send yet."""
    o = outgoing
    return (o.channel, o.id, o.key, o.body, o.created_at, o.due_at, 0, None, None)


class Outbox:
    """The outboxes of all channels. Any thread.

    An entry waits until all earlier ones of its key are done or parked, so a report about an
    order never overtakes another; keys do not wait for each other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(database, table, skip=("place",), ignores=("channel", "id"))

    def add(self, entries: Sequence[Outgoing]) -> None:
        """Keep `entries` to be sent; one whose id its channel has seen is passed over."""
        with self._database.writing() as connection:
            self._rows.write(connection, [outbox_row(entry) for entry in entries])

    def due(self, channel: str, now: Instant, most: int = 100) -> tuple[Waiting, ...]:
        """Return what may be sent now, oldest first, at most one entry per key."""
        with self._database.reading() as connection:
            found = connection.execute(_DUE, {"channel": channel, "now": now, "most": most})
            return tuple(_waiting(row) for row in found)

    def backlog(self, channel: str) -> tuple[int, Instant | None]:
        """Return how many entries wait, and since when the oldest does."""
        with self._database.reading() as connection:
            count, since = connection.execute(_BACKLOG, {"channel": channel}).one()
        return count, None if since is None else Instant(since)

    def done(self, places: Sequence[int], now: Instant) -> None:
        """Note that the other side has these entries."""
        self._update(_DONE, [{"this": place, "now": now} for place in places])

    def failed(self, place: int, retry_at: Instant) -> None:
        """Note a failed attempt; the entry is due again at `retry_at`."""
        self._update(_FAILED, [{"this": place, "due": retry_at}])

    def park(self, place: int, why: str) -> None:
        """Give an entry up, so that it no longer blocks its key; it stays to be shown."""
        self._update(_PARKED, [{"this": place, "why": why}])

    def _update(self, statement: Update, changes: Sequence[dict[str, object]]) -> None:
        if changes:
            with self._database.writing() as connection:
                connection.execute(statement, changes)


def _waiting(row: Any) -> Waiting:
    outgoing = Outgoing(
        channel=row.channel,
        id=row.id,
        key=row.key,
        body=row.body,
        created_at=Instant(row.created_at),
        due_at=Instant(row.due_at),
    )
    return Waiting(row.place, outgoing, row.attempts)
