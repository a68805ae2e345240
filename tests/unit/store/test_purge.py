"""What has been kept long enough goes; what is still needed never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from kds.kitchen.commands import Result
from kds.kitchen.ids import CommandId, Instant
from kds.store.purge import Retention
from kds.store.store import Store
from kds.store.values import Answer, Intake, Keyed, Personal
from tests.unit.store.house import DAY, START, House, key_of, url_of, visit_id


def days(number: float) -> Instant:
    """Return the time so many days after the start."""
    return Instant(int(START + number * DAY))


def fill(house: House, order_id: str) -> None:
    """Keep one of everything about an order, which leaves the state."""
    house.order(order_id, table="A1")
    house.archive(order_id)
    at = house.now
    house.keep(
        intakes=(Intake(order_id, at, "/v1/orders", b"{}", "new", 201),),
        answers=(Answer(CommandId(order_id), at, Result.APPLIED, 1),),
        keys=(Keyed(order_id, "", 201, "{}", at),),
        personal=(Personal(key_of(order_id), "Ms Wang", at),),
    )


def remains(store: Store, order_id: str) -> set[str]:
    """Return what is still known of an order."""
    found = {
        "raw": store.intake(order_id),
        "person": store.personal([key_of(order_id)]).get(key_of(order_id)),
        "answer": store.answer(CommandId(order_id)),
        "key": store.keyed(order_id),
        "index": store.order_ref(key_of(order_id)),
        "visit": [v for v in store.visits(table="A1") if v.id == visit_id(order_id)],
        "events": store.events_of_visit(visit_id(order_id)),
    }
    return {name for name, value in found.items() if value}


ALL = {"raw", "person", "answer", "key", "index", "visit", "events"}


@pytest.mark.parametrize(
    ("age", "left"),
    [
        (29, ALL),
        (31, ALL - {"raw", "person"}),
        (41, {"visit", "events"}),
        (402, set[str]()),
    ],
)
def test_each_thing_has_its_own_age(house: House, age: int, left: set[str]) -> None:
    fill(house, "1")
    house.now = days(age)
    fill(house, "2")
    house.store.snapshot(house.kitchen)
    house.store.purge(days(age))
    assert remains(house.store, "1") == left
    assert remains(house.store, "2") == ALL


def test_the_ages_are_settings(house: House) -> None:
    fill(house, "1")
    house.store.purge(days(2), Retention(index=100, raw=100, personal=1))
    assert remains(house.store, "1") == ALL - {"person"}


def test_events_that_no_snapshot_contains_stay(house: House, file: Path) -> None:
    fill(house, "1")
    house.store.purge(days(500))
    assert house.store.floor() == 1
    house.store.snapshot(house.kitchen)
    house.store.purge(days(500))
    last = house.kitchen.seq
    assert [entry.seq for entry in house.store.events_after(0, 10)] == [last]
    assert house.store.floor() == last
    again = Store.open(url_of(file))
    assert again.load() == house.kitchen
    again.close()


def test_an_order_that_is_still_open_is_found_however_old(house: House) -> None:
    house.order("1")
    house.keep()
    house.store.purge(days(100))
    assert house.store.order_ref(key_of("1")) is not None


def test_one_call_does_a_little_and_says_when_nothing_is_left(house: House) -> None:
    people = tuple(Personal(key_of(str(i)), "x", START) for i in range(1500))
    house.keep(personal=people)
    assert [house.store.purge(days(31)) for _ in range(3)] == [1000, 500, 0]
