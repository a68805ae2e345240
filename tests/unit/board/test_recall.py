"""The recall list: what was bumped at a view, by whoever, read from the kitchen alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kds.board.recall import Done, Shift, shift_at
from kds.board.scope import UnknownView
from kds.kitchen.commands import CommandKind
from tests.unit.board.factory import Book, House, dish, key_of

BUMP, SERVE, RECALL = CommandKind.BUMP, CommandKind.SERVE, CommandKind.RECALL


def shift(house: House, view: str = "cut", most: int = 200) -> Shift:
    """Return what was done at a view."""
    return shift_at(house.kitchen, house.book, view, house.now, most)


def names(done: Done) -> list[tuple[str, str]]:
    """Return the dishes of an act with their portions."""
    return [(dish.name, f"{dish.portions:f}") for dish in done.dishes]


@pytest.fixture
def house() -> House:
    """Two tables with dishes to cut."""
    house = House()
    house.order(
        "1", dish("1", "2", "涮品", name="毛肚"), dish("2", "1", "涮品", name="肥牛"), table="A08"
    )
    house.order("2", dish("1", "1", "涮品", name="鸭血"), table="B02")
    house.wait(60_000)
    return house


def test_acts_of_every_device_are_there_the_newest_first(house: House) -> None:
    house.do(BUMP, "1", view="cut", device="cut-1")
    house.wait(5_000)
    house.do(BUMP, "2", view="cut", device="cut-2")
    shown = shift(house)
    assert [(act.table, act.device) for act in shown.latest] == [("B02", "cut-2"), ("A08", "cut-1")]
    assert names(shown.latest[1]) == [("毛肚", "2"), ("肥牛", "1")]
    assert (shown.acts, shown.portions) == (2, Decimal(4))
    assert all(act.is_all for act in shown.latest)


def test_a_ticket_done_in_two_acts_is_two_rows(house: House) -> None:
    house.do(BUMP, "1", "1", view="cut", portions="1")
    house.wait(5_000)
    house.do(BUMP, "1", view="cut")
    late, early = shift(house).latest
    assert names(early) == [("毛肚", "1")]
    assert names(late) == [("毛肚", "1"), ("肥牛", "1")]
    assert not late.is_all
    assert early.id != late.id


def test_what_was_brought_back_is_gone_from_the_list(house: House) -> None:
    house.do(BUMP, "1", view="cut")
    house.do(RECALL, "1", "2", view="cut")
    (act,) = shift(house).latest
    assert names(act) == [("毛肚", "2")]


def test_the_pass_lists_what_went_out_and_the_station_says_so(house: House) -> None:
    house.do(BUMP, "2", view="cut", device="cut-1")
    assert shift(house, "expo") == Shift()
    house.wait(30_000)
    house.do(SERVE, "2", view="expo", device="expo-1")
    (out,) = shift(house, "expo").latest
    assert (out.at, out.device, out.is_out) == (house.now, "expo-1", False)
    (cut,) = shift(house).latest
    assert (cut.is_out, cut.device) == (True, "")


def test_without_a_serve_step_the_pass_lists_what_is_all_ready() -> None:
    house = House(Book(serve_step=False))
    house.order("1", dish("1", "1", "热菜", name="鱼"))
    house.do(BUMP, "1", view="cut")
    assert shift(house, "expo") == Shift()
    house.do(BUMP, "1", view="wok")
    assert len(shift(house, "expo").latest) == 1


def test_other_stations_see_nothing_of_it(house: House) -> None:
    house.do(BUMP, "1", view="cut")
    assert shift(house, "wok") == Shift()
    with pytest.raises(UnknownView):
        shift(house, "roof")


def test_what_took_hardly_any_time_is_odd(house: House) -> None:
    """Twelve minutes are usual: a minute may be, nine seconds hardly."""
    house.do(BUMP, "1", view="cut")
    house.order("3", dish("1", "1", "涮品", name="黄喉"))
    house.wait(9_000)
    house.do(BUMP, "3", view="cut")
    quick, slow = shift(house).latest
    assert [(d.is_odd, d.took_ms) for d in quick.dishes] == [(True, 9_000)]
    assert not any(d.is_odd for d in slow.dishes)


def test_the_list_is_bounded_and_its_sums_are_not(house: House) -> None:
    for order in ("1", "2"):
        house.do(BUMP, order, view="cut")
        house.wait(1_000)
    shown = shift(house, most=1)
    assert ([act.table for act in shown.latest], shown.acts) == (["B02"], 2)


def test_what_a_person_removed_is_not_there(house: House) -> None:
    house.do(BUMP, "1", view="cut")
    house.do(CommandKind.MERGE, "1", into_order=key_of("2"))
    (act,) = shift(house).latest
    assert act.table == "B02"
