"""The loudspeaker: what of a link and of hands becomes a sound. The link's side is a toy bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from kds.app.sounding import (
    AFTER_PAINTING_S,
    ANSWER_WITHIN_MS,
    NOTED_FOR_MS,
    READ_FOR_MS,
    Loudspeaker,
)
from kds.kitchen.commands import CommandKind, Result
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.wording import Wording
from kds.link import Link
from kds.link.disk import Disk
from kds.sound.cues import Cue
from kds.sound.items import Item, Tick
from kds.sound.sound import Sound, SoundNote
from kds.ui.chrome.health import Trouble, TroubleKind
from kds.ui.intents import Move, OpenStrip, SwitchLanguage
from kds.wire.notices import Answered, Following
from kds.wire.pending import Ack
from kds.wire.standing import Kept
from tests.unit.wire.toys import START, VIEW, Line, ToyBridge, bump, display

SECOND = 1_000
SILENCE = SoundNote(Wording("没有声音", "No sound"), Wording("没有声卡", "no sound card"), "x")


@dataclass
class Clock:
    """A steady clock that the test moves; the link lives by it as well."""

    ms: int = 50_000

    def now_ms(self) -> int:
        return self.ms

    async def wait(self, event: asyncio.Event, until_ms: int | None) -> None:
        raise AssertionError("nobody runs this link")


class Silent(Sound):
    """A sound that remembers what it was to play; each takes a tenth of a second."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.items: list[Item] = []
        self.said_of_itself: SoundNote | None = None
        self._ends = 0

    @property
    def is_idle(self) -> bool:
        return self._ends == 0

    @property
    def note(self) -> SoundNote | None:
        return self.said_of_itself

    def play(self, items: Iterable[Item]) -> None:
        for item in items:
            self.items.append(item)
            self._ends += 1
            asyncio.get_running_loop().call_later(0.1, self._end)

    def _end(self) -> None:
        self._ends -= 1
        self.on_idle()

    def start(self) -> None:
        pass


@dataclass
class Timers:
    """Stands in for the loop: keeps what is to be done later until the test lets time pass."""

    clock: Clock
    waiting: dict[int, tuple[float, Callable[[], None]]] = field(default_factory=dict)
    count: int = 0

    def call_later(self, delay_s: float, callback: Callable[..., None], *given: object) -> Timer:
        self.count += 1
        self.waiting[self.count] = (self.clock.ms + delay_s * 1000, partial(callback, *given))
        return Timer(self, self.count)

    def let_pass(self, ms: float) -> None:
        """Do what falls due in this time, in its order."""
        end = self.clock.ms + ms
        while due := sorted((at, number) for number, (at, _) in self.waiting.items() if at <= end):
            at, number = due[0]
            self.clock.ms = max(self.clock.ms, round(at + 0.5))
            _, callback = self.waiting.pop(number)
            callback()
        self.clock.ms = round(end)


@dataclass
class Timer:
    """One thing to be done later."""

    of: Timers
    number: int

    def cancel(self) -> None:
        self.of.waiting.pop(self.number, None)


class Wall:
    """A display of the toy bridge with a loudspeaker, without any task of its own."""

    def __init__(
        self, bridge: ToyBridge, timers: Timers, *views: str, kept: Kept | None = None
    ) -> None:
        self.bridge, self.timers, self.clock = bridge, timers, timers.clock
        self.session = display(self.clock.ms, kept)
        self.link = Link(["ws://toy"], self.session, Disk(), clock=self.clock)
        self.sound = Silent()
        self.loudspeaker = Loudspeaker(
            self.link,
            views or (VIEW,),
            "wall-1",
            "zh",
            self.sound,
            lambda: Tick(self.clock.ms),
        )
        self.loudspeaker.start()

    def connect(self) -> None:
        """Follow the bridge on a new connection."""
        self.line = Line(self.bridge, self.session, self.clock.ms)
        self.talk()

    def talk(self) -> None:
        """Let everything move that one side has to tell the other, one text after the other."""
        line = self.line
        line.collect()
        while line.up or line.down:
            while line.up:
                line.deliver_up(line.up.pop(0), self.clock.ms)
            while line.down:
                self.session.receive(line.down.pop(0), self.clock.ms)
                self.loudspeaker.heed(self.session.events())
            line.collect()

    def disconnect(self) -> None:
        self.session.disconnected()
        self.loudspeaker.heed(self.session.events())

    def heard(self, within_ms: int = SECOND) -> list[str]:
        """Let time pass; return the cues of what was heard since this was last asked."""
        self.timers.let_pass(within_ms)
        items, self.sound.items = self.sound.items, []
        return [item.cue.value for item in items]

    def troubles(self) -> list[Trouble]:
        return list(self.loudspeaker.troubles("en"))


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> Timers:
    made = Timers(Clock())
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: made)
    return made


