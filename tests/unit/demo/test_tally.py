"""The count that the demo shows: made from what is on disk, and able to find a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kds.demo.tally import bumps, tally
from kds.demo.tills import Written


def taken(order_id: str, revision: int = 1) -> Written:
    return Written(("Till", order_id), revision)


def logged(order_id: str, revision: int = 1) -> Mapping[str, Any]:
    order = {"source": "Till", "order_id": order_id}
    return {"kind": "order_received", "order": order, "data": {"revision": revision}}


def test_what_is_sent_and_logged_once_is_neither_lost_nor_doubled() -> None:
    count = tally(
        [taken("1"), taken("1", 2), taken("2")], [logged("1"), logged("2"), logged("1", 2)]
    )
    assert (len(count.sent), count.lost, count.doubled) == (2, frozenset(), frozenset())


def test_an_order_that_is_not_in_the_log_is_lost() -> None:
    count = tally([taken("1"), taken("2"), taken("2", 2)], [logged("2")])
    assert count.lost == {("Till", "1"), ("Till", "2")}


def test_an_order_that_is_in_the_log_twice_is_doubled() -> None:
    assert tally([taken("1")], [logged("1"), logged("1")]).doubled == {("Till", "1")}


def test_bumps_are_what_was_struck_off_and_not_what_was_begun() -> None:
    moves = ("start", "bump", "serve", "recall")
    log = [{"kind": "portions_moved", "data": {"move": move}} for move in moves]
    assert bumps([*log, logged("1")]) == 2
