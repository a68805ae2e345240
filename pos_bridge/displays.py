"""The websocket server for displays: who listens, and each one's connection.

What is told lies once in the shared `History`; every display reads it at its own pace, so a slow
one costs the others nothing. The rules of the conversation are `kds.wire`'s; here are sockets,
clock and writer.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, ClassVar

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from kds import __version__
from kds.kitchen.commands import Command, Outcome, Result
from kds.rulebook.book import book_to_json
from kds.store.values import Answer, Entry
from kds.wire.bridge import BridgeSession, shown_name
from kds.wire.history import History
from kds.wire.messages import BookText, Condition
from kds.wire.notices import Asked, BridgeNotice, Leave
from pos_bridge.access import FORWARDING, Access, Caller
from pos_bridge.crowd import Crowd
from pos_bridge.feed import Feed
from pos_bridge.jobs import DoCommands
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.writer import FaultError, NotDurableError, Writer

_logger = logging.getLogger(__name__)
PROGRAM = f"pos-bridge {__version__}"
MOST_DISPLAYS = 64
_MOST_CONNECTIONS = 3 * MOST_DISPLAYS
"""So many at most, with those that have not said yet that they are displays."""
RECENT_EVENTS = 1_000
"""So many events of the log are read at the start, for displays that come back after it."""
_MOST_BYTES_IN = 65_536
_SEND_BUFFER = 262_144
"""What the kernel may hold back per display; unbounded it hides for minutes that one is slow."""
_GRACE_S = 1.0
_GOING_AWAY = 1001
_HANGS_UP = frozenset({"silent", "display left"})


class Displays:
    """Tells every connected display what happens, and takes its commands to the writer.

    Event loop thread only. `recent`: the end of the log, up to the feed's present kitchen.
    """

    def __init__(
        self,
        feed: Feed,
        writer: Writer,
        kitchen_time: KitchenTime,
        access: Access,
        recent: Sequence[Entry] = (),
    ) -> None:
        self.writer = writer
        self.time = kitchen_time
        self.history = History(feed.epoch, feed.kitchen, recent)
        self._feed = feed
        self._access = access
        self._lines: set[_Line] = set()
        self._take_book()
        feed.on_change(self._publish)

    @asynccontextmanager
    async def serving(self, listener: socket.socket) -> AsyncIterator[None]:
        """Serve on `listener` until the block ends; then every display is told so."""
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        async with serve(
            self._talk,
            sock=listener,
            process_request=self._admit,
            create_connection=_connections(),
            compression=None,
            ping_interval=None,  # displays ping by themselves, for they set their clocks by it
            close_timeout=_GRACE_S,
            max_size=_MOST_BYTES_IN,
            server_header=None,
        ):
            try:
                yield
            finally:
                await self._say_good_bye()

    def listed(self) -> list[dict[str, Any]]:
        """Return who listens, for /health. `seq` is as of the display's last ping."""
        now_ms = _now_ms()
        return sorted(
            (line.listed(now_ms) for line in self._lines if line.session.hello is not None),
            key=lambda row: (row["view"], row["device"], row["address"]),
        )

    def tell(self, condition: Condition) -> None:
        """Tell every display how well the bridge is, if that is news."""
        if self.history.tell(condition):
            self._wake_all()

    def _publish(self, entries: Sequence[Entry]) -> None:
        """Something was committed: encode it once and wake everybody."""
        self._take_book()
        self.history.publish(self._feed.kitchen, entries)
        self._wake_all()

    def _wake_all(self) -> None:
        for line in self._lines:
            line.wake.set()

    def _take_book(self) -> None:
        book, told = self._feed.book, self.history.book
        if told is None or told.hash != book.hash:
            self.history.book = BookText(book.hash, book_to_json(book))

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Turn away whoever may not listen, before the handshake."""
        headers = request.headers
        caller = Caller(
            headers.get_all("Host"),
            headers.get_all("Origin"),
            headers.get_all("Authorization"),
            "" if FORWARDING & set(headers) else _address(connection),
        )
        refusal = self._access.refusal(caller)
        if refusal is not None:
            return connection.respond(HTTPStatus(refusal.status), f"{refusal.message}\n")
        if len(self._lines) >= MOST_DISPLAYS:
            words = "Too many displays are connected.\n"
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, words)
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        """Serve one display until it leaves, falls silent, or the bridge ends."""
        assert isinstance(connection, _Connection)
        line = _Line(connection, self)
        self._lines.add(line)
        try:
            await line.serve()
        finally:
            self._lines.discard(line)
            _logger.info("%s left: %s", line.name, line.over or "the line was cut")

    async def _say_good_bye(self) -> None:
        for line in self._lines:
            line.session.end()
            line.wake.set()
        endings = [asyncio.create_task(line.connection.wait_closed()) for line in self._lines]
        if endings:
            await asyncio.wait(endings, timeout=_GRACE_S)


class _Connection(ServerConnection):
    """A connection that also tells of pieces of messages: a slow line is not a dead one."""

    crowd: ClassVar[Crowd]
    session: BridgeSession | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Come in."""
        super().connection_made(transport)
        self.crowd.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Be gone."""
        self.crowd.leave(self)
        super().connection_lost(exc)

    def cut(self) -> None:
        """End at once."""
        self.transport.abort()

    def begin(self, session: BridgeSession) -> None:
        """Be a display's connection from here on."""
        self.session = session
        self.crowd.work(self)

    def data_received(self, data: bytes) -> None:
        """Take in bytes from the socket."""
        if self.session is not None:
            self.session.heard(_now_ms())
        super().data_received(data)


