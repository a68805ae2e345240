"""How the bridge starts, whom it lets in, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.protocol import State
from websockets.sync.client import connect

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import PATIENCE_S, Running, eventually, line, order, refused

SHIPPED = Path(__file__).parents[2] / "rules"


class TestReady:
    def test_it_says_where_it_serves_and_nothing_else(self, start: StartBridge) -> None:
        bridge = start()
        assert bridge.http.startswith("http://127.0.0.1:")
        assert bridge.displays.startswith("ws://127.0.0.1:")
        assert bridge.end() == 0
        assert bridge.process.stdout is not None
        assert bridge.process.stdout.read() == ""

    def test_the_log_is_one_line_each_on_standard_error(self, start: StartBridge) -> None:
        bridge = start()
        bridge.end()
        lines = bridge.logged().splitlines()
        assert lines
        assert all(text[:4].isdigit() and " pos_bridge" in text for text in lines)


class TestEnd:
    @pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_cleanly(self, start: StartBridge, by: signal.Signals) -> None:
        bridge = start()
        sent = order()
        bridge.post(sent)
        assert bridge.end(by) == 0
        again = start()
        assert again.get(f"/v1/orders/till-1/{sent['order_id']}")["revision"] == 1

    def test_listeners_do_not_keep_it_from_ending(self, start: StartBridge) -> None:
        bridge = start()
        with (
            connect(bridge.displays, proxy=None),
            bridge.client.stream("GET", "/v1/stream") as stream,
        ):
            next(stream.iter_lines())
            assert bridge.end() == 0

    def test_a_sender_that_has_stopped_does_not_hold_it_up(self, start: StartBridge) -> None:
        """Half a body cost every till five seconds, and a log full of errors."""
        bridge = start()
        url = httpx.URL(bridge.http)
        with socket.create_connection((url.host, url.port or 0), timeout=PATIENCE_S) as half:
            half.sendall(
                b"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n"
                b"Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n"
            )
            answers = half.makefile("rb")
            assert b"100 Continue" in answers.readline()
            half.sendall(b'{"source": "till-1"')
            assert bridge.end() == 0
            answer = answers.read()
        assert b"503 Service Unavailable" in answer
        assert b"send again" in answer
        assert "ERROR" not in bridge.logged()

    def test_what_was_answered_is_there_after_kill_9(self, start: StartBridge) -> None:
        """Fault 1: the larger loop is in tests/e2e."""
        bridge = start()
        orders = [order() for _ in range(20)]
        for sent in orders:
            assert bridge.post(sent).status_code == 201
        name = {"source": "till-1", "order_id": orders[0]["order_id"]}
        bumped = bridge.command("bump", order=name, line_id="1")
        epoch = bridge.get("/health")["epoch"]
        bridge.end(signal.SIGKILL)
        again = start()
        health = again.get("/health")
        assert (health["epoch"], health["seq"] >= bumped["seq"]) == (epoch, True)
        board = again.get("/v1/board/all")
        shown = [t["order_id"] for t in board["tickets"]]
        assert sorted(shown) == sorted(sent["order_id"] for sent in orders)
        (ready,) = again.get(f"/v1/orders/till-1/{orders[0]['order_id']}")["lines"]
        assert ready["portions"]["ready"] == "1"

    def test_what_is_under_way_is_finished_first(self, start: StartBridge) -> None:
        """At SIGTERM the queue is drained: every answer is kept, and nothing waits for ever."""
        bridge = start()
        acknowledged: set[str] = set()

        def post(sent: dict[str, Any]) -> int:
            try:
                answer = bridge.post(sent)
            except httpx.TransportError:
                return 0
            if answer.status_code == 201:
                acknowledged.add(sent["order_id"])
            return answer.status_code

        with ThreadPoolExecutor(16) as pool:
            posts = [pool.submit(post, order()) for _ in range(300)]
            eventually(lambda: len(acknowledged) > 50)
            assert bridge.end() == 0
            assert {each.result() for each in posts} <= {0, 201, 503}
        shown = {ticket["order_id"] for ticket in start().get("/v1/board/all")["tickets"]}
        assert acknowledged <= shown


class TestOneBridgePerFolder:
    def test_a_second_one_says_so_and_changes_nothing(self, start: StartBridge) -> None:
        bridge = start()
        ports = ("--http", "127.0.0.1:0", "--displays", "127.0.0.1:0")
        status, told = refused("serve", "--data", bridge.data, *ports)
        assert status == 1
        assert f"process {bridge.process.pid}" in told
        assert str(bridge.data) in told
        assert bridge.post(order()).status_code == 201

    def test_the_lock_goes_with_the_process_however_it_ends(self, start: StartBridge) -> None:
        start().end(signal.SIGKILL)
        assert start().post(order()).status_code == 201


def unusable(tmp_path: Path, kind: str) -> list[object]:
    """Return flags that cannot work."""
    data = tmp_path / "data"
    free = ["--http", "127.0.0.1:0", "--displays", "127.0.0.1:0"]
    match kind:
        case "folder is a file":
            data.write_text("")
            return ["--data", data, *free]
        case "unknown address":
            return ["--data", data, "--http", "192.0.2.1:0", "--token-file", tokens(tmp_path)]
        case "open to the network":
            return ["--data", data, "--http", "0.0.0.0:0"]
        case "displays open to the network":
            return ["--data", data, "--http", "127.0.0.1:0", "--displays", "0.0.0.0:0"]
        case "no such token file":
            return ["--data", data, *free, "--token-file", tmp_path / "none"]
        case "empty token file":
            (tmp_path / "empty").write_text("# nothing\n\n")
            return ["--data", data, *free, "--token-file", tmp_path / "empty"]
        case "no database":
            return ["--data", data, *free, "--database", "sqlite:////nowhere/at/all.db"]
        case _:
            return ["--data", data, *free, "--database", "oracle-of-delphi://x"]


def tokens(tmp_path: Path, *names: str) -> Path:
    """Write a token file."""
    path = tmp_path / "tokens"
    path.write_text("# for the tills\n" + "\n".join(names or ("secret-1",)) + "\n")
    return path


@pytest.mark.parametrize(
    "kind",
    [
        "folder is a file",
        "unknown address",
        "open to the network",
        "displays open to the network",
        "no such token file",
        "empty token file",
        "no database",
        "unknown database",
    ],
)
def test_what_can_not_work_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    status, told = refused("serve", *unusable(tmp_path, kind))
    assert status == 1
    assert told.strip().splitlines()[-1].startswith("pos-bridge: ")


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, told = refused("serve", "--data", tmp_path / "d", "--http", f"127.0.0.1:{port}")
    assert status == 1
    assert f"--http 127.0.0.1:{port} cannot be used: " in told


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["serve"],
        ["serve", "--data", "d", "--http", "nonsense"],
        ["serve", "--data", "d", "--http", "1.2.3.4:99999"],
        ["serve", "--data", "d", "--time-scale", "0"],
        ["serve", "--data", "d", "--time-scale", "nan"],
        ["dance"],
    ],
)
def test_wrong_usage_is_status_2(flags: list[str]) -> None:
    status, told = refused(*flags)
    assert status == 2
    assert "usage: pos-bridge" in told


def test_the_schema_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    from pos_bridge.cli import main

    assert main(["schema"]) == 0
    schema = json.loads(capfd.readouterr().out)
    assert schema["required"] == ["source", "order_id", "lines"]


class TestTokens:
    def test_everything_but_health_needs_one(self, start: StartBridge, tmp_path: Path) -> None:
        bridge = start("--token-file", tokens(tmp_path, "first", "second"))
        assert bridge.client.get("/health").status_code == 200
        for path in ("/v1/board/all", "/v1/alerts", "/metrics", "/docs", "/openapi.json", "/none"):
            answer = bridge.client.get(path)
            assert answer.status_code == 401, path
            asks = "Basic" if path in {"/docs", "/openapi.json"} else "Bearer"  # of a browser
            assert answer.headers["www-authenticate"].startswith(asks)
        assert bridge.post(order()).status_code == 401
        for token in ("first", "second"):
            assert bridge.post(order(), Authorization=f"Bearer {token}").status_code == 201
        assert bridge.post(order(), Authorization="Bearer third").status_code == 401
        assert "first" not in bridge.logged()
        assert "third" not in bridge.logged()

    def test_displays_need_one_too(self, start: StartBridge, tmp_path: Path) -> None:
        bridge = start("--token-file", tokens(tmp_path, "first"))
        with pytest.raises(InvalidStatus) as refusal, connect(bridge.displays, proxy=None):
            pass
        assert refusal.value.response.status_code == 401
        headers = {"Authorization": "Bearer first"}
        with connect(bridge.displays, additional_headers=headers, proxy=None) as display:
            assert display.state is State.OPEN

    def test_with_one_the_bridge_may_listen_to_the_network(
        self, start: StartBridge, tmp_path: Path
    ) -> None:
        flags = ("--http", "0.0.0.0:0", "--displays", "0.0.0.0:0")
        bridge = start(*flags, "--token-file", tokens(tmp_path, "first"))
        assert bridge.http.startswith("http://0.0.0.0:")
        url = bridge.http.replace("0.0.0.0", "127.0.0.1")
        headers = {"Authorization": "Bearer first", "Host": "bridge.lan"}
        assert httpx.get(f"{url}/v1/alerts", headers=headers, trust_env=False).status_code == 200


def test_a_rebound_name_is_refused_on_loopback(shared: Running) -> None:
    for path in ("/health", "/v1/board/all"):
        assert shared.client.get(path, headers={"Host": "evil.example"}).status_code == 403


def test_a_page_of_another_origin_is_refused(shared: Running) -> None:
    assert shared.post(order(), Origin="http://evil.example").status_code == 403
    assert shared.post(order(), Origin=shared.http).status_code == 201


def test_the_data_is_for_the_owner_only(start: StartBridge) -> None:
    bridge = start()
    assert stat.S_IMODE(bridge.data.stat().st_mode) & 0o077 == 0


class TestRules:
    def test_a_first_start_makes_a_folder_from_the_shipped_book(self, start: StartBridge) -> None:
        bridge = start()
        assert sorted(bridge.data.joinpath("rules").glob("*.yaml"))
        rules = bridge.get("/v1/rules")
        assert rules["id"] == "full-service"
        assert rules["diagnostics"] == []

    def test_without_a_sound_book_everything_goes_to_one_station_and_it_says_so(
        self, start: StartBridge, tmp_path: Path
    ) -> None:
        rules = tmp_path / "rules"
        rules.mkdir()
        rules.joinpath("book.yaml").write_text("stations: [")
        bridge = start("--rules", rules)
        health = bridge.get("/health")
        assert health["status"] == "degraded"
        assert health["rules"]["source"] == "built-in"
        assert health["rules"]["diagnostics"][0].startswith("book.yaml:1:")
        assert "There are no sound rules (1 fault)" in bridge.logged()
        assert "book.yaml:1:" in bridge.logged()
        sent = order()
        bridge.post(sent)
        board = bridge.get("/v1/board/kitchen")
        assert [ticket["order_id"] for ticket in board["tickets"]] == [sent["order_id"]]
        assert "book.yaml:1:" in next(a["raw"] for a in board["alerts"] if a["source"] == "rules")
        bridge.end()
        again = start("--rules", rules)
        alerts = [a for a in again.get("/v1/alerts") if a["source"] == "rules"]
        assert len(alerts) == 1

    def test_other_rules_wait_while_something_is_open(self, start: StartBridge) -> None:
        """The log's book wins at the start: open tickets are not sent elsewhere by a restart."""
        shipped = SHIPPED / "fast_food"
        bridge = start()
        before = bridge.get("/v1/rules")["hash"]
        sent = order()
        bridge.post(sent)
        bridge.end()
        waiting = start("--rules", shipped)
        rules = waiting.get("/v1/rules")
        assert (rules["hash"], rules["source"]) == (before, "log")
        assert rules["waiting"]
        assert waiting.get("/health")["status"] == "degraded"
        name = {"source": "till-1", "order_id": sent["order_id"]}
        waiting.command("serve", order=name)
        waiting.command("close", order=name)
        waiting.end()
        adopted = start("--rules", shipped)
        rules = adopted.get("/v1/rules")
        assert rules["hash"] != before
        assert (rules["source"], rules["waiting"]) == ("folder", None)
        assert adopted.get("/health")["status"] == "ok"
        assert [a for a in adopted.get("/v1/alerts") if a["source"] == "rules"] == []

    def test_live_rules_do_not_wait(self, start: StartBridge) -> None:
        shipped = SHIPPED / "fast_food"
        bridge = start()
        before = bridge.get("/v1/rules")["hash"]
        bridge.post(order())
        bridge.end()
        live = start("--rules", shipped, "--live-rules")
        assert live.get("/v1/rules")["hash"] != before

    def test_the_logs_book_decides_when_the_folder_is_broken(self, start: StartBridge) -> None:
        bridge = start()
        before = bridge.get("/v1/rules")["hash"]
        bridge.end()
        for path in bridge.data.joinpath("rules").glob("*.yaml"):
            path.write_text("{")
        again = start()
        rules = again.get("/v1/rules")
        assert (rules["hash"], rules["source"]) == (before, "log")
        assert again.get("/health")["status"] == "degraded"


def test_time_passes_faster_with_a_scale(start: StartBridge) -> None:
    bridge = start("--time-scale", "1000")
    sent = order()
    bridge.post(sent)

    def age_s() -> float:
        return float(bridge.get("/v1/board/all")["tickets"][0]["age_s"])

    assert eventually(lambda: age_s() > 60, within_s=20)


def test_what_time_makes_happen_happens(start: StartBridge) -> None:
    """A dish that nobody starts becomes late, as a fact in the log, without anybody asking."""
    bridge = start("--time-scale", "1000")
    bridge.post(order(lines=[line("1")]))

    def kinds() -> set[str]:
        return {event["kind"] for event in bridge.get("/v1/events", after=0)}

    assert eventually(lambda: "line_late" in kinds(), within_s=20)
    assert eventually(lambda: bridge.get("/health")["sources"]["till-1"]["total"]["late"] == 1)
