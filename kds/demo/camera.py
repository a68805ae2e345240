"""The camera: a picture of each moment, and for the README the whole minute and every view."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from kds.board.views import board
from kds.demo.animation import animated_png
from kds.demo.script import Moment
from kds.demo.stage import Stage
from kds.demo.teller import Teller
from kds.kitchen.ids import Instant
from kds.ui.film import Film
from kds.ui.options import Options, Subject
from kds.ui.shot import render, save_picture

FILM = "demo.png"
FILM_S = 66
_FRAME_MS = 700
_VIEW_SIZE = (1366, 768)


class Camera:
    """Takes pictures of the stage.

    `shots` None: none of the moments; `album` None: none for the README. `pictures`: those of the
    moments so far.
    """

    def __init__(
        self, stage: Stage, teller: Teller, shots: Path | None, album: Path | None
    ) -> None:
        self.pictures: list[Path] = []
        self._stage, self._teller = stage, teller
        self._shots, self._album = shots, album

    async def shoot(self, moment: Moment, after_s: float) -> None:
        """Save a picture of a moment as it looks so many kitchen seconds later."""
        if self._shots is None:
            return
        await self._stage.clock.pause(after_s)
        self._teller.show()
        path = self._shots / f"{list(Moment).index(moment) + 1}-{moment}.png"
        save_picture(self._stage.panes, path)
        self.pictures.append(path)

    async def film(self) -> None:
        """Film the first minute, a frame each second of the script, if it is wanted."""
        if self._album is None:
            return
        film, stage = Film(), self._stage
        for second in range(FILM_S):
            await stage.clock.until(stage.time(second + 0.5))
            film.take(stage.panes)
        (self._album / FILM).write_bytes(await asyncio.to_thread(_png, film))

    def shoot_views(self) -> None:
        """Save a picture of every view of the book as it is now, if they are wanted."""
        session = self._stage.link.session
        if self._album is None or session.book is None:
            return
        book, now = session.book, Instant(self._stage.clock.now())
        stations = {station.id: station.name for station in book.stations}
        look = replace(self._stage.settings.look, buttons=Options().buttons)
        for view in ("broth", "cut", "wok", "drink", "expo"):
            made = board(session.confirmed, book, view, now)
            subject = Subject(view, stations, ZoneInfo(book.zone))
            picture = render(made, now, subject, look, size=_VIEW_SIZE)
            (self._album / f"{view}.png").write_bytes(_png(Film(picture)))


def _png(film: Film) -> bytes:
    developed = film.developed()
    size = developed.width, developed.height
    return animated_png(size, developed.colours, developed.frames, _FRAME_MS)
