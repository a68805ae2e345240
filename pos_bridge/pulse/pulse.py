"""Whether sources live: who is silent beyond its rhythm, who misses a number. Event loop thread.

A green link can hide a dead feed: the till that sells and sends nothing. So each source is held to
three things, each only as far as it is known: its own numbers, its heartbeat, its rhythm.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from kds.kitchen.ids import BY_HAND, Instant
from kds.records.canonical import ParsedOrder
from pos_bridge.pulse.numbering import Numbering
from pos_bridge.pulse.rhythm import LEARNT_DAYS, usual_silence_ms
from pos_bridge.pulse.settings import Numbers, SourceSettings, Where
from pos_bridge.rates import Rates

_DAY_MS = 24 * 3_600_000
_GONE_MS = 2 * _DAY_MS
_BEATS = 2.5
_MOST_SOURCES = 200
_MOST_CONTACTS = 60_000
_APART_MS = 10_000
_FORGOTTEN_AT_ONCE = 1_000
_SHORTEST_BEAT_S = 1
_LONGEST_BEAT_S = 3600

_NOTHING_SAID = SourceSettings()

History = Mapping[str, Sequence[Instant]]
"""By source when it sent something, ascending."""


class Known(Protocol):
    """What is known of sources beforehand: what an admin says, and which the internet brings."""

    @property
    def sources(self) -> Mapping[str, SourceSettings]:
        """Return what an admin says of sources, by name."""
        ...

    @property
    def cloud(self) -> frozenset[str]:
        """Return the sources that come through the internet, unless an admin says otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands now. Times are kitchen time.

    `at`: its last sign of life, None: none known. `silent_ms`: for how long it has been silent,
    where that is too long, else 0; `allowed_ms`: what would be, None if nobody can tell.
    `is_beating`: it promises heartbeats. `missing`: the numbers that have not come.
    """

    source: str
    name: str
    where: Where
    at: Instant | None
    silent_ms: int
    allowed_ms: int | None
    is_beating: bool
    last_number: int | None
    missing: tuple[int, ...]


@dataclass(slots=True)
class _Source:
    """What is known of one source.

    `sent`: when it last sent something; `contacts`: when it did so at all, one of ten seconds.
    """

    sent: Instant | None = None
    contacts: list[Instant] = field(default_factory=list)
    usual_ms: int | None = None
    beat_ms: int | None = None
    beat_at: Instant | None = None
    are_numbers_told: bool = False
    numbering: Numbering = field(default_factory=Numbering)


class Pulse:
    """The pulse of all sources.

    `known` answers what is known beforehand, and may change. `zone` answers the store's time zone.
    `started`: a silence counts from there at the earliest, as before nobody could hear anything.
    """

    def __init__(
        self,
        rates: Rates,
        known: Callable[[], Known],
        zone: Callable[[], tzinfo],
        started: Instant,
    ) -> None:
        self._rates = rates
        self._known = known
        self._zone = zone
        self._started = started
        self._sources: dict[str, _Source] = {}

    # --- what comes in ---

    def number_of(self, parsed: ParsedOrder) -> int | None:
        """Return the order's place in its source's series, None where it has none."""
        numbers = self._settings(parsed.message.key.source).numbers
        if numbers is Numbers.SEQUENCE:
            return parsed.sequence
        return None if numbers is Numbers.NONE else _figures(parsed.message.fields.number)

    def numbered(self, name: str, number: int, at: Instant) -> None:
        """Note that what a source has numbered so is on disk."""
        source = self._source(name)
        if source is not None:
            source.numbering.take(number, at)

    def beat(self, name: str, every_s: float | None, number: int | None, at: Instant) -> None:
        """Note a heartbeat; the next is promised within `every_s`. `number`: its last one given."""
        source = self._source(name)
        if source is None:
            return
        source.beat_at = at
        if every_s is not None:
            bounded_s = min(max(every_s, _SHORTEST_BEAT_S), _LONGEST_BEAT_S)
            source.beat_ms = round(bounded_s * 1000)
        source.are_numbers_told = number is not None
        if number is not None:
            source.numbering.announce(number, at)

    def excuse(self, name: str, numbers: Iterable[int]) -> None:
        """Note that a person has looked after missing numbers."""
        source = self._sources.get(name)
        if source is not None:
            for number in numbers:
                source.numbering.excuse(number)

    def remember(self, history: History) -> None:
        """Take in when sources sent something before this start, other than their numbers."""
        for name, times in history.items():
            source = self._source(name)
            if source is not None:
                source.contacts = [*times, *source.contacts][-_MOST_CONTACTS:]
                source.sent = source.contacts[-1]

    def learn(self, name: str, now: Instant) -> None:
        """Work out anew a source's usual silence at this time of day. A millisecond of work."""
        source = self._sources[name]
        old = bisect_left(source.contacts, now - (LEARNT_DAYS + 1) * _DAY_MS)
        if old > _FORGOTTEN_AT_ONCE:
            del source.contacts[:old]
        source.usual_ms = usual_silence_ms(source.contacts, now, self._zone())

    # --- how they are ---

    def standings(self, now: Instant) -> list[Standing]:
        """Return how every source stands, by name."""
        self._note_contacts()
        for name in self._known().sources:
            self._source(name)
        return [self._standing(name, self._sources[name], now) for name in sorted(self._sources)]

    def names(self) -> list[str]:
        """Return the sources known."""
        return list(self._sources)

    def missing(self, name: str, now: Instant) -> Mapping[int, Instant]:
        """Return the numbers of a source that have not come, each with since when."""
        source = self._sources.get(name)
        return {} if source is None else source.numbering.missing(now)

    def standing(self, name: str, now: Instant) -> Standing | None:
        """Return how one source stands, None if it was never heard of."""
        source = self._sources.get(name)
        return None if source is None else self._standing(name, source, now)

    def _standing(self, name: str, source: _Source, now: Instant) -> Standing:
        at = max((t for t in (source.beat_at, source.sent) if t is not None), default=None)
        settings = self._settings(name)
        promised_s = settings.heartbeat_s
        beats_ms = source.beat_ms if promised_s is None else promised_s * 1000
        limits = _limits(source, settings, beats_ms, at or self._started)
        waits = [(now - max(since, self._started), limit, now - since) for since, limit in limits]
        silent = [wait for wait, limit, age in waits if wait > limit and age < _GONE_MS]
        return Standing(
            source=name,
            name=settings.name or name,
            where=settings.where or (Where.CLOUD if name in self._known().cloud else Where.LAN),
            at=at,
            silent_ms=max(silent, default=0),
            allowed_ms=min((limit for _, limit in limits), default=None),
            is_beating=beats_ms is not None,
            last_number=source.numbering.last,
            missing=tuple(sorted(source.numbering.missing(now))),
        )

    def _note_contacts(self) -> None:
        """Take over when sources were last heard of by their orders."""
        for name, counted in self._rates.sources().items():
            source = self._source(name) if name and counted.last_contact else None
            if source is None:
                continue
            if source.sent is None or counted.last_contact > source.sent:
                source.sent = counted.last_contact
            if not source.contacts or source.sent >= source.contacts[-1] + _APART_MS:
                source.contacts.append(source.sent)

    def _source(self, name: str) -> _Source | None:
        """Return a source, made when first heard of; names that callers invent are bounded."""
        found = self._sources.get(name)
        if name == BY_HAND:
            return None  # people write when they have to
        if found is None and len(self._sources) < _MOST_SOURCES:
            found = self._sources[name] = _Source()
        return found

    def _settings(self, name: str) -> SourceSettings:
        return self._known().sources.get(name, _NOTHING_SAID)


