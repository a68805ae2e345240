"""A kitchen of ten stations for benchmarks: its rule book, its orders, a day in full swing."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TypeAlias

from kds.bench.bridge import Bridge, BridgeError, running
from kds.bench.load import post_all
from kds.rulebook.book import Book

Orders: TypeAlias = Iterator[tuple[str, bytes]]
"""Order ids with their JSON bodies."""

WATCHED = "wok"
"""The station that has a dish of every order, so that its wall has a ticket for each."""
SOURCE = "bench-till"
CONNECTIONS = 16

_STATIONS = {
    WATCHED: ("热菜", "Hot dishes", ("宫保鸡丁", "鱼香肉丝", "麻婆豆腐", "回锅肉", "水煮牛肉")),
    "steam": ("蒸菜", "Steamer", ("清蒸鲈鱼", "粉蒸肉", "蒜蓉粉丝虾")),
    "cold": ("凉菜", "Cold dishes", ("拍黄瓜", "口水鸡", "夫妻肺片")),
    "grill": ("烧烤", "Grill", ("羊肉串", "烤茄子", "烤生蚝")),
    "fry": ("炸品", "Fryer", ("炸春卷", "椒盐排条", "炸鸡翅")),
    "noodles": ("面点", "Noodles", ("担担面", "小笼包", "蛋炒饭")),
    "soup": ("汤羹", "Soups", ("酸辣汤", "番茄蛋汤", "老鸭汤")),
    "roast": ("烧腊", "Roasts", ("蜜汁叉烧", "烧鹅", "脆皮乳鸽")),
    "drinks": ("饮料", "Drinks", ("酸梅汤", "王老吉", "可乐")),
    "sweets": ("甜品", "Desserts", ("杨枝甘露", "红豆沙", "芒果布丁")),
}
_LIMITS = {"attention": "8 min", "late": "12 min", "critical": "20 min", "clock": "fired"}


def rule_text() -> str:
    """Return the text of the kitchen's rule book."""
    return _text(_book())


def another_rule_text(rules: int) -> str:
    """Return the text of one that changes how every ticket looks, and has so many rules more."""
    book = _book(more_name=" 2")
    overtimes = [
        {
            "id": f"overtime-{number}",
            "name": f"Overtime {number}",
            "mechanism": "overtime",
            "of": "line",
            "when": {"zone": f"z{number}"},
            "steps": [{"after": "30 min", "tell": ["expo"], "say": "{table} {dish} {minutes}"}],
        }
        for number in range(rules)
    ]
    return _text(book | {"limits": _LIMITS | {"attention": "7 min"}, "rules": overtimes})


def _book(more_name: str = "") -> dict[str, object]:
    """Return the book; `more_name`: what each station is called besides its name."""
    names = {
        station: {"zh": zh + more_name, "en": en + more_name}
        for station, (zh, en, _) in _STATIONS.items()
    }
    return {
        "book": {"id": "bench", "name": {"zh": "十个工位", "en": "Ten stations"}},
        "stations": [{"id": station, "name": name} for station, name in names.items()],
        "limits": _LIMITS,
        "menu": [
            {"id": station, "class": "dish", "match": {"category": zh}, "cook": station}
            for station, (zh, _, _) in _STATIONS.items()
        ],
    }


def _text(book: dict[str, object]) -> str:
    # What is JSON is YAML too.
    return json.dumps(book, ensure_ascii=False)


def read_book() -> Book:
    """Return the kitchen's rule book."""
    from kds.rulebook.compile import compile_book

    compilation = compile_book({"book.yaml": rule_text()})
    if compilation.book is None:
        raise ValueError("\n".join(map(str, compilation.diagnostics)))
    return compilation.book


def order_of(number: int, random: Random) -> dict[str, object]:
    """Return order `number`, of a visit of its own: a hot dish and two of other stations."""
    others = random.sample([station for station in _STATIONS if station != WATCHED], 2)
    return {
        "source": SOURCE,
        "order_id": f"bench-{number}",
        "session": f"S{number}",
        "table": f"T{number}",
        "service": "dine_in",
        "channel": "qr",
        "guests": random.randint(1, 8),
        "lines": [_line(i, station, random) for i, station in enumerate((WATCHED, *others), 1)],
    }


def orders(seed: int) -> Orders:
    """Yield (order id, JSON body) of orders without end."""
    random = Random(seed)
    for number in itertools.count():
        order = order_of(number, random)
        yield str(order["order_id"]), json.dumps(order, ensure_ascii=False).encode()


def _line(number: int, station: str, random: Random) -> dict[str, object]:
    category, _, dishes = _STATIONS[station]
    line: dict[str, object] = {
        "line_id": str(number),
        "name": random.choice(dishes),
        "category": category,
        "quantity": str(random.choice((1, 1, 1, 2, 3))),
    }
    if random.random() < 0.3:
        line["modifiers"] = [
            {"name": random.choice(("少辣", "不要香菜", "加葱")), "kind": "choice"}
        ]
    return line


@contextlib.contextmanager
def busy_kitchen(tickets: int, seed: int) -> Iterator[tuple[Bridge, Orders]]:
    """Run a bridge with `tickets` open tickets; yields it and the orders that come next."""
    more = orders(seed)
    with tempfile.TemporaryDirectory(prefix="kds-bench-book-") as folder:
        (Path(folder) / "book.yaml").write_text(rule_text(), encoding="utf-8")
        with running(("--rules", folder)) as bridge:
            first = list(itertools.islice(more, tickets))
            answers = asyncio.run(post_all(bridge.address, first, CONNECTIONS))
            if len(answers.accepted) != tickets:
                raise BridgeError(f"the bridge took {len(answers.accepted)} of {tickets} orders")
            yield bridge, more
