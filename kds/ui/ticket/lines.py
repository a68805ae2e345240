"""What the body of a ticket says: dishes with all that belongs to them, rounds, courses, bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from kds.board.values import Band, HoldMark, Ticket, TicketLine
from kds.kitchen.messages import Modifier, ModifierKind
from kds.kitchen.orders import HELD_BY_HAND, HELD_BY_POS, HELD_SOLD_OUT, Gate
from kds.ui.icons import Icon
from kds.ui.text import clean
from kds.ui.ticket.face import (
    Allergy,
    BarFace,
    BarKind,
    Count,
    Divider,
    LineFace,
    LineState,
    NoteFace,
    Plate,
    Row,
)
from kds.ui.ticket.pieces import pass_pieces, station_pieces, void_piece
from kds.ui.ticket.reading import Reading, figure

_BY_HAND = frozenset({HELD_BY_POS, HELD_BY_HAND, HELD_SOLD_OUT})
_WEIGHED = frozenset(
    (
        "斤",
        "两",
        "钱",
        "克",
        "千克",
        "公斤",
        "升",
        "毫升",
        "kg",
        "g",
        "lb",
        "lbs",
        "oz",
        "l",
        "ml",
        "cl",
    )
)
_WITHOUT = ("免", "不", "无", "去", "少", "no ", "without ", "hold ", "less ")
_EXTRA = ("加", "多", "extra ", "add ", "plus ")
_ALLERGIES = ("过敏", "allerg")


def rows_of(ticket: Ticket, reading: Reading) -> tuple[tuple[Allergy, ...], tuple[Row, ...]]:
    """Return the allergies of the whole table, and the rows of the body."""
    common = _common_allergies(ticket.lines, reading)
    rows: list[Row] = [NoteFace(text) for text in _notes(ticket)]
    if reading.at_pass and "twin" in ticket.flags:
        rows.insert(0, NoteFace(reading.words("twin.note")))
    hold: HoldMark | None = None
    before: TicketLine | None = None
    courses = len({line.course for line in ticket.lines if line.course}) > 1
    for line in _told_apart(ticket.lines):
        divider = _divider(before, line, reading, by_course=courses)
        if divider is not None:
            rows.append(divider)
        above = hold if divider is None else None
        hold = line.hold if _waits(line) or _is_run(line, reading) else None
        if hold is not None and not _same(above, hold):
            rows.append(_bar(hold, line, reading))
        rows.extend(_faces(line, reading, common))
        before = line
    return tuple(Allergy(text, reading.words("meta.whole_table")) for text in common), tuple(rows)


def _told_apart(lines: Sequence[TicketLine]) -> Sequence[TicketLine]:
    """Return the lines without their rush where it is that of the whole ticket: its head has it."""
    rushes = {line.rush for line in lines if line.counts.to_cook > 0 and "set" not in line.flags}
    if len(rushes) != 1 or 0 in rushes:
        return lines
    return [replace(line, rush=0) for line in lines]


def _notes(ticket: Ticket) -> Iterator[str]:
    """Yield what holds for the ticket; a card that is nothing but a text keeps its lines."""
    note = ticket.note.splitlines() if "info" in ticket.flags else [ticket.note]
    notes = (*note, "" if ticket.member is None else ticket.member.note)
    yield from (clean(note) for note in notes if clean(note))


def _divider(
    before: TicketLine | None, line: TicketLine, reading: Reading, *, by_course: bool
) -> Divider | None:
    """Return what begins at `line`: another round, or another course of a menu."""
    time = reading.time(line.received_at)
    if line.round > 1 and (before is None or before.round != line.round):
        return Divider(reading.words("round", line.round), time)
    if by_course and line.course and (before is None or before.course != line.course):
        course = clean(line.course)
        return Divider(reading.words("course", course) if course.isdecimal() else course, "")
    return None


def _waits(line: TicketLine) -> bool:
    """Nothing may be done about the line yet."""
    return line.hold is not None and line.band in {Band.HELD, Band.GATED}


def _is_run(line: TicketLine, reading: Reading) -> bool:
    """It is to be made now, and waits only for being carried."""
    is_run = line.hold is not None and line.hold.gate is Gate.RUN
    return is_run and not reading.at_pass and line.counts.to_cook > 0


def _same(one: HoldMark | None, other: HoldMark) -> bool:
    """One bar can stand for both."""
    if one is None:
        return False
    return (one.rule, one.gate, one.until, one.reason) == (
        other.rule,
        other.gate,
        other.until,
        other.reason,
    )


def _bar(hold: HoldMark, line: TicketLine, reading: Reading) -> BarFace:
    words = reading.words
    count = None
    if hold.until is not None:
        count = Count(hold.until, down=True, passed=words("gate.passed"))
    if not _waits(line):
        return BarFace(BarKind.RUN, words("gate.run"), count, hold.since, hold.until)
    reason = clean(hold.reason[reading.lang])
    if hold.rule in _BY_HAND:
        if count is not None:
            count = replace(count, coarse=words("hold.in"))
        return BarFace(BarKind.HOLD, reason or words("hold.call"), count, hold.since, hold.until)
    if hold.asks:
        reason = words("gate.ask" if reading.at_pass else "gate.asked", reason)
    goes = count is not None and hold.opens
    text = words("hold.planned" if hold.planned else "gate.latest", reason) if goes else reason
    return BarFace(BarKind.GATE, text, count, hold.since, hold.until)


def _faces(line: TicketLine, reading: Reading, common: Sequence[str]) -> Iterator[LineFace]:
    """Yield the line; a line of which only a part is void is followed by that part."""
    face = _face(line, reading, common)
    if not line.void_unacknowledged:
        yield face
        return
    void = replace(
        face,
        state=LineState.VOID,
        quantity=figure(line.counts.void or line.quantity),
        boxed=False,
        outlined=False,
        changed=False,
        plates=(),
        notes=(clean(line.void_reason),) if clean(line.void_reason) else (),
        allergies=(),
        right=(void_piece(reading),),
    )
    if line.counts.live > 0:
        yield face
    yield void


def _face(line: TicketLine, reading: Reading, common: Sequence[str]) -> LineFace:
    state = _state(line)
    quantity = line.counts.live or line.quantity
    allergies = [a for a in _allergies(line.modifiers, reading) if a not in common]
    whose = reading.words("meta.seat", clean(line.seat)) if line.seat else ""
    is_ready = reading.at_pass and line.counts.live > line.counts.served
    return LineFace(
        key=line.key,
        state=LineState.OPEN if is_ready and state is LineState.DONE else state,
        quantity=figure(quantity),
        unit=_unit(quantity, line.unit),
        boxed=quantity > 1 and state is LineState.OPEN,
        outlined=is_ready and state is LineState.DONE,
        changed=line.changed,
        name=reading.dish_name(line),
        depth=line.depth,
        plates=tuple(_plates(line.modifiers, reading)),
        notes=tuple(_line_notes(line)),
        allergies=tuple(Allergy(text, whose) for text in allergies),
        right=tuple((pass_pieces if reading.at_pass else station_pieces)(line, reading)),
    )


def _state(line: TicketLine) -> LineState:
    if "set" in line.flags:
        return LineState.SHELL
    if line.counts.live == 0 and line.counts.void == 0:
        return LineState.NOTED
    if line.counts.live == 0:
        return LineState.VOID
    if line.counts.to_cook == 0:
        return LineState.DONE
    return LineState.WAITS if line.band in {Band.HELD, Band.GATED} else LineState.OPEN


def _unit(quantity: Decimal, unit: str) -> str:
    """Return the unit where it says something: 1.5 斤, but 2 of whatever is counted."""
    text = clean(unit)
    return text if quantity % 1 != 0 or text.lower() in _WEIGHED else ""


def _line_notes(line: TicketLine) -> Iterator[str]:
    if clean(line.note):
        yield clean(line.note)
    for modifier in line.modifiers:
        if modifier.kind is ModifierKind.NOTE and clean(modifier.name):
            yield clean(modifier.name)


def _plates(modifiers: Iterable[Modifier], reading: Reading) -> Iterator[Plate]:
    for modifier in modifiers:
        if modifier.kind in {ModifierKind.ALLERGY, ModifierKind.NOTE}:
            continue
        text = _modifier(modifier, reading)
        if text:
            yield Plate(text, _SIGNS.get(modifier.kind))


_SIGNS = {ModifierKind.REMOVE: Icon.CROSS, ModifierKind.ADD: Icon.PLUS}


def _modifier(modifier: Modifier, reading: Reading) -> str:
    """Return a modifier with what is nested in it."""
    name = clean(modifier.name)
    if modifier.kind is ModifierKind.REMOVE and not name.lower().startswith(_WITHOUT):
        name = reading.words("mod.without", name)
    if modifier.kind is ModifierKind.ADD and not name.lower().startswith(_EXTRA):
        name = reading.words("mod.extra", name)
    if modifier.quantity != 1:
        name = f"{figure(modifier.quantity)} × {name}"
    nested = (m for m in modifier.modifiers if m.kind is not ModifierKind.ALLERGY)
    return "/".join(filter(None, (name, *(_modifier(m, reading) for m in nested))))


def _allergies(modifiers: Iterable[Modifier], reading: Reading) -> list[str]:
    """Return the allergies that modifiers name, however deep."""
    found: list[str] = []
    for modifier in modifiers:
        if modifier.kind is ModifierKind.ALLERGY:
            found.append(_allergy(clean(modifier.name), reading))
        found.extend(_allergies(modifier.modifiers, reading))
    return list(dict.fromkeys(found))


def _allergy(name: str, reading: Reading) -> str:
    says_so = any(word in name.lower() for word in _ALLERGIES)
    text = name if says_so else reading.words("allergy", name)
    return text.upper() if reading.lang == "en" else text


def _common_allergies(lines: Iterable[TicketLine], reading: Reading) -> tuple[str, ...]:
    """Return what every dish of the ticket is marked with: that concerns the whole table."""
    food = [li for li in lines if "set" not in li.flags and li.counts.live > 0]
    if len(food) < 2 or any(line.seat for line in food):
        return ()
    named = [_allergies(line.modifiers, reading) for line in food]
    return tuple(text for text in named[0] if all(text in others for others in named))
