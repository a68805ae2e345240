"""Displays beside a bridge through a whole evening: the same log place, the same boards.

Nothing here needs a socket: the sessions talk to each other directly, so that every single log
place is compared. The same with processes and HTTP stands in `test_shots.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest

from kds.board.memo import BoardMemo
from kds.board.values import Board
from kds.board.views import board
from kds.kitchen.decide import Decision, record
from kds.kitchen.events import BookAdopted, Cause, Event
from kds.kitchen.ids import EventId, Instant
from kds.kitchen.state import Kitchen
from kds.records.boards import board_json
from kds.rulebook.book import Book, book_to_json
from kds.rulebook.compile import compile_book
from kds.rulefiles import read_texts, shipped_book
from kds.wire.bridge import BridgeSession
from kds.wire.display import DisplaySession
from kds.wire.history import History
from kds.wire.messages import BookText
from kds.wire.notices import DisplayNotice, Following
from kds.wire.standing import Identity
from tests.e2e.evening import Evening

VIEWS = ("broth", "cut", "wok", "drink", "expo", "pickup", "all")
PING_MS = 2_000


def books() -> list[Book]:
    """Return the hot-pot book as it is shipped, and as three owners have changed it."""
    texts, faults = read_texts(shipped_book("hotpot"))
    assert not faults
    changes = [
        ("", ""),
        ("late: 8 min", "late: 6 min"),
        ("serve_step: yes", "serve_step: no"),
        ("cook: cut", "cook: wok"),
    ]
    found = []
    for old, new in changes:
        changed = {name: text.replace(old, new) if old else text for name, text in texts.items()}
        book = compile_book(changed).book
        assert book is not None
        found.append(book)
    assert len({book.hash for book in found}) == len(found)
    return found


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
        for view in VIEWS:
            known = board(kitchen, self.evening.book, view, at, self.memo)
            for wall in walls:
                assert wall.session.place == self.history.place
                assert wall.board(view, at) == known, (view, kitchen.seq)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_display_shows_the_bridges_boards_at_every_log_place(seed: int) -> None:
    """Whether it followed all along, slept for hundreds of events or was cut off again and again;
    with three changes of the rules in between.
    """
    first, *later = books()
    random = Random(seed)
    house = House(Evening(first, seed), random)
    for step, (before, decision) in enumerate(house.evening.decisions(240)):
        house.publish(before, decision)
        house.compare(house.tell())
        if later and step % 80 == 79:
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
