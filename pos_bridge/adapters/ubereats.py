"""Uber Eats: thin webhooks, the order is read by its API.

From developer.uber.com (Marketplace webhooks, orders v2 and v1/delivery).

| event | here |
|---|---|
| `orders.notification` | handled: read and cooked; held where `hold_until_release = true` |
| `orders.scheduled.notification` | handled: read and held until its notification or release comes |
| `orders.release` | handled: read again and fired, the courier is near |
| `orders.cancel`, `orders.failure`, `orders.failed`, `order.failed` | handled: void |
| `order.fulfillment_issues.resolved` (also `orders.…`) | handled: read again as it now is |
| `delivery.state_changed` | ignored: where the courier is |
| `store.…`, `eats.store.…`, `eats.report.success` | ignored: no orders |
| an order as the API answers (v2, or v1/delivery), alone or as `order` of an event | handled |
| any other | by the order that it names, else a card |

| state | here |
|---|---|
| `CREATED`, `OFFERED`, `ACCEPTED` | cooked |
| `SCHEDULED` | held |
| `FINISHED`, `COMPLETED`, `SUCCEEDED`, `HANDED_OFF` | changes a ticket, makes none |
| `DENIED`, `CANCELED`, `FAILED` | void |

Removed ingredients (`removed_items`), also with quantity 0, are removals; `special_requests` and
`customer_request` with an allergy are allergies. `fulfillment_issues` of a cart are shown as notes.
In group orders each dish names its eater. `order_path` names another version of the API, as
`/v1/delivery/order/{id}?expand=carts`.

| told, with `tell_states` | by |
|---|---|
| accepted, with `confirm_orders` | `POST /v1/eats/orders/{id}/accept_pos_order`, if it is not |
| ready | `POST /v1/delivery/order/{id}/ready` |
| started, recalled, served, void | nothing: no such states, and a cancel needs a reason |
| sold out, on sale (`tell_stock`) | `POST /v2/eats/stores/{store}/menus/items/{item}` |

Revision: none; Uber counts no changes, so each other content is the next. Duplicates (7 sends)
have the same `event_id` and are read once; the API always answers with the state as it now is.
Signature: `X-Uber-Signature`, lower-case hex HMAC-SHA256 over the body; no time is signed.
Missed pushes: `GET /v1/delivery/store/{store}/orders` of `stores`; each order that the kitchen has
not is read as if it had been pushed, one that has failed is void.
Unverified: v1/delivery (`order.carts`; its list and ready as published by others);
`orders.failed` (named by one page only); whether ready may be told again after a recall.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pos_bridge.adapters import ubereats_api, values
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.lines import lines_of, name_of, parts_of
from pos_bridge.adapters.signatures import header_of, hmac_hex, require
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
from pos_bridge.adapters.ubereats_api import SCHEDULED, path_of
from pos_bridge.adapters.values import Doubts, at, first, joined, modifier, obj, text

_CANCELS = frozenset({"orders.cancel", "orders.failure", "orders.failed", "order.failed"})
_NO_ORDERS = re.compile(r"(store|eats\.store|eats\.report|delivery\.state_changed|menu)\b")
_RELEASE = "orders.release"
_OVER = frozenset({"FINISHED", "COMPLETED", "SUCCEEDED", "HANDED_OFF", "DELIVERED"})
_VOID = frozenset({"DENIED", "CANCELED", "CANCELLED", "FAILED", "REJECTED"})
_COOK = frozenset({"", "CREATED", "OFFERED", "ACCEPTED", "ACTIVE", "PREPARING", "SCHEDULED"})
_SERVICES = {
    "DELIVERY_BY_UBER": "delivery",
    "DELIVERY_BY_RESTAURANT": "delivery",
    "DELIVERY_BY_MERCHANT": "delivery",
    "DELIVERY": "delivery",
    "PICK_UP": "pickup",
    "PICKUP": "pickup",
    "DINE_IN": "dine_in",
}
_WINDOW = ("scheduled_order_target_delivery_time_range", "start")


class UberEats:
    """Reads what Uber Eats sends, and what its API answers."""

    vendor = "ubereats"
    api = "https://api.uber.com"
    options = known_options(
        stores=list,
        hold_until_release=bool,
        order_path=str,
        confirm_orders=bool,
        tell_states=bool,
        tell_stock=dict,
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Check the signature over the body."""
        sent = header_of(push, "x-uber-signature").lower()
        require(sent, secrets, lambda secret: hmac_hex(secret, push.body))

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook, or an order that somebody passes on."""
        value = values.json_object(push.body, push.content_type)
        sheet = Sheet(context=context)
        if "event_type" in value or "meta" in value or "resource_href" in value:
            _take_event(value, sheet)
        else:
            _take_order(value, "", sheet)
        return sheet.result()

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """List the orders of `stores` by when they were placed."""
        return ubereats_api.all_orders(since, until, context)

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells Uber Eats."""
        return tuple(ubereats_api.calls(update))

    def status_next(self, update: StatusUpdate, answered: Fetched) -> Calls:
        """Return what accepts the order that was looked at."""
        return ubereats_api.follow(update, answered)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Read the API's answer by what the webhook was about."""
        if "store" in fetched.fetch.about:
            return ubereats_api.listed(fetched, context)
        sheet = Sheet(context=context)
        if fetched.status in (404, 410):
            sheet.amend(sheet.cancel(fetched.fetch.key), "Uber Eats has no such order any more")
            return sheet.result()
        value = values.json_object(fetched.body, fetched.content_type)
        _take_order(value, text(fetched.fetch.about.get("event")), sheet)
        return sheet.result()


