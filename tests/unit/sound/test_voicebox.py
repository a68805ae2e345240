"""The voice box: the process with the real engine, seen from outside, and its loop with a stub."""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kds.sound.apart import voicebox
from kds.sound.engines import EngineError, Voice
from kds.sound.speech import VOICES, Speech
from kds.sound.voicebox import serve
from kds.sound.waves import length_s
from tests.bridge.harness import PATIENCE_S
from tests.unit.sound.test_engines import ZH, missing


@contextmanager
def running() -> Iterator[subprocess.Popen[bytes]]:
    """Run the real voice box until the block ends."""
    if missing():
        pytest.skip(missing())
    pipe = subprocess.PIPE
    with subprocess.Popen(voicebox(), stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


def answer(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Wait for the next line."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    assert readable, "it does not answer"
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def request(path: Path, **changes: object) -> bytes:
    """Return the line that asks for a sentence."""
    voice = VOICES["zh"]
    fields = {"id": 1, "text": ZH[0], "voice": voice.id, "words_a_minute": voice.words_a_minute}
    return json.dumps(fields | {"path": str(path)} | changes).encode() + b"\n"


def test_it_answers_in_lines_and_ends_with_its_input(tmp_path: Path) -> None:
    """A display that is killed leaves nothing behind; what pyttsx3 prints is no answer."""
    path = tmp_path / "a.wav"
    with running() as process:
        assert process.stdin is not None
        assert {voice.id for voice in VOICES.values()} <= set(answer(process)["voices"])
        process.stdin.write(request(path))
        assert answer(process) == {"id": 1}
        assert 1.0 < length_s(path) < 5.0
        process.stdin.write(request(path, id=2, text="🍜"))
        assert answer(process) == {"id": 2, "error": "it has written silence"}
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")


def test_it_speaks_also_without_a_standard_error(tmp_path: Path) -> None:
    if missing():
        pytest.skip(missing())
    run = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" 2>&-', "sh", *voicebox()],
        input=request(tmp_path / "a.wav"),
        stdout=subprocess.PIPE,
        timeout=PATIENCE_S,
        check=True,
    )
    assert json.loads(run.stdout.splitlines()[1]) == {"id": 1}


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="a system without priorities")
def test_it_gives_way_to_painting() -> None:
    with running() as process:
        answer(process)
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, ours + 10)


def test_it_loads_neither_qt_nor_what_checks_wires() -> None:
    code = (
        "import kds.sound.voicebox, sys; "
        "ours = {n for n in sys.modules if n.startswith('kds')}; "
        "print(*sorted(ours | {'PySide6', 'pydantic', 'asyncio'} & {*sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = ["kds", "kds.sound", "kds.sound.engines", "kds.sound.voicebox", "kds.sound.waves"]
    assert run.stdout.split() == names


async def test_speech_speaks_with_the_real_engine(tmp_path: Path) -> None:
    if missing():
        pytest.skip(missing())
    speech = Speech(limit_s=PATIENCE_S, start_limit_s=PATIENCE_S)
    await speech.start()
    for number, text in enumerate(ZH):
        assert await speech.write(text, "zh", tmp_path / f"{number}.wav"), speech.problem
    assert speech.problem is None
    await speech.stop()


# --- its loop ----------------------------------------------------------------------------------


@dataclass
class Stub:
    """An engine that raises what it was given, if that is anything."""

    error: Exception | None = None

    def voices(self) -> frozenset[str]:
        return frozenset({"b", "a"})

    def write(self, text: str, voice: Voice, path: Path) -> None:
        if self.error is not None:
            raise self.error
        path.write_text(f"{text} {voice.id} {voice.words_a_minute}", "utf-8")


def served(stub: Stub, *lines: bytes) -> list[dict[str, Any]]:
    """Return what is answered to lines."""
    answers = io.BytesIO()
    assert serve(lambda: stub, io.BytesIO(b"".join(lines)), answers) == 0
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def test_each_request_is_answered_under_its_id(tmp_path: Path) -> None:
    lines = (request(tmp_path / "a", id=7, text="甲"), request(tmp_path / "b", id=8))
    assert served(Stub(), *lines) == [{"voices": ["a", "b"]}, {"id": 7}, {"id": 8}]
    assert (tmp_path / "a").read_text("utf-8") == "甲 sit/cmn-latn-pinyin 180"


@pytest.mark.parametrize(
    ("error", "words"),
    [(EngineError("it has written silence"), "it has written silence"), (KeyError(), "KeyError")],
)
def test_whatever_an_engine_raises_is_told_and_it_goes_on(
    tmp_path: Path, error: Exception, words: str
) -> None:
    lines = (request(tmp_path / "a"), request(tmp_path / "a", id=2))
    assert served(Stub(error), *lines)[1:] == [
        {"id": 1, "error": words},
        {"id": 2, "error": words},
    ]


def test_an_engine_that_cannot_be_made_is_told() -> None:
    def make() -> Stub:
        raise EngineError("libespeak-ng.so.1: no such file")

    answers = io.BytesIO()
    assert serve(make, io.BytesIO(request(Path("a"))), answers) == 1
    assert json.loads(answers.getvalue()) == {"error": "libespeak-ng.so.1: no such file"}


def test_one_that_hangs_with_nobody_left_to_kill_it_ends() -> None:
    code = (
        "import sys, threading\n"
        "from kds.sound.voicebox import serve\n"
        "hang = threading.Event().wait\n"
        "serve(hang, sys.stdin.buffer, sys.stdout.buffer, longest_s=0.1)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        input=b"",
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert run.returncode == 1
    assert b"Timeout" in run.stderr
