"""Stores in real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kds.store.store import Store
from tests.unit.store.house import House, url_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The database's file; nothing is there yet."""
    return tmp_path / "kitchen.db"


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of an empty store, for those who need many: making one takes a while."""
    made = tmp_path_factory.mktemp("empty") / "kitchen.db"
    Store.open(url_of(made)).close()
    return made.read_bytes()


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    """An open store that gives up waiting for locks at once."""
    opened = Store.open(url_of(file), busy_ms=20)
    yield opened
    opened.close()


@pytest.fixture
def house(store: Store) -> House:
    """A restaurant with an empty store."""
    return House(store)
