"""The business day: what belongs together in reports although midnight lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from kds.kitchen.ids import Instant


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """A store's day: it begins at `roll` wall time of `zone`."""

    zone: tzinfo = UTC
    roll: time = time(4)

    def date_of(self, at: Instant) -> date:
        """Return the business day that `at` belongs to, named by the date on which it began."""
        wall = datetime.fromtimestamp(at / 1000, self.zone)
        return wall.date() if wall.time() >= self.roll else wall.date() - timedelta(days=1)
