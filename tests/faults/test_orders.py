"""Faults 12 to 21: doubled, disordered, moved, merged and split orders."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.bridge.harness import PATIENCE_S, Running, board_lines, line, order


def name_of(sent: dict[str, Any]) -> dict[str, str]:
    """Return how commands name an order."""
    return {"source": sent["source"], "order_id": sent["order_id"]}


def ticket_of(bridge: Running, sent: dict[str, Any], view: str = "all") -> dict[str, Any]:
    """Return the only ticket that shows an order."""
    tickets = bridge.get(f"/v1/board/{view}")["tickets"]
    (found,) = [t for t in tickets if name_of(sent) in t["orders"]]
    return dict(found)


def lines_of(bridge: Running, sent: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return an order's own lines by id."""
    shown = bridge.get(f"/v1/orders/{sent['source']}/{sent['order_id']}")
    return {ln["line_id"]: ln for ln in shown["lines"]}


@pytest.mark.parametrize("revision", [None, 1])
def test_12_the_same_order_twenty_times_at_once_is_one_ticket(
    shared: Running, revision: int | None
) -> None:
    sent = order() if revision is None else order(revision=revision)
    together = Barrier(20)

    def send(_: int) -> tuple[int, str]:
        together.wait()
        answer = shared.post(sent)
        return answer.status_code, answer.json()["result"]

    with ThreadPoolExecutor(20) as pool:
        results = sorted(pool.map(send, range(20)))
    assert results == [(200, "unchanged")] * 19 + [(201, "new")]
    assert len(ticket_of(shared, sent)["lines"]) == 1


def test_12_the_same_key_twenty_times_at_once_is_one_ticket(shared: Running) -> None:
    sent = order()
    together = Barrier(20)

    def send(_: int) -> tuple[int, int]:
        together.wait()
        answer = shared.post(sent, Idempotency_Key="storm")
        return answer.status_code, answer.json()["seq"]

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(send, range(20)))
    assert sorted(status for status, _ in results) == [200] * 19 + [201]
    assert len({seq for _, seq in results}) == 1


def test_13_other_content_under_the_same_revision_is_not_applied(shared: Running) -> None:
    sent = order(revision=4)
    shared.post(sent)
    answer = shared.post({**sent, "lines": [line("1", quantity="9")]})
    assert (answer.status_code, answer.json()["result"]) == (409, "conflict")
    assert lines_of(shared, sent)["1"]["quantity"] == "1"


@pytest.mark.parametrize("way", list(itertools.permutations((1, 2, 3))))
def test_14_revisions_in_any_order_end_as_the_latest(shared: Running, way: tuple[int, ...]) -> None:
    sent = order()
    bodies = {
        1: {**sent, "revision": 1, "lines": [line("1", quantity="1"), line("2", "Soup")]},
        2: {**sent, "revision": 2, "lines": [line("1", quantity="2"), line("2", "Soup")]},
        3: {**sent, "revision": 3, "lines": [line("1", quantity="3")]},
    }
    newest = 0
    for revision in way:
        assert shared.post(bodies[revision]).status_code in {200, 201}
        newest = max(newest, revision)
        assert lines_of(shared, sent)["1"]["quantity"] == str(newest)  # no blink back
    shown = lines_of(shared, sent)
    assert shown["1"]["portions"]["queued"] == "3"
    if "2" in shown:
        assert shown["2"]["portions"]["queued"] == "0"


def test_15_an_update_before_its_order_is_shown_and_then_completed(shared: Running) -> None:
    sent = order(revision=1, table="9", lines=[line("1"), line("2", "Soup")])
    early = {**sent, "revision": 2, "partial": True, "lines": [line("2", "Soup", "2")]}
    assert shared.post(early).status_code == 201
    shared.post(sent)
    shown = lines_of(shared, sent)
    assert {key: ln["quantity"] for key, ln in shown.items()} == {"1": "1", "2": "2"}
    assert ticket_of(shared, sent)["table"] == "9"


def test_16_a_cancel_before_its_order_leaves_nothing_to_cook(shared: Running) -> None:
    sent = order(revision=1)
    assert shared.post({**sent, "revision": 2, "cancelled": True, "lines": []}).status_code == 201
    shared.post(sent)
    assert [ln["portions"]["queued"] for ln in lines_of(shared, sent).values()] == ["0"]


