"""Outboxes: what is to be sent once, in order, and is kept until the other side has it.

Who is about to send an entry leases it: until the lease ends it is not due, for another bridge
on the same database neither. Whoever dies meanwhile leaves it to be sent again, under its own id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Update, bindparam, func, select, update

from kds.kitchen.ids import Instant
from kds.store.engine import Database, Rows
from kds.store.schema import outbox as table
from kds.store.values import Listed, Outgoing, Parked, Waiting

_PENDING = table.c.done_at.is_(None) & table.c.parked.is_(None)
_HEADS = (
    select(func.min(table.c.place))
    .where(table.c.channel == bindparam("channel"), _PENDING)
    .group_by(table.c.key)
)
_DUE = (
    select(table)
    .where(table.c.place.in_(_HEADS), table.c.due_at <= bindparam("now"))
    .order_by(table.c.attempts, table.c.place)
    .limit(bindparam("most"))
)
_RUN = (
    select(table)
    .where(table.c.channel == bindparam("channel"), table.c.key == bindparam("key"), _PENDING)
    .order_by(table.c.place)
)
_BACKLOG = select(func.count(), func.min(table.c.created_at)).where(
    table.c.channel == bindparam("channel"), _PENDING
)
_THIS = update(table).where(table.c.place == bindparam("this"))
_DONE = _THIS.values(done_at=bindparam("now"))
_FAILED = _THIS.values(due_at=bindparam("due"), attempts=table.c.attempts + 1)
_PARKED = _THIS.values(parked=bindparam("why"))
_IS_PARKED = table.c.done_at.is_(None) & table.c.parked.is_not(None)
_RELEASED = _THIS.values(due_at=bindparam("now"))
_MERGED = _THIS.values(
    body=bindparam("merged"), attempts=bindparam("tries"), due_at=bindparam("until")
)
_GIVEN_UP = select(func.count()).where(table.c.channel == bindparam("channel"), _IS_PARKED)


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
        """Return what may be sent now, at most one entry per key: what failed least, oldest first.

        So an entry that fails for ever keeps no other from its turn.
        """
        with self._database.reading() as connection:
            found = connection.execute(_DUE, {"channel": channel, "now": now, "most": most})
            return tuple(_waiting(row) for row in found)

    def claim(
        self, channel: str, now: Instant, until: Instant, most: int = 100
    ) -> tuple[Waiting, ...]:
        """Return what is `due`, leased `until` then to the caller alone."""
        found = self.due(channel, now, most)
        if not found:
            return ()
        ours = (
            update(table)
            .where(table.c.place.in_([w.place for w in found]), table.c.due_at <= now, _PENDING)
            .values(due_at=until)
            .returning(table.c.place)
        )
        with self._database.writing() as connection:
            taken = set(connection.execute(ours).scalars())
        return tuple(waiting for waiting in found if waiting.place in taken)

    def merge(
        self, head: Waiting, together: Callable[[Sequence[str]], str], now: Instant, until: Instant
    ) -> Waiting:
        """Put all that waits behind `head`, an entry leased by the caller, into one; return that.

        It is the last one of the key, with the body that `together` makes of all, oldest first;
        those before it are done.
        """
        key = {"channel": head.outgoing.channel, "key": head.outgoing.key}
        with self._database.writing() as connection:
            run = [_waiting(row) for row in connection.execute(_RUN, key)]
            if len(run) < 2:
                return head
            *former, last = run
            connection.execute(_DONE, [{"this": each.place, "now": now} for each in former])
            body = together([each.outgoing.body for each in run])
            change = {"this": last.place, "merged": body, "tries": head.attempts, "until": until}
            connection.execute(_MERGED, change)
        return Waiting(last.place, replace(last.outgoing, body=body, due_at=until), head.attempts)

    def release(self, places: Sequence[int], now: Instant) -> None:
        """End the lease of entries that were not tried: they are due at `now` and later."""
        self._update(_RELEASED, [{"this": place, "now": now} for place in places])

    def release_all(self, now: Instant) -> None:
        """Make all that waits due, once at a start; without any effect where another may lease."""
        if self._database.is_sqlite:
            with self._database.writing() as connection:
                connection.execute(update(table).where(_PENDING).values(due_at=now))

    def backlog(self, channel: str) -> tuple[int, Instant | None]:
        """Return how many entries wait, and since when the oldest does."""
        with self._database.reading() as connection:
            count, since = connection.execute(_BACKLOG, {"channel": channel}).one()
        return count, None if since is None else Instant(since)

    def count_parked(self, channel: str) -> int:
        """Return how many entries were given up. Looks at all of the outbox."""
        with self._database.reading() as connection:
            return int(connection.execute(_GIVEN_UP, {"channel": channel}).scalar_one())

    def parked(self, channels: Sequence[str], most: int = 100) -> tuple[Parked, ...]:
        """Return what was given up on some channels, the latest first."""
        of = select(table).where(table.c.channel.in_(channels), _IS_PARKED)
        latest = of.order_by(table.c.place.desc()).limit(most)
        with self._database.reading() as connection:
            return tuple(Parked(_waiting(row), row.parked) for row in connection.execute(latest))

    def latest(self, channel: str, most: int, *, given_up: bool) -> tuple[Listed, ...]:
        """Return the latest entries of a channel whatever became of them, the latest first.

        `given_up`: of those that were given up.
        """
        of = select(table).where(table.c.channel == channel)
        of = of.where(_IS_PARKED) if given_up else of
        with self._database.reading() as connection:
            found = connection.execute(of.order_by(table.c.place.desc()).limit(most))
            return tuple(Listed(_waiting(row), row.done_at, row.parked) for row in found)

    def entry(self, channel: str, place: int) -> Listed | None:
        """Return an entry of a channel."""
        this = select(table).where(table.c.channel == channel, table.c.place == place)
        with self._database.reading() as connection:
            row = connection.execute(this).first()
        return None if row is None else Listed(_waiting(row), row.done_at, row.parked)

    def renew(self, place: int, now: Instant) -> bool:
        """Let an entry be sent once more, whether it was given up or sent, as if it had been made
        `now`; say whether it did not wait anyway.

        For what may come in any order; for all else see `unpark`.
        """
        settled = table.c.done_at.is_not(None) | table.c.parked.is_not(None)
        this = update(table).where(table.c.place == place, settled)
        fresh = {"done_at": None, "parked": None, "attempts": 0}
        return self._change(this.values(**fresh, due_at=now, created_at=now))

    def unpark(self, entry_id: str, now: Instant) -> bool:
        """Let an entry that was given up be sent after all; say whether that was possible.

        It is not where something later about the same key has been sent, or is about to be.
        """
        later = table.alias()
        overtaken = select(later.c.place).where(
            later.c.channel == table.c.channel,
            later.c.key == table.c.key,
            later.c.place > table.c.place,
            later.c.done_at.is_not(None) | (later.c.parked.is_(None) & (later.c.due_at > now)),
        )
        this = _given_up(entry_id).where(~overtaken.exists())
        return self._change(this.values(parked=None, attempts=0, due_at=now))

    def drop(self, entry_id: str, now: Instant) -> bool:
        """Show an entry that was given up no longer; say whether there was one."""
        return self._change(_given_up(entry_id).values(done_at=now))

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

    def _change(self, statement: Update) -> bool:
        with self._database.writing() as connection:
            return connection.execute(statement).rowcount == 1


def _given_up(entry_id: str) -> Update:
    return update(table).where(table.c.id == entry_id, _IS_PARKED)


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