def _connections() -> type[_Connection]:
    """Return the class of the connections of one server, which share one crowd."""

    class Connection(_Connection):
        crowd = Crowd(_MOST_CONNECTIONS)

    return Connection


class _Line:
    """One display's connection. `over`: why it ends, "" until that is known."""

    def __init__(self, connection: _Connection, displays: Displays) -> None:
        now_ms = _now_ms()
        self.connection = connection
        self.session = BridgeSession(
            displays.history, now_ms, scale=displays.time.scale, program=PROGRAM
        )
        self.wake = asyncio.Event()
        self.over = ""
        self._displays = displays
        self._since_ms = now_ms
        self._address = _address(connection)
        self._doing: asyncio.Task[None] | None = None
        connection.begin(self.session)

    @property
    def name(self) -> str:
        """The display's name for the log."""
        hello = self.session.hello
        return f"display {self._address}" if hello is None else f"display {hello.device!r}"

    def listed(self, now_ms: int) -> dict[str, Any]:
        """Return the line as /health shows it."""
        session, hello = self.session, self.session.hello
        assert hello is not None
        return {
            "view": shown_name(hello.view),
            "device": shown_name(hello.device),
            "program": shown_name(hello.program),
            "address": self._address,
            "seq": session.seq,
            "lag": max(0, self._displays.history.place.seq - session.seq),
            "unsent": session.unsent,
            "snapshots": session.snapshots,
            "not_understood": session.faults + session.unknown,
            "connected_s": (now_ms - self._since_ms) / 1000,
        }

    async def serve(self) -> None:
        """Talk and listen until either ends."""
        tasks = [asyncio.create_task(work()) for work in (self._tell, self._hear, self._watch)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks += [] if self._doing is None else [self._doing]
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for found in results:
            if isinstance(found, Exception) and not isinstance(found, ConnectionClosed):
                raise found

    async def _tell(self) -> None:
        """Send what there is to say; the line's own pace decides how fast."""
        while True:
            self.wake.clear()
            while texts := self.session.to_send():
                for text in texts:
                    await self.connection.send(text)
                await asyncio.sleep(0)  # a line that takes everything at once must not stop others
            if self.over:
                await self.connection.close(_GOING_AWAY, self.over)
                return
            self._heed(self.session.events())
            if not self.over:
                await self.wake.wait()

    async def _hear(self) -> None:
        """Take in what the display says."""
        async for text in self.connection:
            said = text if isinstance(text, str) else ""  # bytes are counted like any nonsense
            self.session.receive(said, _now_ms(), self._displays.time.now())
            self._heed(self.session.events())
            self.wake.set()

    async def _watch(self) -> None:
        """Give up a silent display, also while a message to it is stuck."""
        while not self.over:
            await asyncio.sleep(max(0, self.session.next_tick_ms - _now_ms()) / 1000)
            self.session.tick(_now_ms())
            self._heed(self.session.events())
        await asyncio.sleep(_GRACE_S)  # time for the last words

    def _heed(self, notices: Sequence[BridgeNotice]) -> None:
        for notice in notices:
            match notice:
                case Asked():
                    self._doing = asyncio.create_task(self._do(notice.commands))
                case Leave():
                    self.over = notice.code
                    self.wake.set()
                    if notice.code in _HANGS_UP:
                        self.connection.transport.abort()

    async def _do(self, commands: Sequence[Command]) -> None:
        """Let the writer do a bundle of commands and tell the display what came of it."""
        try:
            outcomes = await self._outcomes(commands)
        except NotDurableError as failure:
            self.session.unavailable(str(failure))
        else:
            self.session.answered(outcomes)
        self._heed(self.session.events())
        self.wake.set()

    async def _outcomes(self, commands: Sequence[Command]) -> list[Outcome]:
        """Return what became of each; one that our own program fails on spoils no other."""
        try:
            return [_outcome(answer) for answer in await self._submit(commands)]
        except FaultError as fault:
            if len(commands) == 1:
                seq = self._displays.history.place.seq
                return [Outcome(Result.REFUSED, seq, f"the bridge failed: {fault}")]
        return [outcome for each in commands for outcome in await self._outcomes((each,))]

    async def _submit(self, commands: Sequence[Command]) -> Sequence[Answer]:
        return await self._displays.writer.submit(DoCommands(tuple(commands)))


def _outcome(answer: Answer) -> Outcome:
    return Outcome(answer.result, answer.seq, answer.why)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _address(connection: ServerConnection) -> str:
    peer = connection.remote_address
    return str(peer[0]) if peer else ""
