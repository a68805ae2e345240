"""Draws the body of a ticket: allergies, dishes with all that belongs to them, dividers, bars."""

from __future__ import annotations

from kds.ui.canvas import Align, Canvas
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Hatch, Ink
from kds.ui.style.lettering import Role
from kds.ui.ticket.cells import LaidPiece, role_of
from kds.ui.ticket.draw_head import pennant
from kds.ui.ticket.face import BarFace, BarKind, Count, Divider, Form, LineState, NoteFace
from kds.ui.ticket.sheet import AllergyBlock, Block, LaidPlate, LineBlock, PlainBlock

_NAMES = {
    LineState.OPEN: (Role.DISH, Ink.TEXT),
    LineState.SHELL: (Role.DISH_WAITS, Ink.TEXT2),
    LineState.NOTED: (Role.DISH_WAITS, Ink.TEXT2),
}
_RECEDES = (Role.DISH_WAITS, Ink.TEXT3)
_QUIET = frozenset({LineState.WAITS, LineState.DONE, LineState.VOID})


def draw_block(canvas: Canvas, block: Block, box: Box, *, marked: bool = False) -> None:
    """Draw a block that is as wide as the ticket. `marked`: it is the one spoken of."""
    match block:
        case LineBlock():
            _draw_line(canvas, block, box, marked=marked)
        case PlainBlock(face=Divider() as divider):
            _draw_divider(canvas, divider, box)
        case PlainBlock(face=BarFace() as bar):
            _draw_bar(canvas, bar, block.lines, box._replace(h=box.h - canvas.measures.body_pad))
        case PlainBlock(face=NoteFace()):
            m = canvas.measures
            left = m.quantity_left + m.note_icon + m.plate_gap
            _draw_note(canvas, block.lines, box.x + left, box.y)


