"""Shopify: webhooks with the whole order.

From shopify.dev (webhook topics, the order resource of the REST Admin API) and published fixtures.

| topic | here |
|---|---|
| `orders/create`, `orders/updated`, `orders/paid` | handled: the whole order |
| `orders/cancelled` | handled: void |
| `orders/edited`, `refunds/create` | handled: the order is read again by the API |
| `orders/fulfilled`, `orders/partially_fulfilled` | handled: changes a ticket, makes none |
| `orders/delete` | handled: void, if the kitchen has it |
| `draft_orders/*`, `checkouts/*`, `carts/*` | ignored: nothing is ordered yet |
| `fulfillments/*`, `fulfillment_…`, `order_transactions/*`, `returns/*`, `disputes/*` | ignored |
| `orders/risk_assessment_changed`, `orders/shopify_protect_…` | ignored: money |
| `products/*`, `customers/*`, `inventory_…`, `app/*`, `shop/*`, `locations/*`, … | ignored |
| no topic | by what the body holds; a card where that is no order |

| state | here |
|---|---|
| `cancelled_at` | void |
| `fulfillment_status` `fulfilled`, or `closed_at` | completed: changes a ticket, makes none |
| `financial_status` `pending`, `voided`, `expired` | unpaid (`cook_unpaid = false` waits) |
| `authorized`, `paid`, `partially_…`, `refunded` | as payment |
| a line's `current_quantity`, else less what is refunded | what is still wanted; 0 is void |

Tills that fulfil at once (Shopify POS): `cook_completed = true`. Properties beginning with `_` are
an app's own. `note_attributes` that name a table, or a date or time of pickup or delivery, are
taken as such.

Revision: `X-Shopify-Triggered-At` in ms, else `updated_at`, which counts whole seconds only.
Duplicates (`X-Shopify-Webhook-Id`) have one content.
Signature: `X-Shopify-Hmac-Sha256`, Base64 of HMAC-SHA256 over the body; no time is signed.
Reading again needs `api = "https://SHOP.myshopify.com"` and
`api_headers = {X-Shopify-Access-Token = "…"}`; `api_version` may name another than 2025-07.
Missed pushes: the shop's orders by `updated_at`.

| told, with `tell_states` | by |
|---|---|
| ready, of an order that is picked up | `fulfillmentOrderLineItemsPreparedForPickup` (GraphQL) |
| started, recalled, served, void, of others | nothing: fulfilling and cancelling are the shop's |
| stock | nothing: `inventorySetQuantities` needs a count, and ids that no order has |

Shopify writes to the guest that the order is ready.
Unverified: apps' spellings of table and time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from pos_bridge.adapters import shopify_api, values
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.lines import name_of, parts_of
from pos_bridge.adapters.signatures import header_of, hmac_base64, require
from pos_bridge.adapters.status import Calls, StatusUpdate
from pos_bridge.adapters.tickets import (
    Sheet,
    attributes,
    dishes,
    known_options,
    line,
    numbered,
    order_id,
    service_of,
    tail,
)
from pos_bridge.adapters.values import Doubts, at, first, is_true, joined, modifier, obj, text

_PAGE = 250
_AGAIN = frozenset({"orders/edited", "refunds/create"})
_ORDERS = re.compile(r"orders/(create|updated|paid|cancelled|fulfilled|partially_fulfilled)")
_PAYMENTS = {
    "pending": "unpaid",
    "voided": "unpaid",
    "expired": "unpaid",
    "authorized": "paid",
    "paid": "paid",
    "partially_paid": "partial",
    "partially_refunded": "paid",
    "refunded": "refunded",
}


class Shopify:
    """Reads what Shopify sends, and what its API answers."""

    vendor = "shopify"
    api = ""
    options = known_options(
        stores=list, cook_unpaid=bool, cook_completed=bool, api_version=str, tell_states=bool
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Check the signature over the body."""
        sent = header_of(push, "x-shopify-hmac-sha256")
        require(sent, secrets, lambda secret: hmac_base64(secret, push.body))

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook by its topic."""
        value = values.json_object(push.body, push.content_type)
        sheet = Sheet(context=context)
        topic = text(push.headers.get("x-shopify-topic")).lower() or _topic_of(value)
        number = text(first(value, "order_id")) or text(at(value, "order_edit", "order_id"))
        if sheet.is_elsewhere(push.headers.get("x-shopify-shop-domain")):
            pass
        elif topic in _AGAIN:
            _read_again(number or text(value.get("id")), push, sheet)
        elif topic == "orders/delete":
            gone = sheet.cancel(text(value.get("id")) or _no_id())
            sheet.amend(gone, "the order was deleted")
        elif topic and not _ORDERS.fullmatch(topic):
            sheet.ignore(f"{topic}: not about an order to cook")
        else:
            triggered = push.headers.get("x-shopify-triggered-at")
            _take_orders(value, triggered, sheet)
        return sheet.result()

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """List the orders by when they were updated."""
        return (_listing(since.isoformat(), until.isoformat(), context),)

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what asks how an order leaves that is ready."""
        return shopify_api.call(update)

    def status_next(self, update: StatusUpdate, answered: Fetched) -> Calls:
        """Return what tells that it can be picked up."""
        return shopify_api.follow(update, answered)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Read the API's answer; an order that is gone is void if the kitchen has it."""
        sheet = Sheet(context=context)
        if "until" in fetched.fetch.about:
            _take_listed(fetched, sheet)
        elif fetched.status in (404, 410):
            sheet.amend(sheet.cancel(fetched.fetch.key), "Shopify has no such order any more")
        else:
            value = values.json_object(fetched.body, fetched.content_type)
            _take_orders(value, fetched.fetch.about.get("triggered_at"), sheet)
        return sheet.result()


