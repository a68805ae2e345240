"""The count at the end: what the tills have on disk against what the bridge has in its log."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kds.demo.tills import Http, HttpError, Key, Written

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of orders. `lost`: sent and not in the log; `doubled`: in it more than once."""

    sent: frozenset[Key]
    lost: frozenset[Key]
    doubled: frozenset[Key]


def tally(written: Iterable[Written], log: Sequence[Mapping[str, Any]]) -> Tally:
    """Compare orders, revision by revision; an order counts once however often it was changed."""
    sent = {(each.key, each.revision) for each in written}
    logged = Counter(_revisions(log))
    return Tally(
        sent=frozenset(key for key, _ in sent),
        lost=frozenset(key for key, revision in sent if not logged[key, revision]),
        doubled=frozenset(key for (key, _), count in logged.items() if count > 1),
    )


def _revisions(log: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Key, int]]:
    for event in log:
        if event["kind"] == "order_received":
            order = event["order"]
            yield (order["source"], order["order_id"]), event["data"]["revision"]


def bumps(log: Iterable[Mapping[str, Any]]) -> int:
    """Return how often somebody struck something off."""
    moves = ("bump", "serve")
    return sum(
        event["kind"] == "portions_moved" and event["data"]["move"] in moves for event in log
    )


async def read_log(http: Http, after: int = 0) -> list[dict[str, Any]]:
    """Return all that the bridge has logged after a place; raises `HttpError`."""
    found: list[dict[str, Any]] = []
    while True:
        place = found[-1]["seq"] if found else after
        status, body = await http.ask("GET", f"/v1/events?after={place}&limit={_PAGE}")
        if status != 200:
            raise HttpError(f"the log can not be read: {status}")
        page = json.loads(body)
        if not page:
            return found
        found.extend(page)
