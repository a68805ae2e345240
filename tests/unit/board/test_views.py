"""Which tickets and lines a view shows."""

import pytest

from kds.board.scope import UnknownView
from tests.unit.board.factory import House, dish


def test_an_unknown_view_names_the_known_ones() -> None:
    with pytest.raises(UnknownView, match="broth, cut, wok, drink, expo, pickup, all") as raised:
        House().board("grill")
    assert raised.value.view == "grill"


def test_a_line_shows_at_its_station_at_the_pass_and_nowhere_else() -> None:
    house = House()
    house.order("1", dish("a", category="锅底"))
    assert {v: list(house.tickets(v)) for v in ("broth", "cut", "expo", "all", "pickup")} == {
        "broth": ["1"],
        "cut": [],
        "expo": ["1"],
        "all": ["1"],
        "pickup": [],
    }
