"""What a printer that is well answers when the till asks. Pure.

As Epson's ESC/POS command reference describes: real-time status (DLE EOT), status (GS r, ESC v,
ESC u), printer ID (GS I), automatic status back (GS a), process ID (GS ( H) and what is left of
the memory for graphics (GS ( L). Paper, cover and drawer are always in order: there are none.
"""

from __future__ import annotations

_IN_ORDER = b"\x12"
_IDS = {1: b"\x20", 2: b"\x02", 3: b"\x01", 49: b"\x20", 50: b"\x02", 51: b"\x01"}
_NAMES = {
    65: b"1.00",
    66: b"EPSON",
    67: b"TM-T88V",
    68: b"KDS0000001",
    69: b"CHINA GB18030",
    33: b"",
    35: b"",
    36: b"",
    96: b"",
    110: b"",
    111: b"",
    112: b"",
}
_FREE = b"262144"
_MEMORY = {0: b"0", 48: b"0", 3: b"1", 51: b"1", 4: b"2", 52: b"2"}


def reply_to(command: bytes) -> bytes | None:
    """Return what is answered to `command` (its first 16 bytes do), None for no question."""
    match command[:2]:
        case b"\x10\x04":
            return _IN_ORDER
        case b"\x1dr":
            return b"\x00"
        case b"\x1bv" | b"\x1bu":
            return b"\x00"
        case b"\x1dI":
            return _id(command[2])
        case b"\x1da" if command[2]:
            return b"\x10\x00\x00\x00"
        case b"\x1d(":
            return _in_brackets(command)
        case b"\x1dg" if command[2:3] == b"2":
            return b"_0\0"
    return None


def _id(which: int) -> bytes | None:
    if which in _IDS:
        return _IDS[which]
    name = _NAMES.get(which)
    return None if name is None else b"_" + name + b"\0"


def _in_brackets(command: bytes) -> bytes | None:
    if command[2:3] == b"H" and command[5:7] == b"00" and len(command) >= 11:
        return b'7"' + command[7:11] + b"\0"
    if command[2:3] == b"L" and len(command) > 6:
        function = command[6]
        if function == 64:
            return b"7r@\0"
        if function in _MEMORY:
            return b"7" + _MEMORY[function] + _FREE + b"\0"
    return None
