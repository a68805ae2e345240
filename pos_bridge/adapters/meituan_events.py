"""What Meituan's events come to: pushed ones, and orders that were asked for.

The table of events is in `meituan.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kds.records.errors import BadBody, BodyError, FieldError
from pos_bridge.adapters import meituan_api, values
from pos_bridge.adapters.adapter import Fetch
from pos_bridge.adapters.meituan_deals import is_deal, redeemed
from pos_bridge.adapters.meituan_orders import field, order_of, returned, revision_of
from pos_bridge.adapters.tickets import Sheet
from pos_bridge.adapters.values import text

_OF_EVERY_CALL = frozenset(
    {"app_id", "app_poi_code", "charset", "developerId", "ePoiId", "sig", "sign", "timestamp"}
)
_ELSEWHERE = ("logistics_status", "shipping_status", "dispatcher_name")
_OF_ORDERS = ("day_seq", "ctime", "caution", "recipient_name", "pay_type", "delivery_time")
"""What a report of a state has not: an order whose dishes are missing is a fault, and shown."""

_SUBMITTED, _DELIVERED, _DONE, _CANCELLED = 1, 6, 8, 9
_TO_COOK = frozenset({2, 3, 4})
_CONFIRMED = 4
_INCOMPLETE = -1


def sort_event(event: dict[str, Any], fields: dict[str, Any], sheet: Sheet) -> None:
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
    if _is_asked_for_whole(event, order_id, sheet):
        sheet.ignore("it is sent without its dishes, and asked for")
    elif field(event, "detail") is not None:
        _sort_whole(event, order_id, sheet)
    else:
        _sort_report(event, order_id, kind, sheet)


def _sort_report(event: dict[str, Any], order_id: str, kind: str, sheet: Sheet) -> None:
    """Take what is pushed about an order that was pushed before."""
    if field(event, "notify_type") is not None or kind in {"orderRefund", "partOrderRefund"}:
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
    is_over = sheet.orders or kind == "orderComplete" or _status(event) in {_DELIVERED, _DONE}
    if sheet.context.may_ask and not is_over:
        about = {"is_less": bool(sheet.amendments)}
        asked = meituan_api.the_order(order_id, "missed", sheet.context.options, **about)
        sheet.fetch.append(replace(asked, unless_known=True))


def _is_asked_for_whole(event: dict[str, Any], order_id: str, sheet: Sheet) -> bool:
    """Ask for the whole of an order that is not; say whether nothing can be cooked before."""
    is_less = values.whole(field(event, "incmp_code")) == _INCOMPLETE
    if not (is_less and sheet.context.may_ask):
        return False
    changed = revision_of(event, _status(event), sheet)
    if changed is not None:  # one more than what was pushed, which it replaces
        asked = (order_id, f"whole:{changed}", sheet.context.options)
        sheet.fetch.append(meituan_api.the_order(*asked, revision=changed + 1))
    return changed is not None and field(event, "detail") is None


def _sort_whole(event: dict[str, Any], order_id: str, sheet: Sheet) -> None:
    """Take all of an order."""
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


# --- what the API answers ------------------------------------------------------------------


def sort_answer(said: dict[str, Any], fetch: Fetch, sheet: Sheet) -> None:
    """Put an answer of the API where it belongs. Raises `BodyError`."""
    data = meituan_api.data_of(said)
    match meituan_api.is_of(fetch):
        case "last":
            number = values.whole(data.get("day_seq"))
            if number is None:
                raise values.missing("data.day_seq")
            _ask(meituan_api.by_number(fetch.key, number, fetch), sheet)
        case "number":
            _sort_number(data, fetch, sheet)
        case _ if meituan_api.since_of(fetch) is None:
            _sort_reread(data, fetch, sheet)
        case _:
            _sort_walked(data, fetch, sheet)


def _ask(fetch: Fetch | None, sheet: Sheet) -> None:
    """Ask for more, where there is more."""
    if fetch is not None:
        sheet.fetch.append(fetch)
    sheet.ignore("nothing has changed")


def _sort_number(found: dict[str, Any], walk: Fetch, sheet: Sheet) -> None:
    """Ask for the order of a number of the day, or for the one before, where there is none."""
    order_id = text(found.get("order_id"))
    _ask(meituan_api.walked_to(order_id, walk) if order_id else meituan_api.before(walk), sheet)


def _sort_walked(event: dict[str, Any], walk: Fetch, sheet: Sheet) -> None:
    """Take an order of the day, and ask for the one before unless this one is old."""
    if not event:
        _ask(meituan_api.before(walk), sheet)
        return
    made = values.when(field(event, "ctime"), sheet.context.zone)
    since = meituan_api.since_of(walk)
    if made is not None and since is not None and made < since:
        sheet.ignore("it was there before")
        return
    try:
        _sort_reread(event, walk, sheet)
    except BodyError as error:  # those before are read all the same
        sheet.doubts.show(f"补查到一张单读不懂：{error}", f"an order read anew: {error}")
    _ask(meituan_api.before(walk), sheet)


def _sort_reread(event: dict[str, Any], fetch: Fetch, sheet: Sheet) -> None:
    """Take an order that was asked for."""
    order_id = text(field(event, "order_id"))
    status, revision = _status(event), fetch.about.get("revision")
    if not order_id:
        raise values.missing("data.order_id")
    if sheet.is_elsewhere(field(event, "app_poi_code"), field(event, "e_poi_id")):
        return
    if status == _CANCELLED:
        sheet.amend(sheet.cancel(order_id), "status 9: cancelled")
        return
    if status is not None and status not in _TO_COOK:
        _sort_whole(event, order_id, sheet)
        return
    if status == _CONFIRMED and sheet.wants("wait_for_confirm"):
        sheet.fire.append(order_id)
    made = order_of(event, order_id, status, sheet)
    is_unpaid = made["payment"] != "paid"
    if isinstance(revision, int):
        sheet.take({**made, "revision": revision}, is_unpaid=is_unpaid)
    elif is_unpaid and sheet.context.options.get("cook_unpaid") is False:
        sheet.ignore("not paid yet")
    else:
        sheet.show_less(order_id, fetch)
        sheet.missed.append(made)
