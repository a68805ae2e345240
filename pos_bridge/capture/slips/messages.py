"""From known lines to canonical orders. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pos_bridge.capture.slips.known import KnownLine
from pos_bridge.capture.slips.slip import Slip

MOST_QUANTITY = 99_999
_ALLERGY = re.compile(r"allerg|过敏|過敏", re.IGNORECASE)
_REMOVE = re.compile(
    r"^(?:no|without|less|hold the|w/o)\b|^(?:不要|不放|免|去|走|忌|无)", re.IGNORECASE
)
_ADD = re.compile(r"^(?:add|extra|with|plus)\b|^(?:加|多)", re.IGNORECASE)


def modifier(text: str) -> dict[str, str]:
    """Return a modifier as printed, with what it does as far as its first word says."""
    kinds = ((_ALLERGY, "allergy"), (_REMOVE, "remove"), (_ADD, "add"))
    kind = next((kind for words, kind in kinds if words.search(text)), "choice")
    return {"name": text, "kind": kind}


def line_value(line: KnownLine) -> dict[str, Any]:
    """Return a line of a canonical order as it now stands."""
    is_void = line.voided > 0 and line.left <= 0
    state = "void" if is_void else ("held" if line.held else "ordered")
    return {
        "line_id": line.line_id,
        "parent": line.parent or None,
        "item_id": line.code,
        "name": line.name,
        "quantity": str(min(line.ordered if is_void else line.left, MOST_QUANTITY)),
        "unit": line.unit,
        "category": line.category,
        "course": line.course or None,
        "note": line.note,
        "state": state,
        "modifiers": [modifier(text) for text in line.modifiers],
    }


def order_value(
    slip: Slip, order_id: str, lines: Iterable[KnownLine], *, partial: bool
) -> dict[str, Any]:
    """Return the canonical order, or an amendment of it, that a slip makes."""
    value: dict[str, Any] = {
        "source": slip.source,
        "order_id": order_id,
        "partial": partial,
        "lines": [line_value(line) for line in lines],
        **fields_of(slip),
    }
    if not partial and slip.at_ms is not None:
        value["placed_at"] = datetime.fromtimestamp(slip.at_ms / 1000, UTC).isoformat()
    return value


def fields_of(slip: Slip) -> dict[str, Any]:
    """Return the fields that a slip states."""
    found: dict[str, Any] = {
        name: slip.fields[name]
        for name in ("table", "zone", "server", "customer", "service", "session")
        if slip.fields.get(name)
    }
    if slip.number:
        found["number"] = slip.number
    if (guests := slip.fields.get("guests", "")).isdecimal():
        found["guests"] = int(guests)
    if slip.notes:
        found["note"] = "\n".join(slip.notes)
    if slip.is_paid:
        found["payment"] = "paid"
    return found
