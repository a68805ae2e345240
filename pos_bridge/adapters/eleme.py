"""Ele.me (饿了么): the pushes of its open platform.

Facts: the vendor's SDK (message, order, group and item models, check of a callback), its page
"消息推送消息体结构定义", and the message types as a public integration lists them.

| message type | what becomes of it |
|---|---|
| 10, 217 new order (217 has only what is needed; 10 ended in September 2023) | an order |
| 12 the shop has accepted | fires what waits for it, else nothing |
| 14 cancelled before, 15 after accepting, 17 within a minute or by the shop | the order is void |
| 18 finished | ends the visit, where the kitchen knows the order |
| 20 to 22, 24, 26 a cancel asked for, withdrawn, refused, disputed | kept, not shown |
| 23, 25 a cancel agreed, by the shop or in dispute | void; of a part: return lines |
| 39 the shop cancels a part | return lines |
| 30 to 36 refunds | kept, not shown: they come when an order is finished |
| 45 the guest asks where it is (催单) | a card |
| 46 to 79 answers to that, the courier | kept, not shown |
| 80 and above: the shop, its rights, its goods | kept, not shown, unless it has `groups` |
| an order's own state: pending; invalid; settled | kept, not shown; void; ends the visit |
| the guest's own view (`basket`), as apps show it | its dishes; over, when it says so |

Groups of the types `extra` and `discount` are no dishes, nor are items of the platform's fees.
Duplicates: by content, and by the time of the message, which is the revision. Signature:
upper-case MD5 over sorted `name=value` and the secret; SDKs differ in whether values are JSON, both
hold. The time that is signed may be a day old, as it is not known whether a repeat is signed anew.
A name carries its choices again (茶-大杯[少冰]): what `newSpecs` and `attributes` say is taken off.
Unverified: `orderBusinessType` 1 = fetched by the guest; `ingredients`, `additions` of a dish.

Where the settings name credentials, an order is read by the API (`eleme_api.py`): one that the
platform sent less of than usual (`downgraded`), and one that a message is about and the kitchen has
not. With `stores` (ids of shops) the orders of the day are asked for now and then. What is read so
makes an order that the kitchen has not; of one that it has it only tells that it is cancelled,
accepted or over: whether `groups` leaves out what was cancelled in part is not documented.

Options: `wait_for_confirm = true` holds an order until 12 comes; `stores` and `cook_unpaid` as in
`tickets`. `tell_states = true` tells Ele.me what is ready, and with `confirm_orders = true` accepts
each order that the kitchen takes; `tell_stock`: `eleme_api.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kds.records.errors import BadBody, BodyError, FieldError
from pos_bridge.adapters import eleme_api, signatures, values
from pos_bridge.adapters.adapter import BadSignature, Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.eleme_api import json_of
from pos_bridge.adapters.eleme_orders import (
    SHOP_TIME,
    order_id_of,
    order_of,
    returned,
    seen_by_guest,
)
from pos_bridge.adapters.lines import parts_of
from pos_bridge.adapters.signing import Key, Meaning, Request
from pos_bridge.adapters.status import Calls, StatusUpdate
from pos_bridge.adapters.tickets import Sheet, known_options
from pos_bridge.adapters.values import obj, text

_OK = b'{"message":"ok"}'
_OLDEST = timedelta(days=1)
_SIGNED = ("appId", "message", "requestId", "shopId", "timestamp", "type", "userId")
_NEW = frozenset({10, 217})
_ACCEPTED, _FINISHED, _PART_CANCELLED, _REMINDER = 12, 18, 39, 45
_VOID = frozenset({14, 15, 17})
_CANCEL_AGREED = frozenset({23, 25})
_UNDECIDED = frozenset({20, 21, 22, 24, 26})
_REFUNDS = range(30, 37)
_COURIER = range(46, 80)
_LIVE = frozenset({"", "unprocessed", "valid", "refunding"})


class Eleme:
    """Reads Ele.me's pushes."""

    vendor = "eleme"
    api = eleme_api.API
    options = known_options(
        stores=list,
        cook_unpaid=bool,
        wait_for_confirm=bool,
        tell_states=bool,
        confirm_orders=bool,
        tell_stock=dict,
    )

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Check the MD5 over the message."""
        try:
            said = values.json_object(push.body, push.content_type)
        except BodyError as error:
            raise BadSignature(str(error)) from error
        sent = text(said.get("signature")).upper()
        signed_at = values.when(said.get("timestamp"), UTC)
        if signed_at is None:
            raise BadSignature("no time that can be read")
        signatures.require_recent(signed_at, at, _OLDEST)
        allowed = [made for secret in secrets for made in _signatures(said, secret)]
        signatures.require_one(sent or "no signature", allowed)

    def read(self, push: Push, context: Context) -> Reading:
        """Return what a push says."""
        if push.method == "GET" or not push.body.strip():
            return Reading(ignored="a call without a message", acknowledgement=_OK)
        said = values.json_object(push.body, push.content_type)
        sheet = Sheet(context=context)
        if "basket" in said:
            seen_by_guest(said, sheet)
            return sheet.result()
        if "message" not in said and "type" not in said:
            _sort_order(said, None, sheet)
            return sheet.result()
        _sort(said, sheet)
        return replace(sheet.result(), acknowledgement=_OK)

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Return what the API says of an order, or of those of a day."""
        sheet = Sheet(context=context)
        if fetched.status in {404, 410}:
            sheet.ignore("Ele.me has no such order")
            return sheet.result()
        found = values.json_object(fetched.body, fetched.content_type).get("result")
        since = eleme_api.since_of(fetched.fetch)
        if since is None:
            _sort_reread(obj(found), fetched.fetch, sheet)
        else:
            _sort_list(obj(found), fetched.fetch, since, sheet)
        return sheet.result()

    def catch_up(self, since: datetime, until: datetime, context: Context) -> tuple[Fetch, ...]:
        """Ask for the orders of the day, of each of `stores`."""
        return eleme_api.all_orders(since, until, context)

    def signed(self, fetch: Fetch, key: Key, at: datetime, nonce: str) -> Request:
        """Sign a request."""
        return eleme_api.signed(fetch, key, at, nonce)

    def meaning(self, fetch: Fetch, body: bytes) -> Meaning:
        """Say what an answer means."""
        return eleme_api.meaning(fetch, body)

    def token_request(self, url: str, key: Key) -> Request:
        """Return the request for a token."""
        return eleme_api.token_request(url, key)

    def status_call(self, update: StatusUpdate) -> Calls:
        """Return what tells Ele.me of stock, or that an order is ready, or accepted."""
        return eleme_api.told(update)


