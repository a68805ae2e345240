"""A snapshot on its way in, part by part."""

from __future__ import annotations

from kds.kitchen.state import Kitchen
from kds.wire.encoding import Assembly
from kds.wire.messages import Part
from kds.wire.places import Place


class PartMissing(Exception):  # noqa: N818  # the name says what is wrong
    """A part came whose predecessor did not."""


class Loading:
    """Puts one snapshot together; one that begins anew takes the former's place.

    `parts`: how many have been taken. `place`: of the snapshot, once it has begun.
    """

    def __init__(self) -> None:
        self.parts = 0
        self.place: Place | None = None
        self._assembly = Assembly()

    def take(self, part: Part) -> Kitchen | None:
        """Take up a part; return the kitchen with the last one.

        One that was taken before is passed over. Raises `PartMissing`, and `WireError` for what
        can not be read.
        """
        if part.place == self.place and part.index < self.parts:
            return None
        if part.index == 0:
            self.parts, self.place, self._assembly = 0, part.place, Assembly()
        if (part.place, part.index) != (self.place, self.parts):
            raise PartMissing
        self._assembly.add(part.records)
        self.parts += 1
        return self._assembly.kitchen() if part.last else None
