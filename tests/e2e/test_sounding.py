"""What a kitchen hears of a real display beside a real bridge. Only the player is a toy.

That nothing is heard is proven by what is heard next: every sound is waited for, in its order.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from kds.wire.messages import PING_EVERY_MS
from tests.bridge.harness import Running, eventually, line, order, running
from tests.bridge.walls import same_ports
from tests.e2e.ears import Ear, ear
from tests.e2e.screens import HOTPOT, display, ended, wait_until_followed

ALARM_S = 10
HASTY = """\
book: {id: hasty, name: {zh: 急, en: Hasty}, zone: Asia/Shanghai}
stations: [{id: cut, name: {zh: 切配, en: Cutting}}]
limits: {attention: 1 s, late: 2 s, critical: 1 h, clock: fired}
"""


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Running]:
    """The bridge of a hot-pot kitchen in which something has happened already."""
    with running(tmp_path / "data", "--rules", HOTPOT) as found:
        found.post(order(lines=[line("1", "可乐", category="饮料")], table="1"))
        yield found


@pytest.fixture
def loudspeaker(tmp_path: Path) -> Iterator[Ear]:
    """An ear at the loudspeaker."""
    with ear(tmp_path) as found:
        yield found


@contextmanager
def heard(bridge: Running, data: Path, view: str, ears: Ear) -> Iterator[Popen[str]]:
    """Run a display that is up to date and has found its player; nothing else is heard of it."""
    with display(bridge.displays, data, view, sound=(), path=ears.path) as wall:
        assert ears.sounds(1) == ["silence"]
        wait_until_followed(bridge)
        yield wall


def dishes(table: str, *names: str) -> dict[str, Any]:
    """Return an order of dishes to be cut."""
    lines = [line(str(n), name, category="涮品") for n, name in enumerate(names, 1)]
    return order(order_id=f"of-{table}", table=table, lines=lines)


def strike(bridge: Running, table: str, *, line_id: str) -> None:
    """Say that a dish is ready."""
    key = {"source": "till-1", "order_id": f"of-{table}"}
    bridge.command("bump", view="cut", order=key, line_id=line_id)


def void(bridge: Running, table: str) -> None:
    """Strike all dishes of an order, of which none was begun."""
    bridge.post({**dishes(table), "revision": 2})


def test_a_new_order_is_one_cue_at_its_station(
    kitchen: Running, loudspeaker: Ear, tmp_path: Path
) -> None:
    with heard(kitchen, tmp_path / "wall", "cut", loudspeaker) as wall:
        kitchen.post(dishes("8", "毛肚", "肥牛", "虾滑"))
        assert loudspeaker.sounds(1) == ["new_order"]
        void(kitchen, "8")
        assert loudspeaker.sounds(1) == ["void"]
        assert ended(wall) == 0


def test_ready_dishes_of_a_table_are_one_sentence_at_the_pass(
    kitchen: Running, loudspeaker: Ear, tmp_path: Path
) -> None:
    for table in ("7", "8"):
        kitchen.post(dishes(table, "毛肚", "肥牛"))
    with heard(kitchen, tmp_path / "wall", "expo", loudspeaker) as wall:
        for table in ("7", "8"):
            strike(kitchen, table, line_id="1")
            strike(kitchen, table, line_id="2")
            assert loudspeaker.sounds(2) == ["ready", "sentence"]
        kitchen.post(dishes("9", "毛肚"))
        void(kitchen, "9")
        assert "ready" not in loudspeaker.sounds(1)
        assert ended(wall) == 0


def test_nothing_old_is_heard_after_a_display_was_killed(
    kitchen: Running, loudspeaker: Ear, tmp_path: Path
) -> None:
    """Promise 5: neither what it had beeped just before, nor what came while it was away."""
    with heard(kitchen, tmp_path / "wall", "cut", loudspeaker) as wall:
        kitchen.post(dishes("7", "毛肚"))
        assert loudspeaker.sounds(1) == ["new_order"]
        wall.kill()
        wall.wait()
    kitchen.post(dishes("8", "毛肚"))
    with heard(kitchen, tmp_path / "wall", "cut", loudspeaker) as wall:
        void(kitchen, "8")
        assert loudspeaker.sounds(1) == ["void"]
        assert ended(wall) == 0


def test_what_speaks_may_die_and_ends_with_its_display(
    kitchen: Running, loudspeaker: Ear, tmp_path: Path
) -> None:
    """Fault 39, and nothing is left of a display that was killed."""
    for table in ("7", "8"):
        kitchen.post(dishes(table, "毛肚"))
    with heard(kitchen, tmp_path / "wall", "expo", loudspeaker) as wall:
        for table in ("7", "8"):
            strike(kitchen, table, line_id="1")
            assert loudspeaker.sounds(2) == ["ready", "sentence"]
            (box,) = voice_boxes(wall)
            if table == "7":
                os.kill(box, signal.SIGKILL)
                eventually(lambda: not voice_boxes(wall))
        wall.kill()
        wall.wait()
    eventually(lambda: b"voicebox" not in command_of(box))


def voice_boxes(wall: Popen[str]) -> list[int]:
    """Return the processes that speak for a display."""
    pids = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
    return [pid for pid in pids if parent_of(pid) == wall.pid and b"voicebox" in command_of(pid)]


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def command_of(pid: int) -> bytes:
    """Return the command line of a process, nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_late_dish_is_warned_of_once(loudspeaker: Ear, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "book.yaml").write_text(HASTY, "utf-8")
    with running(tmp_path / "data", "--rules", rules) as bridge:
        bridge.post(dishes("1", "可乐"))
        void(bridge, "1")
        with heard(bridge, tmp_path / "wall", "cut", loudspeaker) as wall:
            bridge.post(dishes("8", "毛肚"))
            assert loudspeaker.sounds(3) == ["new_order", "late", "sentence"]
            wall.kill()
            wall.wait()
        bridge.post(dishes("9"))
        with heard(bridge, tmp_path / "wall", "cut", loudspeaker) as wall:
            void(bridge, "8")
            assert loudspeaker.sounds(1) == ["void"]
            assert ended(wall) == 0


