"""Stand-ins for what may break: engines that hang or fail, players that do as told."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from kds.sound.speech import VOICES

TOY = Path(__file__).with_name("toy_engine.py")


class Engines:
    """Toy engines, each a process, and what they did. `folder` is made for them."""

    def __init__(self, folder: Path, *voices: str) -> None:
        self._folder = folder
        folder.mkdir()
        spoken = voices or [voice.id for voice in VOICES.values()]
        (folder / "voices").write_text(json.dumps(spoken), "utf-8")

    @property
    def command(self) -> tuple[str, ...]:
        """What starts one. Without site-packages, so that it is there at once."""
        return (sys.executable, "-I", "-S", str(TOY), str(self._folder))

    def will(self, *words: str) -> None:
        """Tell what happens to the next sentences: see `toy_engine.act` and `answer`."""
        (self._folder / "does").write_text(" ".join(words), "utf-8")

    def will_start(self, *words: str) -> None:
        """Tell what happens at the next starts."""
        (self._folder / "starts").write_text(" ".join(words), "utf-8")

    @property
    def started(self) -> list[int]:
        """The processes that there were."""
        return [int(pid) for pid in self._lines("started")]

    @property
    def running(self) -> list[int]:
        """The processes that there are."""
        return [pid for pid in self.started if is_running(pid)]

    @property
    def said(self) -> list[tuple[str, str]]:
        """What the engines were given to say, and with which voice."""
        return [(text, voice) for text, voice in map(json.loads, self._lines("said"))]

    def _lines(self, name: str) -> list[str]:
        path = self._folder / name
        return path.read_text("utf-8").splitlines() if path.exists() else []


def is_running(pid: int) -> bool:
    """Say whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def program(folder: Path, name: str, script: str) -> None:
    """Write a shell script that stands in for a player."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
