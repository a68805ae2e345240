"""Who a display is, how far it is with its bridge, and what it has kept from before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kds.kitchen.commands import Command
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen
from kds.wire.pending import Ack
from kds.wire.places import Place


class Phase(StrEnum):
    """How far the display is with its bridge. GREETING: asked, LOADING: parts come."""

    OFFLINE = "offline"
    GREETING = "greeting"
    LOADING = "loading"
    FOLLOWING = "following"
    TURNED_AWAY = "turned_away"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the display is. `program`: its name and version."""

    view: str
    device: str = ""
    program: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a display has kept from its former run: the kitchen, its book, and unfinished work.

    `time`: kitchen time when it was kept. `book`: hash and compiled text. `commands`: with their
    acknowledgements, oldest first.
    """

    kitchen: Kitchen = Kitchen()
    place: Place = Place()
    time: Instant | None = None
    book: tuple[str, str] | None = None
    commands: tuple[tuple[Command, Ack | None], ...] = ()
