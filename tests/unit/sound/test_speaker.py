"""The speaker: asks when the sound is idle, and sleeps until it need ask again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.sound.announcing import Announcer
from kds.sound.items import Item, Moment, Tick
from kds.sound.speaker import Speaker
from tests.unit.rulebook.house import START


def nothing() -> None:
    """Do nothing."""


class Silent:
    """A sound that plays for as long as the test wants."""

    def __init__(self) -> None:
        self.is_idle = True
        self.played: list[Item] = []
        self.on_idle: Callable[[], None] = nothing

    def play(self, items: Iterable[Item]) -> None:
        new = list(items)
        self.played += new
        self.is_idle = self.is_idle and not new

    def end(self) -> None:
        """What was playing has ended."""
        self.is_idle = True
        self.on_idle()


@dataclass
class Loop:
    """Notes what the speaker asks the loop for."""

    timers: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    cancelled: int = 0

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Loop:
        self.timers.append((delay_s, callback))
        return self

    def cancel(self) -> None:
        self.cancelled += 1


class Scene:
    """A speaker over a silent sound, an announcer and a clock."""

    def __init__(self, book: Book) -> None:
        self.tick = Tick(0)
        self.sound = Silent()
        self.announcer = Announcer("cut")
        self.announcer.up_to_date(None, Kitchen(), book, Moment(START, self.tick))
        self.speaker = Speaker(
            [self.announcer], self.sound, lambda: (Kitchen(), book, Moment(START, self.tick))
        )

    @property
    def cues(self) -> list[str]:
        return [item.cue.value for item in self.sound.played]


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


@pytest.fixture
def scene(hotpot: Book, loop: Loop) -> Scene:
    return Scene(hotpot)


def test_with_nothing_to_say_it_sleeps(scene: Scene, loop: Loop) -> None:
    scene.speaker.nudge()
    assert (scene.cues, loop.timers) == ([], [])


def test_what_is_due_is_played_at_once(scene: Scene, loop: Loop) -> None:
    scene.announcer.refused(scene.tick)
    scene.speaker.nudge()
    assert (scene.cues, loop.timers) == (["refused"], [])


def test_while_something_plays_it_waits_for_the_sound(scene: Scene, loop: Loop) -> None:
    scene.announcer.refused(scene.tick)
    scene.speaker.nudge()
    scene.announcer.refused(scene.tick)
    scene.speaker.nudge()
    assert (scene.cues, loop.timers) == (["refused"], [])
    scene.tick = Tick(200)
    scene.sound.end()
    assert scene.cues == ["refused"]
    assert [delay for delay, _ in loop.timers] == [0.8]  # cues are a second apart
    scene.tick = Tick(1_000)
    loop.timers[0][1]()
    assert scene.cues == ["refused", "refused"]


def test_what_is_due_later_sets_a_timer_and_news_set_it_anew(scene: Scene, loop: Loop) -> None:
    scene.announcer.link_lost(scene.tick)
    scene.speaker.nudge()
    scene.tick = Tick(4_000)
    scene.speaker.nudge()
    assert [delay for delay, _ in loop.timers] == [10.0, 6.0]
    assert loop.cancelled == 1
    scene.speaker.stop()
    scene.speaker.stop()
    assert loop.cancelled == 2
