"""The shape of the database: one way there, all or nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, create_engine, make_url
from sqlalchemy.schema import CreateTable

from kds.store import migrate
from kds.store.errors import StoreError
from kds.store.schema import metadata
from kds.store.store import Store
from tests.unit.store.house import url_of


def shape(file: Path) -> dict[str, str]:
    """Return the statements that would make the file's tables and indexes."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE%' AND name NOT LIKE 'alem%'"
        )
        return {name: " ".join(sql.split()) for name, sql in found}


def test_the_migrations_lead_to_the_tables_of_the_program(store: Store, file: Path) -> None:
    engine = create_engine(url_of(file))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_migrated_file_is_the_same_as_a_new_one(store: Store, file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    engine = create_engine(url_of(new))
    metadata.create_all(engine)
    engine.dispose()
    assert shape(file) == shape(new)


def test_the_head_is_known_by_heart() -> None:
    assert ScriptDirectory(str(migrate.FOLDER)).get_current_head() == migrate.HEAD


def test_an_upgrade_that_fails_leaves_nothing_behind(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise StoreError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(migrate, "uuid4", fail)  # the last thing that an upgrade does
        with pytest.raises(StoreError, match="power"):
            Store.open(url_of(file))
    assert shape(file) == {}
    Store.open(url_of(file)).close()


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: str(table.name))
def test_a_server_takes_the_same_tables(table: Table) -> None:
    server = make_url("postgresql://").get_dialect()()
    made = str(CreateTable(table).compile(dialect=server))
    assert "ROWID" not in made
    assert ("BIGSERIAL" in made) == (table.name in {"snapshot", "outbox"})


def test_every_constraint_has_a_name_to_migrate_it_by() -> None:
    for table in metadata.sorted_tables:
        assert all(constraint.name for constraint in table.constraints)
        assert all(index.name for index in table.indexes)
