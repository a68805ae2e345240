"""A wall clock that a test moves, for programs that are started with this folder on their path.

`KITCHEN_TEST_CLOCK` names a file with the seconds by which the clock is wrong. What counts time
that passes, `time.monotonic`, is left alone, as by a person who sets a machine's clock.
"""

import os
import time
from pathlib import Path

_FILE = Path(os.environ["KITCHEN_TEST_CLOCK"])
_right = time.time


def _wrong() -> float:
    return _right() + float(_FILE.read_text() or 0)


time.time = _wrong
time.time_ns = lambda: int(_wrong() * 1e9)
