"""A number left out is an order that the kitchen never saw; nothing else is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.ids import Instant
from pos_bridge.pulse.numbering import KEPT_MS, SETTLE_MS, Numbering

SOON = Instant(SETTLE_MS)


def missing(numbering: Numbering, at: int = SOON) -> list[int]:
    return sorted(numbering.missing(Instant(at)))


def taken(*numbers: int) -> Numbering:
    numbering = Numbering()
    for number in numbers:
        numbering.take(number, Instant(0))
    return numbering


@given(st.integers(0, 10_000), st.integers(1, 90), st.data())
def test_exactly_what_has_not_come_is_missing(first: int, count: int, data: st.DataObject) -> None:
    numbers = range(first, first + count)
    come = data.draw(st.sets(st.sampled_from(numbers)) if count else st.just(set()))
    order = data.draw(st.permutations(sorted(come)))
    # Sent side by side, they overtake each other; the first of the series is known to all.
    numbering = taken(first, *order)
    last = max({first, *come})
    expected = [] if first in come and first <= 1 < last else sorted({*range(first, last)} - come)
    late_ones = [n for n in expected if n != first]
    assert missing(numbering) == late_ones


def test_what_comes_late_is_missing_no_more_and_twice_is_nothing() -> None:
    numbering = taken(7, 10, 10, 8)
    assert missing(numbering) == [9]
    numbering.take(9, Instant(0))
    assert missing(numbering) == []
    assert numbering.last == 10


def test_orders_that_overtake_each_other_are_not_told() -> None:
    assert missing(taken(7, 9), SETTLE_MS - 1) == []


def test_a_series_may_begin_anew_and_jump() -> None:
    assert missing(taken(998, 999, 1)) == []
    assert missing(taken(998, 1000, 1, 2, 4)) == [3]
    assert missing(taken(5_000, 90_000)) == []
    assert missing(taken(90_000, 5_000, 5_002)) == [5_001]


def test_what_a_heartbeat_says_was_given_must_have_come() -> None:
    numbering = taken(41, 42)
    numbering.announce(44, Instant(0))
    assert missing(numbering) == [43, 44]
    numbering.take(44, Instant(0))
    numbering.take(45, Instant(0))
    assert missing(numbering) == [43]


def test_the_first_heartbeat_accuses_nobody() -> None:
    numbering = Numbering()
    numbering.announce(500, Instant(0))
    assert missing(numbering) == []
    numbering.announce(501, Instant(0))
    assert missing(numbering) == [501]


def test_it_is_bounded_and_forgets_after_half_a_day() -> None:
    assert len(missing(taken(1, 900))) == 100
    assert missing(taken(1, 3), KEPT_MS) == []


def test_a_person_has_looked_after_it() -> None:
    numbering = taken(1, 4)
    numbering.excuse(2)
    assert missing(numbering) == [3]
