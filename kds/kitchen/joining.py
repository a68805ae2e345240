"""What events do to an order by hand and its twin of a till: joined into one, or two for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial

from kds.kitchen.changing import replace
from kds.kitchen.events import Event
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.order_facts import OrdersJoined, OrdersParted
from kds.kitchen.orders import Gate, Hold, Line
from kds.kitchen.portions import NOT_STARTED, Group, Move, PortionState
from kds.kitchen.progress import (
    by_least_advanced,
    by_most_advanced,
    drop_idle_holds,
    keep_chain,
    moved,
    tidy,
)
from kds.kitchen.state import Kitchen
from kds.kitchen.writing import put_lines, put_order

_ZERO = Decimal(0)
_NOT_VOID = frozenset(PortionState) - {PortionState.VOID}
_OPEN = _NOT_VOID - {PortionState.SERVED}
_REASON = "same order"


def orders_parted(kitchen: Kitchen, _event: Event, fact: OrdersParted) -> Kitchen:
    """Ask no more of the order."""
    order = kitchen.orders.get(fact.order)
    return kitchen if order is None else put_order(kitchen, replace(order, twins=()))


def orders_joined(kitchen: Kitchen, event: Event, fact: OrdersJoined) -> Kitchen:
    """Give the till's lines what was cooked by hand, and the others what nobody needs twice.

    Every line keeps as many portions as were ever ordered of it. What was written by hand beside
    a dish stays beside it: the till may know nothing of an allergy. What the till asked for once
    more becomes void; a station that has begun it sees it so.
    """
    for hand_key, key, portions in fact.items:
        hand, line = kitchen.line(hand_key), kitchen.line(key)
        if hand is not None and line is not None:
            kitchen = _remembered(kitchen, hand, line)
            home = kitchen.orders[hand_key.order].visit
            places = (home, fact.visit)
            kitchen = put_lines(
                kitchen, _swapped(hand, line, places, portions, event.at, kitchen.seq)
            )
    return kitchen


def _swapped(
    hand: Line,
    line: Line,
    places: tuple[VisitId, VisitId],
    portions: Decimal,
    at: Instant,
    seq: int,
) -> tuple[Line, Line]:
    """Return both lines, each with `portions` of the other; `places`: the visit of each."""
    home, visit = places
    given: list[Group] = []
    struck: list[Group] = []
    kept, rest = list(hand.groups), list(line.groups)
    for step in range(len(line.routing.steps)):
        here = partial(_lies_at, step, home, _NOT_VOID)
        from_hand, kept = _split(kept, portions, here, by_most_advanced)
        here = partial(_lies_at, step, visit, _OPEN)
        from_line, rest = _split(rest, portions, here, by_least_advanced)
        given += [replace(group, visit=visit) for group in from_hand]
        struck += [_void(group, home, at, seq) for group in from_line]
    one = replace(
        hand,
        groups=tidy((*kept, *struck)),
        struck=hand.struck + portions,
        void_reason=_REASON,
    )
    holds = _holds(hand, line, places, given)
    content = replace(line.content, note=_notes(line.content.note, hand.content.note))
    other = replace(line, content=content, groups=tidy((*rest, *given)), holds=holds, changed=False)
    return _in_order(one, at, seq), _in_order(other, at, seq)


def _remembered(kitchen: Kitchen, hand: Line, line: Line) -> Kitchen:
    """Keep a dish's note in the order by hand, too: the till's next revision states its own."""
    if not hand.content.note or hand.content.note in line.content.note:
        return kitchen
    order = kitchen.orders[hand.key.order]
    note = _notes(order.fields.note, f"{hand.content.name}: {hand.content.note}")
    return put_order(kitchen, replace(order, fields=replace(order.fields, note=note)))


def _notes(of_till: str, by_hand: str) -> str:
    return of_till if by_hand in of_till else "\n".join(filter(None, (of_till, by_hand)))


def _holds(
    hand: Line, line: Line, places: tuple[VisitId, VisitId], given: Iterable[Group]
) -> tuple[Hold, ...]:
    """Return the till's holds, and with held portions those that hold them."""
    home, visit = places
    if not any(group.state is PortionState.HELD for group in given):
        return line.holds
    known = {(h.rule, h.visit, h.gate) for h in line.holds}
    moved_along = (
        replace(hold, visit=visit)
        for hold in hand.holds
        if hold.visit == home and hold.gate is Gate.START
    )
    return line.holds + tuple(h for h in moved_along if (h.rule, h.visit, h.gate) not in known)


def _lies_at(step: int, visit: VisitId, states: frozenset[PortionState], group: Group) -> bool:
    return group.step == step and group.visit == visit and group.state in states


def _void(group: Group, visit: VisitId, at: Instant, seq: int) -> Group:
    """Return what nobody needs twice as void; who has begun it must see so."""
    void = moved(group, Move.VOID, at, seq)
    return replace(void, visit=visit, acknowledged=group.state in NOT_STARTED)


def _in_order(line: Line, at: Instant, seq: int) -> Line:
    return replace(drop_idle_holds(keep_chain(line, at, seq)), seq=seq)


def _split(
    groups: Iterable[Group],
    portions: Decimal,
    may: Callable[[Group], bool],
    key: Callable[[Group], tuple[int, int]],
) -> tuple[list[Group], list[Group]]:
    """Return `portions` of the groups that may be taken, in the order of `key`, and the rest."""
    taken: list[Group] = []
    left: list[Group] = []
    wanted = portions
    for group in sorted(groups, key=key):
        part = min(wanted, group.portions) if may(group) else _ZERO
        wanted -= part
        if part > 0:
            taken.append(replace(group, portions=part))
        if part < group.portions:
            left.append(replace(group, portions=group.portions - part))
    return taken, left
