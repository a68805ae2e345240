"""A raster picture as a terminal can show it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pos_bridge.capture.paper.document import Picture

_WIDEST = 60
_DOTS = ((0, 0, 0x01), (1, 0, 0x02), (2, 0, 0x04), (0, 1, 0x08), (1, 1, 0x10), (2, 1, 0x20))
_LOW_DOTS = ((3, 0, 0x40), (3, 1, 0x80))
_BLANK = 0x2800


def preview(picture: Picture) -> Iterator[str]:
    """Yield rows of braille signs, four by two dots each, made smaller where it is too wide."""
    step = max(1, -(-picture.width_px // (2 * _WIDEST)))
    for top in range(0, picture.height_px, 4 * step):
        signs = range(0, picture.width_px, 2 * step)
        yield "".join(_sign(picture, top, left, step) for left in signs).rstrip(chr(_BLANK))


def _sign(picture: Picture, top: int, left: int, step: int) -> str:
    code = _BLANK
    for down, across, bit in (*_DOTS, *_LOW_DOTS):
        if _is_dark(picture, top + down * step, left + across * step, step):
            code |= bit
    return chr(code)


def _is_dark(picture: Picture, top: int, left: int, step: int) -> bool:
    """Any dot of a square is set: thin strokes stay when a picture gets smaller."""
    rows = picture.rows[top : top + step]
    across = range(left, min(left + step, picture.width_px))
    return any(row[x >> 3] & 0x80 >> (x & 7) for row in rows for x in across)
