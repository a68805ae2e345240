"""Items: what comes out of the announcer and goes into the player; and the two clocks it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from kds.kitchen.ids import Instant, LineKey
from kds.sound.cues import Cue

Tick = NewType("Tick", int)
"""Milliseconds of a steady clock of this process, as an ear counts them: never scaled, never set.

Kitchen time will not do for pauses and budgets: a demo runs it at many times its speed, and a new
link may move it.
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """The same moment by the kitchen's clock and by the ear's."""

    kitchen: Instant
    ear: Tick


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be heard: a cue, then a sentence where there is one to say.

    `text` is "" or speakable as it is in `lang` ("zh" or "en"). `expires`: from then on it must
    not begin any more. `key`: what it is about; two items of the same key replace each other.
    `plates`: the lines that it speaks of, with how many portions of each.
    """

    cue: Cue
    urgency: int
    expires: Tick
    key: tuple[str, ...]
    text: str = ""
    lang: str = "zh"
    plates: tuple[tuple[LineKey, int], ...] = ()
