"""Tills: they write every order on disk first, and send it again until the bridge has answered.

The order's own id makes repeating harmless. Nothing depends on memory: what was sent, and what
was answered, is read back from the disk when the demo counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kds.bench.load import Connection
from kds.demo.house import Order

_TIMEOUT_S = 5.0
_AGAIN_S = 0.3

Key = tuple[str, str]
"""An order: its source and its id."""
Posting = Callable[[Key, int], None]
"""Told of each try: which order, and when it went out by the system's steady clock, in ns."""


class HttpError(Exception):
    """The bridge was not reached, or did not answer in time."""


class Http:
    """Asks the bridge at an address that may change and may be dead."""

    def __init__(self, place: Callable[[], tuple[str, int]]) -> None:
        self._place = place
        self._connection: Connection | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Return status and body of an answer; raises `HttpError`.

        A connection that was left from before may have died with its bridge: then once more.
        """
        was_open = self._connection is not None
        try:
            return await self._try(method, path, body)
        except HttpError:
            if not was_open:
                raise
        return await self._try(method, path, body)

    async def _try(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                if self._connection is None:
                    self._connection = await Connection.open(*self._place())
                return await self._connection.request(method, path, body)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            await self.close()
            raise HttpError(str(error)) from error

    async def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                await connection.close()


@dataclass(frozen=True, slots=True)
class Written:
    """One line of a till's journal: an order that it took, or the answer to one.

    `place`: which order of this till. `status` None: taken, not yet answered.
    """

    place: int
    key: Key
    revision: int
    status: int | None


class Journal:
    """A till's file. Any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def write(self, entry: dict[str, object]) -> None:
        """Append a line; it is on disk when this returns."""
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def read_journals(folder: Path) -> Iterator[Written]:
    """Yield what the tills have written, file by file."""
    for path in sorted(folder.glob("till-*.jsonl")):
        for text in path.read_text("utf-8").splitlines():
            entry = json.loads(text)
            yield Written(
                entry["place"],
                (entry["source"], entry["order_id"]),
                entry["revision"],
                entry.get("status"),
            )


class Till:
    """One source of orders. Event loop thread only."""

    def __init__(self, source: str, folder: Path, http: Http, posting: Posting) -> None:
        self._journal = Journal(folder / f"till-{source}.jsonl")
        self._http = http
        self._posting = posting
        self._waiting: asyncio.Queue[tuple[int, Order]] = asyncio.Queue()
        self._taken = 0
        self._task = asyncio.create_task(self._send_on())

    async def take(self, order: Order) -> None:
        """Take an order: it is on disk when this returns, and on its way."""
        self._taken += 1
        place = self._taken
        await asyncio.to_thread(self._journal.write, _entry(place, order) | {"order": order})
        self._waiting.put_nowait((place, order))

    async def sent(self) -> None:
        """Wait until everything is answered."""
        await self._waiting.join()

    async def close(self) -> None:
        """Stop sending."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._http.close()
        self._journal.close()

    async def _send_on(self) -> None:
        while True:
            place, order = await self._waiting.get()
            status = await self._send(order)
            await asyncio.to_thread(self._journal.write, _entry(place, order) | {"status": status})
            self._waiting.task_done()

    async def _send(self, order: Order) -> int:
        """Post until there is an answer that another try would not change."""
        body = json.dumps(order, ensure_ascii=False).encode()
        while True:
            with contextlib.suppress(HttpError):
                self._posting(_key(order), time.monotonic_ns())
                status, _ = await self._http.ask("POST", "/v1/orders", body)
                if status < 500:
                    return status
            await asyncio.sleep(_AGAIN_S)


def _key(order: Order) -> Key:
    return str(order["source"]), str(order["order_id"])


def _entry(place: int, order: Order) -> dict[str, object]:
    source, order_id = _key(order)
    revision = order["revision"]
    return {"place": place, "source": source, "order_id": order_id, "revision": revision}
