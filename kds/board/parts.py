"""Parts: the lines of a visit with what a view has to do with each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from kds.board.scope import Scope
from kds.kitchen.counts import last_steps, line_counts, step_counts
from kds.kitchen.ids import Instant, LineId, LineKey, OrderKey, VisitId
from kds.kitchen.messages import LineState
from kds.kitchen.orders import Gate, Hold, Line, Order
from kds.kitchen.portions import OPEN, Counts, Group, PortionState
from kds.kitchen.visits import Visit

_S = PortionState
_UNDER_WAY = frozenset({_S.QUEUED, _S.COOKING})
_WORKABLE = OPEN - {_S.WAITING}


@dataclass(frozen=True, slots=True)
class Part:
    """A line in one visit (None: wherever it is), as a view is concerned with it.

    `groups`: those of the view's own steps. `is_shell`: a set, cooked as its children.
    `is_info`: nothing of it was ever to be cooked (quantity zero or below, or no step at all).
    """

    order: Order
    line: Line
    visit: VisitId | None
    steps: tuple[int, ...]
    groups: tuple[Group, ...]
    counts: Counts
    is_shell: bool
    is_info: bool

    @property
    def is_struck_at_once(self) -> bool:
        """It was void before there was anything to cook: nobody needs to see it."""
        return self.line.ordered == 0 and self.line.content.state is LineState.VOID

    @property
    def is_unacknowledged(self) -> bool:
        """Portions are void and somebody concerned has not seen it."""
        return any(g.state is _S.VOID and not g.acknowledged for g in self.groups)

    @property
    def is_workable(self) -> bool:
        """The view's own steps have something that is not done and has not to wait for others."""
        return any(g.state in _WORKABLE for g in self.groups)

    @property
    def is_begun(self) -> bool:
        """Something of the view's own steps lives and is not waiting for earlier steps."""
        return any(g.state is not _S.WAITING and g.state is not _S.VOID for g in self.groups)

    def holds(self) -> Iterator[Hold]:
        """Yield the holds that still keep something back."""
        is_held = any(g.state is _S.HELD for g in self.groups)
        is_here = self.counts.live > self.counts.served
        for hold in self.line.holds:
            keeps = is_held if hold.gate is Gate.START else is_here
            if keeps and (self.visit is None or hold.visit == self.visit):
                yield hold

    def fired_at(self) -> Instant | None:
        """Return when the oldest portion that is not ready was fired."""
        steps = self.line.routing.steps
        if len(steps) == len(self.steps) > 1:
            entries = (i for i in self.steps if not steps[i].after)
            return _earliest(self._entered(step) for step in entries)
        return _earliest(g.fired_at for g in self.groups if g.state in _UNDER_WAY)

    def _entered(self, step: int) -> Instant | None:
        """Return when the portions under way entered the chain at `step`: the last ones in."""
        left = self.counts.queued + self.counts.cooking
        entered = [(g.fired_at, g.portions) for g in self.groups if g.step == step and g.fired_at]
        since: Instant | None = None
        for at, portions in sorted(entered, reverse=True):
            if left <= 0:
                break
            since, left = at, left - portions
        return since

    def started_at(self) -> Instant | None:
        """Return when the oldest portion in the pan was started."""
        return _earliest(g.started_at for g in self.groups if g.state is _S.COOKING)

    def ready_at(self) -> Instant | None:
        """Return when the latest ready portion got ready for this view."""
        final = set(last_steps(self.line)) & set(self.steps) or set(self.steps)
        done = (g for g in self.groups if g.state in {_S.READY, _S.SERVED} and g.step in final)
        return _latest(g.ready_at for g in done)

    def served_at(self) -> Instant | None:
        """Return when the latest served portion was served."""
        return _latest(g.served_at for g in self.groups if g.state is _S.SERVED)


def _earliest(instants: Iterable[Instant | None]) -> Instant | None:
    return min((at for at in instants if at is not None), default=None)


def _latest(instants: Iterable[Instant | None]) -> Instant | None:
    return max((at for at in instants if at is not None), default=None)


def part_of(
    scope: Scope, order: Order, line: Line, visit: VisitId | None, parents: frozenset[LineId]
) -> Part:
    """Make the part of `line`. `parents`: lines of its order that have children."""
    steps = scope.steps_of(line)
    own = frozenset(steps)
    is_shell = not line.routing.steps and line.key.line_id in parents
    is_info = not is_shell and (line.ordered == 0 or not line.routing.steps)
    return Part(
        order=order,
        line=line,
        visit=visit,
        steps=steps,
        groups=tuple(
            g for g in line.groups if g.step in own and (visit is None or g.visit == visit)
        ),
        counts=_uncooked(line) if is_info else _counts(scope, order, line, steps, visit),
        is_shell=is_shell,
        is_info=is_info,
    )


def _counts(
    scope: Scope, order: Order, line: Line, steps: tuple[int, ...], visit: VisitId | None
) -> Counts:
    """Count at the view's station; a shell, and everything at the pass, over all steps."""
    if scope.station is None or not line.routing.steps:
        return line_counts(order, line, visit)
    return step_counts(line, steps, visit)


def _uncooked(line: Line) -> Counts:
    """Count what no station cooks: it is ready as soon as it is ordered."""
    live = min(line.ordered, max(Decimal(0), line.content.quantity))
    return Counts(ready=live, void=line.ordered - live)


def parents_in(order: Order) -> frozenset[LineId]:
    """Return the lines of `order` that have children."""
    named = (line.content.parent for line in order.lines.values())
    return frozenset(parent for parent in named if parent is not None)


def orders_of(scope: Scope, visit: Visit) -> dict[OrderKey, Order]:
    """Return the orders of `visit` in order of joining."""
    keys = dict.fromkeys((*visit.orders, *(key.order for key in visit.lines)))
    found = ((key, scope.kitchen.orders.get(key)) for key in keys)
    return {key: order for key, order in found if order is not None}


def parts_of(scope: Scope, visit: Visit, orders: dict[OrderKey, Order]) -> list[Part]:
    """Return the parts of `visit` in order of arrival."""
    parents = {key: parents_in(order) for key, order in orders.items()}
    parts = []
    for key, order, line in _lines(visit.lines, orders):
        parts.append(part_of(scope, order, line, visit.id, parents[key.order]))
    return parts


def _lines(
    keys: Iterable[LineKey], orders: dict[OrderKey, Order]
) -> Iterator[tuple[LineKey, Order, Line]]:
    for key in keys:
        order = orders.get(key.order)
        line = None if order is None else order.lines.get(key.line_id)
        if order is not None and line is not None:
            yield key, order, line
