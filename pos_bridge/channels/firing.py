"""The amendment that a vendor means who releases an order without repeating its lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kds.kitchen.messages import LineContent, LineState, Modifier
from kds.kitchen.orders import Order


def fired_by_vendor(order: Order) -> dict[str, Any] | None:
    """Return a canonical amendment that orders each line that is held; None where none is.

    It has no revision, as the vendors who need it count none.
    """
    held = [line.content for line in order.lines.values() if line.content.state is LineState.HELD]
    if not held:
        return None
    source, order_id = order.key
    lines = [_ordered(content) for content in held]
    return {"source": source, "order_id": order_id, "partial": True, "lines": lines}


def _ordered(content: LineContent) -> dict[str, Any]:
    return {
        "line_id": content.line_id,
        "parent": content.parent,
        "item_id": content.item_id,
        "name": content.name,
        "names": dict(content.names),
        "category": content.category,
        "quantity": str(content.quantity),
        "unit": content.unit,
        "course": content.course,
        "seat": content.seat,
        "note": content.note,
        "modifiers": _modifiers(content.modifiers),
    }


def _modifiers(modifiers: Iterable[Modifier]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "kind": each.kind.value,
            "quantity": str(each.quantity),
            "modifiers": _modifiers(each.modifiers),
        }
        for each in modifiers
    ]
