"""What an adapter offers besides where its vendor's API takes the states of orders.

    def status_call(self, update: StatusUpdate) -> Calls: ...

It makes the request, pure as the rest of it; the bridge authorises and sends it, repeats it after
growing gaps, keeps the sequence of each order and shows what is not told. It is used where
`[pos.VENDOR]` of `DATA/pos.toml` has credentials of the API, and `tell_states = true` where the
adapter names that among its options: many shops tell their vendor on its own tablet, and an app
without the vendor's leave to do so would be refused for ever.

Stock is told where the adapter names `tell_stock` and the settings say which of the kitchen's
items, by id or name, the vendor knows as what: `tell_stock = {"Fried rice" = "1042"}`, and
`"*" = "*"` for all others by the kitchen's own ids.

Where one request is not enough (a version must be read before it can be changed), the adapter is a
`StatusFollowing`, too. All of what it does is begun anew on the next try, so each request must be
harmless when it comes twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pos_bridge.adapters.adapter import Fetch, Fetched
from pos_bridge.adapters.tickets import stores_in
from pos_bridge.adapters.values import obj, text

TELLS, TELLS_STOCK = "tell_states", "tell_stock"
"""The options of an adapter that tells only where it is wanted."""

Calls = Fetch | tuple[Fetch, ...] | None
"""Requests, one after the other. Of each `Fetch` only the request counts, and `about`."""

_REACHED = ("accepted", "started", "ready", "served")
"""The states of an order that is alive, one after the other."""


class NotTakenError(Exception):
    """An answer says that the vendor has not taken what it was told.

    The text is for people; without one it is what the vendor says. `is_final`: it never will; else
    all is begun anew, later.
    """

    def __init__(self, why: str = "", *, is_final: bool = True) -> None:
        super().__init__(why)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """Something to tell. `id`: the same on every try, fit for a vendor's idempotency key.

    `type`, `at` (ISO 8601) and `data` are those of the webhook message: `order.ready`, and in
    `data` `order_id`, `state`, `lines`. While the vendor could not be reached several become one,
    named after the last; `superseded_types` in `data` names the others: see `reached`. Stock comes
    as `stock.…` with `item_id` and `left`. `options`: the vendor's own settings.
    """

    id: str
    type: str
    at: str
    data: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock:
    """What can be sold of an item. `item`: as the vendor knows it; `left`: None: not counted."""

    item: str
    left: float | None

    @property
    def is_on_sale(self) -> bool:
        """Whether any can be sold."""
        return self.left is None or self.left > 0


def stock_of(update: StatusUpdate) -> Stock | None:
    """Return what is told of an item's stock; None: not of stock, or the vendor has no such item.

    Reads `tell_stock` of the options.
    """
    if not update.type.startswith("stock."):
        return None
    item, known = text(update.data.get("item_id")), obj(update.options.get(TELLS_STOCK))
    own = text(known.get(item)) or (item if "*" in known else "")
    return Stock(own, update.data.get("left")) if own else None


def reached(update: StatusUpdate, *states: str) -> str:
    """Return the last of `states` of which `update` tells, alone or for what it supersedes.

    "" where it tells of none, or where the order has gone back behind it, or is void. `states`:
    of accepted, started, ready, served, in this sequence.
    """
    told = {update.type, *update.data.get("superseded_types", ())}
    now = text(update.data.get("state")) or update.type.removeprefix("order.")
    held = _REACHED[: _REACHED.index(now) + 1] if now in _REACHED else ()
    return next((s for s in reversed(states) if s in held and f"order.{s}" in told), "")


def accepts(update: StatusUpdate) -> bool:
    """Say whether an order is to be accepted, by `confirm_orders`, before more is told of it."""
    return update.options.get("confirm_orders") is True and bool(reached(update, "accepted"))


def parts_of(item: str) -> tuple[str, str]:
    """Return the dish and its size that `tell_stock` names as one text, `DISH/SIZE`.

    Raises `NotTakenError` where it names one alone: that can never be told.
    """
    dish, _, size = item.partition("/")
    if not (dish and size):
        raise NotTakenError(f"tell_stock: {item!r} must be DISH/SIZE")
    return dish, size


def stores_told(update: StatusUpdate) -> list[str]:
    """Return the stores that `stores` names, to be told one by one.

    Raises `NotTakenError` where it names none: it is told once the settings do.
    """
    stores = sorted(stores_in(update.options))
    if not stores:
        raise NotTakenError("stores is not set in pos.toml", is_final=False)
    return stores


def check_taken(update: StatusUpdate, answered: Fetched) -> None:
    """Raise `NotTakenError` where an answer refuses.

    That there is no such item means that the vendor does not sell it, so it need not know.
    """
    is_unknown_item = answered.status in {404, 410} and update.type.startswith("stock.")
    if answered.status >= 300 and not is_unknown_item:
        raise NotTakenError


@runtime_checkable
class StatusCalling(Protocol):
    """An adapter that tells its vendor."""

    @property
    def api(self) -> str:
        """The base address of the vendor's API where the settings name none."""
        ...

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells `update`; None or (): the vendor need not know."""
        ...


@runtime_checkable
class StatusFollowing(StatusCalling, Protocol):
    """An adapter that looks at the answers, and may ask for more because of them."""

    def status_next(self, update: StatusUpdate, answered: Fetched) -> Calls:
        """Return what comes before the rest of the requests; None or (): nothing.

        `answered`: any answer, also one of 4xx; what it means is left to the adapter. Raises
        `NotTakenError`, or heirs of `BodyError` where an answer can not be read.
        """
        ...
