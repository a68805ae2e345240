"""The side panel: rows of lead, title and small texts, with buttons. It never covers the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kds.ui.canvas import Align, Canvas
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.style.measures import PanelWidth
from kds.ui.text import break_lines

CLOSE = ""

_TITLE_LINES = 8
"""Why a dish waits is a sentence of several rules, and is to be read to its end."""


@dataclass(frozen=True, slots=True)
class PanelButton:
    """A button of a row. `is_on`: inverted, for what is to be done now or never."""

    action: str
    text: str
    is_on: bool = False
    icon: Icon | None = None


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A row. `id`: what its buttons are about; `heading`: it begins a new group."""

    id: str
    title: str
    lead: str = ""
    icon: Icon | None = None
    texts: tuple[str, ...] = ()
    buttons: tuple[PanelButton, ...] = ()
    right: str = ""
    heading: bool = False
    inks: tuple[Ink, Ink] | None = None


@dataclass(frozen=True, slots=True)
class PanelFace:
    """All of a panel. `about`: what it shows; another panel about the same stays where it was."""

    title: str
    rows: tuple[PanelRow, ...]
    icon: Icon | None = None
    count: str = ""
    lead: str = ""
    subtitle: str = ""
    width: PanelWidth = PanelWidth.USUAL
    hint: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class LaidRow:
    """A row in its place, its texts broken into lines."""

    row: PanelRow
    box: Box
    title: tuple[str, ...]
    texts: tuple[str, ...]
    text_x: int
    buttons: tuple[tuple[Box, PanelButton], ...]


