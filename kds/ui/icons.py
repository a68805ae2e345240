"""Icons on a grid of 24 units: layers of filled outlines, never a font or emoji.

Within a layer, an outline inside another is a hole; layers are drawn one over the other.
"""

from __future__ import annotations

import math
from enum import StrEnum, auto
from typing import NamedTuple

GRID = 24


class Poly(NamedTuple):
    """A closed outline."""

    points: tuple[tuple[float, float], ...]


class Disc(NamedTuple):
    """A circle, or a slice of it from `start` on, in degrees clockwise from the top."""

    x: float
    y: float
    r: float
    start: float = 0
    sweep: float = 360


Shape = Poly | Disc
Layer = tuple[Shape, ...]


class Icon(StrEnum):
    """Every icon there is."""

    PIE = auto()
    TRIANGLE = auto()
    OCTAGON = auto()
    TICK = auto()
    PAUSE = auto()
    PADLOCK = auto()
    CROSS = auto()
    PLUS = auto()
    CHEVRONS = auto()
    STAR = auto()
    PIN = auto()
    BACK = auto()
    WARNING = auto()
    HALF = auto()
    RING = auto()
    QUOTE = auto()
    LEFT = auto()
    RIGHT = auto()
    DOWN = auto()
    ARROW = auto()
    LIST = auto()
    SUM = auto()
    MINUS = auto()
    SEARCH = auto()
    CLOCK = auto()
    GEAR = auto()
    SIGNAL = auto()
    BROKEN = auto()
    TILL = auto()
    SHEET = auto()
    PRINTER = auto()
    KEYBOARD = auto()
    DOT = auto()
    SOUND = auto()


def _poly(text: str) -> Poly:
    """Return the outline through "x y x y …"."""
    numbers = [float(number) for number in text.split()]
    return Poly(tuple(zip(numbers[::2], numbers[1::2], strict=True)))


def _rect(left: float, top: float, right: float, bottom: float) -> Poly:
    return Poly(((left, top), (right, top), (right, bottom), (left, bottom)))


def _turned(x: float, y: float, r: float, corners: int, start: float = 0) -> Poly:
    """Return a regular polygon around a point; `start`: of its first corner, in degrees."""
    angles = (math.radians(start + 360 * i / corners) for i in range(corners))
    return Poly(tuple((x + r * math.sin(a), y - r * math.cos(a)) for a in angles))


def _star() -> Poly:
    outer, inner = _turned(12, 12.8, 11, 5).points, _turned(12, 12.8, 4.6, 5, 36).points
    return Poly(tuple(point for pair in zip(outer, inner, strict=True) for point in pair))


def _gear() -> Poly:
    points = []
    for tooth in range(8):
        for offset, r in ((-13, 8.0), (-8, 10.8), (8, 10.8), (13, 8.0)):
            angle = math.radians(45 * tooth + offset)
            points.append((12 + r * math.sin(angle), 12 - r * math.cos(angle)))
    return Poly(tuple(points))


def _moved(poly: Poly, dx: float) -> Poly:
    return Poly(tuple((x + dx, y) for x, y in poly.points))


_CHEVRON = _poly("0 4 4 4 9.5 12 4 20 0 20 5.5 12")
_COMMA = _poly("0 5 7.5 5 7.5 12 4 18.5 1 18.5 3.2 12.5 0 12.5")
_BARS = (_rect(2, 16, 6, 21), _rect(8, 12, 12, 21), _rect(14, 8, 18, 21), _rect(20, 3, 24, 21))

