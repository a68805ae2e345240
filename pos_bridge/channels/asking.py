"""All that vendors are asked: what thin pushes owe, and what no push has told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from kds.store.outbox import Outbox
from kds.wire.messages import Remark
from pos_bridge.channels.catching_up import CatchUp
from pos_bridge.channels.channels import Channels
from pos_bridge.channels.fetching import Fetcher
from pos_bridge.channels.intake import PushIntake
from pos_bridge.channels.tokens import Tokens
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse


class Asking:
    """Asks every vendor that can be asked. Event loop thread only. `tokens`: those it uses."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Channels,
        pushes: PushIntake,
        pulse: Pulse,
        time: KitchenTime,
    ) -> None:
        self.tokens = Tokens()
        self._fetcher = Fetcher(outbox, channels, pushes, self.tokens, time)
        self._catch_up = CatchUp(channels, pushes, pulse, self.tokens, time)
        pushes.on_owed = self._fetcher.wake

    def remarks(self) -> Iterator[Remark]:
        """Yield which vendors can not be asked."""
        yield from self._fetcher.remarks()
        yield from self._catch_up.remarks()

    async def run(self) -> None:
        """Ask until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._fetcher.run())
            group.create_task(self._catch_up.run())
