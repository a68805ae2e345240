"""A canvas that notes what is drawn where, with the widths that the real letters have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kds.ui.canvas import Align, Point
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.qt.fonts import Letters
from kds.ui.style.colours import Hatch, Ink
from kds.ui.style.lettering import Role


class Said(NamedTuple):
    """A text where it was written; the box is that of its capitals."""

    text: str
    box: Box
    role: Role
    ink: Ink


class Recorder:
    """Implements `Canvas`."""

    outlined = False

    def __init__(self, letters: Letters) -> None:
        self.measures = letters.measures
        self._letters = letters
        self.said: list[Said] = []
        self.icons: list[tuple[Icon, Box, Ink]] = []
        self.fills: list[tuple[Box, Ink]] = []
        self.frames: list[tuple[Box, Ink]] = []
        self.hatches: list[tuple[Box, Hatch]] = []

    def width(self, text: str, role: Role) -> int:
        return self._letters.width(text, role)

    def height(self, role: Role) -> int:
        return self._letters.height(role)

    def fill(self, box: Box, ink: Ink, radius: int = 0) -> None:
        self.fills.append((box, ink))

    def outline(
        self, box: Box, ink: Ink, width: int, radius: int = 0, *, dashed: bool = False
    ) -> None:
        self.frames.append((box, ink))

    def round_off(
        self, box: Box, ink: Ink, radius: int, *, top: bool = True, bottom: bool = True
    ) -> None:
        pass

    def rule(self, box: Box, ink: Ink) -> None:
        self.fills.append((box, ink))

    def polygon(self, points: Sequence[Point], ink: Ink) -> None:
        across, down = [round(x) for x, _ in points], [round(y) for _, y in points]
        box = Box(min(across), min(down), max(across) - min(across), max(down) - min(down))
        self.fills.append((box, ink))

    def hatch(self, box: Box, hatch: Hatch) -> None:
        self.hatches.append((box, hatch))

    def text(
        self, x: int, middle: int, text: str, role: Role, ink: Ink, align: Align = Align.LEFT
    ) -> None:
        width, height = self.width(text, role), round(self.height(role) * 0.74)
        if align is not Align.LEFT:
            x -= width if align is Align.RIGHT else width // 2
        if text:
            self.said.append(Said(text, Box(x, middle - height // 2, width, height), role, ink))

    def icon(self, icon: Icon, box: Box, ink: Ink) -> None:
        self.icons.append((icon, box, ink))

    @property
    def texts(self) -> list[str]:
        """All that is written."""
        return [said.text for said in self.said]

    def saying(self, role: Role) -> list[str]:
        """All that is written in one kind of text."""
        return [said.text for said in self.said if said.role is role]
