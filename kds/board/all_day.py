"""All-day: how many portions of each dish a view still has to cook, kept up ticket by ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from kds.board.values import AllDay, AllDaySplit, Band, TicketLine
from kds.kitchen.messages import Modifier

_ZERO = Decimal(0)


class Dish(NamedTuple):
    """What makes two lines the same dish."""

    name: str
    names: tuple[tuple[str, str], ...]
    unit: str


class Share(NamedTuple):
    """What one line adds to a dish."""

    dish: Dish
    modifiers: tuple[Modifier, ...]
    portions: Decimal
    held: Decimal


def shares_of(food: Iterable[TicketLine]) -> Iterator[Share]:
    """Yield what lines still have to cook, shells of sets left out by the caller."""
    for line in food:
        if line.counts.to_cook > 0:
            dish = Dish(line.name, line.names, line.unit)
            waits = line.band in (Band.HELD, Band.GATED)
            held = line.counts.to_cook if waits else line.counts.held
            yield Share(dish, _in_order(line.modifiers), line.counts.to_cook, held)


def _in_order(modifiers: tuple[Modifier, ...]) -> tuple[Modifier, ...]:
    """Sort modifiers: the same ones make the same dish in whatever order they were keyed in."""
    if len(modifiers) < 2:
        return modifiers
    return tuple(sorted(modifiers, key=lambda modifier: _words((modifier,))))


class Tally:
    """The sums over all tickets of a view; a row is made again only when its dish changes."""

    def __init__(self) -> None:
        self._counts: dict[Dish, dict[tuple[Modifier, ...], Decimal]] = {}
        self._held: dict[Dish, Decimal] = {}
        self._rows: dict[Dish, AllDay] = {}
        self._sorted: tuple[AllDay, ...] | None = ()

    def replace(self, old: tuple[Share, ...], new: tuple[Share, ...]) -> None:
        """Take the shares of a ticket away and add its new ones."""
        for gone, come in zip_longest(old, new):
            if gone != come:
                self._add(gone, -1)
                self._add(come, 1)
                self._sorted = None

    def _add(self, share: Share | None, sign: int) -> None:
        if share is None:
            return
        splits = self._counts.setdefault(share.dish, {})
        splits[share.modifiers] = splits.get(share.modifiers, _ZERO) + sign * share.portions
        self._held[share.dish] = self._held.get(share.dish, _ZERO) + sign * share.held
        self._rows.pop(share.dish, None)

    def rows(self) -> tuple[AllDay, ...]:
        """Return the dishes, most portions first."""
        if self._sorted is None:
            for dish in [dish for dish in self._counts if dish not in self._rows]:
                self._make(dish)
            self._sorted = tuple(sorted(self._rows.values(), key=_most_first))
        return self._sorted

    def _make(self, dish: Dish) -> None:
        splits = {mods: count for mods, count in self._counts[dish].items() if count}
        if not splits:
            del self._counts[dish], self._held[dish]
            return
        self._counts[dish] = splits
        rows = [AllDaySplit(modifiers, count) for modifiers, count in splits.items()]
        self._rows[dish] = AllDay(
            *dish,
            count=sum(splits.values(), _ZERO),
            held=self._held[dish],
            splits=tuple(sorted(rows, key=lambda s: (-s.count, _words(s.modifiers)))),
        )


def _most_first(row: AllDay) -> tuple[Decimal, str, str, tuple[tuple[str, str], ...]]:
    return -row.count, row.name, row.unit, row.names


def _words(modifiers: tuple[Modifier, ...]) -> str:
    """Return a text by which modifiers can be sorted."""
    return "\n".join(f"{m.name}\t{m.kind}\t{m.quantity}\t{_words(m.modifiers)}" for m in modifiers)
