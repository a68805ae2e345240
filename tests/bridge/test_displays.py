"""Displays on a real bridge, over real sockets: what they see, do, and survive."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.sync.client import connect

from kds.kitchen.commands import CommandKind, Result
from kds.kitchen.ids import OrderId, OrderKey, SourceId
from kds.wire import messages as m
from kds.wire.notices import (
    Answered,
    Following,
    Happened,
    LineDead,
    NotKept,
    Offline,
    Reloaded,
    TurnedAway,
)
from tests.bridge.conftest import StartBridge
from tests.bridge.harness import PATIENCE_S, Running, eventually, line
from tests.bridge.proxy import proxied
from tests.bridge.walls import (
    caught_up,
    commands_in_log,
    do,
    has_sent_all,
    is_following,
    is_told,
    on_the_bridge,
    portions,
    post,
    same_ports,
    shows,
)
from tests.unit.wall import Wall, wall


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Folders for displays, one below the other."""
    return (tmp_path / f"wall-{n}" for n in count(1))


# --- following -----------------------------------------------------------------------------


async def test_a_display_shows_what_the_bridge_has_and_what_comes(
    shared: Running, tmp_path: Path
) -> None:
    first = await post(shared)
    async with wall(tmp_path, shared.displays) as shown:
        await caught_up(shared, shown)
        second = await post(shared, lines=[line("1"), line("2", quantity="3")])
        await caught_up(shared, shown)
        for sent in (first, second):
            held = portions(shown.link)[sent["order_id"]]
            assert held == on_the_bridge(shared, sent["order_id"])
        assert shown.link.session.book is not None
        assert shown.link.session.book.hash == shared.get("/health")["rules"]["hash"]
    assert len(shown.told(Reloaded)) == 1
    assert shown.told(Happened)


async def test_a_bump_is_shown_kept_and_done(shared: Running, tmp_path: Path) -> None:
    sent = await post(shared)
    async with wall(tmp_path, shared.displays) as shown:
        await caught_up(shared, shown)
        command = do(CommandKind.BUMP, sent, shown.link)
        await shown.link.act(command)
        assert portions(shown.link)[sent["order_id"]]["ready"] == 1
        await is_told(shown, Answered)
    (answered,) = shown.told(Answered)
    assert answered.result is Result.APPLIED
    assert on_the_bridge(shared, sent["order_id"])["ready"] == 1
    assert answered.ack.seq in commands_in_log(shared)[command.id]


async def test_health_lists_the_displays(shared: Running, folders: Iterator[Path]) -> None:
    async with (
        wall(next(folders), shared.displays, view="wok", device="health-1") as first,
        wall(next(folders), shared.displays, view="expo", device="health-2") as second,
    ):
        seq = await caught_up(shared, first, second)
        listed = await asyncio.to_thread(listed_displays, shared, seq)
    assert {(row["view"], row["device"]) for row in listed} == {
        ("wok", "health-1"),
        ("expo", "health-2"),
    }
    for row in listed:
        assert (row["lag"], row["unsent"], row["address"]) == (0, 0, "127.0.0.1")
        assert row["program"] == "test"


def listed_displays(bridge: Running, seq: int) -> list[dict[str, Any]]:
    """Wait until both displays' pings have said that they are up to date."""

    def are_there() -> list[dict[str, Any]]:
        rows = [d for d in bridge.get("/health")["displays"] if d["device"].startswith("health-")]
        return rows if len(rows) == 2 and all(row["seq"] >= seq for row in rows) else []

    return eventually(are_there)


async def test_kitchen_time_comes_from_the_bridge_and_is_scaled(
    start: StartBridge, tmp_path: Path
) -> None:
    bridge = start("--time-scale", "60")
    async with wall(tmp_path, bridge.displays) as shown:
        await shown.until(lambda: shown.link.time() is not None and is_following(shown))
        before, began = shown.link.time(), time.monotonic()
        sent = await post(bridge)
        await caught_up(bridge, shown)
        after, took_s = shown.link.time(), time.monotonic() - began
    assert before is not None
    assert after is not None
    assert after - before == pytest.approx(took_s * 60_000, abs=3_000)
    received = shown.link.session.confirmed.orders
    at = received[OrderKey(SourceId("till-1"), OrderId(sent["order_id"]))].received_at
    assert before - 1_000 <= at <= after + 1_000


