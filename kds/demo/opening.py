"""How the evening went before the curtain: 26 tables, told in minutes before it. Pure.

The tills and cooks of the demo really do all this on a bridge whose time runs fast, so that every
age, colour and round on the walls has come about and is not painted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kds.demo.house import QR, RIDERS, TABLET, TILL, Order, Source, line, order, table_order
from kds.kitchen.wording import Wording

WARM_UP_MIN = 15
"""So long before the curtain it begins."""
LATE_TABLE, LATE_ORDER, LATE_LINE = "A15", "1503", "2"
LATE_SENT_MIN, LATE_FIRED_MIN = 9.1, 7.4
"""Not yet late at the curtain: the book calls a plate late 8 minutes after its pot stood."""
QUIET_MIN = 1.4
"""Nothing happens in the last moments: a slow machine may be that much behind."""
VOID_TABLE, VOID_ORDER, VOID_LINE = "A12", "1206", "2"
BEFORE = "s0"
"""The party that sits at a table at the curtain."""

Done = tuple[str, str | None, float]
"""View, line (None: all there), and how many minutes before the curtain it was struck off."""


@dataclass(frozen=True, slots=True)
class Sat:
    """An order before the curtain: from where, for which table, when, what, and what was done.

    `table` of a rider's order: its number.
    """

    source: Source
    order_id: str
    table: str
    minutes: float
    lines: tuple[Order, ...]
    done: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happened `minutes` before the curtain: an order, or a command of a cook."""

    minutes: float
    order: Order | None = None
    command: Order | None = None


def _eating() -> Iterator[Sat]:
    """Yield tables that have everything and eat."""
    tables = ("A01", "A03", "A05", "A06", "A09", "A10", "B01", "B02", "B06", "B08", "B09", "B10")
    for number, table in enumerate(tables):
        start = WARM_UP_MIN - 1 - number * 0.55
        pot, plate, other = (
            ("番茄锅底", "肥牛", "藕片") if number % 2 else ("鸳鸯锅底", "虾滑", "娃娃菜")
        )
        lines = (line(1, pot), line(2, plate, 2), line(3, other))
        done = (
            ("broth", None, start - 1.2),
            ("cut", None, start - 3.1),
            ("expo", None, start - 3.8 - number % 3 * 0.6),
        )
        yield Sat((QR, TILL)[number % 2], f"9{number:02}", table, start, lines, done)


def _open(lang: str) -> tuple[Sat, ...]:
    peanuts = "allergy", Wording("花生", "Peanut")[lang]
    mild = "choice", Wording("少辣", "mild")[lang]
    return (
        Sat(
            QR,
            LATE_ORDER,
            LATE_TABLE,
            LATE_SENT_MIN,
            (line(1, "麻辣锅底"), line(2, "黄喉", 2), line(3, "毛肚"), line(4, "酸梅汤", 2)),
            (
                ("broth", None, LATE_FIRED_MIN),
                ("cut", "3", 3.2),
                ("drink", None, 7.1),
                ("expo", "1", 6.8),
            ),
        ),
        Sat(
            TABLET,
            VOID_ORDER,
            VOID_TABLE,
            3.9,
            (line(1, "番茄锅底"), line(2, "羊肉卷", 2), line(3, "冻豆腐"), line(4, "金针菇")),
            (("broth", None, 2.4), ("cut", "4", 1.6), ("expo", "1", 1.8)),
        ),
        Sat(
            TILL,
            "0711",
            "A07",
            5.6,
            (line(1, "鸳鸯锅底"), line(2, "虾滑", 2), line(3, "宽粉"), line(4, "可乐", 3)),
            (
                ("broth", None, 4.2),
                ("cut", "2", 2.1),
                ("cut", "3", 1.45),
                ("drink", None, 4.0),
                ("expo", "1", 3.9),
            ),
        ),
        Sat(
            QR,
            "0406",
            "B04",
            4.9,
            (line(1, "菌汤锅底", 1, peanuts), line(2, "肥牛", 2), line(3, "土豆片")),
            (("broth", None, 3.3), ("cut", "3", 2.2), ("cut", "2", 1.42), ("expo", "1", 2.9)),
        ),
        Sat(
            QR,
            "1102",
            "A11",
            2.9,
            (line(1, "麻辣锅底", 1, mild), line(2, "嫩牛肉", 2), line(3, "鲜毛肚")),
            (("broth", None, 1.55),),
        ),
        Sat(
            TILL,
            "0509",
            "B05",
            2.2,
            (line(1, "番茄锅底"), line(2, "肥牛"), line(3, "娃娃菜"), line(4, "蛋炒饭", 2)),
        ),
        Sat(QR, "1401", "A14", 1.6, (line(1, "鸳鸯锅底"), line(2, "毛肚", 2), line(3, "藕片"))),
        Sat(
            RIDERS,
            "2231",
            "#31",
            2.6,
            (line(1, "麻辣锅底"), line(2, "肥牛"), line(3, "土豆片")),
            (("cut", None, 1.5),),
        ),
        # Second rounds: their pot stands on the table long since.
        Sat(QR, "9902", "B02", 1.9, (line(1, "小酥肉"), line(2, "毛肚"))),
        Sat(QR, "9903", "A06", 6.1, (line(1, "鸭血"),), (("cut", None, 1.44),)),
    )


def sittings(lang: str) -> tuple[Sat, ...]:
    """Return all orders before the curtain; `lang`: of the words that tills add to dishes."""
    return (*_eating(), *_open(lang))


def eating() -> dict[str, str]:
    """Return the tables that eat at the curtain, each with its party."""
    return {sat.table: BEFORE for sat in _eating()}


def opening(stamp: Callable[[float], str], lang: str) -> list[Act]:
    """Return everything that happened, oldest first; `stamp`: the time so many minutes before."""
    acts: list[Act] = []
    for sat in sittings(lang):
        placed_at = stamp(sat.minutes)
        sent = table_order(sat.source, sat.order_id, sat.table, BEFORE, sat.lines, placed_at)
        if sat.source is RIDERS:
            paid = {"number": sat.table, "payment": "paid"}
            sent = order(sat.source, sat.order_id, sat.lines, placed_at, **paid)
        acts.append(Act(sat.minutes, order=sent))
        acts.extend(_done(sat))
    return sorted(acts, key=lambda act: -act.minutes)


def _done(sat: Sat) -> Iterator[Act]:
    for number, (view, line_id, minutes) in enumerate(sat.done):
        command: Order = {
            "id": f"before-{sat.order_id}-{number}",
            "kind": "serve" if view == "expo" else "bump",
            "view": view,
            "order": {"source": sat.source.id, "order_id": sat.order_id},
            "device": f"{view}-1",
        }
        if line_id is not None:
            command["line_id"] = line_id
        yield Act(minutes, command=command)
