"""An ear at one view of a kitchen: hears what its announcer says, second by second, asleep."""

from __future__ import annotations

from dataclasses import dataclass, field

from kds.kitchen.evolve import evolve
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen
from kds.sound.announcing import Announcer
from kds.sound.items import Item, Moment, Tick
from kds.sound.room import Room
from tests.unit.rulebook.house import House

BEAT_S = 0.1
LONG_S = 60
SENTENCE_MS = 2_000
CUE_MS = 400

POT = ("麻辣锅底", "锅底")
TRIPE = ("毛肚", "涮品")
BEEF = ("肥牛", "涮品")
SHRIMP = ("虾滑", "涮品")
COLA = ("可乐", "饮料")
RICE = ("扬州炒饭", "热菜")


@dataclass
class Heard:
    """An item and when it was heard."""

    at: Tick
    item: Item


@dataclass
class Ear:
    """Listens at `view` of a house. Time passes only in `listen`."""

    house: House
    view: str
    lang: str = "zh"
    device: str = ""
    room: Room | None = None
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.announcer = Announcer(self.view, device=self.device, lang=self.lang, room=self.room)
        self.kitchen: Kitchen = self.house.kitchen
        self.began = self.house.now
        self._known = len(self.house.events)
        self._busy_until = Tick(0)
        self.be_up_to_date(None)

    @property
    def moment(self) -> Moment:
        """Now, by both clocks."""
        return Moment(self.house.now, self.tick)

    @property
    def tick(self) -> Tick:
        """Now, by the ear's clock."""
        return Tick(self.house.now - self.began)

    def be_up_to_date(self, known: Kitchen | None) -> None:
        """The display got all there is in one piece."""
        self.kitchen = self.house.kitchen
        self._known = len(self.house.events)
        self.announcer.up_to_date(known, self.kitchen, self.house.book, self.moment)

    def catch_up(self) -> None:
        """Apply and hear what happened since."""
        events, self._known = self.house.events[self._known :], len(self.house.events)
        for event in events:
            before, self.kitchen = self.kitchen, evolve(self.kitchen, event)
            self.announcer.hear(before, event, self.kitchen, self.house.book, self.moment)

    def listen(self, seconds: float = 10) -> list[str]:
        """Let time pass; return what was heard in it: the sentence, or the name of a bare cue."""
        return together(seconds, self)[0]

    def beat(self) -> None:
        """Take in what happened, and hear what is due."""
        self.catch_up()
        if self.tick < self._busy_until:
            return
        for item in self.announcer.due(self.kitchen, self.house.book, self.moment):
            self.heard.append(Heard(self.tick, item))
            length = CUE_MS + (SENTENCE_MS if item.text else 0)
            self._busy_until = Tick(self.tick + length)


def together(seconds: float, *ears: Ear) -> list[list[str]]:
    """Let time pass for several ears in one house; return what each heard in it."""
    house = ears[0].house
    firsts = [len(ear.heard) for ear in ears]
    end = Instant(house.now + round(seconds * 1000))
    beat_s = BEAT_S if seconds < LONG_S else 10 * BEAT_S
    while True:
        for ear in ears:
            ear.beat()
        if house.now >= end:
            break
        house.wait(beat_s)
    return [
        [heard.item.text or heard.item.cue.value for heard in ear.heard[first:]]
        for ear, first in zip(ears, firsts, strict=True)
    ]
