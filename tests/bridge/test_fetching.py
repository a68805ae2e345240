"""Thin pushes: what they owe is fetched from the vendor, whatever happens in between."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.bridge.acme_kitchen import install
from tests.bridge.harness import Running, eventually, running


@dataclass
class Vendor:
    """A vendor's API that answers what it is told to. `answers`: status and headers by path."""

    url: str = ""
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: int = 0

    def respond(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer for a path: an order, unless something else was planned."""
        status, headers = self.answers[path].pop(0) if self.answers.get(path) else (200, {})
        lines = [{"line_id": "1", "name": "Fried rice", "quantity": 1}]
        order = {"order_id": unquote(path.rpartition("/")[2]), "lines": lines}
        return status, headers, json.dumps(order).encode()


@contextmanager
def serving(vendor: Vendor, port: int = 0) -> Iterator[Vendor]:
    """Serve a vendor's API and its token address on a real socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            vendor.asked.append((self.path, self.headers.get("Authorization", "")))
            self._send(*vendor.respond(self.path))

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"]))
            assert b"client_secret=hush" in form
            vendor.tokens += 1
            self._send(200, {}, json.dumps({"access_token": f"t{vendor.tokens}"}).encode())

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    vendor.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    """The vendor's API."""
    with serving(Vendor()) as served:
        yield served


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, vendor: Vendor) -> Iterator[Running]:
    """A bridge whose thin vendor is the stub."""
    root = tmp_path_factory.mktemp("fetching")
    settings(root / "data", vendor.url)
    python_path = install(root / "packages")
    with running(root / "data", "--time-scale", 20, PYTHONPATH=python_path) as started:
        yield started


def settings(data: Path, url: str) -> None:
    """Point the thin vendor at `url`, with credentials for tokens."""
    data.mkdir()
    (data / "pos.toml").write_text(
        f'[pos.thin]\napi = "{url}"\ntoken_url = "{url}/token"\n'
        'client_id = "us"\nclient_secret = "hush"\n'
    )


def tell(bridge: Running, order: str, event: str = "") -> None:
    """Push that something happened to an order."""
    said = {"order": order, "event": event or f"of {order}"}
    answer = bridge.client.post("/v1/pos/thin", json=said)
    assert answer.json() == {"orders": [], "ignored": None, "alert": None}


def is_known(bridge: Running, order: str) -> bool:
    """Say whether the kitchen has an order."""
    return bridge.client.get(f"/v1/orders/thin/{order}").status_code == 200


def test_a_thin_push_becomes_a_ticket_with_a_token_of_its_own(
    bridge: Running, vendor: Vendor
) -> None:
    tell(bridge, "o1")
    eventually(lambda: is_known(bridge, "o1"))
    tell(bridge, "o1", "another")
    tell(bridge, "o1", "another")  # the same event again is not fetched again
    tell(bridge, "o7")
    eventually(lambda: is_known(bridge, "o7"))
    tokens = [token for path, token in vendor.asked if path in {"/orders/o1", "/orders/o7"}]
    assert len(tokens) == 3
    assert tokens == [f"Bearer t{vendor.tokens}"] * 3


def test_what_is_only_for_an_order_that_is_missing_is_not_fetched_twice(
    bridge: Running, vendor: Vendor
) -> None:
    """A report about an order may be the first that is heard of it: its own push got lost."""
    for event in ("first", "second"):
        said = {"order": "o8", "event": event, "unless_known": True}
        bridge.client.post("/v1/pos/thin", json=said)
        eventually(lambda: is_known(bridge, "o8"))
    tell(bridge, "o9")
    eventually(lambda: is_known(bridge, "o9"))
    assert [path for path, _ in vendor.asked if path == "/orders/o8"] == ["/orders/o8"]


def test_a_vendor_that_is_busy_is_asked_again(bridge: Running, vendor: Vendor) -> None:
    vendor.answers["/orders/o2"] = [(503, {}), (429, {"Retry-After": "0"}), (401, {})]
    tell(bridge, "o0")
    eventually(lambda: is_known(bridge, "o0"))
    before = vendor.tokens
    tell(bridge, "o2")
    eventually(lambda: is_known(bridge, "o2"))
    assert not vendor.answers["/orders/o2"]
    assert vendor.tokens == before + 1  # a token that is refused is asked for anew
    eventually(lambda: not any("thin" in told for told in bridge.get("/health")["problems"]))


def test_what_the_vendor_refuses_is_a_card(bridge: Running, vendor: Vendor) -> None:
    vendor.answers["/orders/o3"] = [(400, {})]
    vendor.answers["/orders/o4"] = [(404, {})]
    for order in ("o3", "o4", "o5"):
        tell(bridge, order)
    eventually(lambda: is_known(bridge, "o5"))
    told = eventually(lambda: [a for a in bridge.get("/v1/alerts") if a["source"] == "thin"])
    assert [alert["raw"] for alert in told] == ["GET /orders/o3"]
    assert "400" in told[0]["message"]


def test_what_is_owed_survives_a_kill(tmp_path: Path) -> None:
    """Promise 4: the push was answered 2xx, so its order comes, if only after a restart."""
    vendor = Vendor()
    with serving(vendor):
        pass  # it is gone now, and its port is known
    settings(tmp_path / "data", vendor.url)
    python_path = install(tmp_path / "packages")
    with running(tmp_path / "data", PYTHONPATH=python_path) as bridge:
        tell(bridge, "o6")
        eventually(lambda: "thin can not be asked" in bridge.logged())
        bridge.end(by=signal.SIGKILL)
    port = int(vendor.url.rpartition(":")[2])
    with serving(vendor, port), running(tmp_path / "data", PYTHONPATH=python_path) as bridge:
        eventually(lambda: is_known(bridge, "o6"))
