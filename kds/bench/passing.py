"""Passing time: what half an hour costs on a full board, and whom it touches.

As the bridge's watch does it: an index of when each visit is due, asked again only for those that
changed. Every second order is for later, so that holds end, gates time out and limits pass.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from random import Random

from kds.bench.orders import receiving, three_line_order
from kds.bench.report import Report, spread_of
from kds.kitchen.decide import decide, record
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.due import changed_visits, due, visit_due

_START_MS = 1_767_225_600_000
_PASSING_MS = 30 * 60_000
_EARLIEST_MIN, _LATEST_MIN = 46, 90


def passing(book: Book, tickets: int, seed: int = 1) -> Report:
    """Let half an hour pass over so many open tickets; one duration for each moment of it.

    `others`: visits that changed although nothing of theirs was due, which should be none.
    """
    kitchen = _full(book, tickets, Random(seed))
    index = {visit: at for visit in kitchen.visits if (at := visit_due(kitchen, visit, book))}
    durations: list[float] = []
    facts = touched = others = 0
    end = _START_MS + _PASSING_MS
    while index and (now := max(_START_MS, min(index.values()))) <= end:
        began = time.perf_counter()
        ripe = {visit for visit, at in index.items() if at <= now}
        made = due(kitchen, book, Instant(now), ripe)
        after = record(kitchen, made, book, Instant(now)).kitchen
        changed = {*changed_visits(kitchen, after)}
        kitchen = after
        _ask_again(index, kitchen, book, changed | ripe)
        durations.append(time.perf_counter() - began)
        facts, touched = facts + len(made), touched + len(changed)
        others += len(changed - ripe)
    figures = {"tickets": tickets, "moments": len(durations), "facts": facts}
    return Report(
        "passing", spread_of(durations), {**figures, "touched": touched, "others": others}
    )


def _ask_again(
    index: dict[VisitId, Instant], kitchen: Kitchen, book: Book, visits: set[VisitId]
) -> None:
    for visit in visits:
        at = visit_due(kitchen, visit, book)
        if at is None:
            index.pop(visit, None)
        else:
            index[visit] = at


def _full(book: Book, tickets: int, random: Random) -> Kitchen:
    kitchen = Kitchen()
    for number in range(tickets):
        body = three_line_order(number, random)
        if number % 2:
            minutes = random.randint(_EARLIEST_MIN, _LATEST_MIN)
            due_at = datetime.fromtimestamp(_START_MS / 1000 + minutes * 60, UTC)
            body["due_at"] = due_at.isoformat()
        kitchen = decide(kitchen, receiving(body), book, Instant(_START_MS - number)).kitchen
    return kitchen