async def test_an_order_of_megabytes_reaches_the_wall(shared: Running, tmp_path: Path) -> None:
    async with wall(tmp_path, shared.displays) as shown:
        await caught_up(shared, shown)
        dishes = [line(str(n), "红烧肉" * 50, note="少盐" * 60) for n in range(3_000)]
        sent = await post(shared, lines=dishes)
        await shows(shown, sent)
        assert portions(shown.link)[sent["order_id"]]["queued"] == 3_000
        assert not shown.told(Offline)


# --- several displays ----------------------------------------------------------------------


async def bump_together(bridge: Running, folders: Iterator[Path], rounds: int) -> None:
    """Let two displays bump the same tickets: one bump each, both agree, nothing is undone."""
    async with (
        wall(next(folders), bridge.displays, device="left") as left,
        wall(next(folders), bridge.displays, device="right") as right,
    ):
        sent = [await post(bridge) for _ in range(rounds)]
        await caught_up(bridge, left, right)
        for each in sent:
            bumps = [(w, do(CommandKind.BUMP, each, w.link)) for w in (left, right)]
            await asyncio.gather(*(w.link.act(command) for w, command in bumps))
        for shown in (left, right):
            await is_told(shown, Answered, len(sent))
        await caught_up(bridge, left, right)
        assert left.link.session.projection.kitchen == right.link.session.projection.kitchen
        results = [a.result for w in (left, right) for a in w.told(Answered)]
        assert sorted(results) == [Result.APPLIED] * len(sent) + [Result.NO_OP] * len(sent)
        shows = portions(left.link)
        for each in sent:
            assert shows[each["order_id"]]["ready"] == 1
        assert on_the_bridge(bridge, sent[-1]["order_id"])["ready"] == 1


async def bump_against_recall(bridge: Running, folders: Iterator[Path], rounds: int) -> None:
    """Let one display bump and the other recall the same tickets; both end the same."""
    async with (
        wall(next(folders), bridge.displays, device="a") as first,
        wall(next(folders), bridge.displays, device="b") as second,
    ):
        for number in range(rounds):
            sent = await post(bridge)
            await caught_up(bridge, first, second)
            acts = [(first, CommandKind.BUMP), (second, CommandKind.RECALL)]
            if number % 2:
                acts.reverse()
            await asyncio.gather(*(w.link.act(do(kind, sent, w.link)) for w, kind in acts))
        for shown in (first, second):
            await is_told(shown, Answered, rounds)
        await caught_up(bridge, first, second)
        assert first.link.session.projection.kitchen == second.link.session.projection.kitchen
        shows = portions(first.link)[sent["order_id"]]
        assert shows == on_the_bridge(bridge, sent["order_id"])


async def test_two_displays_bump_the_same_ticket_at_once(
    shared: Running, folders: Iterator[Path]
) -> None:
    """Fault 22: the second is told, and nobody sees an error."""
    await bump_together(shared, folders, 20)


async def test_a_bump_and_a_recall_at_once_end_the_same_on_both(
    shared: Running, folders: Iterator[Path]
) -> None:
    """Fault 23: the order of arrival at the bridge decides."""
    await bump_against_recall(shared, folders, 10)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("both", [bump_together, bump_against_recall])
async def test_a_thousand_times_at_once(
    start: StartBridge, folders: Iterator[Path], both: Callable[..., Coroutine[Any, Any, None]]
) -> None:
    """Faults 22 and 23 as often as an evening has moments for them."""
    await both(start(), folders, 1_000)


# --- restarts ------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
async def test_a_restarted_bridge_is_resumed_without_a_snapshot(
    start: StartBridge, tmp_path: Path, by: signal.Signals
) -> None:
    """Fault 3. Bumps go into the local queue meanwhile, and orders come as soon as it is back."""
    bridge = start()
    async with wall(tmp_path / "wall", bridge.displays) as shown:
        sent = await post(bridge)
        await caught_up(bridge, shown)
        await asyncio.to_thread(bridge.end, by)
        await is_told(shown, Offline)
        await shown.link.act(do(CommandKind.BUMP, sent, shown.link))
        assert portions(shown.link)[sent["order_id"]]["ready"] == 1
        assert shown.link.state.unsent == 1
        again = await asyncio.to_thread(start, *same_ports(bridge))
        more = await post(again)
        await is_told(shown, Answered)
        await caught_up(again, shown)
        assert more["order_id"] in portions(shown.link)
    assert [f.resumed for f in shown.told(Following)] == [False, True]
    assert on_the_bridge(again, sent["order_id"])["ready"] == 1
    goodbyes = [away.code for away in shown.told(TurnedAway)]
    assert goodbyes == (["ending"] if by is signal.SIGTERM else [])


