"""A slip as a picture in the bundled font, so that every printer prints every script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from pos_bridge.printing.layout import RULE, Row, Size

DOTS = MappingProxyType({58: 384, 80: 576})
"""What fits across paper of so many millimetres, at the usual 8 dots a millimetre."""

_FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
_LOOKS: Mapping[Size, tuple[str, int]] = MappingProxyType(
    {
        Size.SMALL: ("KitchenSansSC-Regular.otf", 22),
        Size.PLAIN: ("KitchenSansSC-Regular.otf", 30),
        Size.LARGE: ("KitchenSansSC-Bold.otf", 42),
        Size.HUGE: ("KitchenSansSC-Bold.otf", 72),
    }
)
_MARGIN, _LEADING = 8, 1.25
_FEED = 40
"""Below the last row: the knife sits above the paper's edge."""


class _Placed(NamedTuple):
    """A piece of a row as it is drawn: at `y`, `height` high."""

    row: Row
    text: str
    y: int
    height: int
    is_first: bool


def picture(rows: Iterable[Row], paper_mm: int) -> Image.Image:
    """Return the picture of a slip, one bit a dot, as wide as the paper. Any thread."""
    width = DOTS[paper_mm]
    placed = list(_placed(rows, width))
    height = (placed[-1].y + placed[-1].height if placed else 0) + _FEED
    image = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"  # dots are there or not: grey edges would print as crumbs
    for piece in placed:
        if piece.row == RULE:
            middle = piece.y + piece.height // 2
            draw.line((0, middle, width, middle), fill=0, width=2)
            continue
        font, ink = _font(piece.row.size), 0
        if piece.row.inverted:
            draw.rectangle((0, piece.y, width, piece.y + piece.height - 2), fill=0)
            ink = 1
        draw.text((_left(piece.row), piece.y), piece.text, font=font, fill=ink)
        if piece.row.right and piece.is_first:
            x = width - _MARGIN - int(font.getlength(piece.row.right))
            draw.text((x, piece.y), piece.row.right, font=font, fill=ink)
    return image


def _placed(rows: Iterable[Row], width: int) -> Iterator[_Placed]:
    y = 0
    for row in rows:
        if row == RULE:
            yield _Placed(row, "", y, 14, is_first=True)
            y += 14
            continue
        height = round(_LOOKS[row.size][1] * _LEADING)
        for number, text in enumerate(_wrapped(row, width)):
            yield _Placed(row, text, y, height, is_first=number == 0)
            y += height


def _wrapped(row: Row, width: int) -> Iterator[str]:
    """Yield a row's text in pieces that fit; nothing is ever cut off."""
    font = _font(row.size)
    right = int(font.getlength(row.right)) + _MARGIN if row.right else 0
    room = width - _left(row) - _MARGIN - right
    text = ""
    for word in _words(row.text):
        if text and font.getlength(text + word.rstrip()) > room:
            yield text.rstrip()
            text, room = "", width - _left(row) - _MARGIN
        for char in word:  # a word longer than the paper
            if text and font.getlength(text + char) > room:
                yield text
                text, room = "", width - _left(row) - _MARGIN
            text += char
    yield text.rstrip()


def _words(text: str) -> Iterator[str]:
    """Yield pieces between which a line may break: words with the blank after, ideographs."""
    word = ""
    for char in text:
        word += char
        if char == " " or ord(char) >= 0x2E80:
            yield word
            word = ""
    if word:
        yield word


def _left(row: Row) -> int:
    return _MARGIN + row.indent * 14


@cache
def _font(size: Size) -> ImageFont.FreeTypeFont:
    name, dots = _LOOKS[size]
    return ImageFont.truetype(_FONTS / name, dots)
