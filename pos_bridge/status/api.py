"""A vendor's API as a destination: its adapter makes the requests."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kds.records.errors import BodyError
from kds.store.values import Outgoing
from pos_bridge.adapters.adapter import Choosing, Fetch, Fetched
from pos_bridge.adapters.status import (
    TELLS,
    TELLS_STOCK,
    Calls,
    NotTakenError,
    StatusCalling,
    StatusFollowing,
    StatusUpdate,
    check_taken,
)
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.settings import Api
from pos_bridge.channels.tokens import Token, Tokens
from pos_bridge.channels.vendor_api import NoAnswerError, Response, VendorApi
from pos_bridge.status.outcome import Delivered, Later, Outcome, Refused

_logger = logging.getLogger(__name__)
_MOST_CALLS = 50
"""For one thing to tell: more is a fault of the adapter."""


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
    token: Token = field(repr=False, hash=False, compare=False)

    @property
    def channel(self) -> str:
        """Of the outbox."""
        return f"status:{self.name}"

    def wants(self, source: str) -> bool:
        """Say whether it is told of orders from `source`."""
        return source == self.source

    def topic(self, topics: Sequence[str]) -> str | None:
        """Return the first of `topics` where the settings want such told, else None.

        The adapter itself knows what its vendor need not know.
        """
        topic = topics[0]
        option = TELLS_STOCK if topic.startswith("stock.") else TELLS
        return topic if option in _wanted(self.adapter, self.options) else None

    def messenger(self) -> VendorMessenger:
        """Return a way there."""
        return VendorMessenger(self)


class VendorMessenger:
    """The way to one vendor's API. Event loop thread only."""

    def __init__(self, destination: VendorDestination) -> None:
        self._adapter = destination.adapter
        self._options = destination.options
        self._api = VendorApi(destination.api, destination.adapter, destination.token)

    async def send(self, entry: Outgoing, now_s: float) -> Outcome:  # noqa: ARG002 - unsigned
        """Try to tell `entry` once."""
        message = json.loads(entry.body)
        said = (message["type"], message["timestamp"], message["data"])
        update = StatusUpdate(entry.id, *said, self._options)
        try:
            return await self._tell(update)
        except NoAnswerError as error:
            return Later(str(error), error.wait_s, error.is_about_all)
        except NotTakenError as error:
            return Refused(str(error)) if error.is_final else Later(str(error))

    async def _tell(self, update: StatusUpdate) -> Outcome:
        """Send what tells `update`, and what the answers ask for, one after the other."""
        waiting = _listed(self._adapter.status_call(update))
        for _ in range(_MOST_CALLS):
            if not waiting:
                return Delivered()
            fetch, *waiting = waiting
            waiting = [*self._after(update, fetch, await self._api.ask(fetch)), *waiting]
        return Refused(f"more than {_MOST_CALLS} requests")

    def _after(self, update: StatusUpdate, fetch: Fetch, response: Response) -> list[Fetch]:
        """Return what an answer asks for besides. Raises `NotTakenError`."""
        answered = Fetched(fetch, response.status, response.body, response.content_type)
        try:
            if isinstance(self._adapter, StatusFollowing):
                return _listed(self._adapter.status_next(update, answered))
            check_taken(update, answered)
        except NotTakenError as error:
            why = f"answered {response.status}: {str(error) or response.why}"
            raise NotTakenError(why, is_final=error.is_final) from error
        except BodyError as error:  # as from a portal that wants somebody to log in first
            why = f"answered {response.status}, what nobody understands: {error}"
            raise NotTakenError(why, is_final=False) from error
        return []

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()


def vendors_told(channels: Mapping[str, Channel], tokens: Tokens) -> Iterator[VendorDestination]:
    """Yield the vendors whose adapter can tell them and whose API we may use."""
    for name, channel in channels.items():
        adapter, settings = channel.adapter, channel.settings
        if not (channel.may_ask and isinstance(adapter, StatusCalling)):
            continue
        if _wanted(adapter, settings.options):
            about = (settings.api, settings.options, tokens.of(name))
            yield VendorDestination(name, settings.source, adapter, *about)


def _listed(calls: Calls) -> list[Fetch]:
    return [calls] if isinstance(calls, Fetch) else list(calls or ())


def _wanted(adapter: object, options: Mapping[str, Any]) -> frozenset[str]:
    """Return what is to be told, where the adapter leaves that to the settings; else all."""
    named: object = adapter.options if isinstance(adapter, Choosing) else None
    asked = {TELLS, TELLS_STOCK} & named.keys() if isinstance(named, Mapping) else set()
    states = not asked or (TELLS in asked and options.get(TELLS) is True)
    items = options.get(TELLS_STOCK)
    is_some = isinstance(items, Mapping) and bool(items)
    stock = is_some if TELLS_STOCK in asked else states
    return frozenset(
        option for option, is_wanted in ((TELLS, states), (TELLS_STOCK, stock)) if is_wanted
    )
