"""A recorded day as what was asked of the kitchen: orders and acts, each at its moment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kds.commandline import CommandError
from kds.kitchen import events as e
from kds.kitchen import order_facts as o
from kds.kitchen.commands import Command, CommandKind, ReceiveOrder, SplitPart
from kds.kitchen.ids import CommandId, Instant, LineKey, RuleId, StationId
from kds.kitchen.orders import HELD_BY_HAND, HELD_BY_POS
from kds.kitchen.portions import Move
from kds.records import RecordError
from kds.records.facts import fact_of
from kds.records.times import instant

_KINDS = MappingProxyType(
    {
        Move.START: CommandKind.START,
        Move.BUMP: CommandKind.BUMP,
        Move.SERVE: CommandKind.SERVE,
        Move.RECALL: CommandKind.RECALL,
        Move.HOLD: CommandKind.HOLD,
        Move.FIRE: CommandKind.FIRE,
    }
)
_SILENT = (
    *(e.BookAdopted, o.LinesRerouted, o.CommandUndone),
    *(e.AlertRaised, e.AlertAcknowledged, o.VisitPinned, o.RiderNoted, o.OrderNoted),
)
"""What changes nothing for dishes, is another book's doing, or is undone by leaving it out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An order or an act of a person at a moment; None: an act that cannot be repeated."""

    at: Instant
    what: ReceiveOrder | Command | None


def read_log(path: Path) -> tuple[e.Event, ...]:
    """Return the events of a file: a JSON list as of GET /v1/events, or one event a line.

    Raises `CommandError`.
    """
    try:
        text = path.read_text("utf-8")
        is_list = text.lstrip().startswith("[")
        rows = json.loads(text) if is_list else [json.loads(ln) for ln in text.split("\n") if ln]
        return tuple(event_of(row) for row in rows)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, RecordError) as error:
        raise CommandError(f"{path} is no log as GET /v1/events gives it: {error}") from error


def event_of(row: Mapping[str, Any]) -> e.Event:
    """Return the event of an entry in the shape of the outside contract; raises `RecordError`."""
    return e.Event(
        id=row["id"],
        at=instant(datetime.fromisoformat(row["at"])),
        cause=e.Cause(row["cause"]),
        fact=fact_of(row["kind"], row["data"]),
        command=row.get("command"),
        device=row.get("device") or "",
        person=row.get("person") or "",
    )


def asked_in(events: Sequence[e.Event]) -> tuple[Asked, ...]:
    """Return what tills and people asked, in order. What they undid at once is left out."""
    undone = {ev.fact.undoes for ev in events if isinstance(ev.fact, o.CommandUndone)}
    return tuple(
        Asked(event.at, what)
        for event in events
        if event.command not in undone
        for what in _asked(event)
    )


def _asked(event: e.Event) -> Iterator[ReceiveOrder | Command | None]:
    fact = event.fact
    if isinstance(fact, o.OrderReceived):
        # Revisions that the kitchen counted keep their numbers, whatever is missing before them.
        message = replace(fact.message, revision=fact.revision)
        yield ReceiveOrder(CommandId(event.id), message, fact.digest)
    elif event.cause is e.Cause.PERSON and not isinstance(fact, _SILENT):
        base = Command(
            CommandId(event.id), CommandKind.BUMP, device=event.device, person=event.person
        )
        acts = list(_acts(fact, base))
        for number, act in enumerate(acts or [None]):
            yield None if act is None else replace(act, id=CommandId(f"{event.id}/{number}"))


def _acts(fact: e.Fact, base: Command) -> Iterator[Command]:
    """Yield the commands that make a person's fact happen once more."""
    match fact:
        case o.PortionsMoved() if fact.move in _KINDS:
            for moved in fact.items:
                act = _on(base, _KINDS[fact.move], moved.line)
                yield replace(act, portions=moved.portions, view=fact.view, at=fact.done_at)
        case o.PortionsVoided():
            for line, portions in fact.items:
                act = _on(base, CommandKind.VOID, line)
                yield replace(act, portions=portions, reason=fact.reason)
        case o.VoidsAcknowledged():
            lines = dict.fromkeys(line for line, _ in fact.items)
            yield from _each(base, CommandKind.ACK_VOID, lines)
        case o.LinesRushed():
            kind = CommandKind.RUSH if fact.by > 0 else CommandKind.UNRUSH
            parts = tuple(SplitPart(line.line_id, None, line.order) for line in fact.lines)
            yield replace(base, kind=kind, visit=fact.visit, lines=parts)
        case o.HoldPlaced() if fact.rule == HELD_BY_HAND:
            yield from _each(base, CommandKind.HOLD, fact.lines)
        case o.HoldReleased():
            by_people = fact.rule in {HELD_BY_HAND, HELD_BY_POS}
            is_fired = by_people or fact.opened_by is o.Opening.FIRED
            kind = CommandKind.FIRE if is_fired else CommandKind.RELEASE
            yield from _each(base, kind, fact.lines)
        case o.LinesRemade():
            for line, _, portions in fact.items:
                yield replace(_on(base, CommandKind.REMAKE, line), portions=portions)
        case o.LineTaken():
            yield replace(_on(base, CommandKind.TAKE, fact.line), view=fact.station)
        case _:
            yield from _of_the_house(fact, base)


def _of_the_house(fact: e.Fact, base: Command) -> Iterator[Command]:
    """Yield what people do to visits, stations, stock and rules."""
    match fact:
        case o.VisitEnded():
            yield replace(base, kind=CommandKind.CLOSE, visit=fact.visit)
        case o.TableMoved():
            yield replace(base, kind=CommandKind.MOVE_TABLE, visit=fact.visit, table=fact.table)
        case o.LinesSplit():
            parts = tuple(
                SplitPart(line.line_id, portions, line.order) for line, portions in fact.parts
            )
            act = replace(base, kind=CommandKind.SPLIT, visit=fact.visit, lines=parts)
            yield replace(act, table=fact.table)
        case o.OrdersJoined():
            yield replace(base, kind=CommandKind.SAME_ORDER, order=fact.order)
        case o.OrdersParted():
            yield replace(base, kind=CommandKind.OTHER_ORDER, order=fact.order)
        case e.StationFolded():
            act = replace(base, kind=CommandKind.FOLD, station=StationId(fact.station))
            yield replace(act, into_station=fact.into)
        case e.StockSet():
            kind = CommandKind.SOLD_OUT if fact.short > 0 else CommandKind.ON_SALE
            yield replace(base, kind=kind, item_id=fact.item, left=fact.left)
        case e.RulePaused():
            yield replace(base, kind=CommandKind.PAUSE_RULE, rule=RuleId(fact.rule))
        case e.RuleResumed():
            yield replace(base, kind=CommandKind.RESUME_RULE, rule=RuleId(fact.rule))


def _each(base: Command, kind: CommandKind, lines: Iterable[LineKey]) -> Iterator[Command]:
    for line in lines:
        yield _on(base, kind, line)


def _on(base: Command, kind: CommandKind, line: LineKey) -> Command:
    return replace(base, kind=kind, order=line.order, line_id=line.line_id)
