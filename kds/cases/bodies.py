"""Orders of a case in the shape of the outside contract."""

from __future__ import annotations

from typing import Any

from kds.cases.schema import LineSpec, OrderSpec


def canonical(order: OrderSpec) -> dict[str, Any]:
    """Return the order in the shape of the outside contract."""
    made: dict[str, Any] = {
        "source": order.source,
        "order_id": order.id,
        "table": order.table,
        "session": order.session or order.table,
        "lines": [_line(line) for line in order.lines],
    }
    for name in ("service", "channel", "payment", "number", "zone", "note", "cancelled", "closed"):
        if name in order.model_fields_set:
            made[name] = getattr(order, name)
    if "member" in order.model_fields_set:
        made["member"] = {"tier": order.member} if order.member else None
    if order.guests:
        made["guests"] = int(order.guests) if order.guests.isdigit() else order.guests
    return made | ({"partial": True} if order.partial else {})


def _line(line: LineSpec) -> dict[str, Any]:
    made: dict[str, Any] = {
        "line_id": line.id or line.name,
        "name": line.name,
        "quantity": line.quantity,
        "category": line.category,
        "item_id": line.item,
        "unit": line.unit,
        "note": line.note,
        "state": line.state,
        "course": line.course or None,
        "seat": line.seat or None,
        "parent": line.parent or None,
        "voucher": line.voucher or None,
        "tags": line.tags,
        "modifiers": [
            {"name": m.name, "quantity": m.quantity} | ({"kind": m.kind} if m.kind else {})
            for m in line.modifiers
        ],
    }
    return made
