"""Faults 41 to 47: whatever a till sends, there is an answer, no traceback, and a living bridge."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.bridge.harness import Running, board_lines, line, order

JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def alive(shared: Running) -> Any:
    """Whatever was sent, the bridge serves on and its log shows no traceback."""
    yield
    assert shared.post(order()).status_code == 201
    assert "Traceback" not in shared.logged()
    assert " failed" not in shared.logged()


def send(bridge: Running, content: bytes, content_type: str = "application/json") -> int:
    headers = {"Content-Type": content_type}
    answer = bridge.client.post("/v1/orders", content=content, headers=headers)
    assert isinstance(answer.json(), dict)
    return answer.status_code


def taken(bridge: Running, sent: dict[str, Any]) -> list[dict[str, Any]]:
    """Send an order that is accepted, and return its lines as the board shows them."""
    answer = bridge.post(sent)
    assert answer.status_code == 201, answer.text
    return board_lines(bridge.get("/v1/board/all"), sent["order_id"])


def test_41_a_dish_that_no_rule_knows_is_shown_on_every_station(shared: Running) -> None:
    sent = order(lines=[line("1", "完全未知之物")])
    assert taken(shared, sent)
    for station in shared.get("/v1/rules")["stations"]:
        assert board_lines(shared.get(f"/v1/board/{station['id']}"), sent["order_id"])


class TestSize:
    """Fault 42."""

    def test_a_line_with_500_modifiers(self, shared: Running) -> None:
        modifiers = [{"name": f"m{n}"} for n in range(500)]
        (shown,) = taken(shared, order(lines=[line("1", modifiers=modifiers)]))
        assert len(shown["modifiers"]) == 500

    def test_a_note_of_one_megabyte(self, shared: Running) -> None:
        (shown,) = taken(shared, order(lines=[line("1", note="x" * 1_000_000)]))
        assert len(shown["note"]) == 1_000_000

    def test_64_levels_of_modifiers_are_refused(self, shared: Running) -> None:
        modifiers: list[Any] = []
        for _ in range(64):
            modifiers = [{"name": "deeper", "modifiers": modifiers}]
        assert (
            send(shared, json.dumps(order(lines=[line("1", modifiers=modifiers)])).encode()) == 413
        )

    def test_a_million_brackets(self, shared: Running) -> None:
        assert send(shared, b"[" * 1_000_000) in {400, 413}

    def test_10_000_lines_are_refused_and_5_000_are_not(self, shared: Running) -> None:
        lines = [line(str(n)) for n in range(10_000)]
        assert send(shared, json.dumps(order(lines=lines)).encode()) == 413
        answer = shared.post(order(lines=lines[:5_000], cancelled=True))
        assert answer.status_code == 201

    def test_a_huge_order_does_not_keep_others_waiting(self, shared: Running) -> None:
        huge = json.dumps(order(lines=[line(str(n)) for n in range(10_000)])).encode()
        with ThreadPoolExecutor(4) as pool:
            refused = [pool.submit(send, shared, huge) for _ in range(4)]
            for _ in range(20):
                assert shared.post(order()).elapsed.total_seconds() < 5
            assert {each.result() for each in refused} == {413}


class TestQuantity:
    """Fault 43."""

    @pytest.mark.parametrize(
        ("quantity", "shown"),
        [("0", "0"), (-1, "-1"), ("0.333", "0.333"), (1.5, "1.5"), ("1e0", None), (2.0, "2")],
    )
    def test_a_quantity_is_shown_as_said(
        self, shared: Running, quantity: object, shown: str | None
    ) -> None:
        sent = order(lines=[line("1", quantity=quantity)])
        if shown is None:
            assert shared.post(sent).status_code == 422
        else:
            assert [ln["quantity"] for ln in taken(shared, sent)] == [shown]

    @pytest.mark.parametrize("quantity", ["two", "", None, True, [], {}, 1e9, "99999999", 0.0001])
    def test_nonsense_is_refused_with_its_place(self, shared: Running, quantity: object) -> None:
        answer = shared.post(order(lines=[line("1", quantity=quantity)]))
        assert answer.status_code == 422
        assert [f["field"] for f in answer.json()["errors"]] == ["lines[0].quantity"]

    @pytest.mark.parametrize("quantity", [0, -2])
    def test_what_is_not_to_be_cooked_is_not_counted(self, shared: Running, quantity: int) -> None:
        (shown,) = taken(shared, order(lines=[line("1", quantity=quantity)]))
        counts = {state: Decimal(n) for state, n in shown["portions"].items()}
        assert sum(counts.values()) == 0

    def test_an_order_without_lines_is_a_card(self, shared: Running) -> None:
        sent = order(lines=[], note="call the manager")
        assert shared.post(sent).status_code == 201
        tickets = shared.get("/v1/board/expo")["tickets"]
        assert sent["order_id"] in [ticket["order_id"] for ticket in tickets]

    def test_all_lines_voided(self, shared: Running) -> None:
        sent = order(lines=[line("1", state="void")])
        assert shared.post(sent).status_code == 201


TEXTS = [
    "مرحبا بالعالم",
    "👩‍👩‍👧‍👦🍜🇨🇳",
    "Z̸̧a̷l̶g̵o̴",
    "zero\u200bwidth\u200d\ufeff",
    "\x01\x1b[31mred\x7f",
    "x" * 5_000,
    "<b>bold</b><script>alert(1)</script>",
    "&lt;&amp;&#x41;",
    "'; DROP TABLE events; --",
    "{{7*7}} ${7*7} %s %n",
    "\u202egnirts desrever",
]


class TestText:
    """Fault 44."""

    @pytest.mark.parametrize("text", TEXTS)
    def test_text_is_stored_unchanged(self, shared: Running, text: str) -> None:
        (shown,) = taken(shared, order(lines=[line("1", text, note=text)], note=text))
        assert (shown["name"], shown["note"]) == (text, text)

    @pytest.mark.parametrize("text", ["nul\\u0000", "lone \\ud800 surrogate", "\\udc00"])
    def test_nul_and_lone_surrogates_are_replaced(self, shared: Running, text: str) -> None:
        body = json.dumps(order(lines=[line("1", "TEXT")]))
        assert send(shared, body.replace("TEXT", text).encode()) == 201
        (shown,) = board_lines(shared.get("/v1/board/all"), json.loads(body)["order_id"])
        assert "\ufffd" in shown["name"]

    @pytest.mark.parametrize(
        "text", ["a/b", "/", "a\nb\r\n", "a?b#c%2F", "\x85\u2028", "100 %", " "]
    )
    def test_ids_are_any_text_and_found_again(self, shared: Running, text: str) -> None:
        number = f"{order()['order_id']}{text}"
        assert shared.post(order(order_id=number)).status_code == 201
        named = quote(number, safe="")
        assert shared.get(f"/v1/orders/till-1/{named}")["order_id"] == number
        assert shared.client.put(f"/v1/stock/{named}", json={"left": 3}).status_code == 200
        assert shared.get("/v1/stock")[number] == {"left": 3}

    def test_an_id_that_had_to_be_cleaned_is_found_as_it_was_sent(self, shared: Running) -> None:
        number = f"{order()['order_id']}\0"
        assert shared.post(order(order_id=number)).status_code == 201
        assert shared.get(f"/v1/orders/till-1/{quote(number, safe='')}")["lines"]

    def test_every_naughty_string_is_taken(self, shared: Running, samples_dir: Path) -> None:
        naughty = json.loads((samples_dir / "robustness" / "blns.json").read_text("utf-8"))
        lines = [line(str(n), text or "(empty)") for n, text in enumerate(naughty)]
        shown = taken(shared, order(lines=lines))
        assert {ln["name"] for ln in shown} == {ln["name"] for ln in lines}

    def test_log_lines_can_not_be_forged(self, shared: Running) -> None:
        forged = "x\n2030-01-01T00:00:00 CRITICAL pos_bridge: all is lost"
        shared.client.get(f"/v1/orders/till-1/{forged.encode().hex()}")
        shared.post(order(order_id=forged))
        shared.client.get("/v1/board/" + "x%0ACRITICAL%20forged")
        assert not any(text.startswith("2030") for text in shared.logged().splitlines())


class TestEncoding:
    """Fault 45."""

    @pytest.mark.parametrize(
        ("encoding", "content_type"),
        [
            ("gbk", "application/json; charset=gbk"),
            ("gb18030", "application/json"),
            ("utf-8-sig", "application/json"),
            ("utf-16", "application/json"),
            ("utf-16-le", "application/json; charset=utf-16le"),
            ("big5", "application/json; charset=big5"),
        ],
    )
    def test_the_till_may_write_as_it_does(
        self, shared: Running, encoding: str, content_type: str
    ) -> None:
        sent = order(lines=[line("1", "麻婆豆腐套餐加飯")])
        content = json.dumps(sent, ensure_ascii=False).encode(encoding)
        assert send(shared, content, content_type) == 201
        (shown,) = board_lines(shared.get("/v1/board/all"), sent["order_id"])
        assert shown["name"] == "麻婆豆腐套餐加飯"

    @pytest.mark.parametrize("content", [b"\xff\xff\xff", b"\x80\x81", bytes(range(256))])
    def test_what_can_not_be_read_is_kept_and_shown(self, shared: Running, content: bytes) -> None:
        assert send(shared, content) == 400

    @pytest.mark.parametrize("charset", ["klingon", "utf-7", "rot13", "zlib", "a" * 999])
    def test_a_strange_charset_is_no_trap(self, shared: Running, charset: str) -> None:
        content_type = f"application/json; charset={charset}"
        assert send(shared, json.dumps(order()).encode(), content_type) == 201


def test_46_an_item_with_an_id_only_is_shown_by_it(shared: Running) -> None:
    (shown,) = taken(shared, order(lines=[line("1", "9d1f", item_id="9d1f")]))
    assert shown["name"] == "9d1f"


def test_46_a_dish_renamed_in_mid_order_is_the_same_dish(shared: Running) -> None:
    sent = order(revision=1, lines=[line("1", "Beef", item_id="p7")])
    taken(shared, sent)
    shared.command("start", order={"source": "till-1", "order_id": sent["order_id"]}, line_id="1")
    shared.post({**sent, "revision": 2, "lines": [line("1", "Angus beef", item_id="p7")]})
    (shown,) = board_lines(shared.get("/v1/board/all"), sent["order_id"])
    assert (shown["name"], shown["portions"]["cooking"]) == ("Angus beef", "1")


def test_46_a_dish_sold_out_in_mid_order_is_shown_as_such_and_still_to_cook(
    shared: Running,
) -> None:
    sent = order(lines=[line("1", "Last crab", item_id="crab")])
    taken(shared, sent)
    shared.command("sold_out", item_id="crab")
    (shown,) = board_lines(shared.get("/v1/board/all"), sent["order_id"])
    assert shown["portions"]["queued"] == "1"
    assert "sold_out" in shown["flags"]
    shared.command("on_sale", item_id="crab")
    (shown,) = board_lines(shared.get("/v1/board/all"), sent["order_id"])
    assert "sold_out" not in shown["flags"]


def test_47_a_burst_from_many_connections_is_all_there(shared: Running) -> None:
    orders = [order(source=f"burst-{n % 4}") for n in range(200)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(shared.post, orders))
    assert {answer.status_code for answer in answers} == {201}
    shown = {t["order_id"] for t in shared.get("/v1/board/all")["tickets"]}
    assert {sent["order_id"] for sent in orders} <= shown


def test_every_json_parser_case_has_an_answer(shared: Running, samples_dir: Path) -> None:
    """What is no JSON is 400 (413 if too deep); what is JSON is no order, 422."""
    for case in sorted((samples_dir / "robustness" / "json_parser").glob("*.json")):
        status = send(shared, case.read_bytes())
        expected = {"y": {422}, "n": {400, 413}, "i": {400, 413, 422}}[case.name[0]]
        assert status in expected, case.name


def test_every_field_removed_nulled_or_of_another_type_has_an_answer(shared: Running) -> None:
    whole = order(
        revision=1, session="s", number="n", service="dine_in", channel="qr", table="t", guests=2,
        placed_at="2026-11-21T18:03:11+08:00", payment="unpaid", member={"tier": "gold"},
        lines=[line("1", category="c", modifiers=[{"name": "m", "kind": "add"}])],
    )  # fmt: skip
    strange: list[Any] = [None, 0, -1, 1.5, True, "", "x", [], {}, [[]], [None], {"a": 1}]
    for name in whole:
        shortened = {key: value for key, value in whole.items() if key != name}
        for body in (shortened, *({**shortened, name: value} for value in strange)):
            answer = shared.post(body)
            assert answer.status_code in {200, 201, 409, 422}, (name, body.get(name), answer.text)
    for name in whole["lines"][0]:
        for value in strange:
            dish = {**whole["lines"][0], name: value}
            answer = shared.post({**whole, "lines": [dish], "order_id": f"m-{name}"})
            assert answer.status_code in {200, 201, 409, 422}, (name, value, answer.text)


@pytest.mark.parametrize(
    "request_text",
    [
        b"GARBAGE\r\n\r\n",
        b"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /%zz%00%ff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /v1/orders/a/%ff%fe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_broken_http_gets_an_answer_or_a_closed_line(shared: Running, request_text: bytes) -> None:
    url = httpx.URL(shared.http)
    with socket.create_connection((url.host, url.port or 0), timeout=10) as line_in:
        line_in.sendall(request_text)
        line_in.shutdown(socket.SHUT_WR)
        answer = line_in.makefile("rb").readline()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
