"""Faults 1, 28, 29 and 32: killed, disk full, database locked, newer. Fault 30: `test_damage`."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, command_line, eventually, line, order, refused

FREE = ("--http", "127.0.0.1:0", "--displays", "127.0.0.1:0")


def database(bridge: Running) -> Path:
    """Return the file of a bridge's store."""
    return bridge.data / "kitchen.db"


def shown(bridge: Running) -> set[str]:
    """Return the orders on the wall."""
    return {ticket["order_id"] for ticket in bridge.get("/v1/board/all")["tickets"]}


def limit_file_size(bridge: Running, most: int) -> None:
    """Let no file of the bridge grow beyond a size; a write beyond it fails like a full disk."""
    limits = (most, resource.RLIM_INFINITY)
    resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, limits)


class TestDiskFull:
    """Fault 28: what can not be kept is not acknowledged; when there is space, all goes on."""

    def test_nothing_is_acknowledged_and_it_recovers_alone(self, start: StartBridge) -> None:
        bridge = start()
        before = order()
        bridge.post(before)
        name = {"source": "till-1", "order_id": before["order_id"]}
        limit_file_size(bridge, 4096)
        lost = order()
        answer = bridge.post(lost)
        assert answer.status_code == 503
        assert answer.headers["retry-after"].isdigit()
        bump = {"id": "in-need", "kind": "bump", "order": name}
        assert bridge.client.post("/v1/commands", json=bump).status_code == 503
        assert bridge.client.post("/v1/orders", content=b"{", headers={}).status_code == 503
        assert shown(bridge) == {before["order_id"]}
        assert bridge.post(before).json()["result"] == "unchanged"  # needs no disk
        health = bridge.get("/health")
        assert health["status"] == "degraded"
        assert "Nothing can be stored" in health["problems"][0]
        limit_file_size(bridge, resource.RLIM_INFINITY)
        assert bridge.post(lost).status_code == 201
        (bumped,) = bridge.client.post("/v1/commands", json=bump).json()
        assert bumped["result"] == "applied"
        assert bridge.get("/health")["status"] == "ok"
        assert shown(bridge) == {before["order_id"], lost["order_id"]}

    def test_it_ends_cleanly_on_a_full_disk(self, start: StartBridge) -> None:
        bridge = start()
        kept = order()
        bridge.post(kept)
        limit_file_size(bridge, 4096)
        assert bridge.end() == 0
        assert shown(start()) == {kept["order_id"]}

    def test_a_really_full_file_system(self, small_disk: Path, start: StartBridge) -> None:
        bridge = start(data=small_disk / "data")
        note = "x" * 100_000
        accepted = set()
        while (answer := bridge.post(sent := order(note=note))).status_code == 201:
            accepted.add(sent["order_id"])
        assert answer.status_code == 503
        assert shown(bridge) == accepted
        bridge.end()
        subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
        again = start(data=small_disk / "data")
        assert shown(again) == accepted
        assert again.post(order()).status_code == 201
        again.end()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of six megabytes, where this machine lets us make one."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("making a file system needs root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


class TestLocked:
    """Fault 29: another program holds the database."""

    def test_a_long_lock_is_503_and_nothing_is_lost_or_doubled(self, start: StartBridge) -> None:
        bridge = start()
        sent = order(lines=[line("1", quantity="3")])
        bridge.post(sent)
        name = {"source": "till-1", "order_id": sent["order_id"]}
        bump = {"id": "patient", "kind": "bump", "order": name, "line_id": "1", "portions": "1"}
        late = order()
        with closing(sqlite3.connect(database(bridge), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert bridge.client.post("/v1/commands", json=bump).status_code == 503
            assert bridge.post(late).status_code == 503
            assert shown(bridge) == {sent["order_id"]}
            assert bridge.get("/health")["status"] == "degraded"
            other.execute("ROLLBACK")
        for result in ("applied", "no_op"):
            (answer,) = bridge.client.post("/v1/commands", json=bump).json()
            assert answer["result"] == result
        assert bridge.post(late).status_code == 201
        assert bridge.get("/health")["status"] == "ok"

    def test_a_short_lock_is_waited_for(self, start: StartBridge) -> None:
        bridge = start()
        with closing(sqlite3.connect(database(bridge), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answered = bridge.client.build_request("POST", "/v1/orders", json=order())
            with ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(bridge.client.send, answered)
                eventually(lambda: bridge.get("/health")["queue"]["waiting"])
                other.execute("ROLLBACK")
                assert waiting.result().status_code == 201


def test_32_a_newer_database_is_refused(start: StartBridge) -> None:
    bridge = start()
    bridge.end()
    with closing(sqlite3.connect(database(bridge))) as other, other:
        other.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    status, told = refused("serve", "--data", bridge.data, *FREE)
    assert status == 1
    assert "newer program" in told


@pytest.mark.parametrize("pages", [1, 12, 24, 36])
def test_32_killed_while_it_makes_its_tables_it_makes_them_at_the_next_start(
    start: StartBridge, tmp_path: Path, pages: int
) -> None:
    """The tables come in one transaction: all of them are there, or none."""
    data = tmp_path / "data"
    file, log = data / "kitchen.db", data / "kitchen.db-wal"

    def has_written() -> bool:
        return file.exists() and file.stat().st_size > 0 and size_of(log) >= (pages - 1) * 4096

    upgrading = subprocess.Popen(
        command_line("serve", "--data", data, *FREE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(has_written)
    finally:
        upgrading.kill()
        upgrading.wait()
    bridge = start(data=data)
    assert bridge.post(order()).status_code == 201
    assert bridge.get("/health")["store"]["rescued"] is None


def size_of(file: Path) -> int:
    """Return how large a file is, 0 where there is none."""
    return file.stat().st_size if file.exists() else 0


def test_28_an_unwritable_folder_is_said(tmp_path: Path) -> None:
    status, told = refused("serve", "--data", Path("/proc/nothing/here"), *FREE)
    assert status == 1
    assert "cannot be written" in told


def killed_amid_orders(bridge: Running) -> tuple[set[str], set[str]]:
    """Kill the bridge while it is sent orders; return which were sent and which acknowledged."""
    orders = [order(revision=1) for _ in range(200)]
    acknowledged: set[str] = set()

    def post(sent: dict[str, Any]) -> None:
        try:
            if bridge.post(sent).status_code == 201:
                acknowledged.add(sent["order_id"])
        except httpx.TransportError:
            return

    with ThreadPoolExecutor(8) as pool:
        posts = [pool.submit(post, sent) for sent in orders]
        eventually(lambda: len(acknowledged) > 60)
        bridge.end(signal.SIGKILL)
        for each in posts:
            each.result()
    return {sent["order_id"] for sent in orders}, acknowledged


def test_1_killed_at_any_moment_every_acknowledged_order_is_there_once(
    start: StartBridge,
) -> None:
    """Fault 1, in small; the long loop is in tests/e2e."""
    sent: set[str] = set()
    acknowledged: set[str] = set()
    for _ in range(3):
        some_sent, some_acknowledged = killed_amid_orders(start())
        sent |= some_sent
        acknowledged |= some_acknowledged
    found = [ticket["order_id"] for ticket in start().get("/v1/board/all")["tickets"]]
    assert len(found) == len(set(found))
    assert acknowledged <= set(found) <= sent
