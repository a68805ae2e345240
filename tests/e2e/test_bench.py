"""`kds bench restart`: killed, started again, and what it says of both."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_ALWAYS = {"bench", "machine", "seconds", "worst_s", "cpu_s", "rss_mb", "repeats"}


def measured(*flags: str) -> dict[str, float]:
    """Return the document that the benchmark prints."""
    command = [sys.executable, "-m", "kds", "bench", "restart", "--repeats", "2", "--json", *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_killed_bridge_and_its_wall_come_back_whole() -> None:
    """Promise 5: the wall counts as back only with every order, or else this never ends."""
    found = measured("--orders", "30")
    assert found.keys() == _ALWAYS | {"wall_s", "wall_worst_s", "open_orders"}
    assert 0 < found["seconds"] <= found["wall_worst_s"]


@pytest.mark.long
def test_past_orders_cost_a_start_nothing() -> None:
    found = measured("--closed", "3000")
    assert found["closed_orders"] == 3000
    assert found["few_closed_orders"] == 500
    assert found["rss_mb"] < found["few_rss_mb"] * 1.15
