"""Faults 1 to 3 and 33 together: bridge, displays and cooks' displays are killed at any moment.

Tills post all the while and two cooks bump, often the same ticket. Afterwards nothing that was
acknowledged is lost or doubled, no bump that a display showed as done is missing, and all agree.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kds.kitchen.ids import CommandId
from kds.store.store import Store
from tests.bridge.harness import PATIENCE_S, Running, eventually, running
from tests.bridge.walls import same_ports
from tests.e2e.screens import display, ended, keeps, kept_boards, screens, timeless
from tests.e2e.tills import Tills

ROOT = Path(__file__).resolve().parents[2]
GUESTS = 30
"""So many orders come between two kills: half an evening's, no mad crowd, is open at the end."""
VICTIMS = (("bridge",), ("0",), ("1",), ("wall",), ("bridge", "0"), ("0", "1", "wall"))


@dataclass
class CookProcess:
    """One cook's display as a process. `done`: what he was shown as done, command by order."""

    url: str
    folder: Path
    device: str
    done: list[tuple[str, str]] = field(default_factory=list)
    rested: list[int] = field(default_factory=list)
    is_ready: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start him, on what his display has kept."""
        self.is_ready.clear()
        where = (self.url, str(self.folder), self.device)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.cook", *where],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._hearing = threading.Thread(target=self._hear, args=(self._process,))
        self._hearing.start()
        assert self.is_ready.wait(PATIENCE_S)

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for text in process.stdout:
            match text.split():
                case ["ready"]:
                    self.is_ready.set()
                case ["done", command, order]:
                    self.done.append((command, order))
                case ["rested", seq]:
                    self.rested.append(int(seq))

    def rest(self) -> None:
        """Let him do nothing more, and wait until the bridge has answered everything."""
        assert self._process.stdin is not None
        self._process.stdin.write("rest\n")
        self._process.stdin.flush()
        eventually(lambda: self.rested)

    def kill(self) -> None:
        """Pull the plug."""
        self._process.kill()
        self._process.wait()
        self._hearing.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


class Service:
    """A bridge, a wall at the pass and two cooks, each of which can be killed and started again.

    `guests`: orders that tills may still send. `back_s`: how long each start took until it was
    shown again, and what it was.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.back_s: list[tuple[float, str]] = []
        self.guests = threading.Semaphore(0)
        self.tills = Tills(3, self.guests)
        self.bridge = self._bridge()
        self.tills.turn_to(self.bridge)
        self.cooks = [self._cook(f"cook-{n}") for n in range(2)]
        self.wall = self._wall()

    def _bridge(self, *flags: str) -> Running:
        return self._stack.enter_context(running(self.folder / "data", *flags))

    def _cook(self, name: str) -> CookProcess:
        cook = CookProcess(self.bridge.displays, self.folder / name, name)
        cook.folder.mkdir()
        cook.start()
        self._stack.callback(cook.kill)
        return cook

    def _wall(self) -> subprocess.Popen[str]:
        return self._stack.enter_context(
            display(self.bridge.displays, self.folder / "wall", "expo")
        )

    def kill(self, what: str) -> None:
        """Kill something."""
        match what:
            case "bridge":
                self.tills.serving.clear()
                self.bridge.end(signal.SIGKILL)
            case "wall":
                self.wall.kill()
                self.wall.wait()
            case _:
                self.cooks[int(what)].kill()

    def start(self, what: str) -> None:
        """Start again what was killed; it is back on what it had kept."""
        began = time.monotonic()
        match what:
            case "bridge":
                self.bridge = self._bridge(*same_ports(self.bridge))
                self.tills.turn_to(self.bridge)
            case "wall":
                self.wall = self._wall()
            case _:
                self.cooks[int(what)].start()
        self.back_s.append((time.monotonic() - began, what))

    def wait_for_work(self, acts: int) -> None:
        """Wait until so many more orders and bumps are done."""
        goal = self._acts() + acts
        eventually(lambda: self._acts() >= goal)

    def _acts(self) -> int:
        return len(self.tills.accepted) + sum(len(cook.done) for cook in self.cooks)

    @property
    def backlog(self) -> int:
        """How many orders are to be bumped at least, with or without a bridge."""
        return len(self.tills.accepted) - sum(len(cook.done) for cook in self.cooks)


def screen_of(bridge: Running, device: str) -> dict[str, Any] | None:
    """Return what /health says of a display that holds all there is, None while it does not."""
    found = [s for s in screens(bridge) if s["device"].endswith(device)]
    return found[0] if found and found[0]["lag"] == found[0]["unsent"] == 0 else None