class TimedBridge(ToyBridge):
    """A toy bridge whose kitchen time goes by the test's clock."""

    clock = Clock()

    @property
    def now(self) -> Instant:
        return Instant(START + self.clock.ms)


@pytest.fixture
def bridge(timers: Timers) -> ToyBridge:
    """A bridge at which something has happened, a second ago."""
    made = TimedBridge()
    made.clock = timers.clock
    made.order(0)
    timers.let_pass(SECOND)
    return made


@pytest.fixture
def wall(bridge: ToyBridge, timers: Timers) -> Wall:
    """A wall that has just begun to follow; nothing was heard of it."""
    made = Wall(bridge, timers)
    made.connect()
    assert made.heard() == []
    return made


# --- the link ------------------------------------------------------------------------------


def test_what_happens_is_painted_before_it_is_heard(bridge: ToyBridge, wall: Wall) -> None:
    """Promise 7: an order is on its way to the glass, nothing else is done meanwhile."""
    for number in (1, 2):
        bridge.order(number)
        wall.talk()
        assert wall.sound.items == []
    assert [at - wall.clock.ms for at, _ in wall.timers.waiting.values()] == [
        AFTER_PAINTING_S * 1000
    ]
    assert wall.heard() == ["new_order"]


def test_what_happened_before_this_program_followed_is_not_heard(
    bridge: ToyBridge, timers: Timers
) -> None:
    """Promise 5: what a killed display had made heard comes to the next one as an event again."""
    before = Wall(bridge, timers)
    before.connect()
    assert before.heard() == []
    kept = Kept(before.session.confirmed, before.session.place)
    bridge.order(1)
    before.talk()
    assert before.heard() == ["new_order"]
    after = Wall(bridge, timers, kept=kept)
    after.connect()
    assert after.session.confirmed.seq == bridge.kitchen.seq
    assert after.heard() == []
    bridge.order(2)
    after.talk()
    assert after.heard() == ["new_order"]


def test_a_short_break_is_not_heard_and_what_came_in_it_is(bridge: ToyBridge, wall: Wall) -> None:
    wall.disconnect()
    assert wall.heard(5 * SECOND) == []
    bridge.order(1)
    wall.connect()
    assert wall.heard() == ["new_order"]


def test_a_long_break_is_an_alarm_until_somebody_comes(bridge: ToyBridge, wall: Wall) -> None:
    wall.disconnect()
    assert wall.heard(8 * SECOND) == []  # it was heard a second ago, when all was well
    assert wall.heard(2 * SECOND) == ["link_lost"]
    assert wall.heard(30 * SECOND) == ["link_lost"]
    wall.loudspeaker.touched(Move(1, 0), "zh")
    assert wall.heard(60 * SECOND) == []
    wall.connect()
    assert wall.heard() == ["link_back"]


def test_a_bridge_that_never_was_is_an_alarm_too(bridge: ToyBridge, timers: Timers) -> None:
    wall = Wall(bridge, timers)
    assert wall.heard(9 * SECOND) == []
    assert wall.heard(2 * SECOND) == ["link_lost"]


def test_two_views_of_one_loudspeaker_sound_once(bridge: ToyBridge, timers: Timers) -> None:
    wall = Wall(bridge, timers, VIEW, "expo")
    wall.connect()
    assert wall.heard() == []
    bridge.order(1)
    wall.talk()
    assert wall.heard(5 * SECOND) == ["new_order"]
    wall.disconnect()
    assert wall.heard(12 * SECOND) == ["link_lost"]


def test_before_the_first_rules_it_is_silent_and_from_then_on_not(
    bridge: ToyBridge, wall: Wall
) -> None:
    wall.session.book, book = None, wall.session.book
    wall.loudspeaker = Loudspeaker(
        wall.link, (VIEW,), "wall-1", "zh", wall.sound, lambda: Tick(wall.clock.ms)
    )
    wall.loudspeaker.heed([Following(resumed=True)])
    bridge.order(1)
    wall.talk()
    assert wall.heard() == []
    wall.session.book = book
    wall.disconnect()
    wall.connect()
    assert wall.heard() == []
    bridge.order(2)
    wall.talk()
    assert wall.heard() == ["new_order"]


