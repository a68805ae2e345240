"""The vocabulary of the wire: one JSON object per message, told apart by `kind`.

Readers ignore fields and kinds that they do not know, so either side may be the newer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

from kds.kitchen.wording import Wording
from kds.records.body import read_json
from kds.records.errors import BodyError
from kds.wire.places import Place

PING_EVERY_MS = 2_000
DEAD_AFTER_MS = 5_000
"""A side that has heard nothing for so long gives the connection up."""

# --- from the display ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """Where the display stands; answered by `Welcome`, then by what it lacks.

    `attempt`: counts the greetings of a display, so that an answer to an earlier one is known as
    such. `place`: of the kitchen that it holds. `book`: hash of the rule book that it holds.
    """

    protocol: str
    program: str = ""
    view: str = ""
    device: str = ""
    attempt: int = 0
    place: Place = Place()
    book: str = ""
    kind: Literal["hello"] = "hello"


@dataclass(frozen=True, slots=True)
class Do:
    """A command in the shape of the outside contract; answered by `Done` or `NotYet`."""

    command: dict[str, Any]
    kind: Literal["do"] = "do"


@dataclass(frozen=True, slots=True)
class Ping:
    """Sent every `PING_EVERY_MS`. `sent`: the display's own clock, returned as it is.

    `seq`: how far the display has come. `unsent`: commands that wait there for an answer.
    """

    sent: int
    seq: int = 0
    unsent: int = 0
    kind: Literal["ping"] = "ping"


# --- from the bridge -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Welcome:
    """The answer to a `Hello`. `resumed`: events follow on the display's place, else parts do.

    `at`, `scale`: the time as in a `Pong`, so that it is known before the first kitchen.
    """

    protocol: str
    attempt: int
    epoch: str
    resumed: bool
    at: int
    scale: float = 1.0
    program: str = ""
    kind: Literal["welcome"] = "welcome"


class Record(NamedTuple):
    """A piece of a kitchen: which map (`head`: the rest), its key, its codec's version and text."""

    part: str
    key: str
    version: int
    body: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the whole kitchen as of `place`, numbered by `index`; number 0 begins it."""

    place: Place
    index: int
    last: bool
    records: tuple[Record, ...]
    kind: Literal["part"] = "part"


@dataclass(frozen=True, slots=True)
class WireEvent:
    """One entry of the log. `fact`: the JSON text of the fact of kind `of` and that `version`."""

    seq: int
    id: str
    at: int
    cause: str
    of: str
    version: int
    fact: str
    command: str | None = None
    device: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    """What has happened, in order and without a gap."""

    events: tuple[WireEvent, ...]
    kind: Literal["events"] = "events"


@dataclass(frozen=True, slots=True)
class BookText:
    """The rule book in force from here on, compiled, as JSON text."""

    hash: str
    compiled: str
    kind: Literal["book"] = "book"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command; it need not be sent again. Fields as in the outside contract."""

    id: str
    result: str
    seq: int
    why: str = ""
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class NotYet:
    """A command could not be kept now: send it again, and all after it, in a while."""

    id: str
    why: str = ""
    kind: Literal["not_yet"] = "not_yet"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is not well at the bridge: a sentence for people, in two halves.

    `of`: what it is about, for programs: `storage`, `disk`, `rules`, `paused`, `busy`, `clock`,
    `database`, `telling`, or something that only a newer bridge knows. `severity`: `critical`,
    `late` or `attention`. `about`: the rule that is paused.
    """

    of: str
    severity: str
    zh: str
    en: str
    more_zh: str = ""
    more_en: str = ""
    about: str = ""

    @property
    def name(self) -> Wording:
        """The first half: what is wrong."""
        return Wording(self.zh, self.en)

    @property
    def more(self) -> Wording:
        """The second half: what to know or to do about it."""
        return Wording(self.more_zh, self.more_en)


class Heard(NamedTuple):
    """At which kitchen time a source last sent something."""

    source: str
    at: int


@dataclass(frozen=True, slots=True)
class Condition:
    """How well the bridge is; sent after the welcome, and again when it is otherwise."""

    remarks: tuple[Remark, ...] = ()
    sources: tuple[Heard, ...] = ()
    kind: Literal["condition"] = "condition"


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a `Ping`. `at`: kitchen time now, `scale`: its seconds per real second.

    `attempt`: of the greeting answered last. `seq`, `parts`: the log place and how many parts of
    a snapshot were sent before this, so that the display sees what it missed.
    """

    sent: int
    at: int
    scale: float = 1.0
    attempt: int = 0
    seq: int = 0
    parts: int = 0
    kind: Literal["pong"] = "pong"


# --- from either ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bye:
    """The connection ends, for a reason that a person can read. `code`: the same for programs."""

    code: str
    zh: str
    en: str
    kind: Literal["bye"] = "bye"

    @property
    def words(self) -> Wording:
        """The reason in both languages."""
        return Wording(self.zh, self.en)


FromDisplay = Hello | Do | Ping | Bye
FromBridge = Welcome | Part | Events | BookText | Done | NotYet | Condition | Pong | Bye

_KIND = Field(discriminator="kind")
_FROM_DISPLAY: TypeAdapter[FromDisplay] = TypeAdapter(Annotated[FromDisplay, _KIND])
_FROM_BRIDGE: TypeAdapter[FromBridge] = TypeAdapter(Annotated[FromBridge, _KIND])


class UnknownKind(Exception):  # noqa: N818  # it is no fault: the other side is newer
    """A message of a kind that this program does not know; to be ignored and counted."""


class WireError(Exception):
    """A text that is no message, or one of the wrong shape."""


def from_display(message: FromDisplay) -> str:
    """Return the text of a display's message."""
    return _FROM_DISPLAY.dump_json(message).decode()


def from_bridge(message: FromBridge) -> str:
    """Return the text of a bridge's message."""
    return _FROM_BRIDGE.dump_json(message).decode()


def read_display(text: str) -> FromDisplay:
    """Return what a display says; raises `UnknownKind` and `WireError`.

    Read like every body from outside: bounded in depth, characters that no store takes replaced.
    """
    try:
        value, _ = read_json(text.encode("utf-8", "replace"))
        return _FROM_DISPLAY.validate_python(value)
    except BodyError as error:
        raise WireError(str(error)) from None
    except ValidationError as error:
        raise _fault(error) from None


def read_bridge(text: str) -> FromBridge:
    """Return what a bridge says; raises `UnknownKind` and `WireError`."""
    try:
        return _FROM_BRIDGE.validate_json(text)
    except ValidationError as error:
        raise _fault(error) from None


def _fault(error: ValidationError) -> UnknownKind | WireError:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "union_tag_invalid":
        return UnknownKind(first["ctx"]["tag"])
    place = ".".join(str(step) for step in first["loc"])
    return WireError(f"{place}: {first['msg']}" if place else first["msg"])
