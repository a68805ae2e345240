"""Outboxes: in order per key, once, and nothing lost."""

from __future__ import annotations

import pytest

from kds.kitchen.ids import Instant
from kds.store.store import Store
from kds.store.values import Outgoing
from tests.unit.store.house import MINUTE, START, House

NOW = Instant(START)
LATER = Instant(START + MINUTE)


def entry(entry_id: str, key: str = "order 1", due: int = START, channel: str = "pos") -> Outgoing:
    """Return something to send."""
    return Outgoing(channel, entry_id, key, f"body {entry_id}", NOW, Instant(due))


def due(store: Store, at: Instant = NOW, channel: str = "pos") -> dict[str, int]:
    """Return the places of what may be sent, by id."""
    return {w.outgoing.id: w.place for w in store.outbox.due(channel, at)}


def test_an_entry_is_kept_with_its_batch(house: House) -> None:
    house.order("1")
    house.keep(outgoing=(entry("a"),))
    (waiting,) = house.store.outbox.due("pos", NOW)
    assert (waiting.outgoing, waiting.attempts) == (entry("a"), 0)


def test_entries_of_one_key_go_one_after_the_other(store: Store) -> None:
    store.outbox.add([entry("a"), entry("b"), entry("c", "order 2")])
    assert list(due(store)) == ["a", "c"]
    store.outbox.done([due(store)["a"]], NOW)
    assert list(due(store)) == ["b", "c"]


def test_an_entry_waits_for_its_time_and_holds_up_its_key(store: Store) -> None:
    store.outbox.add([entry("a", due=LATER), entry("b")])
    assert due(store) == {}
    assert list(due(store, LATER)) == ["a"]


def test_a_failure_is_counted_and_tried_again(store: Store) -> None:
    store.outbox.add([entry("a")])
    store.outbox.failed(due(store)["a"], LATER)
    assert due(store) == {}
    (waiting,) = store.outbox.due("pos", LATER)
    assert waiting.attempts == 1


def test_a_poisoned_entry_is_parked_and_blocks_nobody(store: Store) -> None:
    store.outbox.add([entry("a"), entry("b")])
    store.outbox.park(due(store)["a"], "the till does not know this order")
    assert list(due(store)) == ["b"]


def test_the_same_entry_is_sent_once(store: Store, house: House) -> None:
    store.outbox.add([entry("a")])
    store.outbox.done([due(store)["a"]], NOW)
    store.outbox.add([entry("a")])
    house.keep(outgoing=(entry("a"),))
    assert due(store) == {}


def test_channels_do_not_wait_for_each_other(store: Store) -> None:
    store.outbox.add([entry("a"), entry("a", channel="print")])
    assert list(due(store, channel="print")) == ["a"]
    store.outbox.done([due(store)["a"]], NOW)
    assert list(due(store, channel="print")) == ["a"]


@pytest.mark.parametrize(("sent", "left"), [(0, (3, NOW)), (3, (0, None))])
def test_the_backlog_is_known(store: Store, sent: int, left: tuple[int, Instant | None]) -> None:
    store.outbox.add([entry(str(i), str(i)) for i in range(3)])
    store.outbox.done(list(due(store).values())[:sent], NOW)
    assert store.outbox.backlog("pos") == left


def claimed(store: Store, at: Instant = NOW, until: Instant = LATER) -> list[str]:
    """Lease what is due and return the ids."""
    return [w.outgoing.id for w in store.outbox.claim("pos", at, until)]


def test_what_one_bridge_has_leased_no_other_takes_nor_what_comes_behind_it(store: Store) -> None:
    store.outbox.add([entry("a"), entry("b"), entry("c", "order 2")])
    assert claimed(store) == ["a", "c"]
    assert claimed(store) == []
    assert claimed(store, LATER, Instant(LATER + 1)) == ["a", "c"]


def test_a_lease_that_was_not_used_is_given_back(store: Store) -> None:
    store.outbox.add([entry("a")])
    (waiting,) = store.outbox.claim("pos", NOW, LATER)
    store.outbox.release([waiting.place], NOW)
    assert claimed(store) == ["a"]
    store.outbox.release_all(NOW)  # as a start does, of whatever was leased by a bridge that died
    (again,) = store.outbox.claim("pos", NOW, LATER)
    assert again.attempts == 0


def test_the_least_tried_comes_first(store: Store) -> None:
    store.outbox.add([entry("a"), entry("b", "order 2")])
    store.outbox.failed(due(store)["a"], NOW)
    assert claimed(store) == ["b", "a"]


def test_what_waits_behind_a_failure_becomes_one_entry(store: Store) -> None:
    store.outbox.add([entry("a"), entry("x", "order 2"), entry("b"), entry("c")])
    store.outbox.failed(due(store)["a"], NOW)
    head = next(w for w in store.outbox.claim("pos", NOW, LATER) if w.outgoing.id == "a")
    last = store.outbox.merge(head, " + ".join, NOW, LATER)
    assert (last.outgoing.id, last.outgoing.body) == ("c", "body a + body b + body c")
    assert last.attempts == 1
    store.outbox.add([entry("d")])
    assert claimed(store) == []  # c is leased, and d waits behind it
    store.outbox.done([last.place], NOW)
    assert claimed(store) == ["d"]


def test_what_was_given_up_can_go_again_unless_something_later_has_gone(store: Store) -> None:
    store.outbox.add([entry("a"), entry("b"), entry("c")])
    store.outbox.park(due(store)["a"], "no")
    assert [(each.entry.outgoing.id, each.why) for each in store.outbox.parked(["pos"])] == [
        ("a", "no")
    ]
    assert store.outbox.count_parked("pos") == 1
    assert store.outbox.unpark("a", NOW)
    assert not store.outbox.unpark("a", NOW)
    store.outbox.park(due(store)["a"], "no")
    assert claimed(store) == ["b"]
    assert not store.outbox.unpark("a", NOW)  # b may be there any moment
    store.outbox.done([due(store, LATER)["b"]], LATER)
    assert not store.outbox.unpark("a", LATER)
    assert store.outbox.drop("a", LATER)
    assert store.outbox.parked(["pos"]) == ()