async def test_a_replaced_database_is_another_epoch(start: StartBridge, tmp_path: Path) -> None:
    bridge = start(data=tmp_path / "first")
    async with wall(tmp_path / "wall", bridge.displays) as shown:
        sent = await post(bridge)
        await caught_up(bridge, shown)
        await shown.link.act(do(CommandKind.BUMP, sent, shown.link))
        await is_told(shown, Answered)
        epoch = shown.link.session.place.epoch
        await asyncio.to_thread(bridge.end)
        other = await asyncio.to_thread(start, *same_ports(bridge), data=tmp_path / "other")
        await is_told(shown, Reloaded, 2)
        await caught_up(other, shown)
        assert shown.link.session.place.epoch == other.get("/health")["epoch"] != epoch
        assert sent["order_id"] not in portions(shown.link)
        await is_told(shown, Answered, 2)
    assert shown.told(Answered)[1].result is Result.REFUSED  # this log never heard of the order


async def test_kill_9_in_the_middle_loses_no_bump_and_doubles_none(
    start: StartBridge, folders: Iterator[Path]
) -> None:
    """Every order is bumped by one display while the bridge is killed again and again."""
    bridge = start()
    async with (
        wall(next(folders), bridge.displays, device="one") as one,
        wall(next(folders), bridge.displays, device="two") as two,
    ):
        sent = [await post(bridge) for _ in range(60)]
        await caught_up(bridge, one, two)
        given: list[str] = []
        for round_ in range(3):
            kill_at = 20 * round_ + 5 * (round_ + 1)
            for number in range(20 * round_, 20 * (round_ + 1)):
                shown = (one, two)[number % 2]
                command = do(CommandKind.BUMP, sent[number], shown.link)
                given.append(command.id)
                await shown.link.act(command)
                if number == kill_at:
                    bridge.process.kill()
            await asyncio.to_thread(bridge.process.wait, PATIENCE_S)
            bridge = await asyncio.to_thread(start, *same_ports(bridge))
        for shown in (one, two):
            await has_sent_all(shown)
        await caught_up(bridge, one, two)
        assert one.link.session.projection.kitchen == two.link.session.projection.kitchen
        shows = portions(one.link)
        assert all(shows[each["order_id"]]["ready"] == 1 for each in sent)
    logged = commands_in_log(bridge)
    assert sorted(logged) == sorted(given)
    for places in logged.values():
        assert places == list(range(places[0], places[0] + len(places)))


