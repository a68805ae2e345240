"""When a ticket will be complete, as far as prep times are known. Never stored. Pure."""

from __future__ import annotations

from kds.board.values import Ticket, TicketLine
from kds.kitchen.ids import Instant
from kds.kitchen.orders import Gate


def eta(ticket: Ticket, now: Instant) -> Instant | None:
    """Return when all that is still to be made of `ticket` is ready, if all goes well from here.

    A dish counts from its start, one that waits from the end of its wait. None where something has
    no prep time, waits without an end, or nothing is to be made.
    """
    ends = [_ready_at(line) for line in ticket.lines if _is_open(line)]
    known = [end for end in ends if end is not None]
    return max(now, *known) if known and len(known) == len(ends) else None


def _is_open(line: TicketLine) -> bool:
    return "set" not in line.flags and line.counts.to_cook > 0


def _ready_at(line: TicketLine) -> Instant | None:
    hold, since = line.hold, line.started_at or line.fired_at
    if hold is not None and hold.gate is Gate.START:
        since = hold.until
    if since is None or line.prep_s is None:
        return None
    return Instant(since + line.prep_s * 1000)
