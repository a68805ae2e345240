"""The right cell of a line: its pieces, and which of them say less when room is scarce."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kds.kitchen.ids import Instant
from kds.ui.canvas import Ruler
from kds.ui.style.lettering import Role
from kds.ui.style.measures import Measures
from kds.ui.ticket.face import Count, Form, Piece, Reads

_DIGIT = re.compile(r"\d")
_HOUR = 5  # letters of a clock below an hour


@dataclass(frozen=True, slots=True)
class LaidPiece:
    """A piece in its place; `text` is what it says when it does not count."""

    x: int
    w: int
    text: str
    piece: Piece


def shape(text: str) -> str:
    """Return a text with every digit the same: what decides how wide a clock is."""
    return _DIGIT.sub("0", text)


def room_for(reads: Reads, now: Instant) -> str:
    """Return a text as wide as a clock gets for some time; after an hour it needs more."""
    if isinstance(reads, str):
        return reads
    return reads.pattern.format("0:00:00" if is_long(reads, now) else "00:00")


def is_long(count: Count, now: Instant) -> bool:
    """The clock has come to hours."""
    return len(count.text(now)) - len(count.pattern.format("")) > _HOUR


def lay_pieces(
    pieces: Sequence[Piece], right: int, room: int, ruler: Ruler, now: Instant
) -> tuple[LaidPiece, ...]:
    """Lay pieces out up to `right`. Where they need more than `room`, the long texts shrink."""
    texts = [room_for(piece.reads, now) for piece in pieces]
    gap = ruler.measures.cell_gap
    for i, piece in enumerate(pieces):
        widths = [_width(p, text, ruler) for p, text in zip(pieces, texts, strict=True)]
        if sum(widths) + gap * (len(pieces) - 1) <= room:
            break
        if piece.short:
            texts[i] = piece.short
    laid: list[LaidPiece] = []
    for piece, text in reversed(list(zip(pieces, texts, strict=True))):
        width = _width(piece, text, ruler)
        laid.append(LaidPiece(right - width, width, text, piece))
        right -= width + gap
    return tuple(reversed(laid))


def width_of_cell(pieces: Sequence[LaidPiece], right: int, measures: Measures) -> int:
    """Return how much of the line the right cell takes, with its distance from the name."""
    return right - pieces[0].x + measures.cell_gap if pieces else 0


def _width(piece: Piece, text: str, ruler: Ruler) -> int:
    m = ruler.measures
    parts = []
    if piece.icon is not None:
        parts.append(ruler.height(Role.META))
    if piece.pips is not None:
        parts.append(pips_width(piece.pips[1], m))
    if text:
        parts.append(ruler.width(text, role_of(piece)))
    if piece.struck:
        parts.append(ruler.width(piece.struck, role_of(piece)))
    width = sum(parts) + (len(parts) - 1) * m.plate_gap
    if piece.form is Form.PENNANT:
        width += m.plate_gap
    return width + (2 * m.plate_pad if piece.form is not None else 0)


def role_of(piece: Piece) -> Role:
    """Return the kind of text of a piece."""
    if piece.form is not None:
        return Role.META
    return Role.CELL_WAITS if piece.light else Role.CELL


def pips_width(count: int, measures: Measures) -> int:
    """Return the width of a row of pips."""
    return count * measures.pip + (count - 1) * measures.outline
