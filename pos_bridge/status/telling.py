"""Telling: what is to be sent of a decision, for the outbox, in the transaction of its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kds.kitchen.events import Event, StockSet
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen
from kds.store.values import Outgoing
from pos_bridge.status import messages
from pos_bridge.status.changes import order_changes
from pos_bridge.status.outcome import Messenger


class Destination(Protocol):
    """Somebody who is told. Immutable; any thread. `channel`: of the outbox, the same for ever.

    `name`: for people.
    """

    @property
    def name(self) -> str: ...
    @property
    def channel(self) -> str: ...

    def wants(self, source: str) -> bool:
        """Say whether it is told of orders from `source`."""
        ...

    def topic(self, topics: Sequence[str]) -> str | None:
        """Return the first of `topics` that it wants, None if it wants none."""
        ...

    def messenger(self) -> Messenger:
        """Return a way there, to be closed by who uses it."""
        ...


class Telling:
    """Whom to tell, and what. `destinations` is replaced as a whole, by any thread."""

    def __init__(self, destinations: tuple[Destination, ...] = ()) -> None:
        self.destinations = destinations

    def outgoing(
        self, before: Kitchen, after: Kitchen, events: Sequence[Event], now: Instant
    ) -> list[Outgoing]:
        """Return what is to be sent because `events` led from `before` to `after`. Writer thread.

        A message has an id made of its last event's, so it is the same however often it is made.
        """
        told = self.destinations
        if not (told and events):
            return []
        return [
            _outgoing(news, destination, topic, events[-1], now)
            for news in _news(before, after, events, told)
            for destination, topic in news.takers
        ]


@dataclass(frozen=True, slots=True)
class _News:
    """Something to tell. `takers`: whom, each under the topic that it wants to hear of."""

    key: str
    data: dict[str, Any]
    takers: list[tuple[Destination, str]]


def _news(
    before: Kitchen, after: Kitchen, events: Sequence[Event], told: Sequence[Destination]
) -> Iterator[_News]:
    def wants(source: str) -> bool:
        return any(destination.wants(source) for destination in told)

    for change in order_changes(before, after, events, wants):
        source, order_id = change.order.key
        some = [destination for destination in told if destination.wants(source)]
        if takers := _takers(some, messages.order_topics(change)):
            data = messages.order_data(change, after.seq)
            yield _News(f"order {source} {order_id}", data, takers)
    counted = {event.fact.item: event.fact for event in events if isinstance(event.fact, StockSet)}
    for fact in counted.values():
        if takers := _takers(told, messages.stock_topics(fact)):
            yield _News(f"stock {fact.item}", messages.stock_data(fact, after.seq), takers)


def _takers(told: Iterable[Destination], topics: Sequence[str]) -> list[tuple[Destination, str]]:
    wanted = ((destination, destination.topic(topics)) for destination in told)
    return [(destination, topic) for destination, topic in wanted if topic is not None]


def _outgoing(
    news: _News, destination: Destination, topic: str, last: Event, now: Instant
) -> Outgoing:
    message = messages.message_id(destination.channel, last.id, news.key)
    body = messages.text(topic, last.at, news.data)
    return Outgoing(destination.channel, message, news.key, body, now, now)
