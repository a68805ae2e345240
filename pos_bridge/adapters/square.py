"""Square: thin webhooks, the order is read by its API.

From the Orders API of 2025-08-20 and later, its webhook pages, and the vendor's Python library.

| event | here |
|---|---|
| `order.created`, `…updated`, `…fulfillment.updated` | handled: `GET /v2/orders/{id}`, by version |
| `order.custom_attribute*` | ignored: nothing of it is in the order |
| `payment.*`, `refund.*`, `invoice.*`, `dispute.*`, `payout.*` | ignored: money |
| `catalog.*`, `inventory.*`, `customer.*`, `loyalty.*`, `gift_card.*` | ignored: no orders |
| `terminal.*`, `device.*`, `labor.*`, `team_member.*`, `location.*` | ignored: no orders |
| `booking.*`, `card.*`, `bank_account.*`, `subscription.*`, `vendor.*` | ignored: no orders |
| `transfer_order.*`, `oauth.*`, `job.*`, `merchant.*`, `cash_drawer.*` | ignored: no orders |
| an order, or the answer of Create, Update, Retrieve, Search … | handled |
| an UpdateOrder request (sparse, `fields_to_clear`) | handled: a partial change, or read anew |
| the answer of CalculateOrder (no id) | a card: a price was asked for, nothing is ordered |
| any other | by the order that it names, else a card |

| state | here |
|---|---|
| `OPEN` | cooked |
| `DRAFT` | ignored: still being written |
| `COMPLETED` | changes a ticket, makes none; `cook_completed = true` where guests pay first |
| `CANCELED` | void |
| fulfilment `PROPOSED` | held until the store accepts it (`RESERVED`) |
| fulfilment `RESERVED`, `PREPARED` | cooked; prepared changes nothing here |
| fulfilment `COMPLETED` (all) | as an order that is `COMPLETED` |
| fulfilment `CANCELED`, `FAILED` | its lines are void; all of them: the order is |

Revision: the order's `version`; orders that no API has made may have none, and count by arrival.
Duplicates (several notifications per change are usual) ask for one version once.
A return has an order of its own without lines: ignored, an exchange shows what is new.
Signature: `x-square-hmacsha256-signature`, Base64 of HMAC-SHA256 over notification URL and body.
Missed pushes: `SearchOrders` by `updated_at`, where `stores` names the locations.

| told, with `tell_states` | by |
|---|---|
| started | `UpdateOrder` of the version as it is: a `PROPOSED` fulfilment becomes `RESERVED` |
| ready | the same: a `PROPOSED` or `RESERVED` one becomes `PREPARED` |
| accepted, recalled, void | nothing: the shop accepts and cancels, and no way back is documented |
| served | nothing: `COMPLETED` ends the sale, which is the till's |
| stock | nothing: apps can not set `sold_out`, and a count can not be taken back to none |

Unverified: whether the API may still answer with a version before the one that a webhook told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pos_bridge.adapters import square_api, values
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.lines import lines_of, parts_of
from pos_bridge.adapters.signatures import header_of, hmac_base64, require
from pos_bridge.adapters.square_orders import fetch_of, take_order
from pos_bridge.adapters.status import Calls, StatusUpdate
from pos_bridge.adapters.tickets import Sheet, known_options
from pos_bridge.adapters.values import at, first, missing, obj, text

_NO_ORDERS = re.compile(
    r"(order\.custom_attribute|payment|refund|invoice|dispute|payout|catalog|inventory|customer"
    r"|loyalty|gift_card|terminal|device|labor|team_member|location|booking|card|bank_account"
    r"|subscription|vendor|transfer_order|oauth|job|merchant|online_checkout|cash_drawer)[._]"
)
_SEARCH = "/v2/orders/search"


class Square:
    """Reads what Square sends, and what its API answers."""

    vendor = "square"
    api = "https://connect.squareup.com"
    options = known_options(stores=list, cook_unpaid=bool, cook_completed=bool, tell_states=bool)

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:  # noqa: ARG002
        """Check the signature over the notification URL and the body; no time is signed."""
        sent = header_of(push, "x-square-hmacsha256-signature")
        require(sent, secrets, lambda secret: hmac_base64(secret, push.url.encode(), push.body))

    def read(self, push: Push, context: Context) -> Reading:
        """Read a webhook, or an order that somebody passes on."""
        return _read(push.body, push.content_type, context)

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """Search the orders of `stores`, ten at a time, as the API wants them named."""
        between = {"start_at": since.isoformat(), "end_at": until.isoformat()}
        query = {
            "filter": {"date_time_filter": {"updated_at": between}},
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
        }
        stores = sorted(Sheet(context=context).stores)
        asked = ({"location_ids": stores[n : n + 10]} for n in range(0, len(stores), 10))
        bodies = (json.dumps({**each, "limit": 200, "query": query}) for each in asked)
        return tuple(Fetch(body, "search", _SEARCH, "POST", body=body) for body in bodies)

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what reads the order that is to be told of."""
        return square_api.call(update)

    def status_next(self, update: StatusUpdate, answered: Fetched) -> Calls:
        """Return what changes the order that was read."""
        return square_api.follow(update, answered)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Read the API's answer; an order that is gone is void if the kitchen has it."""
        if fetched.fetch.path == _SEARCH:
            return _found(fetched, context)
        if fetched.status in (404, 410):
            sheet = Sheet(context=context)
            sheet.amend(sheet.cancel(fetched.fetch.key), "Square has no such order any more")
            return sheet.result()
        return _read(fetched.body, fetched.content_type, context)


