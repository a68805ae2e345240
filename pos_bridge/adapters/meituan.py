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

Where the settings name credentials, an order is read by the API (`meituan_api.py`): one that the
platform calls incomplete (`incmp_code` -1), and one that a push is about and the kitchen has not.
On waimai with `stores` (`app_poi_code`) the day's orders are asked for by number now and then. What
is read so makes an order that the kitchen has not; of one that it has it only tells that it is
cancelled, confirmed or over: whether `detail` leaves out what was refunded is not documented.

Options: `wait_for_confirm = true` holds an order until the shop has confirmed it; `stores` and
`cook_unpaid` as in `tickets` (cash on delivery is unpaid). `platform = "saas"` asks and tells the
SaaS platform, else waimai. `tell_states = true` tells what is ready, and with
`confirm_orders = true` accepts each order that the kitchen takes; `tell_stock`: `meituan_api.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from kds.records.errors import BadBody, BodyError, FieldError
from pos_bridge.adapters import meituan_api, signatures, values
from pos_bridge.adapters.adapter import BadSignature, Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.forms import FORM, fields_of, form_of
from pos_bridge.adapters.meituan_api import saas_signature, waimai_signatures
from pos_bridge.adapters.meituan_events import sort_answer, sort_event
from pos_bridge.adapters.signing import Key, Meaning, Request
from pos_bridge.adapters.status import Calls, StatusUpdate
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

_SILENT = ("tradeDetail", "privacyNumber", "ePoiIds", "poiStatus")


class Meituan:
    """Reads Meituan's pushes."""

    vendor = "meituan"
    api = meituan_api.API
    options = known_options(
        stores=list,
        cook_unpaid=bool,
        wait_for_confirm=bool,
        platform=str,
        tell_states=bool,
        confirm_orders=bool,
        tell_stock=dict,
    )

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
                made for secret in secrets for made in waimai_signatures(address, fields, secret)
            ]
        else:
            sent = fields.pop("sign", "")
            allowed = [saas_signature(fields, secret) for secret in secrets]
        signatures.require_one(sent.lower() or "no signature", allowed)

    def read(self, push: Push, context: Context) -> Reading:
        """Return what a push says."""
        fields = _fields(push)
        sheet = Sheet(context=context)
        if any(name in fields for name in _SILENT) and "detail" not in fields:
            sheet.ignore("a report that is not about an order")
        else:
            sort_event(_event(fields), fields, sheet)
        reading = sheet.result()
        ok = _WAIMAI_OK if "sig" in fields or "app_poi_code" in fields else _SAAS_OK
        return replace(reading, acknowledgement=ok)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Return what the API says of an order, or of a number of the day."""
        sheet = Sheet(context=context)
        if fetched.status in {404, 410}:
            sheet.ignore("Meituan has no such order")
            return sheet.result()
        sort_answer(values.json_object(fetched.body, fetched.content_type), fetched.fetch, sheet)
        return sheet.result()

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """Ask for the number of the day's last order, of each of `stores`."""
        return meituan_api.last_numbers(since, until, context)

    def signed(self, fetch: Fetch, key: Key, at: datetime, nonce: str) -> Request:
        """Sign a request; neither platform wants a nonce."""
        del nonce
        return meituan_api.signed(fetch, key, at)

    def meaning(self, fetch: Fetch, body: bytes) -> Meaning:
        """Say what an answer means."""
        return meituan_api.meaning(fetch, body)

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells Meituan of stock, or that an order is ready, or accepted."""
        return meituan_api.told(update)


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
