"""Places tickets on pages, stable under fingers: `place(previous, slips, size, style)`.

Pure: no Qt, no clock. While a page is looked at, what stands on it stays where it is. A ticket
that leaves, leaves its place empty until the next arrival or page change, so that a blind
"4, BUMP" never hits the wrong ticket. One that comes back meanwhile gets its own place again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from kds.kitchen.ids import VisitId
from kds.ui.geometry import Box
from kds.ui.pages import Page, new_page
from kds.ui.slips import Arrangement, Part, PlaceStyle, Size, Slip

Left = Sequence[tuple[VisitId, tuple[Box, ...]]]

KEYED = 10
"""Tickets of a page that have a number: 1 to 9, then 0, so that a digit never means two things."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A page that was filled in order: with these tickets, until `following` had no room.

    The same tickets fill the same page again, so nobody need place them again.
    """

    slips: tuple[Slip, ...]
    following: Slip | None
    parts: tuple[Part, ...]

    def fits(self, slips: Sequence[Slip], start: int) -> bool:
        """The tickets from `start` on are the very same, and so is the one after them."""
        end = start + len(self.slips)
        following = slips[end] if end < len(slips) else None
        if following is not self.following or end > len(slips):
            return False
        return all(a is b for a, b in zip(self.slips, slips[start:end], strict=True))


@dataclass(frozen=True, slots=True)
class Placement:
    """Where every ticket stands. There is always one page at least, which may be empty.

    `page`: the one that is looked at. `left`: the places on it that tickets have left empty.
    `fills`: how the other pages came about.
    """

    size: Size
    style: PlaceStyle
    pages: tuple[tuple[Part, ...], ...]
    page: int = 0
    left: tuple[tuple[VisitId, tuple[Box, ...]], ...] = ()
    fills: tuple[Fill, ...] = field(default=(), compare=False)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The page that is looked at, in reading order."""
        return self.pages[self.page]

    @property
    def ids(self) -> tuple[VisitId, ...]:
        """Tickets of the page that is looked at, in reading order."""
        return ids_of(self.parts)

    @property
    def keyed(self) -> tuple[VisitId | None, ...]:
        """What the digits mean; the first place has 1, the tenth 0.

        A place that a ticket has left keeps its number, None: the others must not get new ones
        under the eyes of a cook who has read "4" and is about to press it.
        """
        firsts = [(part.box, part.id) for part in self.parts if part.is_first]
        places = [*firsts, *((boxes[0], None) for _, boxes in self.left)]
        downwards = self.style.arrangement is Arrangement.FLOW
        places.sort(key=lambda p: (p[0].x, p[0].y) if downwards else (p[0].y, p[0].x))
        return tuple(ticket for _, ticket in places[:KEYED])

    @property
    def hides(self) -> bool:
        """Some of what should stand on this page has found no room."""
        return any(part.hidden for part in self.parts)

    def page_of(self, ticket: VisitId) -> int | None:
        """Return the page of a ticket."""
        found = (i for i, page in enumerate(self.pages) if any(p.id == ticket for p in page))
        return next(found, None)

    def boxes(self, ticket: VisitId) -> tuple[Box, ...]:
        """Return where a ticket stands on the page that is looked at; empty if it does not."""
        return tuple(part.box for part in self.parts if part.id == ticket)

    def part_at(self, x: float, y: float) -> Part | None:
        """Return what stands at a point."""
        return next((part for part in self.parts if part.box.holds(x, y)), None)


def ids_of(parts: Iterable[Part]) -> tuple[VisitId, ...]:
    """Return the tickets of a page, each once."""
    return tuple(part.id for part in parts if part.is_first)


def place(
    previous: Placement | None,
    slips: Sequence[Slip],
    size: Size,
    style: PlaceStyle,
    *,
    settle: bool = False,
) -> Placement:
    """Place every ticket on exactly one page.

    `slips` come in the order of the board. Unless `settle` is set, or the wall itself has
    changed, what stands on the page that is looked at does not move.
    """
    if previous is None:
        return _settled(slips, Placement(size, style, ((),)), 0)
    if (previous.size, previous.style) != (size, style):
        placed = _settled(slips, Placement(size, style, ((),)), 0)
        # The wall has changed; what was looked at first should still be in sight.
        pages = (placed.page_of(ticket) for ticket in previous.ids)
        return replace(placed, page=next((p for p in pages if p is not None), 0))
    present = {slip.id for slip in slips}
    if settle or not any(ticket in present for ticket in previous.ids):
        return _settled(slips, previous, previous.page)
    return _steady(previous, slips)


def turn(previous: Placement, slips: Sequence[Slip], page: int) -> Placement:
    """Look at another page. Going on shows what was next; going back closes the gaps first."""
    wanted = min(max(0, page), len(previous.pages) - 1)
    turned = replace(previous, page=wanted, left=())
    if wanted > previous.page:
        return place(turned, slips, previous.size, previous.style)
    return _settled(slips, turned, wanted)


