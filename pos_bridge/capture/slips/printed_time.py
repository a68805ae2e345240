"""Times as slips print them: with or without a date, in the order of many countries. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from kds.kitchen.ids import Instant
from pos_bridge.capture.slips.patterns import fold

_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s?([ap]m)?")
_YEAR_FIRST = re.compile(r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(r"(\d{1,2})\s?([a-z]{3})[a-z]*\.?,?\s?(20\d\d)")
_HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class PrintedTime:
    """A moment as printed. `has_seconds`: to the second, else to the minute."""

    at_ms: int
    has_seconds: bool


def printed_time(text: str, now: Instant, zone: tzinfo) -> PrintedTime | None:
    """Return the moment that `text` names in the store's `zone`; without a date the one nearest
    to `now`. None where it names none, or one more than a day away.
    """
    folded = fold(text)
    clock = _CLOCK.search(folded)
    if clock is None:
        return None
    here = datetime.fromtimestamp(now / 1000, zone)
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[4]:
        hour = hour % 12 + (12 if clock[4] == "pm" else 0)
    day = _day(folded)
    found = datetime.combine(day or here.date(), datetime.min.time(), zone)
    found = found.replace(hour=hour, minute=minute, second=second)
    if day is None and found - here > _HALF_DAY:
        found -= timedelta(days=1)
    elif day is None and here - found > _HALF_DAY:
        found += timedelta(days=1)
    at = found.astimezone(UTC)
    if abs(at - here.astimezone(UTC)) > timedelta(days=1):
        return None
    return PrintedTime(round(at.timestamp() * 1000), clock[3] is not None)


def _day(text: str) -> date | None:
    try:
        if (found := _YEAR_FIRST.search(text)) is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if (found := _NAMED.search(text)) is not None and found[2] in _MONTH_NAMES:
            return date(int(found[3]), _MONTH_NAMES.index(found[2]) + 1, int(found[1]))
    except ValueError:
        return None
    return None
