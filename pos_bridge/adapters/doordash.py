"""DoorDash Marketplace: webhooks with the whole order.

From developer.doordash.com (orders, cancellation, auto order release, integrated order updates).

| event | here |
|---|---|
| `OrderCreate` (also an order alone) | handled: cooked; held where `hold_until_release = true` |
| `OrderAdjustment`, `OrderAdjust` | handled: the whole order as it now is |
| order cancelled (`external_order_id`, no dasher) | handled: void |
| order release (`external_order_id`, `dasher`) | handled: fires what is held |
| Dasher status (`delivery.dasher_status`) | ignored: where the courier is |
| `MenuCreate`, `MenuUpdate` status, menu request, onboarding, report ready | ignored: no orders |
| store temporarily deactivated | ignored: no order |
| cart validation (`cart_id`) | ignored: a cart is being checked, nothing is ordered yet |
| an adjustment without its order, any other | a card |

`fulfillment_type` says how it leaves (`is_pickup` may contradict it); nested choices stand under
`extras` or `extra`, or as `options` of the dish. A missing quantity is one. In group orders each
dish names its guest. What DoorDash sends as `REDACTED` is not shown.

Revision: none; each other content is the next. Line: `line_item_id`, else the merchant's own id.
A release without `hold_until_release` changes nothing. Duplicates (3 retries) have one content.

| told, with `tell_states` | by |
|---|---|
| accepted | nothing: the answer 200 to the webhook confirms the order |
| ready | `PATCH /api/v1/orders/{id}/events/order_ready_for_pickup` |
| started, recalled, served, void | nothing: no such events, and a cancel needs a reason |
| sold out, on sale (`tell_stock`) | `PUT /api/v1/stores/{store}/items/status`, of `stores` |

`client_id` is the developer's id, `client_secret` the signing secret, `key_id` that of its key;
`stores` and the items of `tell_stock` are those that the merchant has supplied.
Facts: the Marketplace API reference, "Let DoorDash know your order is ready", "Create a JWT".

Signature: none; the `Authorization` header holds a fixed token (alone, or after Bearer or Basic).
Unverified: a mark in the order that says it will be released later; whether quantities of an
adjustment may be 0 (shown, not cooked); whether ready may be told again after a recall; how it
answers for an item that it does not sell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pos_bridge.adapters import doordash_api, values
from pos_bridge.adapters.adapter import Context, Fetch, Push, Reading
from pos_bridge.adapters.lines import lines_of, name_of, parts_of
from pos_bridge.adapters.signatures import header_of, require_one
from pos_bridge.adapters.signing import Key, Meaning, Request
from pos_bridge.adapters.status import Calls, StatusUpdate
from pos_bridge.adapters.tickets import (
    Sheet,
    choice,
    held,
    known_options,
    line,
    numbered,
    order_id,
    tail,
)
from pos_bridge.adapters.values import Doubts, at, first, is_true, joined, obj, text

_NO_ORDERS = re.compile(r"menu|dasher|deactivat|store_|onboarding|report|availability")
_SERVICES = {
    "dx_delivery": "delivery",
    "mx_fleet_delivery": "delivery",
    "delivery": "delivery",
    "pickup": "pickup",
    "consumer_pickup": "pickup",
    "dine_in": "dine_in",
}


class DoorDash:
    """Reads what DoorDash sends."""

    vendor = "doordash"
    api = "https://openapi.doordash.com/marketplace"
    options = known_options(
        stores=list, hold_until_release=bool, key_id=str, tell_states=bool, tell_stock=dict
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Check the fixed token; nothing signs the body."""
        sent = header_of(push, "authorization")
        scheme, _, token = sent.partition(" ")
        is_named = scheme.lower() in {"bearer", "basic", "token"}
        require_one(token.strip() if is_named else sent, secrets)

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook."""
        value = values.json_object(push.body, push.content_type)
        sheet = Sheet(context=context)
        kind = text(first(obj(value.get("event")), "type") or value.get("event_type")).lower()
        order = obj(value.get("order")) or (value if "categories" in value else {})
        if "cart_id" in value and "order" not in value:
            sheet.ignore("a cart is being checked: nothing is ordered yet")
        elif order:
            _take_order(order, sheet)
        elif _NO_ORDERS.search(kind) or any(name in value for name in _OTHERS):
            sheet.ignore(f"{kind or 'a status'}: not about an order to cook")
        else:
            _take_notice(value, kind, sheet)
        return sheet.result()

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells DoorDash."""
        return tuple(doordash_api.calls(update))

    def signed(self, fetch: Fetch, key: Key, at: datetime, nonce: str) -> Request:
        """Return the request with a token of its own."""
        del nonce  # the token is none that may be used once only
        return doordash_api.signed(fetch, key, at)

    def meaning(self, fetch: Fetch, body: bytes) -> Meaning:
        """Return that an answer of 2xx is what it seems."""
        del fetch, body
        return Meaning(200)


