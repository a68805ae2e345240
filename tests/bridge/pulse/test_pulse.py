"""Who is silent for too long, and what the strip says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from kds.kitchen.ids import Instant
from kds.records.canonical import order_from
from kds.wire.messages import Remark
from pos_bridge.pulse.pulse import Pulse, Standing
from pos_bridge.pulse.remarks import numbers_text, source_remarks
from pos_bridge.pulse.settings import Numbers, SourceSettings, Where, source_settings
from pos_bridge.rates import Rates, What

ZONE = ZoneInfo("Asia/Shanghai")
MIN_MS = 60_000
NO_SETTINGS: Mapping[str, SourceSettings] = {}


@dataclass(frozen=True)
class Known:
    sources: Mapping[str, SourceSettings]
    cloud: frozenset[str]


def made(
    settings: Mapping[str, SourceSettings] = NO_SETTINGS, cloud: tuple[str, ...] = ()
) -> tuple[Pulse, Rates]:
    rates = Rates()
    known = Known(settings, frozenset(cloud))
    return Pulse(rates, lambda: known, lambda: ZONE, Instant(0)), rates


def standing(pulse: Pulse, name: str, at_ms: int) -> Standing:
    return next(each for each in pulse.standings(Instant(at_ms)) if each.source == name)


def remarks(pulse: Pulse, at_ms: int) -> list[Remark]:
    return list(source_remarks(pulse.standings(Instant(at_ms))))


def test_a_missed_heartbeat_is_silence_and_orders_are_not_needed() -> None:
    pulse, _ = made()
    pulse.beat("till-1", 20, None, Instant(0))
    assert standing(pulse, "till-1", 50_000).silent_ms == 0
    assert standing(pulse, "till-1", 50_001).silent_ms == 50_001
    (said,) = remarks(pulse, 3 * MIN_MS)
    assert (said.of, said.zh, said.more_zh) == ("silent", "till-1 无消息 3 分钟", "店内 · 心跳中断")
    assert (said.en, said.more_en) == ("till-1 silent 3 min", "in the house · no heartbeat")


def test_a_till_that_promises_beats_but_never_beat_is_silent_from_the_start() -> None:
    pulse, _ = made({"till-1": SourceSettings("收银 1", heartbeat_s=10)})
    assert standing(pulse, "till-1", 25_000).silent_ms == 0
    (said,) = remarks(pulse, 90_000)
    assert said.en.startswith("收银 1 silent")


def test_a_limit_set_by_hand_is_kept_and_never_means_never() -> None:
    settings = {
        "fast": SourceSettings(silence_s=60),
        "rare": SourceSettings(is_watched=False, heartbeat_s=1),
    }
    pulse, rates = made(settings)
    rates.delivered("fast", What.TAKEN, Instant(1))
    rates.delivered("rare", What.TAKEN, Instant(1))
    assert [each.source for each in pulse.standings(Instant(MIN_MS + 2)) if each.silent_ms] == [
        "fast"
    ]


def test_who_tells_its_numbers_may_rest() -> None:
    """A beating till that says which number it gave last hides nothing while nobody orders."""
    pulse, rates = made({"till-1": SourceSettings(silence_s=60)})
    rates.delivered("till-1", What.TAKEN, Instant(1))
    pulse.beat("till-1", 30, 7, Instant(10 * MIN_MS))
    assert standing(pulse, "till-1", 10 * MIN_MS + 1).silent_ms == 0


def test_a_source_gone_for_days_is_gone() -> None:
    pulse, rates = made({"old": SourceSettings(silence_s=60)})
    rates.delivered("old", What.TAKEN, Instant(1))
    assert standing(pulse, "old", 47 * 60 * MIN_MS).silent_ms
    assert standing(pulse, "old", 49 * 60 * MIN_MS).silent_ms == 0


def test_the_internet_is_told_from_the_house() -> None:
    settings = {name: SourceSettings(silence_s=60) for name in ("meituan", "eleme", "till-1")}
    pulse, rates = made(settings, cloud=("meituan", "eleme"))
    for name in settings:
        rates.delivered(name, What.TAKEN, Instant(1))
    rates.delivered("till-1", What.TAKEN, Instant(5 * MIN_MS))
    (said,) = remarks(pulse, 5 * MIN_MS + 1)
    assert said.severity == "late"
    assert said.zh == "外网订单全部无消息 5 分钟：eleme、meituan"
    assert said.more_zh == "店内收银正常 · 请查外网"
    assert said.more_en == "tills in the house are well · check the internet"
    (one,) = [r for r in remarks_of_one_silent(pulse, rates) if r.about == "eleme"]
    assert one.more_en == "internet · usually within 1 min"


def remarks_of_one_silent(pulse: Pulse, rates: Rates) -> list[Remark]:
    rates.delivered("meituan", What.TAKEN, Instant(6 * MIN_MS))
    rates.delivered("till-1", What.TAKEN, Instant(6 * MIN_MS))
    return remarks(pulse, 6 * MIN_MS + 1)


def test_a_missing_number_is_named_first() -> None:
    pulse, _ = made({"till-1": SourceSettings("收银 1")})
    for number in (1042, 1044):
        pulse.numbered("till-1", number, Instant(0))
    (said,) = remarks(pulse, 2_000)
    assert (said.of, said.severity) == ("gap", "late")
    assert (said.zh, said.more_zh) == ("收银 1 缺单 #1043", "请核对纸单")
    assert (said.en, said.more_en) == ("收银 1: order #1043 missing", "check paper")


def test_numbers_read_as_people_write_them() -> None:
    assert numbers_text([3]) == "#3"
    assert numbers_text([3, 4, 5, 9]) == "#3–5, #9"
    assert numbers_text(range(1, 20, 2)) == "#1, #3, #5, #7 …"


@pytest.mark.parametrize(
    ("numbers", "number", "sequence", "expected"),
    [
        (Numbers.SEQUENCE, "A08", 12, 12),
        (Numbers.NUMBER, "A08", 12, 8),
        (Numbers.NUMBER, "20261121-0042 ", None, 42),
        (Numbers.NUMBER, "外卖", None, None),
        (Numbers.NONE, "A08", 12, None),
    ],
)
def test_what_counts_as_the_number(
    numbers: Numbers, number: str, sequence: int | None, expected: int | None
) -> None:
    pulse, _ = made({"t": SourceSettings(numbers=numbers)})
    order: dict[str, object] = {"source": "t", "order_id": "1", "number": number, "lines": []}
    order["sequence"] = sequence
    assert pulse.number_of(order_from(order, zone=ZONE)) == expected


def test_names_that_callers_invent_are_bounded() -> None:
    pulse, _ = made()
    for number in range(1_000):
        pulse.beat(f"till-{number}", 1, 1, Instant(0))
    assert len(pulse.standings(Instant(0))) == 200


def test_settings_say_every_fault() -> None:
    read = source_settings({"name": "收银 1", "where": "cloud", "silence": "5 min"})
    assert read == (SourceSettings("收银 1", Where.CLOUD, 300), [])
    assert not source_settings({"silence": "never"})[0].is_watched
    _, faults = source_settings({"silence": "5", "heartbeet": "30 s", "where": "moon"})
    assert [fault.key for fault in faults] == ["where", "silence", "heartbeet"]
    assert "a duration needs a unit" in faults[1].en
    assert "时长必须带单位" in faults[1].zh
    assert "heartbeat" in faults[2].en
