"""A set that the till sends as one line, over HTTP and a kill."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import board_lines, line, order


def test_a_set_that_comes_as_one_line_is_on_the_boards_with_its_dishes(
    start: StartBridge, tmp_path: Path
) -> None:
    """They have it as `parent`; a void of the set by hand reaches them; a restart keeps them."""
    rules = ("--rules", "rules/hotpot")
    bridge = start(*rules, data=tmp_path / "data")
    sent = order(lines=[line("1", name="欢聚双人餐", category="套餐", quantity="2")])
    order_id = sent["order_id"]
    assert bridge.post(sent).status_code == 201
    (shell, *dishes) = board_lines(bridge.get("/v1/board/cut"), order_id)
    assert (shell["line_id"], shell["parent"]) == ("1", None)
    assert [(d["line_id"], d["parent"], d["quantity"]) for d in dishes] == [
        ("1+毛肚", "1", "2"),
        ("1+肥牛", "1", "4"),
    ]
    key = {"source": "till-1", "order_id": order_id}
    told = bridge.command("void", order=key, line_id="1", reason="gone")
    assert told["result"] == "applied"
    kept = bridge.get(f"/v1/orders/till-1/{order_id}")["lines"]
    assert {each["portions"]["void"] for each in kept} == {"2", "4"}
    bridge.end(signal.SIGKILL)
    again = start(*rules, data=tmp_path / "data")
    assert again.get(f"/v1/orders/till-1/{order_id}")["lines"] == kept
