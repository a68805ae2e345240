"""The store itself: what the bridge (and a display, for its own outbox) may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from threading import Lock

from sqlalchemy import Connection, bindparam, delete, select, update

from kds.kitchen.ids import CommandId, Instant, OrderKey, VisitId
from kds.kitchen.orders import Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.store import reads, schema
from kds.store.damage import finish, make_private
from kds.store.days import BusinessDay
from kds.store.engine import Database, Rows
from kds.store.errors import SequenceConflict, StoreError
from kds.store.migrate import migrate
from kds.store.outbox import Outbox, outbox_row
from kds.store.purge import Retention, purge
from kds.store.rows import Derived, derive
from kds.store.snapshots import Snapshots
from kds.store.values import (
    Answer,
    Batch,
    Book,
    Entry,
    Intake,
    IntakeHead,
    Keyed,
    Numbered,
    OrderRef,
    VisitRow,
)

BUSY_MS = 5_000

_MOVE = (
    update(schema.meta)
    .where(schema.meta.c.epoch == bindparam("epoch_"), schema.meta.c.seq == bindparam("before"))
    .values(seq=bindparam("seq"))
)
_SEQ = select(schema.meta.c.seq).where(schema.meta.c.epoch == bindparam("epoch"))


class Store:
    """The durable memory of one kitchen.

    Thread: `load` and `commit` belong to one thread, the writer; everything else may be called
    from any, while the writer works. Whatever raises has changed nothing.
    `epoch` names this log: another one after a restore or a replacement. `outbox`: what is to be
    sent to others. `day`: the business day that commits are counted to; set by the writer when
    another rule book, and so another clock, comes into force.
    """

    def __init__(self, database: Database, epoch: str, day: BusinessDay) -> None:
        self.epoch = epoch
        self._database = database
        self.day = day
        self._snapshots = Snapshots(database)
        self._tables = _Tables(database)
        self._hot = reads.HotReads(database)
        self.outbox = Outbox(database)
        self._one_snapshot = Lock()

    @classmethod
    def open(cls, url: str, *, day: BusinessDay | None = None, busy_ms: int = BUSY_MS) -> Store:
        """Open the database at `url`, brought to this program's shape; a new one is made.

        Raises `StoreUnavailable`, `StoreTooNew`, or `StoreCorrupt`, which leaves the file as it is:
        `rescue.rescue` saves what it holds.
        `busy_ms`: how long to wait for another program's lock.
        """
        database = Database(url, busy_ms)
        try:
            if database.is_sqlite:
                finish(database.file)
            database.refuse_emptied()
            with database.writing() as connection:
                database.check(connection, thoroughly=False)
                migrate(connection)
                epoch = connection.execute(select(schema.meta.c.epoch)).scalar_one()
            if database.is_sqlite:
                make_private(database.file)
        except BaseException:
            database.close()
            raise
        return cls(database, epoch, day or BusinessDay())

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    # --- writer ---

    def load(self) -> Kitchen:
        """Return the state: the snapshot and all events after it."""
        with self._database.writing() as connection:
            return self._snapshots.load(connection)

    def commit(self, batch: Batch) -> None:
        """Keep all of `batch` in one transaction; it is on disk when this returns.

        Raises `SequenceConflict` when the log is not where `batch.before` stands, and
        `StoreUnavailable` when the disk does not take it.
        """
        seqs = [entry.seq for entry in batch.entries]
        if seqs != list(range(batch.before.seq + 1, batch.after.seq + 1)):
            raise StoreError(f"the entries {seqs} do not lead to log place {batch.after.seq}")
        derived = derive(batch, self.day)
        with self._database.writing() as connection:
            self._move(connection, batch.before.seq, batch.after.seq)
            self._tables.write(connection, batch, derived)

    def snapshot(self, kitchen: Kitchen) -> None:
        """Keep a committed state, so that the next start begins from it. Any thread.

        The writer may go on meanwhile: it waits only while rows are written, not while they are
        made. Raises `SequenceConflict` when the log is not this writer's any more.
        """
        with self._one_snapshot:
            if kitchen.seq < self._snapshots.seq:
                return
            changes = self._snapshots.changes(kitchen)
            with self._database.writing() as connection:
                found = connection.execute(_SEQ, {"epoch": self.epoch}).scalar()
                if found is None or found < kitchen.seq:
                    raise SequenceConflict("the log has never been where this state is")
                self._snapshots.write(connection, changes)
            self._snapshots.written(changes)

    def put_book(self, book: Book) -> None:
        """Keep a rule book; one of the same hash is kept once."""
        with self._database.writing() as connection:
            self._tables.books.write(connection, [(book.hash, book.text, book.compiled, book.at)])

    def purge(self, now: Instant, retention: Retention | None = None) -> int:
        """Remove a little of what is too old; returns how many rows, 0 when nothing is left."""
        with self._database.writing() as connection:
            return purge(connection, now, retention or Retention(), self.day)

    def _move(self, connection: Connection, before: int, after: int) -> None:
        """Move the log's place, if it is where this writer believes; the fence of two writers."""
        moved = connection.execute(_MOVE, {"epoch_": self.epoch, "before": before, "seq": after})
        if moved.rowcount != 1:
            raise SequenceConflict(
                f"the log is no longer at place {before}: another writer was here"
            )

    # --- any thread ---

    def restore_visit(self, order: OrderKey) -> tuple[Visit, tuple[Order, ...]] | None:
        """Return the archived visit that holds `order`, with its orders; None if none does."""
        ref = self._hot.order_ref(order)
        if ref is None or ref.archived is None:
            return None
        with self._database.reading() as connection:
            return reads.archived_visit(connection, ref.archived)

    def answer(self, command: CommandId) -> Answer | None:
        """Return what a command came to."""
        return self._hot.answer(command)

    def keyed(self, key: str) -> Keyed | None:
        """Return the answer under an idempotency key."""
        return self._hot.keyed(key)

    def order_ref(self, order: OrderKey) -> OrderRef | None:
        """Return where an order is, also an archived one."""
        return self._hot.order_ref(order)

    def archived_orders(self) -> Iterator[OrderKey]:
        """Yield the orders that are archived, so that asking for each new one can be spared."""
        with self._database.reading() as connection:
            yield from reads.archived_orders(connection)

    def events_after(self, seq: int, limit: int) -> tuple[Entry, ...]:
        """Return up to `limit` entries after a log place, oldest first."""
        with self._database.reading() as connection:
            return reads.events_after(connection, seq, limit)

    def floor(self) -> int:
        """Return the lowest place whose event is still kept; 1 for an empty log."""
        with self._database.reading() as connection:
            return reads.floor(connection)

    def latest(self, seq: int, limit: int) -> tuple[Entry, ...]:
        """Return up to `limit` entries that lead up to log place `seq` without a gap."""
        found = self.events_after(max(0, seq - limit), limit)
        return tuple(entry for i, entry in enumerate(found, 1) if seq - entry.seq == len(found) - i)

    def events_of_visit(self, visit: VisitId) -> tuple[Entry, ...]:
        """Return all kept entries about a visit, oldest first.

        Those of visits that were merged into it, or that it was split from, tell the earlier
        story of its lines and are among them.
        """
        with self._database.reading() as connection:
            return reads.events_of_visit(connection, visit)

    def visits(
        self, *, table: str | None = None, on: date | None = None, limit: int = 1_000
    ) -> tuple[VisitRow, ...]:
        """Return the latest visits of a table, of a business day, or both, oldest first."""
        with self._database.reading() as connection:
            return reads.visits(connection, table, on, limit)

    def personal(self, orders: Sequence[OrderKey]) -> dict[OrderKey, str]:
        """Return who these orders are for, as far as known."""
        with self._database.reading() as connection:
            return reads.personal(connection, orders)

    def intake(self, intake_id: str) -> Intake | None:
        """Return something that was sent to us, as it came."""
        with self._database.reading() as connection:
            return reads.intake(connection, intake_id)

    def latest_intakes(self, endpoint: str, most: int) -> tuple[IntakeHead, ...]:
        """Return the latest that came by an endpoint whose name begins so, newest first."""
        with self._database.reading() as connection:
            return reads.latest_intakes(connection, endpoint, most)

    def intakes_since(self, at: Instant) -> tuple[Intake, ...]:
        """Return the orders that were taken since then, as they came, oldest first."""
        with self._database.reading() as connection:
            return reads.intakes_since(connection, at)

    def numbers_since(self, at: Instant) -> tuple[Numbered, ...]:
        """Return what sources have numbered since then, in the order in which it came."""
        with self._database.reading() as connection:
            return reads.numbers_since(connection, at)

    def contacts_since(self, at: Instant) -> dict[str, list[Instant]]:
        """Return by source when it sent something since then: ascending, one of ten seconds."""
        with self._database.reading() as connection:
            return reads.contacts_since(connection, at)

    def books(self, most: int = 50) -> tuple[Book, ...]:
        """Return the rule books kept, those that came in force last first."""
        with self._database.reading() as connection:
            return reads.books(connection, most)

    def book(self, book_hash: str) -> Book | None:
        """Return a rule book."""
        with self._database.reading() as connection:
            return reads.book(connection, book_hash)

    @property
    def damage(self) -> str:
        """What was found of damage since the store was opened, in words; "" if nothing."""
        return self._database.damage

    def check(self, is_over: Callable[[], bool] = lambda: False) -> None:
        """Read the whole file for damage; raises `StoreCorrupt`. Takes seconds on a large one.

        Gives up with `StoreUnavailable` when `is_over` says so.

        Whatever finds damage, this or any other call, marks the file: the next `open` reads all
        of it, however large, and so refuses it.
        """
        database = self._database
        with database.reading() as connection, database.breakable(connection, is_over):
            database.check(connection, thoroughly=True)


