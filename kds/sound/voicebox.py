"""The voice box: the process in which the engine speaks. One JSON line is asked, one answered.

    {"voices": ["gmw/en-us", …]}                                 first of all: it can speak, and how
    {"id": 1, "text": "Table 8", "voice": "gmw/en-us", "words_a_minute": 165, "path": "/…/a.wav"}
    {"id": 1}                                                    the WAV is written

An answer with "error" says in the engine's words why not. It ends when nobody can ask any more.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from kds.sound.engines import Engine, Pyttsx3, Voice

_BEHIND_PAINTING = 10
_LONGEST_S = 60.0
"""The display loses patience much sooner; this is for a voice box that hangs and has lost it."""
_STANDARD_ERROR = 2  # `sys.stderr` is None if whoever started the display has closed it


def main() -> int:
    """Speak with pyttsx3 until standard input is closed; return the exit status."""
    if hasattr(os, "nice"):
        os.nice(_BEHIND_PAINTING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the display, which then ends us
    answers = _own_output()
    with suppress(BrokenPipeError):  # the display has gone between asking and our answer
        return serve(Pyttsx3, sys.stdin.buffer, answers)
    return 0


def _own_output() -> BinaryIO:
    """Keep standard output for answers: what an engine prints there goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)  # stays, in the place of a closed standard error
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(nowhere, 1)
    return answers


def serve(
    make: Callable[[], Engine],
    requests: BinaryIO,
    answers: BinaryIO,
    *,
    longest_s: float = _LONGEST_S,
) -> int:
    """Speak with one engine until the requests end; return the exit status.

    What takes longer than `longest_s` ends the process, even if it hangs in native code.
    """

    def tell(**what: object) -> None:
        answers.write(json.dumps(what).encode() + b"\n")

    try:
        with _no_longer_than(longest_s):
            engine = make()
            voices = sorted(engine.voices())
    except Exception as error:  # noqa: BLE001  # foreign code: whatever it is, it is reported
        tell(error=_words(error))
        return 1
    tell(voices=voices)
    for line in requests:
        request = json.loads(line)
        with _no_longer_than(longest_s):
            failed = _failure(engine, request)
        tell(id=request["id"], **failed)
    return 0


def _failure(engine: Engine, request: dict[str, Any]) -> dict[str, str]:
    """Speak, and return what is to be told of a failure."""
    voice = Voice(request["voice"], request["words_a_minute"])
    try:
        engine.write(request["text"], voice, Path(request["path"]))
    except Exception as error:  # noqa: BLE001  # as above
        return {"error": _words(error)}
    return {}


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


@contextmanager
def _no_longer_than(limit_s: float) -> Iterator[None]:
    faulthandler.dump_traceback_later(limit_s, exit=True, file=_STANDARD_ERROR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    sys.exit(main())
