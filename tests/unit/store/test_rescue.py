"""Fault 30: what a damaged file still holds is saved, whatever page it is that is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import CommandId
from kds.kitchen.mending import mended
from kds.kitchen.state import Kitchen
from kds.store.errors import StoreCorrupt, StoreError, StoreTooNew
from kds.store.rescue import Rescue, rescue
from kds.store.store import Store
from tests.unit.kitchen.invariants import check
from tests.unit.store.house import House, dish, key_of, url_of, visit_id

PAGE = 4096
ORDERS = 60


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Kitchen]:
    """A file of some orders, half in the snapshot and half after it, and their kitchen."""
    file = tmp_path_factory.mktemp("evening") / "kitchen.db"
    with closing(Store.open(url_of(file))) as store:
        house = House(store)
        for number in range(ORDERS):
            house.order(str(number), dish("1"), dish("2"), session=f"S{number}", table=f"T{number}")
            house.do(CommandKind.BUMP, str(number), view="cut")
            house.keep()
            if number == ORDERS // 2:
                store.snapshot(house.kitchen)
        house.archive("0")
        house.keep()
    return file.read_bytes(), house.kitchen


def rescued(file: Path, content: bytes) -> tuple[Rescue, Kitchen]:
    """Save what a file with `content` holds; return the kitchen that a start then has."""
    file.write_bytes(content)
    found = rescue(url_of(file), "damage")
    assert found.aside.read_bytes() == content
    with closing(Store.open(url_of(file))) as store:
        store.check()
        kitchen = store.load()
    check(kitchen, archived=[visit_id("0")])
    assert mended(kitchen) == kitchen
    found.aside.unlink()
    return found, kitchen


def test_a_sound_file_comes_back_whole(file: Path, evening: tuple[bytes, Kitchen]) -> None:
    content, before = evening
    found, kitchen = rescued(file, content)
    assert kitchen == before
    assert (found.orders, found.events, found.lost) == (ORDERS - 1, before.seq, 0)


def test_the_new_log_has_an_epoch_of_its_own_and_goes_on(
    file: Path, evening: tuple[bytes, Kitchen]
) -> None:
    content, before = evening
    file.write_bytes(content)
    with closing(Store.open(url_of(file))) as store:
        epoch = store.epoch
    rescue(url_of(file), "damage")
    with closing(Store.open(url_of(file))) as store:
        assert store.epoch != epoch
        house = House(store)
        house.order("new")
        house.do(CommandKind.BUMP, "5", view="wok")
        house.keep()
        assert house.kept.seq > before.seq
        assert store.answer(CommandId("unknown")) is None
        assert store.restore_visit(key_of("0")) is not None
        entries = store.events_after(0, 1_000)
        assert [entry.seq for entry in entries] == list(range(1, house.kept.seq + 1))


@settings(max_examples=40, deadline=None)
@given(pages=st.lists(st.integers(0, 200), min_size=1, max_size=12), fill=st.sampled_from("\0\xff"))
def test_any_pages_may_be_damaged(
    tmp_path_factory: pytest.TempPathFactory,
    evening: tuple[bytes, Kitchen],
    pages: Sequence[int],
    fill: str,
) -> None:
    """The service comes up, nothing is invented, and what is saved fits together."""
    content, before = bytearray(evening[0]), evening[1]
    for page in pages:
        at = page % (len(content) // PAGE) * PAGE
        content[at : at + PAGE] = fill.encode("latin-1") * PAGE
    found, kitchen = rescued(tmp_path_factory.mktemp("torn") / "kitchen.db", bytes(content))
    assert kitchen.orders.keys() <= {*before.orders, key_of("0")}
    assert found.orders == len(kitchen.orders)


@settings(max_examples=10, deadline=None)
@given(length=st.integers(0, 80 * PAGE))
def test_a_file_may_be_cut_anywhere(
    tmp_path_factory: pytest.TempPathFactory, evening: tuple[bytes, Kitchen], length: int
) -> None:
    content = evening[0][:length]
    _, kitchen = rescued(tmp_path_factory.mktemp("cut") / "kitchen.db", content)
    assert kitchen.orders.keys() <= {*evening[1].orders, key_of("0")}


def test_rows_on_both_sides_of_the_damage_are_saved(
    file: Path, evening: tuple[bytes, Kitchen]
) -> None:
    """Row by row up to the damaged page, and on behind it."""
    file.write_bytes(evening[0])
    with closing(sqlite3.connect(file)) as other:
        asked = "SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf'"
        try:
            leaves = [page for (page,) in other.execute(asked)]
        except sqlite3.OperationalError:
            pytest.skip("this SQLite can not tell which page belongs to which table")
    content = bytearray(evening[0])
    page = leaves[len(leaves) // 2]
    content[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    found, kitchen = rescued(file, bytes(content))
    assert 0 < found.lost < 20
    assert found.events + found.lost == kitchen.seq == evening[1].seq


@pytest.mark.parametrize("moment", ["the old file", "all of the old file"])
def test_a_rescue_cut_short_is_finished_at_the_next_start(
    file: Path, evening: tuple[bytes, Kitchen], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The power goes after that was set aside, before the new file is in its place."""
    file.write_bytes(evening[0])
    log = file.with_name("kitchen.db-wal")
    with monkeypatch.context() as patch:
        patch.setattr("kds.store.rescue.finish", lambda _file: None)
        aside = rescue(url_of(file), "damage").aside
    assert not file.exists()
    if moment == "the old file":
        log.write_bytes(b"the log of the old file")
    with closing(Store.open(url_of(file))) as store:
        assert store.load() == evening[1]
    old_log = aside.with_name("kitchen.db.damaged-1-wal")
    assert old_log.exists() == (moment == "the old file")


