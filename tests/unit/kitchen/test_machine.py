"""A restaurant gone mad: whatever people and tills do, no portion is lost, invented or hidden.

Every step is a random act; after each, everything in `invariants` must hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kds.kitchen.closing import can_archive
from kds.kitchen.commands import Command, CommandKind, Outcome, Result, SplitPart
from kds.kitchen.decide import decide
from kds.kitchen.evolve import fold
from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.ids import CommandId, LineKey, VisitId
from kds.kitchen.messages import LineContent, LineState
from kds.kitchen.order_facts import VisitArchived, VisitRestored
from kds.kitchen.orders import Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from tests.unit.kitchen.house import House, dish, line_key, order_key
from tests.unit.kitchen.invariants import check, differences, portions, without_memory

ORDERS = st.sampled_from(["1", "2", "3", "h1"])
TABLES = st.sampled_from(["1", "2", ""])
SESSIONS = st.sampled_from(["", "A", "B"])
VIEWS = st.sampled_from(["wok", "cut", "prep", "pass", "broth", "expo", "pickup", "all", None])
PORTIONS = st.sampled_from([None, None, Decimal(1), Decimal(2)])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "table": TABLES,
    "session": SESSIONS,
    "cancelled": st.sampled_from([False] * 12 + [True]),
    "closed": st.sampled_from([False] * 12 + [True]),
    "service": st.sampled_from(["dine_in", "dine_in", "takeaway"]),
}
PARENTS = {"s1": "set", "s2": "set"}
CATEGORIES = {
    "a": "hot",
    "b": "chain",
    "c": "fork",
    "d": "pair",
    "e": "unknown",
    "p": "pot",
    "q": "plate",
    "r": "brain",
    "set": "set",
    "s1": "cold",
    "s2": "chain",
}
MENU = {"a": "3", "b": "3", "c": "2", "d": "2", "e": "1", "p": "1", "q": "2", "r": "2"} | {
    "set": "2",
    "s1": "2",
    "s2": "4",
}
MOVES = [CommandKind.START, CommandKind.BUMP, CommandKind.SERVE, CommandKind.RECALL]
WORK = [
    CommandKind.HOLD,
    CommandKind.FIRE,
    CommandKind.RELEASE,
    CommandKind.RUSH,
    CommandKind.UNRUSH,
    CommandKind.ACK_VOID,
    CommandKind.TAKE,
]
SEATING = [CommandKind.MOVE_TABLE, CommandKind.PIN, CommandKind.UNPIN, CommandKind.CLOSE]


@st.composite
def told_lines(draw: st.DrawFn) -> list[LineContent]:
    """Draw what a till says of some lines."""
    names = draw(st.lists(st.sampled_from(sorted(CATEGORIES)), max_size=4, unique=True))
    lines = []
    for name in names:
        quantity = draw(st.sampled_from(["1", "2", "3", "1.5", "0", "-1"]))
        state = draw(st.sampled_from([LineState.ORDERED] * 4 + [LineState.HELD, LineState.VOID]))
        parent = PARENTS.get(name)
        lines.append(dish(name, quantity, CATEGORIES[name], state=state, parent=parent))
    return lines


def rebuilt(kitchen: Kitchen) -> Kitchen:
    """Return `kitchen` as a snapshot brings it back: every map made new from its items."""
    maps: dict[str, Any] = {
        f.name: FrozenMap(getattr(kitchen, f.name).items())
        for f in fields(Kitchen)
        if isinstance(getattr(kitchen, f.name), FrozenMap)
    }
    return replace(kitchen, **maps)


class Restaurant(RuleBasedStateMachine):
    """Three orders and one by hand, two tables, two sessions, and everybody at once."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House()
        self.applied: list[CommandId] = []
        self.commands: list[Command] = []
        self.snapshot = (0, Kitchen())
        self.archive: dict[VisitId, tuple[Visit, tuple[Order, ...]]] = {}
        self.keys: set[LineKey] = set()
        self.numbers = count()

    @initialize()
    def opens(self) -> None:
        """Two tables have ordered a bit of everything, one of them half of it again."""
        told = [dish(n, q, CATEGORIES[n], parent=PARENTS.get(n)) for n, q in MENU.items()]
        self.house.order("1", *told, table="1", session="A", revision=1)
        self.house.order("2", *told[1::2], table="2", session="B", revision=1)
        self.house.order("h1", *told[::2], table="1", revision=1)

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """Do one act of all there are: one rule, so that no run is left with but a few of them."""
        act: Callable[[Restaurant, st.DataObject], None] = data.draw(st.sampled_from(ACTS))
        act(self, data)

    # --- the till ----------------------------------------------------------------------------

    def receives(self, data: st.DataObject) -> None:
        """A revision comes in, in any order, again, or with other content."""
        said = {name: data.draw(strategy) for name, strategy in FIELDS.items()}
        named = {name: value for name, value in said.items() if value}
        send = self.house.amend if data.draw(st.booleans()) else self.house.order
        revision = data.draw(st.none() | st.integers(1, 6))
        send(data.draw(ORDERS), *data.draw(told_lines()), revision=revision, **named)

    # --- people ------------------------------------------------------------------------------

    def moves(self, data: st.DataObject) -> None:
        """A cook, the pass or a runner does something, perhaps looking at an older board."""
        self.works(data.draw(st.sampled_from(MOVES)), data)

    def arranges(self, data: st.DataObject) -> None:
        """Lines are held, fired, rushed, taken, their voids acknowledged."""
        self.works(data.draw(st.sampled_from(WORK)), data)

    def works(self, kind: CommandKind, data: st.DataObject) -> None:
        """Give a command that orders and voids nothing."""
        back, view = data.draw(st.sampled_from([None, None, 0, 1, 3])), data.draw(VIEWS)
        seen = None if back is None else self.house.kitchen.seq - back
        before = portions(self.house.kitchen)
        self.acts(kind, seen=seen, view=view, device=view or "", **self.some_portions(data))
        after = portions(self.house.kitchen)
        assert (after["ordered"], after["void"]) == (before["ordered"], before["void"])

    def voids(self, data: st.DataObject) -> None:
        """The kitchen strikes portions; served ones stay."""
        before = portions(self.house.kitchen)
        self.acts(CommandKind.VOID, view=data.draw(VIEWS), **self.some_portions(data))
        after = portions(self.house.kitchen)
        assert (after["ordered"], after["served"]) == (before["ordered"], before["served"])

    def remakes(self, data: st.DataObject) -> None:
        """A dish is cooked once more; the first one stays what it was."""
        before = portions(self.house.kitchen)
        self.acts(CommandKind.REMAKE, view="expo", **self.some_portions(data))
        after = portions(self.house.kitchen)
        assert [after[n] for n in ("void", "served", "ready")] == [
            before[n] for n in ("void", "served", "ready")
        ]

    def seats(self, data: st.DataObject) -> None:
        """Guests move, tickets are pinned or closed."""
        kind, table = data.draw(st.sampled_from(SEATING)), data.draw(TABLES)
        self.keeps_portions(kind, table=table, **self.some_ticket(data))

    def merges(self, data: st.DataObject) -> None:
        """Two tickets become one."""
        into = order_key(data.draw(ORDERS))
        self.keeps_portions(CommandKind.MERGE, into_order=into, **self.some_ticket(data))

    def splits(self, data: st.DataObject) -> None:
        """Some of a ticket leaves for a ticket of its own."""
        ticket = self.some_ticket(data)
        kitchen = self.house.kitchen
        order = kitchen.orders.get(order_key(ticket["order"]))
        visit_id = ticket["visit"] or (order.visit if order is not None else VisitId(""))
        visit = kitchen.visits.get(visit_id)
        listed = (visit.lines if visit else ()) or (line_key("a"),)
        keys = data.draw(st.lists(st.sampled_from(listed), min_size=1, max_size=3))
        lines = tuple(SplitPart(key.line_id, data.draw(PORTIONS), key.order) for key in keys)
        table = data.draw(TABLES)
        self.keeps_portions(CommandKind.SPLIT, lines=lines, table=table, **ticket)

    def answers(self, data: st.DataObject) -> None:
        """The pass says whether a till's order is the one that was written by hand."""
        before = portions(self.house.kitchen)
        kind = data.draw(st.sampled_from([CommandKind.SAME_ORDER, CommandKind.OTHER_ORDER]))
        self.acts(kind, **self.some_ticket(data))
        after = portions(self.house.kitchen)
        assert (after["ordered"], after["served"]) == (before["ordered"], before["served"])

    def undoes(self, data: st.DataObject) -> None:
        """Somebody takes an act back, of late or of long ago."""
        if self.applied:
            newest = self.applied[-1:] * 3
            undone = data.draw(st.sampled_from([*newest, *self.applied]))
            self.acts(CommandKind.UNDO, undoes=undone)

    def repeats(self, data: st.DataObject) -> None:
        """A command comes twice: what was applied changes nothing more."""
        if not self.commands:
            return
        command = data.draw(st.sampled_from(self.commands))
        was_applied = command.id in self.applied
        before = self.house.kitchen
        outcome = self.house.take(command)
        if was_applied:
            assert outcome.result is Result.NO_OP
            assert outcome.seq <= before.seq
            assert self.house.kitchen is before
        elif outcome.result is Result.APPLIED:
            self.applied.append(command.id)

    def waits(self, data: st.DataObject) -> None:
        """The clock goes on."""
        self.house.wait(data.draw(st.sampled_from([1, 60])))

    # --- the house ---------------------------------------------------------------------------

    def archives(self, data: st.DataObject) -> None:
        """An ended visit leaves the state; nothing that lives goes with it."""
        kitchen = self.house.kitchen
        leaving = [v for v in kitchen.closed if can_archive(kitchen, kitchen.visits[v])]
        if not leaving:
            return
        visit = kitchen.visits[data.draw(st.sampled_from(leaving))]
        before = portions_elsewhere(kitchen, visit.id)
        self.house.tell(VisitArchived(visit.id))
        after = self.house.kitchen
        assert portions_elsewhere(after, visit.id) == before
        _, gone = after.orders.changes_since(kitchen.orders)
        self.archive[visit.id] = (visit, tuple(kitchen.orders[key] for key in sorted(gone)))
        self.forget(visit)

    def restores(self, data: st.DataObject) -> None:
        """An archived visit comes back, as the bridge does it: when its order is asked for."""
        if not self.archive:
            return
        visit_id = data.draw(st.sampled_from(sorted(self.archive)))
        visit, orders = self.archive.pop(visit_id)
        if visit_id not in self.house.kitchen.visits:
            self.house.tell(VisitRestored(visit, orders))

    def is_photographed(self, _data: st.DataObject) -> None:
        """A snapshot is written."""
        self.snapshot = (len(self.house.log), rebuilt(self.house.kitchen))

    # --- what must hold ------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_or_invented(self) -> None:
        """See `invariants`; lines keep their keys for ever."""
        kitchen = self.house.kitchen
        check(kitchen, archived=self.archive)
        keys = {line.key for order in kitchen.orders.values() for line in order.lines.values()}
        lost = {key for key in self.keys - keys if "~" not in key.line_id}
        archived = {key.order for key in lost} - set(kitchen.orders)
        assert {key.order for key in lost} == archived
        self.keys = keys

    def teardown(self) -> None:
        """The log alone, or a snapshot and what came after it, gives the same kitchen."""
        kitchen = self.house.kitchen
        again = fold(Kitchen(), self.house.log)
        assert not differences(again, kitchen)
        count, photographed = self.snapshot
        resumed = fold(photographed, self.house.log[count:])
        assert not differences(resumed, kitchen)

    # --- how it is done ------------------------------------------------------------------------

    def some_ticket(self, data: st.DataObject) -> dict[str, Any]:
        """Draw an order that is known, and perhaps which of its visits is meant."""
        kitchen = self.house.kitchen
        keys = sorted(kitchen.orders)
        if not keys:
            return {"order": "1", "visit": None}
        key = data.draw(st.sampled_from(keys))
        visits = sorted(v.id for v in kitchen.visits.values() if key in v.orders)
        visit = data.draw(st.sampled_from([None, None, *visits]))
        return {"order": str(key.order_id), "visit": visit}

    def some_portions(self, data: st.DataObject) -> dict[str, Any]:
        """Draw a ticket, perhaps one of the lines of its order, perhaps how many of it."""
        ticket = self.some_ticket(data)
        order = self.house.kitchen.orders.get(order_key(ticket["order"]))
        lines = sorted(order.lines) if order is not None else []
        line = data.draw(st.sampled_from([None, *lines]))
        return ticket | {"line": line, "portions": data.draw(PORTIONS)}

    def acts(self, kind: CommandKind, order: str | None = None, **said: Any) -> Outcome:
        """Give a command; what it did is undone at once on the side, and must be exact."""
        before = self.house.kitchen
        command_id = CommandId(f"c{next(self.numbers)}")
        outcome = self.house.do(kind, order, id=command_id, **said)
        self.commands.append(self.last_command(kind, order, command_id, said))
        if outcome.result is not Result.APPLIED:
            assert self.house.kitchen is before
            assert outcome.why
            return outcome
        self.applied.append(command_id)
        if kind is not CommandKind.UNDO:
            self.can_be_undone_exactly(before, command_id)
        return outcome

    def last_command(
        self, kind: CommandKind, order: str | None, command_id: CommandId, said: dict[str, Any]
    ) -> Command:
        """Return the command that was just given."""
        more = dict(said)
        line = more.pop("line", None)
        key = None if order is None else order_key(order)
        return Command(command_id, kind, key, line_id=line, **more)

    def can_be_undone_exactly(self, before: Kitchen, command: CommandId) -> None:
        """Undo on the side: everything is as it was."""
        undo = Command(CommandId("undo"), CommandKind.UNDO, undoes=command)
        undone = decide(self.house.kitchen, undo, self.house.policy, self.house.now)
        assert undone.outcome.result is Result.APPLIED, undone.outcome
        assert not differences(without_memory(undone.kitchen), without_memory(before))

    def keeps_portions(self, kind: CommandKind, **said: Any) -> None:
        """Give a command that must not change how many portions are in which state."""
        before = portions(self.house.kitchen)
        self.acts(kind, **said)
        assert portions(self.house.kitchen) == before

    def forget(self, visit: Visit) -> None:
        """The state no longer knows what was commanded in a visit that left it; the store does."""
        gone = {applied.command for applied in visit.commands}
        self.applied = [c for c in self.applied if c not in gone]
        self.commands = [c for c in self.commands if c.id not in gone]


