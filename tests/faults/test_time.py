"""Faults 26 and 27: clocks that jump, time zones, business days."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, eventually, order, running
from tests.e2e.screens import shoot, timeless

CLOCK = Path(__file__).with_name("clock")
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


class HostClock:
    """The wall clock of a machine, to be set in service. `environment`: of programs on it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.environment = {
            "KITCHEN_TEST_CLOCK": str(file),
            "PYTHONPATH": os.pathsep.join((str(CLOCK), os.environ.get("PYTHONPATH", ""))),
        }
        self.set(0)

    def set(self, hours: float) -> None:
        """Let the clock be wrong by so many hours from now on."""
        draft = self._file.with_suffix(".new")
        draft.write_text(str(hours * 3600))
        draft.replace(self._file)


@pytest.fixture
def host(tmp_path: Path) -> HostClock:
    """The clock of the machine."""
    return HostClock(tmp_path / "clock")


@pytest.fixture
def timed(tmp_path: Path, host: HostClock) -> Iterator[Running]:
    """A bridge on that machine, with two orders."""
    with running(tmp_path / "data", **host.environment) as bridge:
        for _ in range(2):
            bridge.post(order())
        yield bridge


def hours_ahead(host: HostClock) -> int:
    """Return by how much a program on that machine has the time wrong."""
    ask = (sys.executable, "-c", "import time; print(time.time())")
    told = subprocess.run(
        ask, env=os.environ | host.environment, capture_output=True, text=True, check=True
    )
    return round((float(told.stdout) - time.time()) / 3600)


def ages(board: dict[str, Any]) -> dict[str, float]:
    """Return the age of every order, in the order of the wall."""
    return {ticket["order_id"]: ticket["age_s"] for ticket in board["tickets"]}


@pytest.mark.parametrize("hours", [2, -2])
def test_26_setting_the_bridges_clock_in_service_moves_nothing(
    timed: Running, host: HostClock, hours: int
) -> None:
    before = ages(timed.get("/v1/board/all"))
    host.set(hours)
    timed.post(order())
    assert hours_ahead(host) == hours
    after = ages(timed.get("/v1/board/all"))
    assert list(after)[:2] == list(before)  # nothing is reshuffled, the new one comes last
    assert all(0 <= after[key] - before[key] < 60 for key in before)
    assert all(age >= 0 for age in after.values())
    events = timed.get("/v1/events", after=0, limit=1000)
    moments = [datetime.fromisoformat(event["at"]) for event in events]
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] < timedelta(minutes=5)


@pytest.mark.parametrize("hours", [2, -2])
def test_26_a_displays_wrong_clock_changes_no_age(
    timed: Running, host: HostClock, tmp_path: Path, hours: int
) -> None:
    """Its machine was never set: what it shows is the bridge's time all the same."""
    host.set(hours)
    assert hours_ahead(host) == hours
    done = shoot(timed, "all", tmp_path / "shot.png", **host.environment)
    assert done.returncode == 0, done.stderr
    shot, told = json.loads(done.stdout), timed.get("/v1/board/all")
    assert timeless(shot) == timeless(told)
    shown = ages(shot)
    assert all(0 <= age - shown[key] < 60 for key, age in ages(told).items())


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
