"""Bodies are read where they hold up nobody: small ones at once, large ones in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

READ_AT_ONCE = 64 * 1024

T = TypeVar("T")


async def read_apart(read: Callable[[bytes, str], T], body: bytes, content_type: str) -> T:
    """Return what `read` makes of a body; raises what it raises."""
    if len(body) <= READ_AT_ONCE:
        return read(body, content_type)
    return await asyncio.to_thread(read, body, content_type)
