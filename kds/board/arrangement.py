"""Rounds of a visit, and the order of lines within a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kds.board.parts import Part
from kds.kitchen.ids import LineKey, OrderKey
from kds.kitchen.orders import Gate, Line, Order, Origin

Rounds = Mapping[LineKey, int]


def rounds_of(orders: Mapping[OrderKey, Order], keys: Iterable[LineKey]) -> Rounds:
    """Return the add-on round of each line, 1 for the first.

    Orders count in order of joining, within an order the revisions that brought lines.
    """
    places = {key: place for place, key in enumerate(orders)}
    wanted = set(keys)
    brought: dict[LineKey, tuple[int, int]] = {}
    for order_key, order in orders.items():
        revisions = {k: r for k, r in _introduced(order) if k in wanted}
        brought |= {key: (places[order_key], revision) for key, revision in revisions.items()}
    ranks = {place: number for number, place in enumerate(sorted(set(brought.values())), 1)}
    return {key: ranks[place] for key, place in brought.items()}


def _introduced(order: Order) -> Iterator[tuple[LineKey, int]]:
    """Yield each line of `order` with the revision that brought it.

    What the kitchen made itself (a remake) belongs to a round that was there.
    """
    own = [
        line for line in order.lines.values() if line.origin is Origin.KITCHEN or not line.history
    ]
    made = {line.key for line in own}
    known: list[int] = []
    for line in order.lines.values():
        if line.key not in made:
            known.append(line.history[0][0])
            yield line.key, known[-1]
    for line in own:
        earlier = (revision for revision in known if revision <= line.revision)
        yield line.key, max(earlier, default=line.revision)


def arranged(parts: list[Part], rounds: Rounds, *, at_station: bool) -> list[tuple[Part, int]]:
    """Return the parts in the order of the ticket, each with its depth inside sets.

    By round, then arrival; at a station what waits stands after what can be made, what may not
    be begun last, each under one bar. Parts of a set follow it directly.
    """
    places = {part.line.key: place for place, part in enumerate(parts)}
    inner: dict[LineKey, list[Part]] = {}
    roots: list[Part] = []
    for part in parts:
        parent = _parent_key(part.line)
        if parent is not None and parent in places and parent != part.line.key:
            inner.setdefault(parent, []).append(part)
        else:
            roots.append(part)

    def place(part: Part) -> tuple[int, int, int]:
        key = part.line.key
        waits = _waiting(_with_inner(part, inner)) if at_station else 0
        return rounds.get(key, 1), waits, places[key]

    result: list[tuple[Part, int]] = []
    for root in sorted(roots, key=place):
        result.extend(_with_inner(root, inner))
    # Lines that name each other as parents have no root; they are food all the same.
    lost = set(places) - {part.line.key for part, _ in result}
    return result + [(part, 0) for part in parts if part.line.key in lost]


def _parent_key(line: Line) -> LineKey | None:
    parent = line.content.parent
    return None if parent is None else line.key._replace(line_id=parent)


def _with_inner(root: Part, inner: Mapping[LineKey, list[Part]]) -> Iterator[tuple[Part, int]]:
    """Yield `root` and all inside it, each with its depth. No recursion: a till may nest deep."""
    ahead = [(root, 0)]
    while ahead:
        part, depth = ahead.pop()
        yield part, depth
        ahead.extend((child, depth + 1) for child in reversed(inner.get(part.line.key, ())))


def _waiting(parts: Iterable[tuple[Part, int]]) -> int:
    """Return how much keeps back what is to be cooked of these: that of the freest of them."""
    open_parts = (part for part, _ in parts if part.is_food and part.counts.to_cook > 0)
    return min(map(_kept_back, open_parts), default=0)


def _kept_back(part: Part) -> int:
    """Return 0 for what can be made and carried, 1 if only carrying waits, 2 if it all does."""
    if part.counts.queued + part.counts.cooking == 0:
        return 2
    return 1 if any(hold.gate is Gate.RUN for hold in part.holds) else 0
