"""Burst: how many durable orders a second the bridge takes over HTTP, and that none is lost.

Promise 7 of the design: 3-line orders, 16 connections, the hot-pot book, two displays listening;
at least 500 orders/s, 99 of 100 answers within 100 ms. Orders answered 2xx are then looked up in
the stored log.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kds.bench.bridge import Bridge, running
from kds.bench.load import Answers, post_all, stored_orders
from kds.bench.orders import encoded
from kds.bench.report import Report, spread_of
from kds.wire.messages import PING_EVERY_MS, Hello, Ping, from_display
from kds.wire.versions import PROTOCOL

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

CONNECTIONS = 16
DISPLAYS = 2


def burst(rules: Path, orders: int = 5000, seed: int = 1) -> Report:
    """Post `orders` orders to a bridge of its own under the book in `rules`."""
    bodies = list(encoded(orders, seed))
    with running(("--rules", str(rules))) as bridge:
        answers, seconds, stored = asyncio.run(_run(bridge, bodies))
    counts = Counter(stored)
    lost = sum(1 for order_id in answers.accepted if not counts[order_id])
    doubled = sum(1 for count in counts.values() if count > 1)
    return Report(
        "burst",
        spread_of(answers.durations_s),
        {
            "per_s": round(len(answers.accepted) / seconds, 1),
            "orders": len(answers.accepted),
            "refused": len(answers.refused),
            "lost": lost,
            "doubled": doubled,
            "connections": CONNECTIONS,
            "displays": DISPLAYS,
        },
    )


async def _run(bridge: Bridge, bodies: list[tuple[str, bytes]]) -> tuple[Answers, float, list[str]]:
    async with _listening(bridge.displays, DISPLAYS):
        began = time.perf_counter()
        answers = await post_all(bridge.address, bodies, CONNECTIONS)
        seconds = time.perf_counter() - began
    return answers, seconds, await stored_orders(bridge.address)


@asynccontextmanager
async def _listening(url: str, displays: int) -> AsyncIterator[None]:
    """Keep displays connected that read everything they are sent, as light as can be."""
    from websockets.asyncio.client import connect

    async def listen() -> None:
        async with connect(url, compression=None, proxy=None, max_size=None) as socket:
            await socket.send(from_display(Hello(PROTOCOL, view="all")))
            pinging = asyncio.create_task(ping(socket))
            try:
                async for _message in socket:
                    pass
            finally:
                pinging.cancel()

    async def ping(socket: ClientConnection) -> None:
        while True:
            await socket.send(from_display(Ping(0)))
            await asyncio.sleep(PING_EVERY_MS / 1000)

    tasks = [asyncio.create_task(listen()) for _ in range(displays)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
