"""The websocket server for displays: a greeting, then every event after `?after=SEQ` as JSON."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from kds.store import StoreError
from pos_bridge.access import Access, Caller
from pos_bridge.feed import Feed, TooSlowError
from pos_bridge.reads import Reads, TooOldError

_logger = logging.getLogger(__name__)
PING_S = 2
SILENT_S = 3
"""After a ping without an answer; so a dead peer is gone within five seconds."""
_MOST_BYTES_IN = 65_536
_GOING_AWAY, _TRY_AGAIN, _TOO_OLD = 1001, 1013, 4410


class Displays:
    """Tells every connected display what happens. Event loop thread only."""

    def __init__(self, feed: Feed, reads: Reads, access: Access) -> None:
        self._feed = feed
        self._reads = reads
        self._access = access

    @asynccontextmanager
    async def serving(self, listener: socket.socket) -> AsyncIterator[None]:
        """Serve on `listener` until the block ends; then every connection is closed."""
        async with serve(
            self._talk,
            sock=listener,
            process_request=self._admit,
            compression=None,
            ping_interval=PING_S,
            ping_timeout=SILENT_S,
            close_timeout=1,
            max_size=_MOST_BYTES_IN,
            server_header=None,
        ):
            yield

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Turn away whoever may not listen, before the handshake."""
        headers = request.headers
        peer = connection.remote_address
        caller = Caller(
            headers.get_all("Host"),
            headers.get_all("Origin"),
            headers.get_all("Authorization"),
            peer[0] if peer else "",
        )
        refusal = self._access.refusal(caller)
        if refusal is not None:
            return connection.respond(HTTPStatus(refusal.status), f"{refusal.message}\n")
        if not _is_place(_wanted(request.path)):
            return connection.respond(HTTPStatus.BAD_REQUEST, "after must be a log place.\n")
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        """Serve one display until it leaves, falls behind, or the bridge ends."""
        telling = asyncio.create_task(self._tell(connection))
        hearing = asyncio.create_task(_hear_out(connection))
        try:
            await asyncio.wait({telling, hearing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            hearing.cancel()
            await asyncio.gather(telling, hearing, return_exceptions=True)

    async def _tell(self, connection: ServerConnection) -> None:
        """Greet, then send what happens; the close code says why it ended."""
        seq = self._feed.kitchen.seq
        assert connection.request is not None
        after = int(_wanted(connection.request.path, str(seq)))
        try:
            hello = {"kind": "hello", "epoch": self._feed.epoch, "seq": seq}
            await connection.send(json.dumps(hello))
            async for news in self._reads.follow(after):
                for item in news:
                    await connection.send(item.text)
            await connection.close(_GOING_AWAY, "the bridge ends")
        except ConnectionClosed:
            return
        except TooOldError as error:
            await connection.close(_TOO_OLD, str(error))
        except TooSlowError:
            await connection.close(_TRY_AGAIN, "fell behind; connect again")
        except StoreError as error:
            _logger.warning("a display could not be told: %s", error)
            await connection.close(_TRY_AGAIN, "the log can not be read; connect again")


async def _hear_out(connection: ServerConnection) -> None:
    """Drop what a display sends, so that its pongs are seen; end when it has left."""
    try:
        async for _ in connection:
            pass
    except ConnectionClosed:
        return


def _wanted(path: str, otherwise: str = "0") -> str:
    """Return the `after` of a request, as sent."""
    return parse_qs(urlsplit(path).query, keep_blank_values=True).get("after", [otherwise])[0]


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18
