"""The display's link over real sockets, to a bridge in memory."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from kds.kitchen.commands import Result
from kds.link import Link, LinkState
from kds.link.link import SAVE_EVERY_MS
from kds.store import display as display_store
from kds.store.display import FILE, DisplayStore
from kds.store.errors import StoreTooNew
from kds.store.sqlite import SqliteFile
from kds.wire import messages as m
from kds.wire.bridge import BridgeSession
from kds.wire.notices import Answered, Following, Happened, LineDead, Offline, Reloaded, TurnedAway
from kds.wire.standing import Identity, Phase
from tests.bridge.proxy import proxied
from tests.unit.wall import HandClock, wall
from tests.unit.wire.toys import BOOK, ToyBridge, bump, ready

HOUR_MS = 60 * 60 * 1000


class ToyServer:
    """Serves the toy bridge on one port, as long as it is up. `heard`: what displays said."""

    def __init__(self, bridge: ToyBridge) -> None:
        self.bridge = bridge
        self.heard: list[m.FromDisplay] = []
        self.on_command: Callable[[str], None] = lambda _: None
        self.token = ""
        self._port = 0
        self._server: Server | None = None
        self._changed = asyncio.Event()

    @property
    def url(self) -> str:
        """The address, the same after every restart."""
        return f"ws://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Serve."""
        self._server = await serve(
            self._talk, "127.0.0.1", self._port, process_request=self._admit, compression=None
        )
        (listener,) = self._server.sockets
        self._port = listener.getsockname()[1]

    async def stop(self) -> None:
        """End, and cut every connection."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def changed(self) -> None:
        """Tell every display what is new."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "no\n")
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        session = BridgeSession(self.bridge.history, 0, program="toy")
        telling = asyncio.create_task(self._tell(connection, session))
        try:
            async for text in connection:
                assert isinstance(text, str)
                self._take(session, text)
                self.changed()
        except ConnectionClosed:
            pass
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    def _take(self, session: BridgeSession, text: str) -> None:
        message = m.read_display(text)
        self.heard.append(message)
        if isinstance(message, m.Do):
            self.on_command(message.command["id"])
        session.receive(text, 0, self.bridge.now)
        while asked := session.events():
            for notice in asked:
                commands = getattr(notice, "commands", ())
                session.answered([self.bridge.do(command) for command in commands])

    async def _tell(self, connection: ServerConnection, session: BridgeSession) -> None:
        while True:
            changed = self._changed
            while texts := session.to_send():
                for text in texts:
                    await connection.send(text)
            await changed.wait()


@asynccontextmanager
async def toy_server(bridge: ToyBridge | None = None) -> AsyncIterator[ToyServer]:
    server = ToyServer(bridge or ToyBridge())
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture
async def server() -> AsyncIterator[ToyServer]:
    async with toy_server() as running:
        running.bridge.order(1)
        running.bridge.order(2)
        yield running


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_following(link: Link) -> bool:
    return link.state.phase is Phase.FOLLOWING


async def test_it_loads_follows_and_acts(server: ToyServer, tmp_path: Path) -> None:
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: shown.told(Reloaded))
        session = shown.link.session
        assert session.confirmed == server.bridge.kitchen
        server.bridge.order(3)
        server.changed()
        await shown.until(lambda: shown.told(Happened))
        await shown.link.act(bump(1, "c", seen=session.confirmed.seq))
        assert ready(session.projection.kitchen, 1) == 2
        await shown.until(lambda: shown.told(Answered) and len(shown.told(Happened)) == 2)
        assert session.projection.kitchen == server.bridge.kitchen
        await shown.until(lambda: shown.link.time() is not None)
        state = shown.link.state
    assert state == LinkState(Phase.FOLLOWING, server.url, state.silent_ms, 0, None, "", None)
    assert session.book == BOOK


async def test_a_command_is_on_disk_before_it_is_sent(server: ToyServer, tmp_path: Path) -> None:
    kept: list[list[str]] = []

    def look(_: str) -> None:
        with closing(DisplayStore.open(tmp_path)) as other:
            kept.append([each.command.id for each in other.commands()])

    server.on_command = look
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: is_following(shown.link))
        await shown.link.act(bump(1, "c"))
        await shown.until(lambda: shown.told(Answered))
    assert kept == [["c"]]


async def test_what_is_done_while_the_bridge_is_away_comes_later_and_once(
    server: ToyServer, tmp_path: Path
) -> None:
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: is_following(shown.link))
        await server.stop()
        await shown.until(lambda: shown.told(Offline))
        await shown.link.act(bump(1, "c1"))
        await shown.link.act(bump(2, "c2"))
        assert shown.link.state.unsent == 2
        assert ready(shown.link.session.projection.kitchen, 2) == 2
        server.bridge.order(3)
        server.bridge.restart()
        await server.start()
        await shown.until(lambda: len(shown.told(Answered)) == 2)
        assert shown.told(Following)[-1].resumed
        await shown.until(lambda: shown.link.session.confirmed == server.bridge.kitchen)
    assert list(server.bridge.answers) == ["c1", "c2"]