# --- hands ---------------------------------------------------------------------------------


def refusal(command: str) -> Answered:
    return Answered(CommandId(command), Result.REFUSED, Ack("e1", 1), "because")


@pytest.mark.parametrize(
    ("kind", "cue"),
    [
        (CommandKind.BUMP, Cue.BUMPED),
        (CommandKind.UNDO, Cue.UNDONE),
        (CommandKind.RECALL, Cue.UNDONE),
    ],
)
def test_a_hand_is_answered_by_what_it_did(wall: Wall, kind: CommandKind, cue: Cue) -> None:
    wall.loudspeaker.acted(bump(0, "c1", kind=kind))
    assert wall.heard() == [cue]


def test_a_touch_that_may_not_be_buzzes(wall: Wall) -> None:
    wall.loudspeaker.denied()
    assert wall.heard() == ["refused"]


def test_what_the_bridge_refuses_buzzes_for_the_hand_that_waits(wall: Wall) -> None:
    wall.loudspeaker.acted(bump(0, "c1"))
    assert wall.heard() == ["bumped"]
    wall.loudspeaker.heed([refusal("c1")])
    assert wall.heard() == ["refused"]


def test_what_is_refused_long_after_the_touch_is_not_heard(wall: Wall) -> None:
    """Bumps of a lost link are answered when it is back, and by then nobody waits for that."""
    wall.loudspeaker.acted(bump(0, "c1"))
    wall.timers.let_pass(ANSWER_WITHIN_MS)
    wall.loudspeaker.heed([refusal("c1"), refusal("of a former run")])
    assert wall.heard() == ["bumped"]


def test_it_speaks_the_language_of_the_screen(bridge: ToyBridge, timers: Timers) -> None:
    wall = Wall(bridge, timers, "expo")
    wall.connect()
    assert wall.heard() == []
    bridge.order(1)
    for order, lang in ((0, "zh"), (1, "en")):
        wall.loudspeaker.touched(SwitchLanguage(), lang)
        bridge.do(bump(order, f"of another hand {order}", device="wall-2"))
        wall.talk()
        wall.timers.let_pass(10 * SECOND)
        assert [item.lang for item in wall.sound.items if item.text] == [lang]
        wall.sound.items.clear()


# --- the note ------------------------------------------------------------------------------


def test_silence_is_noted_until_somebody_has_looked(wall: Wall) -> None:
    assert wall.troubles() == []
    wall.sound.said_of_itself = SILENCE
    for _ in range(2):
        assert wall.troubles() == [Trouble(TroubleKind.VOICE, ("No sound",), ("no sound card",))]
    wall.loudspeaker.touched(Move(1, 0), "en")
    assert len(wall.troubles()) == 1
    wall.loudspeaker.touched(OpenStrip(), "en")
    assert len(wall.troubles()) == 1  # the panel that has opened shows it
    wall.timers.let_pass(READ_FOR_MS)
    assert wall.troubles() == []
    wall.sound.said_of_itself = None
    assert wall.troubles() == []
    wall.sound.said_of_itself = SILENCE
    assert len(wall.troubles()) == 1


def test_a_view_that_is_none_is_noted(bridge: ToyBridge, timers: Timers) -> None:
    """What was mistyped after `--speak` would be silent for ever."""
    wall = Wall(bridge, timers, VIEW, "pas")
    assert wall.troubles() == []  # without rules nobody knows
    wall.connect()
    assert [trouble.text for trouble in wall.troubles()] == [("no view pas to speak for",)]


def test_a_note_that_nobody_looks_at_does_not_stay_for_ever(wall: Wall) -> None:
    wall.sound.said_of_itself = SILENCE
    assert len(wall.troubles()) == 1
    wall.timers.let_pass(NOTED_FOR_MS)
    assert wall.troubles() == []


def test_kitchen_time_is_known_to_a_display_that_never_had_a_bridge(timers: Timers) -> None:
    wall = Wall(ToyBridge(), timers)
    assert wall.session.confirmed.at == Instant(0)
    wall.loudspeaker.denied()
    assert wall.heard() == ["refused"]
