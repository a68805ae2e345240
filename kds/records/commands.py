"""Commands as displays and integrators send them, and as displays keep them to send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from kds.kitchen.commands import Command, CommandKind, SplitPart
from kds.kitchen.ids import (
    AlertId,
    CommandId,
    Instant,
    LineId,
    OrderId,
    OrderKey,
    RuleId,
    SourceId,
    StationId,
    VisitId,
)
from kds.records.body import read_json
from kds.records.errors import BadCommands, FieldError, TooLarge
from kds.records.shapes import (
    IdText,
    Moment,
    Portions,
    Shape,
    Source,
    StockLeft,
    Whole,
    field_errors,
    path,
)
from kds.records.times import instant, iso, moment

MAX_COMMANDS = 5000


class _OrderRef(Shape):
    source: Source
    order_id: IdText


class _Part(Shape):
    line_id: IdText
    portions: Portions | None = None
    order: _OrderRef | None = None


class _Command(Shape):
    id: IdText
    kind: CommandKind
    order: _OrderRef | None = None
    visit: str | None = None
    line_id: IdText | None = None
    portions: Portions | None = None
    view: str | None = None
    device: str | None = None
    person: str | None = None
    at: Moment | None = None
    seen: Whole | None = None
    undoes: str | None = None
    reason: str | None = None
    table: str | None = None
    into: Any = None  # an order for merge, a station for fold
    lines: list[_Part] | None = Field(None, max_length=MAX_COMMANDS)
    station: str | None = None
    item_id: str | None = None
    name: str | None = None
    left: StockLeft | None = None
    alert: str | None = None
    rule: str | None = None
    course: str | None = None
    category: str | None = None
    seat: str | None = None


_COMMAND: TypeAdapter[_Command] = TypeAdapter(_Command)
_ORDER_REF: TypeAdapter[_OrderRef] = TypeAdapter(_OrderRef)

_SOME_LINES = (("order", "visit", "lines"),)
_NEEDS: Mapping[CommandKind, tuple[tuple[str, ...], ...]] = {
    CommandKind.START: _SOME_LINES,
    CommandKind.BUMP: _SOME_LINES,
    CommandKind.SERVE: _SOME_LINES,
    CommandKind.RECALL: _SOME_LINES,
    CommandKind.UNDO: (("undoes",),),
    CommandKind.MOVE_TABLE: (("order", "visit"), ("table",)),
    CommandKind.MERGE: (("order", "visit"), ("into",)),
    CommandKind.SPLIT: (("order", "visit"), ("lines",)),
    CommandKind.FOLD: (("station",),),
    CommandKind.SOLD_OUT: (("item_id", "name"),),
    CommandKind.ON_SALE: (("item_id", "name"),),
    CommandKind.ACK_ALERT: (("alert",),),
    CommandKind.PAUSE_RULE: (("rule",),),
    CommandKind.RESUME_RULE: (("rule",),),
}
"""By kind: of each group, one field must be there."""
_TICKET = (("order", "visit"),)
"""What every other kind needs."""


def needs_of(kind: CommandKind) -> tuple[tuple[str, ...], ...]:
    """Return groups of fields, of each of which one must be there."""
    return _NEEDS.get(kind, _TICKET)


def shape_schema() -> dict[str, Any]:
    """Return the JSON Schema of a command's fields, whatever its kind needs."""
    return _COMMAND.json_schema()


def parse_commands(
    body: bytes, content_type: str | None = None, *, zone: tzinfo = UTC
) -> tuple[Command, ...]:
    """Read one command or a list of them. `zone`: for an `at` without an offset.

    Raises `NotJson`, `TooLarge`, or `BadCommands` with every fault of every command.
    """
    value, _ = read_json(body, content_type)
    if not isinstance(value, list):
        return (command_from(value, zone=zone),)
    if len(value) > MAX_COMMANDS:
        raise TooLarge(f"{len(value):,} commands at once; at most {MAX_COMMANDS:,} are taken")
    commands: list[Command] = []
    errors: list[FieldError] = []
    for index, item in enumerate(value):
        try:
            commands.append(command_from(item, zone=zone, before=(index,)))
        except BadCommands as bad:
            errors += bad.errors
    if errors:
        raise BadCommands(errors)
    return tuple(commands)


