"""The kitchen goes on while the till is dead; and nothing is cooked twice once it is back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, line, order, running

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "zh-CN,zh"}


def shown(page: httpx.Response) -> str:
    match = re.search(r"name=order_id value='([^']+)'", page.text)
    assert match is not None, page.text
    return match[1]


def write(bridge: Running, order_id: str, **fields: object) -> httpx.Response:
    return bridge.client.post("/order", data={"order_id": order_id, **fields}, headers=FORM)


def test_an_order_by_hand_goes_the_way_of_the_till_and_is_marked(shared: Running) -> None:
    shared.post(order(lines=[line("1", "毛肚", category="热菜", item_id="p7")], table="F1"))
    empty = shared.client.get("/order", headers=FORM)
    assert empty.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<option value='毛肚'>" in empty.text
    fields = {
        "table": "F2",
        "dish": ["毛肚", "", "<b>某物</b>"],
        "quantity": ["2", "", ""],
        "line_note": ["免葱", "", ""],
    }
    sent = write(shared, shown(empty), **fields)
    assert sent.status_code == 200
    assert "已送厨房：F2 · 毛肚 ×2, &lt;b&gt;某物&lt;/b&gt; ×1" in sent.text
    write(shared, shown(empty), **fields)  # a thumb that presses twice
    tickets = [t for t in shared.get("/v1/board/expo")["tickets"] if t["table"] == "F2"]
    (ticket,) = tickets
    assert ticket["source"] == "by-hand"
    assert "by_hand" in ticket["flags"]
    first, second = ticket["lines"]
    assert (first["quantity"], first["note"], first["item_id"]) == ("2", "免葱", "p7")
    (of_till,) = [t for t in shared.get("/v1/board/expo")["tickets"] if t["table"] == "F1"]
    assert first["stations"] == of_till["lines"][0]["stations"] != second["stations"]
    assert second["name"] == "<b>某物</b>"


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(shared: Running) -> None:
    page = write(shared, "f-1", table="", dish=["牛肉 & 'X'"], quantity=["many"], line_note=[""])
    assert page.status_code == 422
    assert "请写桌号或取餐号" in page.text
    assert "牛肉 &amp; &#x27;X&#x27;" in page.text
    page = write(shared, "f-1", table="F3", dish=["牛肉"], quantity=["many"], line_note=[""])
    assert page.status_code == 422
    assert "这不是数字" in page.text
    assert "牛肉: many" in page.text
    lost = write(
        shared, "f-1", table="F3", dish=["牛肉", ""], quantity=["1", ""], line_note=["", "汤"]
    )
    assert (lost.status_code, "有一行没有写菜名" in lost.text) == (422, True)
    assert not [a for a in shared.get("/v1/alerts") if a["source"] == "by-hand"]
    assert write(shared, "f-2", table="F3", dish=[""], quantity=[""]).status_code == 422
    more = write(shared, "f-3", table="F3", dish=["汤"], quantity=["1"], line_note=[""], more="1")
    assert more.text.count("name=dish") == 9
    assert shown(more) == "f-3"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Running]:
    tokens = tmp_path / "tokens"
    tokens.write_text("secret-1\n", "utf-8")
    with running(tmp_path / "data", "--token-file", tokens) as bridge:
        yield bridge


def test_numbers_are_taken_as_they_are_typed_in_a_hurry(shared: Running) -> None:
    """Fault: a Chinese keyboard's ２ or a 两 was refused with the name of a field."""
    typed = {"２": "2", "2份": "2", "x3": "3", "两": "2", "半": "0.5", "": "1", "1.5": "1.5"}
    dishes = [f"菜{number}" for number in range(len(typed))]
    sent = {"dish": dishes, "quantity": [*typed], "line_note": [""] * len(typed)}
    assert write(shared, "f-9", table="F9", guests="４", **sent).status_code == 200
    made = shared.get("/v1/orders/by-hand/f-9")
    assert [each["quantity"] for each in made["lines"]] == [*typed.values()]


def test_a_browser_signs_in_with_a_token_and_other_pages_do_not(guarded: Running) -> None:
    asked = guarded.client.get("/order")
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"].startswith("Basic")
    auth = ("anybody", "secret-1")
    assert guarded.client.get("/order", auth=auth).status_code == 200
    assert guarded.client.get("/order", auth=("anybody", "secret-2")).status_code == 401
    assert guarded.client.get("/v1/alerts", auth=auth).status_code == 401
    elsewhere = {"Origin": "https://evil.example"}
    form = {"table": "1", "dish": "汤"}
    posted = guarded.client.post("/order", data=form, auth=auth, headers=elsewhere)
    assert posted.status_code == 403


def test_the_pass_joins_what_the_till_sends_later(start: StartBridge) -> None:
    """One touch: what was cooked is the till's, and its ticket alone goes on."""
    bridge = start()
    write(bridge, "h1", table="8", dish=["毛肚"], quantity=["2"], line_note=[""])
    bridge.command("bump", order={"source": "by-hand", "order_id": "h1"}, portions="1", line_id="1")
    till = order(lines=[line("7", "毛肚", "2")], table="8")
    assert bridge.post(till).status_code == 201
    key = {"source": till["source"], "order_id": till["order_id"]}
    tickets = bridge.get("/v1/board/expo")["tickets"]
    assert [("twin" in t["flags"], "by_hand" in t["flags"]) for t in tickets] == [
        (False, True),
        (True, False),
    ]
    answer = bridge.command("same_order", order=key, view="expo")
    assert answer["result"] == "applied"
    (ticket,) = bridge.get("/v1/board/expo")["tickets"]
    assert (ticket["order_id"], "by_hand" in ticket["flags"]) == (till["order_id"], False)
    portions = bridge.get(f"/v1/orders/{key['source']}/{key['order_id']}")["lines"][0]["portions"]
    assert (portions["ready"], portions["queued"], portions["void"]) == ("1", "1", "0")
