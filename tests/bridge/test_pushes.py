"""Vendors' pushes over HTTP: proven, read, written once, kept, answered in the vendor's words.

The vendor is a package of somebody else's, found by its entry point like any other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path
from typing import Any

import httpx
import pytest

from kds.commandline import token
from kds.records.canonical import order_from
from pos_bridge.channels.directory import text_of
from pos_bridge.channels.settings import read_settings
from pos_bridge.settings import read_tokens
from tests.bridge.acme_kitchen import install
from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, command_line, eventually, refused, running

_SECRETS = ("new-secret", "old-secret")
_SETTINGS = """[pos.acme]
secrets = ["new-secret", "old-secret"]
public_url = "https://kitchen.example.com/acme"
source = "acme-1"
"""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bridge with the vendor's package and settings."""
    root = tmp_path_factory.mktemp("pushes")
    (root / "data").mkdir()
    (root / "data" / "pos.toml").write_text(_SETTINGS)
    with running(root / "data", PYTHONPATH=install(root / "packages")) as started:
        yield started
        log = started.logged()
        # What was done to it on purpose is the only traceback.
        started.log.write_text(log.replace("Traceback", "traceback"))


def pushed(order_id: str, **fields: Any) -> dict[str, Any]:
    """Return one order of a push."""
    lines = [{"line_id": "1", "name": "Fried rice", "quantity": "1"}]
    return {"order_id": order_id, "lines": lines, **fields}


def send(
    bridge: Running,
    said: object,
    *,
    secret: str = "new-secret",
    topic: str = "",
    vendor: str = "acme",
) -> httpx.Response:
    """Push, signed over the public address and the raw bytes."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    url = "https://kitchen.example.com/acme" + (f"/{topic}" if topic else "")
    signature = hmac.new(secret.encode(), url.encode() + body, hashlib.sha256).hexdigest()
    path = f"/v1/pos/{vendor}" + (f"/{topic}" if topic else "")
    headers = {"X-Acme-Signature": signature, "Content-Type": "application/json"}
    return bridge.client.post(path, content=body, headers=headers)


@pytest.mark.parametrize("secret", _SECRETS)
def test_a_push_signed_by_either_secret_is_a_ticket(bridge: Running, secret: str) -> None:
    answer = send(bridge, {"orders": [pushed(f"signed {secret}")]}, secret=secret)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ignored"], told["alert"]) == (None, None)
    (order,) = told["orders"]
    assert (order["source"], order["result"]) == ("acme-1", "new")
    shown = bridge.get(f"/v1/orders/acme-1/signed {secret}")
    assert [each["name"] for each in shown["lines"]] == ["Fried rice"]


def test_a_wrong_signature_is_401_counted_and_said(bridge: Running) -> None:
    before = bridge.get("/health")["sources"].get("acme-1", {"total": {"rejected": 0}})
    answer = send(bridge, {"orders": [pushed("forged")]}, secret="guessed")
    assert answer.status_code == 401
    unsigned = bridge.client.post("/v1/pos/acme", json={"orders": [pushed("forged")]})
    assert unsigned.status_code == 401
    health = bridge.get("/health")
    assert health["sources"]["acme-1"]["total"]["rejected"] == before["total"]["rejected"] + 2
    assert any("acme: pushes are refused" in problem for problem in health["problems"])
    assert bridge.client.get("/v1/orders/acme-1/forged").status_code == 404


def test_without_a_secret_this_machine_may_send(bridge: Running) -> None:
    answer = bridge.client.post("/v1/pos/local", json={"orders": [pushed("local")]})
    assert answer.json()["orders"][0]["source"] == "local"
    origin = {"Origin": "https://evil.example"}
    assert bridge.client.post("/v1/pos/local", json={}, headers=origin).status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_what_a_proxy_hands_on_is_not_of_this_machine(bridge: Running, header: str) -> None:
    """Fault: behind a proxy beside the bridge the whole internet was believed for being here."""
    seen = {header: "for=203.0.113.7"}

    pushed_in = httpx.post(f"{bridge.http}/v1/pos/toast", json={"a": 1}, headers=seen)
    ordered = httpx.post(f"{bridge.http}/v1/orders", json={"a": 1}, headers=seen)

    assert (pushed_in.status_code, ordered.status_code) == (401, 401)
    assert "Set a secret" in pushed_in.text


def test_unknown_and_broken_vendors_are_404(bridge: Running) -> None:
    for vendor in ("nobody", "broken"):
        assert bridge.client.post(f"/v1/pos/{vendor}", json={}).status_code == 404


def test_twenty_at_once_are_one_ticket(bridge: Running) -> None:
    """Fault 12: duplicate webhook, same id, 20 at once."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: send(bridge, {"orders": [pushed("twenty")]}), range(20)))
    assert {each.status_code for each in answers} == {200}
    results = [each.json()["orders"][0]["result"] for each in answers]
    assert sorted(results) == ["new"] + ["unchanged"] * 19


