"""Commands and stock over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bridge.harness import Running, line, order


def sent_order(bridge: Running, **fields: Any) -> dict[str, str]:
    """Send an order and return how commands name it."""
    sent = order(**fields)
    assert bridge.post(sent).status_code == 201
    return {"source": sent["source"], "order_id": sent["order_id"]}


def test_a_command_is_applied_and_a_repeat_is_not(shared: Running) -> None:
    body = {"id": "bump-once", "kind": "bump", "order": sent_order(shared), "line_id": "1"}
    (first,) = shared.client.post("/v1/commands", json=body).json()
    (again,) = shared.client.post("/v1/commands", json=body).json()
    assert first["result"] == "applied"
    assert (again["result"], again["seq"]) == ("no_op", first["seq"])
    assert set(first) == {"id", "result", "why", "seq"}


def test_a_list_is_done_in_order(shared: Running) -> None:
    name = sent_order(shared)
    kinds = ["start", "bump", "serve", "serve"]
    body = [{"id": f"list-{n}", "kind": kind, "order": name} for n, kind in enumerate(kinds)]
    answers = shared.client.post("/v1/commands", json=body).json()
    assert [answer["id"] for answer in answers] == ["list-0", "list-1", "list-2", "list-3"]
    assert [answer["result"] for answer in answers] == ["applied", "applied", "applied", "no_op"]


def test_one_id_twice_in_a_list_is_applied_once(shared: Running) -> None:
    body = {"id": "twin", "kind": "rush", "order": sent_order(shared), "line_id": "1"}
    first, second = shared.client.post("/v1/commands", json=[body, body]).json()
    assert (first["result"], second["result"]) == ("applied", "no_op")
    assert first["seq"] == second["seq"]


def test_what_can_not_be_done_is_told_not_failed(shared: Running) -> None:
    refused = shared.command("bump", order={"source": "till-1", "order_id": "never"})
    assert refused["result"] == "refused"
    assert refused["why"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "bump", "order": {"source": "t", "order_id": "1"}}, "id"),
        ({"id": "x", "kind": "dance"}, "kind"),
        ({"id": "x", "kind": "bump"}, "order"),
        ([{"id": "x", "kind": "undo"}], "[0].undoes"),
        ([{"id": "x", "kind": "undo", "undoes": "y"}, 7], "[1]"),
    ],
)
def test_malformed_commands_are_422_with_every_fault(
    shared: Running, body: object, field: str
) -> None:
    answer = shared.client.post("/v1/commands", json=body)
    assert answer.status_code == 422
    assert field in [fault["field"] for fault in answer.json()["errors"]]


def test_a_malformed_command_keeps_the_others_of_its_list_undone(shared: Running) -> None:
    name = sent_order(shared)
    body = [{"id": "whole-or-not", "kind": "bump", "order": name}, {"id": "bad", "kind": "no"}]
    assert shared.client.post("/v1/commands", json=body).status_code == 422
    (first,) = shared.client.post("/v1/commands", json=body[0]).json()
    assert first["result"] == "applied"


def test_no_json_is_400(shared: Running) -> None:
    answer = shared.client.post("/v1/commands", content=b"{")
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_stock_counts_down_with_orders(shared: Running) -> None:
    path = "/v1/stock/duck%2F1"
    assert shared.client.put(path, json={"left": 5}).json() == {"left": 5}
    sent_order(shared, lines=[line("1", "Duck", "2", item_id="duck/1")])
    assert shared.get("/v1/stock")["duck/1"] == {"left": 3}
    assert shared.client.put(path, json={"left": None}).json() == {"left": None}
    assert "duck/1" not in shared.get("/v1/stock")


def test_a_sold_out_dish_asks_the_pass_and_says_how_many_are_short(shared: Running) -> None:
    name = sent_order(shared, lines=[line("1", "Crab", "2", item_id="crab/9")])
    assert shared.command("sold_out", item_id="crab/9", left=1)["result"] == "applied"
    assert shared.get("/v1/stock")["crab/9"] == {"left": 0, "short": 1}
    order_path = f"/v1/orders/{name['source']}/{name['order_id']}"
    (told,) = shared.get(order_path)["lines"]
    assert (told["lost"], told["left"]) == ("1", "0")
    assert "sold_out" in told["flags"]
    cards = [card["id"] for card in shared.get("/v1/board/expo")["alerts"]]
    assert "sold-out:crab/9" in cards
    shared.command("on_sale", item_id="crab/9")
    assert shared.get(order_path)["lines"][0]["lost"] == "0"
    assert "sold-out:crab/9" not in [c["id"] for c in shared.get("/v1/board/expo")["alerts"]]


def test_a_pan_is_begun_for_several_tickets_by_what_the_board_says(shared: Running) -> None:
    def pans() -> list[dict[str, Any]]:
        return [b for b in shared.get("/v1/board/stove")["batches"] if b["name"] == "宫保鸡丁"]

    for _ in range(2):
        sent_order(shared, lines=[line("1", "宫保鸡丁", category="热菜")])
    (pan,) = pans()
    assert (pan["portions"], pan["state"]) == ("2", "queued")
    assert shared.command("start", view="stove", lines=pan["lines"])["result"] == "applied"
    (pan,) = pans()
    assert pan["state"] == "cooking"
    assert shared.command("bump", view="stove", lines=pan["lines"])["result"] == "applied"
    assert pans() == []


def test_a_rider_at_the_door_is_told_by_a_command(shared: Running) -> None:
    name = sent_order(shared, service="delivery")
    assert shared.command("rider_here", order=name)["result"] == "applied"
    assert shared.command("rider_here", order=name)["result"] == "no_op"
    tickets = shared.get("/v1/board/all")["tickets"]
    (told,) = (ticket for ticket in tickets if ticket["order_id"] == name["order_id"])
    assert "rider" in told["flags"]
    assert told["priority"] is None  # this book prefers nobody


@pytest.mark.parametrize("body", [{}, {"left": -1}, {"left": "many"}, [], 5])
def test_a_wrong_stock_is_422(shared: Running, body: object) -> None:
    answer = shared.client.put("/v1/stock/x", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "left"
