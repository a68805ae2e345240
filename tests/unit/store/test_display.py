"""A display's own file: commands that survive, a kitchen to start from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from kds.kitchen.commands import Command, CommandKind, SplitPart
from kds.kitchen.ids import CommandId, Instant, LineId, OrderId, OrderKey, SourceId
from kds.store.display import FILE, Acknowledged, DisplayStore, KeptCommand, KeptKitchen
from kds.store.errors import StoreTooNew, StoreUnavailable
from tests.unit.wire.toys import ToyBridge, bump


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DisplayStore]:
    with closing(DisplayStore.open(tmp_path)) as opened:
        yield opened


def again(folder: Path) -> DisplayStore:
    """Open the file a second time, as after a power cut of the first."""
    return DisplayStore.open(folder)


def execute(folder: Path, *statements: str) -> None:
    engine = create_engine(f"sqlite:///{folder / FILE}")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_commands_survive_in_their_order_with_all_their_fields(
    store: DisplayStore, tmp_path: Path
) -> None:
    order = OrderKey(SourceId("till"), OrderId("1"))
    split = Command(
        CommandId("s"),
        CommandKind.SPLIT,
        order,
        lines=(SplitPart(LineId("1"), Decimal("0.5")),),
        at=Instant(1_795_000_000_123),
        seen=9,
        table="B02",
    )
    given = [bump(1, "z"), split, bump(2, "a")]
    for command in given:
        store.put(command)
    store.put(given[0])
    with closing(again(tmp_path)) as other:
        assert other.commands() == [KeptCommand(command, None) for command in given]


def test_a_command_that_only_a_newer_program_knows_waits_for_it(
    store: DisplayStore, tmp_path: Path
) -> None:
    store.put(bump(1, "a"))
    store.put(bump(1, "b"))
    store.close()
    execute(tmp_path, "UPDATE commands SET body = replace(body, 'bump', 'juggle') WHERE id = 'a'")
    with closing(again(tmp_path)) as other:
        assert [kept.command.id for kept in other.commands()] == ["b"]


def test_an_answer_is_kept_with_its_place(store: DisplayStore) -> None:
    store.put(bump(1, "a"))
    store.put(bump(1, "b"))
    store.acknowledge([Acknowledged(CommandId("a"), "e1", 7)], Instant(100))
    assert [kept.place for kept in store.commands()] == [("e1", 7), None]
    store.acknowledge([Acknowledged(CommandId("a"), "e2", 3)], Instant(200))
    assert [kept.place for kept in store.commands()] == [("e2", 3), None]


def test_only_what_was_acknowledged_long_ago_is_forgotten(store: DisplayStore) -> None:
    for command in ("a", "b", "c"):
        store.put(bump(1, command))
    store.acknowledge([Acknowledged(CommandId("a"), "e1", 7)], Instant(100))
    store.acknowledge([Acknowledged(CommandId("b"), "e1", 8)], Instant(200))
    assert store.forget(Instant(100)) == []
    assert store.forget(Instant(200)) == ["a"]
    assert [kept.command.id for kept in store.commands()] == ["b", "c"]


def test_the_kitchen_comes_back_with_its_place(store: DisplayStore, tmp_path: Path) -> None:
    bridge = ToyBridge()
    for number in range(5):
        bridge.order(number)
    store.save(KeptKitchen(bridge.kitchen, "e1", "order-4:1", Instant(7)))
    bridge.do(bump(1, "c"))
    kept = KeptKitchen(bridge.kitchen, "e1", "c:1", Instant(9))
    store.save(kept)
    with closing(again(tmp_path)) as other:
        assert other.load() == kept
        bridge.do(bump(2, "d"))
        more = replace(kept, kitchen=bridge.kitchen, event="d:1")
        other.save(more)
    with closing(again(tmp_path)) as third:
        assert third.load() == more


def test_a_new_display_has_nothing(store: DisplayStore) -> None:
    assert store.load() is None
    assert store.book() is None
    assert store.commands() == []
    assert store.damaged is None


def test_the_book_is_kept(store: DisplayStore, tmp_path: Path) -> None:
    store.save_book("hash", '{"name":"火锅"}')
    store.save_book("hash2", "{}")
    with closing(again(tmp_path)) as other:
        assert other.book() == ("hash2", "{}")


def test_a_kitchen_of_another_program_version_is_no_loss(
    store: DisplayStore, tmp_path: Path
) -> None:
    bridge = ToyBridge()
    bridge.order(1)
    store.save(KeptKitchen(bridge.kitchen, "e1", "x", None))
    store.put(bump(1, "c"))
    execute(tmp_path, "UPDATE snapshot SET version = 99")
    with closing(again(tmp_path)) as other:
        assert other.load() is None
        assert [kept.command.id for kept in other.commands()] == ["c"]
        other.save(KeptKitchen(bridge.kitchen, "e1", "x", None))
        assert other.load() is not None


def test_a_file_of_a_newer_program_is_left_alone(store: DisplayStore, tmp_path: Path) -> None:
    store.close()
    execute(tmp_path, "PRAGMA user_version=99")
    with pytest.raises(StoreTooNew, match="newer program"):
        DisplayStore.open(tmp_path)


@pytest.mark.parametrize("rubbish", [b"\xff" * 50_000, b"SQLite format 3\0" + b"\x01" * 9_000])
def test_a_damaged_file_is_set_aside_and_the_display_goes_on(
    tmp_path: Path, rubbish: bytes
) -> None:
    for expected in (f"{FILE}.damaged-1", f"{FILE}.damaged-2"):
        (tmp_path / FILE).write_bytes(rubbish)
        with closing(DisplayStore.open(tmp_path)) as store:
            assert store.damaged == tmp_path / expected
            assert store.damaged.read_bytes() == rubbish
            store.put(bump(1, "c"))


def test_a_disk_that_takes_nothing_is_said(store: DisplayStore, tmp_path: Path) -> None:
    lock = create_engine(f"sqlite:///{tmp_path / FILE}")
    with lock.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.put(bump(1, "c"))
        connection.exec_driver_sql("ROLLBACK")
    lock.dispose()
    store.put(bump(1, "c"))
    assert len(store.commands()) == 1
