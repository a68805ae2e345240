"""Pictures, barcodes and two-dimensional codes of a print job. Pure."""

from __future__ import annotations

from pos_bridge.capture.paper.document import Code, Part, Picture

_BARCODES = ("UPC-A", "UPC-E", "EAN13", "EAN8", "CODE39", "ITF", "CODABAR")
_COUNTED_BARCODES = (*_BARCODES, "CODE93", "CODE128", "GS1-128", "GS1 DataBar")
_CODES = {48: "PDF417", 49: "QR", 50: "MaxiCode", 51: "GS1 DataBar", 54: "DataMatrix", 55: "Aztec"}
_STORE, _PRINT = 80, 81
_MOST_ROWS = 8_192


def raster(size: bytes, dots: bytes) -> Picture | None:
    """Return the picture of GS v 0: `size` in bytes across and rows down."""
    across, down = size[0] | size[1] << 8, size[2] | size[3] << 8
    return picture(across, down, dots)


def picture(across: int, down: int, dots: bytes) -> Picture | None:
    """Return a picture of `down` rows of `across` bytes; None where there is nothing of it."""
    rows = min(down, len(dots) // across, _MOST_ROWS) if across else 0
    if not rows:
        return None
    cut = (dots[row * across : (row + 1) * across] for row in range(rows))
    return Picture(across * 8, rows, tuple(cut))


def bit_image(data: bytes) -> Picture | None:
    """Return the strip of ESC *: columns of 8 or 24 dots, turned into rows."""
    deep = 3 if data[0] in (32, 33) else 1
    strip = data[3:]
    width = len(strip) // deep
    if not width:
        return None
    rows = []
    for row in range(deep * 8):
        byte, bit = row // 8, 0x80 >> row % 8
        marks = [bool(strip[column * deep + byte] & bit) for column in range(width)]
        rows.append(_packed(marks))
    return Picture(width, deep * 8, tuple(rows))


def _packed(marks: list[bool]) -> bytes:
    value = 0
    for mark in marks:
        value = value << 1 | mark
    spare = -len(marks) % 8
    return (value << spare).to_bytes((len(marks) + spare) // 8, "big")


class Symbols:
    """What jobs store in the printer first and print then: codes and graphics."""

    def __init__(self) -> None:
        self._stored: dict[int, str] = {}
        self._graphic: Picture | None = None

    def take(self, name: bytes, data: bytes) -> tuple[Part | None, bool]:
        """Return what a command shows, and whether it is a known one."""
        match name:
            case b"\x1dk":
                return barcode(data), True
            case b"\x1d(" if data[:1] == b"k":
                return self._code(data[3:]), True
            case b"\x1d(" if data[:1] == b"L":
                return self._graphics(data[3:]), True
            case b"\x1d8":
                return self._graphics(data[5:]), True
            case b"\x1dQ":
                return raster(data[2:6], data[6:]), True
            case b"\x1bZ":
                return Code("QR", _words(data[5:])), True
            case b"\x1bb":
                return Code("barcode", _plain(data[4:])), True
            case b"\x1d(" | b"\x1b(" | b"\x1d*":
                return None, True
        return None, False

    def _code(self, data: bytes) -> Code | None:
        """GS ( k: cn fn …: store the data, then print the symbol."""
        if len(data) < 2:
            return None
        kind, function = data[0], data[1]
        if function == _STORE:
            self._stored[kind] = _words(data[3:])
        elif function == _PRINT and kind in self._stored:
            return Code(_CODES.get(kind, f"code {kind}"), self._stored[kind])
        return None

    def _graphics(self, data: bytes) -> Picture | None:
        """GS ( L and GS 8 L: m fn …: store graphics in rows (112) or columns (113), print (50)."""
        if len(data) < 2:
            return None
        function = data[1]
        if function == 112 and len(data) > 10:
            across = ((data[6] | data[7] << 8) + 7) // 8
            self._graphic = picture(across, data[8] | data[9] << 8, data[10:])
        elif function == 113 and len(data) > 10:
            self._graphic = _of_columns(data[6] | data[7] << 8, data[8] | data[9] << 8, data[10:])
        elif function in (2, 50):
            return self._graphic
        return None


def _of_columns(width: int, height: int, dots: bytes) -> Picture | None:
    down = (height + 7) // 8
    width = min(width, len(dots) // down) if down else 0
    if not width or height > _MOST_ROWS:
        return None
    rows = []
    for row in range(height):
        byte, bit = row // 8, 0x80 >> row % 8
        rows.append(_packed([bool(dots[column * down + byte] & bit) for column in range(width)]))
    return Picture(width, height, tuple(rows))


def barcode(data: bytes) -> Code | None:
    """Return the barcode of GS k, in either of its two forms."""
    if not data:
        return None
    kind = data[0]
    if kind < len(_BARCODES):
        return Code(_BARCODES[kind], _plain(data[1:]))
    if 65 <= kind < 65 + len(_COUNTED_BARCODES):
        return Code(_COUNTED_BARCODES[kind - 65], _plain(data[2:]))
    return Code("barcode", _plain(data[2:]))


def _plain(data: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in data.rstrip(b"\0"))


def _words(data: bytes) -> str:
    return "".join(c if c.isprintable() else "·" for c in data.decode("utf-8", "replace"))
