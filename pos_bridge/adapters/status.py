"""What an adapter offers besides where its vendor's API takes the states of orders.

    def status_call(self, update: StatusUpdate) -> Fetch | None: ...

It makes the request, pure as the rest of it; the bridge authorises and sends it, repeats it after
growing gaps, keeps the sequence of each order and shows what is not told. It is used where
`[pos.VENDOR]` of `DATA/pos.toml` has credentials of the API, and `tell_states = true` where the
adapter names that among its options: many shops tell their vendor on its own tablet, and an app
without the vendor's leave to do so would be refused for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pos_bridge.adapters.adapter import Fetch

TELLS = "tell_states"
"""The option of an adapter that tells only where it is wanted."""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """Something to tell. `id`: the same on every try, fit for a vendor's idempotency key.

    `type`, `at` (ISO 8601) and `data` are those of the webhook message: `order.ready`, and in
    `data` `order_id`, `state`, `lines`. Stock comes as `stock.…` with `item_id` and `left`.
    `options`: the vendor's own settings.
    """

    id: str
    type: str
    at: str
    data: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class StatusCalling(Protocol):
    """An adapter that tells its vendor. Of the `Fetch` it makes only the request counts."""

    @property
    def api(self) -> str:
        """The base address of the vendor's API where the settings name none."""
        ...

    def status_call(self, update: StatusUpdate) -> Fetch | None:
        """Return the request that tells `update`; None: the vendor need not know."""
        ...
