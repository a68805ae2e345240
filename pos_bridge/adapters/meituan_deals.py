"""Group-buy vouchers (团购券): a redeemed package is its dishes on a ticket, once per code."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pos_bridge.adapters import values
from pos_bridge.adapters.lines import LineIds, lines_of, name_of
from pos_bridge.adapters.meituan_orders import field
from pos_bridge.adapters.tickets import Sheet
from pos_bridge.adapters.values import Doubts, text

_COUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([^\W\d]{0,8})")
_UNDONE = frozenset({"cancel", "undo", "revoke", "撤销", "已撤销", "取消"})


def is_deal(event: dict[str, Any]) -> bool:
    """Say whether an event is about a voucher."""
    return _code(event) is not None


def redeemed(event: dict[str, Any], sheet: Sheet) -> None:
    """Put the dishes of a voucher on a ticket that has the code as its id.

    Redeeming the same code again finds that ticket, so that its dishes are made once.
    """
    code = text(_code(event))
    if not code:
        raise values.missing("couponCode")
    order_id = f"coupon-{code}"
    state = text(values.first(event, "action", "couponStatusDesc", "status")).lower()
    if state in _UNDONE:
        sheet.amend(sheet.cancel(order_id), "a voucher that is given back")
        return
    if values.is_true(values.first(event, "isVoucher", "is_voucher")):
        sheet.ignore("a cash voucher")
        return
    order = sheet.order(
        order_id,
        number=f"券{code[-4:]}",
        service="dine_in",
        channel="group_buy",
        payment="paid",
        table=text(values.first(event, "table", "tableName", "table_name")),
        session=text(values.first(event, "session", "eOrderId")),
        placed_at=values.iso(values.first(event, "consumeTime", "verifyTime"), sheet.context.zone),
        lines=_lines(event, sheet.doubts),
    )
    sheet.orders.append(order)


def _code(event: dict[str, Any]) -> Any:
    codes = values.unwrapped(field(event, "coupon_codes"))
    first = codes[0] if isinstance(codes, list) and codes else None
    return values.first({**event, "_first": first}, "couponCode", "coupon_code", "_first")


def _lines(event: dict[str, Any], doubts: Doubts) -> list[dict[str, Any]]:
    """Return the package as a set: its name, and below it the dishes, as often as redeemed."""
    name = name_of(event, "dealTitle", "deal_title", "dealId", "deal_id", doubts=doubts)
    sets = values.quantity(values.first(event, "count", "num"), name, doubts)
    parent = {
        "line_id": "deal",
        "item_id": text(values.first(event, "dealId", "deal_id")),
        "name": name,
        "quantity": sets,
    }
    menu = values.first(event, "dealMenu", "deal_menu")
    dishes = [] if menu is None else lines_of(menu, "dealMenu", doubts)
    ids = LineIds()
    made = [_dish(each, sets, ids, doubts) for each in dishes if not _is_heading(each)]
    return [values.without_nothing(parent), *made]


def _is_heading(dish: dict[str, Any]) -> bool:
    """Say whether an entry names a group of dishes (二选一): it has neither count nor price."""
    return not any(text(dish.get(key)) for key in ("specification", "price", "total", "count"))


def _dish(dish: dict[str, Any], sets: str, ids: LineIds, doubts: Doubts) -> dict[str, Any]:
    name = name_of(dish, "content", "name", doubts=doubts, place="dealMenu")
    said = text(values.first(dish, "count", "specification")) or "1"
    found = _COUNT.match(said)
    each = values.quantity(found[1] if found else None, name, doubts)
    line = {
        "line_id": ids.of(name, said),
        "parent": "deal",
        "name": name,
        "quantity": values.quantity(str(Decimal(each) * Decimal(sets)), name, doubts),
        "unit": found[2] if found else "",
    }
    return values.without_nothing(line)
