"""The bundled fonts at the sizes of one wall, and how wide texts are in them."""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from kds.ui.assets import fonts
from kds.ui.style.lettering import FAMILY, TYPES, Role, pixels
from kds.ui.style.measures import Measures

_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 200


class FontError(Exception):
    """The bundled fonts cannot be used."""


@cache
def load_fonts() -> None:
    """Make the bundled fonts known to Qt, once; raises FontError."""
    files = fonts()
    if not files:
        raise FontError("there are no fonts in assets/fonts")
    for file in files:
        number = QFontDatabase.addApplicationFont(str(file))
        if FAMILY not in QFontDatabase.applicationFontFamilies(number):
            raise FontError(f"{file} cannot be read or is not {FAMILY}")


class Letters:
    """The fonts of every role at one dish size. Implements `Ruler`."""

    def __init__(self, measures: Measures) -> None:
        load_fonts()
        self.measures = measures
        self.fonts = {role: _font(role, measures.dish) for role in Role}
        self._metrics = {role: QFontMetricsF(font) for role, font in self.fonts.items()}
        self._heights = {role: pixels(role, measures.dish) for role in Role}
        self._widths: dict[tuple[str, Role], int] = {}

    def width(self, text: str, role: Role) -> int:
        """Return the width of a text in pixels, rounded up."""
        key = (text, role)
        width = self._widths.get(key)
        if width is None:
            if len(self._widths) >= _REMEMBERED:
                self._widths.clear()
            width = math.ceil(self._metrics[role].horizontalAdvance(text))
            if len(text) <= _LONGEST_REMEMBERED:
                self._widths[key] = width
        return width

    def height(self, role: Role) -> int:
        """Return the size of a kind of text in pixels."""
        return self._heights[role]


def _font(role: Role, dish: int) -> QFont:
    kind = TYPES[role]
    font = QFont(FAMILY)
    font.setPixelSize(pixels(role, dish))
    font.setBold(kind.bold)
    font.setKerning(kind.kerned)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
