"""Identifiers and the units of time, each its own type so that none is taken for another."""

from __future__ import annotations

from typing import NamedTuple, NewType

SourceId = NewType("SourceId", str)
OrderId = NewType("OrderId", str)
LineId = NewType("LineId", str)
VisitId = NewType("VisitId", str)
CommandId = NewType("CommandId", str)
EventId = NewType("EventId", str)
StationId = NewType("StationId", str)
RuleId = NewType("RuleId", str)
AlertId = NewType("AlertId", str)

Instant = NewType("Instant", int)
"""Kitchen time in whole milliseconds since 1970-01-01T00:00Z."""

BY_HAND = SourceId("by-hand")
"""The source of orders that people write at the bridge's own form while the till is dead."""

ANY_STATION = StationId("*")
"""The station of a step that no rule matched: every station shows it until one takes it."""

EXPO = "expo"
PASS_VIEWS = frozenset({EXPO, "pickup", "all"})


def is_pass(view: str | None) -> bool:
    """The view stands for all stations of a line; so does no view at all."""
    return view is None or view in PASS_VIEWS


class OrderKey(NamedTuple):
    """An order for ever: who sent it and the sender's own number."""

    source: SourceId
    order_id: OrderId


class LineKey(NamedTuple):
    """A line for ever; joining, merging, splitting and moving never change it."""

    source: SourceId
    order_id: OrderId
    line_id: LineId

    @property
    def order(self) -> OrderKey:
        """The order that this line belongs to."""
        return OrderKey(self.source, self.order_id)


def visit_of(order: OrderKey) -> VisitId:
    """Return the id of the visit that `order` opens when it joins none."""
    return VisitId(f"{order.source}/{order.order_id}")
