"""The animated PNG: whoever plays it sees every frame again, pixel by pixel."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from kds.demo.animation import SAME, animated_png

WIDTH, HEIGHT = 5, 4
COLOURS = ((0, 0, 0), (255, 0, 0), (0, 255, 0))
pixels = st.lists(st.integers(0, 2), min_size=WIDTH * HEIGHT, max_size=WIDTH * HEIGHT).map(bytes)


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG file; their checksums are right."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (told,) = struct.unpack_from(">I", png, at + 8 + length)
        assert told == zlib.crc32(kind + data)
        yield kind, data
        at += 12 + length


def played(png: bytes) -> list[tuple[bytes, int]]:
    """Return what a viewer shows: each frame, and for how many milliseconds."""
    canvas, shown = bytearray(WIDTH * HEIGHT), []
    top = rows = duration_ms = 0
    numbers = []
    for kind, data in chunks(png):
        if kind == b"fcTL":
            number, _, rows, _, top, duration_ms, _, _, _ = struct.unpack(">IIIIIHHBB", data)
            numbers.append(number)
        elif kind in {b"IDAT", b"fdAT"}:
            is_numbered = kind == b"fdAT"
            if is_numbered:
                numbers.append(struct.unpack_from(">I", data)[0])
            raw = zlib.decompress(data[4:] if is_numbered else data)
            for y in range(rows):
                assert raw[y * (WIDTH + 1)] == 0
                for x, value in enumerate(raw[y * (WIDTH + 1) + 1 : (y + 1) * (WIDTH + 1)]):
                    if value != SAME:
                        canvas[(top + y) * WIDTH + x] = value
            shown.append((bytes(canvas), duration_ms))
    assert numbers == list(range(len(numbers)))
    return shown


@given(st.lists(pixels, min_size=1, max_size=6))
def test_a_viewer_sees_every_frame_again(frames: list[bytes]) -> None:
    shown = played(animated_png((WIDTH, HEIGHT), COLOURS, frames, 100))
    seen = [frame for frame, duration_ms in shown for _ in range(duration_ms // 100)]
    assert seen == frames
