"""Vouchers: what one code pays for is cooked once, whoever sends it and however often."""

from __future__ import annotations

from collections.abc import Iterator

from kds.kitchen.counts import line_counts
from kds.kitchen.ids import LineKey
from kds.kitchen.order_facts import HoldPlaced, OrderReceived
from kds.kitchen.orders import HELD_BY_VOUCHER, Gate, Line, Order
from kds.kitchen.plans import with_children
from kds.kitchen.portions import PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.wording import Wording

REASON = Wording("这张券已经下过单", "this voucher has been redeemed before")


def redeemed_again(
    kitchen: Kitchen, before: Order | None, fact: OrderReceived
) -> Iterator[HoldPlaced]:
    """Yield the hold of new lines whose voucher another line has; the pass fires or voids them.

    `kitchen`: with `fact`; `before`: its order without. A line that is void has used nothing up.
    """
    order = kitchen.orders[fact.message.key]
    known = {} if before is None else before.lines
    fresh = [c for c in fact.message.lines if c.voucher and c.line_id not in known]
    if not fresh:
        return
    new = {order.lines[content.line_id].key for content in fresh}
    used = {ln.content.voucher: ln.key for ln in _redeeming(kitchen) if ln.key not in new}
    held: dict[LineKey, None] = {}
    for content in fresh:
        line = order.lines[content.line_id]
        if used.setdefault(content.voucher, line.key) != line.key:
            held |= {
                part.key: None
                for part in with_children(order, line)
                if any(group.state is PortionState.QUEUED for group in part.groups)
            }
    if held:
        yield HoldPlaced(fact.visit, tuple(held), HELD_BY_VOUCHER, Gate.START, REASON, asks=True)


def _redeeming(kitchen: Kitchen) -> Iterator[Line]:
    """Yield the living lines that have a voucher."""
    for order in kitchen.orders.values():
        for line in order.lines.values():
            if line.content.voucher and line_counts(order, line).live > 0:
                yield line
