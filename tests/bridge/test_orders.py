"""Orders in and out over HTTP, as the outside contract says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from tests.bridge.harness import Running, line, order


def test_a_new_order_is_created(shared: Running) -> None:
    sent = order(revision=7)
    answer = shared.post(sent)
    assert answer.status_code == 201
    told = answer.json()
    assert {key: told[key] for key in ("source", "order_id", "revision", "result")} == {
        "source": "till-1",
        "order_id": sent["order_id"],
        "revision": 7,
        "result": "new",
    }
    assert isinstance(told["seq"], int)
    assert isinstance(told["warnings"], list)


def test_amended_unchanged_and_stale_are_200(shared: Running) -> None:
    first = order(revision=2)
    later = {**first, "revision": 3, "lines": [line("1", quantity="2")]}
    older = {**first, "revision": 1, "note": "older"}
    assert shared.post(first).status_code == 201
    for sent, result in ((later, "amended"), (later, "unchanged"), (older, "stale")):
        answer = shared.post(sent)
        assert (answer.status_code, answer.json()["result"]) == (200, result)


def test_without_revisions_each_different_body_is_the_next(shared: Running) -> None:
    first = order()
    second = {**first, "note": "hurry"}
    revisions = [shared.post(sent).json()["revision"] for sent in (first, second, second)]
    assert revisions == [1, 2, 2]


def test_the_same_revision_with_other_content_is_a_conflict(shared: Running) -> None:
    first = order(revision=1)
    assert shared.post(first).status_code == 201
    answer = shared.post({**first, "note": "something else"})
    assert answer.status_code == 409
    alerts = {alert["id"]: alert for alert in shared.get("/v1/alerts")}
    assert "something else" in alerts[answer.json()["alert"]]["raw"]
    kept = shared.get(f"/v1/orders/till-1/{first['order_id']}")
    assert kept["revision"] == 1


def test_a_partial_for_an_unknown_order_creates_it_as_incomplete(shared: Running) -> None:
    sent = order(partial=True)
    answer = shared.post(sent)
    assert answer.status_code == 201
    assert shared.get(f"/v1/orders/till-1/{sent['order_id']}")["incomplete"] is True


class TestIdempotencyKey:
    def test_a_repeat_is_answered_with_the_first_place(self, shared: Running) -> None:
        sent = order()
        first = shared.post(sent, Idempotency_Key="a")
        again = shared.post(sent, Idempotency_Key="a")
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == {**first.json(), "result": "unchanged"}

    def test_contents_are_compared_not_bytes(self, shared: Running) -> None:
        sent = order()
        shared.post(sent, Idempotency_Key="b")
        spelled = json.dumps({**sent, "unknown": 1}, indent=3, sort_keys=True)
        headers = {"Content-Type": "application/json", "Idempotency-Key": "b"}
        answer = shared.client.post("/v1/orders", content=spelled, headers=headers)
        assert (answer.status_code, answer.json()["result"]) == (200, "unchanged")

    def test_other_content_under_one_key_is_a_conflict(self, shared: Running) -> None:
        first = order()
        shared.post(first, Idempotency_Key="c")
        answer = shared.post(order(), Idempotency_Key="c")
        assert answer.status_code == 409
        assert answer.json()["alert"] in {alert["id"] for alert in shared.get("/v1/alerts")}

    def test_a_repeat_after_a_later_amendment_changes_nothing(self, shared: Running) -> None:
        """Without revisions a late retry of the first body would count as the newest."""
        first = order()
        shared.post(first, Idempotency_Key="d1")
        shared.post({**first, "note": "later"}, Idempotency_Key="d2")
        assert shared.post(first, Idempotency_Key="d1").json()["result"] == "unchanged"
        assert shared.get(f"/v1/orders/till-1/{first['order_id']}")["revision"] == 2

    def test_two_tills_may_use_the_same_keys(self, shared: Running) -> None:
        assert shared.post(order(source="till-8"), Idempotency_Key="1").status_code == 201
        assert shared.post(order(source="till-9"), Idempotency_Key="1").status_code == 201

    def test_an_overlong_key_is_a_fault_of_the_request(self, shared: Running) -> None:
        answer = shared.post(order(), Idempotency_Key="k" * 256)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


class TestRefused:
    """What can never work is kept, shown, and answered 4xx in JSON."""

    @pytest.mark.parametrize(
        ("status", "content", "content_type"),
        [
            (400, b'{"source": "t"', "application/json"),
            (
                400,
                b'{"source": "t", "order_id": "x", "lines": [], "guests": NaN}',
                "application/json",
            ),
            (400, b"", "application/json"),
            (400, b"\xff\xfe\xfd\x00\x01", "application/json"),
            (
                413,
                b'{"source": "t", "lines": [' + b'{"line_id": "1"},' * 5001 + b"1]}",
                "application/json",
            ),
            (413, b"[" * 40 + b"]" * 40, "application/json"),
            (415, b"<order/>", "application/xml"),
            (415, b"a=b", "application/x-www-form-urlencoded"),
            (422, b"[]", "application/json"),
            (422, b'{"source": "t", "order_id": "x"}', "application/json"),
        ],
    )
    def test_it_becomes_an_alert_card(
        self, shared: Running, status: int, content: bytes, content_type: str
    ) -> None:
        headers = {"Content-Type": content_type}
        answer = shared.client.post("/v1/orders", content=content, headers=headers)
        assert answer.status_code == status, answer.text
        alerts = {alert["id"]: alert for alert in shared.get("/v1/alerts")}
        card = alerts[answer.json()["alert"]]
        assert len(card["raw"]) <= 2000
        assert card["raw"][:20] == content.decode("utf-8", "replace").replace("\0", "\ufffd")[:20]

    def test_all_faults_are_told_at_once(self, shared: Running) -> None:
        body = {"source": "a b", "order_id": "x", "lines": [{"line_id": "1", "quantity": "two"}]}
        answer = shared.client.post("/v1/orders", json=body)
        assert answer.status_code == 422
        fields = {fault["field"] for fault in answer.json()["errors"]}
        assert fields == {"source", "lines[0].name", "lines[0].quantity"}

    def test_compressed_bodies_are_refused(self, shared: Running) -> None:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = shared.client.post("/v1/orders", content=b"\x1f\x8b", headers=headers)
        assert answer.status_code == 415

    def test_a_body_over_4_mb_is_refused_whether_or_not_its_length_was_told(
        self, shared: Running
    ) -> None:
        def pieces() -> Iterator[bytes]:
            yield from (b" " * 65_536 for _ in range(70))

        headers = {"Content-Type": "application/json"}
        for content in (b" " * (70 * 65_536), pieces()):
            answer = shared.client.post("/v1/orders", content=content, headers=headers)
            assert answer.status_code == 413
            assert "error" in answer.json()

    def test_the_same_garbage_again_makes_no_second_card(self, shared: Running) -> None:
        """A till that repeats a broken message must not flood wall and disk."""
        headers = {"Content-Type": "application/json"}
        seen = set()
        before = shared.get("/health")["seq"]
        for _ in range(30):
            answer = shared.client.post("/v1/orders", content=b"garbage!", headers=headers)
            seen.add(answer.json()["alert"])
        (alert,) = seen
        cards = [card for card in shared.get("/v1/alerts") if card["id"] == alert]
        assert len(cards) == 1
        assert "10 times" in cards[0]["message"]
        assert shared.get("/health")["seq"] - before == 2

    def test_a_card_that_was_acknowledged_comes_back_with_the_next_one(
        self, shared: Running
    ) -> None:
        headers = {"Content-Type": "application/json"}

        def send() -> str:
            answer = shared.client.post("/v1/orders", content=b"again!", headers=headers)
            return str(answer.json()["alert"])

        alert = send()
        assert shared.command("ack_alert", alert=alert)["result"] == "applied"
        assert alert not in {card["id"] for card in shared.get("/v1/alerts")}
        assert send() == alert
        assert alert in {card["id"] for card in shared.get("/v1/alerts")}


class TestOneOrder:
    @pytest.mark.parametrize(
        "order_id", ["a/b", "a b?c#d%e", "订单 42", "../x", "a//b/", "x" * 200, "emoji 🍜"]
    )
    def test_any_text_names_an_order_when_percent_encoded(
        self, shared: Running, order_id: str
    ) -> None:
        shared.post(order(source="odd", order_id=order_id))
        answer = shared.client.get(f"/v1/orders/odd/{quote(order_id, safe='')}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["order_id"] == order_id

    def test_lines_have_the_boards_shape_and_their_steps(self, shared: Running) -> None:
        sent = order(lines=[line("1", "Coke", "2", category="drinks"), line("2", "Steak")])
        shared.post(sent)
        found = shared.get(f"/v1/orders/till-1/{sent['order_id']}")
        assert found["revision"] == 1
        assert found["visit"] == f"till-1/{sent['order_id']}"
        coke = next(ln for ln in found["lines"] if ln["line_id"] == "1")
        assert coke["portions"]["queued"] == "2"
        assert [step["station"] for step in coke["steps"]] == coke["stations"]
        assert coke["steps"][0]["portions"]["queued"] == "2"

    def test_an_unknown_order_is_404(self, shared: Running) -> None:
        assert shared.client.get("/v1/orders/till-1/never").status_code == 404


def test_customers_stand_on_the_board_but_in_no_event(shared: Running) -> None:
    sent = order(customer="Ms Li 13800000000")
    shared.post(sent)
    tickets = shared.get("/v1/board/expo")["tickets"]
    ticket = next(t for t in tickets if t["order_id"] == sent["order_id"])
    assert ticket["customer"] == "Ms Li 13800000000"
    log = shared.client.get("/v1/events", params={"after": 0, "limit": 5000}).text
    assert sent["order_id"] in log
    assert "13800000000" not in log
    assert "13800000000" not in shared.logged()


def test_a_card_about_a_broken_order_does_not_tell_who_ordered(shared: Running) -> None:
    """Cards are events, and events hold no guest data; the whole body is kept for weeks only."""
    sent = order(revision=1, customer="Mr Wang")
    shared.post(sent)
    told = {"customer": "Mr Wang", "deliveryAddress": '5 "Long" Road', "note": "no salt"}
    bodies = [json.dumps({**sent, **told}), json.dumps({**told, "phone": "1380000"})[:-3]]
    for body in bodies:
        headers = {"Content-Type": "application/json"}
        answer = shared.client.post("/v1/orders", content=body, headers=headers)
        cards = {card["id"]: card for card in shared.get("/v1/alerts")}
        raw = cards[answer.json()["alert"]]["raw"]
        assert "no salt" in raw
        assert not [secret for secret in ("Wang", "Road", "13800") if secret in raw]


def test_a_vendor_that_there_is_not_is_404(shared: Running) -> None:
    answer = shared.client.post("/v1/pos/nobody", json={})
    assert answer.status_code == 404
    assert "nobody" in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/v1/orders", 405)]
)
def test_errors_are_json(shared: Running, method: str, path: str, status: int) -> None:
    answer = shared.client.request(method, path)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


def test_a_connection_cut_in_mid_body_leaves_nothing(shared: Running) -> None:
    """Fault 9: half an order is no order, and nothing to alarm anybody about."""
    import socket

    url = httpx.URL(shared.http)
    before = shared.get("/health")["seq"]
    with socket.create_connection((url.host, url.port or 0)) as half:
        half.sendall(
            b"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b'Content-Length: 500\r\n\r\n{"source": "till-1", "order_id": "half"'
        )
    assert shared.post(order()).status_code == 201
    assert shared.client.get("/v1/orders/till-1/half").status_code == 404
    assert shared.get("/health")["seq"] > before
    assert " failed" not in shared.logged()
