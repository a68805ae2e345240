"""How well the display, its link, its sources and the rest are; the worst is said first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from kds.kitchen.wording import Wording
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink


class Severity(IntEnum):
    """How bad it is; the lowest is said first. ANSWER: what became of the last act, for seconds."""

    ANSWER = -1
    CRITICAL = 0
    LATE = 1
    ATTENTION = 2


class TroubleKind(StrEnum):
    """Everything that can be wrong; of what is equally bad the first is said first.

    STORAGE and CLOCK are the host's, DISK, CLOCK_OFF and CLOCK_FAR (minutes) this machine's.
    """

    ANSWER = "answer"
    REFUSED = "refused"
    LOST = "lost"
    NOT_KEPT = "not_kept"
    KEYS = "keys"
    STUCK = "stuck"
    GAP = "gap"
    STORAGE = "storage"
    DISK = "disk"
    SLOW = "slow"
    SILENT = "silent"
    RULES = "rules"
    PAUSED = "paused"
    BOOK = "book"
    PRINTER = "printer"
    CLOCK = "clock"
    CLOCK_OFF = "clock_off"
    CLOCK_FAR = "clock_far"
    DAMAGED = "damaged"
    NOTICE = "notice"
    VOICE = "voice"


_LOOKS = {
    TroubleKind.ANSWER: (Severity.ANSWER, Icon.BACK),
    TroubleKind.LOST: (Severity.CRITICAL, Icon.BROKEN),
    TroubleKind.REFUSED: (Severity.CRITICAL, Icon.BROKEN),
    TroubleKind.NOT_KEPT: (Severity.CRITICAL, Icon.SHEET),
    TroubleKind.KEYS: (Severity.CRITICAL, Icon.KEYBOARD),
    TroubleKind.STUCK: (Severity.LATE, Icon.KEYBOARD),
    TroubleKind.GAP: (Severity.LATE, Icon.TILL),
    TroubleKind.STORAGE: (Severity.LATE, Icon.SHEET),
    TroubleKind.DISK: (Severity.LATE, Icon.SHEET),
    TroubleKind.SLOW: (Severity.ATTENTION, Icon.PIE),
    TroubleKind.SILENT: (Severity.ATTENTION, Icon.TILL),
    TroubleKind.RULES: (Severity.ATTENTION, Icon.SHEET),
    TroubleKind.PAUSED: (Severity.ATTENTION, Icon.PADLOCK),
    TroubleKind.BOOK: (Severity.ATTENTION, Icon.SHEET),
    TroubleKind.PRINTER: (Severity.ATTENTION, Icon.PRINTER),
    TroubleKind.CLOCK: (Severity.ATTENTION, Icon.CLOCK),
    TroubleKind.CLOCK_OFF: (Severity.ATTENTION, Icon.CLOCK),
    TroubleKind.CLOCK_FAR: (Severity.ATTENTION, Icon.CLOCK),
    TroubleKind.DAMAGED: (Severity.ATTENTION, Icon.SHEET),
    TroubleKind.NOTICE: (Severity.ATTENTION, Icon.SHEET),
    TroubleKind.VOICE: (Severity.ATTENTION, Icon.SOUND),
}
_PLATES = {
    Severity.ANSWER: (Ink.PLATE, Ink.PLATE_INK),
    Severity.CRITICAL: (Ink.CRITICAL, Ink.CRITICAL_INK),
    Severity.LATE: (Ink.LATE, Ink.LATE_INK),
    Severity.ATTENTION: (Ink.ATTENTION, Ink.ATTENTION_INK),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. The sentences stand in the translations as `trouble.<kind>.…`.

    `name`, `text`: the figures that their two halves are filled with; a `Wording` is read in the
    language of the wall. `button`: the key of the one thing that can be done about it, "" if there
    is none. `graded`: how bad it is, where that is not the same for all of the kind. `about`: the
    rule that is paused.
    """

    kind: TroubleKind
    name: tuple[str | Wording, ...] = ()
    text: tuple[str | Wording, ...] = ()
    button: str = "strip.open"
    graded: Severity | None = None
    about: str = ""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return _LOOKS[self.kind][0] if self.graded is None else self.graded

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