async def test_a_killed_display_brings_its_commands_after_its_restart(
    server: ToyServer, tmp_path: Path
) -> None:
    await server.stop()
    async with wall(tmp_path, server.url, is_killed=True) as shown:
        await shown.link.act(bump(1, "c"))
    await server.start()
    async with wall(tmp_path, server.url) as shown:
        assert shown.link.state.unsent == 1
        await shown.until(lambda: shown.told(Answered))
    assert server.bridge.applied("c") == 1


async def test_a_display_without_its_bridge_shows_its_last_board(
    server: ToyServer, tmp_path: Path
) -> None:
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: shown.link.time() is not None and is_following(shown.link))
        await shown.link.act(bump(1, "c"))
        await shown.until(lambda: shown.told(Answered))
    await server.stop()
    async with wall(tmp_path, server.url) as shown:
        session = shown.link.session
        assert session.confirmed == server.bridge.kitchen
        assert session.place == server.bridge.history.place
        assert session.book == BOOK
        state = shown.link.state
        assert (state.phase, state.silent_ms, state.unsent) == (Phase.OFFLINE, None, 0)
        time = shown.link.time()
        assert time is not None
        assert time >= server.bridge.now - 60_000
        await server.start()
        await shown.until(lambda: shown.told(Following))
        assert shown.told(Following) == [Following(resumed=True)]


async def test_a_restored_bridge_gets_the_commands_of_the_day_again(
    server: ToyServer, tmp_path: Path
) -> None:
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: is_following(shown.link))
        await shown.link.act(bump(1, "c"))
        await shown.until(lambda: shown.told(Answered))
    await server.stop()
    server.bridge.restore(2, "e2")
    assert ready(server.bridge.kitchen, 1) == 0
    await server.start()
    async with wall(tmp_path, server.url) as shown:
        assert shown.link.state.unsent == 0
        await shown.until(lambda: shown.told(Answered))
        assert shown.told(Answered)[0].result is Result.APPLIED
    assert ready(server.bridge.kitchen, 1) == 2


async def test_commands_of_yesterday_are_forgotten(server: ToyServer, tmp_path: Path) -> None:
    clock = HandClock()
    async with wall(tmp_path, server.url, clock=clock) as shown:
        await shown.until(lambda: is_following(shown.link) and shown.link.time() is not None)
        await shown.link.act(bump(1, "old"))
        await shown.until(lambda: shown.told(Answered))
        await server.stop()
        await shown.link.act(bump(2, "waits"))
        with closing(DisplayStore.open(tmp_path)) as store:
            clock.advance(23 * HOUR_MS)
            await saves(clock, lambda: store.load() is not None)
            assert [kept.command.id for kept in store.commands()] == ["old", "waits"]
            clock.advance(2 * HOUR_MS)
            await saves(clock, lambda: len(store.commands()) == 1)
            assert [kept.command.id for kept in store.commands()] == ["waits"]


async def saves(clock: HandClock, is_so: Callable[[], object]) -> None:
    """Let the display's saves come due until something is so."""
    async with asyncio.timeout(20):
        while not is_so():
            clock.advance(SAVE_EVERY_MS)
            await asyncio.sleep(0)


async def test_the_next_bridge_is_tried_when_one_does_not_answer(
    server: ToyServer, tmp_path: Path
) -> None:
    nobody = f"ws://127.0.0.1:{free_port()}"
    async with wall(tmp_path, nobody, server.url) as shown:
        await shown.until(lambda: is_following(shown.link))
        assert shown.link.state.url == server.url


async def test_tries_are_ever_further_apart_up_to_a_bound(tmp_path: Path) -> None:
    clock, pauses = HandClock(), list[int]()
    async with wall(tmp_path, f"ws://127.0.0.1:{free_port()}", clock=clock), asyncio.timeout(20):
        while len(pauses) < 7:
            tried = [wait for wait in clock.waits if wait <= 1_000]
            if len(tried) > len(pauses):
                pauses = tried
                clock.advance(1_000)
            await asyncio.sleep(0)
    for pause, longest in zip(pauses, [100, 200, 400, 800, 1000, 1000, 1000], strict=True):
        assert longest / 2 <= pause <= longest


