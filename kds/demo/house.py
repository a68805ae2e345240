"""The restaurant: its tables, its menu, and orders as its tills write them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

Order = dict[str, object]
"""A canonical order of the outside contract."""

TABLES = tuple(f"A{number:02}" for number in range(1, 17)) + tuple(
    f"B{number:02}" for number in range(1, 11)
)


Modifier = tuple[str, str]
"""Kind and name; a till sends it in one language only."""


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish of the menu in both languages, with the category that tills send."""

    zh: str
    en: str
    category: str


POTS = (
    Dish("麻辣锅底", "Spicy pot", "锅底"),
    Dish("番茄锅底", "Tomato pot", "锅底"),
    Dish("菌汤锅底", "Mushroom pot", "锅底"),
    Dish("鸳鸯锅底", "Twin pot", "锅底"),
)
PLATES = (
    Dish("毛肚", "Tripe", "涮品"),
    Dish("肥牛", "Beef slices", "涮品"),
    Dish("虾滑", "Shrimp paste", "涮品"),
    Dish("鸭血", "Duck blood", "涮品"),
    Dish("土豆片", "Potato", "涮品"),
    Dish("金针菇", "Enoki", "涮品"),
    Dish("冻豆腐", "Frozen tofu", "涮品"),
    Dish("黄喉", "Beef aorta", "涮品"),
    Dish("羊肉卷", "Lamb rolls", "涮品"),
    Dish("嫩牛肉", "Tender beef", "涮品"),
    Dish("娃娃菜", "Baby cabbage", "涮品"),
    Dish("宽粉", "Wide noodles", "涮品"),
    Dish("藕片", "Lotus root", "涮品"),
    Dish("鲜毛肚", "Fresh tripe", "涮品"),
)
WOK = (
    Dish("小酥肉", "Crispy pork", "小吃"),
    Dish("红糖糍粑", "Rice cakes", "小吃"),
    Dish("蛋炒饭", "Egg fried rice", "主食"),
)
DRINKS = (
    Dish("酸梅汤", "Plum juice", "饮料"),
    Dish("王老吉", "Herbal tea", "饮料"),
    Dish("可乐", "Cola", "饮料"),
)
MENU = {dish.zh: dish for dish in (*POTS, *PLATES, *WOK, *DRINKS)}


@dataclass(frozen=True, slots=True)
class Source:
    """A till, or another place that orders come from."""

    id: str
    channel: str
    service: str = "dine_in"


QR = Source("QR", "qr")
TILL = Source("Till", "counter")
TABLET = Source("Tablet", "waiter")
RIDERS = Source("Riders", "delivery", "delivery")
FILE = Source("File", "other", "takeaway")


def line(number: int, name: str, quantity: int = 1, *words: Modifier) -> Order:
    """Return a line of a dish of the menu."""
    dish = MENU[name]
    return {
        "line_id": str(number),
        "name": dish.zh,
        "names": {"zh": dish.zh, "en": dish.en},
        "category": dish.category,
        "quantity": str(quantity),
        "modifiers": [{"kind": kind, "name": word} for kind, word in words],
    }


def order(
    source: Source, order_id: str, lines: Iterable[Order], placed_at: str, **more: object
) -> Order:
    """Return an order of `source`."""
    return {
        "source": source.id,
        "order_id": order_id,
        "revision": 1,
        "service": source.service,
        "channel": source.channel,
        "placed_at": placed_at,
        "lines": list(lines),
        **more,
    }


def table_order(
    source: Source, order_id: str, table: str, sitting: str, lines: Iterable[Order], placed_at: str
) -> Order:
    """Return an order for a table; `sitting`: the party that sits there, for later rounds too."""
    return order(
        source,
        order_id,
        lines,
        placed_at,
        table=table,
        number=table,
        session=f"{table}-{sitting}",
        guests=2 + int(table[1:]) % 4,
    )


class Guests:
    """People who come all evening: every order that is not in the script. From one seed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._sittings = 0

    def order(self, number: int, free: Sequence[str], eating: Sequence[str], at: str) -> Order:
        """Return the next order.

        New guests at a free table, most of the time; else a second round of people who are
        `eating`, or a rider's order.
        """
        chance = self._random.random()
        if chance < 0.12 or not (free or eating):
            return self._delivered(number, at)
        if eating and (chance < 0.4 or not free):
            return self.second_round(number, eating, at)
        return self.first_round(number, free, at)

    def first_round(self, number: int, free: Sequence[str], at: str) -> Order:
        """Return the order of new guests, with a pot; `free`: where they can sit down."""
        self._sittings += 1
        source = self._random.choice((QR, QR, TILL, TABLET))
        lines, table = self._first_dishes(), self._random.choice(free)
        return table_order(source, f"{number}", table, f"s{self._sittings}", lines, at)

    def _first_dishes(self) -> list[Order]:
        dishes = [(self._random.choice(POTS), 1)]
        plates = self._random.sample(PLATES, self._random.randint(2, 3))
        dishes += [(dish, self._random.choice((1, 1, 2))) for dish in plates]
        if self._random.random() < 0.5:
            dishes.append((self._random.choice(DRINKS), self._random.randint(1, 3)))
        return _lines(dishes)

    def second_round(self, number: int, eating: Sequence[str], at: str) -> Order:
        """Return another order of people who eat; `eating`: sessions such as A08-s3."""
        sitting = self._random.choice(eating)
        table, _, party = sitting.partition("-")
        plates = self._random.sample(PLATES[:-1] + WOK, self._random.randint(1, 2))
        return table_order(QR, f"{number}", table, party, _lines([(d, 1) for d in plates]), at)

    def _delivered(self, number: int, at: str) -> Order:
        plates = self._random.sample(PLATES[:-1], 2)
        lines = _lines([(self._random.choice(POTS), 1), *((dish, 1) for dish in plates)])
        return order(RIDERS, f"{number}", lines, at, number=f"#{number % 100:02}", payment="paid")


def _lines(dishes: Iterable[tuple[Dish, int]]) -> list[Order]:
    return [line(i, dish.zh, quantity) for i, (dish, quantity) in enumerate(dishes, 1)]
