"""What a sheet says once a template has read it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a slip asks of the kitchen.

    `BILL` never cooks; `NOTICE` is a text for people; `IGNORE` is of no concern to the kitchen.
    """

    ORDER = "order"
    ADDON = "addon"
    VOID = "void"
    CANCEL = "cancel"
    RUSH = "rush"
    HOLD = "hold"
    FIRE = "fire"
    MOVE = "move"
    MERGE = "merge"
    BILL = "bill"
    NOTICE = "notice"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish as a slip prints it. `modifiers` as printed below it, `note` too.

    `mark`: what this line alone asks for, where the slip marks it (void, hold, fire, rush).
    `parts`: what a set is made of. `category`, `course`: of the heading above it, or of the slip.
    """

    name: str
    quantity: Decimal = Decimal(1)
    unit: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    note: str = ""
    mark: Kind | None = None
    parts: tuple[Dish, ...] = ()
    category: str = ""
    course: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that was understood.

    `number` is what the till calls the order, `batch` the round of an add-on, both "" where the
    slip has none. `fields`: table, from, server, guests and so on, as printed. `at_ms`: when the
    order was taken as printed, None without; `has_seconds`: to the second. `apart_ms`: slips whose
    times lie further apart belong to different rounds. `is_reprint`: it was printed before.
    `is_full`: all of the order, not one station's part; None where the slip does not say.
    `piece`: which of the order's slips or portions it is, as printed (2 of 2/3, or a running
    number), `pieces`: of how many. `equal_add_ms`: so long just the same again is one more, where
    one dish comes a slip and nothing counts them; 0: it is another print. Which one it is then,
    `piece` says as `=2`.
    """

    template: str
    source: str
    kind: Kind
    number: str = ""
    batch: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    at_ms: int | None = None
    dishes: tuple[Dish, ...] = ()
    notes: tuple[str, ...] = ()
    is_reprint: bool = False
    is_full: bool | None = None
    is_paid: bool = False
    has_seconds: bool = False
    apart_ms: int = 30_000
    piece: str = ""
    pieces: str = ""
    equal_add_ms: int = 0

    @property
    def table(self) -> str:
        """The table, "" where the slip names none."""
        return self.fields.get("table", "")

    @property
    def has_running_number(self) -> bool:
        """It prints a number that no other slip has, rather than one of a few."""
        return bool(self.piece) and not self.pieces and not self.piece.startswith("=")
