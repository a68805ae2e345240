"""What Shopify's API is told, as `shopify.py` shows: by GraphQL, as REST has no such call.

GraphQL answers 200 to everything; what is wrong stands in the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Fetch, Fetched
from pos_bridge.adapters.lines import parts_of
from pos_bridge.adapters.status import Calls, NotTakenError, StatusUpdate, check_taken, reached
from pos_bridge.adapters.values import Doubts, at, joined, text

_LOOK = (
    "query ($id: ID!) { order(id: $id) { fulfillmentOrders(first: 50) "
    "{ nodes { id status deliveryMethod { methodType } } } } }"
)
_READY = (
    "mutation ($input: FulfillmentOrderLineItemsPreparedForPickupInput!) "
    "{ fulfillmentOrderLineItemsPreparedForPickup(input: $input) "
    "{ userErrors { code message } } }"
)
_OPEN = frozenset({"OPEN", "IN_PROGRESS"})
_NOTHING_LEFT = "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"
"""It was told before."""


def place(options: Mapping[str, Any]) -> str:
    """Return where the Admin API of the version in the options stands."""
    return f"/admin/api/{text(options.get('api_version')) or '2025-07'}"


def call(update: StatusUpdate) -> Calls:
    """Return what asks how an order leaves, where it is ready to be fetched."""
    if not reached(update, "ready") or update.data.get("service") != "pickup":
        return None
    number = text(update.data.get("order_id"))
    return _ask(update, number, _LOOK, {"id": f"gid://shopify/Order/{number}"})


def follow(update: StatusUpdate, answered: Fetched) -> Calls:
    """Return what tells the guest that all is ready for pickup. Raises `NotTakenError`."""
    check_taken(update, answered)
    value = values.json_object(answered.body, answered.content_type)
    _check(value)
    nodes = at(value, "data", "order", "fulfillmentOrders", "nodes")
    ready = [
        {"fulfillmentOrderId": each.get("id")}
        for each in parts_of(nodes, "nodes", Doubts())
        if text(each.get("status")) in _OPEN
        and text(at(each, "deliveryMethod", "methodType")) == "PICK_UP"
    ]
    if not ready:
        return None
    said = {"input": {"lineItemsByFulfillmentOrder": ready}}
    return _ask(update, answered.fetch.key, _READY, said)


def _check(value: dict[str, Any]) -> None:
    """Raise `NotTakenError` where an answer says that something is wrong."""
    errors = parts_of(value.get("errors"), "errors", Doubts())
    if errors:
        codes = {text(at(each, "extensions", "code")) for each in errors}
        raise NotTakenError(_words(errors), is_final="THROTTLED" not in codes)
    told = at(value, "data", "fulfillmentOrderLineItemsPreparedForPickup", "userErrors")
    wrong = [e for e in parts_of(told, "", Doubts()) if text(e.get("code")) != _NOTHING_LEFT]
    if wrong:
        raise NotTakenError(_words(wrong))


def _words(errors: list[dict[str, Any]]) -> str:
    return joined(*(each.get("message") for each in errors), by="; ")


def _ask(update: StatusUpdate, key: str, query: str, variables: Mapping[str, Any]) -> Fetch:
    body = json.dumps({"query": query, "variables": variables})
    return Fetch(update.id, key, f"{place(update.options)}/graphql.json", "POST", body=body)
