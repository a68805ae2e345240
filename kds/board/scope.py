"""What a view looks at: the kitchen, the book, the time, and which steps are the view's own."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal

from kds.board.book import Book
from kds.kitchen.ids import ANY_STATION, EXPO, Instant, StationId
from kds.kitchen.messages import LineContent
from kds.kitchen.orders import Line
from kds.kitchen.state import Kitchen
from kds.kitchen.stock import item_of

PICKUP = "pickup"
ALL = "all"
PLACES = (EXPO, PICKUP, ALL)

MOVED_SHOWN_MS = 600_000
PICKUP_SHOWN_MS = 600_000

Use = Hashable
"""Something of the kitchen that a ticket was made from: an order key, a visit id, a stock item."""


class BoardError(Exception):
    """A board cannot be made of what was asked."""


class UnknownView(BoardError):  # noqa: N818  # the name says what is unknown
    """There is no view of that name. `known`: those that there are."""

    def __init__(self, view: str, known: tuple[str, ...]) -> None:
        self.view = view
        self.known = known
        super().__init__(f"no view {view!r}; there are {', '.join(known)}")


def known_views(book: Book) -> tuple[str, ...]:
    """Return every view of the book: its stations, then the pass, the guests' board and all."""
    return (*(station.id for station in book.stations), *PLACES)


@dataclass(frozen=True, slots=True)
class Scope:
    """All that a ticket depends on besides its visit. `station` None: a view over all steps.

    `known`: the stations of the book. A step at any other (the book in force has dropped it) is
    nobody's, like one that no rule gave to anybody: every station shows it.
    """

    kitchen: Kitchen
    book: Book
    view: str
    now: Instant
    station: StationId | None
    known: frozenset[StationId]

    @property
    def capacity(self) -> int | None:
        """The portions that the view's station works on at a time; None: the book does not say."""
        here = (s.capacity for s in self.book.stations if s.id == self.station)
        return next(here, None)

    def steps_of(self, line: Line) -> tuple[int, ...]:
        """Return the steps of `line` that are this view's own."""
        steps = line.routing.steps
        if self.station is None:
            return tuple(range(len(steps)))
        return tuple(i for i, step in enumerate(steps) if self._is_here(step.station))

    def _is_here(self, station: StationId) -> bool:
        return self.works_for(station) == self.station or self.is_nobodys(station)

    def is_nobodys(self, station: StationId) -> bool:
        """No station of the book does the steps of `station`."""
        return self.works_for(station) not in self.known

    def works_for(self, station: StationId) -> StationId:
        """Return the station that now works for `station`."""
        return self.kitchen.station_for(station) if self.kitchen.folds else station

    @property
    def folded_into(self) -> StationId | None:
        """The station that works for the view's own one, None if that works itself."""
        if self.station is None:
            return None
        works = self.works_for(self.station)
        return None if works == self.station else works

    @property
    def others(self) -> tuple[StationId, ...]:
        """The other stations that the view's own one works for."""
        if self.station is None or not self.kitchen.folds:
            return ()
        others = (s.id for s in self.book.stations if s.id != self.station)
        return tuple(s for s in others if self.works_for(s) == self.station)

    def stations_of(self, line: Line) -> tuple[StationId, ...]:
        """Return the stations that work on `line`, each once, in the order of its steps."""
        working = (self.works_for(s.station) for s in line.routing.steps)
        return tuple(dict.fromkeys(s for s in working if s != ANY_STATION))

    def left_of(self, content: LineContent) -> Decimal | None:
        """Return how many portions of a dish can still be sold, None if nobody counts them."""
        item = item_of(self.kitchen, content) if self.kitchen.stock else None
        return None if item is None else self.kitchen.stock[item]


def look(kitchen: Kitchen, book: Book, view: str, now: Instant) -> Scope:
    """Return the scope of `view`; raises `UnknownView`."""
    known = known_views(book)
    if view not in known:
        raise UnknownView(view, known)
    station = None if view in PLACES else StationId(view)
    return Scope(kitchen, book, view, now, station, frozenset(s.id for s in book.stations))


def stock_use(key: str) -> Use:
    """Name a stock item as something a ticket was made from; no order has an empty source."""
    return ("", key)
