"""Whatever happens at the tables, a gate opens, and time and rules come to rest."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind, SplitPart
from kds.kitchen.ids import LineId, RuleId
from kds.kitchen.messages import Service
from kds.rulebook.adoption import followed
from kds.rulebook.book import Book
from kds.rulebook.due import due, next_due, visit_due
from tests.unit.rulebook.house import House

DISHES = [
    ("麻辣锅底", "锅底"),
    ("一人一锅", "锅底"),
    ("肥牛", "涮品"),
    ("鲜毛肚", "涮品"),
    ("回锅肉", "热菜"),
]
TABLES = ["1", "2", "3", "4"]
WORK = [
    CommandKind.BUMP,
    CommandKind.SERVE,
    CommandKind.RECALL,
    CommandKind.HOLD,
    CommandKind.FIRE,
    CommandKind.RELEASE,
    CommandKind.VOID,
    CommandKind.RUSH,
    CommandKind.REMAKE,
    CommandKind.CLOSE,
]

lines = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(DISHES), max_size=5)
table = st.sampled_from(TABLES)
line = st.none() | st.sampled_from("abcde")
view = st.sampled_from(["broth", "cut", "wok", "expo", "all"])
service = st.sampled_from([Service.DINE_IN, Service.DINE_IN, Service.TAKEAWAY])
steps = st.lists(
    st.tuples(st.just("order"), table, lines, service, st.none() | st.integers(0, 6))
    | st.tuples(st.just("work"), st.sampled_from(WORK), table, line, view)
    | st.tuples(st.just("merge"), table, table)
    | st.tuples(st.just("split"), table, st.sampled_from("abcde"))
    | st.tuples(st.just("rule"), st.sampled_from(["pause_rule", "resume_rule"]))
    | st.tuples(st.just("wait"), st.sampled_from([1, 30, 200, 360])),
    max_size=30,
)


def carry_out(house: House, step: tuple[Any, ...]) -> None:
    match step:
        case ("order", name, content, kind, guests):
            fields = {"session": name, "table": name, "service": kind, "guests": guests}
            house.order(content, order_id=name, **fields)
        case ("work", kind, name, line_id, where):
            house.act(kind, line_id, order_id=name, view=where)
        case ("merge", name, into):
            order = house.key(into)
            house.act(CommandKind.MERGE, order_id=name, into_order=order)
        case ("split", name, line_id):
            parts = (SplitPart(LineId(line_id)),)
            house.act(CommandKind.SPLIT, order_id=name, lines=parts, table="9")
        case ("rule", kind):
            house.act(CommandKind(kind), rule=RuleId("broth-first"))
        case ("wait", seconds):
            house.wait(seconds)


def held(house: House) -> list[str]:
    return [
        line.key.line_id
        for order in house.kitchen.orders.values()
        for line in order.lines.values()
        for hold in line.holds
        if hold.rule == "broth-first" and not house.kitchen.visits[hold.visit].removed
    ]


@given(steps)
@settings(max_examples=200)
def test_a_gate_never_stays_closed(hotpot: Book, story: list[tuple[Any, ...]]) -> None:
    house = House(hotpot)
    for step in story:
        carry_out(house, step)
        for visit in house.kitchen.visits:
            assert not list(house.book.settle(house.kitchen, visit, house.latest, house.now))
        assert not followed(house.kitchen, house.book, house.now, house.kitchen.visits)
    house.wait(420)
    assert held(house) == []


@given(steps)
@settings(max_examples=100)
def test_what_is_due_happens_once_under_one_id(hotpot: Book, story: list[tuple[Any, ...]]) -> None:
    house = House(hotpot)
    for step in story:
        carry_out(house, step)
    house.wait(3600)
    assert due(house.kitchen, house.book, house.now) == ()
    at = next_due(house.kitchen, house.book)
    assert at is None or at > house.now
    each = [visit_due(house.kitchen, visit, house.book) for visit in house.kitchen.visits]
    assert min((when for when in each if when is not None), default=None) == at
    ids = [event.id for event in house.events]
    assert len(ids) == len(set(ids))
