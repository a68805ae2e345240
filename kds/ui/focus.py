"""Where the focus goes: by arrows, and when its ticket leaves."""

from __future__ import annotations

from collections.abc import Sequence

from kds.kitchen.ids import VisitId
from kds.ui.slips import Part


def neighbour(parts: Sequence[Part], focus: VisitId | None, dx: int, dy: int) -> VisitId | None:
    """Return the ticket next to the focused one in a direction; the first, without a focus.

    At the edge of the page the focus stays: another page takes a key of its own.
    """
    firsts = [part for part in parts if part.is_first]
    here = next((part for part in firsts if part.id == focus), None)
    if here is None:
        return firsts[0].id if firsts else None
    x, y = here.box.x, here.box.y
    ahead = [
        part
        for part in firsts
        if (part.box.x - x) * dx + (part.box.y - y) * dy > 0 and part is not here
    ]
    if not ahead:
        return here.id
    return min(ahead, key=lambda part: _distance(part, here, dx)).id


def _distance(part: Part, here: Part, dx: int) -> tuple[int, int]:
    """Return how far a ticket is: along the arrow, and three times as far across it."""
    across, down = abs(part.box.x - here.box.x), abs(part.box.y - here.box.y)
    weighed = across + 3 * down if dx else down + 3 * across
    return weighed, across + down


def successor(before: Sequence[Part], shown: Sequence[VisitId], gone: VisitId) -> VisitId | None:
    """Return what the focus goes to when its ticket leaves: the next in order that is there."""
    order = [part.id for part in before if part.is_first]
    if gone not in order:
        return None
    place = order.index(gone)
    following = order[place + 1 :] + order[:place][::-1]
    return next((visit for visit in following if visit in shown), None)
