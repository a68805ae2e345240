"""Readings of one adapter, as tests want them: from a payload to what a ticket would say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kds.records.canonical import ParsedOrder, order_from
from pos_bridge.adapters.adapter import (
    Adapter,
    BadSignature,
    CatchingUp,
    Context,
    Fetch,
    Fetched,
    Fetching,
    Push,
    Reading,
)
from tests.unit.adapters.mutations import AT, ZONE

URL = "https://kitchen.example.com/v1/pos/vendor"


def push(
    payload: Any, *, topic: str = "", headers: Mapping[str, str] | None = None, url: str = URL
) -> Push:
    """Return a push of JSON, or of bytes as they are."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Push(body, "application/json", headers or {}, url, topic)


def read(
    adapter: Adapter,
    payload: Any,
    *,
    topic: str = "",
    headers: Mapping[str, str] | None = None,
    **options: Any,
) -> Reading:
    """Return what an adapter makes of a payload."""
    context = Context("shop-1", ZONE, AT, options)
    return adapter.read(push(payload, topic=topic, headers=headers), context)


def answered(
    adapter: Fetching, payload: Any, fetch: Fetch, *, status: int = 200, **options: Any
) -> Reading:
    """Return what an adapter makes of the API's answer."""
    fetched = Fetched(fetch, status, json.dumps(payload).encode(), "application/json")
    return adapter.read_fetched(fetched, Context("shop-1", ZONE, AT, options))


SINCE = AT - timedelta(minutes=5)


def missed(adapter: CatchingUp, payload: Any, **options: Any) -> tuple[Fetch, Reading]:
    """Return what an adapter asks for to catch up, and what it makes of the answer."""
    (fetch,) = adapter.catch_up(SINCE, AT, Context("shop-1", ZONE, AT, options))
    return fetch, answered(adapter, payload, fetch, **options)


def order(reading: Reading) -> ParsedOrder:
    """Return the one order to cook, checked as the bridge checks it."""
    (made,) = reading.orders
    return order_from(dict(made), zone=ZONE)


def amendment(reading: Reading) -> ParsedOrder:
    """Return the one order that only changes what is there."""
    assert not reading.orders
    (made,) = reading.amendments
    return order_from(dict(made), zone=ZONE)


def lines(parsed: ParsedOrder) -> list[tuple[str, str, str]]:
    """Return quantity, name and state of each line."""
    return [(str(x.quantity), x.name, x.state.value) for x in parsed.message.lines]


def choices(parsed: ParsedOrder, line: int = 0) -> list[Any]:
    """Return the modifiers of a line: kind, quantity, name, and what lies below."""
    return [_choice(each) for each in parsed.message.lines[line].modifiers]


def _choice(each: Any) -> tuple[Any, ...]:
    below = tuple(_choice(inner) for inner in each.modifiers)
    return (each.kind.value, str(each.quantity), each.name, *below)


def is_signed(adapter: Adapter, signed: Push, *secrets: str, at: datetime = AT) -> bool:
    """Say whether the adapter takes a signature."""
    try:
        adapter.verify(signed, secrets, at)
    except BadSignature:
        return False
    return True
