"""Open work follows a new rule book in pieces: all of it, once, whatever dies between."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, eventually, line, order

TABLES = 120
BOOK = """\
book: {id: one, name: One, zone: Asia/Shanghai}
stations: [{id: cut, name: Cut}, {id: wok, name: Wok}]
menu:
  - {id: plates, class: plate, match: {category: plates}, cook: cut, late: 8 min}
  - {id: rest, class: dish, match: {parts: no}, cook: wok}
"""
MOVED = BOOK.replace("cook: cut", "cook: wok")


def moves(bridge: Running) -> list[str]:
    """Return the visits whose lines were sent another way, one entry for each time."""
    events = bridge.get("/v1/events", limit=5_000)
    return [each["visit"] for each in events if each["kind"] == "lines_rerouted"]


def count(bridge: Running, station: str) -> int:
    return len(bridge.get(f"/v1/board/{station}")["tickets"])


def test_a_bridge_that_dies_while_work_follows_goes_on_with_it(
    start: StartBridge, tmp_path: Path
) -> None:
    """Half a kitchen by old rules for ever would be worse than none by new ones."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "book.yaml").write_text(BOOK, "utf-8")
    bridge = start("--rules", rules, "--live-rules")
    before = bridge.get("/v1/rules")["hash"]
    for number in range(TABLES):
        table = str(number)
        sent = order(table=table, session=table, lines=[line("1", "tripe", category="plates")])
        assert bridge.post(sent).status_code == 201
    (rules / "book.yaml").write_text(MOVED, "utf-8")
    eventually(lambda: bridge.get("/v1/rules")["hash"] != before)
    bridge.end(signal.SIGKILL)
    bridge = start("--rules", rules)
    eventually(lambda: count(bridge, "cut") == 0)
    assert count(bridge, "wok") == TABLES
    assert len(moves(bridge)) == len(set(moves(bridge))) == TABLES
