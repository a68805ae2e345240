"""Fault 34: a display that stands still ends by itself, with a trace of where it stood."""

from __future__ import annotations

import subprocess
import sys

from kds.app.watchdog import EXIT_STATUS
from tests.bridge.harness import PATIENCE_S

_PROGRAM = """
import threading
from kds.app.watchdog import Watchdog

def stands_still():
    threading.Event().wait()

dog = Watchdog(look_every_s=0.02)
dog.start()
for _ in range(30):
    dog.feed()
    threading.Event().wait(0.02)
print("fed", flush=True)
if {is_stopped}:
    dog.stop()
else:
    stands_still()
"""


def run(*, is_stopped: bool) -> subprocess.CompletedProcess[str]:
    code = _PROGRAM.format(is_stopped=is_stopped)
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_who_is_not_fed_any_more_is_ended_and_says_where_it_stood() -> None:
    done = run(is_stopped=False)
    assert (done.returncode, done.stdout) == (EXIT_STATUS, "fed\n")
    assert "stands_still" in done.stderr


def test_one_that_is_stopped_ends_nothing() -> None:
    done = run(is_stopped=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "fed\n", "")