def _settled(slips: Sequence[Slip], start: Placement, page: int) -> Placement:
    """Place all tickets in their order; only pinned ones stay where they were in `start`."""
    pages = _pinned(start, slips)
    if not any(other.parts for other in pages):
        fills, _ = _filled(slips, start, len(slips))
        return _placement(start, [fill.parts for fill in fills], page, fills)
    kept = {part.id for other in pages for part in other.parts}
    at = 0
    for slip in slips:
        if slip.id in kept:
            continue
        while at < len(pages) and not pages[at].put(slip, whole=False):
            at += 1
        if at == len(pages):
            pages.append(new_page(start.size, start.style))
            pages[at].put(slip, whole=False)
    return _placement(start, [other.in_order() for other in pages], page)


def _pinned(start: Placement, slips: Sequence[Slip]) -> list[Page]:
    """Return pages with nothing but the pinned tickets that were placed before."""
    pinned = {slip.id: slip for slip in slips if slip.pinned}
    pages: list[Page] = []
    for parts in start.pages if pinned else ():
        page = new_page(start.size, start.style)
        page.keep([(pinned[t], _boxes(parts, t)) for t in ids_of(parts) if t in pinned])
        pages.append(page)
    return pages


def _steady(previous: Placement, slips: Sequence[Slip]) -> Placement:
    """Place around what stands on the page that is looked at."""
    here = new_page(previous.size, previous.style)
    slip_of = {slip.id: slip for slip in slips}
    parts = previous.parts
    left = (*previous.left, *((t, _boxes(parts, t)) for t in previous.ids if t not in slip_of))
    kept = [(slip_of[t], _boxes(parts, t)) for t in previous.ids if t in slip_of]
    here.keep(kept, [box for _, boxes in left for box in boxes])
    before, after = _around(slips, {part.id for part in here.parts})
    front, overflow = _filled(before, previous, previous.page)
    after = overflow + after
    known = {part.id for page in previous.pages for part in page}
    if any(slip.id not in known for slip in after):
        after = _with_arrivals(here, after, left)
    back, _ = _filled(after, previous, len(after))
    still = tuple((ticket, boxes) for ticket, boxes in left if here.is_free(boxes))
    pages = [*(f.parts for f in front), here.in_order(), *(f.parts for f in back)]
    placed = _placement(previous, pages, len(front), [*front, *back])
    return replace(placed, left=still)


def _with_arrivals(here: Page, slips: Sequence[Slip], left: Left) -> list[Slip]:
    """Fill the empty places: first with tickets that come back to theirs, then in order.

    Returns the tickets that found none. A place that would hide some of a ticket is not taken.
    """
    places = dict(left)
    others = []
    for slip in slips:
        own = places.get(slip.id, ())
        if own and here.is_free(own):
            here.keep([(slip, own)])
        else:
            others.append(slip)
    return [slip for slip in others if not here.put(slip, whole=True)]


def _around(slips: Sequence[Slip], kept: set[VisitId]) -> tuple[list[Slip], list[Slip]]:
    """Return the other tickets: those before the first kept one in the board's order, the rest."""
    start = next((i for i, slip in enumerate(slips) if slip.id in kept), 0)
    return list(slips[:start]), [slip for slip in slips[start:] if slip.id not in kept]


def _filled(slips: Sequence[Slip], like: Placement, at_most: int) -> tuple[list[Fill], list[Slip]]:
    """Fill pages in order; returns them, and what did not go onto `at_most` pages."""
    known = {fill.slips[0].id: fill for fill in like.fills}
    fills: list[Fill] = []
    at = 0
    while at < len(slips) and len(fills) < at_most:
        old = known.get(slips[at].id)
        fills.append(old if old is not None and old.fits(slips, at) else _fill(slips, at, like))
        at += len(fills[-1].slips)
    return fills, list(slips[at:])


def _fill(slips: Sequence[Slip], start: int, like: Placement) -> Fill:
    """Fill one page with the tickets from `start` on."""
    page = new_page(like.size, like.style)
    end = start
    while end < len(slips) and page.put(slips[end], whole=False):
        end += 1
    following = slips[end] if end < len(slips) else None
    return Fill(tuple(slips[start:end]), following, page.in_order())


def _boxes(parts: Iterable[Part], ticket: VisitId) -> tuple[Box, ...]:
    return tuple(part.box for part in parts if part.id == ticket)


def _placement(
    like: Placement, pages: Sequence[tuple[Part, ...]], page: int, fills: Sequence[Fill] = ()
) -> Placement:
    """Return pages without the empty ones, looking at `page`."""
    before = sum(1 for other in pages[:page] if not other)
    filled = tuple(other for other in pages if other)
    wanted = min(max(0, page - before), max(0, len(filled) - 1))
    return Placement(like.size, like.style, filled or ((),), wanted, (), tuple(fills))