def test_an_older_revision_changes_nothing(bridge: Running) -> None:
    """Fault 14: edits out of order."""
    for revision, result in ((3, "new"), (2, "stale")):
        answer = send(bridge, {"orders": [pushed("late", revision=revision, note=str(revision))]})
        assert answer.json()["orders"][0]["result"] == result


def test_one_revision_with_two_contents_is_shown_and_answered(bridge: Running) -> None:
    """The vendor would send a 409 again for ever."""
    send(bridge, {"orders": [pushed("twice", revision=1)]})
    answer = send(bridge, {"orders": [pushed("twice", revision=1, note="other")]})
    assert answer.status_code == 200
    assert answer.json()["orders"][0]["result"] == "conflict"
    assert answer.json()["alert"] in {alert["id"] for alert in bridge.get("/v1/alerts")}


def test_a_cancel_of_what_was_never_to_be_cooked_is_nothing(bridge: Running) -> None:
    cancel = {"order_id": "draft", "cancelled": True, "partial": True}
    told = send(bridge, {"amendments": [cancel]}).json()
    assert told == {"orders": [], "ignored": "the kitchen has no such order", "alert": None}
    send(bridge, {"orders": [pushed("draft")]})
    told = send(bridge, {"amendments": [cancel]}).json()
    assert told["orders"][0]["result"] == "amended"


def test_what_is_read_anew_changes_no_order_that_is_there(bridge: Running) -> None:
    """What was told since may say more than what was asked for."""
    first = pushed("m1", note="less salt")
    assert send(bridge, {"missed": [first]}).json()["orders"][0]["result"] == "new"
    told = send(bridge, {"missed": [pushed("m1", note="as it was")]}).json()
    assert told == {"orders": [], "ignored": "the kitchen has it", "alert": None}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"crash": 1}', 500),
        (b'{"orders": [{"order_id": "x"}]}', 422),
    ],
)
def test_what_can_not_be_read_is_a_card_with_the_raw_text(
    bridge: Running, body: bytes, status: int
) -> None:
    answer = send(bridge, body)
    assert answer.status_code == status
    alerts = {alert["id"]: alert for alert in bridge.get("/v1/alerts")}
    assert alerts[answer.json()["alert"]]["raw"] == body.decode()
    assert alerts[answer.json()["alert"]]["source"] == "acme-1"


def test_good_orders_of_a_push_are_taken_beside_a_bad_one(bridge: Running) -> None:
    answer = send(bridge, {"orders": [{"order_id": "bad"}, pushed("good beside bad")]})
    assert answer.status_code == 422
    assert [each["order_id"] for each in answer.json()["orders"]] == ["good beside bad"]
    assert answer.json()["alert"]


def test_what_is_doubtful_is_taken_and_shown(bridge: Running) -> None:
    told = send(bridge, {"orders": [pushed("doubtful")], "doubts": ["two?"]}).json()
    assert told["orders"][0]["result"] == "new"
    messages = {alert["id"]: alert["message"] for alert in bridge.get("/v1/alerts")}
    assert messages[told["alert"]] == "acme-1: two?"


def test_the_vendor_hears_its_own_words(bridge: Running) -> None:
    answer = send(bridge, {"orders": [pushed("words")]}, topic="ok")
    assert answer.content == b'{"data":"ok"}'
    assert send(bridge, b"{", topic="ok").status_code == 400


def test_every_push_is_kept_as_it_came(bridge: Running) -> None:
    body = b'{ "ignored": "only a draft" , "id": "kept as it came"}'
    assert send(bridge, body).json()["ignored"] == "only a draft"
    with sqlite3.connect(f"file:{bridge.data / 'kitchen.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT verdict FROM intakes WHERE body = ?", (body,)).fetchall()
    database.close()
    assert rows == [("ignored: only a draft",)]


