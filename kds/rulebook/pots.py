"""The pots of one visit: are they up, for whom, and is there any at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from kds.kitchen.ids import Instant, RuleId, VisitId
from kds.kitchen.orders import Line
from kds.kitchen.portions import Group, PortionState

_ZERO = Decimal(0)
_NEVER = Instant(2**62)


@dataclass(frozen=True, slots=True)
class _Pot:
    """One pot line. `live`: portions not void; `up`: portions that are, or once were, there."""

    seat: str | None
    live: Decimal
    up: Decimal


@dataclass(frozen=True, slots=True)
class Pots:
    """What plates wait for. `since`: when the first pot came.

    Of shared pots the first one counts. Of personal ones a plate with a seat waits for its own;
    a plate for all waits for a share of the guests.
    """

    shared: tuple[_Pot, ...]
    personal: tuple[_Pot, ...]
    since: Instant
    needed: Decimal

    @classmethod
    def of(
        cls,
        lines: Iterable[Line],
        visit: VisitId,
        personal: frozenset[RuleId],
        *,
        share_percent: int,
        guests: int | None,
        must_be_served: bool,
    ) -> Pots:
        """Return the pots among `lines`, as far as they stand in `visit`."""
        shared: list[_Pot] = []
        own: list[_Pot] = []
        since = _NEVER
        for line in lines:
            pot = _pot(line, visit, must_be_served=must_be_served)
            (own if line.routing.rule in personal else shared).append(pot)
            since = min(since, line.received_at)
        return cls(tuple(shared), tuple(own), since, _needed(own, share_percent, guests))

    @property
    def any_live(self) -> bool:
        """Some pot is ordered and not void."""
        return any(pot.live > 0 for pot in (*self.shared, *self.personal))

    def are_up_for(self, seat: str | None) -> bool:
        """Return whether a plate for `seat` (None: for all) may go to the table.

        A pot that was up and then changed for another counts: the gate does not close again.
        """
        if any(pot.up > 0 for pot in self.shared):
            return True
        mine = [pot for pot in self.personal if seat is not None and pot.seat == seat]
        if mine:
            return any(pot.up > 0 for pot in mine)
        return bool(self.personal) and sum((p.up for p in self.personal), _ZERO) >= self.needed


def _needed(pots: Sequence[_Pot], share_percent: int, guests: int | None) -> Decimal:
    """Return how many personal pots must be up: never more than there are, at least one."""
    live = sum((pot.live for pot in pots), _ZERO)
    covers = live if guests is None else Decimal(guests)
    return max(Decimal(1), min(Decimal(ceil(covers * share_percent / 100)), live))


def _pot(line: Line, visit: VisitId, *, must_be_served: bool) -> _Pot:
    steps = _own_steps(line)
    here = [g for g in line.groups if g.visit == visit]
    return _Pot(
        line.content.seat,
        live=sum((g.portions for g in here if g.step == 0 and _is_live(g)), _ZERO),
        up=min((_up(here, step, must_be_served=must_be_served) for step in steps), default=_ZERO),
    )


def _own_steps(line: Line) -> tuple[int, ...]:
    """Return the last steps of the way that the pot itself goes, the first of its ways.

    A set that is cooked as one line goes to other stations, too; they say nothing of the pot.
    """
    steps = line.routing.steps
    if len(steps) < 2:
        return (0,)
    way = {0}
    ends = {0}
    for index, step in enumerate(steps):
        if way.intersection(step.after):
            way.add(index)
            ends = (ends - set(step.after)) | {index}
    return tuple(sorted(ends))


def _is_live(group: Group) -> bool:
    return group.state is not PortionState.VOID


def _up(groups: Iterable[Group], step: int, *, must_be_served: bool) -> Decimal:
    return sum((g.portions for g in groups if g.step == step and _is_up(g, must_be_served)), _ZERO)


def _is_up(group: Group, must_be_served: bool) -> bool:
    if group.state is PortionState.SERVED or must_be_served:
        return group.state is PortionState.SERVED
    if group.state is PortionState.VOID:
        return group.ready_at is not None
    return group.state is PortionState.READY
