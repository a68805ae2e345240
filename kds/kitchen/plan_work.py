"""Plans of commands that move portions: start, bump, serve, recall, hold, fire, void, remake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.counts import last_steps, line_counts
from kds.kitchen.events import (
    Fact,
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
from kds.kitchen.ids import ANY_STATION, Instant, LineId, LineKey, RuleId, StationId
from kds.kitchen.orders import HELD_BY_HAND, Gate, Line, Order
from kds.kitchen.plans import (
    EXPO,
    PASS_VIEWS,
    Plan,
    Target,
    amount_wanted,
    done_at,
    is_pass,
    no_op,
    refused,
    steps_at,
    target_of,
)
from kds.kitchen.portions import TRANSITIONS, Move, PortionState
from kds.kitchen.progress import available, voidable
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording

_S = PortionState
_ZERO = Decimal(0)
_MOVES = {
    CommandKind.START: Move.START,
    CommandKind.BUMP: Move.BUMP,
    CommandKind.SERVE: Move.SERVE,
    CommandKind.RECALL: Move.RECALL,
}
_ALREADY = {
    Move.START: "already started",
    Move.BUMP: "already done",
    Move.SERVE: "already served",
    Move.RECALL: "nothing to recall",
}
_HAND_REASON = Wording("等叫", "on hold")


def move(kitchen: Kitchen, command: Command, now: Instant) -> Plan:
    """Plan start, bump, serve and recall."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    kind = _MOVES[command.kind]
    items = [m for line in target.lines for m in _line_moves(kitchen, line, target, command, kind)]
    facts: list[Fact] = list(_taken(kitchen, target, command, items))
    if items:
        at = done_at(command, target.visit, now)
        view = command.view
        facts.append(PortionsMoved(target.visit.id, kind, view, tuple(items), at, command.seen))
    facts += _struck_at_pass(target, command, kind)
    if kind in (Move.BUMP, Move.SERVE):
        facts += _bump_of_nothing(kitchen, target, command, moved_any=bool(items))
    return Plan(tuple(facts), why="" if facts else _why_nothing(target, kind))


def _why_nothing(target: Target, kind: Move) -> str:
    held = [h.reason.en for line in target.lines for h in line.holds if h.gate is Gate.START]
    if held and kind in (Move.START, Move.BUMP):
        return f"held: {held[0]}"
    return _ALREADY[kind]


def _line_moves(
    kitchen: Kitchen, line: Line, target: Target, command: Command, kind: Move
) -> Iterator[Moved]:
    steps = steps_at(kitchen, line, command.view)
    if not steps:
        return
    if kind is Move.RECALL:
        yield from _recall_moves(line, steps, target, command)
    elif kind is Move.SERVE:
        yield from _serve_moves(line, target, command)
    elif kind is Move.BUMP and is_pass(command.view):
        yield from _finish_moves(line, target, command)
    else:
        states = _sources(kind, target, without=(_S.WAITING,))
        for step in steps:
            there = _there(line, step, states, target.visit, command.seen)
            wanted = amount_wanted(command, line, there)
            yield from _take(line, step, states, wanted, target, command)


def _sources(
    kind: Move, target: Target, without: tuple[PortionState, ...] = ()
) -> tuple[PortionState, ...]:
    """Return the states that the move takes portions from; held ones only when named."""
    kept = without if target.is_explicit else (*without, _S.HELD)
    return tuple(state for state in TRANSITIONS[kind] if state not in kept)


def _there(
    line: Line, step: int, states: Sequence[PortionState], visit: Visit, seen: int | None
) -> Decimal:
    return sum((available(line, step, s, visit.id, seen) for s in states), _ZERO)


def _take(
    line: Line,
    step: int,
    states: Sequence[PortionState],
    wanted: Decimal,
    target: Target,
    command: Command,
) -> Iterator[Moved]:
    """Yield the moves that take `wanted` portions of one step, in the order of `states`."""
    for state in states:
        part = min(wanted, available(line, step, state, target.visit.id, command.seen))
        if part > 0:
            yield Moved(line.key, step, state, part)
            wanted -= part


def _serve_moves(line: Line, target: Target, command: Command) -> Iterator[Moved]:
    """Serve whole portions: the same number in every step, whatever each had done."""
    states = _sources(Move.SERVE, target)
    steps = range(len(line.routing.steps))
    there = min(
        _there(line, s, states, target.visit, command.seen) - _held_behind(line, s, target)
        for s in steps
    )
    wanted = amount_wanted(command, line, there)
    for step in steps:
        yield from _take(line, step, states, wanted, target, command)


