"""What one try to tell somebody comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kds.store.values import Outgoing


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has it, or need not know."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side will never take it."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """It may go well another time. `wait_s`: as the other side asked, None if it did not.

    `is_about_all`: the other side was not reached, or wants to be left alone; else it failed on
    this one.
    """

    why: str
    wait_s: float | None = None
    is_about_all: bool = False


Outcome = Delivered | Refused | Later


class Messenger(Protocol):
    """The way to one destination. Event loop thread only."""

    async def send(self, entry: Outgoing, now_s: float) -> Outcome:
        """Try to tell `entry` once. `now_s`: Unix seconds."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