async def test_what_the_disk_does_not_take_is_done_when_it_does_again(
    start: StartBridge, tmp_path: Path
) -> None:
    """Fault 29: the database is locked by another program; bumps wait and keep their order."""
    bridge = start()
    async with wall(tmp_path / "wall", bridge.displays) as shown:
        sent = await post(bridge)
        await caught_up(bridge, shown)
        with closing(sqlite3.connect(bridge.data / "kitchen.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for kind in (CommandKind.BUMP, CommandKind.RECALL, CommandKind.BUMP):
                await shown.link.act(do(kind, sent, shown.link))
            await shown.until(lambda: shown.told(NotKept), within_s=15)
            assert portions(shown.link)[sent["order_id"]]["ready"] == 1
            assert shown.link.state.unsent == 3
            assert is_following(shown)
            other.execute("ROLLBACK")
        await is_told(shown, Answered, 3)
        await caught_up(bridge, shown)
    assert {answered.result for answered in shown.told(Answered)} == {Result.APPLIED}
    assert on_the_bridge(bridge, sent["order_id"])["ready"] == 1


# --- lines ---------------------------------------------------------------------------------


async def test_a_pulled_cable_is_noticed_at_both_ends_within_five_seconds(
    shared: Running, tmp_path: Path
) -> None:
    """Fault 7: a half-open line. Nobody is told, so only silence shows it."""

    def is_listed() -> bool:
        return any(row["device"] == "cable" for row in shared.get("/health")["displays"])

    async with (
        proxied(shared.displays) as proxy,
        wall(tmp_path, proxy.url, device="cable") as shown,
    ):
        await caught_up(shared, shown)
        assert await asyncio.to_thread(eventually, is_listed)
        proxy.freeze()
        began = time.monotonic()
        await shown.until(lambda: shown.told(LineDead), within_s=6.5)
        noticed_s = time.monotonic() - began
        await asyncio.to_thread(eventually, lambda: not is_listed(), within_s=4)
        dropped_s = time.monotonic() - began
        sent = await post(shared)
        proxy.thaw()
        proxy.cut()
        await shows(shown, sent)
    assert noticed_s <= 5.5
    assert dropped_s <= 7.5


async def test_a_cut_line_is_back_and_nothing_is_missed(shared: Running, tmp_path: Path) -> None:
    async with proxied(shared.displays) as proxy, wall(tmp_path, proxy.url) as shown:
        await caught_up(shared, shown)
        for _ in range(5):
            cuts = len(shown.told(Offline))
            proxy.cut()
            sent = await post(shared)
            await is_told(shown, Offline, cuts + 1)
            await shows(shown, sent)
    assert len(shown.told(Reloaded)) == 1


# --- the door ------------------------------------------------------------------------------


async def test_a_display_shows_its_token(start: StartBridge, folders: Iterator[Path]) -> None:
    file = next(folders).with_name("tokens")
    file.write_text("secret\n")
    bridge = start("--token-file", file)
    async with wall(next(folders), bridge.displays, token="secret") as shown:
        await shown.until(lambda: is_following(shown))
    async with wall(next(folders), bridge.displays, token="guess") as shown:
        await is_told(shown, TurnedAway)
        assert shown.told(TurnedAway)[0].code == "not_let_in"
        assert shown.link.session.confirmed.seq == 0


def test_nonsense_is_borne_for_a_while_and_then_shown_out(shared: Running) -> None:
    with connect(shared.displays, proxy=None) as display:
        for _ in range(10):
            display.send("nonsense")
            display.send(b"\x00")
        bye = m.read_bridge(str(display.recv(timeout=10)))
        assert isinstance(bye, m.Bye)
        assert bye.code == "unclear"
        with pytest.raises(ConnectionClosed):
            display.recv(timeout=10)


def test_a_newer_display_is_told_in_plain_words(shared: Running) -> None:
    with connect(shared.displays, proxy=None) as display:
        display.send(m.from_display(m.Hello("2.0")))
        bye = m.read_bridge(str(display.recv(timeout=10)))
        assert isinstance(bye, m.Bye)
        assert "update the bridge" in bye.en


def test_kinds_of_later_versions_are_passed_over(shared: Running) -> None:
    with connect(shared.displays, proxy=None) as display:
        display.send('{"kind":"dance","with":"me"}')
        display.send(m.from_display(m.Ping(77)))
        pong = m.read_bridge(str(display.recv(timeout=10)))
        assert isinstance(pong, m.Pong)
        assert pong.sent == 77
        assert display.state is State.OPEN


@asynccontextmanager
async def many_walls(
    bridge: Running, folders: Iterator[Path], number: int
) -> AsyncIterator[list[Wall]]:
    """Run several displays."""
    async with asyncio.TaskGroup() as group:
        done, ready = asyncio.Event(), asyncio.Queue[Wall]()

        async def one(device: str) -> None:
            async with wall(next(folders), bridge.displays, device=device) as shown:
                await ready.put(shown)
                await done.wait()

        for n in range(number):
            group.create_task(one(f"many-{n}"))
        try:
            yield [await ready.get() for _ in range(number)]
        finally:
            done.set()


async def test_all_screens_come_back_at_once_after_a_crash(
    start: StartBridge, folders: Iterator[Path]
) -> None:
    """Fault 47."""
    bridge = start()
    dishes = [line(str(n), "红烧肉") for n in range(40)]
    for _ in range(30):
        await post(bridge, lines=dishes)
    async with many_walls(bridge, folders, 12) as walls:
        await caught_up(bridge, *walls)
        bridge.process.kill()
        await asyncio.to_thread(bridge.process.wait, PATIENCE_S)
        bridge = await asyncio.to_thread(start, *same_ports(bridge))
        sent = await post(bridge)
        for shown in walls:
            await shows(shown, sent)
        assert {w.link.session.place for w in walls} == {walls[0].link.session.place}
