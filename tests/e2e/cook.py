"""A cook at a display of his own, as a process that can be killed at any moment.

Whole tickets that his display shows as not done are bumped, one after the other. What the display
has shown as done is told on standard output, `done COMMAND ORDER`; a line on standard input lets
him rest: `rested SEQ` follows when his bridge has answered everything and his display holds all.

    python -m tests.e2e.cook ws://HOST:PORT DIR DEVICE
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.counts import line_counts
from kds.kitchen.ids import CommandId, OrderKey
from kds.link import Link
from kds.wire.notices import DisplayNotice
from kds.wire.standing import Identity, Phase

CHOICE = 4
"""He takes one of so many oldest tickets, so that two cooks often want the same."""
PACE_S = 0.03


class Cook:
    """Works until he may rest."""

    def __init__(self, link: Link, device: str) -> None:
        self.link = link
        self._device = device
        self._news = asyncio.Event()
        self.is_tired = asyncio.Event()
        link.on_news = self._hear

    def _hear(self, _: Sequence[DisplayNotice]) -> None:
        self._news.set()

    async def work(self) -> None:
        """Bump what is to be done until rest is wanted, then wait until all is settled."""
        while not self.is_tired.is_set():
            to_do = self._to_do()
            if to_do:
                await self._bump(random.choice(to_do[:CHOICE]))
            await asyncio.sleep(PACE_S)
        while self.link.state.unsent or self.link.state.phase is not Phase.FOLLOWING:
            self._news.clear()
            await self._news.wait()
        tell("rested", str(self.link.session.place.seq))

    def _to_do(self) -> list[OrderKey]:
        return [
            key
            for key, order in self.link.session.projection.kitchen.orders.items()
            if any(line_counts(order, line).to_cook > 0 for line in order.lines.values())
        ]

    async def _bump(self, order: OrderKey) -> None:
        seen = self.link.session.confirmed.seq
        command = Command(
            CommandId(str(uuid4())),
            CommandKind.BUMP,
            order,
            device=self._device,
            seen=seen,
            at=self.link.time(),
        )
        await self.link.act(command)
        assert self.link.state.trouble == ""
        assert order not in self._to_do()
        tell("done", command.id, order.order_id)


def tell(*words: str) -> None:
    """Say something to whoever started this."""
    print(*words, flush=True)


async def serve(url: str, folder: Path, device: str) -> None:
    """Work, rest, and keep the display up until the process is ended."""
    link = await Link.open([url], folder, Identity("all", device, "cook"))
    cook = Cook(link, device)
    following = asyncio.create_task(link.run())
    asyncio.get_running_loop().add_reader(sys.stdin, cook.is_tired.set)
    tell("ready")
    await cook.work()
    asyncio.get_running_loop().remove_reader(sys.stdin)
    await following


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
