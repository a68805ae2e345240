"""A visit looked back at: what happened to each of its lines, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kds.kitchen.events import Fact
from kds.kitchen.ids import LineKey
from kds.kitchen.order_facts import OrderReceived
from kds.records.events import event_json, lines_of
from kds.records.times import iso
from pos_bridge.reads import VisitStory

_TOLD = ("seq", "at", "kind", "cause", "device", "person", "rule", "data")


def story_json(story: VisitStory) -> dict[str, Any]:
    """Return a visit with one timeline per line, and one of what was about no line."""
    row = story.row
    lines: dict[LineKey, dict[str, Any]] = {}
    whole: list[dict[str, Any]] = []
    for entry in story.entries:
        told = {name: value for name, value in event_json(*entry).items() if name in _TOLD}
        touched = list(_touched(entry.event.fact))
        if not touched:
            whole.append(told)
        shared, own = _parted(told["data"])
        for key, name, portions in touched:
            data = {} if name else shared | own.get(key, {})
            told_of_line = told | {"portions": portions, "data": data}
            found = lines.setdefault(key, {**key._asdict(), "name": name, "timeline": []})
            found["name"] = name or found["name"]
            found["timeline"].append(told_of_line)
    return {
        "visit": row.id,
        "table": row.table,
        "session": row.session,
        "opened_at": iso(row.opened_at),
        "ended_at": None if row.ended_at is None else iso(row.ended_at),
        "business_date": row.business_date.isoformat(),
        "orders": [key._asdict() for key in row.orders],
        "lines": list(lines.values()),
        "timeline": whole,
    }


def _parted(data: dict[str, Any]) -> tuple[dict[str, Any], dict[LineKey, dict[str, list[Any]]]]:
    """Return what an event says of all its lines, and of each alone.

    A bump of a whole ticket names every line: told under each line again, it fills the memory.
    """
    shared: dict[str, Any] = {}
    own: dict[LineKey, dict[str, list[Any]]] = {}
    for name, value in data.items():
        if not isinstance(value, list):
            shared[name] = value
            continue
        for entry in value:
            key = _line_of(entry)
            part = shared if key is None else own.setdefault(key, {})
            part.setdefault(name, []).append(entry)
    return shared, own


def _line_of(entry: Any) -> LineKey | None:
    """Return the line that an entry of a list is, or begins with, or names."""
    if isinstance(entry, dict):
        entry = entry.get("line")
    elif isinstance(entry, list) and entry and isinstance(entry[0], list):
        entry = entry[0]
    is_line = isinstance(entry, list) and len(entry) == 3 and all(isinstance(e, str) for e in entry)
    return LineKey(*entry) if is_line else None


def _touched(fact: Fact) -> Iterator[tuple[LineKey, str, str | None]]:
    """Yield the lines that a fact is about, with name and portions as far as it says them.

    An order's text is long and the same for all its lines, so none of them gets it.
    """
    if isinstance(fact, OrderReceived):
        for content in fact.contents:
            key = LineKey(*fact.message.key, content.line_id)
            yield key, content.name, str(content.quantity)
        return
    for key, portions in lines_of(fact):
        yield key, "", None if portions is None else str(portions)
