"""Stations folded by the hour: what the book wants now, and when that next changes. Pure.

The hour acts at its begin and end; what a person does between holds until the next of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kds.kitchen.events import StationFolded
from kds.kitchen.ids import Instant, StationId
from kds.kitchen.state import Kitchen
from kds.rulebook.compiled import Fold, Station

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_EVER = Instant(0)


class Turn(NamedTuple):
    """A station is to be folded or opened at `at`; `since`: when it last was, for the fact's id."""

    at: Instant
    fact: StationFolded
    since: Instant


class _Wanted(NamedTuple):
    """What the hour wants: `into` whom, None: nobody, since `at`."""

    at: Instant
    into: StationId | None


def turns(
    kitchen: Kitchen, stations: Sequence[Station], zone: ZoneInfo, now: Instant
) -> Iterator[Turn]:
    """Yield what the hour has made of the stations by `now` that the kitchen does not show yet."""
    for station in stations:
        wanted = [w for w in _wanted(station.folds, zone, now) if w.at <= now][-1:]
        if wanted and _is_due(kitchen, station.id, wanted[0]):
            yield _turn(kitchen, station.id, *wanted[0])
    yield from _let_go(kitchen, stations)


def next_turn(
    kitchen: Kitchen, stations: Sequence[Station], zone: ZoneInfo, now: Instant
) -> Instant | None:
    """Return when `turns` next has something to say; the past means at once."""
    times = [turn.at for turn in turns(kitchen, stations, zone, now)]
    for station in stations:
        coming = (w for w in _wanted(station.folds, zone, now) if w.at > now)
        times += [w.at for w in coming if _is_due(kitchen, station.id, w)][:1]
    return min(times, default=None)


def _let_go(kitchen: Kitchen, stations: Sequence[Station]) -> Iterator[Turn]:
    """Yield the opening of stations that the hour had folded by a book that says so no more."""
    folding = {station.id for station in stations if station.folds}
    for station, change in kitchen.fold_changes.items():
        if change.by_hour and station not in folding and station in kitchen.folds:
            yield _turn(kitchen, station, kitchen.at, None)


def _turn(kitchen: Kitchen, station: StationId, at: Instant, into: StationId | None) -> Turn:
    change = kitchen.fold_changes.get(station)
    return Turn(at, StationFolded(station, into), _EVER if change is None else change.at)


def _is_due(kitchen: Kitchen, station: StationId, wanted: _Wanted) -> bool:
    """The station is not as the hour wants it, and no person has said so since.

    Where a person has folded the other station into this one, the hour does not swap the two.
    """
    if kitchen.folds.get(station) == wanted.into:
        return False
    if wanted.into is not None and kitchen.station_for(wanted.into) == station:
        return False
    change = kitchen.fold_changes.get(station)
    return change is None or change.by_hour or change.at < wanted.at


def _wanted(folds: Sequence[Fold], zone: ZoneInfo, now: Instant) -> list[_Wanted]:
    """Return what the hour wants from some time before `now` to more than a day after it."""
    if not folds:
        return []
    local = (_EPOCH + timedelta(milliseconds=now)).astimezone(zone)
    minutes = {minute for fold in folds for span in fold.between for minute in span}
    changes = {_instant(local, days, minute) for days in (-1, 0, 1, 2) for minute in minutes}
    return [_Wanted(at, _into(folds, zone, at)) for at in sorted(changes)]


def _instant(local: datetime, days: int, minute: int) -> Instant:
    day = local + timedelta(days=days)
    at = day.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0, fold=0)
    return Instant((at - _EPOCH) // _MS)


def _into(folds: Sequence[Fold], zone: ZoneInfo, at: Instant) -> StationId | None:
    local = (_EPOCH + timedelta(milliseconds=at)).astimezone(zone)
    minute = local.hour * 60 + local.minute
    for fold in folds:
        for begin, end in fold.between:
            is_over_midnight = begin > end
            if minute >= begin or minute < end if is_over_midnight else begin <= minute < end:
                return fold.into
    return None
