"""Ages: what becomes of a value's anchors while time passes. Seconds, never negative."""

from __future__ import annotations

from kds.board.values import BandClock, Ticket, TicketLine
from kds.kitchen.ids import Instant


def seconds(since: Instant, now: Instant) -> float:
    """Return the seconds from `since` to `now`; 0 if that lies ahead."""
    return max(0, now - since) / 1000


def age_s(ticket: Ticket, now: Instant) -> float:
    """Return how long ago the ticket's first order reached the bridge."""
    return seconds(ticket.received_at, now)


def wait_s(ticket: Ticket, now: Instant) -> float:
    """Return how long the guest has been waiting."""
    return seconds(ticket.waiting_since, now)


def fired_age_s(item: Ticket | TicketLine, now: Instant) -> float | None:
    """Return how long ago the oldest open portion was fired, None if none is being cooked."""
    return None if item.fired_at is None else seconds(item.fired_at, now)


def ready_age_s(item: Ticket | TicketLine, now: Instant) -> float | None:
    """Return how long ago all of it was ready."""
    return None if item.ready_at is None else seconds(item.ready_at, now)


def left_s(clock: BandClock, now: Instant) -> float | None:
    """Return the seconds until `clock` is late; below 0 it is late by that much."""
    return None if clock.late_at is None else (clock.late_at - now) / 1000