def test_17_a_void_after_the_bump_is_shown_until_it_is_acknowledged(shared: Running) -> None:
    sent = order(revision=1, lines=[line("1", "Coke", category="drinks"), line("2", "Steak")])
    shared.post(sent)
    station = lines_of(shared, sent)["1"]["stations"][0]
    shared.command("bump", order=name_of(sent), line_id="1", view=station)
    shared.post({**sent, "revision": 2, "lines": [line("2", "Steak")]})
    (shown,) = [
        ln
        for ln in board_lines(shared.get(f"/v1/board/{station}"), sent["order_id"])
        if ln["line_id"] == "1"
    ]
    assert shown["void_unacknowledged"] is True
    shared.command("ack_void", order=name_of(sent), line_id="1", view=station)
    left = board_lines(shared.get(f"/v1/board/{station}"), sent["order_id"])
    assert not [ln for ln in left if ln["void_unacknowledged"]]


def test_18_a_void_and_a_bump_at_once_are_both_recorded(shared: Running) -> None:
    sent = order(revision=1)
    shared.post(sent)
    together = Barrier(2)

    def void() -> int:
        together.wait()
        return shared.post({**sent, "revision": 2, "cancelled": True}).status_code

    def bump() -> str:
        together.wait()
        return str(shared.command("bump", order=name_of(sent))["result"])

    with ThreadPoolExecutor(2) as pool:
        voided, bumped = pool.submit(void), pool.submit(bump)
        assert voided.result() == 200
        assert bumped.result() in {"applied", "no_op"}
    portions = lines_of(shared, sent)["1"]["portions"]
    assert portions["void"] == "1"


def test_19_a_table_transfer_moves_the_ticket(shared: Running) -> None:
    sent = order(revision=1, table="A1")
    shared.post(sent)
    before = ticket_of(shared, sent)
    shared.post({**sent, "revision": 2, "table": "B2"})
    ticket = ticket_of(shared, sent)
    assert (ticket["table"], ticket["moved_from"]) == ("B2", "A1")
    assert ticket["visit"] == before["visit"]
    for clock in ("age_s", "fired_age_s"):
        assert 0 <= ticket[clock] - before[clock] < PATIENCE_S  # it runs on


@pytest.mark.parametrize("swapped", [False, True])
def test_20_merged_checks_show_each_line_once(shared: Running, *, swapped: bool) -> None:
    first, second = order(table="C1"), order(table="C2")
    shared.post(first)
    shared.post(second)
    if swapped:
        first, second = second, first
    merged = shared.command("merge", order=name_of(second), into=name_of(first))
    assert merged["result"] == "applied"
    ticket = ticket_of(shared, first)
    assert name_of(second) in ticket["orders"]
    keys = [(ln["order_id"], ln["line_id"]) for ln in ticket["lines"]]
    assert sorted(keys) == sorted([(first["order_id"], "1"), (second["order_id"], "1")])


def test_21_a_split_check_loses_nothing_and_keeps_what_is_done(shared: Running) -> None:
    sent = order(table="D1", lines=[line("1", quantity="4"), line("2", "Soup")])
    shared.post(sent)
    shared.command("bump", order=name_of(sent), line_id="1", portions="1")
    parts = [{"line_id": "1", "portions": "2"}]
    split = shared.command("split", order=name_of(sent), lines=parts, table="D2")
    assert split["result"] == "applied"
    portions = lines_of(shared, sent)["1"]["portions"]
    assert (portions["queued"], portions["ready"]) == ("3", "1")
    tickets = [t for t in shared.get("/v1/board/all")["tickets"] if name_of(sent) in t["orders"]]
    assert sorted(t["table"] for t in tickets) == ["D1", "D2"]


def test_22_two_screens_bump_at_once_and_one_wins(shared: Running) -> None:
    sent = order()
    shared.post(sent)
    together = Barrier(2)

    def bump(device: str) -> str:
        together.wait()
        return str(shared.command("bump", order=name_of(sent), device=device)["result"])

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(bump, ("left", "right"))) == ["applied", "no_op"]
    assert lines_of(shared, sent)["1"]["portions"]["ready"] == "1"


def test_31_a_command_is_done_once_however_often_it_is_sent_and_whatever_dies(
    shared: Running,
) -> None:
    sent = order(lines=[line("1", quantity="5")])
    shared.post(sent)
    body = {
        "id": "storm-1",
        "kind": "bump",
        "order": name_of(sent),
        "line_id": "1",
        "portions": "1",
    }
    with ThreadPoolExecutor(10) as pool:
        posts = [pool.submit(shared.client.post, "/v1/commands", json=body) for _ in range(10)]
        results = [post.result().json()[0]["result"] for post in posts]
    assert sorted(results) == ["applied"] + ["no_op"] * 9
    assert lines_of(shared, sent)["1"]["portions"]["ready"] == "1"
