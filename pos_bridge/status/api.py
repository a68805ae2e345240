"""A vendor's API as a destination: its adapter makes the requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from kds.store.values import Outgoing
from pos_bridge.status.hook import StatusCall, StatusRequest, StatusUpdate


class WrongHostError(Exception):
    """An adapter made a request to a host that nobody configured."""


@dataclass(frozen=True, slots=True)
class ApiDestination:
    """Tells a vendor of the orders that came from it, a `telling.Destination`.

    `source`: what its orders are from. `hosts`: the only ones that are called.
    """

    vendor: str
    source: str
    call: StatusCall
    hosts: frozenset[str]

    @property
    def name(self) -> str:
        """The vendor's id."""
        return self.vendor

    @property
    def channel(self) -> str:
        """Of the outbox."""
        return f"api:{self.vendor}"

    def wants(self, source: str) -> bool:
        """Say whether it is told of orders from `source`."""
        return source == self.source

    def topic(self, topics: Sequence[str]) -> str | None:
        """Return the first of `topics`: the adapter itself knows what its vendor need not know."""
        return topics[0]

    def request(self, entry: Outgoing, now_s: int) -> StatusRequest | None:  # noqa: ARG002
        """Let the adapter make the request; raises `WrongHostError`."""
        message = json.loads(entry.body)
        update = StatusUpdate(entry.id, message["type"], message["timestamp"], message["data"])
        request = self.call(update)
        if request is not None and urlsplit(request.url).hostname not in self.hosts:
            raise WrongHostError(request.url)
        return request
