"""How each source does: what came in, what was rejected, doubled, voided, late, and when last.

Event loop thread only.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kds.kitchen.events import Event, LineLate
from kds.kitchen.ids import Instant, OrderKey
from kds.kitchen.order_facts import OrderReceived, PortionsVoided

HOUR_MS = 3_600_000
_MINUTE_MS = 60_000
_MOST_SOURCES = 200
_MOST_ORDERS = 20_000
OTHERS = "(others)"


class What(StrEnum):
    """What is counted. Every delivery is one of the first three; the rest are of orders."""

    TAKEN = "taken"
    DOUBLED = "doubled"
    REJECTED = "rejected"
    VOIDED = "voided"
    LATE = "late"


@dataclass(slots=True)
class Source:
    """The counts of one source: in all since the start, and by minute for the last hour."""

    last_contact: Instant = Instant(0)
    total: Counter[What] = field(default_factory=Counter)
    minutes: deque[tuple[int, Counter[What]]] = field(default_factory=deque)

    def count(self, what: What, now: Instant) -> None:
        """Count one more."""
        minute = now // _MINUTE_MS
        self.total[what] += 1
        if not self.minutes or self.minutes[-1][0] != minute:
            self.minutes.append((minute, Counter()))
        self.minutes[-1][1][what] += 1
        self._forget(minute)

    def last_hour(self, now: Instant) -> Counter[What]:
        """Return the counts of the last sixty minutes."""
        self._forget(now // _MINUTE_MS)
        return sum((counts for _, counts in self.minutes), Counter())

    def _forget(self, minute: int) -> None:
        while self.minutes and self.minutes[0][0] <= minute - 60:
            self.minutes.popleft()


class Rates:
    """The counts of all sources. Names that callers invent are bounded: the rest share one."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}
        self._counted: OrderedDict[tuple[What, OrderKey], None] = OrderedDict()

    def delivered(self, source: str, what: What, now: Instant) -> None:
        """Count a delivery and note the contact. `source`: "" where the body did not say."""
        found = self._source(source)
        found.last_contact = max(found.last_contact, now)
        found.count(what, now)

    def happened(self, events: Iterable[Event]) -> None:
        """Count what committed events say of orders, each order once."""
        for event in events:
            for what, order in _said(event):
                if self._is_first(what, order):
                    self._source(order.source).count(what, event.at)

    def sources(self) -> Mapping[str, Source]:
        """Return the sources heard of since the start."""
        return self._sources

    def _source(self, name: str) -> Source:
        if name not in self._sources and len(self._sources) >= _MOST_SOURCES:
            name = OTHERS
        return self._sources.setdefault(name, Source())

    def _is_first(self, what: What, order: OrderKey) -> bool:
        key = (what, order)
        if key in self._counted:
            return False
        self._counted[key] = None
        if len(self._counted) > _MOST_ORDERS:
            self._counted.popitem(last=False)
        return True


def _said(event: Event) -> Iterator[tuple[What, OrderKey]]:
    """Yield what an event says of orders that is counted."""
    match event.fact:
        case OrderReceived(message=message) if message.fields.cancelled:
            yield What.VOIDED, message.key
        case PortionsVoided(items=items):
            for line, _ in items:
                yield What.VOIDED, line.order
        case LineLate(line=line):
            yield What.LATE, line.order
        case _:
            return
