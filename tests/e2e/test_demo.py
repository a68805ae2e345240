"""The demo as a program of its own: a whole evening without a screen, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bridge.harness import PATIENCE_S, eventually

MOMENTS = ("opening", "scan", "pot", "void", "late", "pulled", "back", "keys")


def command(*flags: object) -> list[str]:
    """Return the command that runs the demo of this tree without a screen."""
    return [sys.executable, "-m", "kds", "demo", "--offscreen", *map(str, flags)]


def bridges_in(folder: Path) -> list[int]:
    """Return the bridges that keep their data below `folder`, by their process numbers."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"pos_bridge" in words and any(str(folder).encode() in word for word in words):
            found.append(int(process.name))
    return found


def test_an_evening_without_a_screen_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Kill -9 of the bridge included; the promise that the demo makes to everybody who looks."""
    flags = ("--json", "--speed", 20, "--orders", 14, "--shots", tmp_path / "shots")
    done = subprocess.run(command(*flags), capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["sent"], summary["shown"]) == (14, 14)
    assert (summary["lost"], summary["doubled"]) == (0, 0)
    assert summary["bumped"] > 0
    assert 0 < summary["glass_p50_ms"] <= summary["glass_p99_ms"]
    assert [Path(shot).stem.split("-")[1] for shot in summary["shots"]] == list(MOMENTS)
    assert all(Path(shot).read_bytes().startswith(b"\x89PNG") for shot in summary["shots"])


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo that has its bridge and goes on for long."""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command("--orders", 1000), stdout=pipe, stderr=pipe, text=True, env=environment
    )
    try:
        eventually(lambda: bridges_in(tmp_path))
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(
    demo: subprocess.Popen[str], tmp_path: Path, by: signal.Signals
) -> None:
    demo.send_signal(by)
    _, told = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0, told
    assert "Traceback" not in told
    assert not bridges_in(tmp_path)
    assert not list(tmp_path.glob("kds-demo-?*/bridge"))


def test_a_killed_demo_leaves_no_bridge_behind(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    demo.kill()
    demo.wait(PATIENCE_S)
    assert eventually(lambda: not bridges_in(tmp_path))


def test_it_says_when_there_is_no_screen(tmp_path: Path) -> None:
    bare = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    line = [sys.executable, "-m", "kds", "demo"]
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=bare
    )
    assert process.stderr is not None
    try:
        assert "There is no display here" in process.stderr.readline()
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
