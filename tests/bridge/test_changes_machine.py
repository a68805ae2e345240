"""Whatever happens in the kitchen, who hears every message knows where everything stands."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.commands import Command, CommandKind, ReceiveOrder
from kds.kitchen.decide import decide
from kds.kitchen.ids import CommandId, Instant, LineId, StationId
from kds.kitchen.messages import LineState, OrderFields, OrderMessage
from kds.kitchen.state import Kitchen
from pos_bridge.status import messages
from pos_bridge.status.changes import line_state, order_state
from pos_bridge.status.telling import Telling
from pos_bridge.status.webhooks import Webhook
from tests.unit.store.house import Rules, dish, key_of

KINDS = (
    CommandKind.START,
    CommandKind.BUMP,
    CommandKind.SERVE,
    CommandKind.RECALL,
    CommandKind.VOID,
    CommandKind.ACK_VOID,
    CommandKind.HOLD,
    CommandKind.FIRE,
    CommandKind.REMAKE,
    CommandKind.UNDO,
)
ORDERS = st.tuples(
    st.sampled_from("12"),
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(("0", "1", "3")), st.booleans()),
        max_size=3,
        unique_by=lambda each: each[0],
    ),
)
COMMANDS = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from("12"),
    st.sampled_from((None, "a", "b", "c")),
    st.sampled_from((None, "cut", "wok", "expo")),
    st.sampled_from((None, Decimal(1), Decimal(2))),
)


class Night:
    """A kitchen in which something happens, and what was told of it, by order."""

    def __init__(self) -> None:
        self.kitchen = Kitchen()
        self.told: dict[str, list[str]] = {}
        self._telling = Telling((Webhook("office", "webhook:office", "https://x", ()),))
        self._count = 0

    def happen(self, what: tuple[Any, ...]) -> None:
        self._count += 1
        number = CommandId(f"c{self._count}")
        item = self._order(number, *what) if len(what) == 2 else self._command(number, *what)
        before, now = self.kitchen, Instant(self._count)
        decision = decide(before, item, Rules(), now)
        self.kitchen = decision.kitchen
        for out in self._telling.outgoing(before, self.kitchen, decision.events, now):
            self.told.setdefault(out.key.split(" ")[-1], []).append(out.body)

    def _order(self, number: CommandId, order_id: str, lines: Any) -> ReceiveOrder:
        states = {True: LineState.VOID, False: LineState.ORDERED}
        found = tuple(dish(name, quantity, state=states[void]) for name, quantity, void in lines)
        message = OrderMessage(key_of(order_id), self._count, fields=OrderFields(), lines=found)
        return ReceiveOrder(number, message, digest=str(number))

    def _command(
        self, number: CommandId, kind: CommandKind, order_id: str, line: Any, view: Any, part: Any
    ) -> Command:
        return Command(
            number,
            kind,
            key_of(order_id),
            line_id=None if line is None else LineId(line),
            portions=part,
            view=None if view is None else StationId(view),
            undoes=CommandId(f"c{self._count - 1}"),
        )


@given(st.lists(ORDERS | COMMANDS, max_size=14))
def test_the_messages_together_say_where_every_order_and_line_stands(
    story: list[tuple[Any, ...]],
) -> None:
    night = Night()
    for what in [("1", [("a", "3", False), ("b", "1", False)]), *story]:
        night.happen(what)
    for key, order in night.kitchen.orders.items():
        bodies = night.told[key.order_id]
        one = json.loads(messages.merged(bodies))["data"]
        assert one["state"] == order_state(order)
        told = {line["line_id"]: line["state"] for line in one["lines"]}
        assert told == {
            line.key.line_id: line_state(line) for line in order.lines.values() if line.groups
        }
        seqs = [json.loads(body)["data"]["seq"] for body in bodies]
        assert seqs == sorted(set(seqs))
