"""Kitchen time on a display."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.ids import Instant
from kds.wire.clock import ClockSync


def test_it_is_unknown_before_a_bridge_has_said_it() -> None:
    assert ClockSync(0).time(1_000) is None


def test_it_is_the_bridges_plus_half_the_way() -> None:
    clock = ClockSync(0)
    clock.heard(sent_ms=1_000, now_ms=1_040, at=50_000, scale=1.0)
    assert clock.time(1_040) == 50_020
    assert clock.time(2_040) == 51_020


def test_the_quickest_answer_is_believed() -> None:
    clock = ClockSync(0)
    clock.heard(0, 4, 10_002, 1.0)
    clock.heard(2_000, 2_900, 12_890, 1.0)  # stuck in a queue on the way back
    assert clock.time(3_000) == 13_000


def test_an_old_answer_does_not_count_for_ever() -> None:
    """Two crystals drift apart; a lucky answer of long ago is not truer than one of now."""
    clock = ClockSync(0)
    clock.heard(0, 0, 0, 1.0)
    for second in range(2, 80, 2):
        clock.heard(second * 1000, second * 1000 + 2, second * 1001 + 1, 1.0)
    assert clock.time(80_000) == 80_078


def test_kitchen_time_may_run_faster() -> None:
    clock = ClockSync(0)
    clock.heard(0, 10, 1_000, 60.0)
    assert clock.time(1_010) == 1_000 + 300 + 60_000


def test_a_new_scale_holds_at_once() -> None:
    clock = ClockSync(0)
    clock.heard(0, 0, 1_000, 1.0)
    clock.heard(1_000, 1_002, 2_001, 10.0)
    assert clock.time(2_002) == 2_001 + 10 + 10_000


def test_it_does_not_run_back_while_one_bridge_is_followed() -> None:
    clock = ClockSync(0)
    clock.heard(0, 100, 10_100, 1.0)
    assert clock.time(100) == 10_150
    clock.heard(110, 110, 10_110, 1.0)  # quicker, so surer, and behind what was told
    assert clock.time(120) == 10_150
    assert clock.time(160) == 10_160


def test_another_bridge_is_believed_at_once() -> None:
    clock = ClockSync(0)
    clock.heard(0, 0, 900_000, 1.0)
    assert clock.time(10) == 900_010
    clock.restart()
    assert clock.time(20) == 900_020
    clock.heard(30, 130, 500_000, 1.0)
    assert clock.time(130) == 500_050


def test_without_a_bridge_it_goes_on_from_the_former_run() -> None:
    clock = ClockSync(5_000, Instant(700_000))
    assert clock.time(6_000) == 701_000
    clock.heard(6_000, 6_000, 100, 1.0)
    assert clock.time(6_000) == 100


def test_an_answer_from_the_future_is_not_believed() -> None:
    clock = ClockSync(0)
    clock.heard(sent_ms=500, now_ms=400, at=1, scale=1.0)
    clock.heard(sent_ms=0, now_ms=400, at=1, scale=0.0)
    assert clock.time(400) is None


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 3_000)), min_size=1))
def test_it_is_off_by_half_a_trip_at_most_and_never_runs_back(trips: list[tuple[int, int]]) -> None:
    """A bridge whose clock shows our own time, on a line that is slow in either direction."""
    clock, now, last = ClockSync(0), 0, 0
    for there, back in trips:
        sent, now = now, now + there + back
        clock.heard(sent, now, sent + there, 1.0)
        time = clock.time(now)
        assert time is not None
        assert time >= last
        last = time
    worst = max(there + back for there, back in trips) / 2
    assert abs(last - now) <= worst + 1