def check_no_bump_is_lost_or_doubled(service: Service, tickets: Sequence[dict[str, Any]]) -> None:
    """What a cook was shown as done is done, by one command, whoever else wanted it too."""
    shown = {order for cook in service.cooks for _, order in cook.done}
    bumps = bumps_in_log(service.bridge)
    assert {order for order, commands in bumps.items() if len(commands) > 1} == set()
    assert shown - set(bumps) == set()
    for ticket in tickets:
        order_id = ticket["order_id"]
        state = "ready" if order_id in bumps else "queued"
        wanted = service.tills.accepted.get(order_id)
        counts = {ln["line_id"]: ln["portions"][state] for ln in ticket["lines"]}
        assert wanted is None or counts == {"1": str(wanted), "2": "1"}


def bumps_in_log(bridge: Running) -> dict[str, set[str]]:
    """Return the commands that did something to each order."""
    found: dict[str, set[str]] = {}
    after = 0
    while events := bridge.get("/v1/events", after=after, limit=1000):
        for event in events:
            if event["command"] and event["order"]:
                found.setdefault(event["order"]["order_id"], set()).add(event["command"])
        after = events[-1]["seq"]
    return found


def check_each_bump_has_arrived(service: Service) -> None:
    """The bridge has on disk an answer to every command that a display had shown as done.

    That the tickets are done is not enough: a cook bumps again what his display has forgotten.
    """
    assert service.bridge.end() == 0
    with closing(Store.open(f"sqlite:///{service.bridge.data / 'kitchen.db'}")) as store:
        for cook in service.cooks:
            missing = [each for each, _ in cook.done if store.answer(CommandId(each)) is None]
            assert missing == [], f"{len(missing)} of {len(cook.done)} bumps of {cook.device}"


def check_everybody_agrees(service: Service) -> None:
    """What every display holds, and keeps for its next start, is what the bridge answers."""
    bridge = service.bridge
    views = [*(station["id"] for station in bridge.get("/v1/rules")["stations"]), "expo", "all"]
    for device in ("expo", "cook-0", "cook-1"):
        eventually(partial(screen_of, bridge, device))
    assert ended(service.wall) == 0
    told = [timeless(bridge.get(f"/v1/board/{view}")) for view in views]
    assert kept_boards(service.folder / "wall", views) == told
    for cook in service.cooks:
        eventually(partial(keeps, cook.folder, views, told))


def service_under_fire(folder: Path, rounds: int, seed: int) -> list[tuple[float, str]]:
    """Let service go on while everything is killed; return how long each took to be back."""
    random = Random(seed)
    with ExitStack() as stack:
        service = Service(folder, stack)
        with service.tills.posting():
            for _ in range(rounds):
                for victims in random.sample(VICTIMS, len(VICTIMS)):
                    _kill(service, victims, random)
            service.tills.stop()
        for cook in service.cooks:
            cook.rest()
        tickets = service.tills.check_each_is_there_once(service.bridge)
        check_no_bump_is_lost_or_doubled(service, tickets)
        check_everybody_agrees(service)
        check_each_bump_has_arrived(service)
        assert sum(len(cook.done) for cook in service.cooks) > 100 * rounds
    return service.back_s


def _kill(service: Service, victims: Sequence[str], random: Random) -> None:
    """Kill something at a moment when work is under way, and start it again."""
    service.guests.release(GUESTS)
    service.wait_for_work(random.randint(GUESTS // 4, GUESTS))
    for victim in victims:
        service.kill(victim)
        if victim == "bridge":
            most = max(0, min(12, service.backlog))
            service.wait_for_work(random.randint(0, most))  # cooks go on without it
    for victim in random.sample(victims, len(victims)):
        service.start(victim)


def test_whatever_is_killed_in_service_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Promises 1, 2 and 4."""
    service_under_fire(tmp_path, rounds=1, seed=1)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(2, 8))
def test_many_more_kills_at_other_moments(tmp_path: Path, seed: int) -> None:
    """A failure names the seed that repeats it; `kds bench restart` measures the way back."""
    back_s = service_under_fire(tmp_path, rounds=3, seed=seed)
    (most_s, what), (mostly_s, _) = max(back_s), sorted(back_s)[len(back_s) // 2]
    print(f"back after {mostly_s:.2f} s mostly, {most_s:.2f} s at most ({what})")
