"""Batches: the same dish of several tickets in one pan, kept up ticket by ticket.

A pan is a proposal, made of what is there now: nothing ever waits for it to fill. Rushed portions
are in the first pan, then the oldest; what waits for something else comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from kds.board.headers import has_allergy
from kds.board.parts import Part
from kds.board.scope import Scope
from kds.board.values import Batch, BatchPart
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.messages import Modifier
from kds.kitchen.portions import PortionState
from kds.kitchen.visits import Visit
from kds.rulebook.terms import Pan

_ZERO = Decimal(0)


class PanDish(NamedTuple):
    """What may lie in one pan: the same dish, made the same way. `begun_at`: it already does."""

    name: str
    names: tuple[tuple[str, str], ...]
    unit: str
    modifiers: tuple[Modifier, ...]
    rule: str
    where: str
    pan: Pan
    begun_at: Instant | None


class PanShare(NamedTuple):
    """Portions of one line that may go into a pan; what is to be made first sorts first."""

    order: tuple[bool, bool, Instant, VisitId, str, str, str]
    part: BatchPart
    dish: PanDish


def pan_shares(scope: Scope, visit: Visit, number: str, seen: Iterable[Part]) -> Iterator[PanShare]:
    """Yield what a ticket brings to the pans of its station."""
    if scope.station is None:
        return
    for part in seen:
        pan = scope.book.pan(part.line) if part.is_food and part.counts.to_cook > 0 else None
        if pan is not None and _can_be_merged(part):
            yield from _shares(part, pan, visit, visit.table or number)


def _can_be_merged(part: Part) -> bool:
    """A dish with an allergy, a note or a weight is made alone."""
    content = part.line.content
    alone = part.line.is_weighed or bool(content.note) or has_allergy(content.modifiers)
    return not alone and len(part.steps) == 1


def _shares(part: Part, pan: Pan, visit: Visit, table: str) -> Iterator[PanShare]:
    line, step = part.line, part.steps[0]
    begun: dict[Instant | None, Decimal] = {}
    since: dict[Instant | None, Instant] = {}
    for group in line.groups:
        if group.step != step or group.visit != visit.id or group.fired_at is None:
            continue
        if group.state is PortionState.QUEUED:
            at = None
        elif group.state is PortionState.COOKING and group.started_at is not None:
            at = group.started_at
        else:
            continue
        begun[at] = begun.get(at, _ZERO) + group.portions
        since[at] = min(since.get(at, group.fired_at), group.fired_at)
    content, routing = line.content, line.routing
    modifiers = tuple(sorted(content.modifiers, key=_words))
    for at, portions in begun.items():
        dish = PanDish(
            content.name,
            content.names,
            content.unit,
            modifiers,
            routing.rule,
            routing.where,
            pan,
            at,
        )
        order = (line.rush == 0, bool(part.holds), since[at], visit.id, *line.key)
        is_rushed = line.rush > 0
        yield PanShare(
            order, BatchPart(visit.id, line.key, table, portions, since[at], is_rushed), dish
        )


def _words(modifier: Modifier) -> str:
    inner = "".join(map(_words, sorted(modifier.modifiers, key=_words)))
    return f"{modifier.name}\t{modifier.kind}\t{modifier.quantity}\t{inner}\n"


class Pans:
    """The pans of a view; those of a dish are made again only when its portions change."""

    def __init__(self) -> None:
        self._shares: dict[PanDish, list[PanShare]] = {}
        self._made: dict[PanDish, tuple[Batch, ...]] = {}
        self._sorted: tuple[Batch, ...] | None = ()

    def replace(self, old: tuple[PanShare, ...], new: tuple[PanShare, ...]) -> None:
        """Take the shares of a ticket away and add its new ones."""
        if old == new:
            return
        self._sorted = None
        for share in old:
            self._made.pop(share.dish, None)
            left = [each for each in self._shares.pop(share.dish) if each != share]
            if left:
                self._shares[share.dish] = left
        for share in new:
            self._made.pop(share.dish, None)
            self._shares.setdefault(share.dish, []).append(share)

    def rows(self) -> tuple[Batch, ...]:
        """Return the pans: those on the fire first, then the rushed, then the oldest."""
        if self._sorted is None:
            for dish in [dish for dish in self._shares if dish not in self._made]:
                self._made[dish] = tuple(_pans(dish, self._shares[dish]))
            found = (pan for pans in self._made.values() for pan in pans)
            self._sorted = tuple(sorted(found, key=_place))
        return self._sorted


def _place(batch: Batch) -> tuple[bool, bool, Instant, str, VisitId]:
    first = batch.parts[0]
    return batch.begun_at is None, not first.rush, first.since, batch.name, first.visit


def _pans(dish: PanDish, shares: Iterable[PanShare]) -> Iterator[Batch]:
    """Yield the pans of one dish that serve several lines; a line alone needs no proposal."""
    parts = [share.part for share in sorted(shares)]
    filled = [parts] if dish.begun_at is not None else _filled(dish.pan, parts)
    for pan in filled:
        if len(pan) > 1:
            yield Batch(
                name=dish.name,
                names=dish.names,
                unit=dish.unit,
                modifiers=dish.modifiers,
                rule=dish.rule,
                where=dish.where,
                most=dish.pan.most,
                within_s=dish.pan.within_s,
                begun_at=dish.begun_at,
                parts=tuple(pan),
            )


def _filled(pan: Pan, parts: Sequence[BatchPart]) -> list[list[BatchPart]]:
    """Fill pan after pan, each with what comes first of what is left and is not too far apart."""
    found: list[list[BatchPart]] = []
    left = list(parts)
    while left:
        taken: list[BatchPart] = []
        rest: list[BatchPart] = []
        room = Decimal(pan.most)
        for part in left:
            fits = room > 0 and _is_near(part, taken, pan.within_s * 1000)
            here = min(room, part.portions) if fits else _ZERO
            room -= here
            if here > 0:
                taken.append(part._replace(portions=here))
            if part.portions > here:
                rest.append(part._replace(portions=part.portions - here))
        found.append(taken)
        left = rest
    return found


def _is_near(part: BatchPart, taken: Sequence[BatchPart], within_ms: int) -> bool:
    times = [part.since, *(each.since for each in taken)]
    return max(times) - min(times) <= within_ms
