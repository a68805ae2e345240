"""Bodies as a till sends them, for the tests of the codec."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from kds.kitchen.messages import LineContent, OrderMessage
from kds.records import BadBody, FieldError
from kds.records.canonical import ParsedOrder, parse_order

SHANGHAI = ZoneInfo("Asia/Shanghai")


def line(line_id: object = "1", **more: Any) -> dict[str, Any]:
    """Return a line as it is sent."""
    return {"line_id": line_id, "name": "毛肚", "quantity": "1", **more}


def order(**more: Any) -> dict[str, Any]:
    """Return an order as it is sent."""
    return {"source": "till-1", "order_id": "42", "lines": [line()], **more}


def body(**more: Any) -> bytes:
    """Return an order's bytes."""
    return json.dumps(order(**more)).encode()


def parsed(**more: Any) -> ParsedOrder:
    """Return an order as it is understood."""
    return parse_order(body(**more), zone=SHANGHAI)


def message(**more: Any) -> OrderMessage:
    """Return an order's message."""
    return parsed(**more).message


def one_line(**more: Any) -> LineContent:
    """Return the line of an order of one line."""
    return message(lines=[line(**more)]).lines[0]


def faults(**more: Any) -> dict[str, str]:
    """Return what is said to be wrong with an order, by field."""
    try:
        parsed(**more)
    except BadBody as bad:
        return dict(map(_pair, bad.errors))
    return {}


def _pair(error: FieldError) -> tuple[str, str]:
    return error.field, error.message
