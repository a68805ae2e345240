"""Frames of a window, kept for an animation: few colours, one byte a pixel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from kds.ui.shot import picture_of

COLOURS = 255
"""One of the 256 that a byte can name is left for what has not changed."""
_ALIKE = 0xFFF8F8F8
"""Colours that differ less than this mask shows are one."""

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Developed:
    """All frames of a film. Each is `width` times `height` bytes, the places of its colours."""

    width: int
    height: int
    colours: tuple[Colour, ...]
    frames: tuple[bytes, ...]


class Film:
    """Takes frames and develops them together, for they share their colours."""

    def __init__(self, *images: QImage) -> None:
        self._images = list(images)

    def take(self, window: QWidget) -> None:
        """Keep what a window shows now."""
        self._images.append(picture_of(window))

    def developed(self) -> Developed:
        """Return all frames; there is one at least."""
        counts: Counter[int] = Counter()
        for image in self._images:
            counts.update(memoryview(image.constBits()).cast("I"))
        most = _commonest(counts)
        first = self._images[0]
        frames = tuple(_indexed(image, most) for image in self._images)
        return Developed(first.width(), first.height(), tuple(map(_parts, most)), frames)


def _commonest(counts: Counter[int]) -> list[int]:
    """Return the colours that stand for all, each the commonest of those like it."""
    alike: dict[int, int] = {}
    together: Counter[int] = Counter()
    for colour, count in counts.most_common():
        alike.setdefault(colour & _ALIKE, colour)
        together[colour & _ALIKE] += count
    return [alike[kind] for kind, _ in together.most_common(COLOURS)]


def _parts(colour: int) -> Colour:
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


def _indexed(image: QImage, colours: list[int]) -> bytes:
    small = image.convertToFormat(QImage.Format.Format_Indexed8, colours)
    stride, width = small.bytesPerLine(), small.width()
    raw = bytes(small.constBits())
    return b"".join(raw[y * stride : y * stride + width] for y in range(small.height()))
