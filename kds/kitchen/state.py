"""The whole kitchen as one immutable value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.ids import (
    AlertId,
    CommandId,
    Instant,
    LineKey,
    OrderKey,
    RuleId,
    StationId,
    VisitId,
)
from kds.kitchen.orders import Line, Order
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should look at. `raw`: the start of what could not be understood.

    `views`: where it stands; everywhere if empty.
    """

    id: AlertId
    at: Instant
    message: Wording
    source: str = ""
    raw: str = ""
    views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleState:
    """What a rule remembers: when its gates opened by time-out, and whether it has paused itself.

    `timeouts`: (when, visit), oldest first, only those that may still count.
    """

    timeouts: tuple[tuple[Instant, VisitId], ...] = ()
    paused_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class FoldChange:
    """When a station was last folded or opened, and whether the hour did it or a person."""

    at: Instant
    by_hour: bool = False


@dataclass(frozen=True, slots=True)
class Kitchen:
    """Everything the kitchen knows. `seq`: how many events made it, which is the log's place.

    `sessions`: open visits by session, first opened first. `tables`: the same by table. `closed`:
    ended visits still in the state, first ended first. `stock`: portions left by item id or name;
    `short`: portions ordered beyond that; `lost`: portions of lines that so cannot be made.
    `folds`: station -> the station that works for it; `fold_changes`: when that came to be.
    `commands`: the visit that remembers a command. `recent`: kitchen-wide commands lately applied,
    with their log place. `book`: hash of the rule book in force.
    """

    seq: int = 0
    at: Instant = Instant(0)
    orders: FrozenMap[OrderKey, Order] = field(default_factory=FrozenMap)
    visits: FrozenMap[VisitId, Visit] = field(default_factory=FrozenMap)
    sessions: FrozenMap[str, tuple[VisitId, ...]] = field(default_factory=FrozenMap)
    tables: FrozenMap[str, tuple[VisitId, ...]] = field(default_factory=FrozenMap)
    closed: tuple[VisitId, ...] = ()
    stock: FrozenMap[str, Decimal] = field(default_factory=FrozenMap)
    short: FrozenMap[str, Decimal] = field(default_factory=FrozenMap)
    lost: FrozenMap[LineKey, Decimal] = field(default_factory=FrozenMap)
    rules: FrozenMap[RuleId, RuleState] = field(default_factory=FrozenMap)
    folds: FrozenMap[StationId, StationId] = field(default_factory=FrozenMap)
    fold_changes: FrozenMap[StationId, FoldChange] = field(default_factory=FrozenMap)
    alerts: FrozenMap[AlertId, Alert] = field(default_factory=FrozenMap)
    commands: FrozenMap[CommandId, VisitId] = field(default_factory=FrozenMap)
    recent: tuple[tuple[CommandId, int], ...] = ()
    book: str = ""

    def line(self, key: LineKey) -> Line | None:
        """Return the line of that key, None if there is none."""
        order = self.orders.get(key.order)
        return None if order is None else order.lines.get(key.line_id)

    def lines_of(self, visit: Visit) -> Iterator[Line]:
        """Yield the lines that have, or had, portions in `visit`, in order of arrival."""
        for key in visit.lines:
            line = self.line(key)
            if line is not None:
                yield line

    def station_for(self, station: StationId) -> StationId:
        """Return the station that now works for `station`, following folds; cycles stop."""
        seen = {station}
        while (into := self.folds.get(station)) is not None and into not in seen:
            seen.add(into)
            station = into
        return station
