"""Tickets side by side: what an adapter made, and what `expected.json` of the samples says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

Ticket = dict[str, Any]


def expected(samples: Path, file: str) -> Ticket:
    """Return the entry of a sample, e.g. `deliverect/channel_cancel_order.json`."""
    tickets = json.loads((samples / "expected.json").read_text("utf-8"))["tickets"]
    return next(dict(ticket) for ticket in tickets if ticket["file"] == file)


def lines_expected(ticket: Mapping[str, Any]) -> list[Any]:
    """Return an entry's lines for comparison: quantity, name, modifiers, note."""
    return [
        (
            _number(item["qty"]),
            _words(item["name"]),
            [_modifier(text) for text in item["modifiers"]],
            _words(item["note"] or ""),
        )
        for item in ticket["items"]
    ]


def lines_made(order: Mapping[str, Any]) -> list[Any]:
    """Return a canonical order's lines for comparison; sets' parts are lines of their own."""
    return [
        (
            _number(line["quantity"]),
            _words(line["name"]),
            list(_flat(line.get("modifiers", ()), 0)),
            _words(line.get("note", "")),
        )
        for line in order["lines"]
    ]


def _flat(modifiers: Iterable[Mapping[str, Any]], depth: int) -> Iterable[Any]:
    for each in modifiers:
        yield depth, _number(each.get("quantity", "1")), _words(each["name"])
        yield from _flat(each.get("modifiers", ()), depth + 1)


def _modifier(text: str) -> tuple[int, Decimal, str]:
    """Read `  group: 2 x name`: leading pairs of blanks are depth, group and number optional."""
    depth = (len(text) - len(text.lstrip())) // 2
    found = re.search(r"(?:^|: )(\d+(?:\.\d+)?) x ", text.lstrip())
    number = Decimal(found[1]) if found else Decimal(1)
    name = re.sub(r"(?:^|(?<=: ))\d+(?:\.\d+)? x ", "", text.strip())
    return depth, number, _words(name)


def _number(value: Any) -> Decimal:
    return Decimal(str(value)).normalize()


def _words(text: str) -> str:
    """Return text without what `expected.json` does not compare: blanks and punctuation."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
