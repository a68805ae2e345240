"""Toast: webhooks with the whole order; the same order from its API (`ordersBulk`) reads alike.

From the orders API's OpenAPI and the developer guide (orders webhook, message signing).

| event (category) | here |
|---|---|
| `order_updated`, `channel_order_updated` | handled: `details` holds the whole order, new or not |
| an order, or a list of them, as the API answers | handled |
| what an order would cost (`prices`: amounts, no `guid`) | a card: nothing is ordered yet |
| `guest_order_fulfillment_status` | ignored: what guests are told; the order's webhook comes, too |
| `stock`, `menus`, `partners`, `restaurant_availability`, `packaging…` | ignored: no orders |
| any other | by the order that it holds, else a card |

| state | here |
|---|---|
| `approvalStatus` `APPROVED` or none | cooked |
| `NEEDS_APPROVAL`, `FUTURE` | held; `promisedDate` is when it is due (else the estimate) |
| `NOT_APPROVED` | void |
| `voided` order, check, selection | void |
| `deleted` order or check | void, noted as combined: its dishes come with another order |
| selection `HOLD` | held, until `SENT` |
| selection `NEW`, `SENT`, `READY` | cooked; with `hold_new = true` a `NEW` one waits for `SENT` |
| `guestOrderStatus` `CLOSED` | changes a ticket, makes none; `VOIDED`: void |
| payment `OPEN`, `PAID`, `CLOSED` | unpaid, paid, paid: paying closes a check, not eating |

Not cooked: `deferred` (gift cards), `TOAST_CARD_SELL`, `TOAST_CARD_RELOAD`,
`HOUSE_ACCOUNT_PAY_BALANCE`. `SPECIAL_REQUEST` is the note of its dish, of the order where it stands
alone. A pre-modifier (NO, EXTRA) stands before its modifier; one known by its id only is shown by
the id, unless `names` knows it: never a modifier without the NO before it.

Ids only (dining option, table, server, items of a posted order): `names` in the options gives
their names, `dining_options` says `guid = "dine_in"`, `"takeaway"`, `"delivery"`.

Revision: the latest `modifiedDate` of the order, its checks and selections, in milliseconds.
Duplicates (`Toast-Attempt-Number`) have the same. A table transfer is a change of `table`.
Signature: `Toast-Signature`, Base64 of HMAC-SHA256 over body and the message's `timestamp`; at
most 5 min old, a repeated attempt a day: Toast sends again what we could not take.

| told | by |
|---|---|
| states of orders | nothing: no API takes them, `fulfillmentStatus` can only be read |
| sold out, so many left, on sale (`tell_stock`) | `PUT /stock/v1/inventory/update`, of `stores` |

Missed pushes: `GET /orders/v2/ordersBulk` of `stores`, the GUIDs of the restaurants. Needs `api`
(Toast names it to each partner), `client_id`, `client_secret`, and as `token_url`
`…/authentication/v1/authentication/login` there. Items of `tell_stock` are GUIDs.
Facts: doc.toasttab.com, "Getting detailed information about multiple orders", "Updating stock",
and the OpenAPI of authentication, orders and stock.
Unverified: whether a combined selection keeps its id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kds.records.body import read_json
from pos_bridge.adapters import toast_api, values
from pos_bridge.adapters.adapter import BadSignature, Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.lines import lines_of
from pos_bridge.adapters.signatures import (
    WINDOW,
    header_of,
    hmac_base64,
    require_one,
    require_recent,
)
from pos_bridge.adapters.signing import Key, Request
from pos_bridge.adapters.status import Calls, StatusUpdate
from pos_bridge.adapters.tickets import Sheet, known_options
from pos_bridge.adapters.toast_orders import take_order
from pos_bridge.adapters.values import at, joined, obj

_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"?([^",}\s][^",}]{0,60})')
_NO_ORDERS = re.compile(
    r"guest_order_fulfillment|stock|in_stock|out_of_stock|low_quantity|menu|partner"
    r"|restaurant_availability|packaging|digital|gift|feedback|schedule"
)
_AGAIN = timedelta(days=1)


class Toast:
    """Reads what Toast sends."""

    vendor = "toast"
    api = ""
    options = known_options(
        stores=list,
        cook_unpaid=bool,
        names=dict,
        dining_options=dict,
        hold_new=bool,
        tell_stock=dict,
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Check the signature over the body and the timestamp that stands in it."""
        sent = header_of(push, "toast-signature")
        found = [match[1].strip() for match in _TIMESTAMP.finditer(push.body)]
        stamps = list(dict.fromkeys((*found[:4], *found[-4:])))  # the message's own is outermost
        if not stamps:
            raise BadSignature("the message has no timestamp")
        fits = [
            (stamp, hmac_base64(secret, push.body, stamp)) for stamp in stamps for secret in secrets
        ]
        require_one(sent, [signature for _, signature in fits])
        signed = next(stamp for stamp, signature in fits if signature == sent)
        _require_recent(signed.decode("utf-8", "replace"), push, at)

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook's message, or orders as the API answers them."""
        value, _ = read_json(push.body, push.content_type)
        sheet = Sheet(context=context)
        for each in lines_of(value, "orders", sheet.doubts):
            _take(each, sheet)
        return sheet.result()

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """List the orders of `stores` by when they were modified."""
        return toast_api.all_orders(since, until, context)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Read a page of orders."""
        return toast_api.listed(fetched, context)

    def token_request(self, url: str, key: Key) -> Request:
        """Log in."""
        return toast_api.token_request(url, key)

    def token_in(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the token that a login gives."""
        return toast_api.token_in(answer)

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells Toast of its stock."""
        return tuple(toast_api.calls(update))


def _require_recent(stamp: str, push: Push, at: datetime) -> None:
    signed_at = values.when(stamp, at.tzinfo or UTC)
    if signed_at is None:
        raise BadSignature(f"the signed time {stamp!r} is none")
    is_again = (values.whole(push.headers.get("toast-attempt-number")) or 1) > 1
    require_recent(signed_at, at, _AGAIN if is_again else WINDOW)


def _take(value: dict[str, Any], sheet: Sheet) -> None:
    details = value.get("details")
    if details is None and "checks" not in value and isinstance(value.get("orders"), list):
        for each in lines_of(value["orders"], "orders", sheet.doubts):
            _take(each, sheet)
        return
    kind = joined(value.get("eventCategory"), value.get("eventType")).lower()
    order = _order_in(value)
    if not order and _NO_ORDERS.search(kind):
        sheet.ignore(f"{kind}: not about an order to cook")
        return
    if not order:
        raise values.missing("details.order")
    if not sheet.is_elsewhere(at(details, "restaurantGuid")):
        take_order(order, sheet)


def _order_in(value: dict[str, Any]) -> dict[str, Any]:
    """Return the order of a message: in `details`, in its `order`, or the message itself."""
    whole = obj(at(value, "details", "order"))
    if whole:
        return whole
    found = (value.get("details"), value.get("order"), value)
    known = ("checks", "selections", "openedDate", "diningOption", "approvalStatus")
    orders = (obj(each) for each in found)
    return next((each for each in orders if any(name in each for name in known)), {})
