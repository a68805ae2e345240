"""Square's own client and Square's own check of signatures, against our reading of Square.

The client makes, changes and cancels orders at a stub that answers as Square does; the stub
notifies the bridge, thin and signed; the bridge reads the orders at the stub.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any

import httpx
import pytest

from tests.bridge.harness import Running, eventually, running

_KEY = "signature-key"
_PUBLIC = "https://kitchen.example.com/v1/pos/square"
# By name at run time: mypy would read the 2,800 files of the client for these three names.
_client = import_module("square").Square
_is_signed = import_module("square.utils.webhooks_helper").verify_signature


@dataclass
class Stub:
    """Square as its API describes it: versions, sparse changes, notifications without the order.

    `is_lost`: notifications get lost. `sent`: their bodies and signatures, as they went out.
    `read`: paths of orders that were read, with the authorization. `bridge`: where notifications
    go. `searched`: how often changes were asked for.
    """

    url: str = ""
    bridge: str = ""
    is_lost: bool = False
    searched: int = 0
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[tuple[bytes, str]] = field(default_factory=list)
    read: list[tuple[str, str]] = field(default_factory=list)

    def create(self, order: dict[str, Any]) -> dict[str, Any]:
        """Keep a new order under an id of ours, with ids for its lines."""
        number = f"order-{len(self.orders) + 1}"
        lines = [
            {"uid": f"uid-{n}", **line} for n, line in enumerate(order.get("line_items", ()), 1)
        ]
        made = {"state": "OPEN", **order, "id": number, "version": 1, "line_items": lines}
        made["updated_at"] = datetime.now(UTC).isoformat()
        self.orders[number] = made
        self._notify("created", made)
        return made

    def update(self, number: str, change: dict[str, Any], clear: list[str]) -> dict[str, Any]:
        """Change only what is stated; a wrong version is refused."""
        before = self.orders[number]
        assert change["version"] == before["version"]
        lines = {line["uid"]: line for line in before["line_items"]}
        for line in change.get("line_items", ()):
            lines[line["uid"]] = lines.get(line["uid"], {}) | line
        for path in clear:
            lines.pop(path.removeprefix("line_items[").removesuffix("]"), None)
        version = before["version"] + 1
        made = {**before, **change, "line_items": list(lines.values()), "version": version}
        made["updated_at"] = datetime.now(UTC).isoformat()
        self.orders[number] = made
        self._notify("updated", made)
        return made

    def search(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return the orders of the locations that were updated in between, one a page."""
        self.searched += 1
        between = asked["query"]["filter"]["date_time_filter"]["updated_at"]
        times = [datetime.fromisoformat(between[end]) for end in ("start_at", "end_at")]
        found = [
            order
            for order in self.orders.values()
            if times[0] <= datetime.fromisoformat(order["updated_at"]) <= times[1]
            and order["location_id"] in asked["location_ids"]
        ]
        at = int(asked.get("cursor", 0))
        more = {"cursor": str(at + 1)} if len(found) > at + 1 else {}
        return {"orders": found[at : at + 1], **more} if found else {}

    def _notify(self, kind: str, order: dict[str, Any]) -> None:
        if self.is_lost:
            return
        told = {name: order[name] for name in ("version", "state", "location_id")}
        event = {
            "merchant_id": "M1",
            "type": f"order.{kind}",
            "event_id": f"{order['id']}-{kind}-{order['version']}",
            "data": {
                "type": "order",
                "id": order["id"],
                "object": {f"order_{kind}": {"order_id": order["id"], **told}},
            },
        }
        body = json.dumps(event).encode()
        digest = hmac.new(_KEY.encode(), _PUBLIC.encode() + body, hashlib.sha256).digest()
        signature = base64.b64encode(digest).decode()
        self.sent.append((body, signature))
        headers = {"x-square-hmacsha256-signature": signature, "Content-Type": "application/json"}
        answer = httpx.post(f"{self.bridge}/v1/pos/square", content=body, headers=headers)
        assert answer.status_code == 200, answer.text


