"""Silent is who is silent for longer than usual at this hour (promise 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kds.kitchen.ids import Instant
from pos_bridge.pulse.rhythm import LEAST_MS, usual_silence_ms

ZONE = ZoneInfo("Asia/Shanghai")
MIN_MS = 60_000


def at(day: int, hour: int, minute: int = 0) -> Instant:
    moment = datetime(2026, 11, 1, hour, minute, tzinfo=ZONE) + timedelta(days=day)
    return Instant(round(moment.timestamp() * 1000))


def evenings(days: int, every_min: int) -> list[Instant]:
    """A till that sends from eleven to two and from five to nine."""
    hours = [(h, m) for h in (11, 12, 13, 17, 18, 19, 20) for m in range(0, 60, every_min)]
    return [at(day, hour, minute) for day in range(days) for hour, minute in hours]


def test_in_service_the_limit_follows_the_till() -> None:
    busy = usual_silence_ms(evenings(20, 4), at(20, 19, 30), ZONE)
    slow = usual_silence_ms(evenings(20, 20), at(20, 19, 30), ZONE)
    assert busy is not None
    assert slow is not None
    assert LEAST_MS <= busy <= 8 * MIN_MS
    assert 20 * MIN_MS < slow <= 30 * MIN_MS


def test_nobody_waits_for_a_till_between_the_services_or_at_night() -> None:
    usual = usual_silence_ms(evenings(20, 4), at(20, 16, 0), ZONE)
    assert usual is not None
    assert usual > 120 * MIN_MS
    assert usual_silence_ms(evenings(20, 4), at(20, 4, 0), ZONE) is None


def test_a_few_days_teach_nothing() -> None:
    assert usual_silence_ms(evenings(4, 4), at(4, 19, 30), ZONE) is None
    assert usual_silence_ms([], at(4, 19, 30), ZONE) is None


def test_one_day_of_rest_does_not_change_the_rhythm() -> None:
    sent = [when for when in evenings(20, 4) if not at(10, 0) <= when < at(11, 0)]
    usual = usual_silence_ms(sent, at(20, 19, 30), ZONE)
    assert usual is not None
    assert usual <= 8 * MIN_MS
