"""The canonical order of the outside contract, read into the core's `OrderMessage`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import tzinfo
from hashlib import sha256
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from kds.kitchen.ids import LineId, OrderId, OrderKey, SourceId
from kds.kitchen.messages import (
    Channel,
    LineContent,
    LineState,
    Member,
    Modifier,
    ModifierKind,
    OrderFields,
    OrderMessage,
    Payment,
    Service,
)
from kds.records.body import MAX_DEPTH, read_json
from kds.records.errors import BadOrder, Contradictory, FieldError, TooLarge
from kds.records.shapes import (
    IdText,
    Moment,
    Quantity,
    Shape,
    Source,
    Whole,
    field_errors,
    quantity,
)
from kds.records.times import moment

MAX_LINES = 5000


@dataclass(frozen=True, slots=True)
class ParsedOrder:
    """An order as it was understood.

    `digest` is of the content, so key order, spacing, unknown fields and spellings of one number
    make no difference. `customer` is personal and stays out of `message`. `warnings`: for the
    sender, who was understood all the same. `sequence`: the place of this message in the series
    of all that its source sends, where it counts them; no part of the content.
    """

    message: OrderMessage
    digest: str
    customer: str
    warnings: tuple[str, ...] = ()
    sequence: int | None = None


# --- the shape -----------------------------------------------------------------------------


class _Modifier(Shape):
    name: str
    kind: ModifierKind | None = None
    quantity: Quantity | None = None
    modifiers: list[_Modifier] | None = None


class _Line(Shape):
    line_id: IdText
    name: str
    quantity: Quantity
    parent: str | None = None
    item_id: str | None = None
    names: dict[str, str] | None = None
    category: str | None = None
    unit: str | None = None
    course: str | None = None
    seat: str | None = None
    state: LineState | None = None
    note: str | None = None
    modifiers: list[_Modifier] | None = None
    voucher: str | None = None
    tags: list[str] | None = None


class _Member(Shape):
    tier: str | None = None
    note: str | None = None


class _Order(Shape):
    source: Source
    order_id: IdText
    revision: Whole | None = None
    sequence: Whole | None = None
    session: str | None = None
    number: str | None = None
    service: Service | None = None
    channel: Channel | None = None
    table: str | None = None
    zone: str | None = None
    server: str | None = None
    guests: Whole | None = None
    placed_at: Moment | None = None
    due_at: Moment | None = None
    payment: Payment | None = None
    cancelled: bool | None = None
    closed: bool | None = None
    partial: bool | None = None
    member: _Member | None = None
    customer: str | None = None
    note: str | None = None
    lines: list[_Line] = Field(max_length=MAX_LINES)


_ORDER: TypeAdapter[_Order] = TypeAdapter(_Order)
_FIELD_NAMES = frozenset(f.name for f in fields(OrderFields))


def canonical_schema() -> dict[str, Any]:
    """Return the JSON Schema of a canonical order."""
    schema = _ORDER.json_schema()
    # More lines are answered 413, which no validator of a schema would say.
    lines = schema["properties"]["lines"]
    lines["description"] = f"At most {lines.pop('maxItems'):,}."
    schema["title"] = "Canonical order"
    return schema


# --- reading -------------------------------------------------------------------------------


def parse_order(body: bytes, content_type: str | None = None, *, zone: tzinfo) -> ParsedOrder:
    """Read a canonical order. `zone`: of the store, for times without an offset.

    `content_type` may name a charset. Raises `NotJson`, `TooLarge`, or `BadOrder` with all faults.
    """
    value, warnings = read_json(body, content_type)
    return order_from(value, zone=zone, warnings=warnings)


def order_from(value: Any, *, zone: tzinfo, warnings: Sequence[str] = ()) -> ParsedOrder:
    """Read a canonical order from parsed JSON, as adapters make it.

    Raises `TooLarge`, or `BadOrder` with all faults.
    """
    shape, errors = _shaped(value)
    if shape is None:
        raise BadOrder(errors)
    order_fields, time_errors = _fields(shape, zone)
    lines, more_warnings, line_errors = _checked_lines(shape)
    if time_errors:
        raise BadOrder([*time_errors, *line_errors])
    if line_errors:
        raise Contradictory(line_errors)
    message = OrderMessage(
        OrderKey(SourceId(shape.source), OrderId(shape.order_id)),
        shape.revision,
        bool(shape.partial),
        order_fields,
        _FIELD_NAMES & shape.model_fields_set if shape.partial else frozenset(),
        lines,
    )
    customer = shape.customer or ""
    told = (*warnings, *more_warnings)
    return ParsedOrder(message, digest(message, customer), customer, told, shape.sequence)


def _shaped(value: Any) -> tuple[_Order | None, list[FieldError]]:
    if isinstance(value, dict):
        lines = value.get("lines")
        if isinstance(lines, list) and len(lines) > MAX_LINES:
            raise TooLarge(f"the order has {len(lines):,} lines; at most {MAX_LINES:,} are taken")
        if lines is None and (value.get("partial") is True or value.get("cancelled") is True):
            value = {**value, "lines": []}  # nothing is lost that the sender could have meant
    else:
        return None, [FieldError("", "an order must be an object")]
    try:
        return _ORDER.validate_python(value), []
    except ValidationError as error:
        return None, field_errors(error.errors(include_url=False, include_input=False))


def _fields(shape: _Order, zone: tzinfo) -> tuple[OrderFields, list[FieldError]]:
    errors: list[FieldError] = []

    def time_of(name: str, text: str | None) -> str | None:
        if not text:
            return None
        try:
            return moment(text, zone).isoformat()
        except ValueError as error:
            errors.append(FieldError(name, str(error)))
            return None

    member = shape.member
    made = OrderFields(
        session=shape.session or "",
        number=shape.number or "",
        service=shape.service or Service.DINE_IN,
        channel=shape.channel or Channel.OTHER,
        table=shape.table or "",
        zone=shape.zone or "",
        server=shape.server or "",
        guests=shape.guests,
        placed_at=time_of("placed_at", shape.placed_at),
        due_at=time_of("due_at", shape.due_at),
        payment=shape.payment or Payment.UNPAID,
        cancelled=bool(shape.cancelled),
        closed=bool(shape.closed),
        member=None if member is None else Member(member.tier or "", member.note or ""),
        note=shape.note or "",
    )
    return made, errors


def _modifiers(shapes: Iterable[_Modifier] | None) -> tuple[Modifier, ...]:
    if not shapes:
        return ()
    return tuple(
        Modifier(
            m.name,
            m.kind or ModifierKind.CHOICE,
            _ONE if m.quantity is None else m.quantity,
            _modifiers(m.modifiers),
        )
        for m in shapes
    )


_ONE = quantity("1")


def _line(shape: _Line, parent: str | None) -> LineContent:
    return LineContent(
        LineId(shape.line_id),
        shape.name,
        shape.quantity,
        LineId(parent) if parent else None,
        shape.item_id or "",
        tuple(sorted(shape.names.items())) if shape.names else (),
        shape.category or "",
        shape.unit or "",
        shape.course,
        shape.seat,
        shape.state or LineState.ORDERED,
        shape.note or "",
        _modifiers(shape.modifiers),
        shape.voucher or "",
        tuple(shape.tags or ()),
    )


# --- what only the whole order shows -------------------------------------------------------


def _checked_lines(
    shape: _Order,
) -> tuple[tuple[LineContent, ...], list[str], list[FieldError]]:
    """Return the lines, warnings and faults: ids twice, parents unknown, parents in a circle."""
    places: dict[str, int] = {}
    errors: list[FieldError] = []
    for index, line in enumerate(shape.lines):
        first = places.setdefault(line.line_id, index)
        if first != index:
            told = f'is "{line.line_id}", which lines[{first}] is already'
            errors.append(FieldError(f"lines[{index}].line_id", told))
    parents = {line.line_id: parent for line in shape.lines if (parent := _parent(line))}
    warnings = [
        f"lines[{index}].parent is the line itself; it is taken without"
        for index, line in enumerate(shape.lines)
        if line.parent and line.parent == line.line_id
    ]
    if not parents:
        return tuple(_line(line, None) for line in shape.lines), warnings, errors
    errors += _circles(parents, lambda line_id: f"lines[{places[line_id]}].parent")
    lost = set() if shape.partial else {p for p in parents.values() if p not in places}
    warnings += [
        f'lines[{places[line_id]}].parent "{parent}" is no line of this order; '
        "the line is taken without it"
        for line_id, parent in parents.items()
        if parent in lost
    ]
    lines = tuple(
        _line(line, None if line.parent in lost else _parent(line)) for line in shape.lines
    )
    return lines, warnings, errors


def _parent(line: _Line) -> str | None:
    """Return what the line is part of; some tills name the line itself where it is of nothing."""
    return line.parent if line.parent != line.line_id else None


def _circles(parents: dict[str, str], place: Callable[[str], str]) -> list[FieldError]:
    """Return a fault for every line that has no way up to a line without a parent.

    Raises `TooLarge` for sets within sets within sets beyond what anybody orders.
    """
    errors = []
    depths: dict[str, int | None] = {}  # how far below the top; None: in a circle, as far as seen
    for line_id in parents:
        way: list[str] = []
        at: str | None = line_id
        while at is not None and at not in depths:
            depths[at] = None
            way.append(at)
            at = parents.get(at)
        above = -1 if at is None else depths[at]
        for passed in reversed(way):
            above = None if above is None else above + 1
            depths[passed] = above
        if above is None:
            errors.append(FieldError(place(line_id), "leads into a circle of parents"))
        elif above > MAX_DEPTH:
            raise TooLarge(f"sets are nested deeper than {MAX_DEPTH} levels")
    return errors


# --- digest --------------------------------------------------------------------------------

_CONTENT: TypeAdapter[tuple[OrderFields, tuple[LineContent, ...]]] = TypeAdapter(
    tuple[OrderFields, tuple[LineContent, ...]]
)


def digest(message: OrderMessage, customer: str = "") -> str:
    """Return the hash by which a repeat of `message` is known."""
    key, given = message.key, sorted(message.given)
    head = repr((*key, message.revision, message.partial, given, customer))
    content = _CONTENT.dump_json((message.fields, message.lines), exclude_defaults=True)
    return sha256(head.encode("utf-8", "surrogatepass") + content).hexdigest()
