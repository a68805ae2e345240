"""What a station does not see yet: pre-orders for tonight, or for the day after tomorrow.

They are on the pass and in the overview from the beginning, so nothing is nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kds.board.parts import Part
from kds.board.scope import Scope
from kds.kitchen.ids import Instant
from kds.kitchen.orders import Gate


def appears_at(scope: Scope, part: Part) -> Instant | None:
    """Return when a station gets to see what waits for its time, None if it always does.

    That is so for what waits as a whole, as long as the rule says before its end.
    """
    waits = part.counts.held > 0 and part.counts.held == part.counts.to_cook
    if scope.station is None or not waits or part.counts.ready > 0:
        return None
    times = [
        Instant(hold.until - shown_s * 1000)
        for hold in part.holds
        if hold.gate is Gate.START and hold.until is not None
        for shown_s in [scope.book.shown_s(hold.rule)]
        if shown_s is not None
    ]
    return max(times, default=None)


def is_later(scope: Scope, part: Part) -> bool:
    """The view's station does not see the part yet."""
    at = appears_at(scope, part)
    return at is not None and scope.now < at


def appearances(scope: Scope, parts: Iterable[Part]) -> Iterator[Instant]:
    """Yield the instants at which time alone brings parts to the view's station."""
    for part in parts if scope.station is not None else ():
        at = appears_at(scope, part) if part.holds else None
        if at is not None:
            yield at
