"""From the bytes of one sheet to what stands on the paper. Pure.

Nothing here fails: what nobody knows is passed over and named in `Document.skipped`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from pos_bridge.capture.paper.charsets import (
    DOUBLE,
    PAGES,
    Letters,
    double_of,
    looks_like,
    national,
)
from pos_bridge.capture.paper.commands import DOTS_PER_LINE, Token, cuts, next_token
from pos_bridge.capture.paper.document import (
    Align,
    Document,
    Part,
    Picture,
    Run,
    Style,
    TextLine,
    columns,
)
from pos_bridge.capture.paper.setup import Setup
from pos_bridge.capture.paper.symbols import Symbols, bit_image, raster

DOTS_PER_COLUMN = 12
_TAB = 8
_WIDEST = 512
_MOST_PARTS = 20_000
_ALIGN = {0: Align.LEFT, 1: Align.CENTER, 2: Align.RIGHT}
_CARRIAGE = b"\r"


def tokens_of(data: bytes) -> Iterator[Token]:
    """Yield the tokens of `data`; a command that breaks off at the end is left out."""
    at = 0
    while at < len(data):
        token = next_token(data, at)
        if token is None:
            return
        yield token
        at = token.end


def decode(data: bytes, setup: Setup | None = None, charset: str = "") -> tuple[Document, Setup]:
    """Return the sheet that `data` prints and the printer's setup after it.

    `charset`: what text is in where the job does not choose it, or by a number that is known
    nowhere; "": what it looks like, and the upper half of an unknown page is U+FFFD.
    """
    before = setup or Setup()
    tokens = list(tokens_of(data))
    text = b"".join(data[t.start : t.end] for t in tokens if len(t.name) < 2)
    guess = charset or looks_like(text)
    paper = _Paper(before, guess, charset or double_of(text) or DOUBLE[0], charset)
    for token in tokens:
        if len(paper.parts) >= _MOST_PARTS:
            break
        paper.take(token, data[token.start : token.end])
    return paper.finish(), paper.setup


@dataclass
class _Line:
    """The line under way."""

    runs: list[Run] = field(default_factory=list)
    width: int = 0

    def add(self, text: str, style: Style) -> None:
        if not text:
            return
        if self.runs and self.runs[-1].style == style:
            self.runs[-1] = Run(self.runs[-1].text + text, style)
        else:
            self.runs.append(Run(text, style))
        self.width += columns(text) * style.width


class _Paper:
    """Takes tokens and keeps what they print.

    `guess`: the charset of text under no chosen page. `double`: the set that FS & switches on.
    `unknown`: the charset under a page that nobody knows.
    """

    def __init__(self, setup: Setup, guess: str, double: str, unknown: str) -> None:
        self.setup = setup
        self.parts: list[Part] = []
        self._guess = guess
        self._unknown = unknown
        self._double = double if double in DOUBLE else DOUBLE[0]
        self._letters = Letters(self._charset())
        self._line = _Line()
        self._ended_by_return = False
        self._tabs: tuple[int, ...] = ()
        self._skipped: list[str] = []
        self._symbols = Symbols()
        self._fed_lines = 0

    def take(self, token: Token, data: bytes) -> None:
        """Print one token."""
        name = token.name
        if not name:
            self._write(data)
        elif len(name) == 1:
            self._control(name)
        elif cuts(name) or name == b"\x1d\x0c":
            self._end_line_if_begun()
        elif (act := _ACTS.get(name)) is not None:
            act(self, data[2:])
        else:
            self._draw(name, data[2:])

    def finish(self) -> Document:
        """Return what is on the paper."""
        self._put(self._letters.flush())
        unprinted = "".join(run.text for run in self._line.runs)
        skipped = tuple(dict.fromkeys(self._skipped))
        is_fed = self._fed_lines > 1 and not unprinted.strip()
        return Document(tuple(self.parts), unprinted, self._charset(), skipped, is_fed)

    # --- text ---

    def _charset(self) -> str:
        setup = self.setup
        if setup.utf8:
            return "utf-8"
        if setup.double:
            # Printers that are told UTF-8 by a switch of their own are still sent FS &.
            return "utf-8" if self._guess == "utf-8" else self._double
        if setup.page:
            return PAGES.get(setup.page, self._unknown)
        return self._guess or "cp437"

    def _write(self, data: bytes) -> None:
        text = self._letters.feed(data.replace(b"\x7f", b""))
        self._put(national(text, self.setup.country) if self.setup.country else text)
        self._ended_by_return = False
        self._fed_lines = 0

    def _put(self, text: str) -> None:
        if text:
            self._line.add(text, self.setup.style)

    def _control(self, name: bytes) -> None:
        was_return, self._ended_by_return = self._ended_by_return, False
        if name in (b"\n", b"\x0c", b"\x0b"):
            if was_return and not self._line.runs:
                return
            self._end_line()
        elif name == _CARRIAGE and self._line.runs:
            self._end_line()
            self._ended_by_return = True
        elif name == b"\t":
            self._tab()

    def _tab(self) -> None:
        at = self._line.width
        stop = next((tab for tab in self._tabs if tab > at), at + _TAB - at % _TAB)
        self._pad(stop)

    def _pad(self, column: int) -> None:
        """Go on at `column`; words never join, wherever the job says they are to stand."""
        self._put(self._letters.flush())
        gap = min(column, _WIDEST) - self._line.width
        ends_blank = not self._line.runs or self._line.runs[-1].text.endswith(" ")
        self._line.add(" " * (gap if gap > 0 else int(not ends_blank)), Style())

    def _end_line(self) -> None:
        self._put(self._letters.flush())
        self._fed_lines += not self._line.runs
        self.parts.append(TextLine(tuple(self._line.runs), self.setup.align))
        self._line = _Line()

    def _end_line_if_begun(self) -> None:
        self._put(self._letters.flush())
        if self._line.runs:
            self._end_line()
            # what follows at once is the line's own end
            self._ended_by_return = True

    # --- commands ---

    def _restyle(self, **changes: object) -> None:
        self.setup = replace(self.setup, style=replace(self.setup.style, **changes))  # type: ignore[arg-type]

    def _recode(self, **changes: object) -> None:
        self._put(self._letters.flush())
        self.setup = replace(self.setup, **changes)  # type: ignore[arg-type]
        charset = self._charset()
        if charset != self._letters.charset:
            self._letters = Letters(charset)

    def start_anew(self, _data: bytes) -> None:
        """ESC @: as after power-on; text that was not printed yet is gone, as it is on paper."""
        self._letters.flush()
        self._line = _Line()
        self._tabs = ()
        self._recode(
            page=None, double=False, utf8=False, country=0, style=Style(), align=Align.LEFT
        )

    def print_mode(self, data: bytes) -> None:
        """ESC !: font, bold, height, width, underline in one byte."""
        n = data[0]
        self._restyle(
            bold=bool(n & 0x08),
            height=2 if n & 0x10 else 1,
            width=2 if n & 0x20 else 1,
            underline=bool(n & 0x80),
        )

    def double_mode(self, data: bytes) -> None:
        """FS !: width, height and underline of double-byte letters."""
        n = data[0]
        self._restyle(
            width=2 if n & 0x04 else 1, height=2 if n & 0x08 else 1, underline=bool(n & 0x80)
        )

    def double_size(self, data: bytes) -> None:
        """FS W: double-byte letters four times as large."""
        size = 2 if data[0] & 1 else 1
        self._restyle(width=size, height=size)

    def size(self, data: bytes) -> None:
        """GS !: width in the upper, height in the lower half."""
        self._restyle(width=(data[0] >> 4 & 7) + 1, height=(data[0] & 7) + 1)

    def embolden(self, data: bytes) -> None:
        """ESC E, ESC G."""
        self._restyle(bold=bool(data[0] & 1))

    def underline(self, data: bytes) -> None:
        """ESC -, FS -."""
        self._restyle(underline=data[0] in b"\x01\x0212")

    def reverse(self, data: bytes) -> None:
        """GS B."""
        self._restyle(reverse=bool(data[0] & 1))

    def color(self, data: bytes) -> None:
        """ESC r."""
        self._restyle(red=data[0] in b"\x011")

    def align(self, data: bytes) -> None:
        """ESC a: taken over by the line under way, as most drivers mean it."""
        self.setup = replace(self.setup, align=_ALIGN.get(data[0] % 48, Align.LEFT))

    def page(self, data: bytes) -> None:
        """ESC t."""
        self._recode(page=data[0], utf8=False)

    def country(self, data: bytes) -> None:
        """ESC R."""
        self._recode(country=data[0])

    def double_on(self, _data: bytes) -> None:
        """FS &."""
        self._recode(double=True)

    def double_off(self, _data: bytes) -> None:
        """FS ."""
        self._recode(double=False)

    def encoding(self, data: bytes) -> None:
        """FS ( C, function 48: 1 the code pages, 2 UTF-8."""
        if len(data) > 4 and data[3] == 48:
            self._recode(utf8=data[4] in b"\x022")

    def feed(self, _data: bytes) -> None:
        """ESC K, ESC e, ESC FF: the line is printed."""
        self._end_line_if_begun()

    def feed_lines(self, data: bytes) -> None:
        """ESC d: the line is printed, and so many lines are left blank."""
        self._end_line_if_begun()
        self._fed_lines += data[0]

    def feed_dots(self, data: bytes) -> None:
        """ESC J: the line is printed, and the paper goes on by so many dots."""
        self._end_line_if_begun()
        self._fed_lines += data[0] // DOTS_PER_LINE

    def set_tabs(self, data: bytes) -> None:
        """ESC D."""
        self._tabs = tuple(data.rstrip(b"\0"))

    def go_to(self, data: bytes) -> None:
        """ESC $: a place on the line, in dots."""
        self._pad((data[0] | data[1] << 8) // DOTS_PER_COLUMN)

    def go_on(self, data: bytes) -> None:
        r"""ESC \: so many dots to the right; to the left nothing is overprinted."""
        dots = int.from_bytes(data[:2], "little", signed=True)
        self._pad(self._line.width + max(0, dots) // DOTS_PER_COLUMN)

    def new_row(self, _data: bytes) -> None:
        r"""GS $, GS \: another height in page mode."""
        self._end_line_if_begun()

    def nothing(self, _data: bytes) -> None:
        """What leaves no mark that matters to a reader."""

    def image(self, data: bytes) -> None:
        """ESC *: a strip of dots in the line."""
        self._show(bit_image(data))

    def raster(self, data: bytes) -> None:
        """GS v 0."""
        self._show(raster(data[2:6], data[6:]))

    def _draw(self, name: bytes, data: bytes) -> None:
        if name[0] == 0x10:
            return
        part, is_known = self._symbols.take(name, data)
        if part is not None:
            self._show(part)
        if not is_known:
            self._skipped.append(f"{name[0]:02X} {name[1]:02X}")

    def _show(self, part: Part | None) -> None:
        if part is None:
            return
        self._end_line_if_begun()
        last = self.parts[-1] if self.parts else None
        if (
            isinstance(part, Picture)
            and isinstance(last, Picture)
            and part.width_px == last.width_px
        ):
            rows = last.rows + part.rows
            self.parts[-1] = Picture(part.width_px, last.height_px + part.height_px, rows)
        else:
            self.parts.append(part)


_Act = Callable[[_Paper, bytes], None]
_ACTS: dict[bytes, _Act] = {
    b"\x1b@": _Paper.start_anew,
    b"\x1b!": _Paper.print_mode,
    b"\x1c!": _Paper.double_mode,
    b"\x1cW": _Paper.double_size,
    b"\x1d!": _Paper.size,
    b"\x1bE": _Paper.embolden,
    b"\x1bG": _Paper.embolden,
    b"\x1b-": _Paper.underline,
    b"\x1c-": _Paper.underline,
    b"\x1dB": _Paper.reverse,
    b"\x1br": _Paper.color,
    b"\x1ba": _Paper.align,
    b"\x1bt": _Paper.page,
    b"\x1bR": _Paper.country,
    b"\x1c&": _Paper.double_on,
    b"\x1c.": _Paper.double_off,
    b"\x1c(": _Paper.encoding,
    b"\x1bd": _Paper.feed_lines,
    b"\x1bJ": _Paper.feed_dots,
    b"\x1bK": _Paper.feed,
    b"\x1be": _Paper.feed,
    b"\x1b\x0c": _Paper.feed,
    b"\x1bD": _Paper.set_tabs,
    b"\x1b$": _Paper.go_to,
    b"\x1b\\": _Paper.go_on,
    b"\x1d$": _Paper.new_row,
    b"\x1d\\": _Paper.new_row,
    b"\x1b*": _Paper.image,
    b"\x1dv": _Paper.raster,
    **dict.fromkeys(
        (
            *(bytes((0x1B, code)) for code in b"2<LSv45 3%=?MQTUV{cBpCWi&jx"),
            *(bytes((0x1D, code)) for code in b":<c/EHITabfhrw|LPW^zCg"),
            *(bytes((0x1C, code)) for code in b"CS2?gqp"),
        ),
        _Paper.nothing,
    ),
}
