"""One bridge per data folder: a lock that the system drops with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_bridge.settings import StartError, plain


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold `data` for this process; raises StartError when another bridge has it."""
    path = data / "bridge.lock"
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartError(f"The data folder {data} cannot be written: {plain(error)}.") from error
    try:
        _take(held, data)
        yield
    finally:
        os.close(held)


def _take(held: int, data: Path) -> None:
    """Lock the open file and leave our process number in it, for the person who looks."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(held, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise StartError(
            f"Another bridge (process {owner}) already works with the data folder {data}."
        ) from None
    try:
        os.ftruncate(held, 0)
        os.pwrite(held, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        raise StartError(f"The data folder {data} cannot be written: {plain(error)}.") from error
