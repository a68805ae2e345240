"""Where each ESC/POS command ends, so that no parameter is ever taken for text.

Pure. Lengths as in Epson's ESC/POS command reference; what only other makers have (daruma's
barcodes, the buzzer and QR commands of Chinese printers) beside it. A command that nobody knows is
its two bytes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10
MOST_DATA = 4 * 1024 * 1024
"""A command that claims more data than this is damaged: only its head is passed over."""
DOTS_PER_LINE = 30
_LONGEST_TEXT = 512
_TEXT = re.compile(rb"[^\x00-\x1f]+")


class Token(NamedTuple):
    """Bytes `start` to `end`. `name`: the command's first two bytes (or one), b"" for text."""

    start: int
    end: int
    name: bytes


_FIXED = {
    ESC: dict.fromkeys(b"@2<LSimwv45\x0c", 0)
    | dict.fromkeys(b"! -%3=?EGJKMRTUVadejrstu{", 1)
    | dict.fromkeys(b"$\\cB", 2)
    | dict.fromkeys(b"pC", 3)
    | {ord("W"): 8},
    GS: dict.fromkeys(b":<c\x0c", 0)
    | dict.fromkeys(b"!/BEHITabfhjrw|", 1)
    | dict.fromkeys(b"$\\LPW", 2)
    | dict.fromkeys(b"^z", 3),
    FS: dict.fromkeys(b"&.", 0)
    | dict.fromkeys(b"!-CW", 1)
    | dict.fromkeys(b"Sp?", 2)
    | {ord("2"): 74},
}
_CONTROLS = frozenset((ESC, FS, GS, DLE))


def next_token(data: bytes | bytearray, at: int) -> Token | None:
    """Return the token that begins at `at`; None when its end has not come yet."""
    first = data[at]
    if first >= 0x20:
        return Token(at, _end_of_text(data, at), b"")
    if first not in _CONTROLS:
        return Token(at, at + 1, bytes(data[at : at + 1]))
    if at + 1 >= len(data):
        return None
    name = bytes(data[at : at + 2])
    length = _length(name, data, at)
    if length is None or at + length > len(data):
        return None
    return Token(at, at + length, name)


def _end_of_text(data: bytes | bytearray, at: int) -> int:
    found = _TEXT.match(data, at)
    return at if found is None else found.end()


def _length(name: bytes, data: bytes | bytearray, at: int) -> int | None:
    """Return how many bytes the command has in all, None where that is not known yet."""
    if name[0] == DLE:
        return _real_time(name[1], data, at)
    more = _FIXED[name[0]].get(name[1])
    if more is not None:
        return 2 + more
    if name in (b"\x1b&", b"\x1cq"):
        return _letters(name, data, at)
    return _counted(name, data[at : at + 16], data, at)


def _real_time(second: int, data: bytes | bytearray, at: int) -> int | None:
    """DLE EOT n [a], DLE ENQ n, DLE DC4 fn …; anything else is a lone DLE."""
    if second not in b"\x04\x05\x14":
        return 1
    if at + 2 >= len(data):
        return None
    third = data[at + 2]
    if second == 0x04:
        return 4 if third in (7, 8, 18) else 3
    if second == 0x05:
        return 3
    return {1: 5, 2: 5, 3: 5, 7: 4, 8: 10}.get(third, 3)


def _counted(name: bytes, head: bytes | bytearray, data: bytes | bytearray, at: int) -> int | None:
    """Return the length of a command that says itself how much data follows."""
    try:
        fixed, size = _head_and_size(name, head)
    except IndexError:
        return None
    if size == _UNTIL_NUL:
        end = data.find(0, at + fixed, at + fixed + _LONGEST_TEXT)
        is_open = end < 0 and len(data) < at + fixed + _LONGEST_TEXT
        return None if is_open else (fixed if end < 0 else end + 1 - at)
    return fixed if size > MOST_DATA else fixed + size


def _letters(name: bytes, data: bytes | bytearray, at: int) -> int | None:
    """Return the length of letters (ESC &) or stored pictures (FS q), which come one by one."""
    head = 5 if name == b"\x1b&" else 3
    if at + head > len(data):
        return None
    is_letters = name == b"\x1b&"
    count = max(0, data[at + 4] - data[at + 3] + 1) if is_letters else data[at + 2]
    end = at + head
    for _ in range(count):
        if end + 4 > len(data):
            return None
        if is_letters:
            end += 1 + data[at + 2] * data[end]
        else:
            width, height = data[end] | data[end + 1] << 8, data[end + 2] | data[end + 3] << 8
            end += 4 + width * height * 8
        if end - at > MOST_DATA:
            return head
    return end - at


_UNTIL_NUL = -1


def _head_and_size(name: bytes, head: bytes | bytearray) -> tuple[int, int]:
    """Return how long the head is and how much data follows; `IndexError`: not all of it there."""
    if name[1] == ord("("):
        return 5, head[3] | head[4] << 8
    if name[0] == GS:
        return _of_gs(name, head)
    match name:
        case b"\x1b*":
            return 5, (head[3] | head[4] << 8) * (3 if head[2] in (32, 33) else 1)
        case b"\x1bD":
            return 2, _UNTIL_NUL
        case b"\x1bb":
            return 6, _UNTIL_NUL
        case b"\x1bZ":
            return 7, head[5] | head[6] << 8
        case b"\x1cg":
            return 10, (head[8] | head[9] << 8) if head[2] == ord("1") else 0
    return 2, 0


def _of_gs(name: bytes, head: bytes | bytearray) -> tuple[int, int]:
    match name:
        case b"\x1dV":
            return (4 if head[2] in b"ABabgh" else 3), 0
        case b"\x1dk":
            return (3, _UNTIL_NUL) if head[2] < 32 else (4, head[3])
        case b"\x1dv" | b"\x1dQ":
            return 8, (head[4] | head[5] << 8) * (head[6] | head[7] << 8)
        case b"\x1d*":
            return 4, head[2] * head[3] * 8
        case b"\x1d8":
            return 7, int.from_bytes(head[3:6] + bytes((head[6],)), "little")
        case b"\x1dC":
            return {ord("0"): 5, ord("1"): 9, ord("2"): 5}.get(head[2], 2), 0
        case b"\x1dg":
            return 6, 0
    return 2, 0


def cuts(name: bytes) -> bool:
    """Say whether a command cuts the paper: GS V, ESC i, ESC m, or ESC w of some makers."""
    return name in (b"\x1dV", b"\x1bi", b"\x1bm", b"\x1bw")
