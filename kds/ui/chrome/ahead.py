"""The look-ahead: what will be released in the next minutes, so that it can be prepared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kds.kitchen.ids import Instant
from kds.ui.canvas import Align, Canvas
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.style.times import AHEAD
from kds.ui.ticket.face import Face
from kds.ui.ticket.reading import Reading

_SUMMED = 3


@dataclass(frozen=True, slots=True)
class Ahead:
    """One release: when, which table, what."""

    time: str
    table: str
    what: str


@dataclass(frozen=True, slots=True)
class AheadFace:
    """What is to come, in order, and what that is in sum."""

    releases: tuple[Ahead, ...] = ()
    total: str = ""


def ahead_of(faces: Iterable[Face], reading: Reading, now: Instant) -> AheadFace:
    """Return what gates and holds will release by themselves within ten minutes."""
    releases: Counter[tuple[Instant, str]] = Counter()
    dishes: Counter[str] = Counter()
    for face in faces:
        for release in face.tally.releases:
            if now <= release.at < now + AHEAD:
                releases[release.at, face.head.title] += release.portions
                dishes[release.dish] += release.portions
    if not releases:
        return AheadFace()
    words = reading.words
    most = [f"{name} {count}" for name, count in dishes.most_common(_SUMMED)]
    return AheadFace(
        tuple(
            Ahead(reading.time(until), table, words("ahead.release", portions))
            for (until, table), portions in sorted(releases.items())
        ),
        " · ".join((words("ahead.total", dishes.total()), *most)),
    )


def draw_ahead(canvas: Canvas, face: AheadFace, box: Box, title: str) -> None:
    """Draw the row: as many releases as there is room for beside the sum."""
    m = canvas.measures
    canvas.fill(box, Ink.BG)
    middle, side = box.y + box.h // 2, m.bottom_icon
    x = box.x + m.margin
    canvas.icon(Icon.CLOCK, Box(x, middle - side // 2, side, side), Ink.TEXT)
    x += side + m.cell_gap
    canvas.text(x, middle, title, Role.STRIP_FIGURE, Ink.TEXT)
    x += canvas.width(title, Role.STRIP_FIGURE) + m.margin
    right = box.right - m.margin
    total = canvas.width(face.total, Role.STRIP)
    if right - total - m.margin > x + m.ticket_min:
        canvas.text(right, middle, face.total, Role.STRIP, Ink.TEXT2, Align.RIGHT)
        right -= total + m.margin
    for release in face.releases:
        width = _width(canvas, release)
        if x + width > right:
            return
        cell = Box(x, box.y + m.unit, width, box.h - 2 * m.unit)
        _draw_release(canvas, release, cell)
        x += width + m.bottom_gap


def _width(canvas: Canvas, release: Ahead) -> int:
    m = canvas.measures
    words = canvas.width(release.time, Role.STRIP) + canvas.width(release.what, Role.STRIP)
    return words + canvas.width(release.table, Role.STRIP_FIGURE) + 2 * m.cell_gap + 2 * m.pad


def _draw_release(canvas: Canvas, release: Ahead, box: Box) -> None:
    m = canvas.measures
    canvas.outline(box, Ink.EDGE, m.outline, m.radius, dashed=True)
    x, middle = box.x + m.pad, box.y + box.h // 2
    for text, role, ink in (
        (release.time, Role.STRIP, Ink.TEXT2),
        (release.table, Role.STRIP_FIGURE, Ink.TEXT),
        (release.what, Role.STRIP, Ink.TEXT2),
    ):
        canvas.text(x, middle, text, role, ink)
        x += canvas.width(text, role) + m.cell_gap