def draw_allergy(canvas: Canvas, block: AllergyBlock, box: Box) -> None:
    """Draw an allergy: white frame inside purple, so that it is seen on any ground."""
    m = canvas.measures
    frame = m.allergy_frame
    plate = Box(
        box.x + m.allergy_inset, box.y, box.w - 2 * m.allergy_inset, block.height - m.plate_gap
    )
    canvas.fill(plate, Ink.ALLERGY, m.chip_radius)
    canvas.outline(plate.inset(frame), Ink.ALLERGY_INK, frame, max(1, m.chip_radius - frame))
    top = plate.y + 2 * frame
    x, side = plate.x + 2 * frame + m.plate_pad, m.allergy_icon
    middle = top + m.allergy // 2
    canvas.icon(Icon.WARNING, Box(x, middle - side // 2, side, side), Ink.ALLERGY_INK)
    x += side + m.plate_pad
    for i, line in enumerate(block.lines):
        canvas.text(x, middle + i * m.allergy, line.rstrip(), Role.ALLERGY, Ink.ALLERGY_INK)
    if block.whose:
        last = block.lines[-1].rstrip()
        after = x + (canvas.width(last, Role.ALLERGY) + m.plate_pad if last else 0)
        y = middle + (len(block.lines) - 1) * m.allergy + m.hair
        canvas.text(after, y, block.whose, Role.ALLERGY_WHO, Ink.ALLERGY_INK)


def _draw_line(canvas: Canvas, block: LineBlock, box: Box, *, marked: bool) -> None:
    face, m = block.face, canvas.measures
    if face.state is LineState.VOID:
        canvas.hatch(box._replace(h=block.name_height), Hatch.VOID)
    if marked:
        canvas.fill(box, Ink.RAISED)
        canvas.fill(box._replace(w=m.focus_edge), Ink.FOCUS)
    _draw_quantity(canvas, block, box)
    _draw_names(canvas, block, box)
    for piece in block.pieces:
        if not isinstance(piece.piece.reads, Count):
            draw_piece(canvas, piece, box, piece.text)
    y = box.y + block.name_height
    for allergy in block.allergies:
        draw_allergy(canvas, allergy, Box(box.x, y, box.w, allergy.height))
        y += allergy.height
    for plate in block.plates:
        _draw_plate(canvas, plate, box.x, box.y + block.plates_y, is_quiet=face.state in _QUIET)
    y = box.y + block.notes_y
    for note in block.notes:
        _draw_note(canvas, note, box.x + m.note_left + face.depth * m.child_indent, y)
        y += len(note) * m.note_row


def _draw_names(canvas: Canvas, block: LineBlock, box: Box) -> None:
    face, m = block.face, canvas.measures
    role, ink = _NAMES.get(face.state, _RECEDES)
    x, middle = box.x + block.name_x, box.y + m.line // 2
    for i, name in enumerate(block.names):
        text, y = name.rstrip(), middle + i * m.name_line
        canvas.text(x, y, text, role, ink)
        width = canvas.width(text, role)
        if face.state is LineState.VOID:
            canvas.fill(Box(x, y - m.strike // 2, width, m.strike), Ink.TEXT3)
        elif face.changed:
            canvas.fill(Box(x, y + m.name_line // 2 - m.hair, width, m.changed), Ink.TEXT)


def _draw_quantity(canvas: Canvas, block: LineBlock, box: Box) -> None:
    face, m = block.face, canvas.measures
    middle = box.y + m.line // 2
    cell = Box(
        box.x + block.quantity_x,
        middle - m.quantity_height // 2,
        block.quantity_w,
        m.quantity_height,
    )
    if face.state is LineState.DONE:
        side = canvas.height(Role.DISH)
        centre = cell.x + cell.w // 2
        canvas.icon(Icon.TICK, Box(centre - side // 2, middle - side // 2, side, side), Ink.READY)
        return
    ink = Ink.TEXT2
    if face.state is LineState.WAITS:
        canvas.outline(cell, Ink.TEXT3, m.outline, m.chip_radius, dashed=True)
        ink = Ink.TEXT3
    elif face.outlined:
        canvas.outline(cell, Ink.READY, m.allergy_frame, m.chip_radius)
        ink = Ink.READY
    elif face.boxed:
        canvas.fill(cell, Ink.TEXT, m.chip_radius)
        ink = Ink.SURFACE
    _draw_number(canvas, block, cell, ink)


def _draw_number(canvas: Canvas, block: LineBlock, cell: Box, ink: Ink) -> None:
    face = block.face
    is_light = face.state is LineState.WAITS and face.quantity == "1"
    role = Role.QUANTITY_WAITS if is_light else Role.QUANTITY
    middle = cell.y + cell.h // 2
    unit = canvas.width(face.unit, Role.UNIT) if face.unit else 0
    width = canvas.width(face.quantity, role) + unit
    x = cell.x + (cell.w - width) // 2
    canvas.text(x, middle, face.quantity, role, ink)
    if face.unit:
        canvas.text(x + width - unit, middle, face.unit, Role.UNIT, ink)


def _draw_plate(canvas: Canvas, laid: LaidPlate, x: int, y: int, *, is_quiet: bool) -> None:
    m = canvas.measures
    box = Box(x + laid.x, y + laid.y, laid.w, laid.h)
    if is_quiet:
        canvas.outline(box, Ink.EDGE, m.outline, m.chip_radius)
    else:
        canvas.fill(box, Ink.PLATE, m.chip_radius)
    ink = Ink.TEXT2 if is_quiet else Ink.PLATE_INK
    left, middle = box.x + m.plate_pad, box.y + m.plate // 2
    if laid.plate.sign is not None:
        side = m.plate_icon
        canvas.icon(laid.plate.sign, Box(left, middle - side // 2, side, side), ink)
        left += side + m.plate_gap
    for i, line in enumerate(laid.lines):
        canvas.text(left, middle + i * m.name_line, line.rstrip(), Role.MODIFIER, ink)


def _draw_note(canvas: Canvas, lines: tuple[str, ...], x: int, y: int) -> None:
    m = canvas.measures
    middle, side = y + m.note_row // 2, m.note_icon
    icon = Box(x - side - m.plate_gap, middle - side // 2, side, side)
    canvas.icon(Icon.QUOTE, icon, Ink.NOTE)
    for i, line in enumerate(lines):
        canvas.text(x, middle + i * m.note_row, line.rstrip(), Role.NOTE, Ink.NOTE)


def _draw_divider(canvas: Canvas, divider: Divider, box: Box) -> None:
    m = canvas.measures
    x, middle = box.x + m.quantity_left, box.y + box.h // 2
    width = canvas.width(divider.text, Role.META) + 2 * m.plate_pad
    label = Box(x, middle - m.divider_label // 2, width, m.divider_label)
    canvas.fill(label, Ink.TEXT, m.outline)
    canvas.text(label.x + m.plate_pad, middle, divider.text, Role.META, Ink.SURFACE)
    x = label.right + m.cell_gap
    if divider.time:
        canvas.text(x, middle, divider.time, Role.META, Ink.TEXT2)
        x += canvas.width(divider.time, Role.META) + m.cell_gap
    right = box.right - m.quantity_left
    thick = m.allergy_frame
    if right > x:
        canvas.rule(Box(x, middle - thick // 2, right - x, thick), Ink.EDGE)


def _draw_bar(canvas: Canvas, bar: BarFace, lines: tuple[str, ...], box: Box) -> None:
    """Draw why what follows waits; the count-down is drawn on top."""
    m = canvas.measures
    if bar.kind is BarKind.HOLD:
        frame = Box(box.x + m.unit * 2, box.y, box.w - m.unit * 4, box.h)
        canvas.outline(frame, Ink.EDGE, m.outline, m.outline)
        icon, ink = Icon.PAUSE, Ink.TEXT2
    else:
        canvas.fill(box, Ink.GATED)
        icon, ink = Icon.PADLOCK, Ink.GATED_INK
    x, middle = box.x + m.bar_text, box.y + m.bar // 2 - m.outline
    side = m.bar_icon
    canvas.icon(icon, Box(x - side - m.cell_gap, middle - side // 2, side, side), ink)
    for i, line in enumerate(lines):
        canvas.text(x, middle + i * m.note_row, line.rstrip(), Role.BAR, ink)


def draw_piece(canvas: Canvas, laid: LaidPiece, box: Box, text: str) -> None:
    """Draw a piece of a right cell; `text` is what it says now."""
    piece, m = laid.piece, canvas.measures
    middle = box.y + m.line // 2
    x, right, ink = box.x + laid.x, box.x + laid.x + laid.w, piece.ink
    if isinstance(piece.reads, Count) and piece.icon is not None:
        # The room is for the widest clock; the icon stands beside the clock as it reads.
        x = right - canvas.width(text, role_of(piece)) - m.plate_gap - canvas.height(Role.META)
    if piece.form is not None:
        chip = Box(x, middle - m.cell_chip // 2, laid.w, m.cell_chip)
        ink = _draw_chip(canvas, chip, piece.form, piece.ink)
        x += m.plate_pad
        right -= m.plate_pad
    if piece.icon is not None:
        side = canvas.height(Role.META)
        canvas.icon(piece.icon, Box(x, middle - side // 2, side, side), ink)
        x += side + m.plate_gap
    if piece.pips is not None:
        x = _draw_pips(canvas, piece.pips, x, middle)
    role = role_of(piece)
    if piece.struck:
        width = canvas.width(piece.struck, role)
        canvas.text(right - width, middle, piece.struck, role, Ink.TEXT3)
        canvas.fill(Box(right - width, middle, width, m.outline), Ink.TEXT3)
        right -= width + m.plate_gap
    if text and piece.form is None:
        canvas.text(right, middle, text, role, ink, Align.RIGHT)
    elif text:
        canvas.text(x, middle, text, role, ink)


_FILLED = {
    Ink.LATE: Ink.LATE_INK,
    Ink.CRITICAL: Ink.CRITICAL_INK,
    Ink.READY: Ink.READY_INK,
}


def _draw_chip(canvas: Canvas, box: Box, form: Form, ink: Ink) -> Ink:
    """Draw the ground of a chip; returns the ink for what stands on it."""
    m = canvas.measures
    if form is Form.FILLED:
        canvas.fill(box, ink, m.outline)
        return _FILLED[ink]
    if form is Form.PENNANT:
        canvas.polygon(pennant(box), Ink.RUSH)
        return Ink.RUSH_INK
    edge = Ink.READY if ink is Ink.READY else Ink.EDGE
    canvas.outline(box, edge, m.outline, m.outline)
    return ink


def _draw_pips(canvas: Canvas, pips: tuple[int, int], x: int, middle: int) -> int:
    """Draw one pip per portion, those that are done filled; returns where they end."""
    m = canvas.measures
    for i in range(pips[1]):
        pip = Box(x, middle - m.pip_height // 2, m.pip, m.pip_height)
        if i < pips[0]:
            canvas.fill(pip, Ink.READY)
        else:
            canvas.outline(pip, Ink.TEXT2, m.outline)
        x += m.pip + m.outline
    return x