def test_an_order_is_kept_as_it_was_understood_too(bridge: Running) -> None:
    """What a rescue of a damaged store takes again, whatever adapter there is by then."""
    send(bridge, {"orders": [pushed("to be taken again")]})
    with sqlite3.connect(f"file:{bridge.data / 'kitchen.db'}?mode=ro", uri=True) as database:
        find = "SELECT body FROM intakes WHERE order_id = 'to be taken again'"
        ((body,),) = database.execute(find).fetchall()
    database.close()
    assert order_from(json.loads(body), zone=UTC).message.key == ("acme-1", "to be taken again")


def test_a_misspelt_secret_is_asked_about(bridge: Running) -> None:
    """It would be none, and every push refused."""
    file = bridge.data / "pos.toml"
    file.write_text(_SETTINGS + '[pos.local]\nsecert = "x"\n')
    eventually(lambda: any("did you mean 'secret'" in t for t in bridge.get("/health")["problems"]))
    file.write_text(_SETTINGS)
    eventually(lambda: not any("pos.toml" in told for told in bridge.get("/health")["problems"]))


def test_a_signature_stands_for_the_bearer_token(start: StartBridge, tmp_path: Path) -> None:
    """A vendor can not send ours; a program without a signature must."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "pos.toml").write_text('[pos.deliverect]\nsecret = "shared"\n')
    (tmp_path / "tokens").write_text("our-token\n")
    bridge = start("--token-file", tmp_path / "tokens")
    body = json.dumps({"channelOrderId": "1", "items": [{"name": "Rice", "quantity": 1}]}).encode()
    proof = hmac.new(b"shared", body, hashlib.sha256).hexdigest()
    header = {"X-Server-Authorization-HMAC-SHA256": proof}
    token = {"Authorization": "Bearer our-token"}

    def status(vendor: str, headers: dict[str, str]) -> int:
        return bridge.client.post(f"/v1/pos/{vendor}", content=body, headers=headers).status_code

    assert [status("deliverect", each) for each in (header, token, {})] == [200, 401, 401]
    assert [status("meituan", each) for each in (token, header, {})] == [422, 401, 401]


def test_a_vendor_may_try_the_address(bridge: Running) -> None:
    """Without a signature: there is nothing in it, so nothing to prove and nothing to keep."""
    before = bridge.get("/v1/alerts")
    for method, vendor, answer in (
        ("GET", "eleme", b'{"message":"ok"}'),
        ("POST", "meituan", b'{"data":"OK"}'),
    ):
        assert bridge.client.request(method, f"/v1/pos/{vendor}").content == answer
    tried = bridge.client.get("/v1/pos/acme")
    assert (tried.status_code, tried.json()["orders"]) == (200, [])
    assert bridge.get("/v1/alerts") == before


def test_a_card_of_a_form_is_legible_and_names_no_guest(bridge: Running) -> None:
    inside = json.dumps({"orderId": 5, "recipientPhone": "13800000000", "detail": "x"})
    note = "少辣 收餐人隐私号 13812345678_1234"
    form = {"order": inside, "recipient_name": "王先生", "caution": note, "ePoiId": "1"}
    answer = bridge.client.post("/v1/pos/meituan", data=form)
    assert answer.status_code == 422
    alerts = {alert["id"]: alert["raw"] for alert in bridge.get("/v1/alerts")}
    raw = alerts[answer.json()["alert"]]
    assert '"detail": "x"' in raw
    assert "少辣" in raw
    assert not [secret for secret in ("王先生", "13800000000", "13812345678") if secret in raw]


def test_what_a_get_says_is_kept(bridge: Running) -> None:
    answer = bridge.client.get("/v1/pos/meituan", params={"order_id": "9", "x": "麻"})
    alerts = {alert["id"]: alert["raw"] for alert in bridge.get("/v1/alerts")}
    assert alerts[answer.json()["alert"]] == '{"order_id": "9", "x": "麻"}'


def test_settings_change_without_a_restart(bridge: Running) -> None:
    """And a text with a fault leaves in force what was."""
    file = bridge.data / "pos.toml"
    file.write_text(_SETTINGS.replace("old-secret", "next-secret"))
    said = {"orders": [pushed("rotated")]}
    eventually(lambda: send(bridge, said, secret="next-secret").status_code == 200)
    file.write_text(_SETTINGS + "[pos.acme]\n")
    eventually(
        lambda: any("pos.toml:5" in problem for problem in bridge.get("/health")["problems"])
    )
    assert send(bridge, said).status_code == 200
    file.write_text(_SETTINGS)
    eventually(lambda: not any("pos.toml" in told for told in bridge.get("/health")["problems"]))


_MAP = "order: {order_id: no, note: text, lines: {at: dishes, name: dish}}\n"


def test_a_mark_that_windows_writes_before_the_settings_is_no_fault(tmp_path: Path) -> None:
    """Fault: pos.toml and the token file of Notepad were refused, or no token ever fitted."""
    file = tmp_path / "written"
    file.write_text("secret\n", "utf-8-sig")
    assert (read_tokens(file), token(file)) == (("secret",), "secret")

    file.write_text(_SETTINGS, "utf-8-sig")
    file.chmod(0o600)
    assert read_settings("pos.toml", text_of(file))[1] == ()


def test_a_mapping_file_is_a_vendor_as_soon_as_it_is_saved(bridge: Running) -> None:
    """And a slip in it neither stops the bridge nor what was read before."""
    folder = bridge.data / "pos"
    folder.mkdir()

    def push(order: int) -> httpx.Response:
        said = {"no": order, "text": "hot", "dishes": [{"dish": "Rice"}]}
        return bridge.client.post("/v1/pos/corner-till", json=said)

    (folder / "corner-till.yaml").write_text(_MAP.replace("dish}", "dish"))
    eventually(lambda: push(1).status_code == 503)  # the till sends it again
    assert any("pos/corner-till.yaml:2" in told for told in bridge.get("/health")["problems"])
    (folder / "corner-till.yaml").write_text(_MAP)
    eventually(lambda: push(1).status_code == 200)
    (folder / "corner-till.yaml").write_text(_MAP.replace("note", "nota"))
    eventually(lambda: any("did you mean 'note'" in t for t in bridge.get("/health")["problems"]))
    assert push(2).json()["orders"][0]["source"] == "corner-till"
    (folder / "acme.yaml").write_text(_MAP)
    eventually(lambda: any("pos/acme.yaml" in t for t in bridge.get("/health")["problems"]))
    for file in folder.iterdir():
        file.unlink()
    eventually(lambda: push(3).status_code == 404)


def test_a_mapping_is_tried_before_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "till.yaml").write_text(_MAP)
    (tmp_path / "order.json").write_text('{"no": 7, "text": "hot", "dishes": [{"dish": "Rice"}]}')
    files = (tmp_path / "till.yaml", tmp_path / "order.json")
    command = command_line("map", "test", *files)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "order till 7\n  1 x Rice\n  note: hot\n"
    (tmp_path / "till.yaml").write_text(_MAP.replace("note", "nota"))
    status, told = refused("map", "test", *files, "--lang", "zh")
    assert status == 1
    assert told == "till.yaml:1:23: 未知的键“nota”（是不是“note”？）\n"


def test_another_program_hears_the_rest_as_well(bridge: Running) -> None:
    order = {"id": "78", "groups": [{"items": [{"name": "Rice", "quantity": 1}]}]}
    said = {"type": 10, "message": json.dumps(order), "timestamp": 1795259400000}
    told = bridge.client.post("/v1/pos/eleme", json=said).json()
    assert (told["message"], told["orders"][0]["order_id"]) == ("ok", "78")


def test_a_delivery_platform_pushes_forms_and_cancels_by_get(bridge: Running) -> None:
    """Meituan, over a real socket; without a secret, as only this machine sends."""
    detail = '[{"food_name":"毛肚","quantity":2}]'
    order = {"order_id": "77", "status": "2", "day_seq": "3", "detail": detail, "sig": "x"}
    answer = bridge.client.post("/v1/pos/meituan", data=order)
    assert (answer.status_code, answer.content) == (200, b'{"data":"ok"}')
    assert bridge.get("/v1/orders/meituan/77")["lines"][0]["quantity"] == "2"
    cancel = {"order_id": "77", "reason_code": "1101", "sig": "x"}
    answer = bridge.client.get("/v1/pos/meituan/cancel", params=cancel)
    assert (answer.status_code, answer.content) == (200, b'{"data":"ok"}')
    assert bridge.get("/v1/orders/meituan/77")["cancelled"]
