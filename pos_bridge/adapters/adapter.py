"""What an adapter is: the reader of one vendor's pushes. Pure: no clock, no file, no network.

The bridge finds an adapter by its vendor id, which is also the last part of its URL: its own are
named in `channels/directory.py`, anybody else's package names theirs in its entry points:

    [project.entry-points."pos_bridge.adapters"]
    acme = "acme_kitchen:Acme"        # a class without arguments, or a module-level object

What the frame does, so that an adapter need not: it reads the body with a limit, refuses what
`verify` refuses, calls `read` apart from the event loop, checks every order by
`kds.records.canonical.order_from` in the store's zone, writes it, keeps the raw body, and makes
a card of whatever `read` raises. An adapter's `read` raises heirs of `BodyError` in plain words
where a push can not be understood; it never drops anything in silence: what is not for the
kitchen is `ignored` with the reason.

Thin pushes. Where a push only says *that* something happened, `read` returns a `Fetch` for each
thing to be read by the vendor's API. It is stored in the same transaction as the push and done by
a worker that survives restarts, waits longer after each failure and obeys `Retry-After`; the
answer comes to `read_fetched`, whose reading is treated as one of `read`. Base address and token
come from the settings (`[pos.<vendor>]`: `api`, `api_token`, or `token_url`, `client_id`,
`client_secret`, `scope`), never from the adapter. Whose vendor wants requests signed: `signing.py`.

Missed pushes. Where the vendor can be asked which orders have changed, `catch_up` says how; the
bridge asks now and then, and after a start, and takes what no push has told.

Orders. Each is a JSON object of the outside contract. `source` is `context.source`. Give a
`revision` where the vendor counts changes (a version, a time of change in ms), so that what comes
late is not taken for news; without one each different body counts as the next. What a vendor
changes in part is `partial`. `values.py` reads what vendors spell in many ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Protocol, runtime_checkable

from kds.kitchen.wording import Wording

Order = Mapping[str, Any]
"""A canonical order as a JSON value."""


class BadSignature(Exception):  # noqa: N818  # the name says what the push has
    """A push that does not prove where it comes from. The text is for our log only."""


@dataclass(frozen=True, slots=True)
class Push:
    """One HTTP request as it came.

    `headers`: names in lower case. `url`: as the vendor called it: the public one of the
    settings, else the request's; with its query. `topic`: what stands after the vendor in the
    path (`/v1/pos/meituan/cancel`), for vendors that have one address per event.
    """

    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    topic: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Context:
    """What a reading may know besides the push.

    `zone`: of the store, for times without an offset. `at`: kitchen time of the arrival, aware.
    `source`: what the orders are from. `options`: the vendor's own settings. `may_ask`: they name
    credentials of the vendor's API, so a `Fetch` can be done.
    """

    source: str
    zone: tzinfo
    at: datetime
    options: Mapping[str, Any] = field(default_factory=dict)
    may_ask: bool = False


@dataclass(frozen=True, slots=True)
class Fetch:
    """Something to be read by the vendor's API.

    `id`: of this need; the same id again is not fetched again (an event id, an order's version).
    `key`: fetches of one key are done one after the other (an order id). `path`: with its query,
    after the base address. `about`: JSON that `read_fetched` needs besides the answer.
    `unless_known`: not needed where the kitchen has an order whose id is `key`: something was told
    of an order whose own push may have got lost.
    """

    id: str
    key: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    unless_known: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the vendor's API said. `status`: 200 to 299, or 404 or 410 for "there is none"."""

    fetch: Fetch
    status: int
    body: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a push says.

    `amendments`: as `orders`, but of no interest where the kitchen has no such order, such as the
    cancel of one that was never to be cooked. `fire`: ids of orders of which all that is held may
    start, for vendors that release an order without repeating its lines (and count no revisions).
    `missed`: as `orders`, but of interest only where the kitchen has no such order: what was asked
    for may say less than what has been told since. `ignored`: why nothing is for the kitchen.
    `warnings`: for the sender and the log; `doubts`: for people in the kitchen, shown as a card
    beside the orders. `acknowledgement`: the exact JSON object that this vendor wants on success.
    """

    orders: tuple[Order, ...] = ()
    amendments: tuple[Order, ...] = ()
    ignored: str | None = None
    fetch: tuple[Fetch, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[Wording, ...] = ()
    acknowledgement: bytes | None = None
    fire: tuple[str, ...] = ()
    missed: tuple[Order, ...] = ()


class Adapter(Protocol):
    """Reads the pushes of one vendor. Has no state; any thread."""

    @property
    def vendor(self) -> str:
        """The vendor's id: lower-case letters, digits, `-`."""
        ...

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Raise `BadSignature` unless one of `secrets` (one or more) has signed the raw bytes."""
        ...

    def read(self, push: Push, context: Context) -> Reading:
        """Return what a push says. Raises heirs of `BodyError`."""
        ...


@runtime_checkable
class Fetching(Protocol):
    """What an adapter with thin pushes has besides."""

    @property
    def api(self) -> str:
        """The base address of the vendor's API where the settings name none."""
        ...

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Return what the API's answer says. Raises heirs of `BodyError`."""
        ...


@runtime_checkable
class Choosing(Protocol):
    """What an adapter has besides that says which options it knows: a mistyped one is told."""

    @property
    def options(self) -> Mapping[str, type]:
        """Its own settings in `[pos.VENDOR]` and what each of them must be."""
        ...


@runtime_checkable
class CatchingUp(Fetching, Protocol):
    """What an adapter has besides whose vendor can be asked which orders have changed."""

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """Return what must be asked to learn of each order that changed in between.

        Nothing where the settings do not say enough. An answer that is not all of them makes
        `read_fetched` return a `Fetch` for the rest.
        """
        ...
