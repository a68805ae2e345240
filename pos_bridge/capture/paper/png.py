"""The pictures of a sheet as one PNG, as they stood on the paper. Pure.

PNG as in the W3C's specification (third edition): one bit a dot, 0 black, rows without a filter.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

from pos_bridge.capture.paper.document import Document, Picture

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _ONE_BIT, _UNFILTERED = 0, 1, b"\0"


def pictures_of(document: Document) -> tuple[Picture, ...]:
    """Return what was drawn on a sheet, from the top down."""
    drawn = (part for part in document.parts if isinstance(part, Picture))
    return tuple(picture for picture in drawn if picture.width_px and picture.height_px)


def png(pictures: Sequence[Picture]) -> bytes:
    """Return the pictures below each other, black on white; at least one is needed."""
    width = max(picture.width_px for picture in pictures)
    height = sum(picture.height_px for picture in pictures)
    head = struct.pack(">IIBBBBB", width, height, _ONE_BIT, _GREY, 0, 0, 0)
    rows = (row for picture in pictures for row in _rows(picture, width))
    body = zlib.compress(b"".join(_UNFILTERED + row for row in rows))
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _rows(picture: Picture, width: int) -> Iterator[bytes]:
    """Yield rows as wide as the sheet, white beside the picture and where rows are missing."""
    across = -(-width // 8)
    spare = 8 * across - picture.width_px
    for down in range(picture.height_px):
        data = picture.rows[down] if down < len(picture.rows) else b""
        dots = int.from_bytes(data[:across].ljust(across, b"\0"))
        dots = dots >> spare << spare  # beyond the picture's edge nothing is printed
        yield (~dots & (1 << 8 * across) - 1).to_bytes(across)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
