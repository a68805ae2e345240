"""Square's orders: states, fulfilments, lines, as `square.py` says which of them is cooked."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Fetch
from pos_bridge.adapters.lines import name_of, parts_of
from pos_bridge.adapters.tickets import (
    Sheet,
    choice,
    dishes,
    held,
    line,
    nested,
    numbered,
    order_id,
    tail,
)
from pos_bridge.adapters.values import Doubts, at, first, joined, missing, obj, text, whole

_UNITS = {"OUNCE": "oz", "POUND": "lb", "GRAM": "g", "KILOGRAM": "kg", "LITER": "l", "UNIT": ""}
_SERVICES = {
    "PICKUP": "pickup",
    "DELIVERY": "delivery",
    "SHIPMENT": "delivery",
    "IN_STORE": "dine_in",
}
_DETAILS = ("pickup_details", "delivery_details", "shipment_details", "in_store_details")
_OVER = frozenset({"CANCELED", "FAILED"})


def fetch_of(number: str, told: dict[str, Any], value: dict[str, Any]) -> Fetch:
    """Return what reads an order once per version, else once per event."""
    version = text(told.get("version"))
    event = text(value.get("event_id")) or text(value.get("created_at"))
    need = f"v{version}" if version else event
    return Fetch(f"{number}:{need}", number, f"/v2/orders/{quote(number, safe='')}")


def take_order(
    order: dict[str, Any], request: dict[str, Any], sheet: Sheet, *, is_sparse: bool = False
) -> None:
    """Put an order where it belongs. `request`: what it came in; `is_sparse`: it is a change."""
    if sheet.is_elsewhere(order.get("location_id")):
        return
    state = text(order.get("state")).upper()
    fulfillments = parts_of(order.get("fulfillments"), "fulfillments", sheet.doubts)
    states = [text(each.get("state")).upper() for each in fulfillments]
    if state == "DRAFT":
        sheet.ignore("a draft is still being written")
        return
    if order.get("returns") and not order.get("line_items"):
        sheet.ignore("a return of goods: nothing to cook")
        return
    if is_sparse and _says_too_little(order, request):
        number = text(order.get("id"))
        if number:
            sheet.fetch.append(fetch_of(number, {"version": _revision(order, is_sparse=True)}, {}))
            return
        sheet.doubts.warn("a sparse change without the order's id: what it leaves out is unknown")
    made = _order(order, request, fulfillments, sheet, is_sparse=is_sparse)
    if state == "CANCELED" or (states and set(states) <= _OVER):
        made["cancelled"] = True
    elif state and state not in {"OPEN", "COMPLETED"}:
        sheet.doubts.warn(f"the order's state “{state}” is not known; it is cooked")
    is_over = state == "COMPLETED" or (bool(states) and set(states) <= {"COMPLETED", *_OVER})
    if is_over and not made.get("cancelled") and not sheet.wants("cook_completed"):
        sheet.amend(made, "completed already")
    else:
        sheet.take(made, is_unpaid=made.get("payment") == "unpaid")


def _says_too_little(order: dict[str, Any], request: dict[str, Any]) -> bool:
    """Say whether a sparse change leaves its lines open: one is cleared, or has no name."""
    cleared = _texts(request.get("fields_to_clear"))
    lines = parts_of(order.get("line_items"), "", Doubts())
    is_cleared = any(path.startswith("line_items[") for path in cleared)
    return is_cleared or not all(each.get("name") and each.get("quantity") for each in lines)


def _texts(value: Any) -> list[str]:
    return [text(each) for each in value] if isinstance(value, list) else []


def _order(
    order: dict[str, Any],
    request: dict[str, Any],
    fulfillments: list[dict[str, Any]],
    sheet: Sheet,
    *,
    is_sparse: bool,
) -> dict[str, Any]:
    doubts = sheet.doubts
    found = text(order.get("id"))
    if not found and not is_sparse and "idempotency_key" not in request:
        raise missing("order.id")  # as in the answer of CalculateOrder, which orders nothing
    number = order_id(found, request or order, doubts)
    is_over = text(order.get("state")).upper() in {"CANCELED", "COMPLETED"}
    lines = _lines(order, fulfillments, doubts, may_lack=is_sparse or is_over)
    cleared = _texts(request.get("fields_to_clear"))
    is_partial = (is_sparse or order.get("line_items") is None) and "line_items" not in cleared
    now = _current(fulfillments)
    due, zone = _due(now), sheet.context.zone
    named = text(first(order, "ticket_name", "reference_id"))
    made = sheet.order(
        number,
        revision=_revision(order, is_sparse=is_sparse),
        number=None if is_partial and is_sparse else named or tail(number),
        service=_SERVICES.get(text(now.get("type")).upper()),
        placed_at=values.iso(order.get("created_at"), zone),
        due_at=values.iso(due, zone),
        payment=None if is_sparse else _payment(order),
        customer=text(at(_details(now), "recipient", "display_name")),
        note=_note(fulfillments),
        partial=True if is_partial else None,
    )
    made["lines"] = numbered(lines)
    if is_sparse and "ticket_name" in cleared:
        made["number"] = ""
    if fulfillments and _states(fulfillments) - _OVER == {"PROPOSED"}:
        return held(made)
    return made


def _revision(order: dict[str, Any], *, is_sparse: bool) -> int | None:
    """Return the version; that of a request is the one it changes, and so makes the next."""
    version = whole(order.get("version"))
    if version is None or version < 0:
        return None
    return version + 1 if is_sparse else version


def _payment(order: dict[str, Any]) -> str:
    """Return how far it is paid. What is due is 0 as well where nothing costs anything."""
    due = whole(at(order, "net_amount_due_money", "amount"))
    tenders = order.get("tenders")
    if text(order.get("state")).upper() == "COMPLETED" or (due == 0 and tenders):
        return "paid"
    return "partial" if tenders else "unpaid"


# --- fulfilments ---------------------------------------------------------------------------


def _states(fulfillments: list[dict[str, Any]]) -> set[str]:
    return {text(each.get("state")).upper() for each in fulfillments}


def _current(fulfillments: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fulfilment that speaks for the order: the first that is not over."""
    over = _OVER | {"COMPLETED"}
    alive = [each for each in fulfillments if text(each.get("state")).upper() not in over]
    return next(iter(alive or fulfillments), {})


