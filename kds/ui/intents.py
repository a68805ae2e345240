"""What a touch or key asks for: frozen values, handed on; what they do is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from kds.kitchen.ids import AlertId, LineKey, VisitId


@dataclass(frozen=True, slots=True)
class TapLine:
    """A dish was touched."""

    visit: VisitId
    line: LineKey


@dataclass(frozen=True, slots=True)
class TapBar:
    """The button at the foot of a ticket was touched, or BUMP was pressed while it has the focus.

    `by_key`: so that a bump bar may be answered otherwise than a finger.
    """

    visit: VisitId
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class TapHead:
    """The head of a ticket was touched: it is meant from now on."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class TapMore:
    """The rest of a ticket is asked for, that found no room on the wall."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class LongPress:
    """A finger stays on a ticket: on a dish, its head or its foot (`line` None)."""

    visit: VisitId
    line: LineKey | None = None
    at_foot: bool = False


@dataclass(frozen=True, slots=True)
class HandleAlert:
    """Somebody has dealt with what could not be understood."""

    alert: AlertId


@dataclass(frozen=True, slots=True)
class JustMoved:
    """The ticket had moved under the finger a moment ago: nothing was done to it."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class Missed:
    """BUMP was pressed, and the ticket that keys were meant for is not there: nothing was done."""


@dataclass(frozen=True, slots=True)
class Digit:
    """A number key, and the ticket that has this number now."""

    number: int
    visit: VisitId | None


@dataclass(frozen=True, slots=True)
class Undo:
    """The last action is to be taken back."""


@dataclass(frozen=True, slots=True)
class Recall:
    """What was bumped lately is asked for."""


@dataclass(frozen=True, slots=True)
class Move:
    """An arrow key: -1, 0 or 1 each way."""

    dx: int
    dy: int


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Another page is asked for."""

    step: int


@dataclass(frozen=True, slots=True)
class Why:
    """Why a ticket, or a dish of it, looks as it does."""

    visit: VisitId | None
    line: LineKey | None = None


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """The other language is asked for."""


class Button(StrEnum):
    """The buttons below the wall that open something."""

    ALL_DAY = auto()
    SOLD_OUT = auto()
    TABLE = auto()
    AHEAD = auto()
    SETTINGS = auto()


@dataclass(frozen=True, slots=True)
class Press:
    """A button below the wall."""

    button: Button


@dataclass(frozen=True, slots=True)
class OpenStrip:
    """The status strip was touched."""


@dataclass(frozen=True, slots=True)
class ClosePanel:
    """The side panel is to go."""


@dataclass(frozen=True, slots=True)
class PickRow:
    """A row of the side panel was touched; `action`: which of its buttons."""

    row: str
    action: str


@dataclass(frozen=True, slots=True)
class OtherKey:
    """A key that the wall has no use for."""

    text: str


@dataclass(frozen=True, slots=True)
class KeyStuck:
    """A key is down for longer, or comes faster, than a person would press it: it is ignored."""

    name: str


@dataclass(frozen=True, slots=True)
class KeyFree:
    """A key that was stuck has come loose."""

    name: str


Intent = (
    TapLine
    | TapBar
    | TapHead
    | TapMore
    | LongPress
    | HandleAlert
    | JustMoved
    | Missed
    | Digit
    | Undo
    | Recall
    | Move
    | TurnPage
    | Why
    | SwitchLanguage
    | Press
    | OpenStrip
    | ClosePanel
    | PickRow
    | OtherKey
    | KeyStuck
    | KeyFree
)
