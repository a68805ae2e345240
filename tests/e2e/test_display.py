"""The display as a program of its own, beside a real bridge."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kds.bench.display import Display, showing
from kds.ui.style.times import JUST_MOVED
from tests.bridge.harness import Running, eventually, line, order, running
from tests.e2e.screens import HOTPOT, KDS, display, ended, keeps, screens, shoot, timeless


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Running]:
    """A bridge of a hot-pot kitchen with one open table."""
    with running(tmp_path / "data", "--rules", HOTPOT) as found:
        lines = [line("1", "麻辣锅底", category="锅底"), line("2", "毛肚", "2", category="涮品")]
        found.post(order(lines=lines, table="A08"))
        yield found


def test_a_display_follows_its_bridge_and_ends_cleanly(bridge: Running, tmp_path: Path) -> None:
    with display(bridge.displays, tmp_path / "wall", "cut") as wall:
        (screen,) = eventually(lambda: [s for s in screens(bridge) if s["lag"] == 0])
        assert screen["view"] == "cut"
        assert ended(wall) == 0


def test_a_killed_display_is_back_on_what_it_had_without_its_bridge(
    bridge: Running, tmp_path: Path
) -> None:
    """Faults 2 and 33: pull the display's plug, then the bridge's: the tickets are back."""
    data = tmp_path / "wall"
    with showing(bridge.displays, "cut", data) as wall:
        before = wall.frame(lambda frame: frame.new)
        told = [timeless(bridge.get("/v1/board/cut"))]
        eventually(partial(keeps, data, ["cut"], told))
        wall.process.kill()
        wall.process.wait()
    bridge.end(signal.SIGKILL)
    with showing(bridge.displays, "cut", data) as wall:
        assert wall.frame(lambda frame: frame.new).new == before.new


def test_a_second_display_on_the_same_folder_says_so_and_changes_nothing(
    bridge: Running, tmp_path: Path
) -> None:
    """Two would write one memory of the wall; the one that shows it already goes on."""
    data = tmp_path / "wall"
    with display(bridge.displays, data, "cut") as first:
        where = ("--bridge", bridge.displays, "--view", "cut", "--data", str(data), "--offscreen")
        second = subprocess.run(
            (*KDS, "display", *where), capture_output=True, text=True, timeout=60, check=False
        )
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr.splitlines() == [
            f"kds: Another display (process {first.pid}) already works with the data folder {data}."
        ]
        assert ended(first) == 0
    with display(bridge.displays, data, "cut") as again:
        assert ended(again) == 0


def test_a_display_says_when_an_order_is_on_the_glass_and_when_it_has_gone(
    bridge: Running, tmp_path: Path
) -> None:
    """What is measured from outside is the frame itself: after the order was sent, not before."""
    new = ("till-1", "new")
    with showing(bridge.displays, "cut", tmp_path / "wall") as wall:
        first = wall.frame(lambda frame: frame.new)
        sent_ns = time.monotonic_ns()
        bridge.post(order(order_id=new[1], lines=[line("1", "毛肚", category="涮品")]))
        shown = wall.frame(lambda frame: new in frame.new)
        assert first.at_ns < sent_ns < shown.heard_ns < shown.at_ns < time.monotonic_ns()
        bridge.command("bump", order={"source": new[0], "order_id": new[1]}, view="cut")
        assert wall.frame(lambda frame: frame.gone).gone == (new,)


def test_a_hand_on_the_bar_is_seen_and_bumps(bridge: Running, tmp_path: Path) -> None:
    with showing(bridge.displays, "cut", tmp_path / "wall") as wall:
        order_id = arrived(bridge, wall)
        wall.do("press", "till-1", order_id)
        wall.frame(lambda frame: frame.pressed)
        wall.do("lift")
        assert wall.frame(lambda frame: frame.gone).gone == (("till-1", order_id),)


def test_a_bump_without_a_bridge_outlives_the_wall_that_took_it(
    bridge: Running, tmp_path: Path
) -> None:
    """Promise 2: both plugs are pulled, and what the cook saw done is done when they are back."""
    data = tmp_path / "wall"
    with showing(bridge.displays, "cut", data) as wall:
        order_id = arrived(bridge, wall)
        bridge.end(signal.SIGKILL)
        wall.do("press", "till-1", order_id)
        wall.frame(lambda frame: frame.pressed)
        wall.do("lift")
        wall.frame(lambda frame: frame.gone)
        wall.process.kill()
        wall.process.wait()
    with running(bridge.data, "--rules", HOTPOT) as again:

        def ready() -> str:
            (shown,) = again.get(f"/v1/orders/till-1/{order_id}")["lines"]
            return str(shown["portions"]["ready"])

        assert ready() == "0"
        with showing(again.displays, "cut", data):
            eventually(lambda: ready() == "1")


def arrived(bridge: Running, wall: Display) -> str:
    """Send an order and wait until it can be bumped: not when it has only just come."""
    new = order(lines=[line("1", "毛肚", category="涮品")])
    bridge.post(new)
    shown = wall.frame(lambda frame: (new["source"], new["order_id"]) in frame.new)
    eventually(lambda: time.monotonic_ns() - shown.at_ns > JUST_MOVED * 1_000_000)
    return str(new["order_id"])


@pytest.mark.parametrize("view", ["cut", "broth", "expo"])
def test_a_shot_shows_the_board_that_the_bridge_knows(
    bridge: Running, tmp_path: Path, view: str
) -> None:
    out = tmp_path / f"{view}.png"
    done = shoot(bridge, view, out)
    assert done.returncode == 0, done.stderr
    assert timeless(json.loads(done.stdout)) == timeless(bridge.get(f"/v1/board/{view}"))
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_shot_of_no_such_view_names_those_there_are(bridge: Running, tmp_path: Path) -> None:
    done = shoot(bridge, "nowhere", tmp_path / "x.png")
    assert done.returncode == 1
    assert done.stderr.startswith("kds: there is no view 'nowhere'; there are broth, cut")
