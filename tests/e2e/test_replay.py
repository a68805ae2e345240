"""Displays beside a bridge through a whole evening: the same log place, the same boards.

First without sockets, where every single log place is compared; then with a real bridge, whose
answers to `GET /v1/board/{view}` are compared with what displays and `kds shot` make of the wire.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kds.board.memo import BoardMemo
from kds.board.values import Board
from kds.board.views import board
from kds.kitchen.commands import Command
from kds.kitchen.decide import Decision, record
from kds.kitchen.events import BookAdopted, Cause, Event
from kds.kitchen.ids import EventId, Instant
from kds.kitchen.messages import OrderMessage
from kds.kitchen.state import Kitchen
from kds.records.boards import board_json
from kds.records.commands import command_json
from kds.records.times import instant
from kds.rulebook.book import Book, book_to_json
from kds.rulebook.compile import compile_book
from kds.rulefiles import read_texts, shipped_book
from kds.wire.bridge import BridgeSession
from kds.wire.display import DisplaySession
from kds.wire.history import History
from kds.wire.messages import BookText
from kds.wire.notices import BookChanged, DisplayNotice, Following, Reloaded
from kds.wire.standing import Identity
from tests.bridge.harness import Running, eventually, line, running
from tests.bridge.walls import holds, same_ports
from tests.e2e.evening import Evening
from tests.e2e.screens import shoot, timeless
from tests.unit.wall import Wall as LinkedWall
from tests.unit.wall import wall as linked_wall

VIEWS = ("broth", "cut", "wok", "drink", "expo", "pickup", "all")
PING_MS = 2_000
CHANGES = (
    ("late: 8 min", "late: 6 min"),
    ("serve_step: yes", "serve_step: no"),
    ("cook: cut", "cook: wok"),
)
"""What an owner may change in the middle of an evening: clocks, how dishes leave, where they go."""


def books() -> list[Book]:
    """Return the hot-pot book as it is shipped, and as three owners have changed it."""
    texts, faults = read_texts(shipped_book("hotpot"))
    assert not faults
    found = [
        compile_book({name: text.replace(*change) for name, text in texts.items()}).book
        for change in (("#", "#"), *CHANGES)
    ]
    sound = [book for book in found if book is not None]
    assert len({book.hash for book in sound}) == len(CHANGES) + 1
    return sound


@dataclass
class Wall:
    """A display and its line. `memo`: as a screen has one."""

    history: History
    session: DisplaySession = field(
        default_factory=lambda: DisplaySession(Identity("all", "wall", "test"), 0)
    )
    memo: BoardMemo = field(default_factory=BoardMemo)
    line: BridgeSession | None = None
    told: list[DisplayNotice] = field(default_factory=list)

    def cut(self) -> None:
        """Lose the line."""
        self.line = None
        self.session.disconnected()

    def listen(self, now_ms: int, at: Instant) -> None:
        """Take in all that the bridge has to say, on a new line if there is none."""
        if self.line is None:
            self.line = BridgeSession(self.history, now_ms)
            self.session.connected(now_ms)
        self.session.tick(now_ms)
        while (asked := self.session.to_send()) + (told := self.line.to_send()):
            for text in asked:
                self.line.receive(text, now_ms, at)
            for text in told:
                self.session.receive(text, now_ms)

    def loads(self, *, resumed: bool) -> list[Following]:
        """Return how often it came back: with what it had missed, or with the whole kitchen."""
        self.told += self.session.events()
        return [n for n in self.told if isinstance(n, Following) and n.resumed is resumed]

    def board(self, view: str, at: Instant) -> Board:
        """Return what this display shows."""
        assert self.session.book is not None
        return board(self.session.projection.kitchen, self.session.book, view, at, self.memo)


@dataclass
class House:
    """A bridge and three displays: a quick one, a slow one, and one whose line is often cut."""

    evening: Evening
    random: Random
    views: tuple[str, ...] = VIEWS
    memo: BoardMemo = field(default_factory=BoardMemo)
    now_ms: int = 0

    def __post_init__(self) -> None:
        self.history = History("e1", Kitchen(), kept_events=60)
        self.walls = [Wall(self.history) for _ in range(3)]
        self.adopt(self.evening.book)

    def adopt(self, book: Book) -> None:
        """Let another book decide from here on."""
        evening = self.evening
        evening.book = book
        fact = BookAdopted(book.hash)
        event = Event(EventId(f"book-{evening.kitchen.seq}"), evening.now, Cause.PERSON, fact)
        before = evening.kitchen
        decision = record(before, [event], book, evening.now)
        evening.kitchen = decision.kitchen
        self.publish(before, decision)

    def publish(self, before: Kitchen, decision: Decision) -> None:
        """Something was committed."""
        book = self.evening.book
        self.history.book = BookText(book.hash, book_to_json(book))
        self.history.publish(decision.kitchen, enumerate(decision.events, before.seq + 1))

    def tell(self) -> list[Wall]:
        """Let displays listen, each at its own pace; return those that do now."""
        self.now_ms += PING_MS
        quick, slow, shaky = self.walls
        if self.random.random() < 0.3:
            shaky.cut()
        listening = [quick, shaky, *([slow] if self.random.random() < 0.03 else [])]
        for wall in listening:
            wall.listen(self.now_ms, self.evening.now)
        return listening

    def compare(self, walls: list[Wall]) -> None:
        """Every view of the displays is the bridge's, at the same log place."""
        at, kitchen = self.evening.now, self.evening.kitchen
        for view in self.views:
            known = board(kitchen, self.evening.book, view, at, self.memo)
            for wall in walls:
                assert wall.session.place == self.history.place
                assert wall.board(view, at) == known, (view, kitchen.seq)


