"""What can be set about a wall, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from kds.board.scope import PLACES
from kds.board.values import Board
from kds.kitchen.ids import StationId
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.ui.canvas import Ruler
from kds.ui.intents import Button
from kds.ui.scene import View
from kds.ui.slips import Arrangement, PlaceStyle
from kds.ui.style.colours import Theme
from kds.ui.style.measures import (
    SMALLEST_DISH,
    USUAL_DISTANCE_MM,
    Measures,
    Screen,
    TextSize,
    dish_size,
    measures,
)
from kds.ui.text import clean
from kds.ui.ticket.reading import Reading
from kds.ui.ticket.sheet import slack
from kds.ui.words import words


@dataclass(frozen=True)
class Subject:
    """What a wall shows: a view of the book, and how the book calls its stations."""

    view: str
    stations: Mapping[StationId, Wording] = field(default_factory=dict)
    zone: tzinfo = UTC

    @property
    def station(self) -> StationId | None:
        """The station whose cooks look at it; None: the pass, or all."""
        return None if self.view in PLACES else StationId(self.view)

    def title(self, lang: str) -> str:
        """Return what the screen calls itself."""
        if self.station is None:
            known = f"view.{self.view}"
            texts = words(lang).texts
            return texts.get(known, self.view)
        return self._name(self.station, lang)

    def _name(self, station: StationId, lang: str) -> str:
        name = self.stations.get(station)
        return station if name is None else clean(name[lang])

    def title_on(self, board: Board, lang: str) -> str:
        """Return the title, with who works for whom where stations are folded."""
        title = self.title(lang)
        if board.folded_into is not None:
            return f"{title} → {self._name(board.folded_into, lang)}"
        return " + ".join((title, *(self._name(other, lang) for other in board.works_for)))


def subject_of(view: str, book: Book | None) -> Subject:
    """Return what a wall with that view shows; without a book its stations have no names."""
    if book is None:
        return Subject(view)
    stations = {station.id: station.name for station in book.stations}
    return Subject(view, stations, ZoneInfo(book.zone))


@dataclass(frozen=True)
class Options:
    """How a wall looks. `columns`, `per_page` 0: as fits; `buttons`: those that open something.

    `arrangement` None: columns on a screen that is higher than wide, cells on any other.
    `smallest`: letters get no smaller; a wall that is looked at from a chair may have smaller ones.
    """

    lang: str = "zh"
    theme: Theme = Theme.DARK
    arrangement: Arrangement | None = None
    columns: int = 0
    per_page: int = 0
    text: TextSize = TextSize.M
    distance_mm: float = USUAL_DISTANCE_MM
    buttons: tuple[Button, ...] = (Button.ALL_DAY,)
    smallest: int = SMALLEST_DISH


def measures_for(options: Options, screen: Screen) -> Measures:
    """Return all measures on a screen."""
    dish = dish_size(screen, options.distance_mm, options.text, options.smallest)
    return measures(dish, screen)


def reading_for(options: Options, subject: Subject) -> Reading:
    """Return how the view is read."""
    return Reading(words(options.lang), subject.stations, subject.zone, subject.station)


def view_for(options: Options, subject: Subject, ruler: Ruler, *, is_high: bool = False) -> View:
    """Return how the wall is drawn; `is_high`: on a screen that is higher than wide."""
    m = ruler.measures
    usual = Arrangement.FLOW if is_high else Arrangement.GRID
    reading = reading_for(options, subject)
    style = PlaceStyle(
        arrangement=options.arrangement or usual,
        gap=m.gap,
        narrowest=m.expo_min if reading.at_pass else m.ticket_min,
        lowest=m.cell_min,
        usual=m.cell_usual,
        strip=slack(m),
        columns=options.columns,
        per_page=options.per_page,
    )
    return View(ruler, reading, style)
