"""Visits: what one party at one table eats, from whichever orders it came."""

from __future__ import annotations

from dataclasses import dataclass

from kds.kitchen.ids import CommandId, Instant, LineKey, OrderKey, VisitId
from kds.kitchen.orders import Line


@dataclass(frozen=True, slots=True)
class Applied:
    """A command that changed something, kept to answer a repeat and to undo it.

    `first_seq`, `last_seq`: log places of its first and last event. `device`: the screen where it
    was given. `lines`, `visits`: as they stood before (visits without their own `commands`);
    `created`, `opened`: lines and visits that it made; `noted`: orders it took note of; `homes`:
    orders whose new lines went elsewhere before.
    """

    command: CommandId
    first_seq: int
    last_seq: int
    device: str = ""
    lines: tuple[Line, ...] = ()
    visits: tuple[Visit, ...] = ()
    created: tuple[LineKey, ...] = ()
    opened: tuple[VisitId, ...] = ()
    noted: tuple[OrderKey, ...] = ()
    undone: bool = False
    homes: tuple[tuple[OrderKey, VisitId], ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """One party's visit.

    `sessions`: those of visits that were merged into it. `orders`: in order of joining; the first
    gives the ticket its number. `lines`: every line with
    portions here, in order of arrival. `tables`: former tables, latest last. `ended_at`: no more
    orders join (closed by POS, person or rule); open portions stay workable unless `removed`,
    by a person or long after its business day. `merged_into`: the visit that took over.
    """

    id: VisitId
    opened_at: Instant
    session: str = ""
    table: str = ""
    tables: tuple[str, ...] = ()
    moved_at: Instant | None = None
    orders: tuple[OrderKey, ...] = ()
    lines: tuple[LineKey, ...] = ()
    pinned: bool = False
    ended_at: Instant | None = None
    ended_by: str = ""
    removed: bool = False
    merged_into: VisitId | None = None
    split_from: VisitId | None = None
    commands: tuple[Applied, ...] = ()
    seq: int = 0
    sessions: tuple[str, ...] = ()

    @property
    def all_sessions(self) -> tuple[str, ...]:
        """Every session whose orders join here."""
        return (self.session, *self.sessions) if self.session else self.sessions
