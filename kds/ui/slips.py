"""What placing needs to know of tickets and the wall, and how a ticket is cut to a room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise

from kds.kitchen.ids import VisitId
from kds.ui.geometry import Box


class Arrangement(StrEnum):
    """Equal cells in reading order, or columns of tickets at their own heights."""

    GRID = "grid"
    FLOW = "flow"


Size = tuple[int, int]
"""Width and height of the wall in pixels."""


@dataclass(frozen=True, slots=True)
class PlaceStyle:
    """How the wall is divided. All measures are pixels.

    `gap`: between tickets and to the edge. `narrowest`: ticket. `lowest`: cell of a grid.
    `columns`: at most (0: as many as fit). `per_page`: cells of a grid page, as far as they fit
    (0: as many as are at least `usual` high). `strip`: what ends a part that goes on elsewhere,
    or says how much is hidden.
    """

    arrangement: Arrangement
    gap: int
    narrowest: int
    lowest: int
    usual: int
    strip: int
    columns: int = 0
    per_page: int = 0

    def column_boxes(self, width: int, height: int) -> tuple[Box, ...]:
        """Return the columns of a wall of this size, from left to right."""
        fitting = max(1, (width - self.gap) // (self.narrowest + self.gap))
        count = min(fitting, self.columns) if self.columns else fitting
        room = width - (count + 1) * self.gap
        inner = max(1, height - 2 * self.gap)
        # Odd pixels go to the first columns, so that the last one ends where the wall does.
        widths = [max(1, room // count + (i < room % count)) for i in range(count)]
        lefts = accumulate((w + self.gap for w in widths[:-1]), initial=self.gap)
        return tuple(Box(x, self.gap, w, inner) for x, w in zip(lefts, widths, strict=True))

    def ticket_width(self, width: int) -> int:
        """Return how wide every ticket may be drawn."""
        return self.column_boxes(width, 2 * self.gap + 1)[-1].w

    def row_spans(self, columns: int, height: int) -> tuple[tuple[int, int], ...]:
        """Return top and height of the rows of a grid with so many columns."""
        lowest = self.lowest if self.per_page else max(self.lowest, self.usual)
        count = max(1, (height - self.gap) // (lowest + self.gap))
        if self.per_page:
            count = min(count, -(-self.per_page // columns))
        inner = max(1, height - 2 * self.gap)
        room = inner - (count - 1) * self.gap
        edges = [self.gap + i * self.gap + room * i // count for i in range(count + 1)]
        return tuple((top, max(1, below - self.gap - top)) for top, below in pairwise(edges))


@dataclass(frozen=True)
class Slip:
    """How much room a ticket needs. `blocks`: heights of what is never torn, in order.

    `head` stands above the first part, `torn_head` above each further one, `foot` below the
    last. `glued`: blocks that stand directly above the next one, in the same part (a bar, say,
    above what it keeps back).
    """

    id: VisitId
    head: int
    blocks: tuple[int, ...]
    foot: int
    torn_head: int
    glued: frozenset[int] = frozenset()
    pinned: bool = False

    @cached_property
    def height(self) -> int:
        """All of it in one piece."""
        return self.head + sum(self.blocks) + self.foot

    def head_at(self, first: int) -> int:
        """Return the height of what stands above the block `first`."""
        return self.torn_head if first else self.head

    def rest(self, first: int) -> int:
        """Return the height that the blocks from `first` on need in one piece."""
        return self.head_at(first) + sum(self.blocks[first:]) + self.foot

    def cut(self, first: int, room: int) -> int:
        """Return up to which block, from `first` on, `room` pixels are enough."""
        end = first
        for height in self.blocks[first:]:
            room -= height
            if room < 0:
                break
            end += 1
        while end > first and end < len(self.blocks) and end - 1 in self.glued:
            end -= 1
        return end

    def torn(self, first: int, room: int) -> int:
        """Return up to which block a part goes that another follows: never is that a mere foot."""
        end = self.cut(first, room)
        return end if end < len(self.blocks) else self.cut(first, sum(self.blocks[first:-1]))


@dataclass(frozen=True, slots=True)
class Part:
    """A ticket, or one of the `count` pieces it is torn into, in its place.

    It shows the blocks `first` to `last` (not included); `hidden`: blocks that found no room on
    the page, said at the foot of the last part. `box`: the part with its head, foot and strip.
    """

    id: VisitId
    box: Box
    first: int
    last: int
    index: int = 0
    count: int = 1
    hidden: int = 0

    @property
    def is_first(self) -> bool:
        """It has the ticket's own head."""
        return self.index == 0

    @property
    def is_last(self) -> bool:
        """It has the ticket's foot."""
        return self.index == self.count - 1
