"""Draws how a ticket, or a part of it, ends: its foot, or the strip that says where it goes on."""

from __future__ import annotations

from functools import partial

from kds.ui.canvas import Canvas, Point
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.text import cut
from kds.ui.ticket.face import Action, Chip, Foot

_DONE = frozenset({Action.RUN, Action.CLEAR})


def foot_boxes(canvas: Canvas, foot: Foot, box: Box) -> tuple[Box, Box]:
    """Return the place for the chips and the button, within the foot's box."""
    m = canvas.measures
    label = canvas.width(foot.label, Role.BUTTON) + m.button_icon + m.cell_gap
    width = min(box.w, max(m.button, label + 2 * m.pad))
    return box._replace(w=box.w - width), box._replace(x=box.right - width, w=width)


def draw_foot(canvas: Canvas, foot: Foot, box: Box) -> None:
    """Draw the foot at the bottom of a ticket."""
    m = canvas.measures
    left, button = foot_boxes(canvas, foot, box)
    rule = m.outline if canvas.outlined else m.hair
    is_locked = foot.action is Action.MISSING
    is_quiet = is_locked or foot.action is Action.OUT
    is_done = foot.action in _DONE
    canvas.fill(button, Ink.READY if is_done else Ink.RAISED)
    if canvas.outlined:
        canvas.fill(button._replace(w=m.outline), Ink.EDGE)
    canvas.fill(box._replace(h=rule), Ink.EDGE if canvas.outlined else Ink.LINE)
    ink = Ink.READY_INK if is_done else Ink.TEXT3 if is_quiet else Ink.TEXT
    icon = Icon.PADLOCK if is_locked else Icon.TICK
    _draw_label(canvas, foot.label, icon, ink, button)
    _draw_chips(canvas, foot, left)


def _draw_label(canvas: Canvas, label: str, icon: Icon, ink: Ink, box: Box) -> None:
    m = canvas.measures
    width = m.button_icon + m.cell_gap + canvas.width(label, Role.BUTTON)
    x, middle = box.x + (box.w - width) // 2, box.y + box.h // 2
    canvas.icon(icon, Box(x, middle - m.button_icon // 2, m.button_icon, m.button_icon), ink)
    canvas.text(x + m.button_icon + m.cell_gap, middle, label, Role.BUTTON, ink)


def _draw_chips(canvas: Canvas, foot: Foot, box: Box) -> None:
    """Draw as many stations as there is room for; +n counts the rest."""
    m = canvas.measures
    x, middle = box.x + m.quantity_left, box.y + box.h // 2
    if not foot.lead:
        return
    canvas.text(x, middle, foot.lead, Role.ALSO, Ink.TEXT2)
    x += canvas.width(foot.lead, Role.ALSO) + m.cell_gap
    right = box.right - m.plate_gap
    for i, chip in enumerate(foot.chips):
        rest = len(foot.chips) - i - 1
        more = chip_width(canvas, Chip(f"+{rest}")) + m.plate_gap if rest else 0
        if x + chip_width(canvas, chip) + more > right:
            last = Chip(f"+{rest + 1}")
            if x + chip_width(canvas, last) <= right:
                _draw_chip(canvas, last, x, middle)
            return
        x = _draw_chip(canvas, chip, x, middle) + m.plate_gap


def chip_width(canvas: Canvas, chip: Chip) -> int:
    """Return the width of a station's chip."""
    m = canvas.measures
    icon = canvas.height(Role.ALSO) + m.plate_gap // 2 if chip.done else 0
    return canvas.width(chip.text, Role.ALSO) + icon + 2 * m.plate_gap


def _draw_chip(canvas: Canvas, chip: Chip, x: int, middle: int) -> int:
    m = canvas.measures
    box = Box(x, middle - m.foot_chip // 2, chip_width(canvas, chip), m.foot_chip)
    canvas.outline(box, Ink.READY if chip.done else Ink.EDGE, m.outline, m.outline)
    left = box.x + m.plate_gap
    if chip.done:
        side = canvas.height(Role.ALSO)
        canvas.icon(Icon.TICK, Box(left, middle - side // 2, side, side), Ink.READY)
        left += side + m.plate_gap // 2
    canvas.text(left, middle, chip.text, Role.ALSO, Ink.READY if chip.done else Ink.TEXT)
    return box.right


def draw_more(canvas: Canvas, text: str, box: Box) -> None:
    """Draw the strip that says how much of the ticket is hidden."""
    m = canvas.measures
    canvas.fill(box, Ink.RAISED)
    canvas.rule(box._replace(h=m.allergy_frame), Ink.EDGE)
    side = canvas.height(Role.CELL) * 3 // 4
    width = side + m.cell_gap + canvas.width(text, Role.CELL)
    x, middle = box.x + (box.w - width) // 2, box.y + box.h // 2
    canvas.icon(Icon.DOWN, Box(x, middle - side // 2, side, side), Ink.TEXT)
    canvas.text(x + side + m.cell_gap, middle, text, Role.CELL, Ink.TEXT)


def draw_torn_foot(canvas: Canvas, text: str, box: Box) -> None:
    """Draw the strip of a part that goes on in the next column, ending in teeth."""
    m = canvas.measures
    strip = box._replace(h=box.h - m.teeth)
    canvas.fill(strip, Ink.RAISED)
    side = canvas.height(Role.META) * 3 // 4
    x, middle = box.x + m.quantity_left, strip.y + strip.h // 2
    canvas.icon(Icon.RIGHT, Box(x, middle - side // 2, side, side), Ink.TEXT)
    canvas.text(x + side + m.cell_gap, middle, text, Role.META, Ink.TEXT)
    draw_teeth(canvas, box._replace(y=strip.bottom, h=m.teeth), Ink.RAISED, hanging=True)


def draw_torn_head(canvas: Canvas, title: str, part: str, box: Box) -> None:
    """Draw the head of a part that goes on from another column, beginning with teeth."""
    m = canvas.measures
    draw_teeth(canvas, box._replace(h=m.teeth), Ink.RAISED, hanging=False)
    strip = Box(box.x, box.y + m.teeth, box.w, box.h - m.teeth)
    canvas.fill(strip, Ink.RAISED)
    x, middle = box.x + m.quantity_left, strip.y + strip.h // 2
    room = box.w - 2 * m.quantity_left - canvas.width(part, Role.META) - m.cell_gap
    name = cut(title, max(0, room), partial(canvas.width, role=Role.DISH))
    canvas.text(x, middle, name, Role.DISH, Ink.TEXT)
    after = x + canvas.width(name, Role.DISH) + m.cell_gap
    canvas.text(after, middle, part, Role.META, Ink.TEXT2)


def draw_teeth(canvas: Canvas, box: Box, ink: Ink, *, hanging: bool) -> None:
    """Draw a saw edge over what is behind the ticket."""
    canvas.fill(box, Ink.BG)
    count = max(1, round(box.w / canvas.measures.tooth_pitch))
    flat, sharp = (box.y, box.bottom) if hanging else (box.bottom, box.y)
    points: list[Point] = [(box.x, flat)]
    for i in range(count):
        points.append((box.x + box.w * (i + 0.5) / count, sharp))
        points.append((box.x + box.w * (i + 1) / count, flat))
    canvas.polygon(points, ink)