_OTHERS = ("delivery", "dasher_status", "menu", "reference", "onboarding_id", "report_id")


def _take_notice(value: dict[str, Any], kind: str, sheet: Sheet) -> None:
    """Take what names an order and nothing of it: a cancel or a release."""
    number = text(first(value, "external_order_id", "order_id", "id"))
    is_release = "release" in kind or "dasher" in value or "distance_from_store" in value
    known = {"external_order_id", "order_id", "cancel_reason", "cancellation_reason", "is_asap"}
    if not number:
        raise values.missing("external_order_id")
    if sheet.is_elsewhere(at(value, "store", "merchant_supplied_id")):
        return
    if is_release:
        sheet.fire.append(number)
    elif "cancel" in kind or (not kind and known & value.keys()):
        sheet.orders.append(sheet.cancel(number, channel="delivery"))
    else:
        raise values.missing("order")


# --- orders --------------------------------------------------------------------------------


def _take_order(order: dict[str, Any], sheet: Sheet) -> None:
    store = obj(order.get("store"))
    if sheet.is_elsewhere(store.get("merchant_supplied_id"), store.get("doordash_store_id")):
        return
    made = _order(order, sheet)
    is_held = sheet.wants("hold_until_release")
    sheet.take(held(made) if is_held else made)


def _order(order: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    doubts, zone = sheet.doubts, sheet.context.zone
    found = text(first(order, "id", "external_order_id"))
    number = order_id(found, order, doubts)
    consumer = obj(order.get("consumer"))
    lines, notes = _lines(order, doubts)
    made = sheet.order(
        number,
        number=_open(order.get("delivery_short_code")) or tail(found),
        service=_service(order),
        channel="delivery",
        due_at=values.iso(order.get("estimated_pickup_time"), zone),
        payment="paid",
        customer=joined(_open(consumer.get("first_name")), _open(consumer.get("last_name"))),
        note=joined(_open(order.get("order_special_instructions")), *notes, by="\n"),
    )
    made["lines"] = numbered(lines)
    return made


def _service(order: dict[str, Any]) -> str:
    """Return how it leaves: `is_pickup` only counts where nothing else is said."""
    said = text(order.get("fulfillment_type")).lower()
    return _SERVICES.get(said) or ("pickup" if is_true(order.get("is_pickup")) else "delivery")


def _open(value: Any) -> str:
    """Return a text, unless DoorDash has hidden it."""
    said = text(value)
    return "" if said.upper() == "REDACTED" else said


# --- dishes --------------------------------------------------------------------------------


def _lines(order: dict[str, Any], doubts: Doubts) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the lines of all categories, and what the categories have to say."""
    categories = lines_of(order.get("categories"), "categories", doubts)
    dishes = [
        (text(category.get("name")), item)
        for category in categories
        for item in lines_of(category.get("items"), "items", doubts)
    ]
    guests = {_open(item.get("consumer_name")) for _, item in dishes} - {""}
    is_group = len(guests) > 1
    notes = [_open(each.get("special_instructions")) for each in categories]
    return [_line(item, name, doubts, is_group=is_group) for name, item in dishes], notes


def _line(item: dict[str, Any], category: str, doubts: Doubts, *, is_group: bool) -> dict[str, Any]:
    name = name_of(item, "name", "merchant_supplied_id", doubts=doubts)
    guest = _open(item.get("consumer_name")) if is_group else ""
    return line(
        first(item, "line_item_id", "id", "merchant_supplied_id"),
        name,
        values.quantity(item.get("quantity"), name, doubts),
        item_id=text(item.get("merchant_supplied_id")),
        category=category,
        note=joined(guest, _open(item.get("special_instructions")), by="\n"),
        modifiers=_choices(item, doubts) or None,
    )


def _choices(item: dict[str, Any], doubts: Doubts) -> list[dict[str, Any]]:
    """Return what was chosen: groups with options, and options without a group."""
    groups = parts_of(item.get("extras"), "extras", doubts)
    groups += parts_of(item.get("extra"), "extra", doubts)
    loose = parts_of(item.get("options"), "options", doubts)
    made = [_choice(each, "", doubts) for each in loose]
    for group in groups:
        options = parts_of(group.get("options"), "options", doubts)
        title = text(group.get("name"))
        made += [_choice(each, title, doubts) for each in options]
        if "options" not in group and title:  # a choice that stands where its group should
            made.append(_choice(group, "", doubts))
    return made


def _choice(option: dict[str, Any], group: str, doubts: Doubts) -> dict[str, Any]:
    name = text(first(option, "name", "merchant_supplied_id"))
    inner = _choices(option, doubts)
    return choice(name, option.get("quantity"), doubts, group=group, inner=inner)
