"""`pos-bridge map test MAP.yaml PAYLOAD`: the ticket that a mapping file makes of a payload."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kds.kitchen.wording import Wording
from kds.records.canonical import order_from
from kds.records.errors import BadBody, BodyError
from kds.rulefiles.texts import decoded
from pos_bridge.adapters.adapter import Context, Order, Push, Reading
from pos_bridge.adapters.forms import FORM
from pos_bridge.adapters.mapped.mapped import Mapped, read_map
from pos_bridge.settings import StartError, plain

_WORDS = {
    "order": Wording("新单", "order"),
    "cancelled": Wording("取消", "cancelled"),
    "closed": Wording("结束", "closed"),
    "partial": Wording("部分", "in part"),
    "ignored": Wording("不用做", "not for the kitchen"),
    "note": Wording("备注", "note"),
    "refused": Wording("收不了，会显示提醒卡", "can not be taken; a card would show it"),
    "doubt": Wording("提醒卡", "card"),
    "warning": Wording("注意", "warning"),
    "nothing": Wording("里面什么也没有", "holds nothing for the kitchen"),
}


def run(options: argparse.Namespace) -> int:
    """Answer 0 where a ticket or a reason comes out, 1 where a fault does."""
    text, faults = decoded(options.map.name, _bytes_of(options.map))
    spec = None
    if text is not None:
        spec, more = read_map(options.map.name, text)
        faults = (*faults, *more)
    if spec is None:
        for found in faults:
            print(found.text(options.lang), file=sys.stderr)
        return 1
    vendor = options.map.stem
    context = Context(vendor, _zone(options.zone), datetime.now(UTC))
    push = Push(_payload(options.payload), FORM if options.form else "")
    try:
        reading = Mapped(vendor, spec).read(push, context)
        for order in (*reading.orders, *reading.amendments):
            order_from(dict(order), zone=context.zone)
    except BodyError as error:
        return _refused(error, options)
    _show(reading, options)
    return 0


def _refused(error: BodyError, options: argparse.Namespace) -> int:
    errors = error.errors if isinstance(error, BadBody) else [("", str(error))]
    if options.json:
        print(json.dumps({"errors": [{"field": f, "message": m} for f, m in errors]}))
        return 1
    print(f"{options.payload}: {_WORDS['refused'][options.lang]}", file=sys.stderr)
    for field, message in errors:
        print(f"  {field} {message}".rstrip(), file=sys.stderr)
    return 1


def _show(reading: Reading, options: argparse.Namespace) -> None:
    if options.json:
        shown = {
            "orders": [*reading.orders, *reading.amendments],
            "ignored": reading.ignored,
            "warnings": list(reading.warnings),
            "cards": [{"zh": card.zh, "en": card.en} for card in reading.doubts],
        }
        print(json.dumps(shown, ensure_ascii=False, indent=2, default=str))
        return
    lang = options.lang
    for order in (*reading.orders, *reading.amendments):
        print("\n".join(ticket(order, lang)))
    if not (reading.orders or reading.amendments):
        print(f"{_WORDS['ignored'][lang]}: {reading.ignored or _WORDS['nothing'][lang]}")
    for card in reading.doubts:
        print(f"{_WORDS['doubt'][lang]}: {card[lang]}")
    for warning in reading.warnings:
        print(f"{_WORDS['warning'][lang]}: {warning}")


def ticket(order: Order, lang: str) -> Iterator[str]:
    """Yield the lines of a ticket as plain text."""
    marks = [key for key in ("cancelled", "closed", "partial") if order.get(key)] or ["order"]
    known = ("number", "service", "channel", "table", "guests", "placed_at", "due_at", "payment")
    head = [f"{name} {order[name]}" for name in known if order.get(name)]
    yield f"{' '.join(_WORDS[mark][lang] for mark in marks)} {order['source']} {order['order_id']}"
    if head:
        yield "  " + " · ".join(head)
    lines: Sequence[Mapping[str, Any]] = order.get("lines", ())
    depths: dict[str, int] = {}
    for line in lines:
        depth = depths.get(line.get("parent") or "", 0)
        depths[line["line_id"]] = depth + 1
        yield from _line(line, "  " * (depth + 1), lang)
    if order.get("note"):
        yield f"  {_WORDS['note'][lang]}: {order['note']}"


def _line(line: Mapping[str, Any], indent: str, lang: str) -> Iterator[str]:
    marks = [line[key] for key in ("category", "state") if line.get(key)]
    mark = f" [{', '.join(marks)}]" if marks else ""
    yield f"{indent}{line['quantity']}{line.get('unit', '')} x {line['name']}{mark}"
    yield from _modifiers(line.get("modifiers", ()), indent + "    ")
    if line.get("note"):
        yield f"{indent}    {_WORDS['note'][lang]}: {line['note']}"


def _modifiers(modifiers: Sequence[Mapping[str, Any]], indent: str) -> Iterator[str]:
    for each in modifiers:
        count = "" if each.get("quantity", "1") == "1" else f"{each['quantity']} x "
        kind = "" if each["kind"] == "choice" else f" [{each['kind']}]"
        yield f"{indent}{count}{each['name']}{kind}"
        yield from _modifiers(each.get("modifiers", ()), indent + "  ")


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StartError(f"{path} cannot be read: {plain(error)}.") from error


def _payload(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else _bytes_of(Path(name))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise StartError(f"--zone {name} is no time zone, such as Asia/Shanghai.") from error
