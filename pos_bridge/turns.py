"""Long work on the event loop in short turns, so that tills and screens never wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

_TURN_S = 0.002

T = TypeVar("T")


async def in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """Yield `items`; after each 2 ms of work on them there is a pause as long for others."""
    clock = asyncio.get_running_loop().time
    pause_at = clock() + _TURN_S
    for item in items:
        if clock() >= pause_at:
            await asyncio.sleep(_TURN_S)
            pause_at = clock() + _TURN_S
        yield item
