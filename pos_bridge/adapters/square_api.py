"""What Square's API is told, as `square.py` shows: how far an order's fulfilments are.

A change needs the version that it changes, so the order is read first.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Fetch, Fetched
from pos_bridge.adapters.lines import parts_of
from pos_bridge.adapters.status import Calls, NotTakenError, StatusUpdate, check_taken, reached
from pos_bridge.adapters.values import Doubts, obj, text, whole

_BEFORE = {
    "started": ("RESERVED", frozenset({"PROPOSED"})),
    "ready": ("PREPARED", frozenset({"PROPOSED", "RESERVED"})),
}
"""What a fulfilment becomes, from which states."""


def call(update: StatusUpdate) -> Calls:
    """Return what reads the order that is to be changed."""
    if not reached(update, *_BEFORE):
        return None
    number = text(update.data.get("order_id"))
    return Fetch(update.id, number, f"/v2/orders/{quote(number, safe='')}")


def follow(update: StatusUpdate, answered: Fetched) -> Calls:
    """Return what changes the order that was read. Raises `NotTakenError`."""
    if answered.status == 409 or b"VERSION_MISMATCH" in answered.body:
        raise NotTakenError("the order was changed meanwhile", is_final=False)
    check_taken(update, answered)
    if answered.fetch.method != "GET":
        return None
    order = obj(values.json_object(answered.body, answered.content_type).get("order"))
    changed, version = _changed(update, order), whole(order.get("version"))
    if not changed or version is None:
        return None  # there is no fulfilment, or no API has made the order
    said = {"location_id": order.get("location_id"), "version": version, "fulfillments": changed}
    body = json.dumps({"idempotency_key": f"{update.id}:{version}", "order": said})
    return Fetch(update.id, answered.fetch.key, answered.fetch.path, "PUT", body=body)


def _changed(update: StatusUpdate, order: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fulfilments that are not so far yet."""
    state, before = _BEFORE[reached(update, *_BEFORE)]
    found = parts_of(order.get("fulfillments"), "fulfillments", Doubts())
    alive = (each for each in found if text(each.get("state")).upper() in before)
    return [{"uid": each.get("uid"), "state": state} for each in alive]
