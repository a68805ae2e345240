"""The speaker: asks the announcer whenever the sound is idle, and sleeps until it need ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.sound.announcing import Announcer
from kds.sound.items import Item, Moment

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
    """Joins an announcer and a sound on one loop. Call `nudge` after the announcer was told."""

    def __init__(self, announcer: Announcer, sound: Sounding, look: Look) -> None:
        self._announcer = announcer
        self._sound = sound
        self._look = look
        self._timer: asyncio.TimerHandle | None = None
        sound.on_idle = self.nudge

    def nudge(self) -> None:
        """Play what is due if nothing is playing, and come back when more may be."""
        self.stop()
        if not self._sound.is_idle:
            return
        kitchen, book, moment = self._look()
        self._sound.play(self._announcer.due(kitchen, book, moment))
        next_at = self._announcer.next_at
        if next_at is not None and self._sound.is_idle:
            delay_s = max(0, next_at - moment.ear) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self.nudge)

    def stop(self) -> None:
        """Sleep until the next `nudge`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
