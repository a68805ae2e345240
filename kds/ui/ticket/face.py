"""What a ticket says on the wall, in words of one language; no sizes, no places, nothing that ages.

What goes on by itself is kept as a `Count`: an anchor and the words around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from kds.board.ages import seconds
from kds.board.values import Band
from kds.board.why import minutes
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink

_COARSE_S = 600


@dataclass(frozen=True, slots=True)
class Count:
    """A text that counts: up from `anchor`, or down to it, then it reads `passed`.

    `coarse`: the words around whole minutes while more than ten are left; "": none.
    """

    anchor: Instant
    down: bool = False
    pattern: str = "{}"
    passed: str = ""
    coarse: str = ""

    def text(self, now: Instant) -> str:
        """Return how it reads at `now`."""
        if not self.down:
            return self.pattern.format(minutes(seconds(self.anchor, now)))
        if self.passed and now >= self.anchor:
            return self.passed
        left = seconds(now, self.anchor)
        if self.coarse and left >= _COARSE_S:
            return self.coarse.format(round(left / 60))
        return self.pattern.format(minutes(left))


Reads = str | Count
"""A text that stands, or one that counts."""


def at(reads: Reads, now: Instant) -> str:
    """Return how a text reads at `now`."""
    return reads if isinstance(reads, str) else reads.text(now)


class Form(StrEnum):
    """The shape of a flag or chip."""

    PENNANT = auto()
    INVERTED = auto()
    OUTLINED = auto()
    DOUBLE = auto()
    FILLED = auto()


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark in the header. `short`: what is left of the text when room is scarce.

    `rank`: the higher, the sooner it shrinks and goes.
    """

    form: Form
    icon: Icon | None
    text: str
    short: str
    rank: int


@dataclass(frozen=True, slots=True)
class AgeBar:
    """How much of the time until `full_at` has passed, with notches where bands change."""

    since: Instant
    full_at: Instant
    notches: tuple[Instant, ...]


class Segment(StrEnum):
    """How far a line is, in the bar of a ticket at the pass."""

    READY = auto()
    COOKING = auto()
    LATE = auto()
    HELD = auto()
    WAITING = auto()


@dataclass(frozen=True, slots=True)
class Head:
    """The top of a ticket. `meta`: what to tell first comes first; `word`: of the band."""

    title: str
    band: Band
    flags: tuple[Flag, ...]
    pinned: bool
    icon: Icon | None
    clock: Reads
    word: Reads
    meta: tuple[str, ...]
    meta_ranks: tuple[int, ...]
    age: AgeBar | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy, and whose it is, if that is known."""

    text: str
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    """A modifier. `sign`: cross for without, plus for extra."""

    text: str
    sign: Icon | None = None


class LineState(StrEnum):
    """What a line looks like. SHELL: a set, cooked as its parts; NOTED: nothing to cook."""

    OPEN = auto()
    DONE = auto()
    WAITS = auto()
    VOID = auto()
    SHELL = auto()
    NOTED = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Something in the right cell of a line: a text with an icon, a chip, or pips."""

    reads: Reads = ""
    icon: Icon | None = None
    ink: Ink = Ink.TEXT2
    form: Form | None = None
    pips: tuple[int, int] | None = None
    struck: str = ""
    short: str = ""
    light: bool = False


@dataclass(frozen=True, slots=True)
class LineFace:
    """One dish with all that belongs to it.

    `boxed`: its number deserves an inverted box; `outlined`: it stands at the pass, ready.
    """

    key: LineKey
    state: LineState
    quantity: str
    unit: str
    boxed: bool
    outlined: bool
    changed: bool
    name: str
    depth: int
    plates: tuple[Plate, ...]
    notes: tuple[str, ...]
    allergies: tuple[Allergy, ...]
    right: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Divider:
    """Where a round or a course begins."""

    text: str
    time: str


class BarKind(StrEnum):
    """A gate on the start, a hold until somebody calls, a gate on carrying alone."""

    GATE = auto()
    HOLD = auto()
    RUN = auto()


@dataclass(frozen=True, slots=True)
class BarFace:
    """Why the lines below wait. `until` None: until somebody says so."""

    kind: BarKind
    text: str
    count: Count | None
    since: Instant
    until: Instant | None


@dataclass(frozen=True, slots=True)
class NoteFace:
    """What holds for the whole ticket."""

    text: str


Row = LineFace | Divider | BarFace | NoteFace


class Action(StrEnum):
    """What the button of a ticket does. MISSING, OUT: nothing, but why.

    SAME: says that it is what was written by hand; a long press, that it is another order.
    """

    DONE = "btn.done_all"
    POT = "btn.done_base"
    FIRE = "btn.fire"
    FIRE_NOW = "btn.fire_now"
    RUN = "btn.run"
    CLEAR = "btn.clear"
    NOTED = "btn.ack"
    MISSING = "btn.missing"
    OUT = "btn.out"
    HANDLED = "alert.handled"
    SAME = "btn.same_order"


@dataclass(frozen=True, slots=True)
class Chip:
    """A station that still works on the ticket, or has finished."""

    text: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Foot:
    """The bottom of a ticket: who else works on it, and the button."""

    lead: str
    chips: tuple[Chip, ...]
    action: Action
    label: str


@dataclass(frozen=True, slots=True)
class Release:
    """Portions that a gate or hold lets go by itself at `at`."""

    at: Instant
    dish: str
    portions: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What the ticket adds to the counts of its view; what is weighed counts as one portion."""

    portions: int = 0
    missing: int = 0
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True)
class Face:
    """All of a ticket."""

    visit: VisitId
    head: Head
    allergies: tuple[Allergy, ...]
    rows: tuple[Row, ...]
    foot: Foot
    received_at: Instant
    tally: Tally = Tally()

    @property
    def everyones(self) -> tuple[Allergy, ...]:
        """All allergies of the ticket, each once: what every torn part repeats."""
        of_lines = (a for row in self.rows if isinstance(row, LineFace) for a in row.allergies)
        return tuple(dict.fromkeys((*self.allergies, *of_lines)))