def _signatures(said: Mapping[str, Any], secret: str) -> list[str]:
    """Return the signatures that fit a message: of the fields known, or of all that came."""
    names = [sorted(name for name in said if name != "signature"), [*_SIGNED]]
    contents = [
        "".join(f"{name}={spelt(said.get(name))}" for name in each)
        for each in names
        for spelt in (text_of, json_of)
    ]
    made = [hashlib.md5(f"{c}{secret}".encode(), usedforsecurity=False) for c in contents]
    return [each.hexdigest().upper() for each in made]


def text_of(value: Any) -> str:
    """Return a value as Java and Python print it."""
    return value if isinstance(value, str) else text(value)


# --- messages ------------------------------------------------------------------------------


def _sort(said: dict[str, Any], sheet: Sheet) -> None:
    """Put a message where it belongs."""
    kind = values.whole(said.get("type"))
    message = values.unwrapped(said.get("message"))
    revision = values.epoch_ms(said.get("timestamp"), SHOP_TIME)
    if kind is None:
        raise BadBody([FieldError("type", "must be a number")])
    if sheet.is_elsewhere(said.get("shopId"), obj(message).get("shopId")):
        return
    if why := _why_ignored(kind, message):
        sheet.ignore(why)
        if kind in {*_UNDECIDED, *_COURIER}:
            _ask_unless_known(obj(message), revision, sheet)
        return
    if not isinstance(message, dict):
        raise BadBody([FieldError("message", "must hold a JSON object")])
    if kind in _NEW:
        _sort_new(message, revision, sheet)
    else:
        _sort_change(kind, message, revision, sheet)
        if kind != _FINISHED and not sheet.orders:
            _ask_unless_known(message, revision, sheet)


def _ask_unless_known(message: dict[str, Any], revision: int | None, sheet: Sheet) -> None:
    """Ask for the order that a message is about: its own may have got lost, or come later yet."""
    if sheet.context.may_ask and text(message.get("orderId")):
        about = {"as_of": revision, "is_less": bool(sheet.amendments)}
        asked = eleme_api.the_order(order_id_of(message), "missed", **about)
        sheet.fetch.append(replace(asked, unless_known=True))


def _sort_new(order: dict[str, Any], revision: int | None, sheet: Sheet) -> None:
    """Take a new order; of one that is less than usual, ask for the whole, which replaces it."""
    is_less = values.is_true(order.get("downgraded")) and revision is not None
    if is_less and sheet.context.may_ask:
        about = {"revision": (revision or 0) + 1}
        sheet.fetch.append(eleme_api.the_order(order_id_of(order), f"whole:{revision}", **about))
        if "groups" not in order:
            sheet.ignore("it is sent without its dishes, and asked for")
            return
        order = {**order, "downgraded": False}
    _sort_order(order, revision, sheet)


