"""Whether a condition can hold at all, and whether one makes sure of another. Only the certain.

Each thing that is looked at is reduced to sample values, one for every way in which it can meet
or miss the demands made of it; a condition becomes a list of ways to meet it, each a set of
samples for every thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kds.kitchen.messages import Channel, Payment, Service
from kds.rulebook.conditions import ANYTHING, NOTHING, About, Condition, Demand

_MOST_WAYS = 128
_NO_SUCH = "\uffff"
_WORDS = {About.SERVICE: Service, About.CHANNEL: Channel, About.PAYMENT: Payment}

Value = str | int | None
Way = Mapping[About, frozenset[Value]]
"""What each thing may be; a thing that is not named may be anything."""


class _TooManyError(Exception):
    """The condition is too involved to say anything certain."""


def is_possible(condition: Condition) -> bool:
    """Return False if nothing that may come meets `condition`."""
    try:
        return bool(_Ways(condition).of(condition))
    except _TooManyError:
        return True


def implies(narrow: Condition, wide: Condition) -> bool:
    """Return True if whatever meets `narrow` certainly meets `wide`."""
    return wide.asks_nothing or not is_possible(Condition(all_of=(narrow,), none_of=(wide,)))


class _Ways:
    """The ways to meet (or to miss) one condition and its parts."""

    def __init__(self, condition: Condition) -> None:
        demands: dict[About, list[Demand]] = {}
        for demand in _demands(condition):
            demands.setdefault(demand.about, []).append(demand)
        self._samples = {about: frozenset(_samples(about, d)) for about, d in demands.items()}

    def of(self, condition: Condition) -> list[Way]:
        """Return the ways to meet `condition`."""
        ways: list[Way] = [{}]
        for part in self._parts(condition):
            made = (_both(one, other) for one in ways for other in part)
            ways = [*{frozenset(way.items()): way for way in made if way is not None}.values()]
            if len(ways) > _MOST_WAYS:
                raise _TooManyError
        return ways

    def _parts(self, condition: Condition) -> Iterator[list[Way]]:
        for demand in condition.demands:
            yield self._met(demand, wanted=True)
        for part in condition.all_of:
            yield self.of(part)
        if condition.any_of:
            yield [way for part in condition.any_of for way in self.of(part)]
        for part in condition.none_of:
            yield self._missing(part)

    def _missing(self, condition: Condition) -> list[Way]:
        """Return the ways to miss `condition`: some part of it does not hold."""
        ways = [way for d in condition.demands for way in self._met(d, wanted=False)]
        for part in condition.all_of:
            ways += self._missing(part)
        if condition.any_of:
            ways += self.of(Condition(none_of=condition.any_of))
        for part in condition.none_of:
            ways += self.of(part)
        return ways

    def _met(self, demand: Demand, *, wanted: bool) -> list[Way]:
        samples = self._samples[demand.about]
        fitting = frozenset(value for value in samples if demand.is_met(value) is wanted)
        return [{demand.about: fitting}] if fitting else []


def _both(one: Way, other: Way) -> Way | None:
    """Return what both ways allow, None if they exclude each other. An empty way allows all."""
    made = dict(one)
    for about, values in other.items():
        made[about] = made[about] & values if about in made else values
        if not made[about]:
            return None
    return made


def _demands(condition: Condition) -> Iterator[Demand]:
    yield from condition.demands
    for parts in (condition.any_of, condition.all_of, condition.none_of):
        for part in parts:
            yield from _demands(part)


def _samples(about: About, demands: Iterable[Demand]) -> Iterator[Value]:
    """Yield a value for each way in which the demands on one thing can be met and missed."""
    words = _WORDS.get(about)
    if words is not None:
        yield from (word.value for word in words)
    elif about is About.BETWEEN:
        yield from {edge for d in demands for span in d.spans for edge in span} | {0}
    elif about is About.GUESTS:
        edges = {edge for d in demands for span in d.spans for edge in span}
        yield from (None, 0, *(edge + step for edge in edges for step in (-1, 0, 1) if edge + step))
    else:
        yield from (NOTHING, _NO_SUCH)
        for text in {text for d in demands for text in d.texts}:
            yield text[:-1] + _NO_SUCH if text.endswith(ANYTHING) else text
            if text.endswith(ANYTHING) and text[:-1]:
                yield text[:-1]
