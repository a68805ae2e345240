"""Places in a log: which log, how far, and what stands there."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A place in the log of `epoch`: after `seq` events, the last of which has the id `event`.

    A database that was restored or replaced is another epoch. All empty: nowhere yet.
    """

    epoch: str = ""
    seq: int = 0
    event: str = ""
