"""One connection's bytes to sheets, which end by a cut, silence or its end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos_bridge.capture.paper.commands import DOTS_PER_LINE, Token, cuts, next_token
from pos_bridge.capture.paper.decoding import decode
from pos_bridge.capture.paper.document import Document
from pos_bridge.capture.paper.replies import reply_to
from pos_bridge.capture.paper.setup import Setup

MOST_BYTES = 4 * 1024 * 1024
_BEGINS_ANEW = (b"\x1b@", b"\x1dr", b"\x1d(H")
_TORN_OFF = 4
"""So many blank lines are more than a slip has inside: there the paper is torn off by hand."""


class End(StrEnum):
    """What ended a sheet.

    `ANEW`: blank paper, then the printer was set anew or asked how it does, as where there is no
    cutter. `FULL`: it has grown beyond what is kept; the rest of it is gone.
    """

    CUT = "cut"
    ANEW = "anew"
    IDLE = "idle"
    CLOSED = "closed"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as it came. `setup`: the printer's before it. `follows`: another one on this
    connection.
    """

    data: bytes
    end: End
    setup: Setup
    document: Document
    follows: bool = False

    @property
    def is_whole(self) -> bool:
        """It was cut, or blank paper came last: nothing of it is missing."""
        return self.end is End.CUT or (self.end is not End.FULL and self.document.is_fed)


@dataclass(frozen=True, slots=True)
class Question:
    """The till asks how the printer does; `answer` is to be sent once all before it is kept."""

    answer: bytes


class Splitter:
    """Takes what comes and gives sheets and questions in their order.

    `charset`: of text where a job does not say it. After a sheet that is too large, what follows
    up to the next cut is no sheet.
    """

    def __init__(self, charset: str = "", setup: Setup | None = None) -> None:
        self._charset = charset
        self._setup = setup or Setup()
        self._data = bytearray()
        self._at = 0
        self._drops = False
        self._sheets = 0
        self._fed_lines = 0
        self._is_mid_line = False
        self._was_return = False

    @property
    def size(self) -> int:
        """How many bytes wait."""
        return len(self._data)

    @property
    def has_more(self) -> bool:
        """Something waits for its end."""
        return bool(self._data)

    @property
    def is_open(self) -> bool:
        """Half a line or half a command has come, so a short silence is no end yet."""
        return self._is_mid_line or self._at < len(self._data)

    def feed(self, data: bytes) -> list[Sheet | Question]:
        """Take bytes and return what they complete."""
        self._data += data
        found: list[Sheet | Question] = []
        while self._at < len(self._data):
            token = next_token(self._data, self._at)
            if token is None:
                break
            command = bytes(self._data[token.start : min(token.end, token.start + 16)])
            if self._fed_lines >= _TORN_OFF and command.startswith(_BEGINS_ANEW):
                found += self._sheet(End.ANEW)
                continue
            self._at = token.end
            self._note_feed(token)
            if not token.name:
                self._is_mid_line = True
            elif cuts(token.name) or token.name in (b"\n", b"\r", b"\x0c", b"\x1bd", b"\x1bJ"):
                self._is_mid_line = False
            if cuts(token.name):
                found += self._sheet(End.CUT)
            elif (answer := reply_to(command)) is not None:
                found.append(Question(answer))
        if len(self._data) > MOST_BYTES:
            self._at = MOST_BYTES
            found += [*self._sheet(End.FULL), *self.feed(b"")]
        return found

    def finish(self, end: End) -> list[Sheet]:
        """Return what is left as a sheet, when nothing more comes."""
        self._at = len(self._data)
        return self._sheet(end)

    def _note_feed(self, token: Token) -> None:
        """Count blank lines since the last text, as a printer without a cutter is told to feed."""
        was_return, self._was_return = self._was_return, token.name == b"\r"
        if token.name == b"\n":
            self._fed_lines += not (self._is_mid_line or was_return)
        elif token.name == b"\r":
            self._was_return = self._is_mid_line
        elif token.name in (b"\x1bd", b"\x1bJ"):
            count = self._data[token.start + 2]
            self._fed_lines += count if token.name == b"\x1bd" else count // DOTS_PER_LINE
        elif not token.name:
            self._fed_lines = 0

    def _sheet(self, end: End) -> list[Sheet]:
        data, self._data = bytes(self._data[: self._at]), self._data[self._at :]
        self._at, self._is_mid_line, self._fed_lines = 0, False, 0
        before = self._setup
        drops, self._drops = self._drops, end is End.FULL
        if drops:
            return []
        document, self._setup = decode(data, before, self._charset)
        if document.is_blank:
            return []
        self._sheets += 1
        return [Sheet(data, end, before, document, follows=self._sheets > 1)]
