"""A load of orders over keep-alive connections, as light as a till: asyncio streams, no library.

A general HTTP client costs more per request than the bridge does and would be what is measured.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Answers:
    """What came back. `durations_s`: one per answer; `accepted`: order ids answered 2xx."""

    durations_s: list[float] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


class Connection:
    """One keep-alive HTTP/1.1 connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> Connection:
        """Connect."""
        return cls(*await asyncio.open_connection(host, port))

    async def request(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send one request and return (status, body) of its answer."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        header = await self._reader.readuntil(b"\r\n\r\n")
        status = int(header[9:12])
        length = _length(header)
        return status, await self._reader.readexactly(length)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()


def _length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def post_all(
    address: tuple[str, int],
    orders: Iterable[tuple[str, bytes]],
    connections: int,
    path: str = "/v1/orders",
) -> Answers:
    """Post every (order id, body) over `connections` connections as fast as they are answered."""
    answers = Answers()
    queue = iter(orders)

    async def poster() -> None:
        connection = await Connection.open(*address)
        for order_id, body in queue:
            began = time.perf_counter()
            status, _ = await connection.request("POST", path, body)
            answers.durations_s.append(time.perf_counter() - began)
            if 200 <= status < 300:
                answers.accepted.append(order_id)
            else:
                answers.refused.append(status)
        await connection.close()

    await asyncio.gather(*(poster() for _ in range(connections)))
    return answers


async def stored_orders(address: tuple[str, int]) -> list[str]:
    """Return the order id of every order event in the bridge's log, in order."""
    connection = await Connection.open(*address)
    found: list[str] = []
    after = 0
    while True:
        status, body = await connection.request("GET", f"/v1/events?after={after}&limit=1000")
        if status != 200:
            raise RuntimeError(f"the log can not be read: {status} {body[:200]!r}")
        events = json.loads(body)
        events = events["events"] if isinstance(events, dict) else events
        if not events:
            await connection.close()
            return found
        found += [e["order"]["order_id"] for e in events if e["kind"] == "order_received"]
        after = events[-1]["seq"]
