"""A card in the kitchen for what a source misses: it stays until the order comes or a person looks.

The strip says it everywhere; the card is what a person acts upon. One card per source names all
its missing numbers. Who handles it has looked after exactly those that it named, also for the
next start of the bridge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from kds.kitchen.commands import Command, CommandKind, RaiseAlert, Result
from kds.kitchen.ids import AlertId, CommandId, Instant
from kds.store.values import Answer
from pos_bridge.desk import Desk
from pos_bridge.pulse.remarks import numbers_text

_PREFIX = "gap:"
_DEED = "gap-card:"


def card_of(source: str) -> AlertId:
    """Return the id of a source's card."""
    return AlertId(f"{_PREFIX}{source}")


def source_of(card: AlertId) -> str | None:
    """Return whose card it is, None if it is another one."""
    return card.removeprefix(_PREFIX) if card.startswith(_PREFIX) else None


@dataclass(frozen=True, slots=True)
class ShowMissing:
    """Show which numbers of a source have not come; none: take the card away.

    `id`: of this deed, never used before.
    """

    id: str
    source: str
    name: str
    numbers: tuple[int, ...]

    def run(self, desk: Desk) -> None:
        """Do so."""
        card = card_of(self.source)
        if self.numbers:
            desk.accept(desk.decide(self._raised(card)))
        elif card in desk.kitchen.alerts:
            done = Command(CommandId(self.id), CommandKind.ACK_ALERT, alert=card)
            desk.accept(desk.decide(done))

    def _raised(self, card: AlertId) -> RaiseAlert:
        numbers = numbers_text(self.numbers)
        zh = f"{self.name} 缺单 {numbers}，请核对纸单"
        en = f"{self.name}: missing {numbers}; check paper"
        return RaiseAlert(CommandId(self.id), card, self.source, zh, en, "")


@dataclass(frozen=True, slots=True)
class Excuse:
    """Keep that somebody has looked after missing numbers."""

    source: str
    missing: Sequence[tuple[int, Instant]]

    def run(self, desk: Desk) -> None:
        """Do so."""
        for command in excuses(self.source, self.missing):
            desk.remember(Answer(command, desk.now, Result.APPLIED, desk.kitchen.seq))


def is_ours(command: CommandId | None) -> bool:
    """Say whether a card was taken away by `ShowMissing` and not by a person."""
    return command is not None and command.startswith(_DEED)


def new_id() -> str:
    """Return an id for `ShowMissing`."""
    return f"{_DEED}{token_hex(12)}"


def excuses(source: str, missing: Iterable[tuple[int, Instant]]) -> Iterable[CommandId]:
    """Yield the ids under which it is kept that somebody has looked after missing numbers."""
    for number, since in missing:
        yield CommandId(f"{_PREFIX}{source}:{number}:{since // 86_400_000}")
