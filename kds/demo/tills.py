"""Tills: every order is on their disk first, and is sent again until the bridge has answered.

They are what a till really has: the program `pos-bridge send` with its spool, told by a pipe what
to take, telling by another what is safe, tried and answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kds.bench.load import Connection
from kds.demo.house import Order

_TIMEOUT_S = 5.0
_PATIENCE_S = 5.0

Key = tuple[str, str]
"""An order: its source and its id."""
Posting = Callable[[Key, int], None]
"""Told of each try: which order, and when it went out by the system's steady clock, in ns."""


class HttpError(Exception):
    """The bridge was not reached, or did not answer in time."""


class TillsError(Exception):
    """The tills' program has ended; its last words are in `tills.log` in the demo's folder."""


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
    """A revision of an order that the tills have on disk."""

    key: Key
    revision: int


class Tills:
    """All sources of orders: one `pos-bridge send` with its spool. Event loop thread only.

    `posting` is told of each try. It ends with this program, however that comes about: then its
    standard input closes.
    """

    def __init__(self, folder: Path, bridge: str, posting: Posting) -> None:
        self.written: list[Written] = []
        self._posting = posting
        self._safe: deque[asyncio.Future[None]] = deque()
        self._open = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._loop = asyncio.get_running_loop()
        self._process = _spawn(folder, bridge)
        self._reader = threading.Thread(target=self._read, name="tills", daemon=True)
        self._reader.start()

    async def take(self, order: Order) -> None:
        """Take an order: it is on disk when this returns, and on its way. Raises `TillsError`."""
        safe: asyncio.Future[None] = self._loop.create_future()
        self._safe.append(safe)
        self._open += 1
        self._settled.clear()
        line = json.dumps(order, ensure_ascii=False).encode() + b"\n"
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except OSError as error:
            raise TillsError("pos-bridge send has ended") from error
        await safe
        self.written.append(Written(_key(order), int(str(order["revision"]))))

    async def sent(self) -> None:
        """Wait until everything is answered."""
        await self._settled.wait()

    async def close(self) -> None:
        """Stop sending."""
        await asyncio.to_thread(_end, self._process)
        await asyncio.to_thread(self._reader.join)

    # --- the reader's thread ---

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(RuntimeError):  # the loop has ended before
            for line in self._process.stdout:
                self._loop.call_soon_threadsafe(self._heard, json.loads(line))
            self._loop.call_soon_threadsafe(self._over)

    # --- event loop thread ---

    def _heard(self, told: dict[str, Any]) -> None:
        """Learn what the program reports of an order."""
        key = (str(told["source"]), str(told["order_id"]))
        match told["what"]:
            case "safe":
                safe = self._safe.popleft()
                if not safe.done():
                    safe.set_result(None)
            case "trying":
                self._posting(key, int(told["at_ns"]))
            case _:
                self._open -= 1
                if not self._open:
                    self._settled.set()

    def _over(self) -> None:
        for safe in self._safe:
            if not safe.done():
                safe.set_exception(TillsError("pos-bridge send has ended"))


def _spawn(folder: Path, bridge: str) -> subprocess.Popen[bytes]:
    """Start the program that sends; once its input ends it gives up what is not answered."""
    command = [
        *(sys.executable, "-m", "pos_bridge", "send", "-", "--json", "--report-tries"),
        *("--bridge", f"http://{bridge}", "--spool", str(folder / "till"), "--wait", "0"),
    ]
    pipe = subprocess.PIPE
    with (folder / "tills.log").open("ab") as log:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        assert process.stdin is not None
        process.stdin.close()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _key(order: Order) -> Key:
    return str(order["source"]), str(order["order_id"])
