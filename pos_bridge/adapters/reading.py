"""A reading in the making: what several messages of one push say, each where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos_bridge.adapters.adapter import Fetch, Order, Reading
from pos_bridge.adapters.values import Doubts


@dataclass(slots=True)
class Sorted:
    """As `Reading`, gathered on the way."""

    orders: list[Order] = field(default_factory=list)
    amendments: list[Order] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    fetch: list[Fetch] = field(default_factory=list)
    fire: list[str] = field(default_factory=list)
    missed: list[Order] = field(default_factory=list)
    doubts: Doubts = field(default_factory=Doubts)

    def reading(self, acknowledgement: bytes | None = None) -> Reading:
        """Return it; what is ignored is told only where nothing is done."""
        is_asked = any(not each.unless_known for each in self.fetch)
        is_anything = self.orders or is_asked or self.fire or self.missed
        return Reading(
            tuple(self.orders),
            tuple(self.amendments),
            None if is_anything else "; ".join(dict.fromkeys(self.ignored)) or None,
            tuple(self.fetch),
            tuple(self.doubts.warnings),
            tuple(self.doubts.cards),
            acknowledgement,
            tuple(self.fire),
            tuple(self.missed),
        )
