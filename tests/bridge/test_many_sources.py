"""Five systems at once, one of them stalling: fair, bounded, none lost, none twice (fault 47)."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.bridge.harness import Running, line

_EACH = 60
_LINES: list[dict[str, Any]] = [{"name": "Rice", "quantity": 1}]


def _canonical(n: int) -> dict[str, Any]:
    body = {"source": "till-9", "order_id": f"many-{n}", "lines": [line("1")]}
    return {"url": "/v1/orders", "json": body}


def _deliverect(n: int) -> dict[str, Any]:
    return {"url": "/v1/pos/deliverect", "json": {"channelOrderId": f"many-{n}", "items": _LINES}}


def _meituan(n: int) -> dict[str, Any]:
    foods = json.dumps([{"food_name": "毛肚", "quantity": 1}])
    return {"url": "/v1/pos/meituan", "data": {"order_id": f"many-{n}", "detail": foods}}


def _eleme(n: int) -> dict[str, Any]:
    groups = [{"type": "normal", "items": _LINES}]
    return {"url": "/v1/pos/eleme", "json": {"id": f"many-{n}", "groups": groups}}


_SENDERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "till-9": _canonical,
    "deliverect": _deliverect,
    "meituan": _meituan,
    "eleme": _eleme,
}


def test_one_that_stalls_holds_up_no_other(shared: Running) -> None:
    """Each order is sent twice, as senders do that are not sure; the fifth sends half a body."""
    work = [(make, n) for n in range(_EACH) for make in _SENDERS.values() for _ in range(2)]
    with _stalling(shared, 12), ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: shared.client.post(**each[0](each[1])), work))
    assert {answer.status_code for answer in answers} <= {200, 201}
    events = _orders_received(shared)
    assert events == {(source, f"many-{n}"): 1 for source in _SENDERS for n in range(_EACH)}


@contextmanager
def _stalling(bridge: Running, count: int) -> Iterator[None]:
    """Hold `count` connections whose bodies have begun and do not go on."""
    place = urlsplit(bridge.http)
    head = b"POST /v1/pos/square HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n{"
    held = [socket.create_connection((place.hostname, place.port)) for _ in range(count)]
    for each in held:
        each.sendall(head)
    try:
        yield
    finally:
        for each in held:
            each.close()


def _orders_received(bridge: Running) -> Counter[tuple[str, str]]:
    """Count the orders that this test has sent, as the log has them."""
    found: Counter[tuple[str, str]] = Counter()
    after = 0
    while events := bridge.client.get("/v1/events", params={"after": after, "limit": 1000}).json():
        for event in events:
            if event["kind"] == "order_received" and event["order"]["order_id"][:5] == "many-":
                found[event["order"]["source"], event["order"]["order_id"]] += 1
        after = events[-1]["seq"]
    return found