def handler_of(stub: Stub) -> type[BaseHTTPRequestHandler]:
    """Return what answers HTTP for a stub."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.read.append((self.path, self.headers.get("Authorization", "")))
            self._send({"order": stub.orders[self.path.rpartition("/")[2]]})

        def do_POST(self) -> None:
            if self.path.endswith("/search"):
                self._send(stub.search(self._body()))
            else:
                self._send({"order": stub.create(self._body()["order"])})

        def do_PUT(self) -> None:
            body, number = self._body(), self.path.rpartition("/")[2]
            made = stub.update(number, body["order"], body.get("fields_to_clear", []))
            self._send({"order": made})

        def _body(self) -> dict[str, Any]:
            return dict(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _send(self, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            """Say nothing."""

    return Handler


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    """Square, on a real socket."""
    made = Stub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(made))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, stub: Stub) -> Iterator[Running]:
    """A bridge whose Square is the stub."""
    data = tmp_path_factory.mktemp("square") / "data"
    data.mkdir()
    (data / "pos.toml").write_text(
        f'[pos.square]\nsecrets = ["old", "{_KEY}"]\npublic_url = "{_PUBLIC}"\n'
        f'api = "{stub.url}"\napi_token = "token-1"\nstores = ["L1"]\ncatch_up_s = 1\n'
    )
    with running(data) as started:
        stub.bridge = started.http
        yield started


def dishes(bridge: Running, number: str) -> list[tuple[str, str]]:
    """Return what is to be cooked of an order, and how much."""
    answer = bridge.client.get(f"/v1/orders/square/{number}")
    lines = answer.json()["lines"] if answer.status_code == 200 else []
    found = [(line["name"], line["portions"]["queued"]) for line in lines]
    return [(name, count) for name, count in found if count != "0"]


def test_the_official_client_feeds_the_kitchen(bridge: Running, stub: Stub) -> None:
    client = _client(token="token-1", base_url=stub.url)
    burger = {
        "name": "Burger",
        "quantity": "2",
        "note": "rare",
        "modifiers": [{"name": "Pickle", "quantity": "0"}],
    }
    order = {"location_id": "L1", "ticket_name": "Ann"}
    lines = [burger, {"name": "Cola", "quantity": "1"}]
    made = client.orders.create(order={**order, "line_items": lines}).order
    eventually(lambda: dishes(bridge, made.id) == [("Burger", "2"), ("Cola", "1")])
    shown = bridge.get(f"/v1/orders/square/{made.id}")["lines"][0]
    assert (shown["note"], shown["modifiers"][0]["kind"]) == ("rare", "remove")

    one = {"uid": made.line_items[0].uid, "quantity": "1"}
    changed = client.orders.update(
        made.id,
        order={"location_id": "L1", "version": made.version, "line_items": [one]},
        fields_to_clear=[f"line_items[{made.line_items[1].uid}]"],
    ).order
    eventually(lambda: dishes(bridge, made.id) == [("Burger", "1")])

    gone = {"location_id": "L1", "version": changed.version, "state": "CANCELED"}
    client.orders.update(made.id, order=gone)
    eventually(lambda: dishes(bridge, made.id) == [])

    assert {path for path, _ in stub.read} == {f"/v2/orders/{made.id}"}
    assert len(stub.read) == 3
    assert {token for _, token in stub.read} == {"Bearer token-1"}
    for body, signature in stub.sent:
        assert _is_signed(
            request_body=body.decode(),
            signature_header=signature,
            signature_key=_KEY,
            notification_url=_PUBLIC,
        )


def test_what_no_push_has_told_is_found(
    bridge: Running, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push may get lost: the line was down for longer than the vendor tries."""
    client = _client(token="token-1", base_url=stub.url)
    monkeypatch.setattr(stub, "is_lost", True)
    lines = [{"name": "Soup", "quantity": "3"}]
    lost = client.orders.create(order={"location_id": "L1", "line_items": lines}).order
    other = client.orders.create(order={"location_id": "L2", "line_items": lines}).order
    late = client.orders.create(order={"location_id": "L1", "line_items": lines}).order
    eventually(lambda: dishes(bridge, lost.id) == [("Soup", "3")])
    eventually(lambda: dishes(bridge, late.id) == [("Soup", "3")])  # on another page
    assert dishes(bridge, other.id) == []
    client.orders.update(lost.id, order={"location_id": "L1", "version": 1, "state": "CANCELED"})
    eventually(lambda: dishes(bridge, lost.id) == [])
    before = stub.searched
    eventually(lambda: stub.searched > before)
    assert "the pushes of some orders have not come" in bridge.logged()
    taken = bridge.get("/health")["sources"]["square"]["total"]
    eventually(lambda: stub.searched > before + 2)
    # What is not new is not counted: it would make a dead feed look alive.
    assert bridge.get("/health")["sources"]["square"]["total"] == taken
