"""A source's usual silence at this time of day, learnt from when it sent before. Pure.

On each past day, around the same time of day, it was silent for so long at the most; what nine of
ten days saw, and a quarter more, is its own rhythm. A till that is off at four is not silent then.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from kds.kitchen.ids import Instant

LEARNT_DAYS = 28
_LEAST_DAYS = 5
_AROUND = timedelta(minutes=40)
_SHARE = 0.9
_FACTOR = 1.25
LEAST_MS = 3 * 60_000
_MOST_MS = 4 * 3_600_000


def usual_silence_ms(sent: Sequence[Instant], now: Instant, zone: tzinfo) -> int | None:
    """Return after what silence a source is out of its rhythm, in ms; None: nobody can tell.

    `sent`: when it sent something, ascending. None where it is known for too few days, or where
    it is quiet for hours at this time as a rule.
    """
    here = datetime.fromtimestamp(now / 1000, zone)
    days = (here - timedelta(days=back) for back in range(1, LEARNT_DAYS + 1))
    seen = sorted(longest for day in days if (longest := _longest_ms(sent, day)) is not None)
    if len(seen) < _LEAST_DAYS:
        return None
    usual_ms = seen[math.ceil(_SHARE * len(seen)) - 1]
    return None if usual_ms > _MOST_MS else max(LEAST_MS, round(usual_ms * _FACTOR))


def _longest_ms(sent: Sequence[Instant], around: datetime) -> int | None:
    """Return the longest silence that fell into the time around; None before anything was sent."""
    begins = round((around - _AROUND).timestamp() * 1000)
    ends = round((around + _AROUND).timestamp() * 1000)
    first, last = bisect_right(sent, begins), bisect_right(sent, ends)
    if first == 0:
        return None
    return max(after - before for before, after in pairwise((*sent[first - 1 : last], ends)))
