"""A real bridge in its own process, for benchmarks: started, asked, stopped."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

READY = "ready "


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge that serves. `http` and `displays` are its addresses, `data` its folder."""

    process: subprocess.Popen[str]
    http: str
    displays: str
    data: Path

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of HTTP."""
        host, _, port = self.http.removeprefix("http://").rpartition(":")
        return host, int(port)


class BridgeError(Exception):
    """The bridge did not come up; the message is what it said."""


def start(data: Path, options: Sequence[str] = ()) -> Bridge:
    """Start `pos-bridge serve` on free loopback ports and wait until it serves.

    Raises `BridgeError` with its own words when it ends before that.
    """
    command = [
        *(sys.executable, "-m", "pos_bridge", "serve", "--data", str(data)),
        *("--http", "127.0.0.1:0", "--displays", "127.0.0.1:0", *options),
    ]
    log = (data.parent / f"{data.name}.log").open("a", encoding="utf-8")
    with log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith(READY):
        process.wait()
        raise BridgeError(Path(log.name).read_text(encoding="utf-8")[-2000:] or line)
    words = dict(word.split("=", 1) for word in line.split() if "=" in word)
    return Bridge(process, words["http"], words["displays"], data)


def stop(bridge: Bridge) -> None:
    """End the bridge cleanly; kill it when it does not end."""
    bridge.process.terminate()
    try:
        bridge.process.wait(20)
    except subprocess.TimeoutExpired:
        bridge.process.kill()
        bridge.process.wait()
    if bridge.process.stdout is not None:
        bridge.process.stdout.close()


def kill(bridge: Bridge) -> None:
    """End the bridge as a power cut does."""
    bridge.process.kill()
    bridge.process.wait()
    if bridge.process.stdout is not None:
        bridge.process.stdout.close()


@contextlib.contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """Make a folder that is deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kds-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(options: Sequence[str] = ()) -> Iterator[Bridge]:
    """Run a bridge on a folder of its own, which is deleted afterwards."""
    with folder_of_its_own() as folder:
        bridge = start(folder / "data", options)
        try:
            yield bridge
        finally:
            stop(bridge)
