"""A display's commands on their way to the bridge, in the order in which they were given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from kds.kitchen.commands import Command
from kds.kitchen.ids import CommandId
from kds.wire.places import Place

WINDOW = 32
RESEND_AFTER_MS = 5_000
RETRY_AFTER_MS = 1_000


class Ack(NamedTuple):
    """A bridge has answered: in the log of `epoch`, the command's effect is there at `seq`."""

    epoch: str
    seq: int


@dataclass(slots=True)
class _Kept:
    command: Command
    ack: Ack | None
    sent_ms: int | None = None


class Pending:
    """Commands that are kept until the bridge has surely got them, and a day longer.

    Open is what the log of the present epoch has not acknowledged. An older epoch's
    acknowledgement counts for nothing: that log may have been lost, so the command goes out again.
    """

    def __init__(self, kept: Iterable[tuple[Command, Ack | None]] = ()) -> None:
        self._kept = {command.id: _Kept(command, ack) for command, ack in kept}
        self._ahead = dict(self._kept)
        self._open: dict[CommandId, _Kept] = {}
        self._epoch = ""
        self._not_before_ms: int | None = None
        self.turn_to("")

    def turn_to(self, epoch: str) -> None:
        """From here on acknowledgements in the log of `epoch` count. Nothing is under way."""
        self._epoch = epoch
        self._not_before_ms = None
        self._open = {
            command_id: kept
            for command_id, kept in self._kept.items()
            if kept.ack is None or (epoch and kept.ack.epoch != epoch)
        }
        for kept in self._open.values():
            kept.sent_ms = None

    @property
    def commands(self) -> list[Command]:
        """All that are kept, oldest first."""
        return [kept.command for kept in self._kept.values()]

    @property
    def unsent(self) -> int:
        """How many commands no bridge has ever answered."""
        return sum(1 for kept in self._open.values() if kept.ack is None)

    @property
    def unacknowledged(self) -> int:
        """How many commands the present epoch's bridge has not answered."""
        return len(self._open)

    def add(self, command: Command) -> bool:
        """Take up a command; one that is kept already is not taken twice."""
        if command.id in self._kept:
            return False
        kept = _Kept(command, None)
        self._kept[command.id] = self._open[command.id] = self._ahead[command.id] = kept
        return True

    def take_due(self, now_ms: int) -> list[Command]:
        """Return the commands to send now, oldest first; they count as under way."""
        if self._not_before_ms is not None and now_ms < self._not_before_ms:
            return []
        due: list[Command] = []
        for kept in islice(self._open.values(), WINDOW):
            if kept.sent_ms is None or now_ms - kept.sent_ms >= RESEND_AFTER_MS:
                kept.sent_ms = now_ms
                due.append(kept.command)
        return due

    def next_due_ms(self) -> int | None:
        """Return when `take_due` has something next unless an answer comes; None: never."""
        first = next(iter(self._open.values()), None)
        if first is None:
            return None
        due_ms = 0 if first.sent_ms is None else first.sent_ms + RESEND_AFTER_MS
        return max(due_ms, self._not_before_ms or 0)

    def acknowledge(self, command: CommandId, seq: int) -> Ack | None:
        """Note an answer of the present epoch's bridge; None when the command was not open."""
        kept = self._open.pop(command, None)
        if kept is None:
            return None
        kept.ack = Ack(self._epoch, seq)
        return kept.ack

    def postpone(self, command: CommandId, now_ms: int) -> None:
        """The bridge could not keep the command: it and all after it go out later, in order."""
        kept = self._open.get(command)
        if kept is None:
            return
        kept.sent_ms = None
        self._not_before_ms = now_ms + RETRY_AFTER_MS

    def shown(self, place: Place) -> list[Command]:
        """Return the commands that the kitchen at `place` does not contain yet, as far as known.

        Without those that go out again only because the epoch changed: there may be a day of them,
        and the wall follows within a second anyway.
        """
        self._ahead = {i: kept for i, kept in self._ahead.items() if _is_ahead(kept.ack, place)}
        return [kept.command for kept in self._ahead.values()]

    def forget(self, commands: Iterable[CommandId]) -> None:
        """Drop commands that were acknowledged long ago."""
        for command in commands:
            self._kept.pop(command, None)
            self._open.pop(command, None)
            self._ahead.pop(command, None)


def _is_ahead(ack: Ack | None, place: Place) -> bool:
    return ack is None or (ack.epoch == place.epoch and ack.seq > place.seq)
