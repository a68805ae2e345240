"""Damaged files: set aside under a telling name, never deleted."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

MARK = "-damaged"
"""An empty file beside a database in which damage was met: the next start reads all of it."""

RESCUED = ".rescued"
"""What a rescue has made, until it takes the place of the damaged file."""

COMPANIONS = ("-wal", "-shm", MARK)

_OWNER_ONLY = 0o600


def make_private(file: Path) -> None:
    """Let nobody but its owner read a database file and its companions: they name guests.

    Where the file system knows no such rights, or the file is somebody else's, it stays as it is.
    """
    for each in (file, *(beside(file, end) for end in COMPANIONS)):
        with suppress(OSError):
            each.chmod(_OWNER_ONLY)


def beside(file: Path, end: str) -> Path:
    """Return the companion of a database file that has `end` after its name."""
    return file.with_name(f"{file.name}{end}")


def set_aside(file: Path) -> Path:
    """Rename a damaged file and its companions, so that nothing of it is lost for good."""
    target = next(path for n in count(1) if not (path := _aside(file, n)).exists())
    file.rename(target)
    _let_follow(file, target)
    beside(file, MARK).unlink(missing_ok=True)
    return target


def finish(file: Path) -> None:
    """Put a file that a rescue has made in its place, if there is one and the place is empty.

    What a power cut has left there of the old file's companions follows that one first: SQLite
    would take them for the new one's.
    """
    if file.exists() or not beside(file, RESCUED).exists():
        return
    free = next(n for n in count(1) if not _aside(file, n).exists())
    _let_follow(file, _aside(file, max(1, free - 1)))
    beside(file, RESCUED).rename(file)


def _aside(file: Path, number: int) -> Path:
    return beside(file, f".damaged-{number}")


def _let_follow(file: Path, target: Path) -> None:
    for end in ("-wal", "-shm"):
        part = beside(file, end)
        if part.exists():
            part.rename(beside(target, end))