def _held_behind(line: Line, step: int, target: Target) -> Decimal:
    """Return the portions waiting at `step` because they are held at an earlier one."""
    if target.is_explicit or not line.routing.steps[step].after:
        return _ZERO
    held = _held_at_roots(line, target)
    return min(held, available(line, step, _S.WAITING, target.visit.id))


def _held_at_roots(line: Line, target: Target) -> Decimal:
    roots = (i for i, s in enumerate(line.routing.steps) if not s.after)
    return max((available(line, i, _S.HELD, target.visit.id) for i in roots), default=_ZERO)


def _finish_moves(line: Line, target: Target, command: Command) -> Iterator[Moved]:
    """Strike off at the pass: bring every step up to the number that is then ready."""
    states = _sources(Move.BUMP, target)
    steps = range(len(line.routing.steps))
    open_now = {
        s: _there(line, s, states, target.visit, command.seen) - _held_behind(line, s, target)
        for s in steps
    }
    most = max(open_now.values())
    wanted = amount_wanted(command, line, most)
    for step in steps:
        part = max(_ZERO, wanted - (most - open_now[step]))
        yield from _take(line, step, states, part, target, command)


def _recall_moves(
    line: Line, steps: tuple[int, ...], target: Target, command: Command
) -> Iterator[Moved]:
    """Take back what was done last: served portions if any, else ready ones, else started ones."""
    for state in TRANSITIONS[Move.RECALL]:
        reach = _recall_steps(line, steps, state, command.view)
        parts = {s: available(line, s, state, target.visit.id, command.seen) for s in reach}
        if any(parts.values()):
            for step, there in parts.items():
                wanted = amount_wanted(command, line, there)
                yield from _take(line, step, (state,), wanted, target, command)
            return


def _recall_steps(
    line: Line, steps: tuple[int, ...], state: PortionState, view: str | None
) -> tuple[int, ...]:
    """A served portion is served at every step; from the pass only last steps are cooked again."""
    if state is _S.SERVED:
        return tuple(range(len(line.routing.steps)))
    return last_steps(line) if view in PASS_VIEWS else steps


def _taken(
    kitchen: Kitchen, target: Target, command: Command, items: Sequence[Moved]
) -> Iterator[Fact]:
    """A station that works on a line which nobody was given has taken it."""
    if is_pass(command.view) or command.kind is CommandKind.RECALL:
        return
    for key in dict.fromkeys(item.line for item in items):
        line = kitchen.line(key)
        if line is not None and any(s.station == ANY_STATION for s in line.routing.steps):
            yield LineTaken(target.visit.id, key, StationId(command.view or ""))


def _struck_at_pass(target: Target, command: Command, kind: Move) -> list[Fact]:
    """A gated plate that the pass strikes or serves has opened its gate."""
    if kind is Move.RECALL or kind is Move.START or command.view != EXPO:
        return []
    gated: dict[RuleId, list[LineKey]] = {}
    for line in target.lines:
        for hold in line.holds:
            if hold.gate is Gate.RUN and hold.visit == target.visit.id:
                gated.setdefault(hold.rule, []).append(line.key)
    return [
        HoldReleased(target.visit.id, tuple(keys), rule, Opening.STRUCK)
        for rule, keys in gated.items()
    ]


def _bump_of_nothing(
    kitchen: Kitchen, target: Target, command: Command, *, moved_any: bool
) -> list[Fact]:
    """A bump also acknowledges void lines it could see; a card with nothing to cook is noted."""
    seen = command.seen if moved_any else None
    items = tuple(_unacknowledged(kitchen, target, command.view, seen))
    facts: list[Fact] = [VoidsAcknowledged(target.visit.id, items)] if items else []
    if target.is_explicit or moved_any or not is_pass(command.view):
        return facts
    orders = [kitchen.orders[k] for k in target.visit.orders if k in kitchen.orders]
    cards = [o for o in orders if not o.noted and not _has_portions(o)]
    return [*facts, OrderNoted(target.visit.id)] if cards else facts


def _has_portions(order: Order) -> bool:
    return any(line_counts(order, line).live > 0 for line in order.lines.values())


