"""Who listens while a case is played: what is spoken is decided in another room."""

from __future__ import annotations

from typing import Protocol

from kds.kitchen.events import Event
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen


class Listener(Protocol):
    """Hears a kitchen at some views."""

    def happened(self, before: Kitchen, event: Event, after: Kitchen, now: Instant) -> None:
        """Take in an event that was just applied."""
        ...

    def until(self, kitchen: Kitchen, now: Instant) -> None:
        """Hear what is to be heard up to `now`, while `kitchen` stays as it is."""
        ...

    def said(self, view: str) -> tuple[list[str], list[str]]:
        """Return what was said at `view` since it was last asked, in Chinese and in English."""
        ...


class Deaf:
    """Hears nothing: speech is passed over where nobody can judge it."""

    def happened(self, before: Kitchen, event: Event, after: Kitchen, now: Instant) -> None:
        """Pass it over."""

    def until(self, kitchen: Kitchen, now: Instant) -> None:
        """Pass it over."""
