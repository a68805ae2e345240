"""One order of Ele.me's, as the open platform pushes it and as guests see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta, timezone
from typing import Any

from pos_bridge.adapters import values
from pos_bridge.adapters.lines import LineIds, lines_of, name_of, parts_of
from pos_bridge.adapters.tickets import Sheet, held
from pos_bridge.adapters.values import Doubts, obj, text

SHOP_TIME = timezone(timedelta(hours=8))
"""Times come without an offset; all shops are in China."""

_FEES = frozenset({2, 11, 12, 13, 15, 102, 103, 108, 300})
"""`categoryId` of what is no dish: delivery, packing, discounts, vouchers."""

_FEE_IDS = frozenset({-10, -70000, -90000})
_NO_DISHES = frozenset({"extra", "discount"})
_NUMBER = re.compile(r"\d+")
_OVER = ("已送达", "已完成", "已取消", "已关闭")


def order_id_of(order: dict[str, Any]) -> str:
    """Return an order's id; raises `BodyError` where there is none."""
    found = text(values.first(order, "id", "orderId", "unique_id", "order_id"))
    if not found:
        raise values.missing("orderId")
    return found


def order_of(
    order: dict[str, Any], revision: int | None, sheet: Sheet, *, cancelled: bool
) -> dict[str, Any]:
    """Return the canonical order of a whole order of the open platform."""
    is_fetched = values.whole(order.get("orderBusinessType")) == 1
    is_book = values.is_true(values.first(order, "book", "isBook"))
    if values.is_true(order.get("downgraded")):
        sheet.doubts.show(
            "平台降级：订单内容可能不全，请核对",
            "the platform sends less than usual: this order may not be complete",
        )
    made = sheet.order(
        order_id_of(order),
        revision=revision,
        number=text(order.get("daySn")),
        service="pickup" if is_fetched else "delivery",
        channel="delivery",
        placed_at=values.iso(values.first(order, "activeAt", "createdAt"), SHOP_TIME),
        due_at=values.iso(order.get("deliverTime"), SHOP_TIME) if is_book else None,
        payment="paid" if _is_paid(order) else "unpaid",
        cancelled=cancelled,
        customer=values.plain(values.first(order, "consignee", "userName")),
        note=values.words(order.get("description")),
        lines=list(_lines(order, sheet.doubts)),
    )
    waits = sheet.context.options.get("wait_for_confirm") is True
    is_new = text(order.get("status")).lower() in {"", "unprocessed"}
    return held(made) if waits and is_new else made


def _is_paid(order: dict[str, Any]) -> bool:
    """Say whether it was paid online; what does not say so is, as nearly all are."""
    said = values.first(order, "onlinePaid", "isOnlinePaid")
    return said is None or values.is_true(said)


# --- dishes --------------------------------------------------------------------------------


def _lines(order: dict[str, Any], doubts: Doubts) -> Iterator[dict[str, Any]]:
    """Yield the dishes of all baskets; where there are several, each is a guest's."""
    groups = [
        group
        for group in lines_of(order.get("groups"), "groups", doubts)
        if text(group.get("type")).lower() not in _NO_DISHES
    ]
    ids = LineIds()
    for number, group in enumerate(groups, 1):
        place = f"groups[{number - 1}].items"
        found = _NUMBER.search(text(group.get("name")))
        seat = (found[0] if found else str(number)) if len(groups) > 1 else None
        for item in lines_of(group.get("items"), place, doubts):
            if not _is_fee(item):
                yield _line(item, place, seat, ids, doubts)


def _is_fee(item: dict[str, Any]) -> bool:
    is_fee = values.whole(item.get("categoryId")) in _FEES
    return is_fee or values.whole(item.get("id")) in _FEE_IDS


