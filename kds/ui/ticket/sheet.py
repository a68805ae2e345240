"""Where everything of a ticket stands, for one width: heads, and blocks that are never torn.

All places are relative: x to the ticket's left edge, y to the top of the head or block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from kds.kitchen.ids import Instant
from kds.ui.canvas import Ruler
from kds.ui.slips import Slip
from kds.ui.style.lettering import NAME_LINES, NOTE_LINES, Role
from kds.ui.style.measures import Measures
from kds.ui.text import break_lines
from kds.ui.ticket.cells import LaidPiece, is_long, lay_pieces, room_for, width_of_cell
from kds.ui.ticket.face import (
    Allergy,
    BarFace,
    Count,
    Divider,
    Face,
    LineFace,
    LineState,
    NoteFace,
    Plate,
    Row,
)
from kds.ui.ticket.heading import Heading, heading_of, shapes_of


@dataclass(frozen=True, slots=True)
class AllergyBlock:
    """An allergy, broken into lines, never cut. `whose` follows the last one where it fits."""

    lines: tuple[str, ...]
    whose: str
    height: int


@dataclass(frozen=True, slots=True)
class LaidPlate:
    """A modifier in its place. `lines`: more than one only where it is wider than the ticket."""

    x: int
    y: int
    w: int
    h: int
    lines: tuple[str, ...]
    plate: Plate


@dataclass(frozen=True, slots=True)
class LineBlock:
    """One dish. `name_height`: down to where plates begin; `notes`: each broken into lines."""

    face: LineFace
    height: int
    quantity_x: int
    quantity_w: int
    name_x: int
    names: tuple[str, ...]
    name_height: int
    pieces: tuple[LaidPiece, ...]
    allergies: tuple[AllergyBlock, ...]
    plates: tuple[LaidPlate, ...]
    plates_y: int
    notes: tuple[tuple[str, ...], ...]
    notes_y: int


@dataclass(frozen=True, slots=True)
class PlainBlock:
    """A divider, a bar, or a note of the whole ticket, broken into lines."""

    face: Divider | BarFace | NoteFace
    height: int
    lines: tuple[str, ...] = ()


Block = LineBlock | PlainBlock


@dataclass(frozen=True, slots=True)
class Sheet:
    """A ticket with everything in its place."""

    face: Face
    width: int
    heading: Heading
    common: tuple[AllergyBlock, ...]
    everyones: tuple[AllergyBlock, ...]
    blocks: tuple[Block, ...]
    slip: Slip
    counts: tuple[Count, ...]
    long: tuple[bool, ...]

    def still_fits(self, now: Instant) -> bool:
        """No clock has come to need more room than it was given, or much less."""
        if shapes_of(self.face.head, now) != self.heading.shapes:
            return False
        return self.long == tuple(is_long(count, now) for count in self.counts)


def sheet_of(face: Face, width: int, ruler: Ruler, now: Instant) -> Sheet:
    """Lay a ticket out. `now` matters for how much room the clock takes, not for what it says."""
    m = ruler.measures
    heading = heading_of(face.head, width, ruler, now)
    common = tuple(_allergy(a, width, ruler) for a in face.allergies)
    everyones = tuple(_allergy(a, width, ruler) for a in face.everyones)
    blocks = tuple(_block(row, width, ruler, now) for row in face.rows)
    slip = Slip(
        id=face.visit,
        head=heading.height + m.body_pad + sum(a.height for a in common),
        blocks=tuple(block.height for block in blocks),
        foot=m.foot + m.body_pad // 2,
        torn_head=m.torn_head + m.body_pad + sum(a.height for a in everyones),
        glued=frozenset(_glued(blocks)),
        pinned=face.head.pinned,
    )
    counts = tuple(_counts(face))
    long = tuple(is_long(count, now) for count in counts)
    return Sheet(face, width, heading, common, everyones, blocks, slip, counts, long)


def _counts(face: Face) -> Iterator[Count]:
    """Yield the clocks in the right cells."""
    pieces = (p for row in face.rows if isinstance(row, LineFace) for p in row.right)
    yield from (piece.reads for piece in pieces if isinstance(piece.reads, Count))


def _glued(blocks: Sequence[Block]) -> Iterator[int]:
    """Yield the blocks that are nothing without the next one."""
    for i, block in enumerate(blocks):
        if isinstance(block, PlainBlock) and isinstance(block.face, Divider | BarFace):
            yield i


def _block(row: Row, width: int, ruler: Ruler, now: Instant) -> Block:
    m = ruler.measures
    match row:
        case LineFace():
            return _line(row, width, ruler, now)
        case Divider():
            return PlainBlock(row, m.divider)
        case BarFace():
            lines = _bar(row, width, ruler, now)
            height = m.bar + (len(lines) - 1) * m.note_row
            return PlainBlock(row, height + m.body_pad, lines)
        case NoteFace():
            indent = m.quantity_left + m.note_icon + m.plate_gap
            lines = _note(row.text, width - m.quantity_left, ruler, indent)
            return PlainBlock(row, len(lines) * m.note_row, lines)


def _bar(bar: BarFace, width: int, ruler: Ruler, now: Instant) -> tuple[str, ...]:
    """Break what a bar says into lines beside its count-down."""
    m = ruler.measures
    room = width - m.bar_text - m.bar_end
    if bar.count is not None:
        longest = max(bar.count.text(now), room_for(bar.count, now), key=len)
        room -= ruler.width(longest, Role.BAR_CLOCK) + m.cell_gap
    return break_lines(bar.text, max(1, room), partial(ruler.width, role=Role.BAR))


def _note(text: str, right: int, ruler: Ruler, indent: int) -> tuple[str, ...]:
    room = max(1, right - indent)
    return break_lines(text, room, partial(ruler.width, role=Role.NOTE), NOTE_LINES)


def _allergy(allergy: Allergy, width: int, ruler: Ruler) -> AllergyBlock:
    m = ruler.measures
    left = m.allergy_inset + 2 * m.allergy_frame + m.allergy_icon + 2 * m.plate_pad
    room = max(1, width - left - m.allergy_inset - 2 * m.allergy_frame - m.plate_pad)
    lines = break_lines(allergy.text, room, partial(ruler.width, role=Role.ALLERGY))
    if allergy.whose:
        whose = ruler.width(allergy.whose, Role.ALLERGY_WHO) + m.plate_pad
        if ruler.width(lines[-1].rstrip(), Role.ALLERGY) + whose > room:
            lines = (*lines, "")
    height = len(lines) * m.allergy + 4 * m.allergy_frame + m.plate_gap
    return AllergyBlock(lines, allergy.whose, height)


def _line(face: LineFace, width: int, ruler: Ruler, now: Instant) -> LineBlock:
    m = ruler.measures
    indent = face.depth * m.child_indent
    quantity_x = m.quantity_left + indent
    quantity_w = _quantity_width(face, ruler)
    name_x = max(m.name_left + indent, quantity_x + quantity_w + m.quantity_pad)
    right = width - m.quantity_left
    role = Role.DISH if face.state is LineState.OPEN else Role.DISH_WAITS
    # The cell may say all it has to say beside a short name, and half of the row beside a long one.
    beside = right - name_x - ruler.width(face.name, role) - m.cell_gap
    pieces = lay_pieces(face.right, right, max(beside, (right - name_x) // 2), ruler, now)
    room = max(m.dish, right - name_x - width_of_cell(pieces, right, m))
    names = break_lines(face.name, room, partial(ruler.width, role=role), NAME_LINES)
    name_height = m.line + (len(names) - 1) * m.name_line
    allergies = tuple(_allergy(a, width, ruler) for a in face.allergies)
    plates_y = name_height + sum(a.height for a in allergies)
    plates = tuple(_plates(face.plates, name_x, right, ruler))
    notes_y = plates_y + max((p.y + p.h for p in plates), default=0) + m.plate_gap * bool(plates)
    notes = tuple(_note(text, right, ruler, m.note_left + indent) for text in face.notes)
    return LineBlock(
        face=face,
        height=notes_y + sum(map(len, notes)) * m.note_row,
        quantity_x=quantity_x,
        quantity_w=quantity_w,
        name_x=name_x,
        names=names,
        name_height=name_height,
        pieces=pieces,
        allergies=allergies,
        plates=plates,
        plates_y=plates_y,
        notes=notes,
        notes_y=notes_y,
    )


def _quantity_width(face: LineFace, ruler: Ruler) -> int:
    m = ruler.measures
    wide = ruler.width(face.quantity, Role.QUANTITY) + 2 * m.quantity_pad
    if face.unit:
        wide += ruler.width(face.unit, Role.UNIT)
    return max(m.quantity_box, wide)


def _plates(plates: Sequence[Plate], left: int, right: int, ruler: Ruler) -> Iterator[LaidPlate]:
    """Yield the modifiers, side by side while there is room."""
    m = ruler.measures
    x, y = left, 0
    for plate in plates:
        sign = 0 if plate.sign is None else m.plate_icon + m.plate_gap
        frame = sign + 2 * m.plate_pad
        measure = partial(ruler.width, role=Role.MODIFIER)
        lines = break_lines(plate.text, max(1, right - left - frame), measure)
        w = max(measure(line.rstrip()) for line in lines) + frame
        h = m.plate + (len(lines) - 1) * m.name_line
        if x > left and x + w > right:
            x, y = left, y + m.plate_row
        yield LaidPlate(x, y, w, h, lines, plate)
        x += w + m.plate_gap
        if len(lines) > 1:
            x, y = left, y + h + m.plate_row - m.plate


def slack(measures: Measures) -> int:
    """Return the height of what ends a part that goes on elsewhere, its teeth included."""
    return measures.strip + measures.teeth
