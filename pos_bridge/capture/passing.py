"""Print jobs go on to the real printer as they came, byte for byte, whatever becomes of them here.

A printer that is off holds nobody up: its jobs wait for a while, within bounds, then they are given
up and that is said. Event loop thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kds.wire.messages import Remark
from pos_bridge.settings import Address, plain

_logger = logging.getLogger(__name__)
_CONNECT_S = 3.0
_RETRY_S = 1.0
_GIVE_UP_S = 600.0
_FAREWELL_S = 2.0
PATIENCE_S = 5.0
_BUSY = "busy: paper out? cover open?"
_MOST_WAITING = 16 * 1024 * 1024


class Stream:
    """One connection's bytes on their way. Made by `Passing.open`."""

    def __init__(self, passing: Passing) -> None:
        self.chunks: deque[bytes] = deque()
        self.has_ended = False
        self.news = asyncio.Event()
        self._passing = passing
        self.is_lost = False

    def send(self, data: bytes) -> None:
        """Pass `data` on after what came before; returns at once."""
        if self.is_lost:
            return
        if self._passing.waiting + len(data) > _MOST_WAITING:
            self.is_lost = True
            self._passing.lose(self)
            return
        self._passing.waiting += len(data)
        self.chunks.append(data)
        self.news.set()

    def end(self) -> None:
        """Nothing more comes."""
        self.has_ended = True
        self.news.set()


class Passing:
    """The way to one real printer. `trouble`: why it did not take the last job, "" if it did."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.trouble = ""
        self.waiting = 0
        self.lost = 0
        self.passed = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> Stream:
        """Begin to pass a connection on."""
        stream = Stream(self)
        task = asyncio.create_task(self._pass_on(stream))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return stream

    async def close(self) -> None:
        """Give up what still waits."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def lose(self, stream: Stream) -> None:
        """Forget what waits of a stream."""
        self.waiting -= sum(map(len, stream.chunks))
        stream.chunks.clear()
        self.lost += 1
        self.trouble = self.trouble or "too much waits"
        _logger.warning("a job was not passed on to %s: %s", self.address, self.trouble)

    def remarks(self) -> Iterator[Remark]:
        """Yield what displays and /health are to say of the printer."""
        if not self.trouble:
            return
        zh, en = f"打印机 {self.address} 不通", f"Printer {self.address} does not answer"
        more_zh = f"厨房屏照常收单 · {self.trouble}"
        more_en = f"screens go on taking orders · {self.trouble}"
        yield Remark("printer", "attention", zh, en, more_zh, more_en, str(self.address))

    def as_json(self) -> dict[str, Any]:
        """Return what /health says."""
        return {
            "address": str(self.address),
            "trouble": self.trouble or None,
            "bytes_passed": self.passed,
            "bytes_waiting": self.waiting,
            "jobs_lost": self.lost,
        }

    async def _pass_on(self, stream: Stream) -> None:
        """Send a stream's bytes once each; after a break go on with those not handed over yet."""
        loop = asyncio.get_running_loop()
        give_up_at: float | None = None
        while await _has_more(stream):
            try:
                await self._connected(stream)
                give_up_at = None
            except OSError as error:  # a time-out is one, too
                self.trouble = plain(error)
                give_up_at = give_up_at or loop.time() + _GIVE_UP_S
                if loop.time() > give_up_at:
                    stream.is_lost = True
                    self.lose(stream)
                    return
                await asyncio.sleep(_RETRY_S)

    async def _connected(self, stream: Stream) -> None:
        address = self.address
        opening = asyncio.open_connection(address.host, address.port)
        reader, writer = await asyncio.wait_for(opening, _CONNECT_S)
        self.trouble = ""
        hearing = asyncio.create_task(_ignore(reader))
        try:
            while await _has_more(stream):
                data = stream.chunks[0]
                if hearing.done():
                    raise ConnectionResetError("the printer hung up")
                writer.write(data)
                await self._drained(writer)
                stream.chunks.popleft()
                self.waiting -= len(data)
                self.passed += len(data)
            await _bid_farewell(writer, hearing)
        finally:
            hearing.cancel()
            self.trouble = "" if self.trouble == _BUSY else self.trouble
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _drained(self, writer: asyncio.StreamWriter) -> None:
        """Wait until the printer has taken what was written; say so where that takes long."""
        draining = asyncio.ensure_future(writer.drain())
        try:
            await asyncio.wait([draining], timeout=PATIENCE_S)
            if not draining.done():
                self.trouble = _BUSY
            await draining
            self.trouble = ""
        finally:
            draining.cancel()


async def _has_more(stream: Stream) -> bool:
    """Wait until there is something to send; False at the end of the stream."""
    while not stream.chunks:
        if stream.has_ended:
            return False
        stream.news.clear()
        await stream.news.wait()
    return True


async def _bid_farewell(writer: asyncio.StreamWriter, hearing: asyncio.Task[None]) -> None:
    """Say that this was all, and let the printer hang up.

    Who hangs up before having heard all answers resets the line, and a printer may then throw away
    what it has not printed yet.
    """
    with suppress(OSError):
        writer.write_eof()
        await asyncio.wait([hearing], timeout=_FAREWELL_S)


async def _ignore(reader: asyncio.StreamReader) -> None:
    """Take what the printer answers: the till has its answers from us."""
    with suppress(OSError):
        while await reader.read(4096):
            pass
