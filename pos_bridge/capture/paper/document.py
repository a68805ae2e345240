"""What a print job shows on paper: lines with their looks, pictures, codes. Pure values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category, east_asian_width

_MOST_TOLD = 1_000


class Align(StrEnum):
    """Where a line stands on the paper."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look. `width`, `height`: times the plain size. `red`: in the second colour."""

    bold: bool = False
    underline: bool = False
    reverse: bool = False
    red: bool = False
    width: int = 1
    height: int = 1

    @property
    def is_big(self) -> bool:
        """Larger than plain."""
        return self.width > 1 or self.height > 1


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one look."""

    text: str
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class TextLine:
    """One printed line. `align`: as the job said; blanks are those that it printed."""

    runs: tuple[Run, ...] = ()
    align: Align = Align.LEFT

    @property
    def text(self) -> str:
        """The line's letters, without blanks at its end."""
        return "".join(run.text for run in self.runs).rstrip()

    def has(self, look: str) -> bool:
        """Say whether all visible letters look so: bold, underline, reverse, red or big."""
        shown = [run.style for run in self.runs if run.text.strip()]
        name = "is_big" if look == "big" else look
        return bool(shown) and all(getattr(style, name) for style in shown)


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster picture. `rows`: each row's dots, eight to a byte, leftmost highest."""

    width_px: int
    height_px: int
    rows: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A barcode or a two-dimensional code. `kind`: such as QR or CODE128."""

    kind: str
    data: str


Part = TextLine | Picture | Code


@dataclass(frozen=True, slots=True)
class Document:
    """One sheet of a job.

    `unprinted`: text after the last line's end, which a printer would still hold back. `charset`:
    what it was read as. `skipped`: names of commands that nobody knows. `is_fed`: blank paper comes
    last, as where a slip is torn off.
    """

    parts: tuple[Part, ...] = ()
    unprinted: str = ""
    charset: str = ""
    skipped: tuple[str, ...] = ()
    is_fed: bool = False

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """The lines of text alone."""
        return tuple(part for part in self.parts if isinstance(part, TextLine))

    @property
    def has_text(self) -> bool:
        """Something was printed that can be read."""
        return any(line.text.strip() for line in self.lines)

    @property
    def is_blank(self) -> bool:
        """Nothing is to be seen on the sheet, not even half a line."""
        return not (
            self.has_text
            or self.unprinted.strip()
            or any(not isinstance(part, TextLine) for part in self.parts)
        )

    def text(self) -> str:
        """Return the sheet as plain text for people, of a very long one its start; pictures and
        codes stand in square brackets.
        """
        return "\n".join(_told(self.parts[:_MOST_TOLD])).strip("\n")


def _told(parts: tuple[Part, ...]) -> Iterator[str]:
    """Yield the parts line by line, of several blank lines one."""
    was_blank = True
    for part in parts:
        text = told(part)
        if text or not was_blank:
            yield text
        was_blank = not text


def told(part: Part) -> str:
    """Return a part as one line of plain text."""
    match part:
        case TextLine():
            return part.text
        case Picture():
            return f"[{part.width_px}×{part.height_px}]"
        case Code():
            return f"[{part.kind} {part.data}]"


def columns(text: str) -> int:
    """Return how many columns `text` takes at plain size: ideographs take two."""
    return sum(map(_columns_of, text))


def _columns_of(letter: str) -> int:
    if letter.isascii():
        return 1
    if category(letter) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
