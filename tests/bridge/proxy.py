"""A proxy on the way to a bridge that can be cut, frozen or slowed down."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

_PIECE = 4_096
_BUFFER = 16_384


class Proxy:
    """Forwards connections to a websocket address. Event loop thread only.

    Frozen: nothing is forwarded in either direction, and nobody is told: a pulled cable. Stalled:
    nothing is forwarded to the client: it reads no more. Down: every connection is reset at once.
    `left`: the client gets so many bytes more, then every connection is cut, once; None: no such
    bound. `passed`: how many bytes the client got.
    """

    def __init__(self, target: str) -> None:
        place = urlsplit(target)
        self._host, self._port = str(place.hostname), int(place.port or 0)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows_up = asyncio.Event()
        self._flows_down = asyncio.Event()
        self._flows_up.set()
        self._flows_down.set()
        self._is_down = False
        self.left: int | None = None
        self.passed = 0
        self.url = ""

    def freeze(self) -> None:
        """Forward nothing any more."""
        self._flows_up.clear()
        self._flows_down.clear()

    def stall(self) -> None:
        """Take nothing from the bridge any more; what the display says still arrives."""
        self._flows_down.clear()

    def thaw(self) -> None:
        """Forward again."""
        self._flows_up.set()
        self._flows_down.set()

    def cut(self) -> None:
        """End every connection without a word."""
        for writer in self._writers:
            writer.transport.abort()

    def down(self) -> None:
        """Reset what is connected, and whoever connects."""
        self._is_down = True
        self.cut()

    def up(self) -> None:
        """Let clients connect again."""
        self._is_down = False

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        task = asyncio.current_task()
        assert task is not None
        if self._is_down:
            writer.transport.abort()
            return
        self._tasks.add(task)
        try:
            await self._pass_on(reader, writer)
        finally:
            self._tasks.discard(task)

    async def end(self) -> None:
        """Cut everything and wait until it is gone."""
        self.thaw()
        while self._tasks:
            self.cut()
            await asyncio.wait(self._tasks)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = socket.socket()
        # Small buffers, so that what is not forwarded is felt at the other end.
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        far.setblocking(False)
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().sock_connect(far, (self._host, self._port))
            far_reader, far_writer = await asyncio.open_connection(sock=far, limit=_BUFFER)
            self._writers |= {writer, far_writer}
            ways = (
                self._forward(reader, far_writer, self._flows_up),
                self._forward(far_reader, writer, self._flows_down),
            )
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await self._flows_down.wait()  # an end does not come through a pulled cable either
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writers -= {writer, far_writer}
            far_writer.transport.abort()
        writer.transport.abort()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                await flows.wait()
                if self.left is not None and flows is self._flows_down:
                    piece = piece[: self.left]
                    self.left -= len(piece)
                if flows is self._flows_down:
                    self.passed += len(piece)
                writer.write(piece)
                await writer.drain()
                if self.left == 0:
                    self.left = None
                    await asyncio.sleep(0)
                    self.cut()


@contextlib.asynccontextmanager
async def proxied(target: str) -> AsyncIterator[Proxy]:
    """Run a proxy before `target` for the time of the block."""
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.take, "127.0.0.1", 0, limit=_BUFFER)
    host, port = server.sockets[0].getsockname()[:2]
    proxy.url = f"ws://{host}:{port}"
    try:
        yield proxy
    finally:
        server.close()
        await server.wait_closed()
        await proxy.end()
