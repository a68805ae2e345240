"""What events do to lines: portions move, are voided, held, released, rushed, remade, taken."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from kds.kitchen.changing import replace
from kds.kitchen.events import (
    Event,
    LineChecked,
    LineLate,
    OvertimeReached,
)
from kds.kitchen.ids import ANY_STATION, Instant, LineId, LineKey, RuleId, VisitId
from kds.kitchen.messages import LineState
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    LinesRemade,
    LinesRushed,
    LineTaken,
    Moved,
    Opening,
    OrderNoted,
    PortionsMoved,
    PortionsVoided,
    VoidsAcknowledged,
)
from kds.kitchen.orders import Gate, Hold, Line, Origin, Overtime, Step
from kds.kitchen.portions import Group, Move, PortionState
from kds.kitchen.progress import (
    by_age,
    by_latest_done,
    by_youth,
    drop_idle_holds,
    grow,
    is_known,
    keep_chain,
    moved,
    shift,
    tidy,
    void,
    voidable,
)
from kds.kitchen.sight import Sight, sight_of
from kds.kitchen.slices import slices, taken, total
from kds.kitchen.state import Kitchen, RuleState
from kds.kitchen.visits import Told, told_by
from kds.kitchen.writing import change_lines, put_lines, put_order, put_visit

KEPT_TIMEOUTS = 20


def order_noted(kitchen: Kitchen, _event: Event, fact: OrderNoted) -> Kitchen:
    """Take the cards with nothing to cook off the pass."""
    visit = kitchen.visits.get(fact.visit)
    for key in visit.orders if visit is not None else ():
        order = kitchen.orders.get(key)
        if order is not None and not order.noted:
            kitchen = put_order(kitchen, replace(order, noted=True))
    return kitchen


def portions_moved(kitchen: Kitchen, event: Event, fact: PortionsMoved) -> Kitchen:
    """Move portions from state to state, oldest first (a recall: latest done first)."""
    by_line: dict[LineKey, list[Moved]] = {}
    for item in fact.items:
        by_line.setdefault(item.line, []).append(item)
    sight = sight_of(kitchen.visits.get(fact.visit), fact.seen, event.device, event.command)

    def change(line: Line) -> Line:
        groups = line.groups
        for item in by_line[line.key]:
            groups = _move(groups, item, fact, sight, kitchen.seq, event.device)
        line = replace(line, groups=groups, changed=False)
        return drop_idle_holds(keep_chain(line, fact.done_at, kitchen.seq))

    return change_lines(kitchen, by_line, change)


def _move(
    groups: tuple[Group, ...],
    item: Moved,
    fact: PortionsMoved,
    sight: Sight,
    seq: int,
    device: str,
) -> tuple[Group, ...]:
    return shift(
        groups,
        lambda g: (
            g.step == item.step
            and g.state is item.source
            and g.visit == fact.visit
            and is_known(g, sight, fact.move, fact.view)
        ),
        item.portions,
        lambda g: moved(g, fact.move, fact.done_at, seq, device),
        by_latest_done if fact.move is Move.RECALL else by_age,
    )


def portions_voided(kitchen: Kitchen, event: Event, fact: PortionsVoided) -> Kitchen:
    """Strike portions in the kitchen; the other stations acknowledge."""
    portions = dict(fact.items)

    def change(line: Line) -> Line:
        count = min(portions[line.key], voidable(line, fact.visit))
        line = void(line, count, fact.visit, event.at, kitchen.seq)
        line = replace(line, struck=line.struck + count, void_reason=fact.reason)
        if fact.acknowledged_by is not None:
            here = {
                i
                for i, step in enumerate(line.routing.steps)
                if kitchen.station_for(step.station) == fact.acknowledged_by
            }
            line = _acknowledged(line, here, fact.visit)
        return drop_idle_holds(keep_chain(line, event.at, kitchen.seq))

    return change_lines(kitchen, portions, change)


def voids_acknowledged(kitchen: Kitchen, _event: Event, fact: VoidsAcknowledged) -> Kitchen:
    """Note that stations have seen their void portions."""
    steps: dict[LineKey, set[int]] = {}
    for key, step in fact.items:
        steps.setdefault(key, set()).add(step)
    return change_lines(kitchen, steps, lambda ln: _acknowledged(ln, steps[ln.key], fact.visit))


def _acknowledged(line: Line, steps: set[int], visit: VisitId) -> Line:
    groups = tidy(
        replace(g, acknowledged=True)
        if g.step in steps and g.visit == visit and g.state is PortionState.VOID
        else g
        for g in line.groups
    )
    return line if groups == line.groups else replace(line, groups=groups)


def hold_placed(kitchen: Kitchen, event: Event, fact: HoldPlaced) -> Kitchen:
    """Hold lines of a visit; a start hold takes what has not started out of the queue."""

    def change(line: Line) -> Line:
        hold = Hold(fact.rule, fact.visit, fact.gate, fact.reason, event.at, fact.until, fact.asks)
        same = (fact.rule, fact.visit, fact.gate)
        others = tuple(h for h in line.holds if (h.rule, h.visit, h.gate) != same)
        line = replace(line, holds=(*others, hold))
        if fact.gate is not Gate.START:
            return line
        return drop_idle_holds(_turned(line, fact, event, kitchen.seq))

    return change_lines(kitchen, fact.lines, change)


def hold_released(kitchen: Kitchen, event: Event, fact: HoldReleased) -> Kitchen:
    """Open a hold; what no other hold keeps is queued, its cook clock starts now."""

    def change(line: Line) -> Line:
        mine = [h for h in line.holds if (h.rule, h.visit) == (fact.rule, fact.visit)]
        if not mine:
            return line
        kept = [h for h in line.holds if h not in mine]
        opens = [h for h in mine if h.gate is Gate.START]
        if opens and not any(h.gate is Gate.START and h.visit == fact.visit for h in kept):
            line = _turned(line, fact, event, kitchen.seq)
            kept += opens  # which hold what is left of the portions, if anything
        if any(h.gate is Gate.RUN for h in mine):
            line = _run_clock_started(line, event, fact.visit)
        return drop_idle_holds(replace(line, holds=tuple(kept)))

    after = change_lines(kitchen, fact.lines, change)
    if fact.opened_by is not Opening.TIMEOUT or after is kitchen:
        return after
    return _timed_out(after, fact.rule, fact.visit)


def _run_clock_started(line: Line, event: Event, visit: VisitId) -> Line:
    """Plates that were gated only at the pass get their cook clock from the opening on."""
    open_states = (PortionState.QUEUED, PortionState.COOKING)
    groups = tidy(
        replace(g, fired_at=event.at) if g.visit == visit and g.state in open_states else g
        for g in line.groups
    )
    return replace(line, groups=groups)


def _turned(line: Line, fact: HoldPlaced | HoldReleased, event: Event, seq: int) -> Line:
    """Hold or fire portions at every step of `line`.

    Of some portions only, those held are the least advanced, those fired the most advanced ones.
    """
    move = Move.HOLD if isinstance(fact, HoldPlaced) else Move.FIRE
    source = PortionState.QUEUED if move is Move.HOLD else PortionState.HELD
    found = [each for each in slices(line, fact.visit) if each.has(source)]
    if fact.portions is not None and not line.is_weighed:
        if move is Move.HOLD:
            found = [each for each in reversed(found) if not each.has(PortionState.HELD)]
        found = list(taken(found, fact.portions))
    groups = line.groups
    for step in range(len(line.routing.steps)):
        count = total(each for each in found if each.states[step] is source)
        groups = shift(
            groups,
            partial(_lies_at, step, source, fact.visit),
            count,
            lambda g: moved(g, move, event.at, seq),
            by_youth if move is Move.HOLD else by_age,
        )
    return replace(line, groups=groups)


def _lies_at(step: int, state: PortionState, visit: VisitId, group: Group) -> bool:
    return group.step == step and group.state is state and group.visit == visit


def _timed_out(kitchen: Kitchen, rule: RuleId, visit: VisitId) -> Kitchen:
    state = kitchen.rules.get(rule, RuleState())
    timeouts = (*state.timeouts, (kitchen.at, visit))[-KEPT_TIMEOUTS:]
    return replace(kitchen, rules=kitchen.rules.set(rule, replace(state, timeouts=timeouts)))


def lines_rushed(kitchen: Kitchen, _event: Event, fact: LinesRushed) -> Kitchen:
    """Count a rush, or take one back."""
    return change_lines(kitchen, fact.lines, lambda ln: replace(ln, rush=max(0, ln.rush + fact.by)))


def lines_remade(kitchen: Kitchen, event: Event, fact: LinesRemade) -> Kitchen:
    """Cook portions once more, as new rushed lines of the same order and visit."""
    made: list[Line] = []
    for key, line_id, portions in fact.items:
        line = kitchen.line(key)
        if line is not None:
            revision = kitchen.orders[key.order].revision
            fresh = _remade(line, line_id, portions, revision, event.at)
            made.append(grow(fresh, portions, fact.visit, event.at, kitchen.seq))
    kitchen = put_lines(kitchen, made)
    visit = kitchen.visits.get(fact.visit)
    if visit is None:
        return kitchen
    return put_visit(kitchen, replace(visit, lines=visit.lines + tuple(m.key for m in made)))


def _remade(line: Line, line_id: LineId, portions: Decimal, revision: int, at: Instant) -> Line:
    """Return `line` once more, ordered now whatever the till has made of it, without portions."""
    content = replace(line.content, line_id=line_id, quantity=portions, state=LineState.ORDERED)
    return Line(
        key=line.key._replace(line_id=line_id),
        content=content,
        revision=line.revision,
        received_at=at,
        routing=line.routing,
        history=((revision, portions),),
        origin=Origin.KITCHEN,
        rush=1,
        flags=("remake",),
    )


def line_taken(kitchen: Kitchen, _event: Event, fact: LineTaken) -> Kitchen:
    """Give a line that every station showed to the one that took it."""

    def change(line: Line) -> Line:
        steps = tuple(
            Step(fact.station, s.after) if s.station == ANY_STATION else s
            for s in line.routing.steps
        )
        return replace(line, routing=replace(line.routing, steps=steps))

    return change_lines(kitchen, (fact.line,), change)


def line_late(kitchen: Kitchen, event: Event, fact: LineLate) -> Kitchen:
    """Note that a line passed a limit; each level of a rule counts once."""

    def change(line: Line) -> Line:
        if any((o.level, o.rule) == (fact.level, fact.rule) for o in line.overtime):
            return line
        overtime = Overtime(fact.level, fact.rule, event.at)
        return replace(line, overtime=(*line.overtime, overtime))

    return change_lines(kitchen, (fact.line,), change, touches=False)


def line_checked(kitchen: Kitchen, _event: Event, fact: LineChecked) -> Kitchen:
    """Note what rules find odd about a line; that stands in no undo's way."""
    return change_lines(
        kitchen, (fact.line,), lambda ln: replace(ln, remarks=fact.remarks), touches=False
    )


def overtime_reached(kitchen: Kitchen, event: Event, fact: OvertimeReached) -> Kitchen:
    """Note that a step of an overtime rule came; like a limit, it stands in no undo's way."""
    visit = kitchen.visits.get(fact.visit)
    if visit is None:
        return kitchen
    told = Told(fact.rule, fact.step, event.at, fact.since, fact.time, fact.line)
    return put_visit(kitchen, replace(visit, told=told_by(visit.told, (told,))), seq=visit.seq)
