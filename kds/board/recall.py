"""What was bumped at a view, by whichever device: read from the kitchen, so restarts lose nothing.

At a station that is what its own step made ready; at the pass what went out (or, in a book
without serve step, what was made ready). What was brought back since is not there any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nlargest
from typing import NamedTuple

from kds.board.book import Book
from kds.board.scope import Scope, look
from kds.kitchen.counts import last_steps
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.kitchen.orders import Line
from kds.kitchen.portions import OPEN, Group, PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit

MOST_SHOWN = 200
_MUCH_QUICKER = 20
_S = PortionState


class DoneDish(NamedTuple):
    """Portions of a line that were bumped together.

    `took_ms`: how long they took at a station. `is_odd`: which is sooner than they can be cooked.
    `is_out`: they have left the kitchen since, so bringing them back would cook nothing.
    """

    line: LineKey
    name: str
    names: tuple[tuple[str, str], ...]
    unit: str
    portions: Decimal
    took_ms: int | None = None
    is_odd: bool = False
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """One act at a view: what of one visit was bumped at the same moment.

    `device`: where, "" if that is not known any more. `is_all`: nothing else of the visit is done
    at this view, so bringing the visit's whole ticket back brings back just this.
    """

    visit: VisitId
    table: str
    number: str
    at: Instant
    device: str
    dishes: tuple[DoneDish, ...]
    is_all: bool

    @property
    def id(self) -> str:
        """By which a list that is made anew knows it again."""
        return f"{self.visit} {self.at}"

    @property
    def portions(self) -> Decimal:
        """All portions; what is weighed counts as one."""
        counts = (d.portions if d.portions % 1 == 0 else Decimal(1) for d in self.dishes)
        return sum(counts, Decimal(0))

    @property
    def is_out(self) -> bool:
        """All of it has left the kitchen."""
        return all(dish.is_out for dish in self.dishes)


@dataclass(frozen=True, slots=True)
class Shift:
    """All that was done at a view and is still in the kitchen's state.

    `latest`: the newest acts, newest first; `acts`, `portions`: of all of them.
    """

    latest: tuple[Done, ...] = ()
    acts: int = 0
    portions: Decimal = Decimal(0)


def shift_at(
    kitchen: Kitchen, book: Book, view: str, now: Instant, most: int = MOST_SHOWN
) -> Shift:
    """Return what was bumped at `view`; raises `UnknownView`."""
    scope = look(kitchen, book, view, now)
    acts = [act for visit in kitchen.visits.values() for act in _acts_of(scope, visit)]
    latest = nlargest(most, acts, key=lambda act: (act.at, act.visit))
    return Shift(tuple(latest), len(acts), sum((act.portions for act in acts), Decimal(0)))


def _acts_of(scope: Scope, visit: Visit) -> Iterator[Done]:
    if visit.removed or visit.merged_into is not None:
        return
    acts: defaultdict[Instant, list[tuple[Line, list[Group]]]] = defaultdict(list)
    for line in scope.kitchen.lines_of(visit):
        for at, groups in _done_groups(scope, visit, line).items():
            acts[at].append((line, groups))
    number = _number(scope.kitchen, visit)
    for at, done in acts.items():
        dishes = tuple(_dish(scope, line, groups) for line, groups in done)
        device = _device(scope, [group for _, groups in done for group in groups])
        yield Done(visit.id, visit.table, number, at, device, dishes, len(acts) == 1)


def _done_groups(scope: Scope, visit: Visit, line: Line) -> dict[Instant, list[Group]]:
    """Return the groups of `line` that are done at the view, by when."""
    steps = scope.steps_of(line) if scope.station is not None else last_steps(line)
    mine = [group for group in line.groups if group.visit == visit.id]
    found: dict[Instant, list[Group]] = {}
    if scope.station is None and any(group.state in OPEN for group in mine):
        mine = [group for group in mine if group.state is _S.SERVED]
    for group in mine:
        at = _done_at(scope, group) if group.step in steps[-1:] else None
        if at is not None:
            found.setdefault(at, []).append(group)
    return found


def _done_at(scope: Scope, group: Group) -> Instant | None:
    """Return when the view was through with these portions, None if it is not."""
    if _is_served_here(scope):
        return group.served_at if group.state is _S.SERVED else None
    return group.ready_at if group.state in (_S.READY, _S.SERVED) else None


def _device(scope: Scope, groups: Iterable[Group]) -> str:
    """Return the device of an act; portions that were served since name that of the waiter."""
    here = _is_served_here(scope)
    found = {g.device for g in groups if here or g.state is _S.READY}
    return found.pop() if len(found) == 1 else ""


def _is_served_here(scope: Scope) -> bool:
    return scope.station is None and scope.book.serve_step


def _dish(scope: Scope, line: Line, groups: Sequence[Group]) -> DoneDish:
    content = line.content
    took = _took_ms(groups) if scope.station is not None else None
    usual_s = scope.book.prep_s(line)
    return DoneDish(
        line=line.key,
        name=content.name,
        names=content.names,
        unit=content.unit,
        portions=sum((g.portions for g in groups), Decimal(0)),
        took_ms=took,
        is_odd=took is not None and usual_s is not None and took * _MUCH_QUICKER < usual_s * 1000,
        is_out=not _is_served_here(scope) and all(g.state is _S.SERVED for g in groups),
    )


def _took_ms(groups: Iterable[Group]) -> int | None:
    """Return how long the portions took from the moment when they could be cooked."""
    took = [g.ready_at - g.fired_at for g in groups if g.ready_at and g.fired_at]
    return min(took, default=None)


def _number(kitchen: Kitchen, visit: Visit) -> str:
    order = kitchen.orders.get(visit.orders[0]) if visit.orders else None
    return "" if order is None else order.fields.number
