"""Plans of start, bump, serve and recall: which portions go where, and what else that says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.counts import line_counts
from kds.kitchen.events import Fact
from kds.kitchen.ids import ANY_STATION, EXPO, Instant, LineKey, RuleId, StationId, is_pass
from kds.kitchen.order_facts import (
    HoldReleased,
    LineTaken,
    Moved,
    Opening,
    OrderNoted,
    PortionsMoved,
    VoidsAcknowledged,
)
from kds.kitchen.orders import Gate, Line, Order
from kds.kitchen.plans import (
    Plan,
    Target,
    amount_wanted,
    done_at,
    no_op,
    steps_at,
    target_of,
    unacknowledged,
)
from kds.kitchen.portions import TRANSITIONS, Group, Move, PortionState
from kds.kitchen.progress import is_known
from kds.kitchen.sight import Sight
from kds.kitchen.slices import Slice, Tally, slices, total
from kds.kitchen.state import Kitchen

_S = PortionState
_DONE = frozenset({_S.READY, _S.SERVED})
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

Choice = tuple[Slice, Sequence[int]]
"""Portions, and the steps at which they move."""


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
    return Plan(tuple(facts)) if facts else no_op(_why_nothing(kitchen, target, command, kind))


def _why_nothing(kitchen: Kitchen, target: Target, command: Command, kind: Move) -> str:
    if target.lines and not any(steps_at(kitchen, line, command.view) for line in target.lines):
        return f"nothing of this is done at {command.view or 'any station'}"
    held = [h.reason.en for line in target.lines for h in line.holds if h.gate is Gate.START]
    if held and kind in (Move.START, Move.BUMP):
        return f"held: {held[0]}"
    return _ALREADY[kind]


# --- which portions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Act:
    """One move of one line, as somebody at a view means it. `steps`: those that view works on."""

    line: Line
    steps: tuple[int, ...]
    target: Target
    command: Command
    kind: Move

    def slices(self, steps: Sequence[int] | None = None) -> list[Slice]:
        """Return the portions that the actor can mean, the most advanced first."""

        def chosen(group: Group) -> bool:
            return is_known(group, self.target.sight, self.kind, self.command.view)

        return slices(self.line, self.target.visit.id, steps, chosen)

    def keeps(self, state: PortionState) -> bool:
        """Held portions stay where they are unless their line is named."""
        return state is _S.HELD and not self.target.is_explicit

    def moves(self, choices: Sequence[Choice], steps: Sequence[int]) -> Iterator[Moved]:
        """Yield what moves as many of the chosen portions as are wanted; `steps`: as sliced."""
        wanted = amount_wanted(self.command, self.target, self.line, total(s for s, _ in choices))
        tally = Tally()
        for each, moving in choices:
            part = min(wanted, each.portions)
            wanted -= part
            for step in moving if part > 0 else ():
                tally.add(step, each.states[steps.index(step)], part)
        for step, state, portions in tally:
            yield Moved(self.line.key, step, state, portions)


def _line_moves(
    kitchen: Kitchen, line: Line, target: Target, command: Command, kind: Move
) -> Iterator[Moved]:
    steps = steps_at(kitchen, line, command.view)
    if not steps:
        return
    act = _Act(line, steps, target, command, kind)
    if kind is Move.START:
        yield from _started(act)
    elif kind is Move.SERVE:
        yield from _served(act)
    elif kind is Move.RECALL:
        yield from _recalled(act)
    elif is_pass(command.view):
        yield from _struck_off(act)
    else:
        yield from _bumped(act)


def _started(act: _Act) -> Iterator[Moved]:
    """Start what is queued at each step of the view."""
    for step in act.steps:
        found = act.slices((step,))
        startable = [s for s in found if s.states[0] in TRANSITIONS[Move.START]]
        choices = [(s, (step,)) for s in startable if not act.keeps(s.states[0])]
        yield from act.moves(choices, (step,))


def _served(act: _Act) -> Iterator[Moved]:
    """Serve whole portions, whatever each station had done of them."""
    steps = range(len(act.line.routing.steps))
    found = [s for s in act.slices() if not s.has(_S.SERVED)]
    choices = [(s, steps) for s in found if not any(map(act.keeps, s.states))]
    yield from act.moves(choices, steps)


def _struck_off(act: _Act) -> Iterator[Moved]:
    """Strike off at the pass: every station of a portion is finished with it."""
    steps = range(len(act.line.routing.steps))
    choices = []
    for each in act.slices():
        moving = [i for i, state in enumerate(each.states) if state not in _DONE]
        if moving and not any(map(act.keeps, each.states)):
            choices.append((each, moving))
    yield from act.moves(choices, steps)


def _bumped(act: _Act) -> Iterator[Moved]:
    """Finish what a station has of each portion."""
    choices = [(s, _finished(act, s)) for s in act.slices(act.steps)]
    yield from act.moves([(s, moving) for s, moving in choices if moving], act.steps)


def _finished(act: _Act, each: Slice) -> list[int]:
    """Return the steps that a station finishes: those it has, and what follows on them there.

    A station that works for another one, too, does the whole of a chain with one bump.
    """
    states = dict(zip(act.steps, each.states, strict=True))
    done = {step for step, state in states.items() if state in _DONE}
    moving: list[int] = []
    while fresh := [s for s in states if s not in done and _can_finish(act, s, states[s], done)]:
        moving += fresh
        done.update(fresh)
    return moving


def _can_finish(act: _Act, step: int, state: PortionState, done: set[int]) -> bool:
    if state is _S.WAITING:
        return done.issuperset(act.line.routing.steps[step].after)
    return not act.keeps(state)


def _recalled(act: _Act) -> Iterator[Moved]:
    """Take back what was done last: served portions if any, else at the end of the chain."""
    everywhere = range(len(act.line.routing.steps))
    served = [s for s in act.slices() if s.has(_S.SERVED)]
    if served:
        yield from act.moves([(s, everywhere) for s in served], everywhere)
        return
    for steps in _from_the_end(act):
        found = act.slices(steps)
        for state in (_S.READY, _S.COOKING):
            choices = [(s, _where(s, steps, state)) for s in found if s.has(state)]
            if choices:
                yield from act.moves(choices, steps)
                return


def _where(each: Slice, steps: Sequence[int], state: PortionState) -> list[int]:
    return [step for step, its in zip(steps, each.states, strict=True) if its is state]


def _from_the_end(act: _Act) -> Iterator[list[int]]:
    """Yield the view's steps, those first that none of the others waits for."""
    left = list(act.steps)
    while left:
        waited_for = {index for step in left for index in act.line.routing.steps[step].after}
        last = [step for step in left if step not in waited_for] or left
        yield last
        left = [step for step in left if step not in last]