def _found(fetched: Fetched, context: Context) -> Reading:
    """Read the orders that a search has found, and ask for the rest."""
    value = values.json_object(fetched.body, fetched.content_type)
    sheet = Sheet(context=context)
    for each in parts_of(value.get("orders"), "orders", sheet.doubts):
        take_order(each, {}, sheet)
    cursor = text(value.get("cursor"))
    if cursor:
        body = json.dumps({**json.loads(fetched.fetch.body), "cursor": cursor})
        sheet.fetch.append(replace(fetched.fetch, id=body, body=body))
    sheet.ignore("nothing has changed")
    return sheet.result()


def _read(body: bytes, content_type: str, context: Context) -> Reading:
    value = values.json_object(body, content_type)
    sheet = Sheet(context=context)
    if isinstance(value.get("data"), dict) or ("event_id" in value and "order" not in value):
        _take_event(value, sheet)
    elif isinstance(value.get("order"), dict):
        is_sparse = _is_update(value)
        take_order(value["order"], value, sheet, is_sparse=is_sparse)
    elif "order_entries" in value:
        for each in lines_of(value["order_entries"], "order_entries", sheet.doubts):
            number = text(each.get("order_id"))
            if not number:
                raise missing("order_entries[].order_id")
            if not sheet.is_elsewhere(each.get("location_id")):
                sheet.fetch.append(fetch_of(number, each, value))
    elif "orders" in value:
        for each in lines_of(value["orders"], "orders", sheet.doubts):
            take_order(each, {}, sheet)
    elif "line_items" in value or "location_id" in value:
        take_order(value, {}, sheet)
    return sheet.result()


def _is_update(value: dict[str, Any]) -> bool:
    """Say whether this is a request to change an order: only those name a version to change."""
    return "fields_to_clear" in value or (
        "idempotency_key" in value and at(value, "order", "version") is not None
    )


# --- webhooks ------------------------------------------------------------------------------


def _take_event(value: dict[str, Any], sheet: Sheet) -> None:
    kind = text(value.get("type")) or text(at(value, "data", "type"))
    told: dict[str, Any] = next(
        (each for each in obj(at(value, "data", "object")).values() if obj(each)), {}
    )
    number = text(first(told, "order_id")) or text(at(value, "data", "id"))
    if _NO_ORDERS.match(f"{kind}."):
        sheet.ignore(f"{kind}: not about an order to cook")
    elif not number:
        raise missing("data.object.….order_id")
    elif sheet.is_elsewhere(told.get("location_id")):
        pass
    elif text(told.get("state")).upper() == "DRAFT":
        sheet.ignore("a draft is still being written")
    else:
        sheet.fetch.append(fetch_of(number, told, value))
