"""Sets that rules spell out and sides that are lines: any order of revisions, any later book."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import LineId
from kds.kitchen.messages import (
    LineContent,
    LineState,
    Modifier,
    ModifierKind,
    OrderFields,
    OrderMessage,
)
from kds.kitchen.orders import HELD_BY_VOUCHER, Origin, Recipe, SetPart
from tests.unit.kitchen.house import House, HousePolicy, line_key, message
from tests.unit.kitchen.invariants import check
from tests.unit.kitchen.test_convergence import normalised

FISH = SetPart("fish", category="hot")
BEEF = SetPart("beef", Decimal(2), category="chain")
DUO = (FISH, BEEF)
SETS = {"duo": DUO, "grand": (SetPart("duo", Decimal(2), category="set", parts=DUO), FISH)}


class SpellingPolicy(HousePolicy):
    """Spells out `duo` and `grand`; fries among modifiers are a line."""

    def __init__(self, sets: dict[str, tuple[SetPart, ...]] | None = None) -> None:
        self.sets = SETS if sets is None else sets

    def recipe(self, fields: OrderFields, content: LineContent) -> Recipe:
        """Return the set of that name; and fries."""
        del fields
        names = {m.name for m in content.modifiers}
        return Recipe(self.sets.get(content.name, ()), ("fries",) if "fries" in names else ())


def sold(line_id: str, name: str, quantity: str = "1", *sides: str, **more: Any) -> LineContent:
    modifiers = tuple(Modifier(side) for side in sides)
    return LineContent(
        LineId(line_id),
        name,
        Decimal(quantity),
        category="set" if name in SETS else "hot",
        modifiers=modifiers,
        **more,
    )


def house() -> House:
    return House(SpellingPolicy())


LINES = st.builds(
    sold,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["duo", "grand", "soup"]),
    st.sampled_from(["1", "2", "3", "0", "-1"]),
    st.sampled_from(["fries", "salt", "fries"]),
    state=st.sampled_from([LineState.ORDERED, LineState.ORDERED, LineState.VOID, LineState.HELD]),
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[OrderMessage], list[OrderMessage]]:
    """Draw revisions and the way in which they come: shuffled, some of them twice."""
    told = [
        message("1", *lines, revision=number, partial=draw(st.booleans()))
        for number, lines in enumerate(
            draw(
                st.lists(
                    st.lists(LINES, max_size=2, unique_by=lambda c: c.line_id),
                    min_size=1,
                    max_size=4,
                )
            ),
            1,
        )
    ]
    again = draw(st.lists(st.sampled_from(told), max_size=2))
    return told, draw(st.permutations(told + again))


@given(deliveries())
def test_any_order_of_revisions_gives_the_same_dishes(
    drawn: tuple[list[OrderMessage], list[OrderMessage]],
) -> None:
    found = []
    for messages in drawn:
        made = house()
        for told in messages:
            made.receive(told)
            check(made.kitchen)
        found.append(normalised(made.the_order()))
    assert found[0] == found[1]


def test_a_side_that_a_partial_amendment_drops_is_void_also_when_it_came_first() -> None:
    """The line that lacks the modifier says so for it, not only a revision of the whole order."""
    whole = message("1", sold("a", "soup", "2", "fries"), revision=1)
    part = message("1", sold("a", "soup", "2"), revision=2, partial=True)
    for messages in ([whole, part], [part, whole]):
        made = house()
        for told in messages:
            made.receive(told)
        assert made.line("a+fries").content.state is LineState.VOID
        assert made.counts("a").queued == 2


def test_a_later_book_changes_nothing_that_stands() -> None:
    made = house()
    made.order("1", sold("a", "duo"), sold("b", "soup", "1", "fries"))
    made.policy = SpellingPolicy({"duo": (BEEF,), "soup": DUO})
    made.order("1", sold("a", "duo", "3"), sold("b", "soup", "2", "fries", "salt"))
    assert made.counts("a+fish").queued == 3
    assert made.counts("b").queued == made.counts("b+fries").queued == 2
    assert LineId("b+beef") not in made.the_order().lines


def test_what_the_guest_says_of_a_set_is_said_to_each_cook() -> None:
    nuts = Modifier("nuts", ModifierKind.ALLERGY)
    made = house()
    content = sold("a", "duo")
    mild = Modifier("fish", modifiers=(Modifier("mild"),))
    made.order("1", LineContent(**{**_fields(content), "note": "fast", "modifiers": (nuts, mild)}))
    fish, beef = made.line("a+fish").content, made.line("a+beef").content
    assert (fish.modifiers, beef.modifiers) == ((nuts, Modifier("mild")), (nuts,))
    assert fish.note == beef.note == "fast"


def test_only_what_the_guest_wants_becomes_a_line() -> None:
    """No fries are no order of fries; those of an extra count twice."""
    without = Modifier("fries", ModifierKind.REMOVE)
    twice = Modifier("extra", ModifierKind.ADD, Decimal(2), (Modifier("fries"),))
    made = house()
    fields = _fields(sold("a", "soup", "3"))
    made.order("1", LineContent(**{**fields, "modifiers": (without,)}))
    assert list(made.the_order().lines) == ["a"]
    made.order("2", LineContent(**{**fields, "modifiers": (twice, Modifier("fries"))}))
    assert made.counts("a+fries", "2").queued == 9


def test_the_dishes_that_a_till_sends_itself_are_not_made_again() -> None:
    own = LineContent(LineId("x"), "fish", Decimal(1), parent=LineId("a"), category="hot")
    made = house()
    made.order("1", sold("a", "duo"), own)
    assert set(made.the_order().lines) == {"a", "x"}


def test_a_dish_that_was_a_set_by_mistake_is_cooked_once() -> None:
    """An amendment to another dish takes the set's dishes away, and stands no shell itself."""
    made = house()
    made.order("1", sold("a", "duo"))
    made.order("1", sold("a", "soup"))
    assert made.counts("a").queued == 1
    assert made.counts("a+fish").void == 1


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (CommandKind.VOID, (4, 0, 0)),
        (CommandKind.RUSH, (0, 1, 0)),
        (CommandKind.HOLD, (0, 0, 4)),
    ],
)
def test_a_command_for_a_set_reaches_the_sets_inside_it(
    kind: CommandKind, expected: tuple[int, int, int]
) -> None:
    """In `expected`: portions void, times rushed, portions held."""
    made = house()
    made.order("1", sold("g", "grand"))
    made.do(kind, line="g")
    line, counts = made.line("g+duo+beef"), made.counts("g+duo+beef")
    assert line.origin is Origin.SET
    assert (int(counts.void), line.rush, int(counts.held)) == expected


