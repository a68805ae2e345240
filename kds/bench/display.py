"""A real display in its own process, for benchmarks: started, its frames read, stopped."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kds.frames import Frame, frame_of

PATIENCE_S = 30.0
OFFSCREEN = "offscreen"


def any_screen() -> str:
    """Return the screen that there is to show on."""
    return os.environ.get("DISPLAY") or OFFSCREEN


class DisplayError(Exception):
    """The display did not do what it was waited for; the message says what."""


@dataclass(frozen=True, slots=True)
class Display:
    """A display that shows a view. Its frames wait to be taken, in their order.

    `screen`: what it shows on, `offscreen` or the X display.
    """

    process: subprocess.Popen[str]
    screen: str
    _frames: queue.SimpleQueue[Frame] = field(default_factory=queue.SimpleQueue)

    def frame(self, is_wanted: Callable[[Frame], object], within_s: float = PATIENCE_S) -> Frame:
        """Take frames up to the first that is wanted; raises `DisplayError` if none comes."""
        deadline_s = time.monotonic() + within_s
        while True:
            left_s = max(0.0, deadline_s - time.monotonic())
            try:
                frame = self._frames.get(timeout=left_s)
            except queue.Empty:
                raise DisplayError(f"no such frame within {within_s} s") from None
            if is_wanted(frame):
                return frame

    def frames(self) -> list[Frame]:
        """Take all the frames that there are by now."""
        taken = []
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._frames.get_nowait())
        return taken

    def do(self, *words: str | int) -> int:
        """Let the display's hand do something; returns when it was told, as frames count time."""
        assert self.process.stdin is not None
        at_ns = time.monotonic_ns()
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return at_ns

    def read(self, ready: threading.Event) -> None:
        """Read what the display says until it ends. `ready`: it shows its first frame, or ended."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            frame = frame_of(line)
            if frame is not None:
                self._frames.put(frame)
            elif line.startswith("ready "):
                ready.set()
        ready.set()


@contextlib.contextmanager
def showing(bridge: str, view: str, data: Path, screen: str = OFFSCREEN) -> Iterator[Display]:
    """Run `kds display` on `data` from its first frame on; end it cleanly."""
    where = ("--bridge", bridge, "--view", view, "--data", str(data))
    look = ("--offscreen",) if screen == OFFSCREEN else ("--window", "1920x1080")
    flags = ("--mute", "--report-frames", "--hands")
    command = (sys.executable, "-m", "kds", "display", *where, *look, *flags)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    display, ready = Display(process, screen), threading.Event()
    reading = threading.Thread(target=display.read, args=(ready,), daemon=True)
    reading.start()
    try:
        if not ready.wait(PATIENCE_S):
            raise DisplayError(f"no first frame within {PATIENCE_S} s")
        if process.poll() is not None:
            raise DisplayError(f"it ended with status {process.returncode}")
        yield display
    finally:
        _end(process)
        reading.join()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
