"""Glass: from the moment before a till sends an order to the frame that shows it, flushed.

Promise 7 of the design: 500 tickets open over ten stations, five orders a second, on the page
that is looked at; 10 ms in the median, 17 for 95 of 100, 25 for 99. And how long a finger waits:
until what it touches looks pressed, and until a bumped ticket is gone from the glass.

Bridge and display are the real programs, each in its own process. For each new order one ticket
of the watched page is bumped, so that there is a place on it; the others stay open.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kds.bench.bridge import Bridge
from kds.bench.display import Display, showing
from kds.bench.kitchen import SOURCE, WATCHED, Orders, busy_kitchen
from kds.bench.load import Connection
from kds.bench.report import Figure, Report, spread_of
from kds.bench.usage import usage_of
from kds.frames import Frame

PER_S = 5
FREE_PLACES = 3
ORDERS_PER_TOUCH = 10
TOUCH_EVERY_S = 0.5
"""No faster than a hand: what came a moment before a touch is not bumped."""
_SETTLED_S = 4.0
"""By then the wall has closed the gaps that bumped tickets leave; what has moved just now, no touch
bumps.
"""


@dataclass(slots=True)
class Watch:
    """Follows the watched page. `page`: orders on it, oldest first, each with its first frame.

    `seen`: the same of all orders that ever were on it.
    """

    display: Display
    page: dict[str, Frame] = field(default_factory=dict)
    seen: dict[str, Frame] = field(default_factory=dict)

    def look(self) -> None:
        """Take note of all frames so far."""
        for frame in self.display.frames():
            self.take(frame)

    def take(self, frame: Frame) -> None:
        """Take note of a frame."""
        for _, order in frame.gone:
            self.page.pop(order, None)
        for _, order in frame.new:
            self.page[order] = self.seen[order] = frame

    @property
    def oldest(self) -> str:
        """The order that has been on the page for longest."""
        return next(iter(self.page))

    def wait_until(self, wanted: Callable[[Frame], object]) -> Frame:
        """Return the first frame that is wanted; raises `DisplayError` if none comes."""

        def taken(frame: Frame) -> object:
            self.take(frame)
            return wanted(frame)

        return self.display.frame(taken)


def _shows(order: str) -> Callable[[Frame], bool]:
    return lambda frame: (SOURCE, order) in frame.new


def _shows_no_more(order: str) -> Callable[[Frame], bool]:
    return lambda frame: (SOURCE, order) in frame.gone


@dataclass(slots=True)
class Times:
    """What was measured, in seconds; one entry per order, or per touch."""

    answer_s: list[float] = field(default_factory=list)
    received_s: list[float] = field(default_factory=list)
    glass_s: list[float] = field(default_factory=list)
    pressed_s: list[float] = field(default_factory=list)
    done_s: list[float] = field(default_factory=list)
    unseen: int = 0


def glass(tickets: int, orders: int, seed: int, screen: str) -> Report:
    """Send `orders` orders to a kitchen with `tickets` open ones, and watch a wall on `screen`."""
    with (
        busy_kitchen(tickets, seed) as (bridge, more),
        tempfile.TemporaryDirectory(prefix="kds-bench-wall-") as folder,
        showing(bridge.displays, WATCHED, Path(folder), screen) as display,
    ):
        watch, times = Watch(display), Times()
        asyncio.run(_to_the_end(bridge, watch, more, tickets))
        before = [usage_of(process.pid).cpu_s for process in (bridge.process, display.process)]
        asyncio.run(_orders(bridge, watch, more, orders, times))
        after = [usage_of(process.pid).cpu_s for process in (bridge.process, display.process)]
        asyncio.run(_touches(bridge, watch, more, 1 + orders // ORDERS_PER_TOUCH, times))
    costs = [round((b - a) * 1000 / orders, 2) for a, b in zip(before, after, strict=True)]
    figures: dict[str, Figure] = {
        **spread_of(times.answer_s).named("answer"),
        **spread_of(times.received_s).named("received"),
        **spread_of(times.pressed_s).named("pressed"),
        **spread_of(times.done_s).named("done"),
        "bridge_cpu_ms": costs[0],
        "display_cpu_ms": costs[1],
        "orders": orders,
        "unseen": times.unseen,
        "per_s": PER_S,
        "tickets": tickets,
        "screen": screen,
    }
    return Report("glass", spread_of(times.glass_s), figures)


async def _to_the_end(bridge: Bridge, watch: Watch, more: Orders, tickets: int) -> None:
    """Turn to the last page, where new orders come, and fill it but for a few places."""
    full = len(watch.wait_until(lambda frame: frame.new).new)
    await asyncio.sleep(_SETTLED_S)
    watch.look()
    watch.display.do("turn", tickets)
    watch.wait_until(lambda frame: frame.new)
    connection = await Connection.open(*bridge.address)
    while len(watch.page) < full - FREE_PLACES:
        order, body = next(more)
        await connection.request("POST", "/v1/orders", body)
        watch.wait_until(_shows(order))
    await connection.close()


async def _orders(bridge: Bridge, watch: Watch, more: Orders, count: int, times: Times) -> None:
    """Send one order and bump another ticket, time after time, as a clock strikes."""
    connection = await Connection.open(*bridge.address)
    sent_ns: dict[str, int] = {}
    start_s = time.monotonic()
    for i in range(count):
        await _until(start_s + i / PER_S)
        order, body = next(more)
        sent_ns[order] = time.monotonic_ns()
        await connection.request("POST", "/v1/orders", body)
        times.answer_s.append(_since(sent_ns[order], time.monotonic_ns()))
        await _until(start_s + (i + 0.5) / PER_S)
        await _bump(connection, watch)
    await _until(time.monotonic() + _SETTLED_S)
    watch.look()
    await connection.close()
    times.unseen = sum(1 for order in sent_ns if order not in watch.seen)
    shown = [(at_ns, watch.seen[order]) for order, at_ns in sent_ns.items() if order in watch.seen]
    times.glass_s += [_since(at_ns, frame.at_ns) for at_ns, frame in shown]
    times.received_s += [_since(at_ns, frame.heard_ns) for at_ns, frame in shown]


async def _bump(connection: Connection, watch: Watch) -> None:
    """Strike the oldest ticket of the page at every station, so that there is a free place."""
    watch.look()
    order = watch.oldest
    command = {
        "id": f"bump-{order}",
        "kind": "bump",
        "order": {"source": SOURCE, "order_id": order},
    }
    await connection.request("POST", "/v1/commands", json.dumps(command).encode())


async def _touches(bridge: Bridge, watch: Watch, more: Orders, count: int, times: Times) -> None:
    """Touch one ticket after the other, and let an order take its place."""
    connection = await Connection.open(*bridge.address)
    for _ in range(count):
        await asyncio.sleep(TOUCH_EVERY_S)
        order = watch.oldest
        touched_ns = watch.display.do("press", SOURCE, order)
        # At once: on a busy machine a frame may be read so late that this would be a long press.
        lifted_ns = watch.display.do("lift")
        pressed = watch.wait_until(lambda frame: frame.pressed)
        gone = watch.wait_until(_shows_no_more(order))
        times.pressed_s.append(_since(touched_ns, pressed.at_ns))
        times.done_s.append(_since(lifted_ns, gone.at_ns))
        order, body = next(more)
        await connection.request("POST", "/v1/orders", body)
        watch.wait_until(_shows(order))
    await connection.close()


async def _until(when_s: float) -> None:
    await asyncio.sleep(max(0.0, when_s - time.monotonic()))


def _since(began_ns: int, ended_ns: int) -> float:
    return (ended_ns - began_ns) / 1_000_000_000
