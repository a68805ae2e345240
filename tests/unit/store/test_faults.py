"""A store in trouble says what is wrong, keeps what it had, and comes back by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from kds.store import engine
from kds.store.errors import StoreCorrupt, StoreError, StoreTooNew, StoreUnavailable
from kds.store.store import Store
from tests.unit.store.house import House, dish, url_of


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the write lock as another program."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def fill_the_disk(store: Store) -> None:
    """Let the database not grow by more than a few pages, as long as this connection lives."""
    with store._database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")


def test_a_full_disk_is_told_and_leaves_everything_as_before(house: House) -> None:
    house.order("1")
    house.keep()
    fill_the_disk(house.store)
    house.order("2", dish("1", note="x" * 100_000))
    with pytest.raises(StoreUnavailable, match="full"):
        house.keep()
    house.forget()
    assert house.store.load() == house.kept
    assert house.store.events_after(1, 10) == ()
    house.order("3", dish("1", note="x" * 100_000))
    house.keep()  # there is room again, and nobody had to start anything anew
    assert house.store.load() == house.kitchen


def test_a_full_disk_leaves_the_snapshot_as_before(house: House) -> None:
    house.order("1", dish("1", note="x" * 100_000))
    house.keep()
    fill_the_disk(house.store)
    with pytest.raises(StoreUnavailable, match="full"):
        house.store.snapshot(house.kitchen)
    house.store.snapshot(house.kitchen)
    assert house.store.load() == house.kitchen


def test_a_lock_is_waited_for_and_then_told(house: House, file: Path) -> None:
    house.order("1")
    with locked(file), pytest.raises(StoreUnavailable, match="locked"):
        house.keep()
    house.keep()
    assert house.store.load() == house.kitchen


def test_reading_goes_on_while_another_program_holds_the_lock(house: House, file: Path) -> None:
    house.order("1")
    house.keep()
    with locked(file):
        assert len(house.store.events_after(0, 10)) == 1


def test_a_store_can_not_be_opened_while_it_is_locked(house: House, file: Path) -> None:
    with locked(file), pytest.raises(StoreUnavailable, match="locked"):
        Store.open(url_of(file), busy_ms=20)


def test_other_threads_read_while_the_writer_commits(house: House) -> None:
    found: list[int] = []

    def read() -> None:
        for _ in range(50):
            seq = house.store.floor() + len(house.store.events_after(0, 1000)) - 1
            found.append(seq)

    readers = [Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for i in range(30):
        house.order(str(i))
        house.keep()
    for reader in readers:
        reader.join()
    assert len(found) == 300
    assert max(found) <= 30


def test_readers_can_not_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable), store._database.reading() as connection:
        connection.exec_driver_sql("DELETE FROM meta")


# --- damage --------------------------------------------------------------------------------


def damaged(file: Path, content: bytes) -> str:
    """Return what is said of a file with `content`, which must stay as it is."""
    file.write_bytes(content)
    with pytest.raises(StoreCorrupt) as told:
        Store.open(url_of(file))
    assert file.read_bytes() == content
    return str(told.value)


def sound(file: Path) -> bytes:
    """Make a store with some orders and return its file."""
    store = Store.open(url_of(file))
    house = House(store)
    for i in range(200):
        house.order(str(i), dish("1"), dish("2"))
    house.keep()
    store.snapshot(house.kitchen)
    store.close()
    return file.read_bytes()


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    assert "no database" in damaged(file, b"PK\x03\x04" + bytes(5000))


def test_flipped_bytes_are_found(file: Path) -> None:
    content = bytearray(sound(file))
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    assert "damaged" in damaged(file, bytes(content))


def test_a_file_cut_short_is_found(file: Path) -> None:
    content = sound(file)
    assert "damaged" in damaged(file, content[: len(content) // 2])


def test_zeroed_pages_are_found(file: Path) -> None:
    content = bytearray(sound(file))
    content[4096 : 4096 * 20] = bytes(4096 * 19)
    assert "damaged" in damaged(file, bytes(content))


def test_an_emptied_file_beside_its_log_is_no_new_store(file: Path) -> None:
    Path(f"{file}-wal").write_bytes(b"the log of what was there")
    assert "emptied" in damaged(file, b"")


@pytest.mark.parametrize("table", ["snapshot", "events"])
def test_of_a_large_file_a_start_checks_the_state_only(
    file: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    content = bytearray(sound(file))
    with closing(sqlite3.connect(file)) as connection:
        asked = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' LIMIT 1"
        try:
            (page,) = connection.execute(asked, [table]).fetchone()
        except sqlite3.OperationalError:
            pytest.skip("this SQLite can not tell which page belongs to which table")
    content[(page - 1) * 4096 : (page - 1) * 4096 + 8] = b"\xff" * 8
    monkeypatch.setattr(engine, "QUICK_CHECK_BYTES", 0)
    if table == "snapshot":
        assert "damaged" in damaged(file, bytes(content))
        return
    file.write_bytes(bytes(content))
    store = Store.open(url_of(file))
    with pytest.raises(StoreCorrupt):
        store.check()
    store.close()


def test_a_thorough_check_reads_everything(house: House) -> None:
    house.order("1")
    house.keep()
    house.store.check()


def test_a_check_can_be_broken_off(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bridge that is to end does not wait until gigabytes are read."""
    sound(file)
    monkeypatch.setattr(engine, "_STEPS", 100)
    with closing(Store.open(url_of(file))) as store:
        with pytest.raises(StoreUnavailable, match="broken off"):
            store.check(lambda: True)
        assert not store.damage
        store.check()


# --- places --------------------------------------------------------------------------------


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="can not be opened"):
        Store.open(url_of(tmp_path / "no" / "kitchen.db"))


def test_a_database_in_memory_is_no_store() -> None:
    with pytest.raises(StoreError, match="needs a file"):
        Store.open("sqlite://")


def test_a_newer_database_is_refused_and_left_alone(file: Path) -> None:
    sound(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(StoreTooNew, match="A newer program has worked with it"):
        Store.open(url_of(file))
    assert file.read_bytes() == before


def test_a_database_is_its_owners_alone(house: House, file: Path) -> None:
    """It names guests; so do the file's companions, while they lie beside it."""
    house.order("1")
    house.keep()
    found = [file, *file.parent.glob(f"{file.name}-*")]
    assert len(found) > 1
    assert {each.stat().st_mode & 0o077 for each in found} == {0}
