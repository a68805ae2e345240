"""Draws the head of a ticket: what stands. Clock, band word and age bar are drawn on top of it."""

from __future__ import annotations

from typing import NamedTuple

from kds.board.values import Band
from kds.ui.canvas import Align, Canvas, Point
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Hatch, Ink
from kds.ui.style.lettering import Role
from kds.ui.ticket.face import Form, Segment
from kds.ui.ticket.heading import Heading, LaidFlag


class BandInks(NamedTuple):
    """The colours of a head: its ground, the first and the second information on it."""

    ground: Ink
    first: Ink
    second: Ink
    is_filled: bool = False


_QUIET = BandInks(Ink.RAISED, Ink.TEXT, Ink.TEXT2)
_FILLED = {
    Band.LATE: BandInks(Ink.LATE, Ink.LATE_INK, Ink.LATE_INK, True),
    Band.CRITICAL: BandInks(Ink.CRITICAL, Ink.CRITICAL_INK, Ink.CRITICAL_INK, True),
    Band.READY: BandInks(Ink.READY, Ink.READY_INK, Ink.READY_INK, True),
}
_SEGMENTS = {Segment.READY: Ink.READY, Segment.COOKING: Ink.TEXT2}
_HATCHES = {Segment.LATE: Hatch.LATE, Segment.HELD: Hatch.WAITS}


def inks_of(band: Band) -> BandInks:
    """Return the colours of a head."""
    return _FILLED.get(band, _QUIET)


def draw_heading(canvas: Canvas, heading: Heading, box: Box) -> None:
    """Draw a head at the top of a ticket's box."""
    head, m = heading.head, canvas.measures
    inks = inks_of(head.band)
    canvas.fill(Box(box.x, box.y, box.w, heading.height), inks.ground)
    if canvas.outlined:
        rule = Box(box.x, box.y + heading.height - m.outline, box.w, m.outline)
        canvas.fill(rule, Ink.EDGE)
    if heading.pin is not None:
        canvas.icon(Icon.PIN, heading.pin.moved(box.x, box.y), inks.first)
    middle = box.y + heading.title_middle
    canvas.text(box.x + heading.title_x, middle, heading.title, heading.title_role, inks.first)
    for flag in heading.flags:
        _draw_flag(canvas, flag, flag.box.moved(box.x, box.y), inks)
    meta_y = box.y + heading.meta_middle
    canvas.text(box.x + heading.meta_x, meta_y, heading.meta, Role.META, inks.second)
    if head.segments:
        _draw_segments(canvas, head.segments, Box(box.x, box.y, box.w, heading.age_height))


def draw_key(canvas: Canvas, heading: Heading, box: Box, key: str, *, selected: bool) -> None:
    """Draw the number that selects the ticket."""
    m = canvas.measures
    inks = inks_of(heading.head.band)
    key_box = heading.key.moved(box.x, box.y)
    ink = Ink.FOCUS_INK if selected else inks.first
    if selected:
        canvas.fill(key_box, Ink.FOCUS, m.chip_radius)
    else:
        canvas.outline(key_box, ink, m.outline, m.chip_radius)
    middle = key_box.y + key_box.h // 2
    canvas.text(key_box.x + key_box.w // 2, middle, key, Role.KEY, ink, Align.CENTRE)


def _draw_segments(canvas: Canvas, segments: tuple[Segment, ...], box: Box) -> None:
    """Draw one segment per dish, with notches between them."""
    count, notch = len(segments), canvas.measures.notch
    canvas.fill(box, Ink.BG)
    for i, segment in enumerate(segments):
        left, right = box.x + box.w * i // count, box.x + box.w * (i + 1) // count
        part = Box(left, box.y, right - left - (notch if i + 1 < count else 0), box.h)
        canvas.fill(part, Ink.LINE)
        if segment in _HATCHES:
            canvas.hatch(part, _HATCHES[segment])
        elif segment in _SEGMENTS:
            share = 1 if segment is Segment.READY else 2
            canvas.fill(part._replace(w=part.w // share), _SEGMENTS[segment])


def _draw_flag(canvas: Canvas, laid: LaidFlag, box: Box, inks: BandInks) -> None:
    m = canvas.measures
    match laid.flag.form:
        case Form.PENNANT:
            if inks.is_filled:
                canvas.polygon(pennant(box.inset(-m.outline)), inks.first)
            canvas.polygon(pennant(box), Ink.RUSH)
            ink = Ink.RUSH_INK
        case Form.INVERTED:
            if inks.is_filled:
                canvas.fill(box.inset(-m.outline), inks.first, m.chip_radius)
            canvas.fill(box, Ink.VIP, m.chip_radius)
            ink = Ink.VIP_INK
        case _:
            edge = inks.first if inks.is_filled else Ink.EDGE
            canvas.outline(box, edge, m.outline, m.chip_radius)
            if laid.flag.form is Form.DOUBLE:
                canvas.outline(box.inset(2 * m.outline), edge, m.outline)
            ink = inks.first
    _draw_said(canvas, laid, box, ink)


def _draw_said(canvas: Canvas, laid: LaidFlag, box: Box, ink: Ink) -> None:
    m = canvas.measures
    x, middle = box.x + m.flag_pad, box.y + box.h // 2
    x += 2 * m.outline if laid.flag.form is Form.DOUBLE else 0
    if laid.flag.icon is not None:
        side = canvas.height(Role.META)
        canvas.icon(laid.flag.icon, Box(x, middle - side // 2, side, side), ink)
        x += side + m.plate_gap
    canvas.text(x, middle, laid.text, Role.META, ink)


def pennant(box: Box) -> list[Point]:
    """Return a box whose right end is cut to a point."""
    cut, middle = box.right - box.h // 3, box.y + box.h / 2
    return [
        (box.x, box.y),
        (cut, box.y),
        (box.right, middle),
        (cut, box.bottom),
        (box.x, box.bottom),
    ]
