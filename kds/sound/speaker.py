"""The speaker: asks the announcers whenever the sound is idle, and sleeps until it need ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.sound.announcing import Announcer
from kds.sound.items import Item, Moment, Tick

Look = Callable[[], tuple[Kitchen, Book, Moment]]
"""What the display shows now, its own unsent bumps included, and the time."""


class Sounding(Protocol):
    """What a speaker needs of the sound."""

    on_idle: Callable[[], None]

    @property
    def is_idle(self) -> bool:
        """Nothing is playing or waiting to be played."""
        ...

    def play(self, items: Iterable[Item]) -> None:
        """Play these."""
        ...


class Speaker:
    """Joins announcers of one room and a sound on one loop. Call `nudge` after one was told."""

    def __init__(self, announcers: Sequence[Announcer], sound: Sounding, look: Look) -> None:
        self._announcers = tuple(announcers)
        self._sound = sound
        self._look = look
        self._timer: asyncio.TimerHandle | None = None
        sound.on_idle = self.nudge

    def nudge(self) -> None:
        """Play what is due if nothing is playing, and come back when more may be."""
        self.stop()
        if not self._sound.is_idle:
            return
        waiting = [a for a in self._announcers if a.next_at is not None]
        if not waiting:
            return
        kitchen, book, moment = self._look()
        for announcer in sorted(waiting, key=lambda a: -a.urgency(moment.ear)):
            items = announcer.due(kitchen, book, moment)
            if items:
                self._sound.play(items)
                return  # the sound calls when it is idle again
        self._sleep(moment.ear)

    def _sleep(self, now: Tick) -> None:
        """Come back when something may be due."""
        due = [at for a in self._announcers if (at := a.next_at) is not None]
        if due:
            delay_s = max(0, min(due) - now) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self.nudge)

    def stop(self) -> None:
        """Sleep until the next `nudge`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
