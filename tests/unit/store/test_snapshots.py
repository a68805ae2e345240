"""A start from a snapshot gives the same kitchen as the whole log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind
from kds.kitchen.events import StockSet
from kds.kitchen.evolve import fold
from kds.kitchen.ids import Instant
from kds.kitchen.order_facts import VisitArchived
from kds.kitchen.state import Kitchen
from kds.store.errors import SequenceConflict, StoreCorrupt, StoreError, StoreTooNew
from kds.store.store import Store
from tests.unit.store.house import MINUTE, House, dish, key_of, url_of, visit_id


def restarted(file: Path) -> Kitchen:
    """Return what a new process loads."""
    store = Store.open(url_of(file))
    try:
        return store.load()
    finally:
        store.close()


def kept_parts(file: Path) -> dict[tuple[str, str], int]:
    """Return the places of the snapshot's entries by part and key."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT part, key, place FROM snapshot")
        return {(part, key): place for part, key, place in found}


def test_a_snapshot_and_what_came_after_it(house: House, file: Path) -> None:
    house.order("1")
    house.keep()
    house.store.snapshot(house.kitchen)
    house.order("2")
    house.do(CommandKind.BUMP, "1", view="cut")
    house.keep()
    assert restarted(file) == house.kitchen


def test_a_snapshot_alone_is_enough(house: House, file: Path) -> None:
    house.order("1")
    house.keep()
    house.store.snapshot(house.kitchen)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM events")
    assert restarted(file) == house.kitchen


def test_a_snapshot_writes_only_what_has_changed(house: House, file: Path) -> None:
    for i in range(5):
        house.order(str(i))
    house.keep()
    house.store.snapshot(house.kitchen)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE snapshot SET body = 'untouched'")
    house.do(CommandKind.BUMP, "3", view="cut")
    house.keep()
    house.store.snapshot(house.kitchen)
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT part, key FROM snapshot WHERE body != 'untouched'")
        changed = {tuple(row) for row in found}
    command = house.kitchen.visits[visit_id("3")].commands[-1].command
    assert changed == {
        ("head", ""),
        ("orders", '["till","3"]'),
        ("visits", '"till/3"'),
        ("commands", f'"{command}"'),
    }


def test_what_is_gone_leaves_the_snapshot(house: House, file: Path) -> None:
    house.order("1")
    house.order("2")
    house.keep()
    house.store.snapshot(house.kitchen)
    house.archive("1")
    house.keep()
    house.store.snapshot(house.kitchen)
    keys = {key for _, key in kept_parts(file)}
    assert not {'["till","1"]', '"till/1"'} & keys
    assert restarted(file) == house.kitchen


def test_entries_come_back_in_the_order_in_which_they_came(house: House, file: Path) -> None:
    for i in range(600):  # more than a map has buckets
        house.order(str(i))
    house.keep()
    house.store.snapshot(house.kitchen)
    loaded = restarted(file)
    assert list(loaded.orders) == list(house.kitchen.orders)


def test_the_next_snapshot_of_a_new_process_is_incremental_too(house: House, file: Path) -> None:
    house.order("1")
    house.keep()
    house.store.snapshot(house.kitchen)
    before = kept_parts(file)
    later = Store.open(url_of(file))
    other = House(later)
    other.order("2")
    other.keep()
    later.snapshot(other.kitchen)
    later.close()
    after = kept_parts(file)
    assert {key: after[key] for key in before} == before
    assert restarted(file) == other.kitchen


def test_the_writer_goes_on_while_a_snapshot_is_made(house: House, file: Path) -> None:
    house.order("1")
    house.keep()
    then = house.kitchen
    house.order("2")
    house.keep()
    house.store.snapshot(then)
    assert restarted(file) == house.kitchen


def test_an_older_state_replaces_no_newer_one(house: House, file: Path) -> None:
    then = house.kitchen
    house.order("1")
    house.keep()
    house.store.snapshot(house.kitchen)
    house.store.snapshot(then)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM events")
    assert restarted(file) == house.kitchen


def test_a_state_that_was_never_committed_is_no_snapshot(house: House, file: Path) -> None:
    house.order("1")
    with pytest.raises(SequenceConflict):
        house.store.snapshot(house.kitchen)
    assert restarted(file) == house.kept