def _unacknowledged(
    kitchen: Kitchen, target: Target, view: str | None, seen: int | None
) -> Iterator[tuple[LineKey, int]]:
    for line in target.lines:
        for step in steps_at(kitchen, line, view):
            if any(
                g.step == step
                and g.state is _S.VOID
                and not g.acknowledged
                and g.visit == target.visit.id
                and (seen is None or g.seq <= seen)
                for g in line.groups
            ):
                yield line.key, step


def acknowledge_void(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan ack_void."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    items = tuple(_unacknowledged(kitchen, target, command.view, command.seen))
    if not items:
        return no_op("nothing to acknowledge")
    return Plan((VoidsAcknowledged(target.visit.id, items),))


def hold(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan hold: what has not started waits until somebody fires it."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    keys = tuple(
        line.key
        for line in target.lines
        if any(g.state is _S.QUEUED and g.visit == target.visit.id for g in line.groups)
    )
    if not keys:
        return no_op("nothing that could still be held")
    fact = HoldPlaced(
        target.visit.id, keys, HELD_BY_HAND, Gate.START, _HAND_REASON, portions=command.portions
    )
    return Plan((fact,))


def fire(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan fire: whatever keeps these lines from being started is over."""
    return _open(kitchen, command, (Gate.START,), Opening.FIRED, "nothing is held")


def release(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan release: every hold of these lines is over, that at the pass too."""
    gates = (Gate.START, Gate.RUN)
    return _open(kitchen, command, gates, Opening.OVERRIDE, "nothing is held back")


def _open(
    kitchen: Kitchen, command: Command, gates: tuple[Gate, ...], opening: Opening, why: str
) -> Plan:
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    held: dict[RuleId, list[LineKey]] = {}
    for line in target.lines:
        for item in line.holds:
            if item.gate in gates and item.visit == target.visit.id:
                held.setdefault(item.rule, []).append(line.key)
    facts = tuple(
        HoldReleased(target.visit.id, tuple(keys), rule, opening, command.portions)
        for rule, keys in held.items()
    )
    return Plan(facts, why="" if facts else why)


def rush(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan rush and unrush of a ticket, a line, a course, a category or a seat."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    by = 1 if command.kind is CommandKind.RUSH else -1
    keys = tuple(line.key for line in target.lines if _can_rush(kitchen, line, target, by))
    if not keys:
        return no_op("nothing left to rush" if by > 0 else "nothing is rushed")
    return Plan((LinesRushed(target.visit.id, keys, by),))


def _can_rush(kitchen: Kitchen, line: Line, target: Target, by: int) -> bool:
    if by < 0:
        return line.rush > 0
    counts = line_counts(kitchen.orders[line.key.order], line, target.visit.id)
    return counts.to_cook > 0 or counts.ready > 0


def void_portions(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan void: strike portions that are not served."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    items = []
    for line in target.lines:
        there = voidable(line, target.visit.id)
        wanted = amount_wanted(command, line, there)
        if wanted > 0:
            items.append((line.key, wanted))
    if not items:
        return no_op("nothing left to void")
    by = None if is_pass(command.view) else StationId(command.view or "")
    return Plan((PortionsVoided(target.visit.id, tuple(items), command.reason, by),))


def remake(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan remake: cook again what was ready or served."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    items = []
    for line in target.lines:
        order = kitchen.orders[line.key.order]
        counts = line_counts(order, line, target.visit.id)
        wanted = amount_wanted(command, line, counts.ready + counts.served)
        if wanted > 0 and line.routing.steps:
            items.append((line.key, _remake_id(order, line), wanted))
    if not items:
        return no_op("nothing is ready or served yet")
    return Plan((LinesRemade(target.visit.id, tuple(items)),))


def _remake_id(order: Order, line: Line) -> LineId:
    """Return the first free id of a remake of `line`."""
    number = 1
    while (name := LineId(f"{line.key.line_id}~{number}")) in order.lines:
        number += 1
    return name


def take(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan take: the station gets the lines that no rule gave to anybody."""
    target = target_of(kitchen, command)
    if isinstance(target, Plan):
        return target
    if is_pass(command.view):
        return refused("take needs the view of the station that takes the line")
    station = StationId(command.view or "")
    facts = tuple(
        LineTaken(target.visit.id, line.key, station)
        for line in target.lines
        if any(s.station == ANY_STATION for s in line.routing.steps)
    )
    return Plan(facts, why="" if facts else "already at a station")