def test_a_rescue_that_fails_leaves_the_old_file(
    file: Path, evening: tuple[bytes, Kitchen], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_paths: Path) -> None:
        raise OSError(28, "No space left on device")

    file.write_bytes(evening[0])
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(StoreError, match="can not be rescued: No space left"):
        rescue(url_of(file), "damage")
    assert file.read_bytes() == evening[0]


def test_a_servers_database_is_left_to_the_server() -> None:
    with pytest.raises(StoreCorrupt, match="damage"):
        rescue("postgresql+psycopg://nowhere/kitchen", "damage")


def test_what_a_call_finds_of_damage_is_remembered_for_the_next_start(
    file: Path, evening: tuple[bytes, Kitchen], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start reads little of a large file, but all of one in which damage was met."""
    monkeypatch.setattr("kds.store.engine.QUICK_CHECK_BYTES", 0)
    content = bytearray(evening[0])
    file.write_bytes(content)
    with closing(sqlite3.connect(file)) as other:
        named = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_intakes_at'"
        (page,) = other.execute(named).fetchone()
    content[(page - 1) * PAGE : page * PAGE] = b"\xff" * PAGE
    file.write_bytes(content)
    with closing(Store.open(url_of(file))) as store:
        assert not store.damage
        with pytest.raises(StoreCorrupt):
            store.check()
        assert "damaged" in store.damage
    with pytest.raises(StoreCorrupt):
        Store.open(url_of(file))


def test_an_order_without_its_visit_goes_and_a_visit_without_orders(house: House) -> None:
    for number in ("1", "2", "3"):
        house.order(number, session=f"S{number}", table="T1")
    whole = house.kitchen
    torn = replace(
        whole,
        visits=whole.visits.remove(visit_id("1")),
        orders=whole.orders.remove(key_of("2")),
    )
    left = mended(torn)
    assert [*left.orders] == [key_of("3")]
    assert [*left.visits] == [visit_id("3")]
    assert left.tables["T1"] == (visit_id("3"),)
    assert [*left.sessions] == ["S3"]
    check(left)


def test_a_damaged_file_of_a_newer_program_is_left_to_that_one(
    file: Path, evening: tuple[bytes, Kitchen]
) -> None:
    file.write_bytes(evening[0])
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    content = file.read_bytes()
    with pytest.raises(StoreTooNew, match="has the shape 9999"):
        rescue(url_of(file), "damage")
    assert file.read_bytes() == content
