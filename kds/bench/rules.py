"""Rules: what one order costs to decide under a rule book, from message to settled kitchen.

The budget is 0.2 ms for a 3-line order under the hot-pot book and 1 ms for a 12-line order under
a book of 300 rules, without storing or sending it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from kds.bench.many import book_of_many, dozen_line_order
from kds.bench.orders import receiving, three_line_order
from kds.bench.report import Figure, Report, spread_of
from kds.kitchen.commands import ReceiveOrder
from kds.kitchen.decide import decide
from kds.kitchen.ids import Instant
from kds.kitchen.policy import Policy
from kds.kitchen.state import Kitchen
from kds.rulebook.compile import compile_book

START_MS = 1_767_225_600_000


def rules(book: Policy, orders: int = 2000, seed: int = 1) -> Report:
    """Decide `orders` orders one after the other, each on the kitchen the former ones left."""
    random = Random(seed)
    commands = [receiving(three_line_order(number, random)) for number in range(orders)]
    return _decided("rules", book, commands)


def many_rules(rules: int, orders: int = 2000, seed: int = 1) -> Report:
    """Decide 12-line orders under a made-up book of so many rules."""
    random = Random(seed)
    book = compile_book(book_of_many(rules)).book
    assert book is not None
    bodies = (dozen_line_order(number, rules, random) for number in range(orders))
    report = _decided("many rules", book, [receiving(body) for body in bodies])
    return replace(report, figures={"rules": rules, **report.figures})


def _decided(name: str, book: Policy, commands: Sequence[ReceiveOrder]) -> Report:
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
    figures: dict[str, Figure] = {"orders": len(commands), "events": events}
    return Report(name, spread_of(durations), figures)
