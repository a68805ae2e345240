"""WooCommerce: webhooks with the whole order.

From the WooCommerce REST API documentation (orders v3, webhooks).

| topic | here |
|---|---|
| `order.created`, `order.updated`, `order.restored` | handled: the whole order |
| `order.deleted` | handled: void, if the kitchen has it |
| the ping of a new webhook (`webhook_id=…`, no JSON) | ignored |
| `coupon.*`, `customer.*`, `product.*`, `action.*` | ignored: no orders |
| no topic | by what the body holds; a card where that is no order |

| status | here |
|---|---|
| `processing` | cooked |
| `pending` | not paid yet: changes a ticket, makes none; `cook_unpaid = true` cooks it |
| `on-hold` | as `pending`; `cook_on_hold = true` cooks it |
| `completed` | changes a ticket, makes none; `cook_completed = true` cooks it |
| `cancelled`, `refunded`, `failed`, `trash` | void, if the kitchen has it |
| `checkout-draft`, `auto-draft` | ignored: the guest is still choosing |
| a status of a plug-in | cooked |

Names hold HTML entities. Meta of a line whose key begins with `_` is a plug-in's own. Meta of the
order that names a table, or a date or time of pickup or delivery, is taken as such. A part of a
bundle (`bundled_by`, `composite_parent`) belongs to its set. A refund of single lines is not in
the order (u): a card says that there is one.

| told, with `tell_states` | by `PUT /wp-json/wc/v3/` … |
|---|---|
| served | `orders/{id}`: `completed`; `statuses = {served = "…"}` says otherwise |
| started, ready, recalled | `orders/{id}`: the status that `statuses` names, else nothing |
| accepted, void | nothing: the shop takes and cancels orders |
| sold out, on sale (`tell_stock`) | `products/{id}` (`/variations/{id}`): `stock_status` |

`statuses` is for shops with some of their own: `{ready = "ready-for-pickup"}`. An item of
`tell_stock` is `1042`, or `1042/7` for a variation; of one that the shop counts, its count decides.
Facts: woocommerce.github.io/woocommerce-rest-api-docs, "Update an order", "Update a product".

Revision: `date_modified_gmt` in ms, plus how far the status is, for changes within one second.
Duplicates (`X-WC-Webhook-Delivery-ID`) have one content.
Signature: `X-WC-Webhook-Signature`, Base64 of HMAC-SHA256 over the body; no time is signed.
Missed pushes: the shop's orders by when they were modified; `api = "https://shop.example"` and
`api_headers = {Authorization = "Basic …"}` with a consumer key and secret.
Unverified: plug-ins' spellings of table and time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from kds.records.body import read_json
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.lines import name_of, parts_of
from pos_bridge.adapters.signatures import header_of, hmac_base64, require
from pos_bridge.adapters.status import Calls, StatusUpdate, reached, stock_of
from pos_bridge.adapters.tickets import (
    Sheet,
    attributes,
    dishes,
    known_options,
    line,
    numbered,
    order_id,
    service_of,
)
from pos_bridge.adapters.values import Doubts, first, joined, modifier, obj, plain, text

_PING = re.compile(rb"\s*webhook_id=\d+\s*")
_PAGE = 100
_TOLD = ("started", "ready", "served")
_TAG = re.compile(r"<[^<>]{0,200}>")
_VOID = frozenset({"cancelled", "refunded", "failed", "trash"})
_DRAFTS = frozenset({"checkout-draft", "auto-draft", "draft"})
_PROGRESS = ("pending", "on-hold", "processing", "completed", "failed", "cancelled", "refunded")


class WooCommerce:
    """Reads what WooCommerce sends."""

    vendor = "woocommerce"
    api = ""
    options = known_options(
        cook_unpaid=bool,
        cook_completed=bool,
        cook_on_hold=bool,
        statuses=dict,
        tell_states=bool,
        tell_stock=dict,
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Check the signature over the body."""
        sent = header_of(push, "x-wc-webhook-signature")
        require(sent, secrets, lambda secret: hmac_base64(secret, push.body))

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook by its topic, or the orders of the API."""
        sheet = Sheet(context=context)
        if _PING.fullmatch(push.body):
            sheet.ignore("the ping of a new webhook")
            return sheet.result()
        value = values.json_object(push.body, push.content_type)
        topic = text(push.headers.get("x-wc-webhook-topic")).lower()
        resource, _, event = topic.partition(".")
        if topic and resource != "order":
            sheet.ignore(f"{topic}: not about an order to cook")
        elif event == "deleted" or not value.keys() - {"id"}:
            _take_deleted(value, sheet)
        else:
            _take_order(value, sheet)
        return sheet.result()

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """List the orders by when they were modified."""
        del context
        first, last = (f"{each.astimezone(UTC):%Y-%m-%dT%H:%M:%S}" for each in (since, until))
        return (_listing({"modified_after": first, "modified_before": last}, 1),)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Read a page of orders, and ask for the next where this one is full."""
        value, _ = read_json(fetched.body, fetched.content_type)
        sheet, about = Sheet(context=context), fetched.fetch.about
        found = parts_of(value, "orders", sheet.doubts)
        for each in found:
            _take_order(each, sheet)
        if len(found) >= _PAGE:
            sheet.fetch.append(_listing(about["between"], about["page"] + 1))
        sheet.ignore("nothing has changed")
        return sheet.result()

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells the shop."""
        if stock := stock_of(update):
            told = {"stock_status": "instock" if stock.is_on_sale else "outofstock"}
            product, _, variation = stock.item.partition("/")
            place = f"products/{quote(product, safe='')}"
            place += f"/variations/{quote(variation, safe='')}" if variation else ""
            return _put(update, stock.item, place, told)
        statuses = {"served": "completed", **obj(update.options.get("statuses"))}
        is_recalled = update.type == "order.recalled"
        known = [state for state in _TOLD if statuses.get(state)]
        status = text(statuses.get("recalled" if is_recalled else reached(update, *known)))
        if not status:
            return None
        number = text(update.data.get("order_id"))
        return _put(update, number, f"orders/{quote(number, safe='')}", {"status": status})


def _put(update: StatusUpdate, key: str, place: str, said: dict[str, str]) -> Fetch:
    return Fetch(update.id, key, f"/wp-json/wc/v3/{place}", "PUT", body=json.dumps(said))


def _listing(between: dict[str, str], page: int) -> Fetch:
    asked = {**between, "dates_are_gmt": "true", "orderby": "modified", "order": "asc"}
    path = f"/wp-json/wc/v3/orders?{urlencode({**asked, 'per_page': _PAGE, 'page': page})}"
    return Fetch(path, "catch up", path, about={"between": between, "page": page})


def _take_deleted(value: dict[str, Any], sheet: Sheet) -> None:
    number = text(value.get("id"))
    if not number:
        raise values.missing("id")
    sheet.amend(sheet.cancel(number), "the order was deleted")


# --- orders --------------------------------------------------------------------------------


def _take_order(order: dict[str, Any], sheet: Sheet) -> None:
    status = text(order.get("status")).lower().removeprefix("wc-")
    if status in _DRAFTS:
        sheet.ignore("a draft: the guest is still choosing")
        return
    made = _order(order, status, sheet)
    if status in _VOID:
        sheet.amend({**made, "cancelled": True}, f"{status}: nothing to cook")
    elif status == "completed" and not sheet.wants("cook_completed"):
        sheet.amend(made, "completed already")
    elif status == "pending" and not sheet.wants("cook_unpaid"):
        sheet.amend(made, "not paid yet")
    elif status == "on-hold" and not sheet.wants("cook_on_hold"):
        sheet.amend(made, "on hold until it is paid")
    else:
        if status not in _PROGRESS:
            sheet.doubts.warn(f"the status “{status}” is not known; the order is cooked")
        sheet.take(made, is_unpaid=made.get("payment") == "unpaid")


def _order(order: dict[str, Any], status: str, sheet: Sheet) -> dict[str, Any]:
    doubts, zone = sheet.doubts, sheet.context.zone
    number = order_id(text(order.get("id")), order, doubts)
    items = dishes(order, "line_items", doubts, may_lack=status in _VOID)
    table, due, notes = attributes(_meta(order, doubts), zone, is_chosen=False)
    placed = values.iso(order.get("date_created_gmt"), UTC)
    paid = first(order, "date_paid_gmt", "date_paid")
    made = sheet.order(
        number,
        revision=_revision(order, status, sheet),
        number=text(order.get("number")) or number,
        service=_service(order, doubts, table),
        table=table,
        placed_at=placed or values.iso(order.get("date_created"), zone),
        due_at=due,
        payment="refunded" if status == "refunded" else "paid" if paid else "unpaid",
        customer=_customer(order),
        note=joined(plain(order.get("customer_note")), *notes, by="\n"),
    )
    if parts_of(order.get("refunds"), "refunds", Doubts()) and status not in _VOID:
        doubts.show(
            f"订单 {number} 有退款，但没有说明退哪些菜，请核对",
            f"order {number}: something was refunded, but not which dish; check the shop",
        )
    return made | {"lines": numbered([_line(each, doubts) for each in items])}


def _revision(order: dict[str, Any], status: str, sheet: Sheet) -> int | None:
    """Return the time of the change; it counts seconds, so the status decides within one."""
    gmt = values.epoch_ms(order.get("date_modified_gmt"), UTC)
    changed = gmt or values.epoch_ms(order.get("date_modified"), sheet.context.zone)
    if changed is None:
        return None
    return changed + (_PROGRESS.index(status) if status in _PROGRESS else 2)


def _customer(order: dict[str, Any]) -> str:
    people = (obj(order.get("billing")), obj(order.get("shipping")))
    names = (joined(plain(p.get("first_name")), plain(p.get("last_name"))) for p in people)
    return next(filter(None, names), "")


def _service(order: dict[str, Any], doubts: Doubts, table: str) -> str:
    ways = parts_of(order.get("shipping_lines"), "shipping_lines", doubts)
    titles = joined(*(joined(way.get("method_id"), way.get("method_title")) for way in ways))
    named = service_of(titles.replace("_", " "))
    return named or ("dine_in" if table else "delivery" if ways else "pickup")


def _meta(thing: dict[str, Any], doubts: Doubts) -> list[tuple[str, str]]:
    """Return what plug-ins note at an order or a line: names and values as people read them."""
    found = parts_of(thing.get("meta_data"), "meta_data", doubts)
    return [
        (
            plain(first(each, "display_key", "key")),
            _TAG.sub("", plain(first(each, "display_value", "value"))).strip(),
        )
        for each in found
    ]


# --- lines ---------------------------------------------------------------------------------


def _line(item: dict[str, Any], doubts: Doubts) -> dict[str, Any]:
    name = name_of(item, "name", "sku", "product_id", doubts=doubts)
    parent = text(first(item, "bundled_by", "composite_parent"))
    variation = text(item.get("variation_id"))
    return line(
        item.get("id"),
        name,
        values.quantity(item.get("quantity"), name, doubts),
        parent=parent,
        item_id=text(item.get("sku"))
        or (variation if variation != "0" else "")
        or text(item.get("product_id")),
        modifiers=list(_choices(item, doubts)) or None,
    )


def _choices(item: dict[str, Any], doubts: Doubts) -> Iterator[dict[str, Any]]:
    for key, value in _meta(item, doubts):
        if value and not key.startswith("_"):
            yield modifier(joined(key, value, by=": "))
