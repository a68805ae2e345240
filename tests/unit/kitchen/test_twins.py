"""What was written by hand while the till was dead is not cooked twice when it comes back."""

from __future__ import annotations

import pytest

from kds.kitchen.commands import Result
from kds.kitchen.ids import OrderKey
from kds.kitchen.order_facts import OrdersJoined
from tests.unit.kitchen.house import House, dish, order_key
from tests.unit.kitchen.invariants import check


@pytest.fixture
def house() -> House:
    """Table 8 has two cold plates and a hot dish by hand; one plate is ready."""
    house = House()
    house.order("h1", dish("A", "2", "cold"), dish("b", "1", "hot"), table="8")
    house.do("bump", "h1", "A", portions="1", view="cut")
    house.wait(600)
    return house


def asked(house: House, order: str = "1") -> tuple[OrderKey, ...]:
    return house.the_order(order).twins


def test_the_same_dish_at_the_same_table_asks(house: House) -> None:
    house.order("1", dish("x", "1", "cold", name=" a "), table="8")
    assert asked(house) == (order_key("h1"),)


@pytest.mark.parametrize(
    "other",
    [
        {"table": "9"},
        {"table": "8", "cancelled": True},
        {"table": "8", "name": "c"},
        {"table": ""},
    ],
)
def test_what_is_plainly_something_else_does_not_ask(house: House, other: dict[str, str]) -> None:
    name = other.pop("name", "A")
    house.order("1", dish("x", "1", "cold", name=name), **other)
    assert asked(house) == ()


def test_after_three_hours_it_is_another_meal(house: House) -> None:
    house.wait(3 * 3600)
    house.order("1", dish("A", "1", "cold"), table="8")
    assert asked(house) == ()


def test_a_takeaway_asks_by_its_number() -> None:
    house = House()
    house.order("h1", dish("A", "1", "cold"), number="17")
    house.order("1", dish("A", "1", "cold"), number="17")
    house.order("2", dish("A", "1", "cold"), number="18")
    assert (asked(house), asked(house, "2")) == ((order_key("h1"),), ())


def test_joined_what_was_cooked_is_the_tills_and_nothing_is_left_twice(house: House) -> None:
    house.order("1", dish("1", "2", "cold", name="A"), dish("2", "1", "hot", name="b"), table="8")
    house.do("same_order", "1")
    assert house.outcome.result is Result.APPLIED
    assert house.states("1", "1") == {"queued": 1, "ready": 1}
    assert house.states("2", "1") == {"queued": 1}
    assert house.states("A", "h1") == {"void": 2}
    assert all(g.acknowledged for g in house.groups("A", "h1")), "nobody had begun it"
    first = house.groups("2", "1")[0]
    assert first.fired_at is not None
    assert house.now - first.fired_at == 600_000, "the guest waits since the form"
    assert house.visit("h1").id == house.visit("1").id
    check(house.kitchen)


def test_joined_what_was_written_beside_a_dish_stays_beside_it(house: House) -> None:
    """Fault: the till's dish went on without the allergy that the waiter wrote on the form."""
    house.order("h2", dish("1", "1", "cold", name="D", note="no nuts"), table="9")
    house.order("2", dish("1", "1", "cold", name="D", note="rare"), table="9")
    house.do("same_order", "2")
    assert house.line("1", "2").content.note == "rare\nno nuts"
    house.order("2", dish("1", "1", "cold", name="D"), dish("2", "1", "hot"), table="9")
    assert house.the_order("h2").fields.note == "D: no nuts", "whatever the till says later"
    check(house.kitchen)


def test_of_more_and_less_only_what_is_common_is_joined(house: House) -> None:
    house.order("1", dish("1", "3", "cold", name="A"), table="8")
    house.do("same_order", "1")
    assert house.states("1", "1") == {"queued": 2, "ready": 1}
    assert house.states("b", "h1") == {"queued": 1}, "the till does not know it; it stays"
    assert house.the_order("h1").visit == house.the_order("1").visit


def test_what_somebody_has_begun_twice_is_seen_as_void(house: House) -> None:
    house.order("1", dish("1", "1", "cold", name="A"), table="8")
    house.do("start", "1", "1", view="cut")
    house.do("same_order", "1")
    assert house.states("1", "1") == {"ready": 1}
    (struck,) = [g for g in house.groups("A", "h1") if g.state.value == "void"]
    assert not struck.acknowledged


def test_a_later_revision_of_the_till_goes_on_from_there(house: House) -> None:
    house.order("1", dish("1", "2", "cold", name="A"), table="8")
    house.do("same_order", "1")
    house.order("1", dish("1", "1", "cold", name="A"), table="8")
    assert house.states("1", "1") == {"ready": 1, "void": 1}
    house.order("1", dish("1", "4", "cold", name="A"), table="8")
    assert house.states("1", "1") == {"queued": 3, "ready": 1, "void": 1}


def test_it_is_asked_once_and_an_answer_can_be_taken_back(house: House) -> None:
    house.order("1", dish("1", "2", "cold", name="A"), table="8")
    before = house.kitchen.orders
    house.do("same_order", "1")
    joined = house.last
    assert house.do("same_order", "1").result is Result.NO_OP
    house.undo(joined)
    assert house.kitchen.orders == before
    house.do("other_order", "1")
    assert asked(house) == ()
    parted = house.last
    assert house.do("same_order", "1").result is Result.NO_OP
    house.undo(parted)
    assert asked(house) == (order_key("h1"),)


def test_held_dishes_stay_held_with_their_reason() -> None:
    house = House()
    house.order("h1", dish("p", "1", "pot"), dish("r", "1", "brain"), table="8")
    assert house.states("r", "h1") == {"held": 1}
    house.order("1", dish("r", "1", "brain"), table="8")
    house.do("same_order", "1")
    check(house.kitchen)
    assert len(house.facts(OrdersJoined)) == 1
    assert house.states("r", "1") == {"held": 1}
