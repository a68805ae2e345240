"""The virtual receipt printer: takes what tills print, answers as a printer, hands sheets over.

A till gets no receipt for what it prints, as ESC/POS has none; what the protocol offers is used: a
question that comes after a sheet (GS r, GS I, GS ( H) is answered once that sheet is on disk, and
while nothing can be stored nothing is read or answered, so a till sees a printer that is busy.
Event loop thread only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import tzinfo
from secrets import token_hex
from typing import Any

from pos_bridge.capture.folder import TemplateFolder
from pos_bridge.capture.jobs import JOB, TakeSheet
from pos_bridge.capture.paper.splitting import End, Question, Sheet, Splitter
from pos_bridge.capture.passing import Passing, Stream
from pos_bridge.capture.receiving import Receiving
from pos_bridge.capture.slips.choosing import read_sheet
from pos_bridge.capture.slips.slip import Slip
from pos_bridge.jobs import Repeats
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.rates import Rates, What
from pos_bridge.settings import Address
from pos_bridge.writer import FaultError, NotDurableError, Writer

_logger = logging.getLogger(__name__)
IDLE_S = 2.0
_UNFINISHED_S = 10.0
_AT_ONCE = 64 * 1024
_RETRY_S = 0.5
MOST_CONNECTIONS = 64


class Printer:
    """One virtual printer. `name`: what people call it, its address. `idle_s`: so long a silence
    ends a slip that was not cut.
    """

    def __init__(
        self,
        at: Address,
        writer: Writer,
        rates: Rates,
        pulse: Pulse,
        time: KitchenTime,
        zone: Callable[[], tzinfo],
        folder: TemplateFolder,
        passing: Passing | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        self.name = str(at)
        self.passing = passing
        self.sheets = 0
        self.last_verdict = ""
        self._port = at.port
        self._writer = writer
        self._rates = rates
        self._pulse = pulse
        self._receiving = Receiving(Repeats(), pulse.number_of)
        self._time = time
        self._zone = zone
        self._folder = folder
        self._idle_s = idle_s
        self._connections: dict[asyncio.Task[Any], Splitter] = {}
        self._is_ending = False

    @asynccontextmanager
    async def serving(self, listener: socket.socket) -> AsyncIterator[None]:
        """Take connections until the block ends; what has come by then is taken as well."""
        server = await asyncio.start_server(self._serve, sock=listener)
        try:
            yield
        finally:
            server.close()
            self._is_ending = True
            tasks = tuple(self._connections)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def as_json(self) -> dict[str, Any]:
        """Return what /health says."""
        return {
            "address": self.name,
            "sheets": self.sheets,
            "connections": len(self._connections),
            "last": self.last_verdict or None,
            "passed_to": None if self.passing is None else self.passing.as_json(),
        }

    # --- one connection ---

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._connections) >= MOST_CONNECTIONS and not self._make_room():
            writer.close()
            return
        self._connections[task] = splitter = Splitter()
        stream = None if self.passing is None else self.passing.open()
        try:
            await self._listen(reader, writer, splitter, stream)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._connections.pop(task, None)
            if stream is not None:
                stream.end()
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _make_room(self) -> bool:
        """Hang up on a till that has nothing to say, the one that came first."""
        idle = (task for task, splitter in self._connections.items() if not splitter.has_more)
        first = next(idle, None)
        if first is None:
            return False
        self._connections.pop(first)
        return first.cancel()

    async def _listen(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        splitter: Splitter,
        stream: Stream | None,
    ) -> None:
        try:
            while data := await self._next(reader, splitter):
                if stream is not None:
                    stream.send(data)
                for found in await _fed(splitter, data):
                    await self._handle(found, writer)
        finally:
            for sheet in splitter.finish(End.CLOSED):
                await asyncio.shield(self._take(sheet))

    async def _next(self, reader: asyncio.StreamReader, splitter: Splitter) -> bytes:
        """Return what comes next, b"" at the end; a silence meanwhile ends the sheet under way."""
        if splitter.has_more:
            silence_s = max(self._idle_s, _UNFINISHED_S) if splitter.is_open else self._idle_s
            try:
                return await asyncio.wait_for(reader.read(_AT_ONCE), silence_s)
            except TimeoutError:
                for sheet in splitter.finish(End.IDLE):
                    await self._take(sheet)
        return await reader.read(_AT_ONCE)

    async def _handle(self, found: Sheet | Question, writer: asyncio.StreamWriter) -> None:
        if isinstance(found, Sheet):
            await self._take(found)
            return
        writer.write(found.answer)
        await writer.drain()

    # --- one sheet ---

    async def _take(self, sheet: Sheet) -> None:
        """Have the sheet kept and acted on; does not return before it is on disk."""
        sheet, slip = self._read(sheet)
        job = TakeSheet(f"{JOB}{token_hex(6)}", self.name, sheet, slip, self._receiving)
        while True:
            try:
                taken = await self._writer.submit(job)
                break
            except NotDurableError:
                if self._is_ending:
                    _logger.error("%s on %s was not kept", job.job, self.name)  # noqa: TRY400
                    return
                await asyncio.sleep(_RETRY_S)
            except FaultError:
                if job.slip is None:
                    _logger.error("%s on %s was not kept", job.job, self.name)  # noqa: TRY400
                    return
                job = replace(job, slip=None)  # shown as a text instead
        self.sheets += 1
        self.last_verdict = taken.verdict
        for number in taken.numbers:
            self._pulse.numbered(taken.source, number, self._time.now())
        what = {"repeat": What.DOUBLED, "alert": What.REJECTED}.get(taken.verdict, What.TAKEN)
        self._rates.delivered(taken.source, what, self._time.now())
        order = "" if taken.order is None else taken.order.order_id
        _logger.info("%s on %s: %s %s", job.job, self.name, taken.verdict, order)

    def _read(self, sheet: Sheet) -> tuple[Sheet, Slip | None]:
        try:
            templates = self._folder.templates()
            return read_sheet(sheet, templates, self._port, self._time.now(), self._zone())
        except Exception:
            _logger.exception("a slip could not be read; it is shown as a text")
            return sheet, None


async def _fed(splitter: Splitter, data: bytes) -> list[Sheet | Question]:
    """Split where it holds up nobody: large jobs in a thread."""
    if splitter.size + len(data) <= _AT_ONCE:
        return splitter.feed(data)
    return await asyncio.to_thread(splitter.feed, data)