def test_a_lost_link_is_an_alarm_only_once_it_lasts(
    kitchen: Running, loudspeaker: Ear, tmp_path: Path
) -> None:
    """A bridge that is back soon makes no sound; one that stays away does, and when it is back."""
    with heard(kitchen, tmp_path / "wall", "cut", loudspeaker) as wall:
        kitchen.end(signal.SIGKILL)
        with revived(kitchen) as bridge:
            wait_until_followed(bridge)
            bridge.post(dishes("7", "毛肚"))
            assert loudspeaker.sounds(1) == ["new_order"]
            bridge.end(signal.SIGKILL)
            killed_at = time.time()
        at, sound = loudspeaker.sound()
        assert sound == "link_lost"
        assert at - killed_at > ALARM_S - PING_EVERY_MS / 1000 - 1
        with revived(kitchen) as bridge:
            assert loudspeaker.sounds(1) == ["link_back"]
            void(bridge, "7")
            assert loudspeaker.sounds(1) == ["void"]
            assert ended(wall) == 0


@contextmanager
def revived(bridge: Running) -> Iterator[Running]:
    """Start a bridge again that was killed, where its displays look for it."""
    with running(bridge.data, "--rules", HOTPOT, *same_ports(bridge)) as again:
        yield again


def test_a_mute_display_makes_no_sound(kitchen: Running, loudspeaker: Ear, tmp_path: Path) -> None:
    with (
        display(kitchen.displays, tmp_path / "mute", "cut", path=loudspeaker.path) as mute,
        heard(kitchen, tmp_path / "wall", "broth", loudspeaker) as wall,
    ):
        wait_until_followed(kitchen, by=2)
        kitchen.post(dishes("8", "毛肚"))
        kitchen.post(order(table="9", lines=[line("1", "麻辣锅底", category="锅底")]))
        assert loudspeaker.sounds(2) == ["pot_first", "sentence"]
        assert ended(wall) == ended(mute) == 0


def test_one_display_speaks_for_a_whole_room(
    kitchen: Running, loudspeaker: Ear, tmp_path: Path
) -> None:
    speak = ("--speak", "cut", "--speak", "expo")
    with display(
        kitchen.displays, tmp_path / "wall", "broth", sound=speak, path=loudspeaker.path
    ) as wall:
        wait_until_followed(kitchen)
        kitchen.post(dishes("8", "毛肚"))
        assert loudspeaker.sounds(2) == ["silence", "new_order"]
        strike(kitchen, "8", line_id="1")
        assert loudspeaker.sounds(2) == ["ready", "sentence"]
        assert ended(wall) == 0
