"""Meituan (美团): delivery orders of both open platforms, and group-buy vouchers.

Facts: pushes and models of public integrations, status and reason tables of support.hexcloud.cn.
Waimai pushes one address per event, some by GET with everything in the query; SaaS pushes a form
with one field that holds the event as JSON text. Either may come as a JSON object as well.

| event | what becomes of it |
|---|---|
| order, status 2, 3 or 4 | an order; the same again is unchanged, another a change |
| status 1, not paid yet | kept, not shown |
| confirmed (`order_id`, status 4, no `detail`) | fires what waits for it, else nothing |
| 6 delivered, 8 done | ends the visit, where the kitchen knows the order |
| 9, or a cancel (`reason_code`) | the order is void; for an unknown one an incomplete card |
| refund agreed (`notify_type` agree) | the order is void |
| part of it agreed (`food`) | return lines on the ticket |
| refund applied for, rejected, withdrawn, appealed | kept, not shown: nothing is decided |
| reminder 催单 (`remind_id`) | a card (unverified) |
| courier's state (`logistics_status`, `shippingStatus`) | kept, not shown |
| settlement (`tradeDetail`), private numbers | kept, not shown (unverified) |
| voucher redeemed (`couponCode`) | its dishes, once (unverified); cash vouchers are ignored |
| a call without an order: the address is tried | answered, not shown |
| any other state or event | a card |

Duplicates: by content. Order: `utime` and the status are the revision. Signature, waimai: `sig`,
MD5 over address, sorted fields and secret (values decoded, or as sent: public codes differ);
SaaS: `sign`, SHA-1 over secret and sorted fields. Where a time is signed it may be a day old, as
it is not known whether a repeat is signed anew. `public_url` must be the address as registered.

Options: `wait_for_confirm = true` holds an order until the shop has confirmed it; `stores` and
`cook_unpaid` as in `tickets` (cash on delivery is unpaid).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlsplit

from kds.records.errors import BadBody, BodyError, FieldError
from pos_bridge.adapters import signatures, values
from pos_bridge.adapters.adapter import BadSignature, Context, Push, Reading
from pos_bridge.adapters.forms import FORM, fields_of, form_of
from pos_bridge.adapters.meituan_deals import is_deal, redeemed
from pos_bridge.adapters.meituan_orders import field, order_of, returned
from pos_bridge.adapters.tickets import Sheet, known_options
from pos_bridge.adapters.values import text, unwrapped

_WAIMAI_OK, _SAAS_OK = b'{"data":"ok"}', b'{"data":"OK"}'
_OLDEST = timedelta(days=1)
_INSIDE = (
    "order",
    "orderCancel",
    "orderRefund",
    "partOrderRefund",
    "orderConfirm",
    "orderComplete",
    "orderRemind",
    "shippingStatus",
    "message",
)
"""The fields of a SaaS push that may hold the event as JSON text."""

_OF_EVERY_CALL = frozenset(
    {"app_id", "app_poi_code", "charset", "developerId", "ePoiId", "sig", "sign", "timestamp"}
)
_SILENT = ("tradeDetail", "privacyNumber", "ePoiIds", "poiStatus")
_ELSEWHERE = ("logistics_status", "shipping_status", "dispatcher_name")
_OF_ORDERS = ("day_seq", "ctime", "caution", "recipient_name", "pay_type", "delivery_time")
"""What a report of a state has not: an order whose dishes are missing is a fault, and shown."""

_SUBMITTED, _DELIVERED, _DONE, _CANCELLED = 1, 6, 8, 9
_TO_COOK = frozenset({2, 3, 4})
_CONFIRMED = 4


class Meituan:
    """Reads Meituan's pushes."""

    vendor = "meituan"
    options = known_options(stores=list, cook_unpaid=bool, wait_for_confirm=bool)

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Check `sig` (waimai) or `sign` (SaaS)."""
        try:
            fields = {
                name: value if isinstance(value, str) else text(value)
                for name, value in _fields(push).items()
            }
        except BodyError as error:
            raise BadSignature(str(error)) from error
        if stamp := values.when(fields.get("timestamp"), at.tzinfo or UTC):
            signatures.require_recent(stamp, at, _OLDEST)
        if sent := fields.pop("sig", ""):
            address = push.url.partition("?")[0]
            allowed = [
                made for secret in secrets for made in _waimai_signatures(address, fields, secret)
            ]
        else:
            sent = fields.pop("sign", "")
            allowed = [_saas_signature(fields, secret) for secret in secrets]
        signatures.require_one(sent.lower() or "no signature", allowed)

    def read(self, push: Push, context: Context) -> Reading:
        """Return what a push says."""
        fields = _fields(push)
        sheet = Sheet(context=context)
        if any(name in fields for name in _SILENT) and "detail" not in fields:
            sheet.ignore("a report that is not about an order")
        else:
            _sort(_event(fields), fields, sheet)
        reading = sheet.result()
        ok = _WAIMAI_OK if "sig" in fields or "app_poi_code" in fields else _SAAS_OK
        return replace(reading, acknowledgement=ok)


# --- what was pushed -----------------------------------------------------------------------


def _is_json(push: Push) -> bool:
    kind = push.content_type.partition(";")[0].strip().lower()
    return kind != FORM and push.body.lstrip()[:1] in (b"{", b"[")


def _fields(push: Push) -> dict[str, Any]:
    """Return the fields of a push, wherever they are: in the query, a form, or a JSON object."""
    fields: dict[str, Any] = dict(fields_of(urlsplit(push.url).query))
    found: Mapping[str, Any] = {}
    if push.body.strip():
        found = (
            values.json_object(push.body, push.content_type) if _is_json(push) else form_of(push)
        )
    if both := fields.keys() & found.keys():
        raise BadBody([FieldError(min(both), "comes twice")])
    return fields | dict(found)


def _event(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a push: what a SaaS field holds, else the fields themselves."""
    for name in _INSIDE:
        if name in fields:
            inside = unwrapped(fields[name])
            if isinstance(inside, dict):
                return {**inside, "_kind": name}
            if name != "message":
                raise BadBody([FieldError(name, "must hold a JSON object")])
    return fields


