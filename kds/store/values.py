"""What goes into the store and comes out of it, besides the core's own values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kds.kitchen.commands import Result
from kds.kitchen.events import Event
from kds.kitchen.ids import CommandId, Instant, OrderKey, VisitId
from kds.kitchen.state import Kitchen


class Entry(NamedTuple):
    """An event at its place in the log."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class Intake:
    """Something that was sent to us, as it came. `status`: what the sender was told.

    `verdict`: what became of it, in a word or a sentence. `order_id`: of the order it held.
    `number`: its place in the source's own series, where that numbers what it sends.
    """

    id: str
    at: Instant
    endpoint: str
    body: bytes
    verdict: str
    status: int
    source: str = ""
    content_type: str = ""
    order_id: str | None = None
    number: int | None = None


class Numbered(NamedTuple):
    """A number that a source has given to what it sent at `at`."""

    source: str
    number: int
    at: Instant


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to; a repeat is answered with it."""

    id: CommandId
    at: Instant
    result: Result
    seq: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class IntakeHead:
    """Something that was sent to us, without its body of `size` bytes."""

    id: str
    at: Instant
    endpoint: str
    source: str
    content_type: str
    verdict: str
    size: int


@dataclass(frozen=True, slots=True)
class Keyed:
    """An answer under an idempotency key. `answer`: JSON text. `digest`: of what was asked."""

    key: str
    digest: str
    status: int
    answer: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Personal:
    """Who an order is for. Erasable, and never part of an event."""

    order: OrderKey
    customer: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to send on `channel`, once, under its own `id`, after all earlier ones of `key`."""

    channel: str
    id: str
    key: str
    body: str
    created_at: Instant
    due_at: Instant


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry of an outbox that is due. `attempts`: how often it has failed."""

    place: int
    outgoing: Outgoing
    attempts: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of an outbox and what has become of it.

    `done_at`: since when the other side has it; `why`: it was given up. Neither: it waits; both:
    nobody wants it any more.
    """

    entry: Waiting
    done_at: Instant | None
    why: str | None

    @property
    def is_waiting(self) -> bool:
        """It is still to be sent."""
        return self.done_at is None and self.why is None


@dataclass(frozen=True, slots=True)
class Parked:
    """An entry that was given up, and why."""

    entry: Waiting
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one commit keeps. `after` is `before` folded with the events of `entries`."""

    before: Kitchen
    after: Kitchen
    entries: tuple[Entry, ...] = ()
    intakes: tuple[Intake, ...] = ()
    answers: tuple[Answer, ...] = ()
    keys: tuple[Keyed, ...] = ()
    personal: tuple[Personal, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRef:
    """Where an order is. `archived`: its visit, if the state does not hold it any more."""

    key: OrderKey
    revision: int
    visit: VisitId
    archived: VisitId | None
    seq: int
    at: Instant


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit of any kept day, for looking back."""

    id: VisitId
    table: str
    session: str
    opened_at: Instant
    ended_at: Instant | None
    business_date: date
    orders: tuple[OrderKey, ...]
    merged_into: VisitId | None = None
    split_from: VisitId | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """A rule book as the log keeps it: its text and its compiled form (JSON)."""

    hash: str
    text: str
    compiled: str
    at: Instant
