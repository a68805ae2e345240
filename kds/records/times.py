"""Times as text: ISO 8601 with an offset outside, whole milliseconds inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from kds.kitchen.ids import Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def moment(text: str, zone: tzinfo) -> datetime:
    """Read ISO 8601 text with date and time; without an offset it is wall time of `zone`.

    Raises `ValueError` with plain words.
    """
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        read = None
    if read is None or (":" not in text and "T" not in text):
        raise ValueError("must be a date and time like 2026-11-21T18:03:11+08:00")
    if not 1970 < read.year < 9000:
        raise ValueError(f"has an unlikely year, {read.year}")
    return read if read.tzinfo is not None else read.replace(tzinfo=zone)


def instant(when: datetime) -> Instant:
    """Return the kitchen time of an aware `when`."""
    return Instant((when - _EPOCH) // _MILLISECOND)


def iso(at: Instant, zone: tzinfo = UTC) -> str:
    """Return ISO 8601 text with milliseconds and the offset of `zone`."""
    return (_EPOCH + at * _MILLISECOND).astimezone(zone).isoformat(timespec="milliseconds")


def clock(at: Instant, now: Instant, zone: tzinfo) -> str:
    """Return the wall time of `at`, with its date where that is not the day of `now`.

    >>> clock(Instant(0), Instant(3_600_000), UTC), clock(Instant(0), Instant(90_000_000), UTC)
    ('00:00', '01-01 00:00')
    """
    when, today = ((_EPOCH + each * _MILLISECOND).astimezone(zone) for each in (at, now))
    return f"{when:%H:%M}" if when.date() == today.date() else f"{when:%m-%d %H:%M}"