def _waimai_signatures(address: str, fields: Mapping[str, str], secret: str) -> list[str]:
    """Return the signatures that fit: public codes sign values decoded, or as they were sent."""
    decoded = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    encoded = "&".join(f"{name}={quote_plus(fields[name])}" for name in sorted(fields))
    signed = (f"{address}?{each}{secret}" for each in (decoded, encoded))
    return [hashlib.md5(each.encode(), usedforsecurity=False).hexdigest() for each in signed]


def _saas_signature(fields: Mapping[str, str], secret: str) -> str:
    joined = "".join(f"{name}{fields[name]}" for name in sorted(fields) if fields[name])
    return hashlib.sha1(f"{secret}{joined}".encode(), usedforsecurity=False).hexdigest()


# --- events --------------------------------------------------------------------------------


def _sort(event: dict[str, Any], fields: dict[str, Any], sheet: Sheet) -> None:
    """Put an event where it belongs."""
    if is_deal(event):
        redeemed(event, sheet)
        return
    order_id = text(field(event, "order_id"))
    if event.keys() <= _OF_EVERY_CALL:
        sheet.ignore("a call without an order: the address is tried")
        return
    if not order_id:
        raise values.missing("order_id")
    shops = (field(fields, "app_poi_code"), field(event, "e_poi_id"), field(fields, "e_poi_id"))
    if not sheet.is_elsewhere(*shops):
        _sort_order(event, order_id, sheet)


