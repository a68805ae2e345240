"""One process per data folder: a lock that the system drops with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class TakenError(Exception):
    """Another process has the folder; the message is for the person who started this one."""


@contextmanager
def only_one(program: str, data: Path) -> Iterator[None]:
    """Hold `data` for this process. `program`: what works with it, such as "bridge".

    Raises `TakenError` when another one has it and `OSError` when it can not be written.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = os.open(data / f"{program}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(held, program, data)
        yield
    finally:
        os.close(held)


def _take(held: int, program: str, data: Path) -> None:
    """Lock the open file and leave our process number in it, for the person who looks."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(held, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise TakenError(
            f"Another {program} (process {owner}) already works with the data folder {data}."
        ) from None
    os.ftruncate(held, 0)
    os.pwrite(held, f"{os.getpid()}\n".encode(), 0)
