"""A real display in its own process, for benchmarks: started, its frames read, stopped."""

from __future__ import annotations

import contextlib
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


class DisplayError(Exception):
    """The display did not do what it was waited for; the message says what."""


@dataclass(frozen=True, slots=True)
class Display:
    """A display that shows a view. Its frames wait to be taken, in their order."""

    process: subprocess.Popen[str]
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

    def read(self, ready: threading.Event) -> None:
        """Read what the display says until it ends. `ready` is set after its first frame."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            frame = frame_of(line)
            if frame is not None:
                self._frames.put(frame)
            elif line.startswith("ready "):
                ready.set()


@contextlib.contextmanager
def showing(bridge: str, view: str, data: Path, *flags: str) -> Iterator[Display]:
    """Run `kds display` on `data` from its first frame on; end it cleanly."""
    where = ("--bridge", bridge, "--view", view, "--data", str(data), "--report-frames")
    command = [sys.executable, "-m", "kds", "display", *where, *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    display, ready = Display(process), threading.Event()
    reading = threading.Thread(target=display.read, args=(ready,), daemon=True)
    reading.start()
    try:
        if not ready.wait(PATIENCE_S):
            raise DisplayError(f"no first frame within {PATIENCE_S} s")
        yield display
    finally:
        _end(process)
        reading.join()
        assert process.stdout is not None
        process.stdout.close()


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
