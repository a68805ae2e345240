"""Engines: what turns a sentence into a WAV. pyttsx3 is the one there is."""

from __future__ import annotations

import sys
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kds.sound.waves import make_louder, peak

_HEARABLE = 500
"""Of 32,768: a WAV that stays below is silence, whatever its length."""


class EngineError(Exception):
    """A sentence could not be spoken. The text says why, in the engine's words."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice by the engine's own id, and how fast it speaks."""

    id: str
    words_a_minute: int


class Engine(Protocol):
    """Speaks into files. May hang or crash, so it lives in a process of its own: the voice box."""

    def voices(self) -> frozenset[str]:
        """Return the ids of all voices; raises EngineError."""
        ...

    def write(self, text: str, voice: Voice, path: Path) -> None:
        """Write a WAV of `text`; raises EngineError if nothing can be heard in it."""
        ...


class Pyttsx3:
    """The engine of pyttsx3, and what it does not do by itself: to say when it has failed.

    It prints a line for each file.
    """

    def __init__(self) -> None:
        try:
            from pyttsx3.engine import Engine as Foreign  # type: ignore[import-untyped]

            self._engine = Foreign()
        except Exception as error:
            raise EngineError(_first_line(error)) from error
        self._errors: list[str] = []
        self._engine.connect("error", self._failed)
        self._engine.runAndWait()  # until the first one it keeps everything in a queue

    def _failed(self, **told: object) -> None:
        """Note what pyttsx3 tells only to those who ask."""
        self._errors.append(_first_line(told.get("exception")))

    def voices(self) -> frozenset[str]:
        return frozenset(voice.id for voice in self._engine.getProperty("voices"))

    def write(self, text: str, voice: Voice, path: Path) -> None:
        self._errors.clear()
        self._engine.setProperty("voice", voice.id)
        self._engine.setProperty("rate", voice.words_a_minute)  # a voice sets it back
        _settle()
        self._engine.proxy.setBusy(True)
        self._engine.save_to_file(text, str(path))
        self._engine.runAndWait()
        _settle()
        used = self._engine.getProperty("voice")
        if used != voice.id:  # an unknown one is ignored: the former goes on speaking
            raise EngineError(f"voice {voice.id} is not to be had, it would be {used}")
        if self._errors:
            raise EngineError(self._errors[-1])
        try:
            strongest = peak(path)
        except (OSError, EOFError, wave.Error) as error:
            raise EngineError(f"it has written no sound: {_first_line(error)}") from error
        if strongest < _HEARABLE:
            raise EngineError("it has written silence")
        make_louder(path)


def _settle() -> None:
    """Wait until the engine's own thread has done all that it was told.

    WORKAROUND for pyttsx3 2.99. A busy engine's `runAndWait` waits ten milliseconds and no more,
    so that on a slow machine the file is not there yet; an idle one's waits for ever if the file
    cannot be written. And a sentence that begins before the thread has come to rest is cancelled,
    or spoken at the former rate. So: rest, begin as a busy one, rest.
    """
    library = sys.modules.get("pyttsx3.drivers._espeak")
    if library is not None:
        vars(library)["Synchronize"]()


def _first_line(error: object) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
