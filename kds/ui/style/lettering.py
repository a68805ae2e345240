"""Kinds of text: how large in parts of the dish size, and how heavy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of text. Digits have one width; without kerning a clock stands still."""

    size: float
    bold: bool = True
    kerned: bool = True


class Role(StrEnum):
    """Every kind of text on the wall."""

    TABLE = auto()
    TABLE_LONG = auto()
    CLOCK = auto()
    ALLERGY = auto()
    ALLERGY_WHO = auto()
    DISH = auto()
    DISH_WAITS = auto()
    QUANTITY = auto()
    QUANTITY_WAITS = auto()
    UNIT = auto()
    MODIFIER = auto()
    NOTE = auto()
    BAR = auto()
    BAR_CLOCK = auto()
    BUTTON = auto()
    CELL = auto()
    CELL_WAITS = auto()
    META = auto()
    ALSO = auto()
    KEY = auto()
    STRIP_NAME = auto()
    STRIP_CLOCK = auto()
    STRIP = auto()
    STRIP_FIGURE = auto()
    BOTTOM = auto()
    EMPTY = auto()
    EMPTY_TEXT = auto()
    PANEL_NAME = auto()
    PANEL = auto()
    PANEL_TEXT = auto()
    PANEL_SMALL = auto()
    GUEST_TITLE = auto()
    GUEST_SECOND = auto()
    GUEST_CLOCK = auto()
    GUEST_FOOT = auto()
    GUEST_NEWEST = auto()
    GUEST_READY = auto()
    GUEST_ALMOST = auto()
    GUEST_MANY = auto()
    GUEST_WAITS = auto()


TYPES = {
    Role.TABLE: Type(1.42),
    Role.TABLE_LONG: Type(1.0),
    Role.CLOCK: Type(1.20, kerned=False),
    Role.ALLERGY: Type(1.04),
    Role.ALLERGY_WHO: Type(0.68),
    Role.DISH: Type(1.0),
    Role.DISH_WAITS: Type(1.0, bold=False),
    Role.QUANTITY: Type(1.0, kerned=False),
    Role.QUANTITY_WAITS: Type(1.0, bold=False, kerned=False),
    Role.UNIT: Type(0.76),
    Role.MODIFIER: Type(0.92),
    Role.NOTE: Type(0.86, bold=False),
    Role.BAR: Type(0.84),
    Role.BAR_CLOCK: Type(0.84 * 1.14, kerned=False),
    Role.BUTTON: Type(0.82),
    Role.CELL: Type(0.76, kerned=False),
    Role.CELL_WAITS: Type(0.76, bold=False),
    Role.META: Type(0.72),
    Role.ALSO: Type(0.68),
    Role.KEY: Type(0.68, kerned=False),
    Role.STRIP_NAME: Type(1.0),
    Role.STRIP_CLOCK: Type(1.15, kerned=False),
    Role.STRIP: Type(0.75, bold=False),
    Role.STRIP_FIGURE: Type(0.75),
    Role.BOTTOM: Type(0.82),
    Role.EMPTY: Type(1.94),
    Role.EMPTY_TEXT: Type(0.9, bold=False),
    Role.PANEL_NAME: Type(1.27),
    Role.PANEL: Type(0.9),
    Role.PANEL_TEXT: Type(0.76, bold=False),
    Role.PANEL_SMALL: Type(0.68, bold=False),
    Role.GUEST_TITLE: Type(1.35),
    Role.GUEST_SECOND: Type(1.0, bold=False),
    Role.GUEST_CLOCK: Type(1.7, kerned=False),
    Role.GUEST_FOOT: Type(0.95, bold=False, kerned=False),
    Role.GUEST_NEWEST: Type(8.2, kerned=False),
    Role.GUEST_READY: Type(4.5, kerned=False),
    Role.GUEST_ALMOST: Type(3.5, kerned=False),
    Role.GUEST_MANY: Type(2.6, kerned=False),
    Role.GUEST_WAITS: Type(2.3, bold=False, kerned=False),
}

FAMILY = "Kitchen Sans SC"
SMALLEST = 0.68
"""No text on the wall is smaller, in parts of the dish size."""
CAP_HEIGHT = 0.733
"""Of the bundled font: text is centred by its capitals and digits."""
LINE_HEIGHT = 1.2
NAME_LINES = 3
NOTE_LINES = 4


def pixels(role: Role, dish: int) -> int:
    """Return the size of a kind of text for a dish size in pixels."""
    return round(TYPES[role].size * dish)
