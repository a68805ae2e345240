"""A kitchen as the rows of a snapshot: what has changed in it, and how it comes back. Pure."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.state import Kitchen
from kds.records.errors import NewerRecord
from kds.records.state import PARTS, dump_head, load_kitchen

HEAD = "head"

SnapshotRow = tuple[str, str, int, str]
"""Part, key, version and body: an order, say, or the head with all that is no part."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What makes the kept snapshot that of `kitchen`: rows to write, `(part, key)`s to drop."""

    kitchen: Kitchen
    rows: Sequence[SnapshotRow]
    gone: Sequence[tuple[str, str]]


def changes_between(kept: Kitchen, kitchen: Kitchen) -> Changes:
    """Return what `kitchen` has other than `kept`. The slow part of a snapshot."""
    rows = list(rows_between(kept, kitchen))
    return Changes(kitchen, rows, list(gone_between(kept, kitchen)))


def rows_between(kept: Kitchen, kitchen: Kitchen) -> Iterator[SnapshotRow]:
    """Yield the rows that are new or other in `kitchen`, each made when it is asked for."""
    for part in PARTS:
        sets, _ = part.map_of(kitchen).changes_since(part.map_of(kept))
        for key, value in sets.items():
            yield part.name, part.dump_key(key), part.codec.version, part.codec.dump(value)
    yield HEAD, "", *dump_head(kitchen)


def gone_between(kept: Kitchen, kitchen: Kitchen) -> Iterator[tuple[str, str]]:
    """Yield part and key of the rows that `kitchen` has no more."""
    for part in PARTS:
        _, removals = part.map_of(kitchen).changes_since(part.map_of(kept))
        yield from ((part.name, part.dump_key(key)) for key in removals)


def kitchen_of(rows: Iterable[SnapshotRow]) -> Kitchen:
    """Return the kitchen of a snapshot's rows, an empty one of none; else `RecordError`."""
    maps: dict[str, list[tuple[Any, Any]]] = {part.name: [] for part in PARTS}
    parts = {part.name: part for part in PARTS}
    head: tuple[int, str] | None = None
    for name, key, version, body in rows:
        if name == HEAD:
            head = (version, body)
        elif name in parts:
            part = parts[name]
            maps[name].append((part.load_key(key), part.codec.load(version, body)))
        else:
            raise NewerRecord(f"a newer program wrote {name!r} into this state")
    if head is None:
        return Kitchen()
    return load_kitchen(*head, {name: FrozenMap(pairs) for name, pairs in maps.items()})


@contextmanager
def without_collector() -> Iterator[None]:
    """Put off the search for garbage cycles: there are none in what is loaded, only a lot of it.

    It would walk the growing state again and again, for as long as the loading itself takes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
