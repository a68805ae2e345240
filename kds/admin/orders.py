"""An order to ask a book about: from a file, from a bridge, or a single dish by its name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from kds.admin.bridge import Bridge
from kds.commandline import CommandError
from kds.kitchen.messages import LineContent, OrderFields
from kds.records import BodyError
from kds.records.canonical import ParsedOrder, order_from, parse_order


@dataclass(frozen=True, slots=True)
class Asked:
    """The order's own fields and its lines."""

    fields: OrderFields
    lines: Sequence[LineContent]


def asked(options: argparse.Namespace, bridge: Bridge | None) -> Asked:
    """Return the order that a command was asked about; raises `CommandError`."""
    if options.name:
        return _read(order_from(_single(options), zone=UTC))
    if not options.order:
        raise CommandError("say --name DISH, --order FILE.json, or --bridge URL --order SOURCE/ID")
    try:
        if bridge is None:
            return _read(parse_order(Path(options.order).read_bytes(), zone=UTC))
        source, _, order_id = options.order.partition("/")
        known = bridge.get("v1", "orders", source, order_id)
        # Void lines are shown with the number they had; here only what they are counts.
        return _read(order_from({**known, "partial": True}, zone=UTC))
    except OSError as error:
        raise CommandError(f"{options.order} cannot be read: {error.strerror}") from error
    except BodyError as error:
        raise CommandError(f"{options.order} is no order: {error}") from error


def _read(parsed: ParsedOrder) -> Asked:
    return Asked(parsed.message.fields, parsed.message.lines)


def _single(options: argparse.Namespace) -> dict[str, Any]:
    line = {
        "line_id": "1",
        "name": options.name,
        "quantity": "1",
        "category": options.category,
        "item_id": options.item,
        "tags": options.tag,
        "modifiers": [{"name": name} for name in options.modifier],
    }
    return {
        "source": "explain",
        "order_id": "1",
        "service": options.service,
        "channel": options.channel,
        "table": options.table,
        "zone": options.zone,
        "member": {"tier": options.member} if options.member else None,
        "lines": [line],
    }
