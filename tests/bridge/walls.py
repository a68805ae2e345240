"""What a bridge's displays are asked and told in tests, over real sockets."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import count
from typing import Any

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.counts import line_counts
from kds.kitchen.ids import CommandId, OrderId, OrderKey, SourceId
from kds.link import Link
from kds.wire.standing import Phase
from tests.bridge.harness import PATIENCE_S, Running, order
from tests.unit.wall import Wall

_COMMANDS = count(1)


def do(kind: CommandKind, sent: dict[str, Any], link: Link) -> Command:
    """Return a command about a whole order, made at a display now."""
    return Command(
        CommandId(f"{link.session.identity.device}-{next(_COMMANDS)}"),
        kind,
        OrderKey(SourceId(sent["source"]), OrderId(sent["order_id"])),
        device=link.session.identity.device,
        seen=link.session.confirmed.seq,
        at=link.time(),
    )


def portions(link: Link) -> dict[str, dict[str, Decimal]]:
    """Return what a display shows: by order, how many portions are in which state."""
    found: dict[str, dict[str, Decimal]] = {}
    for key, kept in link.session.projection.kitchen.orders.items():
        counts = [line_counts(kept, each) for each in kept.lines.values()]
        states = ("queued", "cooking", "ready", "served", "void", "held")
        found[key.order_id] = {s: sum((getattr(c, s) for c in counts), Decimal(0)) for s in states}
    return found


def on_the_bridge(bridge: Running, order_id: str) -> dict[str, Decimal]:
    """Return the same as the bridge answers it."""
    lines = bridge.get(f"/v1/orders/till-1/{order_id}")["lines"]
    states = ("queued", "cooking", "ready", "served", "void", "held")
    return {s: sum((Decimal(each["portions"][s]) for each in lines), Decimal(0)) for s in states}


def commands_in_log(bridge: Running) -> dict[str, list[int]]:
    """Return the log places of every command's events."""
    places: dict[str, list[int]] = {}
    after = 0
    while events := bridge.get("/v1/events", after=after, limit=1000):
        for event in events:
            if event["command"]:
                places.setdefault(event["command"], []).append(event["seq"])
        after = events[-1]["seq"]
    return places


async def post(bridge: Running, **fields: Any) -> dict[str, Any]:
    """Send an order while displays go on."""
    sent = order(**fields)
    answer = await asyncio.to_thread(bridge.post, sent)
    assert answer.status_code == 201, answer.text
    return sent


async def caught_up(bridge: Running, *walls: Wall) -> int:
    """Wait until displays hold all that the bridge has; return its log place."""
    seq: int = (await asyncio.to_thread(bridge.get, "/health"))["seq"]
    for shown in walls:
        await holds(shown, seq)
    return seq


async def holds(shown: Wall, seq: int) -> None:
    """Wait until a display has come as far as that log place."""
    await shown.until(lambda: is_following(shown) and place(shown) >= seq)


async def shows(shown: Wall, sent: dict[str, Any], *, within_s: float = PATIENCE_S) -> None:
    """Wait until a display shows an order."""
    key = OrderKey(SourceId(sent["source"]), OrderId(sent["order_id"]))
    session = shown.link.session
    await shown.until(lambda: key in session.projection.kitchen.orders, within_s=within_s)


async def has_sent_all(shown: Wall) -> None:
    """Wait until the bridge has answered everything."""
    await shown.until(lambda: shown.link.state.unsent == 0)


async def is_told(shown: Wall, kind: type[object], times: int = 1) -> None:
    """Wait until a display has told something so many times."""
    await shown.until(lambda: len(shown.told(kind)) >= times)


def place(shown: Wall) -> int:
    return shown.link.session.place.seq


def is_following(shown: Wall) -> bool:
    return shown.link.state.phase is Phase.FOLLOWING


def same_ports(bridge: Running) -> list[str]:
    """Return the flags that start a bridge where this one was."""
    return [
        *("--http", bridge.http.removeprefix("http://")),
        *("--displays", bridge.displays.removeprefix("ws://")),
    ]
