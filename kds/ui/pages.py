"""One page while it is being filled: a grid of equal cells, or columns of tickets.

A page answers whether it has room for a ticket and takes it; what it has taken never moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from kds.ui.geometry import Box
from kds.ui.slips import Arrangement, Part, PlaceStyle, Size, Slip

Rooms = Callable[[int], Box | None]
"""Gives one room after another for a ticket, when told what height is still needed."""
Parts = tuple[Part, ...]
Kept = Sequence[tuple[Slip, Sequence[Box]]]


class Page(Protocol):
    """A page that takes tickets until it is full."""

    parts: list[Part]

    def put(self, slip: Slip, *, whole: bool) -> bool:
        """Take the ticket if there is room. `whole`: only if nothing of it stays hidden."""

    def keep(self, kept: Kept, spared: Sequence[Box] = ()) -> None:
        """Take tickets where they stood, free places all; each may grow into free room.

        None grows into `spared`, which stays free.
        """

    def is_free(self, boxes: Sequence[Box]) -> bool:
        """A ticket could stand there."""

    def in_order(self) -> Parts:
        """Return what was taken in the order in which people read it."""


def new_page(size: Size, style: PlaceStyle) -> Page:
    """Return an empty page."""
    if style.arrangement is Arrangement.GRID:
        return GridPage(size, style)
    return FlowPage(size, style)


def fit(slip: Slip, rooms: Rooms, strip: int) -> Parts:
    """Fit a ticket into rooms, one after another; () if it cannot begin in the first.

    A room that could not show a single further block is passed over. What finds no room at all
    is counted in the last part.
    """
    parts: list[Part] = []
    first = 0
    while (room := rooms(slip.rest(first))) is not None:
        if slip.rest(first) <= room.h:
            return _numbered([*parts, Part(slip.id, room, first, len(slip.blocks))], 0)
        end = slip.torn(first, room.h - slip.head_at(first) - strip)
        if end == first and not parts:
            return ()
        if end > first:
            parts.append(Part(slip.id, room, first, end))
            first = end
    return _shortened(slip, parts, strip) if parts else ()


def squeeze(slip: Slip, room: Box, strip: int) -> Parts:
    """Put a ticket into one room at any price."""
    return _shortened(slip, [Part(slip.id, room, 0, 0)], strip)


def hidden(parts: Parts) -> int:
    """Return how many blocks have found no room."""
    return parts[-1].hidden


def _shortened(slip: Slip, parts: Sequence[Part], strip: int) -> Parts:
    """Make room for the foot in the last part: all rooms are used and blocks are left over."""
    last = parts[-1]
    room = last.box.h - slip.head_at(last.first) - strip - slip.foot
    end = slip.cut(last.first, room)
    shorter = Part(slip.id, last.box, last.first, end)
    return _numbered([*parts[:-1], shorter], len(slip.blocks) - end)


def _numbered(parts: Sequence[Part], left_over: int) -> Parts:
    count = len(parts)
    if count == 1 and not left_over:
        return tuple(parts)
    return tuple(
        Part(p.id, p.box, p.first, p.last, i, count, left_over if i == count - 1 else 0)
        for i, p in enumerate(parts)
    )


def one_by_one(boxes: Iterable[Box]) -> Rooms:
    """Return rooms that are what they are."""
    left = iter(boxes)
    return lambda _needed: next(left, None)


@dataclass(frozen=True)
class Grid:
    """The cells of a page in reading order, and every box that some of them make together.

    `runs`: by cell, the boxes of one, two, … cells downwards. `cells`: of each such box.
    """

    columns: int
    runs: tuple[tuple[Box, ...], ...]
    cells: dict[Box, tuple[int, ...]]


@lru_cache(maxsize=16)
def grid_of(size: Size, style: PlaceStyle) -> Grid:
    """Return the cells of a wall of this size."""
    columns = style.column_boxes(*size)
    spans = style.row_spans(len(columns), size[1])
    runs, cells = [], {}
    for row, (top, _) in enumerate(spans):
        for i, column in enumerate(columns):
            boxes = tuple(column._replace(y=top, h=y + h - top) for y, h in spans[row:])
            start = row * len(columns) + i
            for count, box in enumerate(boxes, 1):
                cells[box] = tuple(start + n * len(columns) for n in range(count))
            runs.append(boxes)
    return Grid(len(columns), tuple(runs), cells)


class GridPage:
    """Equal cells. A ticket takes the cells below its first one, then others as torn parts."""

    def __init__(self, size: Size, style: PlaceStyle) -> None:
        self._strip = style.strip
        self._grid: Grid = grid_of(size, style)
        self._free = dict.fromkeys(range(len(self._grid.runs)))
        self.parts: list[Part] = []

    def put(self, slip: Slip, *, whole: bool) -> bool:
        for cell in self._free:
            # Most tickets need one cell: what follows costs ten times as much as this.
            if slip.height > (box := self._grid.runs[cell][0]).h:
                break
            del self._free[cell]
            self.parts.append(Part(slip.id, box, 0, len(slip.blocks)))
            return True
        cells = list(self._free)
        for start in range(len(cells)):
            found = fit(slip, self._rooms(cells[start:]), self._strip)
            if found and not (whole and hidden(found)):
                self._take(found)
                return True
        if self.parts or whole:
            return False
        # Not one dish fits beside its head: the page is its own, and says what it hides.
        self._take(squeeze(slip, self._grid.runs[0][-1], self._strip))
        return True

    def keep(self, kept: Kept, spared: Sequence[Box] = ()) -> None:
        held = {cell for box in spared for cell in self._grid.cells[box] if cell in self._free}
        for _, boxes in (*kept, ((), spared)):
            self._use(boxes)
        for slip, boxes in kept:
            found = fit(slip, self._grown(boxes), self._strip)
            self._take(found or squeeze(slip, boxes[0], self._strip))
            spare = {cell for box in boxes for cell in self._grid.cells[box]}
            spare.difference_update(c for part in found for c in self._grid.cells[part.box])
            if spare and found:
                self._free = dict.fromkeys(sorted({*self._free, *spare}))
        if held:
            taken = {cell for part in self.parts for cell in self._grid.cells[part.box]}
            self._free = dict.fromkeys(sorted({*self._free, *(held - taken)}))

    def is_free(self, boxes: Sequence[Box]) -> bool:
        return all(cell in self._free for box in boxes for cell in self._grid.cells[box])

    def in_order(self) -> Parts:
        firsts = sorted((p for p in self.parts if p.is_first), key=lambda p: (p.box.y, p.box.x))
        return with_pieces(firsts, self.parts)

    def _rooms(self, cells: Sequence[int]) -> Rooms:
        """Return the rooms that begin at these free cells, each as few cells high as will do."""
        unused: dict[int, None] = dict.fromkeys(cells)
        grid = self._grid

        def room(needed: int) -> Box | None:
            if not unused:
                return None
            start = next(iter(unused))
            del unused[start]
            run = 0
            boxes = grid.runs[start]
            while boxes[run].h < needed and start + (run + 1) * grid.columns in unused:
                run += 1
                del unused[start + run * grid.columns]
            return boxes[run]

        return room

    def _grown(self, boxes: Sequence[Box]) -> Rooms:
        """Return the rooms a ticket had; what it has grown by goes below the last, then behind."""
        last = boxes[-1]
        start, end = self._grid.cells[last][0], self._grid.cells[last][-1]
        own = iter(boxes[:-1])
        behind: Rooms = one_by_one(())
        is_last_given = False

        def room(needed: int) -> Box | None:
            nonlocal is_last_given, behind
            given = next(own, None)
            if given is not None or is_last_given:
                return given or behind(needed)
            is_last_given = True
            box, cell = last, end
            for longer in self._grid.runs[start][len(self._grid.cells[last]) :]:
                if box.h >= needed or cell + self._grid.columns not in self._free:
                    break
                box, cell = longer, cell + self._grid.columns
            taken = self._grid.cells[box]
            behind = self._rooms([c for c in self._free if c > end and c not in taken])
            return box

        return room

    def _use(self, boxes: Iterable[Box]) -> None:
        for box in boxes:
            for cell in self._grid.cells[box]:
                self._free.pop(cell, None)

    def _take(self, found: Parts) -> None:
        self._use(part.box for part in found)
        self.parts.extend(found)


@lru_cache(maxsize=16)
def columns(size: Size, style: PlaceStyle) -> tuple[Box, ...]:
    """Return the columns of a wall, empty."""
    return style.column_boxes(*size)


class FlowPage:
    """Columns that tickets fill from top to bottom, one column after the other.

    A ticket is torn only where it is taller than what is left of its column and than half of it.
    """

    def __init__(self, size: Size, style: PlaceStyle) -> None:
        self._gap, self._strip = style.gap, style.strip
        self._columns = columns(size, style)
        self._free: list[Box] = list(self._columns)
        self.parts: list[Part] = []

    def put(self, slip: Slip, *, whole: bool) -> bool:
        tall = 2 * slip.height > self._columns[0].h
        for start, room in enumerate(self._free):
            if slip.height <= room.h:
                box = room._replace(h=slip.height)
                self._free[start : start + 1] = self._without(room, box)
                self.parts.append(Part(slip.id, box, 0, len(slip.blocks)))
                return True
            found = fit(slip, one_by_one(self._free[start:]), self._strip) if tall else ()
            if found and not hidden(found):
                self._take(hugged(slip, found))
                return True
        if self.parts or whole:
            return False
        found = fit(slip, one_by_one(self._free), self._strip)
        self._take(found or squeeze(slip, self._free[0], self._strip))
        return True

    def keep(self, kept: Kept, spared: Sequence[Box] = ()) -> None:
        self._reserve(box for _, boxes in kept for box in boxes)
        self._reserve(spared)
        for slip, boxes in kept:
            rooms = [*boxes[:-1], *self._grown(boxes[-1])]
            found = fit(slip, one_by_one(rooms), self._strip)
            self._take(hugged(slip, found or squeeze(slip, boxes[0], self._strip)))
        # What a ticket no longer needs of its place is free again.
        self._free = list(self._columns)
        self._reserve(part.box for part in self.parts)

    def is_free(self, boxes: Sequence[Box]) -> bool:
        return all(any(box.within(room) for room in self._free) for box in boxes)

    def in_order(self) -> Parts:
        firsts = sorted((p for p in self.parts if p.is_first), key=lambda p: (p.box.x, p.box.y))
        return with_pieces(firsts, self.parts)

    def _grown(self, box: Box) -> list[Box]:
        """Return the last room a ticket had with what is free below it, and later whole columns."""
        below = box.bottom + self._gap
        under = (r for r in self._free if r.x == box.x and r.y <= below < r.bottom)
        end = next((room.bottom for room in under), box.bottom)
        later = [room for room in self._free if room.x > box.x and room in self._columns]
        return [box._replace(h=end - box.y), *later]

    def _take(self, found: Parts) -> None:
        self._reserve(part.box for part in found)
        self.parts.extend(found)

    def _reserve(self, boxes: Iterable[Box]) -> None:
        for box in boxes:
            self._free = [left for room in self._free for left in self._without(room, box)]

    def _without(self, room: Box, box: Box) -> Iterator[Box]:
        """Yield what is left of a room above and below a box, with the gap between them."""
        if not room.meets(box):
            yield room
            return
        above, below = box.y - self._gap - room.y, box.bottom + self._gap
        if above > 0:
            yield room._replace(h=above)
        if room.bottom > below:
            yield room._replace(y=below, h=room.bottom - below)


def hugged(slip: Slip, parts: Parts) -> Parts:
    """End the last part where the ticket ends, not where its room does."""
    last = parts[-1]
    if last.hidden:
        return parts
    height = min(last.box.h, slip.rest(last.first))
    return (*parts[:-1], replace(last, box=last.box._replace(h=height)))


def with_pieces(firsts: Sequence[Part], parts: Sequence[Part]) -> Parts:
    """Return each first part followed by its further pieces."""
    if len(firsts) == len(parts):
        return tuple(firsts)
    pieces: dict[str, list[Part]] = {}
    for part in parts:
        pieces.setdefault(part.id, []).append(part)
    return tuple(
        part for first in firsts for part in sorted(pieces[first.id], key=lambda p: p.index)
    )
