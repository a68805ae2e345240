"""Any mix, order and duplication of revisions and partials gives one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.ids import LineId
from kds.kitchen.messages import LineContent, LineState, OrderMessage, Service
from kds.kitchen.orders import Line, Order
from tests.unit.kitchen.house import House, message
from tests.unit.kitchen.invariants import check

PARENTS = {"s1": "s", "s2": "s", "t": "s", "t1": "t"}
CATEGORIES = {"a": "hot", "b": "chain", "c": "fork", "s": "set", "t": "set", "s1": "cold"}
QUANTITIES = ("0", "1", "1", "2", "3", "0.5", "1.5", "-1")


@dataclass(frozen=True)
class Told:
    """One line as one revision states it."""

    line_id: str
    quantity: str
    state: LineState
    note: str

    def content(self) -> LineContent:
        """Return it as the till says it."""
        parent = PARENTS.get(self.line_id)
        return LineContent(
            LineId(self.line_id),
            name=self.line_id,
            quantity=Decimal(self.quantity),
            parent=None if parent is None else LineId(parent),
            category=CATEGORIES.get(self.line_id, "hot"),
            state=self.state,
            note=self.note,
        )


TOLD = st.builds(
    Told,
    st.sampled_from(["a", "b", "c", "s", "s1", "s2", "t", "t1"]),
    st.sampled_from(QUANTITIES),
    st.sampled_from([LineState.ORDERED, LineState.ORDERED, LineState.HELD, LineState.VOID]),
    st.sampled_from(["", "", "no salt"]),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "note": st.sampled_from(["", "birthday"]),
    "cancelled": st.sampled_from([False, False, True]),
    "payment": st.just("paid"),
    "service": st.sampled_from([Service.DINE_IN, Service.TAKEAWAY]),
    "guests": st.integers(1, 3),
}


@st.composite
def revisions(draw: st.DrawFn) -> list[OrderMessage]:
    """Draw the revisions of one order, in the order in which the till made them."""
    count = draw(st.integers(1, 5))
    told = []
    for number in range(1, count + 1):
        lines = draw(st.lists(TOLD, max_size=5, unique_by=lambda t: t.line_id))
        partial = draw(st.booleans())
        names = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=3))
        fields = {name: draw(FIELDS[name]) for name in sorted(names)}
        contents = [t.content() for t in lines]
        told.append(message("1", *contents, revision=number, partial=partial, **fields))
    return told


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[OrderMessage], list[OrderMessage]]:
    """Draw revisions and the way in which they come: shuffled, some of them twice."""
    told = draw(revisions())
    again = draw(st.lists(st.sampled_from(told), max_size=2))
    return told, draw(st.permutations(told + again))


def normalised(order: Order) -> Mapping[str, object]:
    """Return what must be the same however the revisions came."""
    return {
        "fields": order.fields,
        "field_revisions": order.field_revisions,
        "revision": order.revision,
        "wholes": order.wholes,
        "digests": order.digests,
        "incomplete": order.incomplete,
        "lines": {line_id: _line(line) for line_id, line in order.lines.items()},
    }


def _line(line: Line) -> Mapping[str, object]:
    states: dict[tuple[int, str], Decimal] = {}
    for group in line.groups:
        key = (group.step, group.state.value)
        states[key] = states.get(key, Decimal(0)) + group.portions
    return {
        "content": line.content,
        "revision": line.revision,
        "history": line.history,
        "ordered": line.ordered,
        "routing": line.routing,
        "states": states,
        "holds": {(h.rule, h.gate) for h in line.holds},
    }


def received(messages: list[OrderMessage]) -> House:
    """Return a kitchen that received `messages` in this order."""
    house = House()
    for told in messages:
        house.receive(told)
        check(house.kitchen)
    return house


def same_either_way(told: list[OrderMessage], came: list[OrderMessage]) -> None:
    """Assert that what came in some order gives what the till meant."""
    in_order, shuffled = received(told).the_order(), received(came).the_order()
    assert normalised(shuffled) == normalised(in_order)


@given(deliveries())
def test_any_order_and_duplication_of_revisions_gives_one_result(
    drawn: tuple[list[OrderMessage], list[OrderMessage]],
) -> None:
    same_either_way(*drawn)
