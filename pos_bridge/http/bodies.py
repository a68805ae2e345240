"""Request bodies: read with a limit while they stream in, and not too many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

MAX_BYTES = 4 * 1024 * 1024
_MOST_DRAINED = 4 * MAX_BYTES
_MOST_HELD = 24 * MAX_BYTES
_PATIENCE_S = 30
_LAST_PATIENCE_S = 0.5


class BodyRefusedError(Exception):
    """A body that is not taken. `status`, `message`: the answer; `start`: what came of it."""

    def __init__(self, status: int, message: str, start: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.start = start


class Bodies:
    """Reads bodies. Event loop thread only; what all senders push together is bounded."""

    def __init__(self) -> None:
        self._held = 0
        self._waits: set[asyncio.Timeout] = set()
        self._is_ending = False

    def end(self) -> None:
        """Wait for no sender much longer: one that has stopped must not hold up the end."""
        self._is_ending = True
        for wait in self._waits:
            wait.reschedule(asyncio.get_running_loop().time() + _LAST_PATIENCE_S)

    @asynccontextmanager
    async def of(self, request: Request) -> AsyncIterator[bytes]:
        """Hold the whole body of `request` for the time of the block; raises BodyRefusedError."""
        if self._held > _MOST_HELD:
            raise BodyRefusedError(503, "Too many large bodies at once; send again.")
        chunks: list[bytes] = []
        try:
            size = await self._collect(request, chunks)
            body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            if size > MAX_BYTES:
                raise BodyRefusedError(413, "The body is larger than 4 MB.", body)
            yield body
        finally:
            self._held -= sum(map(len, chunks))

    async def _collect(self, request: Request, chunks: list[bytes]) -> int:
        """Read into `chunks` what the limit allows; return how much came."""
        size = 0
        try:
            async with self._patience():
                has_more = True
                # Beyond the limit we read on for a while: a sender that is still pushing would
                # not see the answer.
                while has_more and size <= _MOST_DRAINED:
                    message = await request.receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    if size <= MAX_BYTES:
                        self._held += len(chunk)
                        chunks.append(chunk)
                    has_more = message.get("more_body", False)
        except TimeoutError:
            if self._is_ending:
                raise BodyRefusedError(503, "The bridge is just ending; send again.") from None
            why = "The body did not come to its end in time."
            raise BodyRefusedError(408, why, b"".join(chunks)) from None
        return size

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        """Give a sender its time; raises TimeoutError when that is over."""
        async with asyncio.timeout(_LAST_PATIENCE_S if self._is_ending else _PATIENCE_S) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)
