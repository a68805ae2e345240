"""Words that several kinds of rules share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Clock(StrEnum):
    """From when a limit counts: the last firing, the order's arrival, or the guest's order."""

    FIRED = "fired"
    RECEIVED = "received"
    PLACED = "placed"


class Queue(StrEnum):
    """Where a dish stands in its own station's queue."""

    FIRST = "first"
    NORMAL = "normal"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Pan:
    """So many portions of a dish are made together, ordered within so long of each other."""

    most: int
    within_s: int
