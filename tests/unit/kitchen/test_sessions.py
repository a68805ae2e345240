"""Which visit a session means, when it sits at several tables or was merged."""

from __future__ import annotations

import pytest

from kds.kitchen.messages import OrderFields
from kds.kitchen.sessions import session_visit
from tests.unit.kitchen.house import House, dish, line_key, order_key
from tests.unit.kitchen.invariants import check


def found(house: House, session: str, table: str = "") -> str | None:
    """Return the order that opened the visit of a session."""
    visit = session_visit(house.kitchen, OrderFields(session=session, table=table))
    return None if visit is None else visit.orders[0].order_id


@pytest.fixture
def house() -> House:
    """Session S at table 5."""
    house = House()
    house.order("1", dish("a"), revision=1, session="S", table="5")
    return house


def test_orders_of_one_session_at_one_table_are_one_visit(house: House) -> None:
    house.order("2", dish("b"), session="S", table="5")
    assert house.visit("1") == house.visit("2")
    assert house.visit().lines == (line_key("a"), line_key("b", "2"))


def test_an_order_of_the_session_that_names_no_table_joins(house: House) -> None:
    assert found(house, "S") == "1"


def test_no_session_and_one_that_nobody_knows_mean_no_visit(house: House) -> None:
    assert found(house, "") is None
    assert found(house, "T") is None


def test_a_session_at_a_table_where_it_never_sat_is_another_visit(house: House) -> None:
    """Some tills number sessions by table and day, and begin again."""
    house.order("2", dish("b"), session="S", table="6")
    assert house.visit("1") != house.visit("2")
    assert (found(house, "S", "5"), found(house, "S", "6"), found(house, "S", "7")) == (
        "1",
        "2",
        None,
    )
    assert found(house, "S") == "2"
    house.do("pin", "1")  # touching the first takes nothing from the second
    assert found(house, "S", "6") == "2"


def test_when_one_of_two_visits_of_a_session_ends_the_other_is_found(house: House) -> None:
    house.order("2", dish("b"), session="S", table="6")
    house.do("close", "2")
    assert found(house, "S", "5") == found(house, "S") == "1"
    assert found(house, "S", "6") is None


def test_a_session_is_found_at_its_former_tables_too(house: House) -> None:
    """The code at table 5 still leads to the session after the move."""
    house.do("move_table", "1", table="8")
    assert found(house, "S", "5") == found(house, "S", "8") == "1"


def test_who_sits_there_now_comes_before_who_sat_there(house: House) -> None:
    house.order("2", dish("b"), session="S", table="6")
    house.do("move_table", "2", table="7")
    house.order("3", dish("c"), session="S", table="9")
    house.do("move_table", "3", table="6")
    assert found(house, "S", "6") == "3"


def test_a_session_without_a_table_takes_orders_from_any() -> None:
    house = House()
    house.order("1", dish("a"), session="S")
    assert found(house, "S", "5") == "1"


def test_an_ended_visit_is_no_longer_its_sessions(house: House) -> None:
    house.do("close", "1")
    assert found(house, "S", "5") is None
    assert not house.kitchen.sessions


def test_after_a_merge_the_session_of_the_one_leads_to_the_other(house: House) -> None:
    house.order("2", dish("b"), session="T", table="6")
    house.do("merge", "1", into_order=order_key("2"))
    assert found(house, "S", "5") == found(house, "S") == found(house, "T", "6") == "2"
    house.order("3", dish("c"), session="S", table="5")
    assert house.visit("3") == house.visit("2")
    assert found(house, "S", "9") is None
    check(house.kitchen)


def test_a_session_is_found_through_two_merges(house: House) -> None:
    house.order("2", dish("b"), session="T", table="6")
    house.order("3", dish("c"), session="U", table="7")
    house.do("merge", "1", into_order=order_key("2"))
    house.do("merge", "2", into_order=order_key("3"))
    assert found(house, "S", "5") == found(house, "T", "6") == "3"
    house.do("close", "3")
    assert not house.kitchen.sessions


def test_a_visit_of_one_session_at_two_tables_merges_into_itself_once(house: House) -> None:
    house.order("2", dish("b"), session="S", table="6")
    house.do("merge", "1", into_order=order_key("2"))
    assert house.visit("2").all_sessions == ("S",)
    check(house.kitchen)


def test_a_visit_opened_without_a_session_takes_that_of_its_order(house: House) -> None:
    house.order("2", dish("b"), revision=1, table="6")
    house.order("2", dish("b"), revision=2, table="6", session="T")
    assert found(house, "T", "6") == "2"


def test_a_visit_takes_no_session_that_other_guests_have(house: House) -> None:
    """Order 3 sits at table 6 beside order 4, and names table 5 only later."""
    house.order("3", dish("c"), revision=1, table="6")
    house.order("4", dish("d"), revision=1, note="join 6")
    house.amend("3", revision=2, table="5", session="S")
    assert house.visit("3").session == ""
    assert found(house, "S", "5") == "1"
