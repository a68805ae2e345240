"""Where a ticket stands in its view, and which band of priority puts it there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kds.board.parts import Orders, Part
from kds.board.scope import Scope
from kds.board.values import PriorityMark
from kds.kitchen.ids import Instant
from kds.kitchen.orders import Gate
from kds.kitchen.visits import Visit
from kds.rulebook.clocks import waited_since, waiting_since
from kds.rulebook.compiled import Clock
from kds.rulebook.conditions import Occasion
from kds.rulebook.priority import Found, Standing, band_of

Rank = tuple[int, ...]
"""The place of a ticket in its view before its age counts; lower is earlier."""

_KEPT_BACK = frozenset({Gate.START, Gate.RUN})


class Standings(NamedTuple):
    """The rank of a ticket, the band it comes from, and when time alone may change that."""

    rank: Rank
    mark: PriorityMark | None
    changes: tuple[Instant, ...]


_PINNED = Standings((), None, ())


def standing_of(scope: Scope, visit: Visit, orders: Orders, seen: Iterable[Part]) -> Standings:
    """Return how the ticket of `visit` ranks: as its most urgent dish that is still to be made.

    A pinned one keeps its place whatever becomes of it.
    """
    if visit.pinned:
        return _PINNED
    food = [part for part in seen if part.is_food]
    open_parts = [part for part in food if part.counts.to_cook > 0] or food
    if not open_parts:
        return Standings((0, 0, 0), None, ())
    if not scope.book.bands:
        rank = min(_own_rank(scope, part) for part in open_parts)
        return Standings((0, 0, rank), None, ())
    return _banded(scope, visit, orders, open_parts)


def _banded(scope: Scope, visit: Visit, orders: Orders, parts: Sequence[Part]) -> Standings:
    guests = next((o.fields.guests for o in orders.values() if o.fields.guests), None)
    changes: list[Instant] = []
    best: tuple[Rank, Found] | None = None
    for part in parts:
        found = band_of(
            scope.book.bands, part.line, _standing(scope, visit, guests, part), scope.now
        )
        changes += found.changes
        rank = (_waits(part), found.place, _own_rank(scope, part))
        if best is None or rank < best[0]:
            best = rank, found
    assert best is not None
    band = best[1].band
    mark = None if band is None else PriorityMark(band.id, band.where, band.name)
    return Standings(best[0], mark, tuple(changes))


def _standing(scope: Scope, visit: Visit, guests: int | None, part: Part) -> Standing:
    """Return what bands look at; a wait counts from the same moments as a limit does."""
    line, fields = part.line, part.fields
    since = {
        Clock.RECEIVED: line.received_at,
        Clock.PLACED: waiting_since(fields.placed_at, line.received_at),
    }
    if part.progress.fired_at is not None and not _waits(part):
        since[Clock.FIRED] = part.progress.fired_at
    since = {clock: waited_since(fields, at) for clock, at in since.items()}
    at, zone = line.received_at, scope.book.zone_info
    occasion = Occasion(fields, line.content, visit.table, guests, at, zone)
    return Standing(occasion, visit.rider_at is not None, since)


def _waits(part: Part) -> int:
    """Return 1 for what a gate keeps back and nobody asked for: whatever its band, it stands last.

    A plate whose pot is not up is workable, but there is no hurry.
    """
    is_held = any(hold.gate in _KEPT_BACK for hold in part.holds)
    return int(is_held and part.line.rush == 0)


def _own_rank(scope: Scope, part: Part) -> int:
    """Return the place of a line in the queue of its station; over all stations a table waits
    as long as it waits, and a pot that is quickly made puts it before no other.
    """
    if scope.station is not None:
        return scope.book.rank(part.line)
    if part.line.rush > 0:
        return 0
    is_held = part.counts.held > 0 and part.counts.held == part.counts.to_cook
    return 2 if is_held else 1
