"""The shipped books of restaurants without hot pot against menus as tills export them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from kds.admin.menus import Dish, read_menu
from kds.admin.routes import Route, routes
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from kds.rulefiles import shipped_book

Place = tuple[str, str]

# By the words of the trade alone, the first that fits: class and station of a Chinese menu.
CHINESE: tuple[tuple[str, Place], ...] = (
    (r"汤$|羹$", ("soup", "stove")),
    (r"沙拉|凉粉|拉皮|拌(?!面)|爽口|老醋|红油|果仁|皮蛋|白肉|酱牛肉|酱肘", ("cold", "cold")),
    (r"烤", ("dish", "grill")),
    (r"饼$|炸", ("snack", "fry")),
    (r"[面饭粉粥]$|馒头", ("staple", "stove")),
    (r"^茶水$", ("drink", "bar")),
    (r"", ("dish", "stove")),
)
# What a counter sells of such menus, and where it is made.
COUNTER = {
    "[面饭]$": "grill",
    "(?<!酸梅)汤$": "grill",
    "饼$": "fry",
    "茶水|可乐|雪碧|啤酒|酸梅汤": "drinks",
}


def book(name: str) -> Book:
    texts = {path.name: path.read_text("utf-8") for path in shipped_book(name).glob("*.yaml")}
    compiled = compile_book(texts).book
    assert compiled is not None
    return compiled


def place(route: Route) -> Place:
    routing = route.trace.routing
    return routing.menu_class, " ".join(step.station for step in routing.steps)


def wanted(name: str) -> Place:
    return next(where for words, where in CHINESE if re.search(words, name))


@pytest.fixture(scope="module")
def chinese(samples_dir: Path) -> tuple[Dish, ...]:
    return read_menu(samples_dir / "menus/chinese_restaurant_dishes_with_side_dishes.json")


@pytest.fixture(scope="module")
def takeaway(samples_dir: Path) -> tuple[Dish, ...]:
    path = samples_dir / "datasets/indian_takeaway_london_21_busiest_days.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Dish(name) for name in {row["description"]: None for row in csv.DictReader(file)}
        )


def surprising(found: Sequence[Route]) -> dict[str, tuple[Place, Place]]:
    """Every dish that goes elsewhere than the trade says: (found, wanted)."""
    return {
        route.dish.name: (place(route), wanted(route.dish.name))
        for route in found
        if place(route) != wanted(route.dish.name)
    }


def test_every_dish_of_a_chinese_menu_goes_where_the_trade_makes_it(
    chinese: tuple[Dish, ...],
) -> None:
    assert surprising(routes(book("full_service"), chinese)) == {}


def test_pots_that_are_dishes_are_no_pots_that_others_wait_for(chinese: tuple[Dish, ...]) -> None:
    """干锅, 砂锅, 锅仔 and 煲 come to the table cooked, also in a hot-pot house."""
    pots = [dish for dish in chinese if re.search("[锅煲钵]", dish.name)]
    assert pots
    for name in ("full_service", "hotpot"):
        found = {place(route)[0] for route in routes(book(name), pots)}
        assert found <= {"dish", "soup", "staple"}, name


def test_every_dish_of_a_takeaway_is_taken_by_an_entry(takeaway: tuple[Dish, ...]) -> None:
    found = routes(book("full_service"), takeaway)
    assert [route.dish.name for route in found if not route.is_matched] == []


def test_what_a_counter_sells_of_real_menus_is_made_at_its_station(
    chinese: tuple[Dish, ...], samples_dir: Path
) -> None:
    """A hot-pot house's pots, packets and dips are not for a counter: only its drinks are."""
    menu = read_menu(samples_dir / "menus/hotpot_eleme_shop_168019429_menu.json")
    dishes = [Dish(dish.name) for dish in (*chinese, *menu)]
    counter = book("fast_food")
    for words, station in COUNTER.items():
        sold = [dish for dish in dishes if re.search(words, dish.name)]
        assert sold, words
        elsewhere = {r.dish.name: place(r) for r in routes(counter, sold) if place(r)[1] != station}
        assert elsewhere == {}, words