# --- webhooks ------------------------------------------------------------------------------


def _take_event(value: dict[str, Any], sheet: Sheet) -> None:
    kind = text(value.get("event_type")).lower()
    meta = obj(value.get("meta"))
    number = text(first(meta, "resource_id", "order_id")) or text(value.get("order_id"))
    number = number or text(value.get("resource_href")).rstrip("/").rpartition("/")[2]
    inside = obj(value.get("order"))
    number = number or text(inside.get("id"))
    if _NO_ORDERS.match(kind):
        sheet.ignore(f"{kind}: not about an order to cook")
    elif not number:
        raise values.missing("meta.resource_id")
    elif sheet.is_elsewhere(meta.get("user_id")):
        pass
    elif kind in _CANCELS or text(meta.get("status")).lower() in {"canceled", "cancelled"}:
        sheet.orders.append(sheet.cancel(number, channel="delivery"))
    elif first(inside, "cart", "carts"):
        _take_order(value, kind, sheet)
    else:
        event = text(value.get("event_id")) or f"{kind}:{text(value.get('event_time'))}"
        path = path_of(number, sheet.context.options)
        sheet.fetch.append(Fetch(f"{number}:{event}", number, path, about={"event": kind}))


# --- orders --------------------------------------------------------------------------------


def _take_order(value: dict[str, Any], event: str, sheet: Sheet) -> None:
    order = obj(value.get("order")) or value
    if not any(name in order for name in ("cart", "carts", "current_state", "display_id", "store")):
        raise values.missing("cart")
    if sheet.is_elsewhere(at(order, "store", "id"), at(order, "store", "external_reference_id")):
        return
    state = text(first(order, "current_state", "state", "status")).upper()
    made = _order(order, sheet)
    waits = sheet.wants("hold_until_release") and event != _RELEASE
    if state in _VOID:
        made["cancelled"] = True
    elif state not in _COOK | _OVER:
        sheet.doubts.warn(f"the order's state “{state}” is not known; it is cooked")
    if event == SCHEDULED or (state == "SCHEDULED" and event != _RELEASE) or waits:
        made = held(made)
    if state in _OVER:
        sheet.amend(made, "completed already")
    else:
        sheet.take(made)


def _order(order: dict[str, Any], sheet: Sheet) -> dict[str, Any]:
    doubts, zone = sheet.doubts, sheet.context.zone
    found = text(order.get("id"))
    number = order_id(found, order, doubts)
    carts = lines_of(first(order, "cart", "carts"), "cart", doubts)
    if not carts:
        raise values.missing("cart")
    eaters = _eaters(order, doubts)
    lines = [
        _line(item, eaters, doubts)
        for cart in carts
        for item in lines_of(cart.get("items"), "cart.items", doubts)
    ]
    due = first(order, "estimated_ready_for_pickup_at", "preparation_time") or first(
        obj(order.get("preparation_time")), "ready_for_pickup_time"
    )
    made = sheet.order(
        number,
        number=text(order.get("display_id")) or tail(found),
        service=_SERVICES.get(text(first(order, "type", "fulfillment_type")).upper()),
        channel="delivery",
        placed_at=values.iso(first(order, "placed_at", "created_time"), zone),
        due_at=values.iso(due or at(order, *_WINDOW), zone),
        payment="paid",
        table=text(first(obj(order.get("dine_in")), "table_number", "table")),
        customer=_customer(order, eaters),
        note=_note(order, carts),
    )
    made["lines"] = numbered(lines)
    return made


