"""The benches run, and say what the contract promises. How quick it is, is not asked here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kds.bench.passing import passing
from kds.bench.rules import many_rules
from kds.rulefiles import read_book

SPREAD = {"p50_ms", "p95_ms", "p99_ms", "max_ms"}


def bench(*arguments: str) -> dict[str, Any]:
    """Run a bench without a screen, and return its one document."""
    command = (sys.executable, "-m", "kds", "bench", *arguments, "--json", "--offscreen")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_glass_sees_every_order_and_where_its_time_goes() -> None:
    found = bench("glass", "--tickets", "20", "--orders", "5")
    assert found.keys() >= SPREAD | {"bench", "machine", "pressed_p50_ms", "done_p50_ms"}
    assert found["unseen"] == 0
    assert 0 < found["received_p50_ms"] < found["p50_ms"]


@pytest.mark.parametrize(
    ("arguments", "figures"),
    [
        (("idle", "--tickets", "20", "--seconds", "1"), {"cpu_percent", "rss_mb"}),
        (("adopt", "--tickets", "20", "--many", "6"), {*SPREAD, "stall_ms", "adopted_ms"}),
        (("wall", "--tickets", "60", "--orders", "3"), {*SPREAD, "first_ms", "tick_p50_ms"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_bench_gives_its_figures(arguments: tuple[str, ...], figures: set[str]) -> None:
    found = bench(*arguments)
    assert found.keys() >= figures | {"bench", "machine"}
    assert all(found[name] >= 0 for name in figures)


def test_the_book_of_many_rules_is_sound_and_holds_what_it_should() -> None:
    """A book that decides nothing would be quick for the wrong reason."""
    figures = many_rules(30, orders=20).figures
    assert (figures["rules"], figures["orders"]) == (30, 20)
    assert int(figures["events"]) > 30


def test_passing_time_touches_only_what_it_is_about() -> None:
    """A board of hundreds must not be gone through whenever a gate of one table times out."""
    book = read_book(Path(__file__).resolve().parents[2] / "rules" / "hotpot").book
    assert book is not None
    figures = passing(book, 30).figures
    assert figures["others"] == 0
    assert int(figures["facts"]) >= int(figures["touched"]) == figures["moments"]
    assert int(figures["moments"]) > 30
