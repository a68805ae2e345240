"""Couriers on a real outbox and a real receiver: two bridges, poison among others, giving up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from threading import Event

import pytest

from kds.kitchen.ids import Instant
from kds.store.store import Store
from kds.store.values import Outgoing
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.status import courier as couriers
from pos_bridge.status.courier import Courier, gap_s
from pos_bridge.status.messages import text
from pos_bridge.status.webhooks import Webhook, read_webhooks
from tests.bridge.receiver import Receiver, receiving, settings
from tests.unit.store.house import url_of


@pytest.fixture
def office() -> Iterator[Receiver]:
    with receiving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(url_of(tmp_path / "kitchen.db"))
    yield opened
    opened.close()


def hook(office: Receiver) -> Webhook:
    hooks, _ = read_webhooks("pos.toml", settings(office, name="office"))
    assert hooks is not None
    return hooks[0]


def entries(time: KitchenTime, orders: int, each: int) -> list[Outgoing]:
    """Return so many messages of so many orders, mixed; `seq` tells their order."""
    now = time.now()
    return [
        Outgoing(
            "webhook:office",
            f"msg_{order}_{seq}",
            f"order t {order}",
            text("line.ready", Instant(0), {"order_id": str(order), "seq": seq, "lines": []}),
            now,
            now,
        )
        for seq in range(each)
        for order in range(orders)
    ]


@asynccontextmanager
async def working(courier: Courier) -> AsyncIterator[Courier]:
    task = asyncio.create_task(courier.run())
    try:
        yield courier
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(probe: Callable[[], bool], courier: Courier) -> None:
    async with asyncio.timeout(30):
        while not probe():
            courier.wake()
            await asyncio.sleep(0.01)


async def until_settled(courier: Courier, store: Store, parked: int = 0) -> None:
    def is_settled() -> bool:
        return not store.outbox.backlog("webhook:office")[0] and courier.owed.parked >= parked

    await until(is_settled, courier)


async def test_two_bridges_on_one_outbox_tell_each_thing_once_and_in_order(
    office: Receiver, store: Store, tmp_path: Path
) -> None:
    time = KitchenTime(Instant(0))
    store.outbox.add(entries(time, orders=12, each=3))
    other = Store.open(url_of(tmp_path / "kitchen.db"))
    one, two = (Courier(hook(office), each.outbox, time, lambda: False) for each in (store, other))
    async with working(one), working(two):
        await until_settled(one, store)
        await until_settled(two, store)
    other.close()
    assert max(Counter(got.id for got in office.got).values()) == 1
    for order in range(12):
        seqs = [got.message["data"]["seq"] for got in office.taken(str(order))]
        assert seqs == [0, 1, 2]
    assert one.told + two.told == 36


async def test_one_that_fails_for_ever_is_given_up_and_its_order_goes_on(
    office: Receiver, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 4: a message that the other side dies of is parked, and shown, after some tries."""
    monkeypatch.setattr(couriers, "MOST_TRIES", 2)
    monkeypatch.setattr(couriers, "_FIRST_GAP_S", 0.01)
    office.answer = lambda m: (500 if m["data"]["seq"] == 0 else 204, {})
    time = KitchenTime(Instant(0))
    first, *rest = entries(time, orders=1, each=1) + entries(time, orders=2, each=1)[1:]
    store.outbox.add([first])
    courier = Courier(hook(office), store.outbox, time, lambda: False)
    async with working(courier):
        await until_settled(courier, store, parked=1)
        office.answer = lambda _: (204, {})
        store.outbox.add(rest)
        await until_settled(courier, store, parked=1)
    ((why, tries),) = [(p.why, p.entry.attempts) for p in store.outbox.parked(["webhook:office"])]
    assert why.startswith("tried 2 times; at last answered 500")
    assert (tries, len(office.taken())) == (1, 1)


async def test_one_who_takes_the_line_and_says_nothing_is_seen_to_be_owed(
    office: Receiver, store: Store
) -> None:
    gate = Event()

    def hang(_: object) -> tuple[int, dict[str, str]]:
        gate.wait(30)
        return 204, {}

    office.answer = hang
    time = KitchenTime(Instant(0))
    store.outbox.add(entries(time, orders=1, each=1))
    courier = Courier(hook(office), store.outbox, time, lambda: False)
    async with working(courier):
        await until(lambda: bool(courier.owed.waiting), courier)
        assert (courier.told, office.got) == (0, [])
        gate.set()
        await until_settled(courier, store)


def test_gaps_grow_with_jitter_and_have_an_end() -> None:
    chance = Random(1)
    for failures, usual_s in ((1, 1.0), (2, 2.0), (5, 16.0), (99, 300.0)):
        gaps = {gap_s(failures, chance) for _ in range(50)}
        assert all(0.75 * usual_s <= gap <= 1.25 * usual_s for gap in gaps)
        assert len(gaps) > 40
