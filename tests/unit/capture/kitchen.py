"""A kitchen in memory that takes print jobs as the bridge does, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pos_bridge.capture
from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.counts import line_counts
from kds.kitchen.ids import CommandId, Instant, OrderKey
from kds.kitchen.order_facts import VisitRestored
from kds.kitchen.orders import Line, Order
from kds.kitchen.state import Kitchen
from kds.rulebook.builtin import builtin_book
from kds.store.values import Answer, Batch, Keyed
from pos_bridge.capture.jobs import Taken, TakeSheet
from pos_bridge.capture.paper.splitting import End, Sheet, Splitter
from pos_bridge.capture.receiving import Receiving
from pos_bridge.capture.slips.choosing import read_sheet
from pos_bridge.capture.slips.templates import Template, read_template
from pos_bridge.desk import Desk
from pos_bridge.jobs import DoCommands, Repeats
from pos_bridge.status.telling import Telling

ZONE = ZoneInfo("Asia/Shanghai")
PORT = 9100
NOON = Instant(1_795_492_800_000 + 4 * 3_600_000)
"""2026-11-24T16:00+08:00."""

RECEIVING = Receiving(Repeats(), lambda parsed: None)
SHIPPED = Path(pos_bridge.capture.__file__).parent / "shipped"


@cache
def shipped() -> tuple[Template, ...]:
    """Return the templates that come with the bridge; they are sound."""
    found = [read_template(p.name, p.read_text("utf-8")) for p in sorted(SHIPPED.glob("*.yaml"))]
    assert not [fault.text() for _, faults in found for fault in faults]
    return tuple(template for template, _ in found if template is not None)


def sheets(data: bytes, end: End = End.CLOSED) -> list[Sheet]:
    """Return the sheets of one connection."""
    splitter = Splitter()
    found = [*splitter.feed(data), *splitter.finish(end)]
    return [each for each in found if isinstance(each, Sheet)]


@dataclass
class Pass:
    """The kitchen. Implements the desk's memory."""

    templates: tuple[Template, ...] = field(default_factory=shipped)
    kitchen: Kitchen = field(default_factory=Kitchen)
    now: Instant = NOON
    keys: dict[str, Keyed] = field(default_factory=dict)
    answers: dict[CommandId, Answer] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)

    def print(
        self, data: bytes, *, after_s: float = 0, end: End = End.CLOSED, printer: str = "test"
    ) -> list[str]:
        """Print a job and return the verdicts of its sheets."""
        self.now = Instant(self.now + round(after_s * 1000))
        return [self.take(sheet, printer).verdict for sheet in sheets(data, end)]

    def take(self, sheet: Sheet, printer: str = "test") -> Taken:
        """Take one sheet."""
        sheet, slip = read_sheet(sheet, self.templates, PORT, self.now, ZONE)
        desk = Desk(self.kitchen, builtin_book(), self, self.now, Telling())
        job = TakeSheet(f"print-{len(self.batches)}", printer, sheet, slip, RECEIVING)
        taken = job.run(desk)
        batch = desk.batch()
        self.batches.append(batch)
        self.kitchen = batch.after
        self.keys.update({each.key: each for each in batch.keys})
        self.answers.update({each.id: each for each in batch.answers})
        return taken

    def do(self, kind: CommandKind, **fields: Any) -> None:
        """Let a person do something."""
        desk = Desk(self.kitchen, builtin_book(), self, self.now, Telling())
        command = Command(CommandId(f"c{self.kitchen.seq}"), kind, **fields)
        DoCommands((command,)).run(desk)
        self.kitchen = desk.batch().after

    # --- what is to be cooked ---

    def orders(self) -> list[Order]:
        """Return the orders with something that was ever to be cooked."""
        return [
            o for o in self.kitchen.orders.values() if any(ln.ordered for ln in o.lines.values())
        ]

    def lines(self) -> list[Line]:
        """Return all lines of all orders."""
        return [line for order in self.orders() for line in order.lines.values()]

    def to_cook(self) -> dict[str, str]:
        """Return portions that are wanted, by dish."""
        found: dict[str, Decimal] = {}
        for order in self.orders():
            for line in order.lines.values():
                live = line_counts(order, line).live
                if live:
                    name = line.content.name
                    found[name] = found.get(name, Decimal(0)) + live
        return {name: str(count) for name, count in found.items()}

    def cards(self) -> list[str]:
        """Return the texts at the pass."""
        return [o.fields.note for o in self.kitchen.orders.values() if not o.lines]

    def shown(self) -> str:
        """Return everything that anybody sees of what was printed."""
        alerts = [alert.raw + alert.message.en for alert in self.kitchen.alerts.values()]
        names = [line.content.name for line in self.lines()]
        return "\n".join([*alerts, *self.cards(), *names])

    # --- memory ---

    def answer(self, command: CommandId) -> Answer | None:
        return self.answers.get(command)

    def keyed(self, key: str) -> Keyed | None:
        return self.keys.get(key)

    def archived(self, order: OrderKey) -> VisitRestored | None:
        return None
