"""Stations folded by the hour in rule texts: what is wrong, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kds.kitchen.ids import StationId
from kds.rulebook.checking import Located
from kds.rulebook.compiled import Fold
from kds.rulebook.diagnostics import Diagnostic, did_you_mean, fault
from kds.rulebook.schema import StationSpec
from kds.rulebook.sources import Sources

_DAY_MIN = 24 * 60

Stations = Sequence[Located[StationSpec]]
Span = tuple[int, int]


def folds_of(spec: StationSpec) -> tuple[Fold, ...]:
    """Return what a sound station compiles to."""
    return tuple(Fold(StationId(fold.into), tuple(fold.between)) for fold in spec.fold)


def fold_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield folds that name no station or themselves, that overlap, or that leave nobody there."""
    stations = sources.stations
    known = sorted(sources.named.get(("stations", "id"), ()))
    for station in stations:
        for number, fold in enumerate(station.spec.fold):
            place = station.at("fold", number, "into")
            if fold.into == station.spec.id:
                yield fault(
                    place,
                    f"“{fold.into}”不能并到自己",
                    f"'{fold.into}' cannot be folded into itself",
                )
            elif fold.into not in known:
                yield fault(
                    place,
                    f"未知的工位“{fold.into}”",
                    f"unknown station '{fold.into}'",
                    did_you_mean(fold.into, known),
                )
        yield from _overlaps(station)
    yield from _circles(stations)


def _overlaps(station: Located[StationSpec]) -> Iterator[Diagnostic]:
    """Yield the folds of one station that are to be into two places at once."""
    for number, fold in enumerate(station.spec.fold):
        for earlier in station.spec.fold[:number]:
            if fold.into != earlier.into and _meet(fold.between, earlier.between):
                yield fault(
                    station.at("fold", number, "between"),
                    f"这段时间已并到“{earlier.into}”，不能又并到“{fold.into}”",
                    f"at that time it is folded into '{earlier.into}' already, "
                    f"not into '{fold.into}'",
                )


def _meet(one: Sequence[Span], other: Sequence[Span]) -> bool:
    return any(_minutes(a) & _minutes(b) for a in one for b in other)


def _minutes(span: Span) -> set[int]:
    begin, end = span
    last = end if begin < end else end + _DAY_MIN
    return {minute % _DAY_MIN for minute in range(begin, last)}


def _circles(stations: Stations) -> Iterator[Diagnostic]:
    """Yield each circle of folds once, at the fold that closes it: nobody would be there."""
    told: set[frozenset[str]] = set()
    for station in stations:
        for number, fold in enumerate(station.spec.fold):
            minutes = {minute for span in fold.between for minute in _minutes(span)}
            way = _way(fold.into, station.spec.id, minutes, stations)
            if way is None or fold.into == station.spec.id or frozenset(way) in told:
                continue
            told.add(frozenset(way))
            shown = " → ".join((station.spec.id, *way))
            yield fault(
                station.at("fold", number, "into"),
                f"同一时间并成了圈，没有工位在做：{shown}",
                f"at the same time they are folded in a circle and nobody works: {shown}",
            )


def _way(start: str, end: str, minutes: set[int], stations: Stations) -> tuple[str, ...] | None:
    """Return the stations from `start` to `end`, each folded into the next at some same minute."""
    waiting: list[tuple[tuple[str, ...], set[int]]] = [((start,), minutes)]
    folds: Mapping[str, StationSpec] = {station.spec.id: station.spec for station in stations}
    while waiting:
        way, left = waiting.pop(0)
        if way[-1] == end:
            return way
        spec = folds.get(way[-1])
        for fold in () if spec is None else spec.fold:
            same = left & {minute for span in fold.between for minute in _minutes(span)}
            if same and fold.into not in way:
                waiting.append(((*way, fold.into), same))
    return None
