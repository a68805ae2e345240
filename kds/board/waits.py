"""Since when the guest waits, by what the point of sale says and what can be believed of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kds.kitchen.ids import Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_BELIEVED_MS = 12 * 3_600_000


def waiting_since(placed_at: str | None, received_at: Instant) -> Instant:
    """Return when the guest began to wait: at `placed_at` if that is credible, else `received_at`.

    Credible: at most 12 h before the order came and not after it. Judged once, at arrival, so
    that a till whose clock is a minute ahead makes no clock jump back a minute later.
    """
    placed = None if placed_at is None else instant_of(placed_at)
    if placed is None or not 0 <= received_at - placed <= _BELIEVED_MS:
        return received_at
    return placed


def instant_of(text: str) -> Instant | None:
    """Return the kitchen time of an ISO 8601 text with an offset, None if it is none."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if when.tzinfo is None else Instant((when - _EPOCH) // _MS)