def _sort_order(event: dict[str, Any], order_id: str, sheet: Sheet) -> None:
    kind = event.get("_kind", "")
    if field(event, "detail") is not None:
        _sort_whole(event, order_id, sheet)
    elif field(event, "notify_type") is not None or kind in {"orderRefund", "partOrderRefund"}:
        _sort_refund(event, order_id, sheet)
    elif field(event, "reason_code") is not None or kind == "orderCancel":
        sheet.orders.append(sheet.cancel(order_id))
    elif field(event, "remind_id") is not None or kind == "orderRemind":
        number = text(field(event, "day_seq")) or order_id[-4:]
        sheet.ignore("a reminder")
        sheet.doubts.show(f"{number} 号单顾客催单", f"order {number}: the guest asks where it is")
    elif any(field(event, name) is not None for name in _ELSEWHERE):
        sheet.ignore("the courier's state")
    else:
        _sort_state(event, order_id, sheet)


def _sort_whole(event: dict[str, Any], order_id: str, sheet: Sheet) -> None:
    """Take a push with all of an order."""
    status = _status(event)
    if status == _SUBMITTED:
        sheet.ignore("status 1: not paid yet")
    elif status in {_DELIVERED, _DONE}:
        sheet.amend(_closed(order_id, sheet), f"status {status}: finished")
    elif status is None or status in _TO_COOK or status == _CANCELLED:
        if status is None:
            sheet.doubts.warn("no status; taken as a new order")
        order = order_of(event, order_id, status, sheet)
        is_unpaid = order["payment"] != "paid" and status != _CANCELLED
        sheet.take(order, is_unpaid=is_unpaid)
    else:
        raise BadBody([FieldError("status", f"is {status}, which nobody has told us about")])


def _sort_state(event: dict[str, Any], order_id: str, sheet: Sheet) -> None:
    """Take a push that says only what state an order is in."""
    status = _status(event)
    if status != _CANCELLED and any(field(event, name) is not None for name in _OF_ORDERS):
        raise values.missing("detail")
    if status == _CONFIRMED or event.get("_kind") == "orderConfirm":
        sheet.fire.append(order_id)
        sheet.ignore("the shop has confirmed it")
    elif status == _CANCELLED:
        sheet.orders.append(sheet.cancel(order_id))
    elif status in {_DELIVERED, _DONE} or event.get("_kind") == "orderComplete":
        sheet.amend(_closed(order_id, sheet), "finished")
    elif status is not None and (status == _SUBMITTED or status in _TO_COOK):
        sheet.ignore(f"a report of status {status}")
    else:
        raise BadBody([FieldError("detail", "is missing, and no state or event is known here")])


def _status(event: dict[str, Any]) -> int | None:
    """Return the status; raises `BodyError` where there is one that is no number."""
    said = field(event, "status")
    status = values.whole(said)
    if said is not None and status is None:
        raise BadBody([FieldError("status", "must be a number")])
    return status


def _closed(order_id: str, sheet: Sheet) -> dict[str, Any]:
    nothing: list[Any] = []
    return sheet.order(order_id, partial=True, closed=True, lines=nothing)


def _sort_refund(event: dict[str, Any], order_id: str, sheet: Sheet) -> None:
    """Take a refund: of all, or of part, once it is agreed."""
    kind = text(field(event, "notify_type")).lower()
    if kind not in {"agree", "part"}:
        known = {"apply", "reject", "cancelrefund", "cancelrefundcomplaint"}
        if kind not in known:
            raise BadBody(
                [FieldError("notify_type", f"is {kind!r}, which nobody has told us about")]
            )
        sheet.ignore(f"a refund: {kind}")
        return
    food = field(event, "food")
    if food is None and event.get("_kind") == "partOrderRefund":
        raise values.missing("food")
    if food is None and kind == "part":
        raise values.missing("food")
    if food is None:
        sheet.orders.append(sheet.cancel(order_id))
    elif kind == "part" and values.whole(field(event, "res_type")) in {0, 1, 3, 7, 8}:
        sheet.ignore("a part's refund that is not agreed")
    else:
        sheet.amendments.append(returned(event, order_id, food, sheet))
