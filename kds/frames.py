"""What a display tells a program that measures it from outside: one line for each frame.

Asked for with `kds display --report-frames`, each frame that shows other orders than the one
before, or another touch, is a line on standard output: the word `frame` and JSON. Such lines may
come before the `ready` line.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

_FRAME = "frame "
Shown = tuple[str, str]
"""An order on the glass: its source and its id."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that the screen has got.

    `at_ns`: when, by `time.monotonic_ns`, which all processes of a machine share. `heard_ns`:
    when the news came that only this frame shows, 0 if there was none. `new`, `gone`: orders that
    are on the glass now and were not before, and the other way round. `pressed`: something looks
    as if a finger lay on it.
    """

    view: str
    at_ns: int
    heard_ns: int
    new: tuple[Shown, ...]
    gone: tuple[Shown, ...]
    pressed: bool

    def as_line(self) -> str:
        """Return the frame as one line."""
        return _FRAME + json.dumps(asdict(self))


def frame_of(line: str) -> Frame | None:
    """Read a line; None: it tells of no frame."""
    if not line.startswith(_FRAME):
        return None
    told = json.loads(line.removeprefix(_FRAME))
    new, gone = (tuple((source, order) for source, order in told[name]) for name in ("new", "gone"))
    return Frame(**told | {"new": new, "gone": gone})
