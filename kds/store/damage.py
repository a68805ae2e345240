"""Damaged files: set aside under a telling name, never deleted."""

from __future__ import annotations

from itertools import count
from pathlib import Path

MARK = "-damaged"
"""An empty file beside a database in which damage was met: the next start reads all of it."""

RESCUED = ".rescued"
"""What a rescue has made, until it takes the place of the damaged file."""

COMPANIONS = ("-wal", "-shm", MARK)


def beside(file: Path, end: str) -> Path:
    """Return the companion of a database file that has `end` after its name."""
    return file.with_name(f"{file.name}{end}")


def set_aside(file: Path) -> Path:
    """Rename a damaged file and its companions, so that nothing of it is lost for good."""
    target = next(path for n in count(1) if not (path := beside(file, f".damaged-{n}")).exists())
    for end in ("-wal", "-shm", ""):
        part = beside(file, end)
        if part.exists():
            part.rename(beside(target, end))
    beside(file, MARK).unlink(missing_ok=True)
    return target


def finish(file: Path) -> None:
    """Put a file that a rescue has made in its place, if there is one and the place is empty."""
    if not file.exists() and beside(file, RESCUED).exists():
        beside(file, RESCUED).rename(file)
