"""`kds shot`: a picture of a view, and the board that the picture shows. Needs no screen."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kds.app.display import DisplaySettings, linked
from kds.app.wellness import health_of_bridge
from kds.board.scope import UnknownView
from kds.board.views import board
from kds.link import Link
from kds.records.boards import board_json
from kds.ui.options import Options, subject_of
from kds.ui.shot import render
from kds.ui.slips import Size
from kds.wire.notices import BookChanged, DisplayNotice, Following, TurnedAway
from kds.wire.standing import Phase

PATIENCE_S = 15.0


class ShotError(Exception):
    """There is no picture to be had; the message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Shot:
    """What was drawn: the board as JSON, and where the picture lies."""

    board: dict[str, Any]
    path: Path


def take(
    bridges: Sequence[str], view: str, path: Path, options: Options, size: Size, token: str
) -> Shot:
    """Save a picture of `view` as the display works it out; raises `ShotError`."""
    return asyncio.run(_take(bridges, view, path, options, size, token))


async def _take(
    bridges: Sequence[str], view: str, path: Path, options: Options, size: Size, token: str
) -> Shot:
    with tempfile.TemporaryDirectory(prefix="kds-shot-") as folder:
        settings = DisplaySettings(
            tuple(bridges), (view,), Path(folder), options, "shot", token, size, offscreen=True
        )
        async with linked(bridges, Path(folder), settings) as link:
            await _up_to_date(link)
            return _drawn(link, view, path, options, size)


async def _up_to_date(link: Link) -> None:
    """Connect and wait until the link follows with a rule book; raises `ShotError`."""
    ready = asyncio.Event()
    refusals: list[str] = []

    def hear(notices: Sequence[DisplayNotice]) -> None:
        refusals.extend(n.words.en for n in notices if isinstance(n, TurnedAway))
        if any(isinstance(n, Following | BookChanged | TurnedAway) for n in notices):
            ready.set()

    link.on_news = hear
    running = asyncio.create_task(link.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while link.session.book is None or link.session.phase is not Phase.FOLLOWING:
                await ready.wait()
                ready.clear()
                if refusals:
                    raise ShotError(refusals[0])
    except TimeoutError as error:
        raise ShotError(f"no bridge answers at {link.state.url}") from error
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _drawn(link: Link, view: str, path: Path, options: Options, size: Size) -> Shot:
    session, book = link.session, link.session.book
    assert book is not None
    now = link.time() or session.confirmed.at
    try:
        made = board(session.confirmed, book, view, now)
    except UnknownView as error:
        known = ", ".join(error.known)
        raise ShotError(f"there is no view {view!r}; there are {known}") from error
    subject = subject_of(view, book)
    health = health_of_bridge(session.condition, now)
    picture = render(made, now, subject, options, size=size, health=health)
    if not picture.save(str(path)):
        raise ShotError(f"{path} can not be written as a picture")
    place = session.place
    shown = board_json(
        made, at=now, epoch=place.epoch, seq=session.confirmed.seq, personal={}, lang=options.lang
    )
    return Shot(shown, path)
