"""One delivery order of Meituan's, in the spelling of either platform."""

from __future__ import annotations

import re
from typing import Any

from pos_bridge.adapters import values
from pos_bridge.adapters.lines import LineIds, lines_of, name_of
from pos_bridge.adapters.tickets import Sheet, held
from pos_bridge.adapters.values import Doubts, obj, text

_PROPERTIES = re.compile(r"[,，、]")
_PRIVATE = re.compile(
    r"[,，。;；\s]*收餐人隐私号\s*[\d_\-*转]+[,，\s]*(?:手机号\s*[\d*]+)?[,，\s]*"
)
_MOST_GUESTS = 20
_ONLINE = 2
_CONFIRMED, _CANCELLED = 4, 9
_ODD = {"ctime": "cTime", "utime": "uTime"}
"""As SaaS spells them where it is asked for an order."""


def field(said: dict[str, Any], name: str) -> Any:
    """Return a field of waimai's spelling, or of SaaS's; None for nothing."""
    first, *rest = name.split("_")
    return values.first(
        said, name, first + "".join(part.title() for part in rest), _ODD.get(name, "")
    )


def order_of(
    event: dict[str, Any], order_id: str, status: int | None, sheet: Sheet
) -> dict[str, Any]:
    """Return the canonical order of a push with `detail`."""
    doubts, zone = sheet.doubts, sheet.context.zone
    is_cancelled = status == _CANCELLED
    order = sheet.order(
        order_id,
        revision=revision_of(event, status, sheet),
        number=text(field(event, "day_seq")) or text(field(event, "wm_order_id_view")),
        service="pickup" if values.is_true(field(event, "pick_type")) else "delivery",
        channel="delivery",
        guests=_guests(event),
        placed_at=values.iso(field(event, "ctime"), zone),
        due_at=values.iso(field(event, "delivery_time"), zone),
        payment="paid" if _is_paid(event) else "unpaid",
        cancelled=is_cancelled,
        customer=values.plain(field(event, "recipient_name")),
        note=_note(event, doubts),
        lines=_lines(field(event, "detail"), doubts),
    )
    waits = sheet.context.options.get("wait_for_confirm") is True
    return held(order) if waits and not is_cancelled and status != _CONFIRMED else order


def revision_of(event: dict[str, Any], status: int | None, sheet: Sheet) -> int | None:
    """Return the time of the last change; of one second the later state is the newer."""
    changed = values.epoch_ms(field(event, "utime"), sheet.context.zone)
    return None if changed is None else changed + (status or 0)


def _is_paid(event: dict[str, Any]) -> bool:
    """Say whether it was paid online; what does not say so is, as nearly all are."""
    kind = values.whole(field(event, "pay_type"))
    return kind is None or kind == _ONLINE


def _guests(event: dict[str, Any]) -> int | None:
    """Return for how many it is; high numbers stand for "as the shop sees fit"."""
    number = values.guests(field(event, "dinners_number"))
    return number if number is not None and number <= _MOST_GUESTS else None


def _note(event: dict[str, Any], doubts: Doubts) -> str:
    """Return the guest's wish without the telephone number that the platform adds, and gifts."""
    wish = _PRIVATE.sub(" ", values.words(field(event, "caution"))).strip()
    gifts = [
        remark
        for extra in lines_of(field(event, "extras") or [], "extras", doubts)
        if "赠" in (remark := values.plain(extra.get("remark")))
    ]
    return values.joined(wish, *gifts, by=" · ")


def _lines(detail: Any, doubts: Doubts) -> list[dict[str, Any]]:
    ids = LineIds()
    foods = lines_of(detail, "detail", doubts)
    bags = {text(food.get("cart_id")) for food in foods} - {""}
    return [_line(food, f"detail[{n}]", ids, len(bags) > 1, doubts) for n, food in enumerate(foods)]


def _line(
    food: dict[str, Any], place: str, ids: LineIds, has_bags: bool, doubts: Doubts
) -> dict[str, Any]:
    keys = ("food_name", "name", "app_food_code", "sku_id")
    name = name_of(food, *keys, doubts=doubts, place=place)
    code, spec = text(food.get("app_food_code")), values.plain(food.get("spec"))
    chosen = [spec, *_PROPERTIES.split(_properties(food))]
    modifiers = [values.modifier(each.strip()) for each in chosen if each.strip()]
    bag = values.whole(food.get("cart_id")) if has_bags else None
    line = {
        "line_id": ids.of(code or name, text(food.get("sku_id")), modifiers, bag),
        "item_id": code or text(food.get("sku_id")),
        "name": name,
        "quantity": values.quantity(food.get("quantity"), name, doubts),
        "unit": values.plain(food.get("unit")),
        "seat": None if bag is None else str(bag + 1),
        "modifiers": modifiers,
    }
    return values.without_nothing(line)


def _properties(food: dict[str, Any]) -> str:
    """Return the chosen properties as one text, whichever way they are listed."""
    found = food.get("food_property")
    if isinstance(found, list | dict):
        listed = found if isinstance(found, list) else [found]
        return ",".join(values.plain(obj(each).get("name") or each) for each in listed)
    return values.plain(found)


def returned(event: dict[str, Any], order_id: str, food: Any, sheet: Sheet) -> dict[str, Any]:
    """Return what is no longer wanted of an order, as lines that are given back.

    The push does not say how much of a dish stays, so the kitchen sees both: the line, and the
    return.
    """
    doubts, ids = sheet.doubts, LineIds()
    refund = text(values.first(event, "refund_id", "refundId", "ctime", "utime"))
    lines = []
    for number, each in enumerate(lines_of(food, "food", doubts)):
        name = name_of(
            each, "food_name", "name", "app_food_code", doubts=doubts, place=f"food[{number}]"
        )
        count = values.quantity(values.first(each, "count", "quantity"), name, doubts)
        spec = values.plain(each.get("spec"))
        line = {
            "line_id": "return-"
            + ids.of(refund, text(each.get("app_food_code")), name, spec, count),
            "item_id": text(each.get("app_food_code")),
            "name": name,
            "quantity": count if count.startswith("-") else f"-{count}",
            "note": "部分退款 refunded",
            "modifiers": [values.modifier(spec)] if spec else None,
        }
        lines.append(values.without_nothing(line))
    return sheet.order(order_id, partial=True, lines=lines)
