"""Outages: the plug is pulled, work goes on, the plug is put back, and all is counted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from kds.demo import script
from kds.demo.crowd import Crowd
from kds.demo.stage import Stage
from kds.demo.teller import Teller

_PATIENCE_S = 15.0
_EVERY_S = 0.2
_FOUND_S = 0.5
"""So long it takes the screens, about, to find a bridge that serves again."""


class Outages:
    """Pulls the plug, one time after the other. Event loop thread only."""

    def __init__(self, stage: Stage, crowd: Crowd, teller: Teller) -> None:
        self._stage, self._crowd, self._teller = stage, crowd, teller
        self._switching = asyncio.Lock()
        self._again = asyncio.Event()

    @contextlib.asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Be without the bridge for the block; afterwards it is back, and all is counted."""
        async with self._switching:
            began_s, sent = time.monotonic(), len(self._crowd.sent)
            self._stage.glass.interrupted()
            self._stage.plug.pull()
            telling = asyncio.create_task(self._tell(sent))
            try:
                yield
            finally:
                telling.cancel()
            await self._put_back(began_s, len(self._crowd.sent) - sent)

    @contextlib.asynccontextmanager
    async def no_switching(self) -> AsyncIterator[None]:
        """Let nobody touch the plug during the block."""
        async with self._switching:
            yield

    async def last_until(self, at_ms: int) -> None:
        """Wait, in an outage, until it is time to start the bridge that shall be back then.

        Not before every screen has said that it is gone.
        """
        began_s, clock = time.monotonic(), self._stage.clock
        await clock.until(at_ms - int(self.ahead_s * 1000 * clock.scale))
        left_s = script.NOTICED_S - (time.monotonic() - began_s)
        if left_s > 0:
            await asyncio.sleep(left_s)

    async def by_hand(self) -> None:
        """Pull the plug for ten seconds; asked again meanwhile, put it back at once."""
        if self._switching.locked():
            self._again.set()
            return
        self._again.clear()
        async with self.outage():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), script.OUTAGE_S - self.ahead_s)

    @property
    def ahead_s(self) -> float:
        """How long it takes, about, from starting the bridge until the screens have it."""
        return self._stage.plug.start_s + _FOUND_S

    async def _tell(self, sent_before: int) -> None:
        """Count what goes on without the bridge, while it goes on."""
        bumps = 0
        while True:
            bumps = max(bumps, self._stage.link.session.unsent)
            orders = len(self._crowd.sent) - sent_before
            self._teller.tell(script.say(script.PULLED, orders, bumps))
            await asyncio.sleep(_EVERY_S)

    async def _put_back(self, began_s: float, orders: int) -> None:
        stage = self._stage
        await stage.plug.put_in()
        await stage.bell.until(lambda: stage.is_following, _PATIENCE_S)
        away_s = round(time.monotonic() - began_s)
        with contextlib.suppress(TimeoutError):  # then the count shows what is missing
            await asyncio.wait_for(stage.sent(), _PATIENCE_S)
        count, _ = await stage.count()
        figures = away_s, orders, len(count.lost), len(count.doubled)
        self._teller.tell(script.say(script.BACK, *figures))
