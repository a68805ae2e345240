"""Flags for those who start a bridge for a while: a demo, a replay, a benchmark."""

from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from tests.bridge.harness import PATIENCE_S, command_line, order, refused, running

SATURDAY = "2026-11-21T19:10:00+08:00"


def test_kitchen_time_starts_where_it_is_told_to(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--starts-at", SATURDAY) as bridge:
        at = datetime.fromisoformat(bridge.get("/v1/board/all")["at"])
    passed = at - datetime.fromisoformat(SATURDAY)
    assert 0 <= passed.total_seconds() < PATIENCE_S


def test_kitchen_time_does_not_start_before_what_has_happened(tmp_path: Path) -> None:
    """Kitchen time never runs back past the log's last event."""
    with running(tmp_path / "data", "--starts-at", SATURDAY) as bridge:
        bridge.post(order())
        (event,) = [e for e in bridge.get("/v1/events") if e["kind"] == "order_received"]
    earlier = "2020-01-01T00:00:00+00:00"
    with running(tmp_path / "data", "--starts-at", earlier) as bridge:
        assert bridge.get("/v1/board/all")["at"] >= event["at"]


def test_a_start_without_a_zone_is_refused(tmp_path: Path) -> None:
    status, told = refused("serve", "--data", tmp_path, "--starts-at", "2026-11-21T19:10:00")
    assert status == 2
    assert "is no time such as 2026-11-21T19:10:00+08:00" in told


def test_a_bridge_ends_with_whoever_holds_its_standard_input(tmp_path: Path) -> None:
    """A demo that is killed must not leave a bridge behind."""
    free = ("--http", "127.0.0.1:0", "--displays", "127.0.0.1:0")
    line = command_line("serve", "--data", tmp_path / "data", *free, "--ends-with-stdin")
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0


@pytest.mark.parametrize("flag", ["--data", "--rules"])
def test_a_folder_without_a_name_is_refused(tmp_path: Path, flag: str) -> None:
    """A variable that was not set: the bridge kept its data wherever it was started."""
    status, told = refused("serve", "--data", tmp_path, flag, "")
    assert status == 2
    assert f"{flag}: the folder's name is empty" in told
