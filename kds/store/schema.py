"""The tables. Times are kitchen time in milliseconds, quantities decimal text, values JSON text.

Only plain types, so that SQLite and PostgreSQL take the same rows. A change here needs a
migration; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is called INTEGER; its integers are big anyway.
Big = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _maybe_text(name: str) -> Column[str | None]:
    return Column(name, Text)


def _number(name: str) -> Column[int]:
    return Column(name, Big, nullable=False)


def _maybe_number(name: str) -> Column[int | None]:
    return Column(name, Big)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


# --- the log -------------------------------------------------------------------------------

meta = Table(
    "meta",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _text("epoch"),
    _number("seq"),
    _number("snapshot_seq"),
)
"""One row: which log this is and how far it has come. Every commit compares it: the fence."""

events = Table(
    "events",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=False),
    _text("id"),
    _number("at"),
    _text("kind"),
    _number("version"),
    _text("cause"),
    _maybe_text("command"),
    _text("device"),
    _text("person"),
    _maybe_text("visit"),
    _maybe_text("source"),
    _maybe_text("order_id"),
    _maybe_text("line_id"),
    _text("body"),
    UniqueConstraint("id"),
    Index(None, "visit"),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("place", Big, primary_key=True),  # gives back the order in which entries came in
    _text("part"),
    _text("key"),
    _number("version"),
    _text("body"),
    UniqueConstraint("part", "key"),
)

books = Table("books", metadata, _key("hash"), _text("text"), _text("compiled"), _number("at"))

# --- what was sent and answered ------------------------------------------------------------

intakes = Table(
    "intakes",
    metadata,
    _key("id"),
    _number("at"),
    _text("endpoint"),
    _text("source"),
    _text("content_type"),
    Column("body", LargeBinary, nullable=False),
    _text("verdict"),
    _maybe_text("order_id"),
    _number("status"),
    _maybe_number("number"),
    Index(None, "at"),
)
"""`number`: what the source itself has numbered the order with, so that a missing one is seen."""

answers = Table(
    "answers",
    metadata,
    _key("id"),
    _number("at"),
    _text("result"),
    _number("seq"),
    _text("why"),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

idempotency = Table(
    "idempotency",
    metadata,
    _key("key"),
    _text("digest"),
    _number("status"),
    _text("answer"),
    _number("at"),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

personal = Table(
    "personal",
    metadata,
    _key("source"),
    _key("order_id"),
    _text("customer"),
    _number("at"),
    Index(None, "at"),
    sqlite_with_rowid=False,
)
"""The only place of names, phones and addresses, so that they can be erased."""

# --- what is derived from the log ----------------------------------------------------------

orders = Table(
    "orders",
    metadata,
    _key("source"),
    _key("order_id"),
    _number("revision"),
    _text("visit"),
    _maybe_text("archived"),
    _number("seq"),
    _number("at"),
    Index(None, "at"),
    sqlite_with_rowid=False,
)
"""Every order known, also archived ones; `archived`: the visit in whose archive row it lies."""

archive = Table(
    "archive",
    metadata,
    _key("visit"),
    _text("table_name"),
    _number("ended_at"),
    _number("version"),
    _text("body"),
    Index(None, "ended_at"),
)

visits = Table(
    "visits",
    metadata,
    _key("id"),
    _text("table_name"),
    _text("session"),
    _number("opened_at"),
    _maybe_number("ended_at"),
    _text("business_date"),
    _text("orders"),
    _maybe_text("merged_into"),
    _maybe_text("split_from"),
    Index(None, "business_date"),
    Index(None, "table_name"),
    Index(None, "merged_into"),
    sqlite_with_rowid=False,
)

portions = Table(
    "portions",
    metadata,
    _key("source"),
    _key("order_id"),
    _key("line_id"),
    Column("place", Integer, primary_key=True, autoincrement=False),
    _number("step"),
    _text("station"),
    _text("visit"),
    _text("portions"),
    _text("state"),
    _maybe_number("fired_at"),
    _maybe_number("started_at"),
    _maybe_number("ready_at"),
    _maybe_number("served_at"),
    _maybe_number("voided_at"),
    _text("device"),
    _text("rule"),
    _text("menu_class"),
    _text("item_id"),
    _text("name"),
    Column("late_by_s", Float, nullable=False),
    _text("business_date"),
    Index(None, "business_date"),
    sqlite_with_rowid=False,
)
"""One row per portion group and step, for reports; `place`: of the group in its line."""

# --- what is to be sent --------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("place", Big, primary_key=True),
    _text("channel"),
    _text("id"),
    _text("key"),
    _text("body"),
    _number("created_at"),
    _number("due_at"),
    _number("attempts"),
    _maybe_number("done_at"),
    _maybe_text("parked"),
    UniqueConstraint("channel", "id"),
    Index(
        "ix_outbox_pending",
        "channel",
        "key",
        "place",
        sqlite_where=text("done_at IS NULL AND parked IS NULL"),
    ),
)
"""`place` gives the order; entries of one `key` go out one after the other. `parked`: why not.

The index is as partial on PostgreSQL; its migration says so, here it would cost every start the
loading of that dialect.
"""
