"""What stands above and below the panes of a demo: one line that tells, and a card of keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kds.ui.canvas import Align, Canvas
from kds.ui.geometry import Box
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.text import cut

_TELLING = (Role.BUTTON, Role.META, Role.ALSO)
_KEYS = (Role.BUTTON, Role.META, Role.ALSO)


@dataclass(frozen=True, slots=True)
class Caption:
    """One line: what the clock of the demo says, what is to be seen and heard, how to end."""

    clock: str = ""
    text: str = ""
    said: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key and what it does."""

    key: str
    does: str


def draw_caption(canvas: Canvas, caption: Caption, box: Box) -> None:
    """Draw the line; in smaller letters where it would not fit, and cut only then."""
    m, middle = canvas.measures, box.y + box.h // 2
    canvas.fill(box, Ink.PLATE)
    x, right = box.x + m.margin, box.right - m.margin
    canvas.text(right, middle, caption.hint, Role.STRIP, Ink.PLATE_INK, Align.RIGHT)
    right -= canvas.width(caption.hint, Role.STRIP) + m.margin if caption.hint else 0
    if caption.clock:
        canvas.text(x, middle, caption.clock, Role.STRIP_CLOCK, Ink.PLATE_INK)
        x += canvas.width(caption.clock, Role.STRIP_CLOCK) + m.margin
    room = max(0, right - x)
    role, said = _chosen(canvas, caption, room)
    text = cut(caption.text, room, partial(canvas.width, role=role))
    canvas.text(x, middle, text, role, Ink.PLATE_INK)
    if said:
        x += canvas.width(text, role) + m.margin
        width = _said_width(canvas, said, role) - m.margin
        _draw_said(canvas, said, role, Box(x, box.y, width, box.h))


def _chosen(canvas: Canvas, caption: Caption, room: int) -> tuple[Role, str]:
    """Return the largest letters in which all fits, and what was heard if that fits at all."""
    for said in (caption.said, ""):
        for role in _TELLING:
            if canvas.width(caption.text, role) + _said_width(canvas, said, role) <= room:
                return role, said
    return _TELLING[-1], ""


def _said_width(canvas: Canvas, said: str, role: Role) -> int:
    m = canvas.measures
    return canvas.width(said, role) + m.flag + 3 * m.plate_pad + m.margin if said else 0


def _draw_said(canvas: Canvas, said: str, role: Role, box: Box) -> None:
    """Draw what is heard, as a plate with three waves of sound before it."""
    m, middle = canvas.measures, box.y + box.h // 2
    plate = Box(box.x, middle - m.clock_plate // 2, box.w, m.clock_plate)
    canvas.fill(plate, Ink.PLATE_INK, m.chip_radius)
    x, step = plate.x + m.plate_pad, m.flag // 3
    for number, share in enumerate((0.35, 0.65, 1.0)):
        height = round(m.flag * share)
        bar = Box(x + number * step, middle - height // 2, max(2, step // 2), height)
        canvas.fill(bar, Ink.PLATE)
    canvas.text(x + m.flag + m.plate_pad, middle, said, role, Ink.PLATE)


def draw_key_card(canvas: Canvas, keys: Sequence[KeyHint], box: Box) -> None:
    """Draw the card of keys, spread over the whole width."""
    m = canvas.measures
    canvas.fill(box, Ink.PLATE)
    room = box.w - 2 * m.margin
    role = next((r for r in _KEYS if _width(canvas, keys, r) <= room), _KEYS[-1])
    spare = max(0, room - _width(canvas, keys, role)) // max(1, len(keys) - 1)
    x = box.x + m.margin
    for hint in keys:
        x = _draw_key(canvas, hint, role, x, box) + m.cell_gap + spare


def _width(canvas: Canvas, keys: Sequence[KeyHint], role: Role) -> int:
    gaps = canvas.measures.cell_gap * max(0, len(keys) - 1)
    return gaps + sum(_cap_width(canvas, k, role) + _does_width(canvas, k, role) for k in keys)


def _cap_width(canvas: Canvas, hint: KeyHint, role: Role) -> int:
    m = canvas.measures
    return max(canvas.width(hint.key, role) + 2 * m.plate_pad, 2 * canvas.height(role))


def _does_width(canvas: Canvas, hint: KeyHint, role: Role) -> int:
    return canvas.width(hint.does, role) + canvas.measures.plate_gap


def _draw_key(canvas: Canvas, hint: KeyHint, role: Role, x: int, box: Box) -> int:
    """Draw one key and what it does; returns where that ends."""
    m, middle = canvas.measures, box.y + box.h // 2
    height = min(box.h - 2 * m.unit, canvas.height(role) * 2)
    cap = Box(x, middle - height // 2, _cap_width(canvas, hint, role), height)
    canvas.outline(cap, Ink.PLATE_INK, m.outline, m.chip_radius)
    canvas.text(cap.x + cap.w // 2, middle, hint.key, role, Ink.PLATE_INK, Align.CENTRE)
    canvas.text(cap.right + m.plate_gap, middle, hint.does, role, Ink.PLATE_INK)
    return cap.right + _does_width(canvas, hint, role)
