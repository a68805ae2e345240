"""How a view is read: in which language, by which clock on the wall, from which station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from kds.board.values import TicketLine
from kds.kitchen.ids import Instant, LineKey, StationId
from kds.kitchen.wording import Wording
from kds.ui.text import clean
from kds.ui.words import Words


@dataclass(frozen=True)
class Reading:
    """What it takes to read a board.

    `station` None: the pass, which sees all steps. `unsent`: lines with an action that the
    bridge does not know of yet. `zone`: of the clock on the kitchen's wall. `rank`, `calm`: in a
    view that is late as a whole the place of this ticket among the worst, or that it is late like
    so many others. `next`: its station has its hands full with what stands before it.
    """

    words: Words
    stations: Mapping[StationId, Wording]
    zone: tzinfo
    station: StationId | None
    unsent: frozenset[LineKey] = frozenset()
    rank: int | None = None
    calm: bool = False
    next: bool = False

    @property
    def lang(self) -> str:
        """The language, as texts of orders and rules are marked with it."""
        return self.words.lang

    @property
    def at_pass(self) -> bool:
        """The view sees tickets as a whole."""
        return self.station is None

    def time(self, at: Instant) -> str:
        """Return the time of day, such as 18:22."""
        return datetime.fromtimestamp(at / 1000, self.zone).strftime("%H:%M")

    def seconds(self, at: Instant) -> str:
        """Return what `time` leaves out, such as :08."""
        return datetime.fromtimestamp(at / 1000, self.zone).strftime(":%S")

    def station_name(self, station: StationId) -> str:
        """Return what people call a station."""
        name = self.stations.get(station)
        return station if name is None else clean(name[self.lang])

    def dish_name(self, line: TicketLine) -> str:
        """Return the name of a dish in the language of the wall, if it has one."""
        return clean(dict(line.names).get(self.lang) or line.name)


def figure(value: Decimal) -> str:
    """Return a quantity as people write it: 1, 1.5, -2."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