def panel_width(canvas_dish: int, face: PanelFace, wall_width: int) -> int:
    """Return how wide a panel is on a wall of this width."""
    return min(round(face.width.value * canvas_dish), wall_width * 2 // 3)


def head_box(canvas: Canvas, face: PanelFace, box: Box) -> Box:
    """Return the top of a panel."""
    m = canvas.measures
    return box._replace(h=max(m.foot + m.unit * 3, m.line * 2 if face.subtitle else 0))


def close_box(canvas: Canvas, face: PanelFace, box: Box) -> Box:
    """Return the button that closes a panel."""
    head = head_box(canvas, face, box)
    side = max(canvas.measures.target, head.h * 2 // 3)
    return Box(head.right - side - head.h // 6, head.y + (head.h - side) // 2, side, side)


def lay_rows(canvas: Canvas, face: PanelFace, box: Box, first: int) -> list[LaidRow]:
    """Lay out rows from `first` on while there is room."""
    y, rows = head_box(canvas, face, box).bottom, []
    for row in face.rows[first:]:
        laid = _lay_row(canvas, row, Box(box.x, y, box.w, 0))
        if laid.box.bottom > box.bottom:
            break
        rows.append(laid)
        y = laid.box.bottom
    return rows


def _lay_row(canvas: Canvas, row: PanelRow, place: Box) -> LaidRow:
    m = canvas.measures
    x, right = place.x + m.pad, place.right - m.pad
    widths = [_button_width(canvas, button) for button in row.buttons]
    right -= sum(widths) + m.plate_gap * len(widths)
    right -= canvas.width(row.right, Role.PANEL_TEXT) + m.cell_gap if row.right else 0
    if row.icon is not None:
        x += m.bottom_icon + m.cell_gap
    if row.lead:
        x += max(m.quantity_box, canvas.width(row.lead, Role.PANEL)) + m.cell_gap
    room = max(m.dish * 2, right - x)
    title_role = Role.META if row.heading else Role.PANEL
    title = break_lines(row.title, room, partial(canvas.width, role=title_role), _TITLE_LINES)
    measure = partial(canvas.width, role=Role.PANEL_TEXT)
    texts = tuple(line for text in row.texts for line in break_lines(text, room, measure, 4))
    height = len(title) * m.name_line + len(texts) * m.note_row + 2 * m.body_pad
    height = max(height, m.divider if row.heading else m.line + m.body_pad)
    if row.buttons:
        height = max(height, m.target + m.body_pad * 2)
    box = place._replace(h=height)
    return LaidRow(row, box, title, texts, x, tuple(_place_buttons(canvas, row, widths, box)))


def _button_width(canvas: Canvas, button: PanelButton) -> int:
    m = canvas.measures
    icon = m.bottom_icon + m.plate_gap if button.icon is not None else 0
    text = canvas.width(button.text, Role.BUTTON) if button.text else 0
    return max(m.target, text + icon + 3 * m.plate_pad)


def _place_buttons(
    canvas: Canvas, row: PanelRow, widths: Sequence[int], box: Box
) -> list[tuple[Box, PanelButton]]:
    m = canvas.measures
    x = box.right - m.pad
    placed = []
    for button, width in reversed(list(zip(row.buttons, widths, strict=True))):
        x -= width
        height = max(m.target, box.h - 2 * m.body_pad)
        height = min(height, m.foot)
        placed.append((Box(x, box.y + (box.h - height) // 2, width, height), button))
        x -= m.plate_gap
    return placed[::-1]


def draw_panel(
    canvas: Canvas, face: PanelFace, box: Box, rows: Sequence[LaidRow], picked: str = ""
) -> None:
    """Draw a panel with the rows that have room. `picked`: the one that keys are meant for."""
    m = canvas.measures
    canvas.fill(box, Ink.SURFACE)
    head = head_box(canvas, face, box)
    canvas.fill(head, Ink.RAISED)
    _draw_head(canvas, face, head, close_box(canvas, face, box))
    for laid in rows:
        _draw_row(canvas, laid)
        if picked and laid.row.id == picked:
            canvas.fill(laid.box._replace(w=m.focus_edge), Ink.FOCUS)
    if face.hint:
        canvas.text(box.x + m.pad, box.bottom - m.line // 2, face.hint, Role.PANEL_SMALL, Ink.TEXT2)
    if canvas.outlined:
        canvas.outline(box, Ink.EDGE, m.outline, m.radius)
    canvas.round_off(box, Ink.BG, m.radius)


def _draw_head(canvas: Canvas, face: PanelFace, head: Box, close: Box) -> None:
    m = canvas.measures
    x, middle, side = head.x + m.pad, head.y + head.h // 2, m.bottom_icon
    if face.icon is not None:
        canvas.icon(face.icon, Box(x, middle - side // 2, side, side), Ink.TEXT)
        x += side + m.cell_gap
    if face.lead:
        width = max(m.quantity_box, canvas.width(face.lead, Role.PANEL_NAME) + 2 * m.plate_pad)
        plate = Box(x, middle - m.clock_plate // 2, width, m.clock_plate)
        canvas.fill(plate, Ink.TEXT, m.chip_radius)
        centre = plate.x + plate.w // 2
        canvas.text(centre, middle, face.lead, Role.PANEL_NAME, Ink.SURFACE, Align.CENTRE)
        x += width + m.cell_gap
    up = m.name_line // 2 if face.subtitle else 0
    role = Role.PANEL_NAME if face.subtitle else Role.PANEL
    canvas.text(x, middle - up, face.title, role, Ink.TEXT)
    if face.subtitle:
        canvas.text(x, middle + m.name_line // 2, face.subtitle, Role.PANEL_TEXT, Ink.TEXT2)
    if face.count:
        right = close.x - m.cell_gap
        canvas.text(right, middle, face.count, Role.PANEL, Ink.TEXT2, Align.RIGHT)
    icon = canvas.height(Role.PANEL)
    cross = Box(close.x + (close.w - icon) // 2, close.y + (close.h - icon) // 2, icon, icon)
    canvas.icon(Icon.CROSS, cross, Ink.TEXT)


def _draw_row(canvas: Canvas, laid: LaidRow) -> None:
    m, row, box = canvas.measures, laid.row, laid.box
    ground, ink = row.inks or (Ink.SURFACE, Ink.TEXT)
    second = ink if row.inks else Ink.TEXT2
    canvas.fill(box, Ink.RAISED if row.heading else ground)
    canvas.fill(Box(box.x, box.bottom - m.hair, box.w, m.hair), Ink.LINE)
    height = len(laid.title) * m.name_line + len(laid.texts) * m.note_row
    middle = box.y + (box.h - height) // 2 + m.name_line // 2
    x, side = box.x + m.pad, m.bottom_icon
    if row.icon is not None:
        canvas.icon(row.icon, Box(x, middle - side // 2, side, side), ink)
        x += side + m.cell_gap
    if row.lead:
        canvas.text(x, middle, row.lead, Role.PANEL, ink)
    role = Role.META if row.heading else Role.PANEL
    for line in laid.title:
        canvas.text(laid.text_x, middle, line.rstrip(), role, ink)
        middle += m.name_line
    middle += (m.note_row - m.name_line) // 2
    for text in laid.texts:
        canvas.text(laid.text_x, middle, text.rstrip(), Role.PANEL_TEXT, second)
        middle += m.note_row
    if row.right:
        right = box.right - m.pad
        canvas.text(right, box.y + box.h // 2, row.right, Role.PANEL_TEXT, second, Align.RIGHT)
    for place, button in laid.buttons:
        draw_panel_button(canvas, button, place)


def draw_panel_button(canvas: Canvas, button: PanelButton, box: Box) -> None:
    """Draw a button of a panel."""
    m = canvas.measures
    canvas.fill(box, Ink.TEXT if button.is_on else Ink.RAISED, m.radius)
    if canvas.outlined:
        canvas.outline(box, Ink.EDGE, m.outline, m.radius)
    ink = Ink.BG if button.is_on else Ink.TEXT
    side = m.bottom_icon if button.icon is not None else 0
    between = m.plate_gap if side and button.text else 0
    width = side + between + (canvas.width(button.text, Role.BUTTON) if button.text else 0)
    x, middle = box.x + (box.w - width) // 2, box.y + box.h // 2
    if button.icon is not None:
        canvas.icon(button.icon, Box(x, middle - side // 2, side, side), ink)
    canvas.text(x + side + between, middle, button.text, Role.BUTTON, ink)
