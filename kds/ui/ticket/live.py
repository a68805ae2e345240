"""What goes on by itself on a ticket: clocks, band word, age bar, bars' count-downs.

A tick repaints these and nothing else. Each knows its place, how it reads at a time, and how it
is drawn on top of the ticket's picture.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from kds.board.values import Band
from kds.kitchen.ids import Instant
from kds.ui.canvas import Align, Canvas
from kds.ui.geometry import Box
from kds.ui.style.colours import Hatch, Ink
from kds.ui.style.lettering import Role
from kds.ui.style.times import NEW_SHOWN
from kds.ui.ticket.cells import LaidPiece
from kds.ui.ticket.draw_body import draw_piece
from kds.ui.ticket.draw_head import inks_of
from kds.ui.ticket.face import AgeBar, BarFace, BarKind, Head, Reads, at
from kds.ui.ticket.heading import Heading

_AGES = {Band.NORMAL: Ink.TEXT3, Band.ATTENTION: Ink.ATTENTION, Band.LATE: Ink.LATE}
_HATCHED = frozenset({Band.HELD, Band.GATED, Band.VOID})


class Live(Protocol):
    """Something that goes on by itself, at `box` within the wall."""

    @property
    def box(self) -> Box:
        """Where it is."""

    def state(self, now: Instant) -> Hashable:
        """Return what decides how it looks; while that is the same, nothing is repainted."""

    def draw(self, canvas: Canvas, now: Instant) -> None:
        """Draw it."""


@dataclass(frozen=True, slots=True)
class HeadClock:
    """Icon and clock, on a plate in the attention band."""

    box: Box
    head: Head

    def state(self, now: Instant) -> Hashable:
        return at(self.head.clock, now)

    def draw(self, canvas: Canvas, now: Instant) -> None:
        m, text = canvas.measures, at(self.head.clock, now)
        if not text:
            return
        ink, right, x = inks_of(self.head.band).first, self.box.right, self.box.x
        if self.head.band is Band.ATTENTION:
            canvas.fill(self.box, Ink.ATTENTION, m.chip_radius)
            ink, right, x = Ink.ATTENTION_INK, right - m.clock_pad, x + m.clock_pad
        middle = self.box.y + self.box.h // 2
        canvas.text(right, middle, text, Role.CLOCK, ink, Align.RIGHT)
        if self.head.icon is not None:
            side = m.clock_icon
            canvas.icon(self.head.icon, Box(x, middle - side // 2, side, side), ink)


@dataclass(frozen=True, slots=True)
class BandWord:
    """The word of the band, or when the order was sent."""

    box: Box
    head: Head

    def state(self, now: Instant) -> Hashable:
        return at(self.head.word, now)

    def draw(self, canvas: Canvas, now: Instant) -> None:
        inks = inks_of(self.head.band)
        ink = inks.first if self.head.band is not Band.NORMAL else inks.second
        middle = self.box.y + self.box.h // 2 - canvas.measures.hair
        text = at(self.head.word, now)
        canvas.text(self.box.right, middle, text, Role.META, ink, Align.RIGHT)


@dataclass(frozen=True, slots=True)
class AgeStrip:
    """The bar on top: how much of the time until critical has passed."""

    box: Box
    band: Band
    age: AgeBar | None

    def state(self, now: Instant) -> Hashable:
        return self._filled(now)

    def _filled(self, now: Instant) -> int:
        if self.age is None:
            return 0
        return self._place(now)

    def _place(self, when: Instant) -> int:
        assert self.age is not None
        span = max(1, self.age.full_at - self.age.since)
        return max(0, min(self.box.w, self.box.w * (when - self.age.since) // span))

    def draw(self, canvas: Canvas, now: Instant) -> None:
        m = canvas.measures
        if self.band is Band.READY:
            canvas.fill(self.box, Ink.READY)
        elif self.band is Band.CRITICAL:
            canvas.hatch(self.box, Hatch.OVERDUE)
        elif self.band in _HATCHED:
            canvas.hatch(self.box, Hatch.WAITS)
        else:
            canvas.fill(self.box, Ink.LINE)
            canvas.fill(self.box._replace(w=self._filled(now)), _AGES[self.band])
            for notch in self.age.notches if self.age is not None else ():
                x = self.box.x + self._place(notch) - m.notch // 2
                canvas.fill(Box(x, self.box.y, m.notch, self.box.h), Ink.BG)
        canvas.round_off(self.box._replace(h=m.radius), Ink.BG, m.radius, bottom=False)


@dataclass(frozen=True, slots=True)
class BarCount:
    """The count-down of a gate or hold, and how much of its time is left."""

    box: Box
    bar: BarFace

    def state(self, now: Instant) -> Hashable:
        return at(self.bar.count, now) if self.bar.count is not None else ""

    def draw(self, canvas: Canvas, now: Instant) -> None:
        if self.bar.count is None:
            return
        m, is_hold = canvas.measures, self.bar.kind is BarKind.HOLD
        right = self.box.right - (m.bar_end if is_hold else m.pad)
        middle = self.box.y + self.box.h // 2 - m.outline
        ink = Ink.TEXT2 if is_hold else Ink.GATED_INK
        canvas.text(right, middle, at(self.bar.count, now), Role.BAR_CLOCK, ink, Align.RIGHT)
        if not is_hold and self.bar.until is not None:
            foot = self.box._replace(y=self.box.bottom - m.bar_foot, h=m.bar_foot)
            canvas.fill(foot, Ink.GATED_FOOT)
            span = max(1, self.bar.until - self.bar.since)
            left = max(0, min(self.box.w, self.box.w * (self.bar.until - now) // span))
            rest = Box(foot.x, foot.y + (m.bar_foot - m.bar_left) // 2, left, m.bar_left)
            canvas.fill(rest, Ink.GATED_INK)


@dataclass(frozen=True, slots=True)
class CellCount:
    """The clock in the right cell of a line; `line`: the box of its first row."""

    line: Box
    piece: LaidPiece

    @property
    def box(self) -> Box:
        """Where the piece is."""
        return self.line._replace(x=self.line.x + self.piece.x, w=self.piece.w)

    def state(self, now: Instant) -> Hashable:
        return at(self._reads, now)

    @property
    def _reads(self) -> Reads:
        return self.piece.piece.reads

    def draw(self, canvas: Canvas, now: Instant) -> None:
        draw_piece(canvas, self.piece, self.line, at(self._reads, now))


@dataclass(frozen=True, slots=True)
class NewBar:
    """The bar at the left edge of a ticket that has just arrived."""

    box: Box
    received_at: Instant

    def state(self, now: Instant) -> bool:
        return now - self.received_at < NEW_SHOWN

    def draw(self, canvas: Canvas, now: Instant) -> None:
        if self.state(now):
            canvas.fill(self.box, Ink.TEXT)


def lives_of_head(heading: Heading, box: Box) -> list[Live]:
    """Return what goes on in a head at the top of a ticket's box."""
    head = heading.head
    lives: list[Live] = [
        HeadClock(heading.clock.moved(box.x, box.y), head),
        BandWord(heading.word.moved(box.x, box.y), head),
    ]
    if not head.segments:
        strip = Box(box.x, box.y, box.w, heading.age_height)
        lives.insert(0, AgeStrip(strip, head.band, head.age))
    return lives
