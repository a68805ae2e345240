"""Faults 26 and 27: clocks that jump, time zones, business days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, eventually, order

BOOK = """
book: {id: island, name: Island, zone: ZONE, day_ends: 00:00}
stations: [{id: hot, name: Hot}]
menu: [{id: dishes, class: dish, match: [{category: [food]}], cook: hot}]
"""


def test_26_a_wall_clock_behind_the_log_makes_no_negative_ages(start: StartBridge) -> None:
    """The log runs far ahead under a time scale; the next start finds the wall clock behind it."""
    fast = start("--time-scale", "5000")
    sent = order()
    fast.post(sent)
    eventually(lambda: fast.get("/v1/board/all")["tickets"][0]["age_s"] > 3_600)
    fast.post(order())
    fast.end()
    slow = start()
    health = slow.get("/health")
    assert health["clock_ahead_s"] > 600
    assert any("clock" in problem for problem in health["problems"])
    ages = [ticket["age_s"] for ticket in slow.get("/v1/board/all")["tickets"]]
    assert min(ages) >= 0
    assert max(ages) > 3_600
    events = slow.get("/v1/events", after=0, limit=5000)
    slow.post(order())
    (newest,) = slow.get("/v1/events", after=events[-1]["seq"], limit=1)
    assert newest["at"] >= events[-1]["at"]


@pytest.mark.parametrize(
    "placed_at",
    [
        "2026-03-29T02:30:00",
        "2026-10-25T02:30:00",
        "2026-11-21T23:59:59+14:00",
        "1999-01-01T00:00Z",
    ],
)
def test_27_a_time_that_hardly_exists_is_taken(shared: Running, placed_at: str) -> None:
    """DST nights, far zones, clocks of tills that were never set."""
    sent = order(placed_at=placed_at)
    assert shared.post(sent).status_code == 201
    tickets = shared.get("/v1/board/all")["tickets"]
    (ticket,) = [t for t in tickets if t["order_id"] == sent["order_id"]]
    assert 0 <= ticket["wait_s"] < 12 * 3600 + 60


@pytest.mark.parametrize(
    "placed_at", ["yesterday", "2026-13-01T00:00:00Z", "25:00", "0001-01-01T00:00Z"]
)
def test_27_what_is_no_time_is_refused_with_its_place(shared: Running, placed_at: str) -> None:
    answer = shared.post(order(placed_at=placed_at))
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ["placed_at"]


def test_27_the_business_day_is_the_stores_and_not_the_machines(
    start: StartBridge, tmp_path: Path
) -> None:
    """Two stores of one chain, the machine's clock the same: their days differ."""
    days = set()
    for name in ("Niue", "Kiritimati"):  # 25 hours apart
        rules = tmp_path / f"rules-{name}"
        rules.mkdir()
        rules.joinpath("book.yaml").write_text(BOOK.replace("ZONE", f"Pacific/{name}"))
        bridge = start("--rules", rules, data=tmp_path / name)
        bridge.post(order(table="1"))
        (visit,) = bridge.get("/v1/visits", table="1")
        days.add(visit["business_date"])
    assert len(days) == 2
