"""Checks over HTTP: what is odd is taken in, told to its sender, shown, and let go by the pass."""

from __future__ import annotations

from pathlib import Path

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, board_lines, line, order

ROOT = Path(__file__).resolve().parents[2]


def test_too_many_are_taken_in_with_a_warning_and_let_go_by_the_pass(shared: Running) -> None:
    soup = line("1", "Tomato soup", "300", category="Soups")
    sent = order(lines=[soup, line("2", "Cola", category="Drinks")])
    answer = shared.post(sent)
    assert (answer.status_code, answer.json()["result"]) == (201, "new")
    assert answer.json()["warnings"] == [
        "'Tomato soup': 300 portions?; the pass is asked",
    ]
    for view in ("expo", "all"):
        soup_line, cola = board_lines(shared.get(f"/v1/board/{view}"), sent["order_id"])
        assert {"ask_pass", "check"} <= set(soup_line["flags"])
        assert (soup_line["hold"]["rule"], soup_line["hold"]["asks"]) == ("too-many", True)
        assert soup_line["remarks"][0]["messages"]["zh"] == "300 份？"
        assert (cola["hold"], cola["remarks"]) == (None, [])
    named = {"source": sent["source"], "order_id": sent["order_id"]}
    told = shared.command("release", order=named, line_id="1", view="expo")
    assert told["result"] == "applied"
    known = shared.get(f"/v1/orders/{sent['source']}/{sent['order_id']}")
    assert known["lines"][0]["hold"] is None
    assert known["lines"][0]["remarks"][0]["answered"] is True
    events = shared.get("/v1/events", after=told["seq"] - 2, limit=10)
    assert {"hold_released", "line_checked"} <= {event["kind"] for event in events}


def test_an_order_from_a_phone_waits_for_its_money_and_a_refund_is_a_void(
    start: StartBridge,
) -> None:
    """As the fast-food book has it, from the till's side: the same order again as it is paid."""
    bridge = start("--rules", ROOT / "rules" / "fast_food")
    dish = line("1", "Fries", "2", category="Sides")
    sent = order(channel="qr", number="31", lines=[dish])
    named = {"source": sent["source"], "order_id": sent["order_id"]}
    assert bridge.post(sent).status_code == 201
    (shown,) = board_lines(bridge.get("/v1/board/expo", lang="en"), sent["order_id"])
    assert (shown["hold"]["rule"], shown["hold"]["reason"]) == ("pay-first", "not paid yet")
    assert shown["portions"]["held"] == "2"
    assert bridge.post({**sent, "payment": "paid"}).json()["result"] == "amended"
    (shown,) = board_lines(bridge.get("/v1/board/fry"), sent["order_id"])
    assert (shown["hold"], shown["portions"]["queued"]) == (None, "2")
    bridge.command("start", order=named, view="fry")
    bridge.post({**sent, "payment": "refunded"})
    (shown,) = board_lines(bridge.get("/v1/board/fry"), sent["order_id"])
    assert (shown["portions"]["void"], shown["void_unacknowledged"]) == ("2", True)
