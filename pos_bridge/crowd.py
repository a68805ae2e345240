"""The connections of one server, kept within a number: nobody is kept out by callers who idle."""

from __future__ import annotations

from typing import Protocol


class Member(Protocol):
    """A connection."""

    def cut(self) -> None:
        """End it at once."""
        ...


class Crowd:
    """Knows who is connected and who of them rests. Event loop thread only.

    At most `most` are connected: a newcomer takes the place of whoever has rested longest, so
    that sockets which were opened and forgotten, or are kept open on purpose, cost others
    nothing. Where nobody rests, all stay.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: set[Member] = set()
        self._resting: dict[Member, None] = {}  # who has rested longest comes first

    def enter(self, member: Member) -> None:
        """Take in a newcomer, who rests until it has said what it wants."""
        if len(self._all) >= self._most and self._resting:
            longest = next(iter(self._resting))
            self.leave(longest)
            longest.cut()
        self._all.add(member)
        self._resting[member] = None

    def rest(self, member: Member) -> None:
        """Note that nothing is being done for this one from now on."""
        if member in self._all:
            self._resting.pop(member, None)
            self._resting[member] = None

    def work(self, member: Member) -> None:
        """Note that something is being done for this one."""
        self._resting.pop(member, None)

    def leave(self, member: Member) -> None:
        """Forget one that is gone."""
        self._all.discard(member)
        self._resting.pop(member, None)