async def test_after_a_try_that_hung_the_next_one_follows_at_once(tmp_path: Path) -> None:
    """A dead line swallows what asks to connect; when it heals, two seconds must do."""
    clock, tries = HandClock(), list[int]()

    def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(clock.now_ms())
        clock.advance(2_500)
        writer.transport.abort()

    swallows = await asyncio.start_server(hang, "127.0.0.1", 0)
    host, port = swallows.sockets[0].getsockname()
    async with swallows, wall(tmp_path, f"ws://{host}:{port}", clock=clock), asyncio.timeout(20):
        while len(tries) < 8:
            pauses = [wait for wait in clock.waits if wait <= 1_000]
            assert all(0 < pause <= 50 for pause in pauses)
            clock.advance(50)
            await asyncio.sleep(0)


async def test_a_display_that_is_not_let_in_says_why(server: ToyServer, tmp_path: Path) -> None:
    server.token = "right"
    async with wall(tmp_path, server.url, token="wrong") as shown:
        await shown.until(lambda: shown.told(TurnedAway))
        refusal = shown.link.state.refusal
        assert refusal is not None
        assert "token" in refusal.en
        server.token = "wrong"
        await shown.until(lambda: is_following(shown.link))
        assert shown.link.state.refusal is None


async def test_a_bridge_that_says_good_bye_is_heard_and_tried_again(
    server: ToyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kds.wire.versions.OLDEST_MAJOR", 2)
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: shown.told(TurnedAway) and shown.told(Offline))
        refusal = shown.link.state.refusal
        assert refusal is not None
        assert "too old" in refusal.en
        monkeypatch.undo()
        await shown.until(lambda: is_following(shown.link))


async def test_a_line_that_went_silent_is_given_up_after_five_seconds(
    server: ToyServer, tmp_path: Path
) -> None:
    clock = HandClock()
    async with proxied(server.url) as proxy, wall(tmp_path, proxy.url, clock=clock) as shown:
        await shown.until(lambda: is_following(shown.link) and shown.link.time() is not None)
        proxy.freeze()
        clock.advance(4_999)
        await asyncio.sleep(0)
        assert not shown.told(LineDead)
        assert shown.link.state.silent_ms == 4_999
        clock.advance(1)
        await shown.until(lambda: shown.told(LineDead) and shown.told(Offline), within_s=5)
        await shown.link.act(bump(1, "c"))
        proxy.thaw()
        proxy.cut()
        async with asyncio.timeout(20):
            while not shown.told(Answered):
                clock.advance(100 if shown.link.state.phase is Phase.OFFLINE else 0)
                await asyncio.sleep(0)
    assert server.bridge.applied("c") == 1


async def test_a_cut_in_the_middle_of_a_snapshot_leaves_no_half_kitchen(tmp_path: Path) -> None:
    """Fault 9: the link drops in mid-message."""
    bridge = ToyBridge()
    for number in range(300):
        bridge.order(number)
    async with toy_server(bridge) as server, proxied(server.url) as proxy:
        proxy.left = 100_000
        async with wall(tmp_path, proxy.url) as shown:
            await shown.until(lambda: shown.told(Offline))
            assert shown.link.session.confirmed.seq == 0
            await shown.until(lambda: is_following(shown.link))
            assert shown.link.session.confirmed == bridge.kitchen


async def test_a_disk_that_takes_nothing_stops_no_cook(
    server: ToyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display_store, "BUSY_MS", 10)
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: is_following(shown.link))
        with (
            closing(DisplayStore.open(tmp_path)) as other,
            closing(SqliteFile(tmp_path / FILE, 2_000)) as third,
        ):
            with third.writing():
                await shown.link.act(bump(1, "c1"))
                assert "locked" in shown.link.state.trouble
                await shown.until(lambda: shown.told(Answered))
            await shown.link.act(bump(2, "c2"))
            assert shown.link.state.trouble == ""
            assert [kept.command.id for kept in other.commands()] == ["c1", "c2"]


async def test_a_folder_that_can_not_be_used_is_said_and_the_display_works(
    server: ToyServer, tmp_path: Path
) -> None:
    (tmp_path / FILE).mkdir()
    async with wall(tmp_path, server.url) as shown:
        assert shown.link.state.trouble
        await shown.until(lambda: is_following(shown.link))
        await shown.link.act(bump(1, "c"))
        await shown.until(lambda: shown.told(Answered))


async def test_a_damaged_file_is_set_aside_and_said(server: ToyServer, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff" * 9_000)
    async with wall(tmp_path, server.url) as shown:
        await shown.until(lambda: is_following(shown.link))
        assert shown.link.state.damaged == tmp_path / f"{FILE}.damaged-1"


async def test_a_file_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    DisplayStore.open(tmp_path).close()
    with closing(SqliteFile(tmp_path / FILE, 2_000)) as file, file.writing() as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(StoreTooNew, match="newer program"):
        await Link.open(["ws://127.0.0.1:1"], tmp_path, Identity("kitchen"))
