"""A ticket, or a piece of one, in its place: its picture, what lives on it, its targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum, auto

from kds.kitchen.ids import LineKey
from kds.ui.canvas import Canvas
from kds.ui.geometry import Box
from kds.ui.slips import Part
from kds.ui.style.colours import Ink
from kds.ui.style.measures import Measures
from kds.ui.ticket.draw_body import draw_allergy, draw_block
from kds.ui.ticket.draw_foot import draw_foot, draw_more, draw_torn_foot, draw_torn_head
from kds.ui.ticket.draw_head import draw_heading
from kds.ui.ticket.face import BarFace, Count
from kds.ui.ticket.live import BarCount, CellCount, Live, NewBar, lives_of_head
from kds.ui.ticket.sheet import Block, LineBlock, Sheet, slack
from kds.ui.words import Words


class Zone(StrEnum):
    """What a finger can mean on a ticket."""

    HEAD = auto()
    LINE = auto()
    FOOT = auto()
    MORE = auto()


@dataclass(frozen=True, slots=True)
class Target:
    """A place for a finger, and what it means; it means the same wherever it is."""

    box: Box = field(compare=False)
    zone: Zone
    line: LineKey | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The inner division of a part: where its head, body and end are."""

    head: Box
    body_top: int
    more: Box | None
    end: Box


def frame_of(sheet: Sheet, part: Part, measures: Measures) -> Frame:
    """Return the inner division of a part."""
    box = part.box
    head = sheet.heading.height if part.is_first else measures.torn_head
    end_height = measures.foot if part.is_last else slack(measures)
    end = box._replace(y=box.bottom - end_height, h=end_height)
    more = None
    if part.hidden:
        more = box._replace(y=end.y - measures.strip, h=measures.strip)
    allergies = sheet.common if part.is_first else sheet.everyones
    body = box.y + head + measures.body_pad + sum(a.height for a in allergies)
    return Frame(box._replace(h=head), body, more, end)


def blocks_of(sheet: Sheet, part: Part, measures: Measures) -> Iterator[tuple[Block, Box]]:
    """Yield the blocks that a part shows, each with its box on the wall."""
    y = frame_of(sheet, part, measures).body_top
    for block in sheet.blocks[part.first : part.last]:
        yield block, Box(part.box.x, y, part.box.w, block.height)
        y += block.height


def targets_of(sheet: Sheet, part: Part, measures: Measures) -> Iterator[Target]:
    """Yield what can be touched on a part; the boxes do not overlap."""
    frame = frame_of(sheet, part, measures)
    yield Target(frame.head, Zone.HEAD)
    for block, box in blocks_of(sheet, part, measures):
        if isinstance(block, LineBlock):
            yield Target(box, Zone.LINE, block.face.key)
    if frame.more is not None:
        yield Target(frame.more, Zone.MORE)
    if part.is_last:
        yield Target(frame.end, Zone.FOOT)


def draw_part(
    canvas: Canvas, sheet: Sheet, part: Part, words: Words, marked: LineKey | None = None
) -> None:
    """Draw all that stands of a part. `marked`: the line that is spoken of."""
    box, m = part.box, canvas.measures
    frame = frame_of(sheet, part, m)
    canvas.fill(box, Ink.SURFACE)
    _draw_top(canvas, sheet, part, words, frame)
    for block, place in blocks_of(sheet, part, m):
        is_marked = isinstance(block, LineBlock) and block.face.key == marked
        draw_block(canvas, block, place, marked=is_marked)
    left = sum(1 for block in sheet.blocks[part.last :] if isinstance(block, LineBlock))
    if frame.more is not None:
        draw_more(canvas, words("more", left), frame.more)
    if part.is_last:
        draw_foot(canvas, sheet.face.foot, frame.end)
    else:
        draw_torn_foot(canvas, words("continues", left), frame.end)
    if canvas.outlined:
        canvas.outline(box, Ink.EDGE, m.outline, m.radius)
    canvas.round_off(box, Ink.BG, m.radius, top=part.is_first, bottom=part.is_last)


def _draw_top(canvas: Canvas, sheet: Sheet, part: Part, words: Words, frame: Frame) -> None:
    box, m = part.box, canvas.measures
    if part.is_first:
        draw_heading(canvas, sheet.heading, box)
        allergies = sheet.common
    else:
        text = words("part", part.index + 1, part.count)
        draw_torn_head(canvas, sheet.face.head.title, text, frame.head)
        allergies = sheet.everyones
    y = frame.head.bottom + m.body_pad
    for allergy in allergies:
        draw_allergy(canvas, allergy, Box(box.x, y, box.w, allergy.height))
        y += allergy.height


def lives_of(sheet: Sheet, part: Part, measures: Measures) -> list[Live]:
    """Return what goes on by itself on a part."""
    box = part.box
    lives: list[Live] = lives_of_head(sheet.heading, box) if part.is_first else []
    for block, place in blocks_of(sheet, part, measures):
        if isinstance(block, LineBlock):
            line = place._replace(h=measures.line)
            counting = (p for p in block.pieces if isinstance(p.piece.reads, Count))
            lives.extend(CellCount(line, piece) for piece in counting)
        elif isinstance(block.face, BarFace):
            bar = place._replace(h=place.h - measures.body_pad)
            lives.append(BarCount(bar, block.face))
    if part.is_first:
        edge = Box(box.x, box.y + measures.radius, measures.new_bar, box.h - 2 * measures.radius)
        lives.append(NewBar(edge, sheet.face.received_at))
    return lives
