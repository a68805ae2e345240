"""How well the display, its link, its sources and the rest are; the worst is said first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from kds.ui.icons import Icon
from kds.ui.style.colours import Ink


class Severity(IntEnum):
    """How bad it is; the lowest is said first."""

    CRITICAL = 0
    LATE = 1
    ATTENTION = 2


class TroubleKind(StrEnum):
    """Everything that can be wrong."""

    LOST = "lost"
    KEYS = "keys"
    STUCK = "stuck"
    GAP = "gap"
    STORAGE = "storage"
    SLOW = "slow"
    SILENT = "silent"
    RULES = "rules"
    BOOK = "book"
    PRINTER = "printer"
    CLOCK = "clock"
    VOICE = "voice"


_LOOKS = {
    TroubleKind.LOST: (Severity.CRITICAL, Icon.BROKEN),
    TroubleKind.KEYS: (Severity.CRITICAL, Icon.KEYBOARD),
    TroubleKind.STUCK: (Severity.LATE, Icon.KEYBOARD),
    TroubleKind.GAP: (Severity.LATE, Icon.TILL),
    TroubleKind.STORAGE: (Severity.LATE, Icon.SHEET),
    TroubleKind.SLOW: (Severity.ATTENTION, Icon.PIE),
    TroubleKind.SILENT: (Severity.ATTENTION, Icon.TILL),
    TroubleKind.RULES: (Severity.ATTENTION, Icon.SHEET),
    TroubleKind.BOOK: (Severity.ATTENTION, Icon.SHEET),
    TroubleKind.PRINTER: (Severity.ATTENTION, Icon.PRINTER),
    TroubleKind.CLOCK: (Severity.ATTENTION, Icon.CLOCK),
    TroubleKind.VOICE: (Severity.ATTENTION, Icon.SOUND),
}
_PLATES = {
    Severity.CRITICAL: (Ink.CRITICAL, Ink.CRITICAL_INK),
    Severity.LATE: (Ink.LATE, Ink.LATE_INK),
    Severity.ATTENTION: (Ink.ATTENTION, Ink.ATTENTION_INK),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. The sentences stand in the translations as `trouble.<kind>.…`.

    `name`, `text`: the figures that their two halves are filled with. `button`: the key of the
    one thing that can be done about it, "" if there is none.
    """

    kind: TroubleKind
    name: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    button: str = "strip.open"

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return _LOOKS[self.kind][0]

    @property
    def icon(self) -> Icon:
        """What it looks like."""
        return _LOOKS[self.kind][1]

    @property
    def inks(self) -> tuple[Ink, Ink]:
        """The colours of its plate and of what is written on it."""
        return _PLATES[self.severity]


@dataclass(frozen=True, slots=True)
class SourceAge:
    """When a source was last heard of, in whole seconds ago."""

    name: str
    age_s: int


@dataclass(frozen=True, slots=True)
class Health:
    """All troubles, in any order, and the sources. `lost`: the wall shows what was, not what is."""

    troubles: tuple[Trouble, ...] = ()
    sources: tuple[SourceAge, ...] = ()

    @property
    def worst_first(self) -> tuple[Trouble, ...]:
        """The troubles in the order in which they should be said."""
        kinds = list(TroubleKind)
        return tuple(sorted(self.troubles, key=lambda t: (t.severity, kinds.index(t.kind))))

    @property
    def is_lost(self) -> bool:
        """The link is lost: what the wall shows grows old."""
        return any(trouble.kind is TroubleKind.LOST for trouble in self.troubles)