def test_every_display_shows_the_bridges_boards_at_every_log_place() -> None:
    """Whether it followed all along, slept for hundreds of events or was cut off again and again;
    with three changes of the rules in between.
    """
    replay(seed=1, steps=160)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(2, 8))
def test_every_display_agrees_through_longer_evenings(seed: int) -> None:
    """The same with other evenings; a failure names the seed that repeats it."""
    replay(seed, steps=600)


def replay(seed: int, steps: int) -> None:
    """Let an evening pass and compare all boards after everything that happens."""
    first, *later = books()
    house = House(Evening(first, seed), Random(seed))
    for step, (before, decision) in enumerate(house.evening.decisions(steps)):
        house.publish(before, decision)
        house.compare(house.tell())
        if later and step % (steps // 4) == steps // 4 - 1:
            house.adopt(later.pop())
            house.compare(house.tell())
    quick, slow, shaky = house.walls
    slow.listen(house.now_ms, house.evening.now)
    house.compare(house.walls)
    assert not later
    assert [len(wall.loads(resumed=False)) > 1 for wall in house.walls] == [False, True, False]
    assert shaky.loads(resumed=True)
    _the_json_is_the_same(house, quick)


def _the_json_is_the_same(house: House, wall: Wall) -> None:
    """What `kds shot --json` prints is what `GET /v1/board/{view}` answers."""
    at = house.evening.now
    for view in VIEWS:
        told = [
            board_json(made, at=at, epoch="e1", seq=place.seq, personal={})
            for made, place in (
                (wall.board(view, at), wall.session.place),
                (board(house.evening.kitchen, house.evening.book, view, at), house.history.place),
            )
        ]
        assert told[0] == told[1]


# --- with processes ------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with the hot-pot book, to be edited: without the cases that hold it to its word."""
    no_cases = shutil.ignore_patterns("*.cases.yaml")
    return shutil.copytree(shipped_book("hotpot"), tmp_path / "rules", ignore=no_cases)


def edited(rules: Path, change: tuple[str, str]) -> None:
    """Let the owner change his rules."""
    for file in rules.glob("*.yaml"):
        file.write_text(file.read_text("utf-8").replace(*change), "utf-8")


async def test_a_display_shows_the_bridges_boards_throughout_an_evening(
    tmp_path: Path, rules: Path
) -> None:
    """Issue 3, item 4, in a bridge of its own whose rules change with each restart."""
    flags = ["--rules", rules, "--live-rules", "--time-scale", 20]
    evening = Evening(books()[0], seed=3)
    with ExitStack() as stack:
        bridge = await asyncio.to_thread(stack.enter_context, running(tmp_path / "data", *flags))
        async with linked_wall(tmp_path / "wall", bridge.displays, view="all") as shown:
            for change in ((), *CHANGES):
                if change:
                    await asyncio.to_thread(bridge.end)
                    edited(rules, change)
                    again = running(tmp_path / "data", *flags, *same_ports(bridge))
                    bridge = await asyncio.to_thread(stack.enter_context, again)
                await _a_quarter_passes(evening, bridge, shown)
            assert len(shown.told(BookChanged)) == len(CHANGES) + 1
            assert len(shown.told(Reloaded)) == 1
        await asyncio.to_thread(_shot_agrees, bridge, "all", tmp_path / "shot.png")


async def _a_quarter_passes(evening: Evening, bridge: Running, shown: LinkedWall) -> None:
    for step in range(24):
        await asyncio.to_thread(_send, bridge, evening.something())
        if step % 8 == 7:
            for view in VIEWS:
                await _agrees(bridge, shown, view)


def _send(bridge: Running, thing: OrderMessage | Command) -> None:
    """Do over HTTP what happens in the evening."""
    if isinstance(thing, Command):
        answer = bridge.client.post("/v1/commands", json=command_json(thing))
        assert answer.status_code == 200, answer.text
    else:
        assert bridge.post(_body(thing)).status_code in {200, 201}


def _body(message: OrderMessage) -> dict[str, Any]:
    """Return an evening's order as a till sends it."""
    own = message.fields
    lines = [
        line(ln.line_id, ln.name, str(ln.quantity), category=ln.category, state=ln.state.value)
        for ln in message.lines
    ]
    who = {"source": message.key.source, "order_id": message.key.order_id}
    where = {"session": own.session, "table": own.table, "guests": own.guests}
    return {**who, **where, "revision": message.revision, "lines": lines}


async def _agrees(bridge: Running, shown: LinkedWall, view: str) -> None:
    """The display makes the very board that the bridge answers, as of the same moment."""
    while True:
        told = await asyncio.to_thread(bridge.get, f"/v1/board/{view}")
        await holds(shown, told["seq"])
        session = shown.link.session
        if session.place.seq == told["seq"]:
            break  # else time has moved the bridge on between question and answer
    at = instant(datetime.fromisoformat(told["at"]))
    book, place = session.book, session.place
    assert book is not None
    made = board(session.projection.kitchen, book, view, at)
    assert board_json(made, at=at, epoch=place.epoch, seq=place.seq, personal={}) == told


def _shot_agrees(bridge: Running, view: str, out: Path) -> None:
    """The program does too, asked at the same log place and before time has changed a colour."""

    def is_the_same() -> bool:
        done = shoot(bridge, view, out)
        assert done.returncode == 0, done.stderr
        return timeless(json.loads(done.stdout)) == timeless(bridge.get(f"/v1/board/{view}"))

    eventually(is_the_same)