ACTS = (
    [Restaurant.receives] * 5
    + [Restaurant.moves] * 9
    + [Restaurant.arranges] * 4
    + [Restaurant.undoes] * 3
    + [Restaurant.splits] * 2
    + [
        Restaurant.voids,
        Restaurant.answers,
        Restaurant.remakes,
        Restaurant.seats,
        Restaurant.merges,
        Restaurant.repeats,
        Restaurant.waits,
        Restaurant.archives,
        Restaurant.restores,
        Restaurant.is_photographed,
    ]
)


def portions_elsewhere(kitchen: Kitchen, visit: VisitId) -> dict[tuple[LineKey, int, str], Decimal]:
    """Return living portions that lie in open visits other than `visit`."""
    totals: dict[tuple[LineKey, int, str], Decimal] = {}
    for order in kitchen.orders.values():
        for line in order.lines.values():
            for group in line.groups:
                place = kitchen.visits.get(group.visit)
                if group.visit != visit and place is not None and place.ended_at is None:
                    key = (line.key, group.step, group.state.value)
                    totals[key] = totals.get(key, Decimal(0)) + group.portions
    return totals


def _run(steps: int, examples: int) -> None:
    run_state_machine_as_test(
        Restaurant,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_whatever_happens_no_portion_is_lost_or_invented() -> None:
    _run(steps=35, examples=70)


@pytest.mark.long
def test_whatever_happens_over_a_long_evening_no_portion_is_lost_or_invented() -> None:
    _run(steps=120, examples=400)
