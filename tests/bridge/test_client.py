"""The till's client and `pos-bridge send`: what is given to it is safe, and arrives once."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.client import Client, Fate, NotAnOrderError, SpoolError
from pos_bridge.client.spool import KEPT_S, Spool
from tests.bridge.conftest import StartBridge
from tests.bridge.harness import PATIENCE_S, Running, command_line, eventually, line, order
from tests.bridge.toy_http import Quiet, serving

Answer = tuple[int, dict[str, str]]


class ToyBridge:
    """Answers as it is told and remembers what came: (order id, key) of each post."""

    def __init__(self) -> None:
        self.epoch = "first"
        self.posts: list[tuple[str, str]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = lambda _: (201, {})
        self.port = 0
        self.tokens: set[str | None] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ids(self) -> list[str]:
        return [order_id for order_id, _ in self.posts]

    @contextmanager
    def serving(self) -> Iterator[ToyBridge]:
        toy = self

        class Handler(Quiet):
            def do_GET(self) -> None:  # noqa: N802 - http.server calls it so
                self.say(200, json.dumps({"epoch": toy.epoch}).encode(), {})

            def do_POST(self) -> None:  # noqa: N802 - http.server calls it so
                toy.tokens.add(self.headers["authorization"])
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, headers = toy.answer(body)
                toy.posts.append((body["order_id"], self.headers["idempotency-key"]))
                self.say(status, b'{"result": "new"}', headers)

        with serving(Handler, self.port) as self.port:
            yield self


@pytest.fixture
def toy() -> Iterator[ToyBridge]:
    with ToyBridge().serving() as bridge:
        yield bridge


def revisions(bridge: Running, prefix: str) -> dict[str, list[int]]:
    """Return the revisions in the log of the orders whose id begins so."""
    found: dict[str, list[int]] = {}
    after = 0
    while events := bridge.get("/v1/events", after=after, limit=1000):
        after = events[-1]["seq"]
        for event in events:
            if event["kind"] == "order_received" and event["order"]["order_id"].startswith(prefix):
                found.setdefault(event["order"]["order_id"], []).append(event["data"]["revision"])
    return found


def test_orders_wait_for_the_bridge_and_arrive_in_order(shared: Running, tmp_path: Path) -> None:
    """弱网: the line is cut, the till goes on, nothing is lost and nothing overtakes."""
    absent = ToyBridge()
    with absent.serving():
        pass
    with Client(tmp_path / "spool", absent.url) as till:
        for portions in (1, 2, 3):
            till.send(order(order_id="wait-1", lines=[line("1", quantity=str(portions))]))
        till.send(order(order_id="wait-2"))
        eventually(lambda: till.trouble.startswith("not reached"))
        assert not till.wait(0)
    with Client(tmp_path / "spool", shared.http) as till:
        assert till.wait(PATIENCE_S)
        assert (till.standing.delivered, till.trouble) == (4, "")
    assert revisions(shared, "wait-") == {"wait-1": [1, 2, 3], "wait-2": [1]}
    (at_last,) = shared.get("/v1/orders/till-1/wait-1")["lines"]
    assert at_last["quantity"] == "3"


def test_what_no_bridge_takes_is_parked_and_reported_and_blocks_nobody(
    shared: Running, tmp_path: Path
) -> None:
    settled: dict[str, Fate] = {}
    with Client(tmp_path / "spool", shared.http, on_settled=settled.__setitem__) as till:
        bad = till.send(order(order_id="bad-1", lines=[line("1", quantity="a lot")]))
        till.send(order(order_id="bad-1", lines=[line("1")]))
        good = till.send(order(order_id="bad-2"))
        assert till.wait(PATIENCE_S)
        fates = till.fates([bad, good])
        assert json.loads(fates[good].answer)["result"] == "new"
        assert "answered 422" in fates[bad].refused
        assert till.standing.refused == 1
    assert {key: settled[key] for key in fates} == fates
    assert (len(settled), fates[bad].order_id) == (3, "bad-1")
    assert "lines[0].quantity" in fates[bad].refused
    assert set(revisions(shared, "bad-")) == {"bad-1", "bad-2"}


def test_a_full_or_busy_bridge_is_asked_again_and_a_fault_of_one_stays_its_own(
    toy: ToyBridge, tmp_path: Path
) -> None:
    answers: dict[str, list[Answer]] = {
        "a": [(503, {"Retry-After": "0"})],
        "b": [(500, {})],
        "c": [(401, {})],
    }

    def answer(body: dict[str, Any]) -> Answer:
        left = answers.get(body["order_id"], [])
        return left.pop() if left else (201, {})

    toy.answer = answer
    with Client(tmp_path / "spool", toy.url, "a token") as till:
        for name in ("a", "b", "c", "d"):
            till.send(order(order_id=name))
        assert till.wait(PATIENCE_S)
        assert till.standing.refused == 0
    assert Counter(toy.ids()) == {"a": 2, "b": 2, "c": 2, "d": 1}
    assert toy.ids()[:2] == ["a", "a"]
    assert toy.ids().index("d") < [i for i, name in enumerate(toy.ids()) if name == "b"][1]
    assert len(set(toy.posts)) == 4  # each under one key on every try
    assert toy.tokens == {"Bearer a token"}


def test_a_bridge_with_another_log_gets_the_last_day_again(toy: ToyBridge, tmp_path: Path) -> None:
    with Client(tmp_path / "spool", toy.url) as till:
        for name in ("a", "b"):
            till.send(order(order_id=name))
        assert till.wait(PATIENCE_S)
    toy.epoch = "second"
    with Client(tmp_path / "spool", toy.url) as till:
        till.send(order(order_id="c"))
        assert till.wait(PATIENCE_S)
        assert till.standing.delivered == 3
    assert toy.ids() == ["a", "b", "a", "b", "c"]
    assert toy.posts[:2] == toy.posts[2:4]


def test_what_is_older_than_a_day_is_forgotten(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for name, at_s in (("old", 0.0), ("new", 10.0)):
        spool.put(order(order_id=name), at_s)
    for spooled in spool.due(20.0):
        spool.delivered(spooled.place, "{}", 10.0 if spooled.order_id == "new" else 5.0)
    spool.forget(KEPT_S + 7.0)
    assert spool.standing().delivered == 1
    assert spool.met("one", KEPT_S + 7.0) == 0
    assert spool.met("two", KEPT_S + 7.0) == 1
    assert [spooled.order_id for spooled in spool.due(KEPT_S + 7.0)] == ["new"]
    spool.close()


@pytest.mark.parametrize(
    "text", [b"", b"[1]", b"{", b'{"source": "t"}', b'{"source": 1, "order_id": "2"}', b"[" * 9999]
)
def test_what_is_no_order_is_not_kept(text: bytes, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with pytest.raises(NotAnOrderError):
        spool.put(text, 0.0)
    assert spool.standing().waiting == 0
    spool.close()


def test_a_spool_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    with pytest.raises(SpoolError, match="fails"):
        Client(file, "http://127.0.0.1:9")
    with pytest.raises(ValueError, match="no address"):
        Client(tmp_path, "127.0.0.1:9")


# --- pos-bridge send -----------------------------------------------------------------------


def sent(*arguments: object, given: str = "") -> tuple[int, list[str], str]:
    done = subprocess.run(
        command_line("send", *arguments),
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_send_says_what_became_of_each_order_of_a_file(shared: Running, tmp_path: Path) -> None:
    where = ("--bridge", shared.http, "--spool", tmp_path / "spool")
    orders = [order(order_id="send-1"), order(order_id="send-2", lines="none")]
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(orders, indent=1), "utf-8")
    status, lines, _ = sent(file, *where)
    assert (status, lines[0]) == (1, "till-1 send-1: new")
    assert lines[1].startswith("till-1 send-2: refused, answered 422")
    file.write_text(json.dumps(order(order_id="send-3")), "utf-8")
    (status, (said,), _) = sent(file, *where, "--json")
    assert (status, json.loads(said)["result"], json.loads(said)["what"]) == (0, "new", "delivered")


def test_send_keeps_what_it_can_not_deliver_for_the_next_time(
    shared: Running, tmp_path: Path
) -> None:
    spool = ("--spool", tmp_path / "spool")
    lines = "\n".join([json.dumps(order(order_id="later-1")), "nonsense", ""])
    status, said, told = sent(
        "-", *spool, "--bridge", "http://127.0.0.1:9", "--wait", 0, given=lines
    )
    assert (status, said) == (1, [])
    assert "order 2 of -: no JSON" in told
    assert "1 orders are safe and wait" in told
    assert sent(*spool, "--bridge", shared.http) == (0, ["till-1 later-1: new"], "")
    assert sent(tmp_path / "absent", *spool)[0] == 1


def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(
    start: StartBridge, tmp_path: Path
) -> None:
    """Kill -9 of till and bridge: every order that was safe arrives, each revision once."""
    bridge = start()
    spool, safe = tmp_path / "spool", 0
    for kill in range(3):
        till = subprocess.Popen(
            command_line("send", "-", "--bridge", bridge.http, "--spool", spool),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert till.stdin is not None
        for number in range(25):
            body = order(
                order_id=f"kill-{number}",
                lines=[line("1", quantity=str(1 + kill))],
                revision=kill + 1,
            )
            till.stdin.write(json.dumps(body).encode() + b"\n")
        till.stdin.flush()
        aim = safe + 5 + 4 * kill
        eventually(lambda aim=aim: _kept(spool) >= aim)  # type: ignore[misc]
        till.send_signal(signal.SIGKILL)
        till.communicate()
        safe = _kept(spool)
        if kill == 1:
            bridge.end(signal.SIGKILL)
            bridge = start(data=bridge.data)
    status, _, told = sent("--bridge", bridge.http, "--spool", spool)
    assert (status, told) == (0, "")
    found = revisions(bridge, "kill-")
    assert sum(map(len, found.values())) == safe
    assert all(len(set(each)) == len(each) and each == sorted(each) for each in found.values())


def _kept(spool: Path) -> int:
    if not spool.joinpath("spool.db").exists():
        return 0
    reader = Spool(spool)
    standing = reader.standing()
    reader.close()
    return standing.waiting + standing.delivered


def test_two_programs_share_a_spool_and_each_learns_what_became_of_its_own(
    shared: Running, tmp_path: Path
) -> None:
    with Client(tmp_path / "spool", shared.http) as till:
        till.send(order(order_id="both-1"))
        assert till.wait(PATIENCE_S)
        given = "\n".join(json.dumps(order(order_id=f"both-{n}")) for n in (2, 3))
        flags = ("--bridge", "http://127.0.0.1:9", "--spool", tmp_path / "spool", "--json")
        status, lines, told = sent("-", *flags, "--report-tries", given=given)
    assert (status, told) == (0, "")
    reports = [json.loads(each) for each in lines]
    assert [(r["what"], r["order_id"]) for r in reports if r["what"] == "safe"] == [
        ("safe", "both-2"),
        ("safe", "both-3"),
    ]
    assert {r["order_id"]: r["result"] for r in reports if r["what"] == "delivered"} == {
        "both-2": "new",
        "both-3": "new",
    }
