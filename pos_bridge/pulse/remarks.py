"""What the strip says of sources: which one misses an order, which one is silent, and where. Pure.

The wording follows the strip of the looks: "收银 1 缺单 #1043 · 请核对纸单".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from kds.wire.messages import Remark
from pos_bridge.pulse.pulse import Standing, silent_ones
from pos_bridge.pulse.settings import Where

_MOST_RANGES = 4
_MINUTE_MS = 60_000
_HOUR_MIN = 60


def source_remarks(standings: Sequence[Standing]) -> Iterator[Remark]:
    """Yield what is not well with the sources, missing orders first."""
    for standing in standings:
        if standing.missing:
            yield _missing(standing)
    silent = list(silent_ones(standings))
    cloud = [each for each in standings if each.where is Where.CLOUD and each.at is not None]
    quiet = [each for each in silent if each.where is Where.CLOUD]
    if len(quiet) > 1 and len(quiet) == len(cloud):
        yield _all_cloud(quiet, silent, standings)
        silent = [each for each in silent if each.where is Where.LAN]
    yield from map(_silent, silent)


def numbers_text(missing: Sequence[int]) -> str:
    """Return numbers as people read them: "#1043, #1047–1050"; of very many the first few."""
    ranges = []
    for _, run in groupby(enumerate(missing), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        last = f"–{numbers[-1]}" if len(numbers) > 1 else ""
        ranges.append(f"#{numbers[0]}{last}")
    more = " …" if len(ranges) > _MOST_RANGES else ""
    return ", ".join(ranges[:_MOST_RANGES]) + more


def _missing(standing: Standing) -> Remark:
    numbers = numbers_text(standing.missing)
    noun = "order" if len(standing.missing) == 1 else "orders"
    return Remark(
        "gap",
        "late",
        f"{standing.name} 缺单 {numbers}",
        f"{standing.name}: {noun} {numbers} missing",
        "请核对纸单",
        "check paper",
        standing.source,
    )


def _silent(standing: Standing) -> Remark:
    span = _span(standing.silent_ms)
    allowed = _span(standing.allowed_ms or 0)
    is_cloud = standing.where is Where.CLOUD
    what = ("心跳中断", "no heartbeat") if standing.is_beating else ("平时不超过", "usually within")
    more = [w if standing.is_beating else f"{w} {a}" for w, a in zip(what, allowed, strict=True)]
    where = ("外网", "internet") if is_cloud else ("店内", "in the house")
    return Remark(
        "silent",
        "attention",
        f"{standing.name} 无消息 {span[0]}",
        f"{standing.name} silent {span[1]}",
        f"{where[0]} · {more[0]}",
        f"{where[1]} · {more[1]}",
        standing.source,
    )


def _all_cloud(
    quiet: Sequence[Standing], silent: Sequence[Standing], standings: Sequence[Standing]
) -> Remark:
    """Say that all that comes through the internet is silent, and how the house is."""
    names = [each.name for each in quiet]
    span = _span(quiet[0].silent_ms)
    house = [each for each in standings if each.where is Where.LAN and each.at is not None]
    is_house_well = bool(house) and not any(each in silent for each in house)
    zh = "店内收银正常 · 请查外网" if is_house_well else "请查外网"
    en = (
        "tills in the house are well · check the internet"
        if is_house_well
        else "check the internet"
    )
    return Remark(
        "silent",
        "late",
        f"外网订单全部无消息 {span[0]}：{'、'.join(names)}",
        f"All internet orders silent {span[1]}: {', '.join(names)}",
        zh,
        en,
    )


def _span(milliseconds: int) -> tuple[str, str]:
    """Return a span in whole minutes or hours: said once a minute, not once a second."""
    minutes = max(1, milliseconds // _MINUTE_MS)
    if minutes < 2 * _HOUR_MIN:
        return f"{minutes} 分钟", f"{minutes} min"
    return f"{minutes // _HOUR_MIN} 小时", f"{minutes // _HOUR_MIN} h"