def _why_ignored(kind: int, message: Any) -> str | None:
    if kind in _UNDECIDED:
        return f"type {kind}: a cancel that is not decided"
    if kind in _REFUNDS:
        return f"type {kind}: a refund of a finished order"
    if kind in _COURIER:
        return f"type {kind}: the courier, or an answer to the guest"
    if kind > _COURIER[-1] and kind not in _NEW and "groups" not in obj(message):
        return f"type {kind}: not about an order's dishes"
    return None


def _sort_order(order: dict[str, Any], revision: int | None, sheet: Sheet) -> None:
    """Take a whole order by its own state."""
    state = text(order.get("status")).lower()
    if state == "pending":
        sheet.ignore("pending: not in force yet")
    elif state == "settled":
        sheet.amend(_ended(order, revision, sheet), "settled: finished")
    elif state in {*_LIVE, "invalid"}:
        if not state:
            sheet.doubts.warn("no status; taken as a new order")
        made = order_of(order, revision, sheet, cancelled=state == "invalid")
        sheet.take(made, is_unpaid=made["payment"] != "paid" and not made["cancelled"])
    else:
        raise BadBody([FieldError("status", f"is {state!r}, which nobody has told us about")])


def _sort_change(kind: int, message: dict[str, Any], revision: int | None, sheet: Sheet) -> None:
    """Take a message about an order that was sent before."""
    order_id = order_id_of(message)
    is_part = text(message.get("refundType")).lower() == "part" or kind == _PART_CANCELLED
    if kind == _ACCEPTED:
        sheet.fire.append(order_id)
        sheet.ignore("type 12: the shop has accepted it")
    elif kind == _FINISHED:
        sheet.amend(_ended(message, revision, sheet), "type 18: finished")
    elif kind == _REMINDER:
        sheet.ignore("type 45: the guest asks where it is")
        number = order_id[-4:]
        sheet.doubts.show(
            f"尾号 {number} 的订单顾客催单", f"order …{number}: the guest asks where it is"
        )
    elif is_part and kind in {*_CANCEL_AGREED, _PART_CANCELLED}:
        sheet.amendments.append(returned(message, order_id, revision, sheet))
    elif kind in _VOID or kind in _CANCEL_AGREED:
        sheet.orders.append(sheet.cancel(order_id, revision=revision))
    else:
        raise BadBody([FieldError("type", f"is {kind}, which nobody has told us about")])


# --- what the API answers ------------------------------------------------------------------


def _sort_list(found: dict[str, Any], fetch: Fetch, since: datetime, sheet: Sheet) -> None:
    """Take one page of a day's orders, and ask for the next."""
    orders = parts_of(found.get("list"), "result.list", sheet.doubts)
    for order in orders:
        try:
            _sort_reread(order, fetch, sheet, since)
        except BodyError as error:  # the others are read all the same
            sheet.doubts.show(f"补查到一张单读不懂：{error}", f"an order read anew: {error}")
    following = eleme_api.next_page(fetch) if len(orders) >= eleme_api.PAGE else None
    if following is not None:
        sheet.fetch.append(following)
    sheet.ignore("nothing has changed")


def _sort_reread(
    order: dict[str, Any], fetch: Fetch, sheet: Sheet, since: datetime | None = None
) -> None:
    """Take an order that was asked for. `since`: what was in force before that has been told."""
    revision = fetch.about.get("revision")
    state = text(order.get("status")).lower()
    if sheet.is_elsewhere(order.get("shopId")):
        return
    if state == "invalid":
        sheet.amend(sheet.cancel(order_id_of(order)), "invalid: cancelled")
    elif isinstance(revision, int) or state not in _LIVE:
        _sort_order(order, revision, sheet)
    else:
        _take_missed(order, fetch, sheet, since)


def _take_missed(order: dict[str, Any], fetch: Fetch, sheet: Sheet, since: datetime | None) -> None:
    """Take an order that is in force, where the kitchen has not got it.

    It is as new as the message that made us ask: its own push may come late yet.
    """
    order_id, began = order_id_of(order), values.first(order, "activeAt", "createdAt")
    if text(order.get("status")).lower() == "valid" and sheet.wants("wait_for_confirm"):
        sheet.fire.append(order_id)
    at = values.when(began, SHOP_TIME)
    if since is not None and at is not None and at < since:
        return
    revision = max(values.epoch_ms(began, SHOP_TIME) or 0, fetch.about.get("as_of") or 0)
    made = order_of(order, revision or None, sheet, cancelled=False)
    sheet.show_less(order_id, fetch)
    if made["payment"] != "paid" and sheet.context.options.get("cook_unpaid") is False:
        sheet.ignore("not paid yet")
    else:
        sheet.missed.append(made)


def _ended(order: dict[str, Any], revision: int | None, sheet: Sheet) -> dict[str, Any]:
    nothing: list[Any] = []
    said = {"revision": revision, "partial": True, "closed": True, "lines": nothing}
    return sheet.order(order_id_of(order), **said)
