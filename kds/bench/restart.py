"""Restart: how long a killed bridge takes until it serves again, and a wall until it is whole.

Promise 5 of the design: all open tickets are back within 5 s; the bridge itself is to serve
within 2 s with 5,000 open orders in its log. With `closed`, that neither time nor memory grows
with what is past: 50,000 closed orders against 500.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from kds.bench.bridge import Bridge, folder_of_its_own, kill, start, stop
from kds.bench.load import post_all
from kds.bench.orders import encoded, three_line_order
from kds.bench.report import Report
from kds.bench.usage import Usage, usage_of
from kds.link import Link
from kds.wire.notices import DisplayNotice, Following
from kds.wire.standing import Identity, Phase

CONNECTIONS = 16
FEW_CLOSED = 500
_PATIENCE_S = 60.0
_SETTLE_S = 3.0
"""After so long without work the bridge has left its snapshot, as it does between two rushes."""


def restart(rules: Path, orders: int = 5000, repeats: int = 5, seed: int = 1) -> Report:
    """Fill a bridge with open orders, then kill and start it again and again."""
    with folder_of_its_own() as folder:
        starts = asyncio.run(_killed(folder, rules, orders, repeats, seed))
    walls = [found.wall_s for found in starts]
    figures = {
        **_figures(starts),
        "wall_s": round(median(walls), 3),
        "wall_worst_s": round(max(walls), 3),
        "open_orders": orders,
        "repeats": repeats,
    }
    return Report("restart", figures=figures)


def after_closed(rules: Path, closed: int = 50_000, repeats: int = 5, seed: int = 1) -> Report:
    """Start a bridge after a few closed orders and after `closed`; `few_…` are the former's."""
    figures: dict[str, float | int | str] = {}
    for name, count in (("few_", FEW_CLOSED), ("", closed)):
        with folder_of_its_own() as folder:
            starts = asyncio.run(_closed(folder, rules, count, repeats, seed))
        figures |= {f"{name}{key}": value for key, value in _figures(starts).items()}
        figures[f"{name}closed_orders"] = count
    return Report("restart", figures=figures | {"repeats": repeats})


@dataclass(frozen=True, slots=True)
class _Start:
    """One start. `ready_s`: from the process's start to the ready line; `wall_s`: to the wall's."""

    ready_s: float
    wall_s: float
    usage: Usage


def _figures(starts: Sequence[_Start]) -> dict[str, float | int | str]:
    ready = [found.ready_s for found in starts]
    return {
        "seconds": round(median(ready), 3),
        "worst_s": round(max(ready), 3),
        "cpu_s": round(median(found.usage.cpu_s for found in starts), 2),
        "rss_mb": round(median(found.usage.rss_mb for found in starts), 1),
    }


# --- open orders ---------------------------------------------------------------------------


async def _killed(
    folder: Path, rules: Path, orders: int, repeats: int, seed: int
) -> Sequence[_Start]:
    bridge = start(folder / "data", ("--rules", str(rules)))
    try:
        await _post(bridge, list(encoded(orders, seed)))
        async with _following(bridge.displays, folder / "wall", orders) as wall:
            starts = []
            for _ in range(repeats):
                await wall.back()
                kill(bridge)
                bridge, found = await _started_again(bridge, rules, wall)
                starts.append(found)
            return starts
    finally:
        stop(bridge)


async def _started_again(bridge: Bridge, rules: Path, wall: _Wall) -> tuple[Bridge, _Start]:
    """Start a bridge where another has been, at the address its displays know."""
    await wall.lost()
    options = ("--rules", str(rules), "--displays", bridge.displays.removeprefix("ws://"))
    began = time.perf_counter()
    again = await asyncio.to_thread(start, bridge.data, options)
    ready_s = time.perf_counter() - began
    usage = usage_of(again.process.pid)
    return again, _Start(ready_s, await wall.back() - began, usage)


class _Wall:
    """A display without a screen, that knows when its whole board is there."""

    def __init__(self, orders: int) -> None:
        self.link: Link
        self._orders = orders
        self._news = asyncio.Event()
        self._whole_at: float | None = None

    def on_news(self, notices: Sequence[DisplayNotice]) -> None:
        """Take note of the link's news."""
        is_following = any(isinstance(notice, Following) for notice in notices)
        if is_following and len(self.link.session.projection.kitchen.visits) == self._orders:
            self._whole_at = time.perf_counter()
        self._news.set()

    async def back(self) -> float:
        """Wait until the display follows and has every visit; return when that was."""
        async with asyncio.timeout(_PATIENCE_S):
            while self._whole_at is None:
                self._news.clear()
                await self._news.wait()
        return self._whole_at

    async def lost(self) -> None:
        """Wait until the display knows that the bridge is gone."""
        self._whole_at = None
        async with asyncio.timeout(_PATIENCE_S):
            while self.link.session.phase is not Phase.OFFLINE:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def _following(url: str, folder: Path, orders: int) -> AsyncIterator[_Wall]:
    """Keep a display connected for the time of the block."""
    wall = _Wall(orders)
    identity = Identity("all", "bench", "bench")
    wall.link = await Link.open((url,), folder, identity, on_news=wall.on_news)
    task = asyncio.create_task(wall.link.run())
    try:
        yield wall
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await wall.link.close()


# --- closed orders -------------------------------------------------------------------------


async def _closed(
    folder: Path, rules: Path, orders: int, repeats: int, seed: int
) -> Sequence[_Start]:
    options = ("--rules", str(rules))
    bridge = start(folder / "data", options)
    try:
        for opened, served, closed in _rounds(orders, seed):
            await _post(bridge, opened)
            await _post(bridge, served, "/v1/commands")
            await _post(bridge, closed)
        await asyncio.sleep(_SETTLE_S)
        starts = []
        for _ in range(repeats):
            kill(bridge)
            began = time.perf_counter()
            bridge = start(folder / "data", options)
            ready_s = time.perf_counter() - began
            starts.append(_Start(ready_s, 0.0, usage_of(bridge.process.pid)))
        return starts
    finally:
        stop(bridge)


Bodies = list[tuple[str, bytes]]
Order = dict[str, object]


def _rounds(orders: int, seed: int) -> Iterator[tuple[Bodies, Bodies, Bodies]]:
    """Yield orders as an evening has them: some are opened, then served, then closed."""
    random = Random(seed)
    for first in range(0, orders, FEW_CLOSED):
        numbers = range(first, min(orders, first + FEW_CLOSED))
        opened = [three_line_order(number, random) for number in numbers]
        closed = [order | {"payment": "paid", "closed": True} for order in opened]
        yield (
            [_body(order, order) for order in opened],
            [_body(order, _serving(order)) for order in opened],
            [_body(order, order) for order in closed],
        )


def _serving(order: Order) -> list[Order]:
    """Return the commands that cook and serve all of an order."""
    name = {"source": order["source"], "order_id": order["order_id"]}
    kinds = ("bump", "serve")
    return [{"id": f"{kind} {order['order_id']}", "kind": kind, "order": name} for kind in kinds]


def _body(order: Order, sent: object) -> tuple[str, bytes]:
    return str(order["order_id"]), json.dumps(sent, ensure_ascii=False).encode()


# --- both ----------------------------------------------------------------------------------


async def _post(bridge: Bridge, bodies: Bodies, path: str = "/v1/orders") -> None:
    answers = await post_all(bridge.address, bodies, CONNECTIONS, path)
    if answers.refused:
        raise RuntimeError(f"{len(answers.refused)} were refused: {answers.refused[:5]}")