def _no_id() -> str:
    raise values.missing("id")


def _topic_of(value: dict[str, Any]) -> str:
    """Return the topic of a body that came without: refunds and edits name another order."""
    if "refund_line_items" in value and "order_id" in value:
        return "refunds/create"
    return "orders/edited" if "order_edit" in value else ""


def _orders_path(context: Context) -> str:
    return f"{shopify_api.place(context.options)}/orders"


def _listing(since: str, until: str, context: Context) -> Fetch:
    between = {"updated_at_min": since, "updated_at_max": until}
    page = {"status": "any", "order": "updated_at asc", "limit": _PAGE}
    path = f"{_orders_path(context)}.json?{urlencode({**between, **page})}"
    return Fetch(path, "catch up", path, about={"since": since, "until": until})


def _take_listed(fetched: Fetched, sheet: Sheet) -> None:
    """Take a page of orders; where it is full the next begins with its last."""
    value = values.json_object(fetched.body, fetched.content_type)
    found = parts_of(value.get("orders"), "orders", sheet.doubts)
    for each in found:
        _take_order(each, None, sheet)
    last = text(found[-1].get("updated_at")) if len(found) >= _PAGE else ""
    about = fetched.fetch.about
    if last and last != about["since"]:
        sheet.fetch.append(_listing(last, about["until"], sheet.context))
    sheet.ignore("nothing has changed")


def _read_again(number: str, push: Push, sheet: Sheet) -> None:
    if not number:
        raise values.missing("order_id")
    event = text(push.headers.get("x-shopify-webhook-id")) or sha256(push.body).hexdigest()[:16]
    about = {"triggered_at": push.headers.get("x-shopify-triggered-at", "")}
    path = f"{_orders_path(sheet.context)}/{quote(number, safe='')}.json"
    sheet.fetch.append(Fetch(f"{number}:{event}", number, path, about=about))


# --- orders --------------------------------------------------------------------------------


def _take_orders(value: dict[str, Any], triggered: Any, sheet: Sheet) -> None:
    if isinstance(value.get("orders"), list):
        for each in parts_of(value["orders"], "orders", sheet.doubts):
            _take_order(each, None, sheet)
    else:
        _take_order(obj(value.get("order")) or value, triggered, sheet)


def _take_order(order: dict[str, Any], triggered: Any, sheet: Sheet) -> None:
    made = _order(order, triggered, sheet)
    is_over = text(order.get("fulfillment_status")) == "fulfilled" or bool(
        text(order.get("closed_at"))
    )
    if made.get("cancelled"):
        sheet.orders.append(made)
    elif is_over and not sheet.wants("cook_completed"):
        sheet.amend(made, "completed already")
    else:
        sheet.take(made, is_unpaid=made.get("payment") == "unpaid")


