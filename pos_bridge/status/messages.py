"""The messages to the outside as JSON text, and how several about one thing become one. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from kds.kitchen.events import StockSet
from kds.kitchen.ids import EventId, Instant
from kds.records.boards import counts_json, number
from kds.records.times import iso
from pos_bridge.status.changes import LineChange, OrderChange

MOST_LINES = 500
"""Of one message; who needs those of a larger order reads it by `GET /v1/orders/…`."""

STOCK_SOLD_OUT = "stock.sold_out"
STOCK_LEFT = "stock.left"
STOCK_ON_SALE = "stock.on_sale"


def message_id(channel: str, event: EventId, key: str) -> str:
    """Return the id of what `channel` is told of `key` because of `event`: the same for ever."""
    return "msg_" + sha256(f"{channel}\n{event}\n{key}".encode()).hexdigest()[:32]


def text(topic: str, at: Instant, data: dict[str, Any]) -> str:
    """Return a message as Standard Webhooks recommends: `type`, `timestamp`, `data`."""
    message = {"type": topic, "timestamp": iso(at), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


# --- orders --------------------------------------------------------------------------------


def order_topics(change: OrderChange) -> tuple[str, ...]:
    """Return what a message about `change` can be called, the most telling name first."""
    of_order = [] if change.happened is None else [f"order.{change.happened}"]
    return (*of_order, *dict.fromkeys(f"line.{line.happened}" for line in change.lines))


def order_data(change: OrderChange, seq: int) -> dict[str, Any]:
    """Return where an order and its changed lines stand. `seq`: the log place it is as of."""
    order = change.order
    data: dict[str, Any] = {
        "source": order.key.source,
        "order_id": order.key.order_id,
        "revision": order.revision,
        "number": order.fields.number,
        "table": order.fields.table,
        "service": order.fields.service.value,
        "seq": seq,
        "state": change.state.value,
        "lines": [_line(line) for line in change.lines[:MOST_LINES]],
    }
    left_out = len(change.lines) - MOST_LINES
    return data | {"lines_left_out": left_out} if left_out > 0 else data


def _line(change: LineChange) -> dict[str, Any]:
    line = change.line
    return {
        "line_id": line.key.line_id,
        "item_id": line.content.item_id,
        "name": line.content.name,
        "origin": line.origin.value,
        "state": change.state.value,
        "happened": change.happened.value,
        "reason": line.void_reason,
        "sold_out": number(change.lost),
        "portions": counts_json(change.counts),
    }


# --- stock ---------------------------------------------------------------------------------


def stock_topics(fact: StockSet) -> tuple[str]:
    """Return what a message about stock is called."""
    if fact.left is None:
        return (STOCK_ON_SALE,)
    return (STOCK_LEFT if fact.left > 0 else STOCK_SOLD_OUT,)


def stock_data(fact: StockSet, seq: int) -> dict[str, Any]:
    """Return what is left of an item; `left` null: it is not counted.

    `short`: how many more were sold than there were.
    """
    return {
        "item_id": fact.item,
        "left": json_number(fact.left),
        "short": json_number(fact.short),
        "seq": seq,
    }


def json_number(left: Decimal | None) -> int | float | None:
    """Return a count as a JSON number."""
    if left is None:
        return None
    return int(left) if left == int(left) else float(left)


# --- several in one ------------------------------------------------------------------------


def merged(bodies: Sequence[str]) -> str:
    """Return one message that says what `bodies`, oldest first and about one thing, say in all.

    Each line as the last one that names it has it; superseded states are gone, but for the names
    of what happened to the order as a whole.
    """
    messages = [json.loads(body) for body in bodies]
    last = messages[-1]
    data = last["data"]
    if "lines" in data:
        data["lines"] = _latest(line for m in messages for line in m["data"]["lines"])
        last["type"] = _telling([str(message["type"]) for message in messages])
        data["superseded_types"] = _superseded(messages, last["type"])
    before = sum(message["data"].get("superseded", 0) for message in messages)
    data["superseded"] = before + len(messages) - 1
    return json.dumps(last, ensure_ascii=False, separators=(",", ":"))


def _latest(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        found.pop(line["line_id"], None)  # so that the order is that of the last changes
        found[line["line_id"]] = line
    return list(found.values())[-MOST_LINES:]


def _superseded(messages: Sequence[dict[str, Any]], told: str) -> list[str]:
    """Return what else happened to the order as a whole, each once."""
    known = (t for m in messages for t in (*m["data"].get("superseded_types", ()), m["type"]))
    return [t for t in dict.fromkeys(known) if t.startswith("order.") and t != told]


def _telling(topics: Sequence[str]) -> str:
    """Return the last thing that happened to the order as a whole, else to its lines."""
    of_order = [topic for topic in topics if topic.startswith("order.")]
    return of_order[-1] if of_order else topics[-1]
