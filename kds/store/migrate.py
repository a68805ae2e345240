"""Bring a database to this program's shape, or refuse it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, inspect, select, text

from kds.store.errors import StoreTooNew
from kds.store.schema import meta

FOLDER = Path(__file__).parent / "migrations"
HEAD = "0002"
"""The newest migration. Known by heart, so that an ordinary start need not load the tools."""


def migrate(connection: Connection) -> None:
    """Apply what is missing, inside the caller's transaction, and make the first row of `meta`."""
    if _version(connection) != HEAD:
        _upgrade(connection)
    if connection.execute(select(meta.c.id)).first() is None:
        row = {"id": 1, "epoch": uuid4().hex, "seq": 0, "snapshot_seq": 0}
        connection.execute(meta.insert(), row)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    version = _version(connection)
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreTooNew(
            f"The database has the shape {version}, this program knows shapes up to {HEAD}. "
            "A newer program has worked with it; please start that one."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
