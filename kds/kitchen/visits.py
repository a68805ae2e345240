"""Visits: what one party at one table eats, from whichever orders it came."""

from __future__ import annotations

from dataclasses import dataclass

from kds.kitchen.ids import CommandId, Instant, LineKey, OrderKey, RuleId, VisitId
from kds.kitchen.orders import Line


@dataclass(frozen=True, slots=True)
class Applied:
    """A command that changed something, kept to answer a repeat and to undo it.

    `first_seq`, `last_seq`: log places of its first and last event. `device`: the screen where it
    was given. `lines`, `visits`: as they stood before (visits without their own `commands`);
    `created`, `opened`: lines and visits that it made; `noted`: orders it took note of; `homes`:
    orders whose new lines went elsewhere before; `twins`: orders that were asked of before.
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
    twins: tuple[tuple[OrderKey, tuple[OrderKey, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A step of an overtime rule came, `times` so far, last at `at`, for a clock since `since`.

    `line`: the dish it is about, None for the table.
    """

    rule: RuleId
    step: int
    at: Instant
    since: Instant
    times: int = 1
    line: LineKey | None = None

    @property
    def about(self) -> tuple[RuleId, int, LineKey | None]:
        """What is told: of one such thing the last time counts."""
        return self.rule, self.step, self.line


@dataclass(frozen=True, slots=True)
class Visit:
    """One party's visit.

    `sessions`: those of visits that were merged into it. `orders`: in order of joining; the first
    gives the ticket its number. `lines`: every line with
    portions here, in order of arrival. `tables`: former tables, latest last. `ended_at`: no more
    orders join (closed by POS, person or rule); open portions stay workable unless `removed`,
    by a person or long after its business day. `merged_into`: the visit that took over. `told`: the
    steps of overtime rules that came. `rider_at`: since when who fetches it stands at the door.
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
    told: tuple[Told, ...] = ()
    rider_at: Instant | None = None

    @property
    def all_sessions(self) -> tuple[str, ...]:
        """Every session whose orders join here."""
        return (self.session, *self.sessions) if self.session else self.sessions


def told_by(one: tuple[Told, ...], other: tuple[Told, ...]) -> tuple[Told, ...]:
    """Return what either says was told; of the same step the later."""
    found = {told.about: told for told in one}
    for told in other:
        known = found.get(told.about)
        if known is None or known.at < told.at:
            found[told.about] = told
    return tuple(found.values())
