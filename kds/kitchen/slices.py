"""Portions seen over all steps of a line: which state each of them has where.

Groups count portions per step. Portions are alike, so the one that is furthest at one step is
taken to be the one that is furthest at every other step, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kds.kitchen.ids import VisitId
from kds.kitchen.orders import Line
from kds.kitchen.portions import ADVANCEMENT, Group, PortionState

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Slice:
    """Portions of a line that have the same state at each step. `states`: one for each step."""

    states: tuple[PortionState, ...]
    portions: Decimal

    def has(self, state: PortionState) -> bool:
        """At some step the portions are in `state`."""
        return state in self.states

    @property
    def advancement(self) -> int:
        """How far the portions are over all steps; only to compare slices of one line."""
        return sum(ADVANCEMENT[state] for state in self.states)


def slices(
    line: Line,
    visit: VisitId,
    steps: Sequence[int] | None = None,
    chosen: Callable[[Group], bool] | None = None,
) -> list[Slice]:
    """Return the living portions of `line` in `visit`, the most advanced first.

    `steps`: those looked at, all by default. `chosen`: groups that count; a portion does only if
    it counts at every step.
    """
    columns = [
        _column(line.groups, step, visit, chosen)
        for step in (range(len(line.routing.steps)) if steps is None else steps)
    ]
    found: list[Slice] = []
    while columns and all(columns):
        part = min(column[-1][1] for column in columns)
        found.append(Slice(tuple(column[-1][0] for column in columns), part))
        for column in columns:
            state, portions = column.pop()
            if portions > part:
                column.append((state, portions - part))
    return found


def _column(
    groups: Iterable[Group], step: int, visit: VisitId, chosen: Callable[[Group], bool] | None
) -> list[tuple[PortionState, Decimal]]:
    """Return states and portions of one step, the most advanced last."""
    column = [
        (group.state, group.portions)
        for group in groups
        if group.step == step
        and group.visit == visit
        and group.state is not PortionState.VOID
        and (chosen is None or chosen(group))
    ]
    return sorted(column, key=lambda entry: ADVANCEMENT[entry[0]])


def taken(found: Iterable[Slice], wanted: Decimal) -> Iterator[Slice]:
    """Yield slices that come to `wanted` portions, cutting the last one; fewer if there are."""
    for each in found:
        part = min(wanted, each.portions)
        if part <= 0:
            return
        yield each if part == each.portions else Slice(each.states, part)
        wanted -= part


def total(found: Iterable[Slice]) -> Decimal:
    """Return how many portions the slices come to."""
    return sum((each.portions for each in found), _ZERO)


class Tally:
    """Portions by step and state, in the order in which they were first counted."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, PortionState], Decimal] = {}

    def add(self, step: int, state: PortionState, portions: Decimal) -> None:
        """Count `portions`."""
        key = (step, state)
        self._counts[key] = self._counts.get(key, _ZERO) + portions

    def __iter__(self) -> Iterator[tuple[int, PortionState, Decimal]]:
        return ((*key, portions) for key, portions in self._counts.items())