def _limits(
    source: _Source, settings: SourceSettings, beats_ms: int | None, alive: Instant
) -> list[tuple[Instant, int]]:
    """Return what a source may not exceed: since when it counts, and for how long, in ms.

    A source that tells by its heartbeats which numbers it gave hides nothing: its orders may rest.
    """
    limits: list[tuple[Instant, int]] = []
    if not settings.is_watched:
        return limits
    if beats_ms is not None:
        limits.append((alive, round(beats_ms * _BEATS)))
    sent_ms = source.usual_ms if settings.silence_s is None else settings.silence_s * 1000
    hides_nothing = beats_ms is not None and source.are_numbers_told
    if sent_ms is not None and source.sent is not None and not hides_nothing:
        limits.append((source.sent, sent_ms))
    return limits


def _figures(number: str) -> int | None:
    """Return the figures that a number ends in, None where there are none."""
    kept = number.rstrip()
    tail = kept[len(kept.rstrip("0123456789")) :]
    return int(tail) if 0 < len(tail) <= 12 else None


def silent_ones(standings: Iterable[Standing]) -> Iterator[Standing]:
    """Yield those that have been silent for too long, the longest first."""
    silent = [each for each in standings if each.silent_ms]
    yield from sorted(silent, key=lambda each: -each.silent_ms)
