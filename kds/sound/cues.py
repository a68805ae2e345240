"""Cues: short sounds, each with one meaning. `assets/sounds` has a file for each."""

from __future__ import annotations

from enum import StrEnum


class Cue(StrEnum):
    """What a cook hears without looking. The value is the name of its file."""

    NEW_ORDER = "new_order"
    ADD_ON = "add_on"
    POT_FIRST = "pot_first"
    RUSH = "rush"
    ALLERGY = "allergy"
    VOID = "void"
    LATE = "late"
    CRITICAL = "critical"
    FIRE = "fire"
    READY = "ready"
    REFUSED = "refused"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    BUMPED = "bumped"
    UNDONE = "undone"

    @property
    def file(self) -> str:
        """The name of its file in the folder of sounds."""
        return f"{self.value}.wav"
