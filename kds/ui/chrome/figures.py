"""Text in which the figures are heavier than the words around them."""

from __future__ import annotations

from collections.abc import Sequence

from kds.ui.canvas import Canvas, Ruler
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role

Run = tuple[str, bool]
"""A piece of text, and whether it is a figure."""


def runs(template: str, *figures: object) -> list[Run]:
    """Return a text in pieces: what stands where {} was is a figure."""
    words = template.split("{}")
    pieces: list[Run] = []
    for i, word in enumerate(words):
        if word:
            pieces.append((word, False))
        if i < len(figures) and i < len(words) - 1:
            pieces.append((str(figures[i]), True))
    return pieces


def width_of(ruler: Ruler, pieces: Sequence[Run]) -> int:
    """Return how wide the pieces are side by side."""
    return sum(ruler.width(text, _role(is_figure)) for text, is_figure in pieces)


def write(canvas: Canvas, x: int, middle: int, pieces: Sequence[Run]) -> int:
    """Write the pieces side by side; returns where they end."""
    for text, is_figure in pieces:
        role = _role(is_figure)
        canvas.text(x, middle, text, role, Ink.TEXT if is_figure else Ink.TEXT2)
        x += canvas.width(text, role)
    return x


def _role(is_figure: bool) -> Role:
    return Role.STRIP_FIGURE if is_figure else Role.STRIP
