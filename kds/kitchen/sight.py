"""What somebody had before their eyes when they acted; what came later stays untouched."""

from __future__ import annotations

from dataclasses import dataclass

from kds.kitchen.ids import CommandId
from kds.kitchen.visits import Visit


@dataclass(frozen=True, slots=True)
class Sight:
    """The log up to `place` (None: all of it), and what the actor's own screen did after that.

    A screen shows its own commands before the log has them: portions that were recalled there,
    with the line cut, are bumped again there, and no log place could say that they were seen.
    `own`: first and last log place of each such command.
    """

    place: int | None = None
    own: tuple[tuple[int, int], ...] = ()

    def has(self, seq: int) -> bool:
        """Say whether what came about at log place `seq` was seen."""
        if self.place is None or seq <= self.place:
            return True
        return any(first <= seq <= last for first, last in self.own)


def sight_of(
    visit: Visit | None, place: int | None, device: str, but: CommandId | None = None
) -> Sight:
    """Return what was seen of `visit` at the screen `device` by somebody who saw `place`.

    `but`: the very command that is being carried out.
    """
    if place is None or visit is None or not device:
        return Sight(place)
    own = tuple(
        (done.first_seq, done.last_seq)
        for done in visit.commands
        if done.device == device and done.last_seq > place and done.command != but
    )
    return Sight(place, own)