def _line(
    item: dict[str, Any], place: str, seat: str | None, ids: LineIds, doubts: Doubts
) -> dict[str, Any]:
    name = name_of(item, "name", "skuId", "id", doubts=doubts, place=place)
    specs = _pairs(
        values.first(item, "newSpecs", "new_specs", "specs"), f"{place}.newSpecs", doubts
    )
    attributes = _pairs(values.first(item, "attributes", "attrs"), f"{place}.attributes", doubts)
    name = _bare(name, [value for _, value in specs], [value for _, value in attributes])
    modifiers = [values.modifier(_named(*pair)) for pair in (*specs, *attributes)]
    modifiers += _added(item, place, doubts)
    code = text(values.first(item, "extendCode", "skuId", "id"))
    line = {
        "line_id": ids.of(code, name, modifiers, seat),
        "item_id": code,
        "name": name,
        "quantity": values.quantity(item.get("quantity"), name, doubts),
        "seat": seat,
        "modifiers": modifiers,
    }
    return values.without_nothing(line)


def _pairs(value: Any, place: str, doubts: Doubts) -> list[tuple[str, str]]:
    """Return what was chosen, as what it was chosen of and the choice."""
    found = []
    for each in parts_of(value, place, doubts):
        of, chosen = values.plain(each.get("name")), values.plain(each.get("value"))
        if of or chosen:
            found.append((of, chosen) if chosen else ("", of))
    return found


def _named(of: str, chosen: str) -> str:
    return f"{of}: {chosen}" if of else chosen


def _bare(name: str, specs: list[str], attributes: list[str]) -> str:
    """Return the dish's own name: the platform repeats what was chosen behind it."""
    bare = name
    if attributes and bare.endswith(f"[{'+'.join(attributes)}]"):
        bare = bare[: bare.rindex("[")]
    for spec in specs:
        bare = bare.removesuffix(f"-{spec}")
    return bare.strip() or name


def _added(item: dict[str, Any], place: str, doubts: Doubts) -> list[dict[str, Any]]:
    """Return what was added to a dish, as further items of it."""
    made = []
    for key in ("ingredients", "additions"):
        for each in parts_of(item.get(key), f"{place}.{key}", doubts):
            name = name_of(each, "name", "id", doubts=doubts, place=f"{place}.{key}")
            count = values.quantity(each.get("quantity"), name, doubts)
            made.append(values.modifier(name, count, "add"))
    return made


def returned(
    message: dict[str, Any], order_id: str, revision: int | None, sheet: Sheet
) -> dict[str, Any]:
    """Return what is no longer wanted of an order, as lines that are given back."""
    doubts, ids = sheet.doubts, LineIds()
    lines = []
    for each in lines_of(message.get("goodsList"), "goodsList", doubts):
        name = name_of(each, "name", "skuId", doubts=doubts, place="goodsList")
        count = values.quantity(each.get("quantity"), name, doubts)
        line = {
            "line_id": "return-" + ids.of(revision, text(each.get("skuId")), name, count),
            "item_id": text(each.get("skuId")),
            "name": name,
            "quantity": count if count.startswith("-") else f"-{count}",
            "note": "部分退单 cancelled",
        }
        lines.append(values.without_nothing(line))
    return sheet.order(order_id, revision=revision, partial=True, lines=lines)


# --- as guests see it ----------------------------------------------------------------------


def seen_by_guest(said: dict[str, Any], sheet: Sheet) -> None:
    """Take an order as the guest's own app shows it: what is in `basket.group`.

    Extras, discounts and fees lie beside `group`. One that is over ends its visit at once.
    """
    doubts, ids = sheet.doubts, LineIds()
    basket = obj(said.get("basket"))
    state = values.plain(obj(said.get("status_bar")).get("title"))
    items = lines_of(basket.get("group"), "basket.group", doubts)
    order = sheet.order(
        order_id_of({"id": values.first(said, "unique_id", "id")}),
        service="delivery",
        channel="delivery",
        placed_at=values.iso(said.get("formatted_created_at"), SHOP_TIME),
        payment="paid",
        cancelled="取消" in state,
        closed=any(word in state for word in _OVER),
        note=values.words(values.first(said, "remark", "description")),
        lines=[_line(item, "basket.group", None, ids, doubts) for item in items],
    )
    sheet.orders.append(order)
