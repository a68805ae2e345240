"""Plain text: cleaned of what could disturb the wall, broken into lines, cut where it must be."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

ELLIPSIS = "…"
_NOT_AT_START = frozenset("，。、；：！？）】》〉」』’”…·,.;:!?)]}%％℃°")
_NOT_AT_END = frozenset("（【《〈「『‘“([{")

_AT_FIRST = 64

Width = Callable[[str], int]


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """Return a text on one line, without control characters."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or not _is_control(c))
    return " ".join("".join(kept).split())


def _is_control(character: str) -> bool:
    # Joiners are part of letters and emoji in many scripts; overrides of direction are not.
    return character not in "\u200c\u200d" and unicodedata.category(character) in {"Cc", "Cf", "Cs"}


def is_wide(character: str) -> bool:
    """Chinese, Japanese or Korean: a line may be broken beside it."""
    return unicodedata.east_asian_width(character) in {"W", "F"}


@lru_cache(maxsize=8192)
def has_right_to_left(text: str) -> bool:
    """Some of it is written from right to left."""
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)


def pieces(text: str) -> Iterator[str]:
    """Yield what a line may be broken between: words with their space, single wide characters."""
    piece = ""
    for character in text:
        begins = is_wide(character) or (piece and (is_wide(piece[-1]) or piece[-1] == " "))
        ties = character in _NOT_AT_START or (piece and piece[-1] in _NOT_AT_END)
        if piece and begins and not ties and character != " ":
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def break_lines(text: str, room: int, width: Width, at_most: int = 0) -> tuple[str, ...]:
    """Break a text into lines of `room` pixels; a word that is longer is broken anywhere.

    With `at_most`, what does not fit on so many lines is cut, and the last one ends in ….
    """
    lines = _lines(text, room, width)
    if not at_most or len(lines) <= at_most:
        return tuple(lines)
    last = cut("".join(lines[at_most - 1 :]) + ELLIPSIS, room, width)
    return (*(line.rstrip() for line in lines[: at_most - 1]), last)


def _lines(text: str, room: int, width: Width) -> list[str]:
    lines, line = [], ""
    for piece in pieces(text):
        if width((line + piece).rstrip()) <= room:
            line += piece
            continue
        if line:
            lines.append(line)
        line = piece
        while (count := _fitting(line, room, width)) < len(line.rstrip()):
            lines.append(line[:count])
            line = line[count:]
    return [*lines, line] if line or not lines else lines


def _fitting(text: str, room: int, width: Width) -> int:
    """Return how many characters from the start fit, one at least.

    Never measures much more than fits: a word of 100,000 letters would hold up the wall.
    """
    low, high = 1, min(len(text), _AT_FIRST)
    while high < len(text) and width(text[:high]) <= room:
        low, high = high, min(len(text), high * 2)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle]) <= room else (low, middle - 1)
    return low


def cut(text: str, room: int, width: Width) -> str:
    """Return a text that fits: whole, or its beginning with … at the end."""
    if _fitting(text, room, width) >= len(text) and width(text) <= room:
        return text
    count = _fitting(text, room - width(ELLIPSIS), width)
    return text[:count].rstrip() + ELLIPSIS
