"""What a session tells the program that runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kds.kitchen.commands import Command, Result
from kds.kitchen.events import Event
from kds.kitchen.ids import CommandId
from kds.kitchen.state import Kitchen
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.wire.pending import Ack

# --- of a display --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Following:
    """The display is up to date with a bridge and will stay so. `resumed`: nothing was missed."""

    resumed: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """These events were applied to the confirmed kitchen, in order.

    `kitchens`: as it was before the first of them, and after each.
    """

    events: tuple[Event, ...]
    kitchens: tuple[Kitchen, ...]

    def steps(self) -> Iterator[tuple[Kitchen, Event, Kitchen]]:
        """Yield each event between the kitchens before and after it."""
        return zip(self.kitchens, self.events, self.kitchens[1:], strict=False)


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The confirmed kitchen was replaced as a whole; what happened meanwhile is not known."""


@dataclass(frozen=True, slots=True)
class BookChanged:
    """A rule book came into force. `compiled`: its JSON text, to be kept."""

    book: Book
    hash: str
    compiled: str


@dataclass(frozen=True, slots=True)
class ConditionChanged:
    """The bridge has said how well it is; the session's `condition` has it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The bridge has answered a command. `ack`: to be kept with it; `why`: for people."""

    command: CommandId
    result: Result
    ack: Ack
    why: str


@dataclass(frozen=True, slots=True)
class NotKept:
    """The bridge could not keep a command just now; it goes out again by itself."""

    command: CommandId
    why: str


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The bridge will not or can not serve this display; it may later. `words`: for people."""

    code: str
    words: Wording


@dataclass(frozen=True, slots=True)
class Offline:
    """The connection is gone; the display shows what it knows."""


@dataclass(frozen=True, slots=True)
class LineDead:
    """Nothing has come for so long that the connection must be given up."""


DisplayNotice = (
    Following
    | Happened
    | Reloaded
    | BookChanged
    | ConditionChanged
    | Answered
    | NotKept
    | TurnedAway
    | Offline
    | LineDead
)

# --- of a bridge ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Commands to be applied in order, all or none; answer with `answered` or `unavailable`."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """The connection must be closed once `to_send` is empty. `code`: why, as in `Bye`."""

    code: str


BridgeNotice = Asked | Leave
