"""Boxes: whole pixels, so that an edge is sharp and two neighbours never overlap by rounding."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle; it reaches up to, not including, `right` and `bottom`."""

    x: int
    y: int
    w: int
    h: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.w, self.h

    @property
    def right(self) -> int:
        """The first column beside it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.h

    def holds(self, x: float, y: float) -> bool:
        """The point lies in it."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def meets(self, other: Box) -> bool:
        """The two have a pixel in common."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def within(self, other: Box) -> bool:
        """All of it lies in `other`."""
        across = other.x <= self.x and self.right <= other.right
        return across and other.y <= self.y and self.bottom <= other.bottom

    def moved(self, dx: int, dy: int) -> Box:
        """Return it elsewhere."""
        return self._replace(x=self.x + dx, y=self.y + dy)

    def inset(self, by: int) -> Box:
        """Return it smaller by `by` on each side; larger, where `by` is below 0."""
        return Box(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)
