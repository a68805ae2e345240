"""What undo means on a screen: its own last act that can still be taken back. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from itertools import islice

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.memory import applied, can_undo
from kds.kitchen.state import Kitchen
from kds.wire.display import DisplaySession

DEEPEST = 10
"""So many acts of a screen can be taken back, one after the other (fault 24)."""
UNDO_FOR_S = 5
"""For so long the buttons count down; undo itself stays."""
MOST_GIVEN = 100
RECENT = 1_000
"""Among so many of the newest commands on the disk, of all screens, those of one are found."""


class Acts:
    """The latest commands that a screen has given, on the disk or still on their way there."""

    def __init__(self) -> None:
        self._given: deque[Command] = deque(maxlen=MOST_GIVEN)

    def give(self, command: Command) -> None:
        """Take note of a command that is given now."""
        self._given.append(command)

    def has_given(self, command: CommandId) -> bool:
        """Say whether a command was lately given here."""
        return any(given.id == command for given in self._given)

    def last(self, session: DisplaySession, view: str) -> Command | None:
        """Return what undo would take back, also when it is not on the disk yet."""
        commands = session.commands
        kept = {command.id for command in commands[-RECENT:]} if self._given else set()
        fresh = [command for command in self._given if command.id not in kept]
        return last_act(commands, fresh, session.projection.kitchen, view)


def undo_left_s(now: Instant, last: Command | None) -> int:
    """Return for how long undo is still offered loudly."""
    if last is None or last.at is None:
        return 0
    return max(0, UNDO_FOR_S - max(0, now - last.at) // 1000)


def last_act(
    commands: Sequence[Command], fresh: Collection[Command], kitchen: Kitchen, view: str
) -> Command | None:
    """Return the newest command given at `view` that has done something and was not undone.

    `commands`: what the display has kept, oldest first; `kitchen`: with those on top of it.
    `fresh`: commands of this very moment, which are still on their way to the disk.
    """
    taken_back = {command.undoes for command in fresh}
    acts = (
        command
        for command in (*reversed([*fresh]), *reversed(commands))
        if command.view == view and command.kind is not CommandKind.UNDO
    )
    for command in islice(acts, 2 * DEEPEST):
        entry = applied(kitchen, command.id)
        is_undone = command.id in taken_back or (entry is not None and entry.undone)
        if not is_undone and (entry is not None or command in fresh):
            return command
    return None


def is_final(command: Command, kitchen: Kitchen) -> bool:
    """Something has followed on what the command touched: an undo would not be exact."""
    entry = applied(kitchen, command.id)
    return entry is not None and not can_undo(kitchen, entry)