# --- what else it says -------------------------------------------------------------------------


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
    """A gated plate that the pass strikes, or anybody there serves, has opened its gate."""
    strikes = kind is Move.BUMP and command.view == EXPO
    if not strikes and not (kind is Move.SERVE and is_pass(command.view)):
        return []
    gated: dict[RuleId, list[LineKey]] = {}
    for line in target.lines:
        for hold in line.holds:
            if hold.gate is not Gate.START and hold.visit == target.visit.id:
                gated.setdefault(hold.rule, []).append(line.key)
    return [
        HoldReleased(target.visit.id, tuple(keys), rule, Opening.STRUCK)
        for rule, keys in gated.items()
    ]


def _bump_of_nothing(
    kitchen: Kitchen, target: Target, command: Command, *, moved_any: bool
) -> list[Fact]:
    """A bump also acknowledges void lines it could see; a card with nothing to cook is noted."""
    sight = target.sight if moved_any else Sight()
    items = tuple(unacknowledged(kitchen, target, command.view, sight))
    facts: list[Fact] = [VoidsAcknowledged(target.visit.id, items)] if items else []
    if target.is_explicit or moved_any or not is_pass(command.view):
        return facts
    return [*facts, OrderNoted(target.visit.id)] if any(_cards(kitchen, target)) else facts


def _cards(kitchen: Kitchen, target: Target) -> Iterable[bool]:
    for key in target.visit.orders:
        order = kitchen.orders.get(key)
        yield order is not None and not order.noted and not _has_portions(order)


def _has_portions(order: Order) -> bool:
    return any(line_counts(order, line).live > 0 for line in order.lines.values())
