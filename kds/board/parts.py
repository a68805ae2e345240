"""Parts: the lines of a visit with what a view has to do with each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kds.board.scope import Scope
from kds.kitchen.counts import last_steps, line_counts, step_counts
from kds.kitchen.ids import Instant, LineId, LineKey, OrderKey, VisitId
from kds.kitchen.messages import LineState, OrderFields
from kds.kitchen.orders import Gate, Hold, Line, Order
from kds.kitchen.portions import Counts, Group, PortionState
from kds.kitchen.visits import Visit

Orders = Mapping[OrderKey, Order]
_S = PortionState


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the portions at some steps of a line are.

    `is_unacknowledged`: some are void and nobody there has seen it. `is_workable`: some are not
    done and need not wait for earlier steps. `is_begun`: some are alive and have reached these
    steps. `fired_at`, `started_at`: of the oldest still open; `ready_at`, `served_at`: of the
    latest.
    """

    is_unacknowledged: bool = False
    is_workable: bool = False
    is_begun: bool = False
    is_held: bool = False
    fired_at: Instant | None = None
    started_at: Instant | None = None
    ready_at: Instant | None = None
    served_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A line in one visit (None: wherever it is), as a view is concerned with it.

    `steps`: the view's own. `is_shell`: a set, cooked as its children. `is_info`: nothing of it
    was ever to be cooked (quantity zero or below, or no step at all). `holds`: those that still
    keep something back.
    """

    line: Line
    fields: OrderFields
    visit: VisitId | None
    steps: tuple[int, ...]
    counts: Counts
    progress: Progress
    holds: tuple[Hold, ...]
    is_shell: bool
    is_info: bool

    def is_of(self, line: Line, order: Order) -> bool:
        """It was made of just these objects, and of nothing else that can change."""
        return self.line is line and self.fields is order.fields and not self.is_shell

    @property
    def is_struck_at_once(self) -> bool:
        """It was void before there was anything to cook: nobody needs to see it."""
        return self.line.ordered == 0 and self.line.content.state is LineState.VOID

    @property
    def is_food(self) -> bool:
        """It says how far the ticket is: no shell, no mere information."""
        return not self.is_shell and not self.is_info


def part_of(
    scope: Scope,
    order: Order,
    line: Line,
    visit: VisitId | None,
    steps: tuple[int, ...],
    *,
    is_parent: bool,
) -> Part:
    """Make the part of `line`. `steps`: the view's own; `is_parent`: other lines are part of it."""
    is_shell = is_parent and not line.routing.steps
    is_info = not is_shell and (line.ordered == 0 or not line.routing.steps)
    groups = [g for g in line.groups if g.step in steps and (visit is None or g.visit == visit)]
    counts = _counts(scope, order, line, steps, visit)
    progress = _progress(line, groups, steps)
    return Part(
        line=line,
        fields=order.fields,
        visit=visit,
        steps=steps,
        counts=counts,
        progress=progress,
        holds=_holds(scope, line, visit, counts, is_held=progress.is_held) if line.holds else (),
        is_shell=is_shell,
        is_info=is_info,
    )


def _counts(
    scope: Scope, order: Order, line: Line, steps: tuple[int, ...], visit: VisitId | None
) -> Counts:
    """Count at the view's station; what has no steps, and all at the pass, over the line."""
    if scope.station is None or not line.routing.steps:
        return line_counts(order, line, visit)
    return step_counts(line, steps, visit)


def _holds(
    scope: Scope, line: Line, visit: VisitId | None, counts: Counts, *, is_held: bool
) -> tuple[Hold, ...]:
    """Return the holds that still keep something back: starting, or carrying to the table.

    One that only the pass sees is there like any other on the run, and nowhere else.
    """
    is_here = counts.live > counts.served
    at_pass = scope.station is None
    return tuple(
        replace(hold, gate=Gate.RUN) if hold.gate is Gate.PASS else hold
        for hold in line.holds
        if (visit is None or hold.visit == visit)
        and (at_pass or hold.gate is not Gate.PASS)
        and (is_held if hold.gate is Gate.START else is_here)
    )


def _progress(line: Line, groups: Sequence[Group], steps: tuple[int, ...]) -> Progress:
    void = [g for g in groups if g.state is _S.VOID]
    begun = [g for g in groups if g.state is not _S.VOID and g.state is not _S.WAITING]
    done = [g for g in begun if g.state is _S.READY or g.state is _S.SERVED]
    is_held = any(g.state is _S.HELD for g in begun)
    return Progress(
        is_unacknowledged=any(not g.acknowledged for g in void),
        is_workable=len(begun) > len(done),
        is_begun=bool(begun),
        is_held=is_held,
        fired_at=_earliest(
            g.fired_at for g in begun if g.state is _S.QUEUED or g.state is _S.COOKING
        ),
        started_at=_earliest(g.started_at for g in begun if g.state is _S.COOKING),
        ready_at=_ready_at(line, done, steps) if done else None,
        served_at=_latest(g.served_at for g in done if g.state is _S.SERVED) if done else None,
    )


def _ready_at(line: Line, done: Iterable[Group], steps: tuple[int, ...]) -> Instant | None:
    """Return when the latest portion got ready in the last step that this view knows of."""
    final = set(last_steps(line)).intersection(steps) or steps
    return _latest(g.ready_at for g in done if g.step in final)


def _earliest(instants: Iterable[Instant | None]) -> Instant | None:
    return min((at for at in instants if at is not None), default=None)


def _latest(instants: Iterable[Instant | None]) -> Instant | None:
    return max((at for at in instants if at is not None), default=None)


# --- the parts of a visit ------------------------------------------------------------------


def orders_of(scope: Scope, visit: Visit) -> dict[OrderKey, Order]:
    """Return the orders of `visit` in order of joining."""
    keys = dict.fromkeys((*visit.orders, *(key.order for key in visit.lines)))
    found = ((key, scope.kitchen.orders.get(key)) for key in keys)
    return {key: order for key, order in found if order is not None}


def parts_of(
    scope: Scope, visit: Visit, orders: Orders, known: Mapping[LineKey, Part]
) -> dict[LineKey, Part]:
    """Return the parts of `visit` that concern the view, in order of arrival.

    `known`: parts made before, which hold as long as line and order fields are the same objects.
    """
    parents = {key: parents_in(order) for key, order in orders.items()}
    parts: dict[LineKey, Part] = {}
    for key in visit.lines:
        order = orders.get(key.order)
        line = None if order is None else order.lines.get(key.line_id)
        if order is None or line is None:
            continue
        is_parent = key.line_id in parents[key.order]
        before = known.get(key)
        if before is not None and not is_parent and before.is_of(line, order):
            parts[key] = before
        elif (steps := scope.steps_of(line)) or not line.routing.steps:
            parts[key] = part_of(scope, order, line, visit.id, steps, is_parent=is_parent)
    return parts


def parents_in(order: Order) -> frozenset[LineId]:
    """Return the lines of `order` that have children."""
    named = (line.content.parent for line in order.lines.values())
    return frozenset(parent for parent in named if parent is not None)
