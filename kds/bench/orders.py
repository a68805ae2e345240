"""Made-up orders of a hot-pot restaurant, for load and demonstration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from random import Random

from kds.kitchen.commands import ReceiveOrder
from kds.kitchen.ids import CommandId
from kds.records.canonical import order_from

_POTS = ("麻辣锅底", "番茄锅底", "菌汤锅底", "鸳鸯锅底")
_PLATES = ("毛肚", "肥牛", "虾滑", "鸭血", "土豆片", "金针菇", "冻豆腐", "鲜黄喉")
_DRINKS = ("酸梅汤", "王老吉", "可乐")


def three_line_order(number: int, random: Random) -> dict[str, object]:
    """Return order `number` of a visit of its own: a pot, a plate and a drink."""
    dishes = (
        (random.choice(_POTS), "锅底", "1"),
        (random.choice(_PLATES), "涮品", str(random.randint(1, 3))),
        (random.choice(_DRINKS), "饮料", "2"),
    )
    return {
        "source": "bench-till",
        "order_id": f"bench-{number}",
        "session": f"S{number}",
        "number": str(number),
        "service": "dine_in",
        "channel": "qr",
        "table": f"T{number}",
        "guests": 4,
        "lines": [
            {"line_id": str(i), "name": name, "category": category, "quantity": quantity}
            for i, (name, category, quantity) in enumerate(dishes, 1)
        ],
    }


def encoded(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield (order id, JSON body) of `count` orders."""
    random = Random(seed)
    for number in range(count):
        body = three_line_order(number, random)
        yield str(body["order_id"]), json.dumps(body, ensure_ascii=False).encode()


def receiving(body: dict[str, object]) -> ReceiveOrder:
    """Return the command that a bridge makes of an order."""
    order = order_from(body, zone=UTC)
    return ReceiveOrder(CommandId(f"receive-{body['order_id']}"), order.message, order.digest)
