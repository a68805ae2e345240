"""Look-ups, each on a reader's connection."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select, tuple_

from kds.kitchen.commands import Result
from kds.kitchen.ids import CommandId, Instant, OrderId, OrderKey, SourceId, VisitId
from kds.kitchen.orders import Order
from kds.kitchen.visits import Visit
from kds.records.state import ARCHIVED
from kds.store import schema
from kds.store.snapshots import EVENT_COLUMNS, event_of, read_events
from kds.store.values import Answer, Book, Entry, Intake, Keyed, OrderRef, VisitRow

_MOST_KEYS = 400


def archived_visit(
    connection: Connection, order: OrderKey
) -> tuple[Visit, tuple[Order, ...]] | None:
    """Return the archived visit of `order`."""
    ref = order_ref(connection, order)
    if ref is None or ref.archived is None:
        return None
    row = connection.execute(
        select(schema.archive.c.version, schema.archive.c.body).where(
            schema.archive.c.visit == ref.archived
        )
    ).first()
    if row is None:
        return None
    archived = ARCHIVED.load(row.version, row.body)
    return archived.visit, archived.orders


def order_ref(connection: Connection, order: OrderKey) -> OrderRef | None:
    """Return where an order is."""
    table = schema.orders
    row = connection.execute(
        select(table).where(table.c.source == order.source, table.c.order_id == order.order_id)
    ).first()
    if row is None:
        return None
    archived = None if row.archived is None else VisitId(row.archived)
    return OrderRef(order, row.revision, VisitId(row.visit), archived, row.seq, Instant(row.at))


def answer(connection: Connection, command: CommandId) -> Answer | None:
    """Return what a command came to."""
    table = schema.answers
    row = connection.execute(select(table).where(table.c.id == command)).first()
    if row is None:
        return None
    return Answer(command, Instant(row.at), Result(row.result), row.seq, row.why)


def keyed(connection: Connection, key: str) -> Keyed | None:
    """Return the answer under an idempotency key."""
    table = schema.idempotency
    row = connection.execute(select(table).where(table.c.key == key)).first()
    if row is None:
        return None
    return Keyed(key, row.digest, row.status, row.answer, Instant(row.at))


# --- the log -------------------------------------------------------------------------------


def events_after(connection: Connection, seq: int, limit: int) -> tuple[Entry, ...]:
    """Return entries after a log place."""
    return tuple(Entry(*row) for row in read_events(connection, seq, limit))


def events_of_visit(connection: Connection, visit: VisitId) -> tuple[Entry, ...]:
    """Return all entries about a visit."""
    found = select(*EVENT_COLUMNS).where(schema.events.c.visit == visit)
    rows = connection.execute(found.order_by(schema.events.c.seq))
    return tuple(Entry(row.seq, event_of(row)) for row in rows)


def floor(connection: Connection) -> int:
    """Return the lowest kept log place."""
    seq = schema.events.c.seq
    lowest: int | None = connection.execute(select(seq).order_by(seq).limit(1)).scalar()
    return lowest or 1


# --- visits and orders ---------------------------------------------------------------------


def visits(connection: Connection, table: str | None, on: date | None) -> tuple[VisitRow, ...]:
    """Return visits by table and business day."""
    row = schema.visits.c
    found = select(schema.visits).order_by(row.opened_at, row.id)
    if table is not None:
        found = found.where(row.table_name == table)
    if on is not None:
        found = found.where(row.business_date == on.isoformat())
    return tuple(
        VisitRow(
            id=VisitId(r.id),
            table=r.table_name,
            session=r.session,
            opened_at=Instant(r.opened_at),
            ended_at=None if r.ended_at is None else Instant(r.ended_at),
            business_date=date.fromisoformat(r.business_date),
            orders=tuple(OrderKey(SourceId(s), OrderId(o)) for s, o in json.loads(r.orders)),
        )
        for r in connection.execute(found)
    )


def personal(connection: Connection, orders: Sequence[OrderKey]) -> dict[OrderKey, str]:
    """Return who orders are for; in groups, as databases limit a statement's values."""
    table = schema.personal
    found: dict[OrderKey, str] = {}
    for start in range(0, len(orders), _MOST_KEYS):
        keys = [tuple(key) for key in orders[start : start + _MOST_KEYS]]
        rows = connection.execute(
            select(table).where(tuple_(table.c.source, table.c.order_id).in_(keys))
        )
        for row in rows:
            found[OrderKey(SourceId(row.source), OrderId(row.order_id))] = row.customer
    return found


def intake(connection: Connection, intake_id: str) -> Intake | None:
    """Return something that was sent to us."""
    table = schema.intakes
    row = connection.execute(select(table).where(table.c.id == intake_id)).first()
    if row is None:
        return None
    return Intake(
        id=row.id,
        at=Instant(row.at),
        endpoint=row.endpoint,
        body=bytes(row.body),
        verdict=row.verdict,
        status=row.status,
        source=row.source,
        content_type=row.content_type,
        order_id=row.order_id,
    )


def book(connection: Connection, book_hash: str) -> Book | None:
    """Return a rule book."""
    table = schema.books
    row = connection.execute(select(table).where(table.c.hash == book_hash)).first()
    return None if row is None else Book(row.hash, row.text, row.compiled, Instant(row.at))
