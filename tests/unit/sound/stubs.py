"""Stand-ins for what may break: engines that hang or fail, players that do as told."""

from __future__ import annotations

import threading
import wave
from dataclasses import dataclass, field
from pathlib import Path

from kds.sound.engines import EngineError, Voice
from kds.sound.speech import VOICES


def write_tone(path: Path, ms: int = 100) -> None:
    """Write a WAV that is loud enough to be one."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(b"\x00\x40\x00\xc0" * (22_050 * ms // 2000))


@dataclass
class Engines:
    """Makes engines and knows of all of them. `hangs`: so many calls hang until `let_go`."""

    voices: frozenset[str] = frozenset(voice.id for voice in VOICES.values())
    hangs: int = 0
    fails: int = 0
    cannot_be_made: str = ""
    made: int = 0
    said: list[tuple[str, str]] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)

    def make(self) -> Stub:
        """Make one more engine."""
        if self.cannot_be_made:
            raise EngineError(self.cannot_be_made)
        self.made += 1
        return Stub(self)


@dataclass
class Stub:
    """An engine that writes a tone."""

    of: Engines
    thread: int = field(default_factory=threading.get_ident)

    def voices(self) -> frozenset[str]:
        return self.of.voices

    def write(self, text: str, voice: Voice, path: Path) -> None:
        assert threading.get_ident() == self.thread, "an engine is for one thread only"
        self.of.at_once += 1
        self.of.most_at_once = max(self.of.most_at_once, self.of.at_once)
        try:
            self._write(text, voice, path)
        finally:
            self.of.at_once -= 1

    def _write(self, text: str, voice: Voice, path: Path) -> None:
        if self.of.hangs > 0:
            self.of.hangs -= 1
            self.of.let_go.wait(60)
        if self.of.fails > 0:
            self.of.fails -= 1
            raise EngineError("it has written silence")
        self.of.said.append((text, voice.id))
        write_tone(path)


def program(folder: Path, name: str, script: str) -> None:
    """Write a shell script that stands in for a player."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
