"""An ear at the loudspeaker of a display: what it would play, in a toy player's words."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bridge.harness import PATIENCE_S

_TOY_PLAYER = """\
#!/bin/sh
# Tells when it was to play, and which file.
for file; do :; done
echo "$(date +%s.%N) $(basename "$file")" > '{ear}'
"""


@dataclass(frozen=True)
class Ear:
    """Hears what is played by displays that look for programs in `path`: a pipe, so it waits."""

    path: str
    pipe: int

    def sound(self) -> tuple[float, str]:
        """Wait for the next sound and return when it began, by this machine's clock, and what."""
        readable, _, _ = select.select([self.pipe], [], [], PATIENCE_S)
        assert readable, "nothing is heard"
        told = b""
        while not told.endswith(b"\n"):
            told += os.read(self.pipe, 1)
        at, name = told.decode().split()
        return float(at), "sentence" if name.startswith("sentence") else name.removesuffix(".wav")

    def sounds(self, count: int) -> list[str]:
        """Wait for so many sounds."""
        return [self.sound()[1] for _ in range(count)]


@contextmanager
def ear(folder: Path) -> Iterator[Ear]:
    """Listen at a loudspeaker."""
    programs, pipe = folder / "programs", folder / "ear"
    programs.mkdir()
    os.mkfifo(pipe)
    player = programs / "aplay"
    player.write_text(_TOY_PLAYER.format(ear=pipe), "utf-8")
    player.chmod(0o755)
    # Open for both, so that no player waits for a listener, nor a listener for the first player.
    handle = os.open(pipe, os.O_RDWR)
    try:
        yield Ear(str(programs), handle)
    finally:
        os.close(handle)