def command_from(value: Any, *, zone: tzinfo = UTC, before: tuple[str | int, ...] = ()) -> Command:
    """Read one command from parsed JSON. `before`: where it lies in the body, for the faults."""
    try:
        shape = _COMMAND.validate_python(value)
    except ValidationError as error:
        raise BadCommands(_translated(error, before)) from None
    errors = [
        FieldError(
            path((*before, names[0])), f"is missing: {shape.kind} needs {' or '.join(names)}"
        )
        for names in needs_of(shape.kind)
        if all(getattr(shape, name) in (None, "", []) for name in names)
    ]
    into_order = into_station = None
    if shape.kind is CommandKind.MERGE and shape.into is not None:
        into_order, faults = _into_order(shape.into, (*before, "into"))
        errors += faults
    elif shape.kind is CommandKind.FOLD and shape.into is not None:
        if isinstance(shape.into, str) and shape.into:
            into_station = StationId(shape.into)
        else:
            errors.append(FieldError(path((*before, "into")), "must be a station or null"))
    at, faults = _instant(shape.at, zone, (*before, "at"))
    if errors or faults:
        raise BadCommands([*errors, *faults])
    return _command(shape, at, into_order, into_station)


def _translated(error: ValidationError, before: tuple[str | int, ...]) -> list[FieldError]:
    return field_errors(error.errors(include_url=False, include_input=False), before)


def _into_order(
    value: Any, place: tuple[str | int, ...]
) -> tuple[OrderKey | None, list[FieldError]]:
    try:
        return _order(_ORDER_REF.validate_python(value)), []
    except ValidationError as error:
        return None, _translated(error, place)


def _instant(
    text: str | None, zone: tzinfo, place: tuple[str | int, ...]
) -> tuple[Instant | None, list[FieldError]]:
    if not text:
        return None, []
    try:
        return instant(moment(text, zone)), []
    except ValueError as error:
        return None, [FieldError(path(place), str(error))]


def _order(ref: _OrderRef | None) -> OrderKey | None:
    return None if ref is None else OrderKey(SourceId(ref.source), OrderId(ref.order_id))


def _command(
    shape: _Command,
    at: Instant | None,
    into_order: OrderKey | None,
    into_station: StationId | None,
) -> Command:
    return Command(
        id=CommandId(shape.id),
        kind=shape.kind,
        order=_order(shape.order),
        visit=VisitId(shape.visit) if shape.visit else None,
        line_id=LineId(shape.line_id) if shape.line_id else None,
        portions=shape.portions,
        view=shape.view or None,
        device=shape.device or "",
        person=shape.person or "",
        at=at,
        seen=shape.seen,
        undoes=CommandId(shape.undoes) if shape.undoes else None,
        reason=shape.reason or "",
        table=shape.table,
        into_order=into_order,
        lines=tuple(
            SplitPart(LineId(part.line_id), part.portions, _order(part.order))
            for part in shape.lines or ()
        ),
        station=StationId(shape.station) if shape.station else None,
        into_station=into_station,
        item_id=shape.item_id or None,
        name=shape.name or None,
        left=shape.left,
        alert=AlertId(shape.alert) if shape.alert else None,
        rule=RuleId(shape.rule) if shape.rule else None,
        course=shape.course,
        category=shape.category,
        seat=shape.seat,
    )


# --- writing -------------------------------------------------------------------------------


def command_json(command: Command) -> dict[str, Any]:
    """Return `command` in the contract's shape, without empty fields; `command_from` reads it."""
    into = command.into_station if command.into_order is None else command.into_order._asdict()
    full: dict[str, Any] = {
        "id": command.id,
        "kind": command.kind.value,
        "order": None if command.order is None else command.order._asdict(),
        "portions": _text(command.portions),
        "at": None if command.at is None else iso(command.at),
        "into": into,
        "lines": [_part_json(part) for part in command.lines],
        "left": _text(command.left),
        **{name: getattr(command, name) for name in _SAME},
    }
    return {name: value for name, value in full.items() if value not in (None, "", [])}


_SAME = (
    "visit", "line_id", "view", "device", "person", "seen", "undoes", "reason", "table",
    "station", "item_id", "name", "alert", "rule", "course", "category", "seat",
)  # fmt: skip
"""Fields that are the same inside and outside."""


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _part_json(part: SplitPart) -> dict[str, Any]:
    full = {
        "line_id": part.line_id,
        "portions": _text(part.portions),
        "order": None if part.order is None else part.order._asdict(),
    }
    return {name: value for name, value in full.items() if value is not None}
