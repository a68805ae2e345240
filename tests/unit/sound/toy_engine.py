"""A voice box that writes a tone, or does to a sentence what `does` in its folder says.

Run as a script, with a folder. `does` and `starts` there hold a word per sentence and per start,
of which each takes the first; `voices` holds the voices. It notes its process in `started` and
what it was to say in `said`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import wave
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    with (folder / "started").open("a") as started:
        started.write(f"{os.getpid()}\n")
    how = taken(folder / "starts")
    if how == "fail":
        tell(error="libespeak-ng.so.1: no such file")
        return
    act(how)
    tell(voices=json.loads((folder / "voices").read_text()))
    for line in sys.stdin:
        request = json.loads(line)
        with (folder / "said").open("a") as said:
            said.write(json.dumps([request["text"], request["voice"]]) + "\n")
        how = taken(folder / "does")
        act(how)
        answer(how, request)


def answer(how: str, request: dict[str, Any]) -> None:
    """Write the file and say so, but for what shall go wrong."""
    if how == "fail":
        tell(id=request["id"], error="it has written silence")
        return
    if how != "no-file":
        write_tone(Path(request["path"]))
    for _ in range(2 if how == "twice" else 1):
        tell(id=request["id"])


def act(how: str) -> None:
    match how:
        case "hang":
            threading.Event().wait()
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "leave":
            os._exit(3)
        case "babble":
            print("Audio saved to a.wav", flush=True)
        case "bytes":
            os.write(1, b"\xff\xfe\n")
        case "list":
            print("[1]", flush=True)
        case "endless":
            print("x" * 100_000, flush=True)


def tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def taken(plan: Path) -> str:
    """Take the first word out of a plan, "" if there is none left."""
    words = plan.read_text().split() if plan.exists() else []
    plan.write_text(" ".join(words[1:]))
    return words[0] if words else ""


def write_tone(path: Path, ms: int = 100) -> None:
    """Write a WAV that is loud enough to be one."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(b"\x00\x40\x00\xc0" * (22_050 * ms // 2000))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