def _eaters(order: dict[str, Any], doubts: Doubts) -> dict[str, str]:
    """Return the eaters of a group order by their ids."""
    people = parts_of(first(order, "eaters", "customers"), "eaters", doubts)
    named = ((text(each.get("id")), _name_of(each)) for each in people)
    return {number: name for number, name in named if number and name}


def _name_of(person: dict[str, Any]) -> str:
    inner = obj(person.get("name"))
    shown = joined(first(person, "first_name"), first(person, "last_name"))
    return shown or text(first(inner, "display_name", "first_name")) or text(person.get("name"))


def _customer(order: dict[str, Any], eaters: dict[str, str]) -> str:
    return _name_of(obj(order.get("eater"))) or next(iter(eaters.values()), "")


def _note(order: dict[str, Any], carts: list[dict[str, Any]]) -> str:
    notes: list[Any] = [first(each, "special_instructions") for each in carts]
    for cart in carts:
        for issue in parts_of(cart.get("fulfillment_issues"), "", Doubts()):
            dish = text(first(obj(issue.get("root_item")), "title", "name"))
            other = text(at(issue, "item_substitute", "title"))
            what = first(issue, "fulfillment_action_type", "fulfillment_issue_type")
            notes.append(joined(what, dish, f"→ {other}" if other else ""))
    return joined(*notes, first(order, "store_instructions"), by="\n")


# --- dishes --------------------------------------------------------------------------------


def _line(item: dict[str, Any], eaters: dict[str, str], doubts: Doubts) -> dict[str, Any]:
    name = name_of(item, "title", "name", "external_data", "id", doubts=doubts)
    request = obj(first(item, "customer_request", "special_requests"))
    eater = eaters.get(text(first(item, "eater_id", "customer_id")), "")
    shown = eater if len(eaters) > 1 else ""
    return line(
        first(item, "instance_id", "cart_item_id", "id"),
        name,
        _amount(item.get("quantity"), name, doubts),
        item_id=text(first(item, "external_data", "id")),
        unit=text(at(item, "quantity", "unit")).lower().replace("piece", ""),
        note=joined(
            shown, item.get("special_instructions"), request.get("special_instructions"), by="\n"
        ),
        modifiers=_choices(item, doubts) + _allergies(item, request) or None,
    )


def _amount(value: Any, name: str, doubts: Doubts) -> str:
    """Return a quantity: a number, or an amount in whole or in hundred thousandths."""
    inner = obj(value)
    in_e5 = values.whole(inner.get("amount_e5"))
    if in_e5 is not None:
        return values.quantity(Decimal(in_e5) / 100_000, name, doubts)
    sent = inner.get("amount") if inner else value
    return values.quantity(sent, name, doubts)


def _choices(item: dict[str, Any], doubts: Doubts) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for group in parts_of(item.get("selected_modifier_groups"), "selected_modifier_groups", doubts):
        title = text(first(group, "title", "name"))
        for each in parts_of(group.get("selected_items"), "selected_items", doubts):
            name = text(first(each, "title", "name"))
            amount = (
                _amount(each["quantity"], name, doubts)
                if each.get("quantity") is not None
                else None
            )
            made.append(choice(name, amount, doubts, group=title, inner=_choices(each, doubts)))
        removed = parts_of(group.get("removed_items"), "removed_items", doubts)
        made += [modifier(text(first(e, "title", "name")) or "?", kind="remove") for e in removed]
    return made


def _allergies(item: dict[str, Any], request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the allergies of a dish's guest, loudest of all on the wall."""
    found = obj(first(request, "allergy", "allergy_request") or item.get("allergy"))
    named = first(found, "allergens_to_exclude", "allergens")
    types = [text(first(each, "freeform_text", "type")) for each in parts_of(named, "", Doubts())]
    said = [*types, text(first(found, "allergy_instructions", "allergens_instructions"))]
    return [modifier(each, kind="allergy") for each in dict.fromkeys(filter(None, said))]
