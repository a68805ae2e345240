"""Rules: what one order costs to decide under a rule book, from message to settled kitchen.

The budget is 0.2 ms for a 3-line order under the hot-pot book, without storing or sending it.
"""

from __future__ import annotations

import gc
import time
from random import Random

from kds.bench.orders import receiving, three_line_order
from kds.bench.report import Figure, Report, spread_of
from kds.kitchen.decide import decide
from kds.kitchen.ids import Instant
from kds.kitchen.policy import Policy
from kds.kitchen.state import Kitchen

START_MS = 1_767_225_600_000


def rules(book: Policy, orders: int = 2000, seed: int = 1) -> Report:
    """Decide `orders` orders one after the other, each on the kitchen the former ones left."""
    random = Random(seed)
    commands = [receiving(three_line_order(number, random)) for number in range(orders)]
    kitchen = Kitchen()
    durations: list[float] = []
    events = 0
    gc.collect()
    gc.disable()
    try:
        for number, command in enumerate(commands):
            began = time.perf_counter()
            decision = decide(kitchen, command, book, Instant(START_MS + number * 200))
            durations.append(time.perf_counter() - began)
            kitchen = decision.kitchen
            events += len(decision.events)
    finally:
        gc.enable()
    figures: dict[str, Figure] = {"orders": orders, "events": events}
    return Report("rules", spread_of(durations), figures)
