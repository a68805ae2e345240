"""The guests' board: which numbers are being made, almost there, and to be fetched.

Numbers only, no name and no dish; both languages at once, since nobody can touch it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kds.board.values import Board, Ticket
from kds.kitchen.ids import Instant
from kds.ui.canvas import Align, Canvas
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.text import clean, cut
from kds.ui.ticket.reading import Reading
from kds.ui.words import LANGUAGES, words

_ID_TAIL = 6
_BOLD = (Role.GUEST_NEWEST, Role.GUEST_READY, Role.GUEST_ALMOST, Role.GUEST_MANY)
_PLAIN = (Role.GUEST_WAITS,)
_ROW, _APART = 1.55, 1.3
"""A row of numbers in parts of their size, and how far they stand apart in parts of their width."""
_WIDE = (0.26, 0.21)
_HIGH = (0.48, 0.24)
"""Shares of the zones: of the width, where it is wide; of the height, where it is high."""


@dataclass(frozen=True, slots=True)
class GuestsFace:
    """What the board says. `ready`: the newest first. `is_lost`: it can not say who is called."""

    preparing: tuple[str, ...] = ()
    almost: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    clock: str = ""
    seconds: str = ""
    is_lost: bool = False


def guests_of(board: Board, reading: Reading, now: Instant, *, is_lost: bool) -> GuestsFace:
    """Return what the guests are told of a board."""
    waiting = sorted((t for t in board.tickets if not t.complete), key=lambda t: t.received_at)
    ready = [t for t in board.tickets if t.complete]
    ready.sort(key=lambda t: t.ready_at or t.received_at, reverse=True)
    return GuestsFace(
        preparing=tuple(_number(t) for t in waiting if not _is_almost(t)),
        almost=tuple(_number(t) for t in waiting if _is_almost(t)),
        ready=tuple(map(_number, ready)),
        clock=reading.time(now) if now else "",
        seconds=reading.seconds(now) if now else "",
        is_lost=is_lost,
    )


def _number(ticket: Ticket) -> str:
    return clean(ticket.number or ticket.table or ticket.orders[0].order_id[-_ID_TAIL:])


def _is_almost(ticket: Ticket) -> bool:
    """At least half of it is ready."""
    counts = [line.counts for line in ticket.lines if "set" not in line.flags]
    done = sum(each.ready + each.served for each in counts)
    return 0 < sum(each.live for each in counts) <= 2 * done


def draw_guests(canvas: Canvas, face: GuestsFace, box: Box) -> None:
    """Draw the whole board."""
    m = canvas.measures
    canvas.fill(box, Ink.BG)
    edge = m.gap * 3
    head = Box(box.x + edge, box.y, box.w - 2 * edge, m.header + m.unit * 8)
    low = m.header if box.w >= box.h else m.header * 3 // 2
    foot = Box(head.x, box.bottom - low, head.w, low - m.unit)
    _draw_head(canvas, face, head)
    _draw_foot(canvas, face, foot)
    room = Box(head.x, head.bottom, head.w, foot.y - m.unit - head.bottom)
    preparing, almost, ready = _zones(room, m.gap * 2)
    _draw_waiting(canvas, face.preparing, preparing, "preparing", Icon.HALF)
    _draw_waiting(canvas, face.almost, almost, "almost", Icon.CLOCK)
    _draw_ready(canvas, face.ready, ready)


def _zones(room: Box, gap: int) -> tuple[Box, Box, Box]:
    """Return where the three kinds of numbers stand: side by side, or the called ones on top."""
    if room.w >= room.h:
        first, second = (round(share * room.w) for share in _WIDE)
        preparing = room._replace(w=first)
        almost = room._replace(x=preparing.right + gap, w=second)
        x = almost.right + gap
        return preparing, almost, room._replace(x=x, w=room.right - x)
    first, second = (round(share * room.h) for share in _HIGH)
    ready = room._replace(h=first)
    almost = room._replace(y=ready.bottom + gap, h=second)
    y = almost.bottom + gap
    return room._replace(y=y, h=room.bottom - y), almost, ready


def _both(key: str) -> tuple[str, str]:
    """Return a text in Chinese and in English."""
    zh, en = (words(lang)(key) for lang in LANGUAGES)
    return zh, en


def _draw_head(canvas: Canvas, face: GuestsFace, box: Box) -> None:
    middle = box.y + box.h // 2
    _draw_title(canvas, "view.pickup", box.x, middle, (Ink.TEXT, Ink.TEXT2))
    canvas.text(box.right, middle, face.clock, Role.GUEST_CLOCK, Ink.TEXT, Align.RIGHT)


def _draw_title(canvas: Canvas, key: str, x: int, middle: int, inks: tuple[Ink, Ink]) -> None:
    zh, en = _both(key)
    canvas.text(x, middle, zh, Role.GUEST_TITLE, inks[0])
    x += canvas.width(zh, Role.GUEST_TITLE) + canvas.measures.gap * 2
    canvas.text(x, middle, en, Role.GUEST_SECOND, inks[1])


def _draw_foot(canvas: Canvas, face: GuestsFace, box: Box) -> None:
    """Say what to do who missed a number, or that numbers are called out; a clock shows life."""
    m, middle = canvas.measures, box.y + box.h // 2
    time = face.clock + face.seconds
    canvas.text(box.right, middle, time, Role.GUEST_FOOT, Ink.TEXT2, Align.RIGHT)
    side = canvas.height(Role.GUEST_FOOT)
    x = box.right - canvas.width(time, Role.GUEST_FOOT) - side - m.gap
    dot = Box(x, middle - side // 2, side, side)
    icon, ink = (Icon.BROKEN, Ink.LATE) if face.is_lost else (Icon.DOT, Ink.READY)
    canvas.icon(icon, dot, ink)
    key = "pickup.listen" if face.is_lost else "pickup.missed"
    _draw_advice(canvas, _both(key), box._replace(w=dot.x - m.gap - box.x), is_loud=face.is_lost)


def _draw_advice(canvas: Canvas, texts: Sequence[str], room: Box, *, is_loud: bool) -> None:
    """Write both languages side by side, or below each other where there is no room for that."""
    m = canvas.measures
    measure = partial(canvas.width, role=Role.GUEST_FOOT)
    together = " · ".join(texts)
    pad = m.gap if is_loud else 0
    lines = [together] if measure(together) <= room.w - 2 * pad else texts
    if is_loud:
        width = min(room.w, max(map(measure, lines)) + 2 * pad)
        canvas.fill(room._replace(w=width), Ink.ATTENTION, m.radius)
    ink = Ink.ATTENTION_INK if is_loud else Ink.TEXT2
    for i, line in enumerate(lines):
        middle = room.y + room.h * (2 * i + 1) // (2 * len(lines))
        canvas.text(
            room.x + pad, middle, cut(line, room.w - 2 * pad, measure), Role.GUEST_FOOT, ink
        )


def _draw_waiting(canvas: Canvas, numbers: Sequence[str], zone: Box, name: str, icon: Icon) -> None:
    """Draw numbers that can not be fetched yet; the nearer, the heavier."""
    m = canvas.measures
    canvas.fill(zone, Ink.SURFACE, m.radius)
    if canvas.outlined:
        canvas.outline(zone, Ink.EDGE, m.outline, m.radius)
    body = _draw_zone_head(canvas, zone, f"pickup.{name}", icon, (Ink.TEXT, Ink.TEXT2, Ink.LINE))
    if name == "almost":
        _draw_numbers(canvas, numbers, body, _BOLD[2:], Ink.TEXT)
    else:
        _draw_numbers(canvas, numbers, body, _PLAIN, Ink.TEXT2)


def _draw_zone_head(
    canvas: Canvas, zone: Box, key: str, icon: Icon, inks: tuple[Ink, Ink, Ink]
) -> Box:
    """Draw a zone's title; returns the rest of the zone."""
    m = canvas.measures
    height, side = m.header + m.unit * 6, canvas.height(Role.GUEST_TITLE)
    middle = zone.y + height // 2
    x = zone.x + m.gap * 2
    canvas.icon(icon, Box(x, middle - side // 2, side, side), inks[0])
    x += side + m.gap
    title, second = _both(key)
    canvas.text(x, middle, title, Role.GUEST_TITLE, inks[0])
    x += canvas.width(title, Role.GUEST_TITLE) + m.gap
    if x + canvas.width(second, Role.GUEST_SECOND) <= zone.right - m.gap:
        canvas.text(x, middle, second, Role.GUEST_SECOND, inks[1])
    canvas.fill(Box(zone.x, zone.y + height, zone.w, m.outline), inks[2])
    top = zone.y + height + m.gap
    return Box(zone.x + m.gap, top, zone.w - 2 * m.gap, zone.bottom - m.gap - top)


def _draw_ready(canvas: Canvas, numbers: Sequence[str], zone: Box) -> None:
    """Draw the numbers that are called: the newest on a plate of its own."""
    m, ink = canvas.measures, Ink.READY_INK
    canvas.fill(zone, Ink.READY, m.radius)
    body = _draw_zone_head(canvas, zone, "pickup.ready", Icon.TICK, (ink, ink, ink))
    if not numbers:
        return
    newest = numbers[0]
    room = body.w - 4 * m.gap
    role = next((r for r in _BOLD if canvas.width(newest, r) <= room), _BOLD[-1])
    height = min(round(canvas.height(Role.GUEST_NEWEST) * 1.25), body.h)
    plate = body._replace(h=height)
    canvas.fill(plate, ink, m.radius)
    middle = plate.y + plate.h // 2
    measure = partial(canvas.width, role=role)
    text = cut(newest, plate.w - 2 * m.gap, measure)
    canvas.text(plate.x + plate.w // 2, middle, text, role, Ink.READY, Align.CENTRE)
    rest = body._replace(y=plate.bottom + m.gap, h=body.bottom - plate.bottom - m.gap)
    _draw_numbers(canvas, numbers[1:], rest, _BOLD[1:], ink)


def _draw_numbers(
    canvas: Canvas, numbers: Sequence[str], room: Box, sizes: Sequence[Role], ink: Ink
) -> None:
    """Draw numbers in columns, as large as lets all have room.

    Of those that find none even in the smallest of `sizes`, the count stands in the last place.
    """
    if not numbers or room.h <= 0:
        return
    grids = [_grid(canvas, numbers, room, size) for size in sizes]
    role, columns, rows = next((g for g in grids if g[1] * g[2] >= len(numbers)), grids[-1])
    cells, shown = columns * rows, list(numbers)
    if len(shown) > cells:
        shown[cells - 1 :] = [f"+{len(numbers) - cells + 1}"]
    width, row = room.w // columns, round(canvas.height(role) * _ROW)
    measure = partial(canvas.width, role=role)
    for i, number in enumerate(shown):
        x = room.x + width * (i % columns) + width // 2
        middle = room.y + row * (i // columns) + row // 2
        canvas.text(x, middle, cut(number, width, measure), role, ink, Align.CENTRE)


def _grid(canvas: Canvas, numbers: Sequence[str], room: Box, role: Role) -> tuple[Role, int, int]:
    """Return how many columns and rows of these numbers there is room for."""
    widest = max(canvas.width(number, role) for number in numbers)
    rows = max(1, room.h // round(canvas.height(role) * _ROW))
    return role, max(1, int(room.w / (widest * _APART))), rows