ICONS: dict[Icon, tuple[Layer, ...]] = {
    Icon.PIE: ((Disc(12, 12, 10.5), Disc(12, 12, 8.6)), (Disc(12, 12, 8.9, 90, 270),)),
    Icon.TRIANGLE: ((_poly("12 2.5 23 21 1 21"),),),
    Icon.OCTAGON: ((_turned(12, 12, 11.4, 8, 22.5),),),
    Icon.TICK: ((_poly("2.5 12.5 5.7 9.3 9.8 13.4 18.3 4.9 21.5 8.1 9.8 19.8"),),),
    Icon.PAUSE: ((_rect(5, 3.5, 10, 20.5), _rect(14, 3.5, 19, 20.5)),),
    Icon.PADLOCK: ((Disc(12, 9.2, 6.4), Disc(12, 9.2, 3.6)), (_rect(4, 10.2, 20, 21.5),)),
    Icon.CROSS: (
        (
            _poly(
                "3 6.5 6.5 3 12 8.5 17.5 3 21 6.5 15.5 12 21 17.5 17.5 21 12 15.5 6.5 21 3 "
                "17.5 8.5 12"
            ),
        ),
    ),
    Icon.PLUS: ((_poly("10 3 14 3 14 10 21 10 21 14 14 14 14 21 10 21 10 14 3 14 3 10 10 10"),),),
    Icon.CHEVRONS: ((_moved(_CHEVRON, 2.5), _moved(_CHEVRON, 11.5)),),
    Icon.STAR: ((_star(),),),
    Icon.PIN: (
        (
            _poly(
                "7 2 17 2 17 4.5 15.5 5.5 15.5 11 19 14 19 16.5 13.3 16.5 13.3 23 10.7 23 10.7 "
                "16.5 5 16.5 5 14 8.5 11 8.5 5.5 7 4.5"
            ),
        ),
    ),
    Icon.BACK: (
        (_poly("2 8.7 9.5 2.2 9.5 15.2"),),
        (
            _poly(
                "9 6.9 14.8 6.9 18.4 8.2 20.9 11 21.6 14.1 20.7 17.4 18.2 20 14.8 21.2 7.5 "
                "21.2 7.5 17.5 14.4 17.5 16.6 16.5 17.7 14.2 17 11.8 14.4 10.6 9 10.6"
            ),
        ),
    ),
    Icon.WARNING: (
        (
            _poly("12 1.5 23.5 21.5 0.5 21.5"),
            _rect(10.6, 8, 13.4, 15),
            _rect(10.6, 16.6, 13.4, 19.2),
        ),
    ),
    Icon.HALF: ((Disc(12, 12, 10), Disc(12, 12, 7.8)), (Disc(12, 12, 8.2, 180, 180),)),
    Icon.RING: ((Disc(12, 12, 9), Disc(12, 12, 6.6)),),
    Icon.QUOTE: ((_moved(_COMMA, 3), _moved(_COMMA, 13.5)),),
    Icon.LEFT: ((_poly("17 3 17 21 6 12"),),),
    Icon.RIGHT: ((_poly("7 3 18 12 7 21"),),),
    Icon.DOWN: ((_poly("3 7 21 7 12 18"),),),
    Icon.ARROW: ((_poly("2.5 10 12 10 12 4 22 12 12 20 12 14 2.5 14"),),),
    Icon.LIST: (
        (
            _rect(2, 4, 6, 8),
            _rect(8.5, 4.5, 22, 7.5),
            _rect(2, 10, 6, 14),
            _rect(8.5, 10.5, 22, 13.5),
            _rect(2, 16, 6, 20),
            _rect(8.5, 16.5, 22, 19.5),
        ),
    ),
    Icon.SUM: (
        (
            _poly(
                "4.5 2.5 19.5 2.5 19.5 8 16.5 8 16.5 6 10.4 6 14.8 12 10.4 18 16.5 18 16.5 16 "
                "19.5 16 19.5 21.5 4.5 21.5 4.5 19 10 12 4.5 5"
            ),
        ),
    ),
    Icon.MINUS: ((Disc(12, 12, 10.5), _rect(6.5, 10.3, 17.5, 13.7)),),
    Icon.SEARCH: (
        (Disc(10, 10, 8), Disc(10, 10, 5.2)),
        (_poly("14 16.2 16.2 14 22.5 20.3 20.3 22.5"),),
    ),
    Icon.CLOCK: (
        (
            Disc(12, 12, 10.5),
            _poly("10.7 5 13.3 5 13.3 11.2 17.8 13.8 16.5 16.1 10.7 12.8"),
        ),
    ),
    Icon.GEAR: ((_gear(), Disc(12, 12, 3.6)),),
    Icon.SIGNAL: (_BARS,),
    Icon.BROKEN: (
        (_rect(2, 16, 6, 21), _rect(8, 12, 12, 21), _rect(14, 14, 18, 21), _rect(20, 14, 24, 21)),
        (
            _poly(
                "14 3.6 15.6 2 18.5 4.9 21.4 2 23 3.6 20.1 6.5 23 9.4 21.4 11 18.5 8.1 15.6 11 "
                "14 9.4 16.9 6.5"
            ),
        ),
    ),
    Icon.TILL: (
        (_rect(6, 2, 18, 8),),
        (
            _poly("3 9.5 21 9.5 23 16 1 16"),
            _rect(6, 11.2, 9, 13.4),
            _rect(10.5, 11.2, 13.5, 13.4),
            _rect(15, 11.2, 18, 13.4),
        ),
        (_rect(1, 17.2, 23, 22),),
    ),
    Icon.SHEET: (
        (
            _poly("4 1.5 14 1.5 20 7.5 20 22.5 4 22.5"),
            _rect(7, 11, 17, 13.3),
            _rect(7, 16, 17, 18.3),
        ),
    ),
    Icon.PRINTER: (
        (_rect(6, 2, 18, 7),),
        (_rect(2, 8.5, 22, 17), _rect(17, 10.5, 19.5, 12.7)),
        (_rect(6, 14.5, 18, 22),),
    ),
    Icon.KEYBOARD: (
        (
            _rect(1, 4.5, 23, 19.5),
            _rect(4, 7.5, 7, 10.2),
            _rect(8.6, 7.5, 11.6, 10.2),
            _rect(13.2, 7.5, 16.2, 10.2),
            _rect(17.8, 7.5, 20.2, 10.2),
            _rect(6, 13.4, 18, 16.2),
        ),
    ),
    Icon.DOT: ((Disc(12, 12, 7),),),
    Icon.SOUND: (
        (_poly("3 9 7.5 9 13 4 13 20 7.5 15 3 15"),),
        (_poly("16 7.6 17.6 6 22 12 17.6 18 16 16.4 19.2 12"),),
    ),
}
