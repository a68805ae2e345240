"""What is said, word for word."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kds.kitchen.ids import Instant, LineId, LineKey, OrderId, SourceId, VisitId
from kds.kitchen.state import Kitchen
from kds.sound.notices import Kind, News
from kds.sound.phrases import sentence
from kds.sound.scene import Scene
from tests.unit.rulebook.house import House, content
from tests.unit.sound.ear import POT


def key(line_id: str) -> LineKey:
    return LineKey(SourceId("till"), OrderId("1"), LineId(line_id))


@pytest.fixture
def scene(house: House) -> Scene:
    """The pass, with a pot, a dish that has both names and one that can be said in none."""
    tripe = content("2", "毛肚", "涮品", quantity=Decimal(4), names=(("en", "Tripe"),))
    house.order([content("1", *POT), tripe, content("3", "🍜", "涮品", quantity=Decimal(30))])
    return Scene(house.kitchen, house.book, "expo")


SENTENCES = [
    (Kind.READY, {"2": 1}, "八号桌 毛肚好了", "Table 8, tripe ready"),
    (Kind.READY, {"2": 2}, "八号桌 毛肚两份好了", "Table 8, two tripe ready"),
    (Kind.READY, {"3": 1}, "八号桌 一道齐", "Table 8, one dish ready"),
    (Kind.READY, {"2": 1, "3": 2}, "八号桌 三道齐", "Table 8, three dishes ready"),
    (Kind.POT_FIRST, {"1": 1}, "八号桌 锅底 先下", "Table 8, pot base first"),
    (Kind.POT_READY, {"1": 1}, "八号桌 锅底好", "Table 8, pot base ready"),
    (Kind.FIRE, {"2": 2, "3": 10}, "八号桌 起菜 十二道", "Table 8, fire twelve dishes"),
    (Kind.FIRE, {"3": 24}, "八号桌 起菜 二十四道", "Table 8, fire 24 dishes"),
    (Kind.VOID, {"2": 2}, "八号桌 退菜 毛肚两份", "Table 8, void two tripe"),
    (Kind.LATE, {"2": 1}, "八号桌 毛肚 迟了", "Table 8, tripe late"),
    (Kind.CRITICAL, {"1": 2}, "八号桌 锅底 超时", "Table 8, pot base very late"),
]


@pytest.mark.parametrize(("kind", "lines", "zh", "en"), SENTENCES)
def test_sentences(
    scene: Scene, house: House, kind: Kind, lines: dict[str, int], zh: str, en: str
) -> None:
    plates = tuple((key(line_id), count) for line_id, count in lines.items())
    news = [News(kind, house.visit(), plates)]
    assert sentence(scene, news, "zh", house.now) == zh
    assert sentence(scene, news, "en", house.now) == en


@pytest.mark.parametrize(
    ("late_s", "zh", "en"),
    [
        (300, "八号桌 锅底 超时", "Table 8, pot base very late"),
        (361, "八号桌 锅底 超时 一分钟", "Table 8, pot base one minute over"),
        (421, "八号桌 锅底 超时 两分钟", "Table 8, pot base two minutes over"),
    ],
)
def test_by_how_much_a_dish_is_over(
    scene: Scene, house: House, late_s: int, zh: str, en: str
) -> None:
    news = [News(Kind.CRITICAL, house.visit(), ((key("1"), 1),))]
    now = Instant(house.now + late_s * 1000)
    assert (sentence(scene, news, "zh", now), sentence(scene, news, "en", now)) == (zh, en)


def test_of_a_table_that_is_gone_nothing_is_said(house: House) -> None:
    empty = Scene(Kitchen(), house.book, "expo")
    news = [News(Kind.READY, VisitId("nobody"), ((key("2"), 1),))]
    assert sentence(empty, news, "zh", house.now) == ""
