"""What leaves the bridge, and the hook by which an adapter tells its vendor's API instead.

An adapter of a vendor that has an API for order states offers a function `status_call`, pure as
the rest of it: it makes the request, the bridge sends it, repeats it and keeps the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """Something to tell. `id`: the same on every try, fit for a vendor's idempotency key.

    `type`, `at` (ISO 8601) and `data` are those of the webhook message; see the README.
    """

    id: str
    type: str
    at: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """An HTTP request. `url`: absolute; it is sent only where its host is one configured."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = b""


class StatusCall(Protocol):
    """The hook. None: the vendor need not know."""

    def __call__(self, update: StatusUpdate) -> StatusRequest | None:
        """Make the request that tells `update`. Any thread; pure."""
        ...
