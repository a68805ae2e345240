"""The plug of the demo's own bridge: puts it in, pulls it, always at the same two ports."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from kds.demo.clock import KitchenClock

READY = "ready "
PATIENCE_S = 30.0
FREE_PORT = "127.0.0.1:0"


class PlugError(Exception):
    """The bridge does not come up; the message is what it said last."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a bridge serves: HOST:PORT for tills and for displays."""

    http: str
    displays: str

    @property
    def http_place(self) -> tuple[str, int]:
        """Host and port of HTTP."""
        host, _, port = self.http.rpartition(":")
        return host, int(port)


class Plug:
    """A bridge on loopback whose time is that of `clock`. Event loop thread only.

    It holds the bridge's standard input open, so that the bridge ends with this program,
    however that comes about. `start_s`: how long the last start took.
    """

    def __init__(self, folder: Path, rules: Path, clock: KitchenClock) -> None:
        self.addresses = Addresses(FREE_PORT, FREE_PORT)
        self._folder = folder
        self._rules = rules
        self._clock = clock
        self._process: subprocess.Popen[str] | None = None
        self.start_s = 0.9

    @property
    def is_in(self) -> bool:
        """The bridge was started and has not been ended by us."""
        return self._process is not None

    async def put_in(self) -> None:
        """Start the bridge and wait until it serves; raises `PlugError`."""
        began = time.monotonic()
        self._process = process = self._spawn()
        line = await asyncio.to_thread(_first_line, process)
        if not line.startswith(READY):
            self.pull()
            raise PlugError(self._last_words() or "it said nothing")
        self.start_s = time.monotonic() - began
        words = dict(word.split("=", 1) for word in line.split() if "=" in word)
        self.addresses = Addresses(
            words["http"].removeprefix("http://"), words["displays"].removeprefix("ws://")
        )

    def pull(self) -> None:
        """End the bridge as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            _close(process)

    async def take_out(self) -> None:
        """End the bridge cleanly; pull it when it does not end."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None
        _close(process)

    def _spawn(self) -> subprocess.Popen[str]:
        # When it serves, its clock shall show what ours does then.
        starts_at = self._clock.stamp(self._clock.after(self.start_s * 0.7))
        command = [
            *(sys.executable, "-m", "pos_bridge", "serve", "--ends-with-stdin"),
            *("--data", str(self._folder / "bridge"), "--rules", str(self._rules)),
            *("--http", self.addresses.http, "--displays", self.addresses.displays),
            *("--starts-at", starts_at, "--time-scale", str(self._clock.scale)),
        ]
        pipe = subprocess.PIPE
        with self._log.open("a", encoding="utf-8") as log:
            return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True)

    @property
    def _log(self) -> Path:
        return self._folder / "bridge.log"

    def _last_words(self) -> str:
        return self._log.read_text("utf-8")[-2000:].strip()


def _first_line(process: subprocess.Popen[str]) -> str:
    """Wait for the first line of a program, "" when it ends or takes too long."""
    assert process.stdout is not None
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    read = process.stdout.readline
    threading.Thread(target=lambda: lines.put(read()), daemon=True).start()
    with contextlib.suppress(queue.Empty):
        return lines.get(timeout=PATIENCE_S)
    return ""


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