def test_a_set_leaves_for_another_table_with_its_dishes() -> None:
    made = house()
    made.order("1", sold("a", "duo", "2"), sold("b", "soup"), session="s")
    to = made.split("1", ("a", None), table="9")
    assert set(made.kitchen.visits[to].lines) == {
        line_key("a"),
        line_key("a+fish"),
        line_key("a+beef"),
    }
    assert made.counts("a+beef", visit=to).queued == 4


def test_a_voucher_is_cooked_once() -> None:
    made = house()
    made.order("1", sold("a", "duo", voucher="77"), sold("b", "soup", voucher="78"))
    outcome = made.order("2", sold("a", "duo", voucher="77"), sold("c", "soup", voucher="77"))
    assert "redeemed before" in " ".join(outcome.warnings)
    held = [
        line.key.line_id
        for line in made.the_order("2").lines.values()
        if any(hold.rule == HELD_BY_VOUCHER for hold in line.holds)
    ]
    assert set(held) == {"a+fish", "a+beef", "c"}


def test_a_voucher_that_was_void_may_be_used_again() -> None:
    made = house()
    made.order("1", sold("a", "duo", voucher="77"))
    made.order("1", sold("a", "duo", voucher="77", state=LineState.VOID))
    made.order("2", sold("a", "duo", voucher="77"))
    assert made.counts("a+fish", "2").queued == 1


def _fields(content: LineContent) -> dict[str, Any]:
    return {name: getattr(content, name) for name in LineContent.__dataclass_fields__}