def _order(order: dict[str, Any], triggered: Any, sheet: Sheet) -> dict[str, Any]:
    doubts, zone = sheet.doubts, sheet.context.zone
    found = text(order.get("id"))
    number = order_id(found, order, doubts)
    is_void = bool(text(order.get("cancelled_at")))
    items = dishes(order, "line_items", doubts, may_lack=is_void)
    gone = _refunded(order)
    told = [
        (text(each.get("name")), text(each.get("value")))
        for each in parts_of(order.get("note_attributes"), "note_attributes", doubts)
    ]
    table, due, notes = attributes(told, zone)
    revision = values.epoch_ms(triggered, zone) or values.epoch_ms(order.get("updated_at"), zone)
    made = sheet.order(
        number,
        revision=revision,
        number=text(order.get("name")) or text(order.get("order_number")) or tail(found),
        service=_service(order, doubts, table),
        table=table,
        placed_at=values.iso(first(order, "processed_at", "created_at"), zone),
        due_at=due,
        payment=_PAYMENTS.get(text(order.get("financial_status")).lower()),
        cancelled=True if is_void else None,
        customer=_customer(order),
        note=joined(order.get("note"), *notes, by="\n"),
    )
    if is_true(order.get("test")):
        doubts.warn("a test order of the shop")
    return made | {"lines": numbered([_line(each, gone, doubts) for each in items])}


def _customer(order: dict[str, Any]) -> str:
    people = (order.get("customer"), order.get("shipping_address"), order.get("billing_address"))
    names = (joined(at(each, "first_name"), at(each, "last_name")) for each in people)
    return next(filter(None, names), "")


def _service(order: dict[str, Any], doubts: Doubts, table: str) -> str:
    ways = parts_of(order.get("shipping_lines"), "shipping_lines", doubts)
    titles = joined(*(first(each, "title", "code") for each in ways))
    named = service_of(titles)
    if named or table:
        return named or "dine_in"
    return (
        "delivery" if ways else "takeaway" if text(order.get("source_name")) == "pos" else "pickup"
    )


def _refunded(order: dict[str, Any]) -> dict[str, Decimal]:
    """Return how much of each line was refunded."""
    gone: dict[str, Decimal] = {}
    for refund in parts_of(order.get("refunds"), "refunds", Doubts()):
        for each in parts_of(refund.get("refund_line_items"), "", Doubts()):
            number = text(each.get("line_item_id"))
            gone[number] = gone.get(number, Decimal(0)) + (_decimal(each.get("quantity")) or 0)
    return gone


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(text(value))
    except InvalidOperation:
        return None


# --- lines ---------------------------------------------------------------------------------


def _line(item: dict[str, Any], gone: dict[str, Decimal], doubts: Doubts) -> dict[str, Any]:
    variant = text(item.get("variant_title"))
    shown = name_of(item, "name", "title", "sku", "id", doubts=doubts)
    name = shown.removesuffix(f" - {variant}") if variant else shown
    ordered = values.quantity(item.get("quantity"), name, doubts)
    wanted = _wanted(item, ordered, gone)
    return line(
        item.get("id"),
        name,
        ordered if wanted == "0" else wanted,
        item_id=text(first(item, "sku", "variant_id", "product_id")),
        state="void" if wanted == "0" and ordered != "0" else None,
        modifiers=([modifier(variant)] if variant else []) + _properties(item, doubts) or None,
    )


def _wanted(item: dict[str, Any], ordered: str, gone: dict[str, Decimal]) -> str:
    """Return how much is still wanted after edits and refunds."""
    current = _decimal(item.get("current_quantity"))
    if current is None:
        current = Decimal(ordered) - gone.get(text(item.get("id")), Decimal(0))
    if not 0 <= current <= Decimal(ordered):
        return ordered
    return format(current.normalize(), "f")


def _properties(item: dict[str, Any], doubts: Doubts) -> list[dict[str, Any]]:
    """Return the properties that guests have chosen, given as a list, as one, or as an object."""
    value = item.get("properties")
    if isinstance(value, dict) and "name" not in value:
        pairs = [(text(key), text(each)) for key, each in value.items()]
    else:
        found = parts_of(value, "properties", doubts)
        pairs = [(text(each.get("name")), text(each.get("value"))) for each in found]
    shown = [pair for pair in pairs if not pair[0].startswith("_")]
    return [modifier(joined(*pair, by=": ")) for pair in shown if any(pair)]
