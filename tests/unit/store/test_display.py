"""A display's own file: commands that survive, a kitchen to start from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from kds.kitchen.commands import Command, CommandKind, SplitPart
from kds.kitchen.ids import CommandId, Instant, LineId, OrderId, OrderKey, SourceId
from kds.kitchen.state import Kitchen
from kds.store import display
from kds.store.display import FILE, Acknowledged, DisplayStore, KeptCommand, KeptKitchen
from kds.store.errors import StoreError, StoreTooNew, StoreUnavailable
from kds.store.sqlite import SqliteFile
from tests.unit.wire.toys import ToyBridge, bump

FIRST_SHAPE = """
PRAGMA journal_mode = WAL;
CREATE TABLE commands (
    place INTEGER NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, epoch TEXT, seq INTEGER,
    acknowledged_at INTEGER,
    CONSTRAINT pk_commands PRIMARY KEY (place), CONSTRAINT uq_commands_id UNIQUE (id)
);
INSERT INTO commands VALUES
    (1, 'a', '{"id":"a","kind":"bump","order":{"source":"till","order_id":"1"}}', 'e1', 7, 9),
    (2, 'b', '{"id":"b","kind":"bump","order":{"source":"till","order_id":"1"}}', NULL, NULL, NULL);
CREATE TABLE kept (
    id INTEGER NOT NULL, epoch TEXT DEFAULT '' NOT NULL, event TEXT DEFAULT '' NOT NULL,
    at INTEGER, book_hash TEXT DEFAULT '' NOT NULL, book TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_kept PRIMARY KEY (id)
);
INSERT INTO kept VALUES (1, 'e1', 'x', 7, 'hash', '{}');
CREATE TABLE events (
    seq INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
    version INTEGER NOT NULL, cause TEXT NOT NULL, command TEXT, device TEXT NOT NULL,
    person TEXT NOT NULL, visit TEXT, source TEXT, order_id TEXT, line_id TEXT, body TEXT NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (seq), CONSTRAINT uq_events_id UNIQUE (id)
);
CREATE INDEX ix_events_visit ON events (visit);
CREATE TABLE meta (
    id INTEGER NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, snapshot_seq INTEGER NOT NULL,
    CONSTRAINT pk_meta PRIMARY KEY (id)
);
CREATE TABLE snapshot (
    place INTEGER NOT NULL, part TEXT NOT NULL, "key" TEXT NOT NULL, version INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_snapshot PRIMARY KEY (place), CONSTRAINT uq_snapshot_part_key UNIQUE (part, "key")
);
INSERT INTO snapshot VALUES
    (1, 'visits', '"till/1"', 1, '{"id":"till/1","opened_at":1795000000000,"seq":1}'),
    (2, 'head', '', 1, '{"seq":1,"at":1795000000000,"sessions":[],"tables":[],"closed":[],
    "stock":[],"rules":[],"folds":[],"alerts":[],"recent":[],"book":""}');
PRAGMA user_version = 1;
"""
"""What the first program's file had in it, statement by statement."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DisplayStore]:
    with closing(DisplayStore.open(tmp_path)) as opened:
        yield opened


def again(folder: Path) -> DisplayStore:
    """Open the file a second time, as after a power cut of the first."""
    return DisplayStore.open(folder)


def execute(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


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


def test_a_kitchen_that_was_not_read_leaves_nothing_behind(
    store: DisplayStore, tmp_path: Path
) -> None:
    """Else an order that has gone since would come back with the next start."""
    former, bridge = ToyBridge(), ToyBridge()
    former.order(1)
    store.save(KeptKitchen(former.kitchen, "e1", "x", None))
    bridge.order(2)
    kept = KeptKitchen(bridge.kitchen, "e1", "y", None)
    with closing(again(tmp_path)) as other:
        other.save(kept)
    with closing(again(tmp_path)) as third:
        assert third.load() == kept


def test_a_save_that_fails_is_made_good_by_the_next(store: DisplayStore, tmp_path: Path) -> None:
    bridge = ToyBridge()
    kitchens = []
    for number in range(3):
        bridge.order(number)
        kitchens.append(KeptKitchen(bridge.kitchen, "e1", str(number), None))
    store.save(kitchens[0])
    execute(
        tmp_path, "CREATE TRIGGER full BEFORE UPDATE ON kept BEGIN SELECT RAISE(FAIL, 'no'); END"
    )
    with pytest.raises(StoreError):
        store.save(kitchens[1])
    assert store.load() == kitchens[0]
    execute(tmp_path, "DROP TRIGGER full")
    store.save(kitchens[2])
    with closing(again(tmp_path)) as other:
        assert other.load() == kitchens[2]


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


def test_a_commit_is_on_disk_before_it_is_told(store: DisplayStore) -> None:
    with store._file.reading() as connection:
        pragmas = ("journal_mode", "synchronous", "busy_timeout")
        found = [connection.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]
    assert found == ["wal", 2, display.BUSY_MS]


def columns_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return name, type, emptiness, default and key of each column, by table."""
    columns = 'SELECT name, upper(type), "notnull", dflt_value, pk FROM pragma_table_info(?)'
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute(tables)]
        return {name: connection.execute(columns, (name,)).fetchall() for name in names}


def test_a_new_file_has_the_shape_of_the_first_program(store: DisplayStore, tmp_path: Path) -> None:
    """Else a display that goes back to that program keeps no kitchen any more."""
    with closing(sqlite3.connect(tmp_path / "first.db")) as connection:
        connection.executescript(FIRST_SHAPE)
    assert columns_of(tmp_path / FILE) == columns_of(tmp_path / "first.db")


def test_a_file_with_the_shape_of_the_first_program_opens(tmp_path: Path) -> None:
    """That one had its own copies of the bridge's tables beside, all empty but `snapshot`."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(FIRST_SHAPE)
    with closing(DisplayStore.open(tmp_path)) as store:
        assert store.damaged is None
        assert [(kept.command.id, kept.place) for kept in store.commands()] == [
            ("a", ("e1", 7)),
            ("b", None),
        ]
        assert store.book() == ("hash", "{}")
        kept = store.load()
        assert kept is not None
        assert (kept.epoch, kept.event, kept.at, kept.kitchen.seq) == ("e1", "x", 7, 1)
        assert [visit.id for visit in kept.kitchen.visits.values()] == ["till/1"]
        store.save(replace(kept, kitchen=Kitchen(), event="y"))
        store.put(bump(2, "c"))
    with closing(again(tmp_path)) as other:
        assert other.load() == KeptKitchen(Kitchen(), "e1", "y", Instant(7))
        assert len(other.commands()) == 3


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
    with (
        closing(SqliteFile(tmp_path / FILE, display.BUSY_MS)) as other,
        other.writing(),
        pytest.raises(StoreUnavailable, match="locked"),
    ):
        store.put(bump(1, "c"))
    store.put(bump(1, "c"))
    assert len(store.commands()) == 1