def _details(fulfillment: dict[str, Any]) -> dict[str, Any]:
    return obj(first(fulfillment, *_DETAILS))


def _due(fulfillment: dict[str, Any]) -> Any:
    """Return when the guest or the courier comes, where that is not as soon as possible."""
    details = _details(fulfillment)
    if text(details.get("schedule_type")).upper() == "ASAP":
        return None
    return first(details, "courier_pickup_at", "pickup_at", "deliver_at", "expected_shipped_at")


def _note(fulfillments: list[dict[str, Any]]) -> str:
    found: list[str] = []
    for each in fulfillments:
        details = _details(each)
        curbside = obj(details.get("curbside_pickup_details"))
        car = joined(curbside.get("curbside_details"))
        is_curbside = values.is_true(details.get("is_curbside_pickup"))
        found += [
            text(first(details, "note", "shipping_note")),
            joined("Curbside:" if is_curbside else "", car),
        ]
    return joined(*found, by="\n")


# --- lines ---------------------------------------------------------------------------------


def _lines(
    order: dict[str, Any], fulfillments: list[dict[str, Any]], doubts: Doubts, *, may_lack: bool
) -> list[dict[str, Any]]:
    items = dishes(order, "line_items", doubts, may_lack=may_lack)
    by_line = _states_by_line(fulfillments)
    made = []
    for item in items:
        if text(item.get("item_type")).upper() == "GIFT_CARD":
            doubts.warn(f"{text(item.get('name'))}: a gift card is nothing to cook")
            continue
        made.append(_line(item, by_line, doubts))
    return made


def _line(item: dict[str, Any], by_line: dict[str, set[str]], doubts: Doubts) -> dict[str, Any]:
    variation = text(item.get("variation_name"))
    is_open = text(item.get("item_type")).upper() == "CUSTOM_AMOUNT"
    named = {"name": "Custom amount", **item} if is_open else item
    shown = name_of(named, "name", "variation_name", "catalog_object_id", doubts=doubts)
    sizes = [values.modifier(variation)] if variation and variation != shown else []
    chosen = parts_of(item.get("modifiers"), "modifiers", doubts)
    states = by_line.get(text(item.get("uid")), set())
    state = "void" if states and states <= _OVER else "held" if states == {"PROPOSED"} else None
    return line(
        item.get("uid"),
        shown,
        values.quantity(item.get("quantity"), shown, doubts),
        item_id=text(item.get("catalog_object_id")),
        unit=_unit(item),
        note=text(item.get("note")),
        state=state,
        modifiers=sizes + nested(chosen, "uid", "parent_modifier_uid", _chosen, doubts) or None,
    )


def _states_by_line(fulfillments: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Return the states of the fulfilments that name single lines, by line."""
    found: dict[str, set[str]] = {}
    for each in fulfillments:
        if text(each.get("line_item_application")).upper() != "ENTRY_LIST":
            continue
        for entry in parts_of(each.get("entries"), "", Doubts()):
            states = found.setdefault(text(entry.get("line_item_uid")), set())
            states.add(text(each.get("state")).upper())
    return found


def _unit(item: dict[str, Any]) -> str:
    measure = obj(at(item, "quantity_unit", "measurement_unit"))
    custom = obj(measure.get("custom_unit"))
    kinds = ("weight_unit", "volume_unit", "generic_unit", "length_unit", "area_unit", "time_unit")
    word = text(first(measure, *kinds)).rpartition("_")[2]
    return text(first(custom, "abbreviation", "name")) or _UNITS.get(word, word.lower())


def _chosen(item: dict[str, Any], inner: list[dict[str, Any]], doubts: Doubts) -> dict[str, Any]:
    name = text(first(item, "name", "catalog_object_id"))
    return choice(name, item.get("quantity"), doubts, inner=inner)
