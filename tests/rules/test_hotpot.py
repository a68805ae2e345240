"""The shipped hot-pot book against dishes as hot-pot houses name them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from kds.kitchen.ids import LineId
from kds.kitchen.messages import LineContent, OrderFields
from kds.kitchen.orders import Routing
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book

RULES = Path(__file__).resolve().parents[2] / "rules" / "hotpot"


@pytest.fixture(scope="module")
def book() -> Book:
    files = {path.name: path.read_text("utf-8") for path in RULES.glob("*.yaml")}
    compiled = compile_book(files).book
    assert compiled is not None
    return compiled


def route(book: Book, name: str, category: str = "", *, is_parent: bool = False) -> Routing:
    content = LineContent(LineId("1"), name, Decimal(1), category=category)
    return book.route(OrderFields(), content, is_parent=is_parent)


def stations(routing: Routing) -> list[str]:
    return [step.station for step in routing.steps]


@pytest.mark.parametrize(
    ("category", "station"),
    [("锅底", "broth"), ("涮品", "cut"), ("热菜", "wok"), ("饮料", "drink")],
)
def test_the_four_categories_go_to_their_stations(book: Book, category: str, station: str) -> None:
    assert stations(route(book, "招牌", category)) == [station]


@pytest.mark.parametrize(
    "name",
    [
        "麻辣锅底",
        "番茄锅底（小份）",
        "鸳鸯锅",
        "牛油九宫格",
        "清汤锅",
        "菌汤锅",
        "Split pot",
        "酸菜鱼锅底",
    ],
)
def test_a_pot_is_a_pot_also_without_a_category(book: Book, name: str) -> None:
    routing = route(book, name, "热销")
    assert (routing.menu_class, stations(routing)) == ("broth", ["broth"])


@pytest.mark.parametrize("name", ["一人一锅", "番茄单人锅", "牛油小火锅"])
def test_a_pot_for_one_is_a_personal_pot(book: Book, name: str) -> None:
    assert route(book, name).rule == "personal-pot"


@pytest.mark.parametrize(
    ("name", "menu_class"),
    [
        ("加汤", "topup"),
        ("牛油火锅底料", "goods"),
        ("重庆老火锅底料280g", "goods"),
        ("蘸料包", "sauce"),
        ("鸳鸯锅具", "goods"),
        ("打包锅", "goods"),
        ("火锅拉面", "staple"),
        ("番茄锅底面", "staple"),
        ("火锅干碟", "sauce"),
        ("麻辣锅底酱", "sauce"),
        ("干锅牛蛙", "dish"),
        ("麻辣香锅", "dish"),
        ("锅贴", "dish"),
        ("咖喱牛肉煲", "dish"),
        ("青菜钵", "dish"),
        ("小炒牛肉", "dish"),
    ],
)
@pytest.mark.parametrize("category", ["", "热销"])
def test_what_only_sounds_like_a_pot_is_none(
    book: Book, name: str, menu_class: str, category: str
) -> None:
    assert route(book, name, category).menu_class == menu_class


@pytest.mark.parametrize("name", ["加汤", "火锅底料", "鸳鸯锅具", "手擀面", "麻酱蘸料"])
def test_the_category_does_not_make_a_pot_of_what_is_none(book: Book, name: str) -> None:
    assert route(book, name, "锅底").menu_class != "broth"


@pytest.mark.parametrize("name", ["鲜毛肚", "脑花"])
def test_what_must_not_stand_is_delicate(book: Book, name: str) -> None:
    assert route(book, name, "涮品").menu_class == "delicate"


def test_a_set_with_parts_is_a_shell(book: Book) -> None:
    assert route(book, "四人火锅套餐", "套餐", is_parent=True).steps == ()


def test_a_set_sold_as_one_line_is_cooked_and_cut(book: Book) -> None:
    routing = route(book, "双人火锅套餐", "套餐")
    assert (routing.menu_class, stations(routing)) == ("broth", ["broth", "cut"])


def test_a_pot_with_sublines_is_still_a_pot(book: Book) -> None:
    assert stations(route(book, "九宫格", "锅底", is_parent=True)) == ["broth"]


def test_an_unknown_dish_shows_everywhere_and_an_unknown_shell_nowhere(book: Book) -> None:
    assert stations(route(book, "特别的东西")) == ["*"]
    assert stations(route(book, "特别的东西", is_parent=True)) == []


def test_a_real_menu_has_its_pots_and_nothing_else_at_the_pots(
    book: Book, samples_dir: Path
) -> None:
    """Judged by the words of the trade alone: what ends in 锅底 or is a set with a pot."""
    menu = json.loads((samples_dir / "menus/hotpot_eleme_shop_168019429_menu.json").read_text())
    for section in menu:
        for food in section["foods"]:
            name = food["name"]
            is_pot = name.endswith(("锅底", "套餐"))
            routing = route(book, name, section["category"])
            assert (routing.menu_class == "broth") == is_pot, name
            assert ("broth" in stations(routing)) == is_pot, name
