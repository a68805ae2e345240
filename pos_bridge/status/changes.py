"""What a decision changed for the till: each order's and line's state, before and after. Pure.

Found by comparing, not by the kinds of facts, so that whatever moves a portion is told: a cook's
finger, an undo, a rule, a revision of the order itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kds.kitchen.counts import last_steps, line_counts
from kds.kitchen.events import Event
from kds.kitchen.ids import LineKey, OrderKey
from kds.kitchen.order_facts import OrderReceived, VisitRestored
from kds.kitchen.orders import Line, Order
from kds.kitchen.portions import Counts, PortionState, amount
from kds.kitchen.state import Kitchen

_S = PortionState
_ZERO = Decimal(0)
_BEGUN = frozenset({_S.COOKING, _S.READY, _S.SERVED})
_DONE = frozenset({_S.READY, _S.SERVED})


class What(StrEnum):
    """What a till learns. The last three happen to something, the others are states as well."""

    ACCEPTED = "accepted"
    STARTED = "started"
    READY = "ready"
    SERVED = "served"
    VOIDED = "voided"
    VOID_ACKNOWLEDGED = "void_acknowledged"
    RECALLED = "recalled"
    SOLD_OUT = "sold_out"
    BACK_ON_SALE = "back_on_sale"


_RANKS = {what: rank for rank, what in enumerate(What)}
_VOID = frozenset({What.VOIDED, What.VOID_ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that something happened to, where it stands now, and its portions by state.

    `lost`: portions that it goes without because the dish is sold out.
    """

    line: Line
    state: What
    happened: What
    counts: Counts
    lost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order of which the till should learn. `happened`: to it as a whole, None: only to lines.

    `lines`: those that something happened to.
    """

    order: Order
    state: What
    happened: What | None
    lines: tuple[LineChange, ...]


def order_changes(
    before: Kitchen, after: Kitchen, events: Iterable[Event], wants: Callable[[str], bool]
) -> Iterator[OrderChange]:
    """Yield what `events`, which lead from `before` to `after`, changed in orders.

    `wants`: says of a source whether anybody wants to know.
    """
    changed, _ = after.orders.changes_since(before.orders)
    for line in _lost_changes(before, after):
        if (order := after.orders.get(line.order)) is not None:
            changed[order.key] = order
    if not changed:
        return
    facts = [event.fact for event in events]
    received = {f.message.key for f in facts if isinstance(f, OrderReceived) and not f.stale}
    for key, order in changed.items():
        if wants(key.source):
            former = before.orders.get(key) or _restored(facts, key)
            change = _change(former, order, _Lost(before, after), is_received=key in received)
            if change is not None:
                yield change


def _lost_changes(before: Kitchen, after: Kitchen) -> Iterator[LineKey]:
    """Yield the lines that go without something now, or no longer do."""
    if after.lost is not before.lost:
        changed, removed = after.lost.changes_since(before.lost)
        yield from (*changed, *removed)


class _Lost(NamedTuple):
    """What lines go without, as it was and as it is."""

    before: Kitchen
    after: Kitchen

    def of(self, line: LineKey) -> Decimal:
        """Return the portions of a line."""
        return self.after.lost.get(line, _ZERO)

    def happened(self, line: LineKey) -> What | None:
        """Return what this means for a line."""
        was, now = self.before.lost.get(line, _ZERO), self.of(line)
        if was == now:
            return None
        return What.SOLD_OUT if now > was else What.BACK_ON_SALE


def _restored(facts: Iterable[object], key: OrderKey) -> Order | None:
    """Return an order as it came back from the archive."""
    back = (order for f in facts if isinstance(f, VisitRestored) for order in f.orders)
    return next((order for order in back if order.key == key), None)


def _change(
    former: Order | None, order: Order, lost: _Lost, *, is_received: bool
) -> OrderChange | None:
    lines = tuple(_line_changes(former, order, lost))
    state = order_state(order)
    happened = _happened(None if former is None else order_state(former), state, is_received)
    if happened is None and not lines:
        return None
    return OrderChange(order, state, happened, lines)


def _happened(former: What | None, state: What, is_received: bool) -> What | None:
    if former is not None and state is former:
        return What.ACCEPTED if is_received else None
    if state in _VOID:
        return state
    if former is None or (is_received and _RANKS[state] < _RANKS[former]):
        return What.ACCEPTED
    return What.RECALLED if _RANKS[state] < _RANKS[former] else state


# --- states --------------------------------------------------------------------------------


def line_state(line: Line) -> What:
    """Return where a line with portions stands: as far as the portion that is furthest behind."""
    live = [group for group in line.groups if group.state is not _S.VOID]
    if not live:
        is_seen = all(group.acknowledged for group in line.groups)
        return What.VOID_ACKNOWLEDGED if is_seen else What.VOIDED
    if all(group.state is _S.SERVED for group in live):
        return What.SERVED
    last = last_steps(line)
    if all(group.state in _DONE for group in live if group.step in last):
        return What.READY
    return What.STARTED if any(group.state in _BEGUN for group in live) else What.ACCEPTED


def order_state(order: Order) -> What:
    """Return where an order stands: as far as the line that is furthest behind, void ones aside."""
    states = {line_state(line) for line in order.lines.values() if line.groups}
    live = states - _VOID
    if not live:
        return max(states, key=lambda s: s is What.VOIDED, default=What.ACCEPTED)
    if live <= {What.SERVED}:
        return What.SERVED
    if live <= {What.READY, What.SERVED}:
        return What.READY
    return What.ACCEPTED if live == {What.ACCEPTED} else What.STARTED


# --- lines ---------------------------------------------------------------------------------


def _line_changes(former: Order | None, order: Order, lost: _Lost) -> Iterator[LineChange]:
    for line in order.lines.values():
        was = None if former is None else former.lines.get(line.key.line_id)
        goes_without = lost.happened(line.key)
        if (line is was and goes_without is None) or not line.groups:
            continue
        counts = line_counts(order, line)
        happened = _line_happened(former, was, line, counts) or goes_without
        if happened is not None:
            yield LineChange(line, line_state(line), happened, counts, lost.of(line.key))


def _line_happened(
    former: Order | None, was: Line | None, line: Line, counts: Counts
) -> What | None:
    """Return what happened to a line, the most telling where it is more than one thing."""
    if former is None or was is None or not was.groups:
        return What.ACCEPTED if counts.live else line_state(line)
    if was.groups == line.groups:
        return None
    counts_before = line_counts(former, was)
    old, new = _progress(counts_before, was), _progress(counts, line)
    for what, then, now in zip(_TOLD, old, new, strict=True):
        if now > then:
            return what
    if new[1:] != old[1:]:
        return What.RECALLED
    return What.ACCEPTED if counts.live > counts_before.live else None


_TOLD = (What.VOIDED, What.VOID_ACKNOWLEDGED, What.SERVED, What.READY, What.STARTED)


def _progress(counts: Counts, line: Line) -> tuple[Decimal, ...]:
    """Return the portions that are void, void and seen, served, done, and begun."""
    done = counts.served + counts.ready
    seen = min(
        amount(g for g in line.groups if g.step == step and g.state is _S.VOID and g.acknowledged)
        for step in range(len(line.routing.steps))
    )
    return counts.void, seen, counts.served, done, done + counts.cooking