def spoil(file: Path, *, with_log: bool) -> None:
    """Make the snapshot unreadable; without the beginning of the log nothing replaces it."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE snapshot SET version = 99 WHERE part = 'orders'")
        if not with_log:
            connection.execute("DELETE FROM events WHERE seq = 1")


def test_an_unreadable_snapshot_is_passed_over_while_the_log_is_whole(
    house: House, file: Path
) -> None:
    house.order("1")
    house.order("2")
    house.keep()
    house.store.snapshot(house.kitchen)
    spoil(file, with_log=True)
    assert restarted(file) == house.kitchen


def test_after_an_unreadable_snapshot_the_next_one_is_whole(house: House, file: Path) -> None:
    house.order("1")
    house.keep()
    house.store.snapshot(house.kitchen)
    spoil(file, with_log=True)
    store = Store.open(url_of(file))
    store.snapshot(store.load())
    store.close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM events")
    assert restarted(file) == house.kitchen


@pytest.mark.parametrize(("damage", "told"), [("snapshot", StoreTooNew), ("gap", StoreCorrupt)])
def test_a_state_that_can_not_be_told_is_refused(
    house: House, file: Path, damage: str, told: type[StoreError]
) -> None:
    for i in range(3):
        house.order(str(i))
    house.keep()
    if damage == "snapshot":
        house.store.snapshot(house.kitchen)
        spoil(file, with_log=False)
    else:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DELETE FROM events WHERE seq = 2")
    with pytest.raises(told):
        restarted(file)


# --- any history ---------------------------------------------------------------------------

ORDERS = ("1", "2", "3", "4")
DEEDS = (
    CommandKind.START,
    CommandKind.BUMP,
    CommandKind.SERVE,
    CommandKind.RECALL,
    CommandKind.HOLD,
    CommandKind.FIRE,
    CommandKind.RUSH,
    CommandKind.REMAKE,
    CommandKind.VOID,
    CommandKind.CLOSE,
    CommandKind.PIN,
)


def _order(house: House, order_id: str, number: int) -> None:
    lines = [dish(str(i), str(number % 4)) for i in range(number % 3 + 1)]
    house.order(order_id, *lines, revision=number, table=f"T{number % 2}", cancelled=number == 9)


def _act(house: House, order_id: str, number: int) -> None:
    view = ("cut", "wok", None)[number % 3]
    portions = None if number % 2 else Decimal(1)
    house.do(DEEDS[number % len(DEEDS)], order_id, view=view, portions=portions)


def _undo(house: House, order_id: str, number: int) -> None:
    visit = house.kitchen.visits.get(visit_id(order_id))
    if visit is not None and visit.commands:
        undoes = visit.commands[number % len(visit.commands)].command
        house.do(CommandKind.UNDO, order_id, undoes=undoes)


def _rejoin(house: House, order_id: str, number: int) -> None:
    other = key_of(ORDERS[number % len(ORDERS)])
    house.do(CommandKind.MERGE, order_id, into_order=other)


def _archive(house: House, order_id: str, _number: int) -> None:
    visit = house.kitchen.visits.get(visit_id(order_id))
    if visit is not None and visit.ended_at is not None:
        house.tell(VisitArchived(visit.id))


def _restore(house: House, order_id: str, _number: int) -> None:
    _keep(house, order_id, 1)
    is_back = key_of(order_id) in house.kitchen.orders
    if not is_back and house.store.restore_visit(key_of(order_id)) is not None:
        house.restore(order_id)


def _stock(house: House, order_id: str, number: int) -> None:
    house.tell(StockSet(order_id, Decimal(number) if number % 2 else None))


def _keep(house: House, _order_id: str, number: int) -> None:
    house.keep()
    house.now = Instant(house.now + MINUTE)
    if number % 4 == 0:
        house.store.snapshot(house.kitchen)


STEPS: tuple[Callable[[House, str, int], None], ...] = (
    _order,
    _order,
    _act,
    _act,
    _act,
    _undo,
    _rejoin,
    _archive,
    _restore,
    _stock,
    _keep,
    _keep,
)
HISTORIES = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(ORDERS), st.integers(0, 11)), max_size=40
)


@pytest.mark.timeout(600)  # the long profile draws many
@settings(max_examples=settings().max_examples // 3, suppress_health_check=[HealthCheck.too_slow])
@given(HISTORIES)
def test_any_history_loads_as_the_fold_of_its_log(
    tmp_path_factory: pytest.TempPathFactory,
    empty: bytes,
    history: list[tuple[Callable[[House, str, int], None], str, int]],
) -> None:
    file = tmp_path_factory.mktemp("history") / "kitchen.db"
    file.write_bytes(empty)
    store = Store.open(url_of(file))
    house = House(store)
    for step, order_id, number in history:
        step(house, order_id, number)
    house.keep()
    whole = fold(Kitchen(), (entry.event for entry in store.events_after(0, 10_000)))
    store.close()
    assert whole == house.kitchen
    assert restarted(file) == house.kitchen
