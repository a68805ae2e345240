"""A whole screen beside a bridge: link, board and painted wall, without a program around them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pytestqt.qtbot import QtBot

from kds.app.acts import Acts
from kds.app.screen import Screen
from kds.link import Clock
from kds.ui.chrome.health import TroubleKind
from kds.ui.options import Options
from kds.ui.style.measures import Screen as Size
from kds.wire.notices import DisplayNotice
from tests.unit.wall import Wall, wall

FULL = Size(1920, 1080)


@dataclass
class Glass:
    """A screen and the link behind it."""

    shown: Wall
    screen: Screen

    @property
    def orders(self) -> list[str]:
        """The orders on the wall, in the order of their tickets."""
        return [key.order_id for ticket in self.screen.board.tickets for key in ticket.orders]

    @property
    def says(self) -> list[TroubleKind]:
        """What the strip says, worst first."""
        self.screen.tick()
        return [trouble.kind for trouble in self.screen.display._health.worst_first]

    async def until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so on the wall; what a link tells is shown a turn later."""
        await self.shown.until(lambda: self._refreshed() and is_so())

    def _refreshed(self) -> bool:
        self.screen.refresh()
        return True


class Room:
    """Holds screens until a test is over: Qt still has events for them when the test is done."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self._screens: list[Screen] = []

    @asynccontextmanager
    async def glass(
        self,
        folder: Path,
        url: str,
        *,
        view: str = "expo",
        device: str = "glass",
        clock: Clock | None = None,
    ) -> AsyncIterator[Glass]:
        """Run a screen for the time of the block."""
        async with wall(folder, url, view=view, device=device, clock=clock) as shown:
            acts = Acts(shown.link)
            screen = Screen(
                shown.link, view, device, Options(lang="en"), acts.start, _steady_ms, FULL
            )
            self._screens.append(screen)
            self._qtbot.addWidget(screen.display)

            def hear(news: Sequence[DisplayNotice]) -> None:
                screen.changed()
                shown.on_news(news)

            shown.link.on_news = hear
            acts.then = lambda _: screen.changed()
            screen.refresh()
            try:
                yield Glass(shown, screen)
            finally:
                await acts.finished()


def _steady_ms() -> int:
    return time.monotonic_ns() // 1_000_000