class _Tables:
    """The statements of a commit, compiled once."""

    def __init__(self, database: Database) -> None:
        self.events = Rows(database, schema.events)
        self.orders = Rows(database, schema.orders, replaces=True)
        self.visits = Rows(database, schema.visits, replaces=True)
        self.portions = Rows(database, schema.portions, replaces=True)
        self.archive = Rows(database, schema.archive, replaces=True)
        self.intakes = Rows(database, schema.intakes)
        self.answers = Rows(database, schema.answers, replaces=True)
        self.keys = Rows(database, schema.idempotency, replaces=True)
        self.personal = Rows(database, schema.personal, replaces=True)
        self.outbox = Rows(database, schema.outbox, skip=("place",), ignores=("channel", "id"))
        self.books = Rows(database, schema.books, replaces=True)

    def write(self, connection: Connection, batch: Batch, derived: Derived) -> None:
        """Write all rows of a batch."""
        self.events.write(connection, derived.events)
        self.orders.write(connection, derived.orders)
        self.visits.write(connection, derived.visits)
        self.portions.write(connection, derived.portions)
        if derived.fewer_groups:
            cuts = [dict(zip("solp", cut, strict=True)) for cut in derived.fewer_groups]
            connection.execute(_CUT_PORTIONS, cuts)
        if derived.restored:
            connection.execute(_UNARCHIVE, [{"v": visit} for (visit,) in derived.restored])
        self.archive.write(connection, derived.archived)
        self._write_named(connection, batch)

    def _write_named(self, connection: Connection, batch: Batch) -> None:
        self.intakes.write(
            connection,
            [
                (
                    i.id,
                    i.at,
                    i.endpoint,
                    i.source,
                    i.content_type,
                    i.body,
                    i.verdict,
                    i.order_id,
                    i.status,
                    i.number,
                )
                for i in batch.intakes
            ],
        )
        self.answers.write(
            connection, [(a.id, a.at, a.result.value, a.seq, a.why) for a in batch.answers]
        )
        self.keys.write(
            connection, [(k.key, k.digest, k.status, k.answer, k.at) for k in batch.keys]
        )
        self.personal.write(connection, [(*p.order, p.customer, p.at) for p in batch.personal])
        self.outbox.write(connection, [outbox_row(entry) for entry in batch.outgoing])


_CUT_PORTIONS = delete(schema.portions).where(
    schema.portions.c.source == bindparam("s"),
    schema.portions.c.order_id == bindparam("o"),
    schema.portions.c.line_id == bindparam("l"),
    schema.portions.c.place >= bindparam("p"),
)
_UNARCHIVE = delete(schema.archive).where(schema.archive.c.visit == bindparam("v"))
