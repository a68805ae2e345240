"""A vendor's API as a destination: its adapter makes the requests."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kds.store.values import Outgoing
from pos_bridge.adapters.adapter import Choosing
from pos_bridge.adapters.status import TELLS, StatusCalling, StatusUpdate
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.settings import Api
from pos_bridge.channels.vendor_api import NoAnswerError, VendorApi
from pos_bridge.status.outcome import Delivered, Later, Outcome, Refused

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class VendorDestination:
    """Tells a vendor of its own orders and of stock, a `telling.Destination`.

    `source`: what its orders are from. Two are the same when they would tell the same.
    """

    name: str
    source: str
    adapter: StatusCalling = field(hash=False)
    api: Api = field(repr=False, hash=False)
    options: Mapping[str, Any] = field(repr=False, hash=False)

    @property
    def channel(self) -> str:
        """Of the outbox."""
        return f"status:{self.name}"

    def wants(self, source: str) -> bool:
        """Say whether it is told of orders from `source`."""
        return source == self.source

    def topic(self, topics: Sequence[str]) -> str | None:
        """Return the first of `topics`: the adapter itself knows what its vendor need not know."""
        return topics[0]

    def messenger(self) -> VendorMessenger:
        """Return a way there."""
        return VendorMessenger(self)


class VendorMessenger:
    """The way to one vendor's API. Event loop thread only."""

    def __init__(self, destination: VendorDestination) -> None:
        self._adapter = destination.adapter
        self._options = destination.options
        self._api = VendorApi(destination.api, destination.adapter)

    async def send(self, entry: Outgoing, now_s: float) -> Outcome:  # noqa: ARG002 - unsigned
        """Try to tell `entry` once."""
        message = json.loads(entry.body)
        said = (message["type"], message["timestamp"], message["data"])
        update = StatusUpdate(entry.id, *said, self._options)
        fetch = self._adapter.status_call(update)
        if fetch is None:
            return Delivered()
        try:
            response = await self._api.ask(fetch)
        except NoAnswerError as error:
            return Later(str(error), error.wait_s, error.is_about_all)
        if response.status < 300:
            return Delivered()
        return Refused(f"answered {response.status}: {response.why}")

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()


def vendors_told(channels: Mapping[str, Channel]) -> Iterator[VendorDestination]:
    """Yield the vendors whose adapter can tell them and whose API we may use."""
    for name, channel in channels.items():
        adapter, settings = channel.adapter, channel.settings
        if channel.may_ask and isinstance(adapter, StatusCalling) and _is_wanted(channel):
            about = (settings.api, settings.options)
            yield VendorDestination(name, settings.source, adapter, *about)


def _is_wanted(channel: Channel) -> bool:
    """Say whether the vendor is to be told, where its adapter leaves that to the settings."""
    named: object = channel.adapter.options if isinstance(channel.adapter, Choosing) else None
    is_asked = isinstance(named, Mapping) and TELLS in named
    return not is_asked or channel.settings.options.get(TELLS) is True
