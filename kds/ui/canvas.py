"""What drawing is done on. Drawing code knows this protocol, not Qt, and tests record it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Hatch, Ink
from kds.ui.style.lettering import Role
from kds.ui.style.measures import Measures

Point = tuple[float, float]


class Align(Enum):
    """Which side of a text stands at the given place."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Ruler(Protocol):
    """Knows how wide texts are."""

    measures: Measures

    def width(self, text: str, role: Role) -> int:
        """Return the width of a text in pixels, rounded up."""

    def height(self, role: Role) -> int:
        """Return the size of a kind of text in pixels."""


class Canvas(Ruler, Protocol):
    """Takes drawing, in whole pixels. All text is plain text.

    `outlined`: in high contrast every ticket and button has a frame.
    """

    outlined: bool

    def fill(self, box: Box, ink: Ink, radius: int = 0) -> None:
        """Fill a box."""

    def outline(
        self, box: Box, ink: Ink, width: int, radius: int = 0, *, dashed: bool = False
    ) -> None:
        """Draw a frame of `width` inside the edges of a box."""

    def round_off(
        self, box: Box, ink: Ink, radius: int, *, top: bool = True, bottom: bool = True
    ) -> None:
        """Cover the corners of a box with what is behind it."""

    def rule(self, box: Box, ink: Ink) -> None:
        """Draw a dashed line along a flat box."""

    def polygon(self, points: Sequence[Point], ink: Ink) -> None:
        """Fill a polygon."""

    def hatch(self, box: Box, hatch: Hatch) -> None:
        """Fill a box with stripes."""

    def text(
        self, x: int, middle: int, text: str, role: Role, ink: Ink, align: Align = Align.LEFT
    ) -> None:
        """Write one line of text, its capitals and digits centred at `middle`."""

    def icon(self, icon: Icon, box: Box, ink: Ink) -> None:
        """Draw an icon in a square."""
