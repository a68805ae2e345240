"""Words that several kinds of rules share."""

from __future__ import annotations

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
