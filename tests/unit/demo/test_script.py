"""The script and the evening before it: everything the first minute needs is there, in time."""

from __future__ import annotations

from datetime import UTC
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from kds.demo import script
from kds.demo.clock import KitchenClock, saturday_evening
from kds.demo.house import MENU, TABLES, Guests, Order
from kds.demo.opening import (
    LATE_LINE,
    LATE_ORDER,
    LATE_TABLE,
    QUIET_MIN,
    VOID_LINE,
    VOID_ORDER,
    VOID_TABLE,
    WARM_UP_MIN,
    eating,
    opening,
    sittings,
)
from kds.demo.script import AT_S, Allowance, Moment
from kds.records.canonical import order_from

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(minutes: float) -> str:
    return f"2026-11-21T19:{int(minutes):02}:00+08:00"


def test_moments_stand_in_their_order() -> None:
    times = [AT_S[moment] for moment in Moment]
    assert all(one < two for one, two in pairwise(times))


def test_the_evening_before_is_told_oldest_first_and_leaves_a_quiet_moment() -> None:
    acts = opening(at, "zh")
    minutes = [act.minutes for act in acts]
    assert minutes == sorted(minutes, reverse=True)
    assert minutes[0] < WARM_UP_MIN
    assert minutes[-1] >= QUIET_MIN


def test_no_cook_strikes_off_what_has_not_been_ordered() -> None:
    for sat in sittings("zh"):
        lines = {line["line_id"] for line in sat.lines}
        assert all(minutes < sat.minutes for _, _, minutes in sat.done)
        assert {line for _, line, _ in sat.done if line is not None} <= lines


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_orders_are_canonical(lang: str) -> None:
    orders = [act.order for act in opening(at, lang) if act.order is not None]
    orders += [script.scan_order(at(10)), script.void_order(at(10))]
    for sent in orders:
        assert order_from(sent, zone=UTC).warnings == ()


def test_the_tables_of_the_script_are_as_it_needs_them() -> None:
    tables = {sat.table for sat in sittings("zh")}
    assert {LATE_TABLE, VOID_TABLE} <= tables
    assert not {script.SCAN_TABLE, script.MOVED_TO} & tables
    assert set(eating()) <= set(TABLES)
    assert len(TABLES) == 26


@pytest.mark.parametrize(
    ("order_id", "line_id"), [(LATE_ORDER, LATE_LINE), (VOID_ORDER, VOID_LINE)]
)
def test_the_dishes_of_the_script_are_still_to_be_made(order_id: str, line_id: str) -> None:
    (sat,) = (sat for sat in sittings("zh") if sat.order_id == order_id)
    done = {line for view, line, _ in sat.done if view == "cut"}
    assert line_id in {line["line_id"] for line in sat.lines}
    assert not done & {line_id, None}


def test_the_cancelled_dish_is_gone_from_the_later_order_and_nothing_else() -> None:
    before = next(sat for sat in sittings("zh") if sat.order_id == VOID_ORDER)
    after = script.void_order(at(10))
    assert after["revision"] == 2
    assert [ln for ln in before.lines if ln["line_id"] != VOID_LINE] == after["lines"]


@pytest.mark.parametrize("orders", [1, 2, 9, 10, 12, 16, 24, None])
def test_an_allowance_is_never_overdrawn(orders: int | None) -> None:
    allowed = Allowance(orders)
    first_minute = allowed.scan + allowed.rush + allowed.stream
    assert min(allowed.scan, allowed.rush, allowed.stream) >= 0
    assert orders is None or first_minute <= orders
    assert first_minute == 1 + script.RUSH_ORDERS + len(script.STREAM) or orders is not None


def test_figures_are_filled_into_both_languages() -> None:
    told = script.say(script.BACK, 10, 9, 0, 0)
    assert told.zh == "断线 10 秒 · 期间 9 单 · 丢失 0 · 重复 0"
    assert told.en == "Away for 10 s · 9 orders meanwhile · lost 0 · doubled 0"


def test_guests_sit_down_only_where_it_is_free_and_eat_what_there_is() -> None:
    guests, free = Guests(Random(1)), ["A02", "B07"]
    orders = [guests.order(i, free, ["A01-s0"], at(10)) for i in range(200)]
    tables = {str(order["table"]) for order in orders if "table" in order}
    assert tables == {"A01", *free}
    assert {str(line["name"]) for order in orders for line in lines_of(order)} <= set(MENU)
    sittings_of_new = [order["session"] for order in orders if order.get("table") in free]
    assert len(set(sittings_of_new)) == len(sittings_of_new)


def lines_of(order: Order) -> list[Order]:
    lines = order["lines"]
    assert isinstance(lines, list)
    return lines


def test_the_evening_is_the_last_saturday_at_ten_past_seven() -> None:
    from datetime import datetime

    for day in range(1, 15):
        today = datetime(2026, 11, day, 12, tzinfo=UTC)
        evening = datetime.fromtimestamp(saturday_evening(today, SHANGHAI) / 1000, SHANGHAI)
        assert (evening.weekday(), evening.hour, evening.minute) == (5, 19, 10)
        assert 0 < (today - evening).total_seconds() < 8 * 86_400


def test_the_clock_goes_on_through_a_change_of_pace() -> None:
    steady = [100.0]
    clock = KitchenClock(1_000_000, 1.0, lambda: steady[0])
    steady[0] += 2
    assert clock.now() == 1_002_000
    clock.set(clock.now(), 4.0)
    steady[0] += 2
    assert clock.now() == 1_010_000
    assert clock.after(1) == 1_014_000
    assert clock.stamp(0) == "1970-01-01T00:00:00+00:00"
