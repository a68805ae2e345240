"""The desk: one attempt to get work done, thrown away when its commit fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from kds.kitchen.commands import Command, Outcome, RaiseAlert, ReceiveOrder
from kds.kitchen.decide import Decision, decide, record
from kds.kitchen.events import Cause, Event
from kds.kitchen.evolve import fold
from kds.kitchen.ids import CommandId, EventId, Instant, OrderKey, VisitId
from kds.kitchen.order_facts import VisitRestored
from kds.kitchen.state import Kitchen
from kds.rulebook.adoption import adopted_by, followed
from kds.rulebook.book import Book
from kds.store.values import Answer, Batch, Entry, Intake, Keyed, Outgoing, Personal
from pos_bridge.printing.jobs import print_jobs
from pos_bridge.status.telling import Telling


class Memory(Protocol):
    """What the store knows besides the kitchen's present state."""

    def answer(self, command: CommandId) -> Answer | None:
        """Return what a command came to, None if it was never answered."""
        ...

    def keyed(self, key: str) -> Keyed | None:
        """Return what was answered under an idempotency key."""
        ...

    def archived(self, order: OrderKey) -> VisitRestored | None:
        """Return the archived visit that an order lies in, None when it is not archived."""
        ...


class Desk:
    """The kitchen as the jobs so far have left it, and what is to be kept of them.

    Writer thread. `kitchen` and `book` are those that the next decision is made on; `now` is the
    same for the whole attempt.
    """

    def __init__(
        self, kitchen: Kitchen, book: Book, memory: Memory, now: Instant, telling: Telling
    ) -> None:
        self.kitchen = kitchen
        self.book = book
        self.now = now
        self._before = kitchen
        self._memory = memory
        self._telling = telling
        self._entries: list[Entry] = []
        self._intakes: list[Intake] = []
        self._answers: dict[CommandId, Answer] = {}
        self._keys: dict[str, Keyed] = {}
        self._personal: list[Personal] = []
        self._outgoing: list[Outgoing] = []

    def decide(self, item: ReceiveOrder | Command | RaiseAlert) -> Decision:
        """Return what `item` makes happen, without doing it yet.

        An archived visit that it is about comes back first, if anything happens at all.
        """
        returned = self._returned(_orders_of(item))
        kitchen = fold(self.kitchen, returned)
        decision = decide(kitchen, item, self.book, self.now)
        if not (returned and decision.events):
            return decision
        return Decision((*returned, *decision.events), decision.kitchen, decision.outcome)

    def accept(self, decision: Decision) -> Outcome:
        """Let `decision`, made on this very kitchen, happen."""
        before, events = self.kitchen, decision.events
        self._entries.extend(Entry(before.seq + i, event) for i, event in enumerate(events, 1))
        if events:
            self.kitchen = decision.kitchen
            self._outgoing += self._telling.outgoing(before, self.kitchen, events, self.now)
            self._outgoing += print_jobs(before, self.kitchen, events, self.book, self.now)
        return decision.outcome

    def record(self, events: Iterable[Event]) -> None:
        """Let time facts happen, and what the rules make of them."""
        self.accept(record(self.kitchen, events, self.book, self.now))

    def adopt(self, book: Book, person: str = "") -> None:
        """Let `book` decide from here on; open work is then to `follow`."""
        adopted = adopted_by(self.kitchen, book, self.now, person)
        self.book = book
        self.record([adopted])

    def follow(self, visits: Iterable[VisitId], person: str = "") -> None:
        """Let open work in `visits` go by the book in force, as far as nobody has begun it."""
        self.record(followed(self.kitchen, self.book, self.now, visits, person))

    def keep(self, intake: Intake) -> None:
        """Keep what was sent, as it came."""
        self._intakes.append(intake)

    def keep_customer(self, personal: Personal) -> None:
        """Keep who an order is for."""
        self._personal.append(personal)

    def send(self, outgoing: Outgoing) -> None:
        """Have something sent to others, once, when this attempt is on disk."""
        self._outgoing.append(outgoing)

    def knows(self, order: OrderKey) -> bool:
        """Say whether there is such an order, also in a visit that is archived."""
        return order in self.kitchen.orders or self._memory.archived(order) is not None

    def answered(self, command: CommandId) -> Answer | None:
        """Return what `command` came to before."""
        return self._answers.get(command) or self._memory.answer(command)

    def remember(self, answer: Answer) -> None:
        """Keep what a command came to."""
        self._answers[answer.id] = answer

    def keyed(self, key: str) -> Keyed | None:
        """Return what was answered under an idempotency key."""
        return self._keys.get(key) or self._memory.keyed(key)

    def remember_key(self, keyed: Keyed) -> None:
        """Keep an answer under its idempotency key."""
        self._keys[keyed.key] = keyed

    def batch(self) -> Batch:
        """Return all that this attempt wants to be kept."""
        return Batch(
            before=self._before,
            after=self.kitchen,
            entries=tuple(self._entries),
            intakes=tuple(self._intakes),
            answers=tuple(self._answers.values()),
            keys=tuple(self._keys.values()),
            personal=tuple(self._personal),
            outgoing=tuple(self._outgoing),
        )

    def _returned(self, orders: Iterable[OrderKey]) -> list[Event]:
        """Return the events that bring back the archived visits of `orders`."""
        events: dict[str, Event] = {}
        for key in orders:
            fact = None if key in self.kitchen.orders else self._memory.archived(key)
            if fact is not None and fact.visit.id not in self.kitchen.visits:
                event_id = EventId(f"restored:{fact.visit.id}:{self.kitchen.seq + 1}")
                events[fact.visit.id] = Event(event_id, self.now, Cause.POS, fact)
        return list(events.values())


def _orders_of(item: ReceiveOrder | Command | RaiseAlert) -> list[OrderKey]:
    match item:
        case ReceiveOrder():
            return [item.message.key]
        case Command():
            parts = (part.order for part in item.lines)
            return [key for key in (item.order, item.into_order, *parts) if key is not None]
        case RaiseAlert():
            return []
