"""Captured jobs as a running bridge keeps them. Blocks; any thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pos_bridge.asking import Asking


@dataclass(frozen=True, slots=True)
class Kept:
    """A job's bytes. `setup`: how the printer was set before them, as `Setup.as_text`; `port`: of
    that printer, where it is known.
    """

    data: bytes
    setup: str
    port: int | None


def latest(bridge: Asking, most: int) -> Iterator[dict[str, Any]]:
    """Yield what is known of the latest jobs, oldest first; raises `StartError`."""
    yield from reversed(bridge.json("v1", "capture", query=f"limit={most}"))


def job(bridge: Asking, name: str) -> Kept:
    """Return the job of that id; raises `StartError`."""
    data, media_type = bridge.body("v1", "capture", name)
    port = media_type.rpartition("port=")[2]
    return Kept(data, media_type, int(port) if port.isdecimal() else None)
