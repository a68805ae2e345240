"""Writes an animated PNG: the whole first frame, then of each only what has changed. Pure."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

SAME = 255
"""The place of the colour that lets the frame before show through."""
_INDEXED, _OVER = 3, 1


def animated_png(
    size: tuple[int, int],
    colours: Sequence[tuple[int, int, int]],
    frames: Sequence[bytes],
    frame_ms: int,
) -> bytes:
    """Return the file. Each frame is a byte a pixel, below `SAME`; it is shown for `frame_ms`."""
    width, height = size
    palette = bytes(part for colour in colours for part in colour).ljust(3 * 256, b"\0")
    kept, durations_ms = _merged(frames, frame_ms)
    chunks = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)),
        _chunk(b"acTL", struct.pack(">II", len(kept), 0)),
        _chunk(b"PLTE", palette),
        _chunk(b"tRNS", b"\xff" * SAME + b"\0"),
        *_frames(kept, durations_ms, width, height),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _merged(frames: Sequence[bytes], frame_ms: int) -> tuple[list[bytes], list[int]]:
    """Show a frame that is like the one before for longer instead of again."""
    kept: list[bytes] = []
    durations_ms: list[int] = []
    for frame in frames:
        if kept and frame == kept[-1]:
            durations_ms[-1] += frame_ms
        else:
            kept.append(frame)
            durations_ms.append(frame_ms)
    return kept, durations_ms


def _frames(
    frames: Sequence[bytes], durations_ms: Sequence[int], width: int, height: int
) -> Iterator[bytes]:
    """Yield the chunks of all frames; control and data chunks are numbered together."""
    number, before = 0, b""
    for frame, duration_ms in zip(frames, durations_ms, strict=True):
        first, last = _rows_between(before, frame, width, height)
        place = struct.pack(">IIIII", number, width, last - first, 0, first)
        yield _chunk(b"fcTL", place + struct.pack(">HHBB", duration_ms, 1000, 0, _OVER))
        data = _packed(before, frame, width, first, last)
        if before:
            yield _chunk(b"fdAT", struct.pack(">I", number + 1) + data)
        else:
            yield _chunk(b"IDAT", data)
        number += 2 if before else 1
        before = frame


def _rows_between(before: bytes, frame: bytes, width: int, height: int) -> tuple[int, int]:
    """Return the first row that has changed, and the one after the last."""
    if not before:
        return 0, height
    changed = [
        y
        for y in range(height)
        if frame[y * width : y * width + width] != before[y * width : y * width + width]
    ]
    return changed[0], changed[-1] + 1


def _packed(before: bytes, frame: bytes, width: int, first: int, last: int) -> bytes:
    rows = bytearray()
    for start in range(first * width, last * width, width):
        row, old = frame[start : start + width], before[start : start + width]
        rows.append(0)
        rows += bytes(map(_difference, row, old)) if old else row
    return zlib.compress(bytes(rows), 9)


def _difference(new: int, old: int) -> int:
    return SAME if new == old else new


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
