"""What can go wrong with a store, in plain words."""

from __future__ import annotations


class StoreError(Exception):
    """Any failure of the store. Nothing of the failed call was kept."""


class StoreUnavailable(StoreError):  # noqa: N818  # the names say what the store is
    """The environment fails: disk full, locked, unreadable, no connection. May work later."""


class SequenceConflict(StoreError):  # noqa: N818  # as above
    """Somebody else has written: this writer's kitchen is not the truth any more."""


class StoreTooNew(StoreError):  # noqa: N818  # as above
    """A newer program has changed the database's shape; this one must not touch it."""


class StoreCorrupt(StoreError):  # noqa: N818  # as above
    """The database file is damaged. It is left as it is."""
