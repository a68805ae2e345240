"""Which dishes lay in a pan with those of other tickets when they were begun."""

from __future__ import annotations

from collections.abc import Iterator

from kds.board.memo import BoardMemo
from kds.board.views import board
from kds.kitchen.events import Event
from kds.kitchen.ids import Instant, LineKey, StationId
from kds.kitchen.order_facts import PortionsMoved
from kds.kitchen.portions import Move, PortionState
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book

_BEGUN = frozenset({Move.START, Move.BUMP})


class Pans:
    """The pans of a kitchen as its screens propose them, asked for when dishes are begun."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._memo = BoardMemo()
        self._stations = frozenset(station.id for station in book.stations)
        self._proposed: dict[StationId, frozenset[LineKey]] = {}
        self._at = Instant(-1)

    def begun_in(self, before: Kitchen, event: Event) -> Iterator[LineKey]:
        """Yield what `event` begins of a pan that was proposed in the kitchen `before` it.

        What is begun at one moment comes out of the pans as they were then.
        """
        fact = event.fact
        if not isinstance(fact, PortionsMoved) or fact.move not in _BEGUN:
            return
        for moved in fact.items:
            line = before.line(moved.line)
            if line is None or moved.source is not PortionState.QUEUED:
                continue
            station = before.station_for(line.routing.steps[moved.step].station)
            has_pan = self._book.pan(line) is not None and station in self._stations
            if has_pan and moved.line in self._pans_at(station, before, event.at):
                yield moved.line

    def _pans_at(self, station: StationId, kitchen: Kitchen, now: Instant) -> frozenset[LineKey]:
        if now != self._at:
            self._at, self._proposed = now, {}
        if station not in self._proposed:
            found = board(kitchen, self._book, station, now, self._memo).batches
            self._proposed[station] = frozenset(
                part.line
                for pan in found
                if pan.begun_at is None and len({each.visit for each in pan.parts}) > 1
                for part in pan.parts
            )
        return self._proposed[station]
