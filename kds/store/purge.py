"""Forget what has been kept long enough, a little at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_

from kds.kitchen.ids import Instant
from kds.store import schema
from kds.store.days import BusinessDay

MOST_ROWS = 1_000
"""Of each table per call, so that orders never wait long behind it."""

_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days things are kept.

    `index`: where orders are, answers, idempotency keys, what was sent. `events`: the log and all
    that is told of past visits. `raw`: bodies as they came. `personal`: who an order is for.
    """

    index: int = 40
    events: int = 400
    raw: int = 30
    personal: int = 30


def purge(connection: Connection, now: Instant, retention: Retention, day: BusinessDay) -> int:
    """Remove what is too old at `now`; returns how many rows went, 0 when nothing is left to do."""
    index, events, raw, personal = (
        now - days * _DAY_MS
        for days in (retention.index, retention.events, retention.raw, retention.personal)
    )
    date = day.date_of(Instant(max(0, events))).isoformat()
    orders, outbox = schema.orders.c, schema.outbox.c
    return sum(
        (
            _remove(connection, schema.intakes, schema.intakes.c.at < raw),
            _remove(connection, schema.personal, schema.personal.c.at < personal),
            _remove(connection, schema.answers, schema.answers.c.at < index),
            _remove(connection, schema.idempotency, schema.idempotency.c.at < index),
            # An order that the state still holds must be found, however old it is.
            _remove(connection, schema.orders, (orders.at < index) & orders.archived.is_not(None)),
            # What nobody wanted, or nobody is there any more to take, goes at last as well.
            _remove(connection, schema.outbox, outbox.created_at < index),
            _remove(connection, schema.archive, schema.archive.c.ended_at < events),
            _remove(connection, schema.portions, schema.portions.c.business_date < date),
            _remove(connection, schema.visits, schema.visits.c.business_date < date),
            _remove_events(connection, events),
        )
    )


def _remove(connection: Connection, table: Table, too_old: ColumnElement[bool]) -> int:
    key = tuple(table.primary_key)
    some = select(*key).where(too_old).limit(MOST_ROWS)
    return connection.execute(delete(table).where(tuple_(*key).in_(some))).rowcount


def _remove_events(connection: Connection, before: int) -> int:
    """Remove the log's oldest entries, never one that the snapshot does not contain, nor its last.

    The last stays so that a display which saw it can tell that it missed nothing.
    """
    log = schema.events.c
    snapshot_seq = connection.execute(select(schema.meta.c.snapshot_seq)).scalar_one()
    some = select(log.seq, log.at).where(log.seq < snapshot_seq).order_by(log.seq)
    old = [row.seq for row in connection.execute(some.limit(MOST_ROWS)) if row.at < before]
    if old:
        connection.execute(delete(schema.events).where(log.seq <= old[-1]))
    return len(old)
