"""Kitchen time never runs back."""

from __future__ import annotations

from kds.kitchen.ids import Instant
from pos_bridge.kitchen_time import KitchenTime


class Clocks:
    """A wall clock and a steady clock, set by hand."""

    def __init__(self, wall: float) -> None:
        self.wall_s = wall
        self.steady_s = 100.0

    def time(self, floor: int = 0, scale: float = 1.0) -> KitchenTime:
        return KitchenTime(
            Instant(floor), scale, wall=lambda: self.wall_s, steady=lambda: self.steady_s
        )


def test_it_is_the_wall_clock_at_the_start_plus_what_has_passed() -> None:
    clocks = Clocks(wall=1_000.0)
    time = clocks.time()
    clocks.steady_s += 2.5
    assert time.now() == 1_002_500


def test_a_wall_clock_set_back_or_forth_changes_nothing() -> None:
    """Fault 26: a clock jump of two hours on the bridge."""
    clocks = Clocks(wall=10_000.0)
    time = clocks.time()
    clocks.wall_s -= 7_200
    clocks.steady_s += 1
    assert time.now() == 10_001_000


def test_after_a_restart_it_goes_on_from_the_last_event() -> None:
    """Fault 26: the machine's clock was lost with the power and stands before the log's end."""
    time = Clocks(wall=1_000.0).time(floor=5_000_000)
    assert time.now() == 5_000_000
    assert time.ahead_ms == 4_000_000


def test_the_scale_makes_it_pass_faster() -> None:
    clocks = Clocks(wall=1_000.0)
    time = clocks.time(scale=60)
    clocks.steady_s += 1
    assert time.now() == 1_060_000
    assert time.real_seconds_until(Instant(1_180_000)) == 2.0
    assert time.real_seconds_until(Instant(0)) == 0.0
