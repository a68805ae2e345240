"""Orders that have left the state are still there for whoever asks, sends or acts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.harness import Running, eventually, line, order, running

DAY_IN_NINE_SECONDS = "10000"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bridge whose days pass in seconds."""
    data: Path = tmp_path_factory.mktemp("past") / "data"
    with running(data, "--time-scale", DAY_IN_NINE_SECONDS) as bridge:
        yield bridge


def has_left(bridge: Running, order_id: str) -> bool:
    """Say whether an order's visit has been archived."""
    return "visit_archived" in kinds_after(bridge, 0, order_id)


def log_end(bridge: Running) -> int:
    """Return the log's last place; /health learns of a commit a moment after the log has it."""
    return int(bridge.get("/v1/events", after=0, limit=5000)[-1]["seq"])


def kinds_after(bridge: Running, seq: int, order_id: str) -> list[str]:
    """Return what was logged about an order's own visits since a log place."""
    events = bridge.get("/v1/events", after=seq, limit=5000)
    return [e["kind"] for e in events if str(e["visit"]).startswith(f"till-1/{order_id}")]


@pytest.fixture(scope="module")
def all_archived(past: Running) -> list[dict[str, Any]]:
    """Orders that were served, closed, and have left the state, for one test each."""
    sent = [order(revision=1, lines=[line("1"), line("2", "Soup")]) for _ in range(8)]
    for each in sent:
        past.post(each)
        name = {"source": "till-1", "order_id": each["order_id"]}
        past.command("serve", order=name)
        past.command("close", order=name)
    for each in sent:
        eventually(partial(has_left, past, each["order_id"]))
    return sent


@pytest.fixture
def archived(all_archived: list[dict[str, Any]]) -> dict[str, Any]:
    """One of them."""
    return all_archived.pop()


def test_it_can_be_looked_at(past: Running, archived: dict[str, Any]) -> None:
    found = past.get(f"/v1/orders/till-1/{archived['order_id']}")
    assert found["revision"] == 1
    assert [ln["portions"]["served"] for ln in found["lines"]] == ["1", "1"]
    shown = past.get("/v1/board/all")["tickets"]
    assert archived["order_id"] not in [ticket["order_id"] for ticket in shown]


def test_a_late_repeat_is_known_and_wakes_nothing(past: Running, archived: dict[str, Any]) -> None:
    seq = log_end(past)
    answer = past.post(archived)
    assert (answer.status_code, answer.json()["result"]) == (200, "unchanged")
    assert kinds_after(past, seq, archived["order_id"]) == []


def test_a_late_amendment_brings_it_back(past: Running, archived: dict[str, Any]) -> None:
    seq = log_end(past)
    more = {**archived, "revision": 2, "lines": [*archived["lines"], line("3", "Tea")]}
    answer = past.post(more)
    assert (answer.status_code, answer.json()["result"]) == (200, "amended")
    assert kinds_after(past, seq, archived["order_id"])[:2] == ["visit_restored", "order_received"]
    found = past.get(f"/v1/orders/till-1/{archived['order_id']}")
    portions = {ln["line_id"]: ln["portions"] for ln in found["lines"]}
    assert portions["1"]["served"] == "1"
    assert portions["3"]["queued"] == "1"


def test_a_late_recall_brings_it_back(past: Running, archived: dict[str, Any]) -> None:
    name = {"source": "till-1", "order_id": archived["order_id"]}
    assert past.command("recall", order=name, line_id="1")["result"] == "applied"
    found = past.get(f"/v1/orders/till-1/{archived['order_id']}")
    assert {ln["line_id"]: ln["portions"]["ready"] for ln in found["lines"]} == {"1": "1", "2": "0"}


def test_other_content_under_its_revision_is_a_conflict(
    past: Running, archived: dict[str, Any]
) -> None:
    seq = log_end(past)
    assert past.post({**archived, "note": "other"}).status_code == 409
    assert kinds_after(past, seq, archived["order_id"]) == []


def test_each_line_of_a_visit_is_told_its_own_part_only(shared: Running) -> None:
    """A bump of 5,000 lines told every line of all the others: 11 GB of memory."""
    sent = order(table="banquet", lines=[line(str(n)) for n in range(30)])
    shared.post(sent)
    name = {"source": sent["source"], "order_id": sent["order_id"]}
    for kind in ("bump", "rush", "recall", "void", "ack_void"):
        assert shared.command(kind, order=name)["result"] == "applied"
    (visit,) = shared.get("/v1/visits", table="banquet")
    for each in visit["lines"]:
        moved = next(ev for ev in each["timeline"] if ev["kind"] == "portions_moved")
        assert moved["data"]["move"] == "bump"
        (item,) = moved["data"]["items"]
        assert item["line"] == [sent["source"], sent["order_id"], each["line_id"]]
        parts = [part for ev in each["timeline"] for part in ev["data"].values()]
        assert all(len(part) == 1 for part in parts if isinstance(part, list))
