"""What the bridge keeps for its displays: bounded, encoded once, shared."""

from __future__ import annotations

import gc
import json

import pytest

from kds.wire.history import History
from kds.wire.places import Place
from tests.unit.wire.toys import ToyBridge, bump


def bridge_with(orders: int, kept_events: int = 2000) -> ToyBridge:
    bridge = ToyBridge(kept_events=kept_events)
    for number in range(orders):
        bridge.order(number)
    return bridge


def seqs(text: str) -> list[int]:
    return [event["seq"] for event in json.loads(text)["events"]]


def test_events_are_read_at_each_ones_own_pace() -> None:
    history = bridge_with(5).history
    page = history.page(2)
    assert page is not None
    assert seqs(page.text) == [3, 4, 5]
    assert page.until == 5
    assert history.page(5) is None


def test_a_page_is_made_once_for_all() -> None:
    history = bridge_with(5).history
    first, second = history.page(4), history.page(4)
    assert first is not None
    assert first is second


def test_pages_are_bounded() -> None:
    history = bridge_with(150).history
    page = history.page(0)
    assert page is not None
    assert len(page.text) < 70_000
    assert page.until < 150


def test_what_is_too_much_is_forgotten_and_said_to_be() -> None:
    bridge = bridge_with(10, kept_events=4)
    assert bridge.history.floor == 6
    with pytest.raises(LookupError, match="the first is 7"):
        bridge.history.page(5)


def test_size_is_bounded_too_but_the_last_event_stays() -> None:
    bridge = bridge_with(3)
    history = History("e1", bridge.kitchen, bridge.log, kept_chars=10)
    assert history.floor == 2
    page = history.page(2)
    assert page is not None
    assert seqs(page.text) == [3]


@pytest.mark.parametrize("seq", [6, 7, 10])
def test_a_display_may_go_on_from_where_it_was(seq: int) -> None:
    bridge = bridge_with(10, kept_events=4)
    event = bridge.log[seq - 1][1].id
    assert bridge.history.holds(Place("e1", seq, event))


@pytest.mark.parametrize(
    "place",
    [
        Place("e2", 8, "order-7:1"),  # another log
        Place("e1", 8, "order-9:1"),  # another event stands there
        Place("e1", 5, "order-4:1"),  # too old
        Place("e1", 11, "order-10:1"),  # never happened
        Place("e1", 0, ""),
        Place(),
    ],
)
def test_any_mismatch_means_a_snapshot(place: Place) -> None:
    history = bridge_with(10, kept_events=4).history
    assert history.holds(Place("e1", 8, "order-7:1"))
    assert not history.holds(place)


def test_an_empty_log_can_be_followed_from_its_beginning() -> None:
    bridge = ToyBridge()
    assert bridge.history.holds(Place("e1", 0, ""))
    bridge.order(1)
    assert bridge.history.holds(Place("e1", 0, ""))


def test_a_history_goes_on_from_the_log_after_a_restart() -> None:
    bridge = bridge_with(5)
    place = bridge.history.place
    bridge.restart()
    assert bridge.history.place == place
    assert bridge.history.holds(Place("e1", 3, "order-2:1"))


def test_one_snapshot_serves_all_who_wait() -> None:
    bridge = bridge_with(5)
    first = bridge.history.snapshot()
    bridge.do(bump(1, "c"))
    second = bridge.history.snapshot()
    assert second is first
    assert first.part(0) is second.part(0)
    assert first.part(1) is None
    assert bridge.history.page(first.place.seq) is not None


def test_a_snapshot_is_not_reused_once_events_can_not_follow_it() -> None:
    bridge = bridge_with(5, kept_events=3)
    first = bridge.history.snapshot()
    for number in range(4):
        bridge.do(bump(number, f"c{number}"))
    assert bridge.history.snapshot().place == bridge.history.place != first.place


def test_a_snapshot_that_nobody_uses_is_forgotten() -> None:
    bridge = bridge_with(5)
    bridge.history.snapshot().part(0)
    gc.collect()
    bridge.do(bump(1, "c"))
    assert bridge.history.snapshot().place == bridge.history.place
