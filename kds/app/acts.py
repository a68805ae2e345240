"""Commands under way to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kds.kitchen.commands import Command
from kds.link import Link


class Acts:
    """Commands under way to the disk, each in a task that is kept until it is done.

    `then` is called after each, so that the wall shows the act once it is safe.
    """

    def __init__(self, link: Link) -> None:
        self.then: Callable[[Command], None] = lambda _command: None
        self._link = link
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, command: Command) -> None:
        """Do `command`."""
        task = asyncio.get_running_loop().create_task(self._do(command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finished(self) -> None:
        """Wait for all that is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _do(self, command: Command) -> None:
        await self._link.act(command)
        self.then(command)
