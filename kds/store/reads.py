"""Look-ups, each on a reader's connection."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, tuple_, union

from kds.kitchen.commands import Result
from kds.kitchen.ids import CommandId, Instant, OrderId, OrderKey, SourceId, VisitId
from kds.kitchen.orders import Order
from kds.kitchen.visits import Visit
from kds.records.state import ARCHIVED
from kds.store import schema
from kds.store.engine import Database, LookUp
from kds.store.snapshots import EVENT_COLUMNS, event_of, read_events
from kds.store.values import (
    Answer,
    Book,
    Entry,
    Intake,
    IntakeHead,
    Keyed,
    Numbered,
    OrderRef,
    VisitRow,
)

_MOST_KEYS = 400

# Statements are built once: building one costs three times as much as running it.
_ARCHIVED = select(schema.archive.c.version, schema.archive.c.body).where(
    schema.archive.c.visit == bindparam("visit")
)
_ORDER = select(
    schema.orders.c.revision,
    schema.orders.c.visit,
    schema.orders.c.archived,
    schema.orders.c.seq,
    schema.orders.c.at,
).where(
    schema.orders.c.source == bindparam("source"),
    schema.orders.c.order_id == bindparam("order_id"),
)
_ANSWER = select(
    schema.answers.c.at, schema.answers.c.result, schema.answers.c.seq, schema.answers.c.why
).where(schema.answers.c.id == bindparam("id"))
_KEYED = select(
    schema.idempotency.c.digest,
    schema.idempotency.c.status,
    schema.idempotency.c.answer,
    schema.idempotency.c.at,
).where(schema.idempotency.c.key == bindparam("key"))
_INTAKE = select(schema.intakes).where(schema.intakes.c.id == bindparam("id"))
_HEADS = (
    select(
        schema.intakes.c.id,
        schema.intakes.c.at,
        schema.intakes.c.endpoint,
        schema.intakes.c.source,
        schema.intakes.c.content_type,
        schema.intakes.c.verdict,
        func.length(schema.intakes.c.body).label("size"),
    )
    .where(schema.intakes.c.endpoint.startswith(bindparam("endpoint"), autoescape=False))
    .order_by(schema.intakes.c.at.desc(), schema.intakes.c.id.desc())
    .limit(bindparam("most"))
)
_TAKEN_SINCE = (
    select(schema.intakes)
    .where(schema.intakes.c.at >= bindparam("at"), schema.intakes.c.order_id.is_not(None))
    .order_by(schema.intakes.c.at)
)
_SENT = schema.intakes
_NUMBERS_SINCE = (
    select(_SENT.c.source, _SENT.c.number, _SENT.c.at)
    .where(_SENT.c.at >= bindparam("at"), _SENT.c.number.is_not(None))
    .order_by(_SENT.c.at, _SENT.c.number)
)
_CONTACTS_SINCE = (
    select(_SENT.c.source, func.max(_SENT.c.at).label("last"))
    .where(_SENT.c.at >= bindparam("at"), _SENT.c.source != "")
    .group_by(_SENT.c.source, _SENT.c.at // 10_000)
    .order_by("last")
)
_BOOK = select(schema.books).where(schema.books.c.hash == bindparam("hash"))
_BOOKS = select(schema.books).order_by(schema.books.c.at.desc()).limit(bindparam("most"))
_OF_VISITS = (
    select(*EVENT_COLUMNS)
    .where(schema.events.c.visit.in_(bindparam("visits", expanding=True)))
    .order_by(schema.events.c.seq)
)
_CAME_FROM = union(
    select(schema.visits.c.id).where(schema.visits.c.merged_into == bindparam("visit")),
    select(schema.visits.c.split_from).where(schema.visits.c.id == bindparam("visit")),
)
_FLOOR = select(schema.events.c.seq).order_by(schema.events.c.seq).limit(1)


class HotReads:
    """The look-ups that every order and command asks for, compiled once. Any thread."""

    def __init__(self, database: Database) -> None:
        self._answer = LookUp(database, _ANSWER)
        self._keyed = LookUp(database, _KEYED)
        self._order = LookUp(database, _ORDER)

    def answer(self, command: CommandId) -> Answer | None:
        """Return what a command came to."""
        row = self._answer.one(id=command)
        if row is None:
            return None
        at, result, seq, why = row
        return Answer(command, Instant(at), Result(result), seq, why)

    def keyed(self, key: str) -> Keyed | None:
        """Return the answer under an idempotency key."""
        row = self._keyed.one(key=key)
        return None if row is None else Keyed(key, *row)

    def order_ref(self, order: OrderKey) -> OrderRef | None:
        """Return where an order is."""
        row = self._order.one(source=order.source, order_id=order.order_id)
        return None if row is None else OrderRef(order, *row)


def archived_orders(connection: Connection) -> Iterator[OrderKey]:
    """Yield the keys of all archived orders."""
    row = schema.orders.c
    found = connection.execute(select(row.source, row.order_id).where(row.archived.is_not(None)))
    for source, order_id in found:
        yield OrderKey(SourceId(source), OrderId(order_id))


def archived_visit(
    connection: Connection, visit: VisitId
) -> tuple[Visit, tuple[Order, ...]] | None:
    """Return an archived visit with its orders."""
    row = connection.execute(_ARCHIVED, {"visit": visit}).first()
    if row is None:
        return None
    archived = ARCHIVED.load(row.version, row.body)
    return archived.visit, archived.orders


# --- the log -------------------------------------------------------------------------------


def events_after(connection: Connection, seq: int, limit: int) -> tuple[Entry, ...]:
    """Return entries after a log place."""
    return tuple(Entry(*row) for row in read_events(connection, seq, limit))


def events_of_visit(connection: Connection, visit: VisitId) -> tuple[Entry, ...]:
    """Return all entries about a visit and those that its lines came from."""
    family = [str(visit)]
    for member in family:  # grows while it is walked
        came_from = connection.execute(_CAME_FROM, {"visit": member}).scalars()
        family += (found for found in came_from if found and found not in family)
    rows = connection.execute(_OF_VISITS, {"visits": family})
    return tuple(Entry(row.seq, event_of(row)) for row in rows)


def floor(connection: Connection) -> int:
    """Return the lowest kept log place."""
    lowest: int | None = connection.execute(_FLOOR).scalar()
    return lowest or 1


# --- visits and orders ---------------------------------------------------------------------


def visits(
    connection: Connection, table: str | None, on: date | None, limit: int
) -> tuple[VisitRow, ...]:
    """Return the latest visits by table and business day, oldest first."""
    row = schema.visits.c
    found = select(schema.visits).order_by(row.opened_at.desc(), row.id.desc()).limit(limit)
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
            merged_into=None if r.merged_into is None else VisitId(r.merged_into),
            split_from=None if r.split_from is None else VisitId(r.split_from),
        )
        for r in reversed(connection.execute(found).all())
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
    row = connection.execute(_INTAKE, {"id": intake_id}).first()
    return None if row is None else _intake_of(row)


def latest_intakes(connection: Connection, endpoint: str, most: int) -> tuple[IntakeHead, ...]:
    """Return the latest that came by an endpoint whose name begins so, newest first."""
    found = connection.execute(_HEADS, {"endpoint": endpoint, "most": most})
    return tuple(IntakeHead(**row._mapping) for row in found)


def intakes_since(connection: Connection, at: Instant) -> tuple[Intake, ...]:
    """Return what was taken as an order since then, oldest first."""
    return tuple(_intake_of(row) for row in connection.execute(_TAKEN_SINCE, {"at": at}))


def _intake_of(row: Any) -> Intake:
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
        number=row.number,
    )


def numbers_since(connection: Connection, at: Instant) -> tuple[Numbered, ...]:
    """Return what sources have numbered since then, in the order in which it came."""
    rows = connection.execute(_NUMBERS_SINCE, {"at": at})
    return tuple(Numbered(row.source, row.number, Instant(row.at)) for row in rows)


def contacts_since(connection: Connection, at: Instant) -> dict[str, list[Instant]]:
    """Return by source when it sent something since then: ascending, one of ten seconds."""
    found: dict[str, list[Instant]] = {}
    for row in connection.execute(_CONTACTS_SINCE, {"at": at}):
        found.setdefault(row.source, []).append(Instant(row.last))
    return found


def books(connection: Connection, most: int) -> tuple[Book, ...]:
    """Return the rule books kept, those that came in force last first."""
    rows = connection.execute(_BOOKS, {"most": most})
    return tuple(Book(row.hash, row.text, row.compiled, Instant(row.at)) for row in rows)


def book(connection: Connection, book_hash: str) -> Book | None:
    """Return a rule book."""
    row = connection.execute(_BOOK, {"hash": book_hash}).first()
    return None if row is None else Book(row.hash, row.text, row.compiled, Instant(row.at))
