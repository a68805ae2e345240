"""A kitchen whose parts come from a damaged store, made whole: every part fits to the others."""

from __future__ import annotations

from kds.kitchen.changing import replace
from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.writing import put_visit


def mended(kitchen: Kitchen) -> Kitchen:
    """Return `kitchen` without what hangs in the air, its indexes made anew.

    Orders whose visit is missing go (their tills or raw bodies bring them again), and so do
    open visits of which no order is left. A kitchen that is whole comes back as it is.
    """
    orders = FrozenMap(
        (key, order) for key, order in kitchen.orders.items() if order.visit in kitchen.visits
    )
    bare = replace(
        kitchen,
        orders=orders,
        visits=FrozenMap(),
        sessions=FrozenMap(),
        tables=FrozenMap(),
        closed=(),
    )
    whole = bare
    for visit in sorted(kitchen.visits.values(), key=_since):
        is_ended = visit.ended_at is not None  # its orders may have left before it
        if is_ended or not visit.orders or any(key in orders for key in visit.orders):
            whole = put_visit(whole, visit, seq=visit.seq)
    commands = ((c, visit) for c, visit in kitchen.commands.items() if visit in whole.visits)
    return replace(whole, commands=FrozenMap(commands))


def _since(visit: Visit) -> tuple[int, str]:
    return (visit.opened_at if visit.ended_at is None else visit.ended_at, visit.id)
