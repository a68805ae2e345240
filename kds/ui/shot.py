"""A picture of a board without a screen: what `kds shot` and the tests of pictures look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from kds.board.scope import PLACES
from kds.kitchen.ids import StationId
from kds.kitchen.wording import Wording
from kds.ui.slips import Arrangement, PlaceStyle
from kds.ui.style.measures import Measures
from kds.ui.ticket.reading import Reading
from kds.ui.ticket.sheet import slack
from kds.ui.words import words


def reading_of(
    view: str, lang: str, stations: Mapping[StationId, Wording], zone: tzinfo
) -> Reading:
    """Return how a view is read: a station by its cooks, anything else as the pass."""
    station = None if view in PLACES else StationId(view)
    return Reading(words(lang), stations, zone, station)


def place_style(m: Measures, arrangement: Arrangement, *, at_pass: bool) -> PlaceStyle:
    """Return how a wall of these measures is divided."""
    return PlaceStyle(
        arrangement=arrangement,
        gap=m.gap,
        narrowest=m.expo_min if at_pass else m.ticket_min,
        lowest=m.cell_min,
        usual=m.cell_usual,
        strip=slack(m),
    )
