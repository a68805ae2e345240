"""One caller's connection: the limits that must hold before there is a request to look at."""

from __future__ import annotations

import asyncio
import logging
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pos_bridge.crowd import Crowd

_logger = logging.getLogger(__name__)
MOST_CONNECTIONS = 512
"""Tills and tools need a few dozen; a process has about a thousand file descriptors."""

_MOST_HEAD = 64 * 1024
_MOST_PER_BODY_BYTE = 8
"""A body in pieces of one byte has six bytes of framing for each."""


def connections() -> type[HttpToolsProtocol]:
    """Return the class of the connections of one server, which share one crowd."""

    class Connection(_Connection):
        crowd = Crowd(MOST_CONNECTIONS)

    return Connection


class _Connection(HttpToolsProtocol):
    """Uvicorn's connection, which by itself takes in heads and trailers without end."""

    crowd: ClassVar[Crowd]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Come in."""
        super().connection_made(transport)
        self._around = self._body = 0
        self._is_answering = False
        self.crowd.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Be gone."""
        self.crowd.leave(self)
        super().connection_lost(exc)

    def cut(self) -> None:
        """End at once, and let the server know at once: it counts connections too."""
        self.connections.discard(self)
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take in bytes; what is not body is bounded."""
        self._around += len(data)
        super().data_received(data)
        if self._around > _MOST_HEAD + _MOST_PER_BODY_BYTE * self._body:
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin a request: the bytes of the one before do not count."""
        self._around = self._body = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Be busy from here on."""
        self._is_answering = True
        self.crowd.work(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a piece of the body."""
        self._around -= len(body)
        self._body += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Rest, unless another request waits behind this one."""
        super().on_response_complete()
        self._is_answering = not self.cycle.response_complete
        if not self._is_answering:
            self.crowd.rest(self)

    def _unsupported_upgrade_warning(self) -> None:
        """Say what is likely: a display was given this port, and more packages would not help."""
        _logger.warning("a websocket was asked for on the port for tills; see --displays")

    def _refuse(self) -> None:
        if self.transport.is_closing():
            return
        if self._is_answering:  # nothing can be said in the middle of it
            self.transport.abort()
        else:
            self.send_400_response("The head of the request is too long.")
