"""Ticket lines: one line of an order as a view shows it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kds.board.bands import line_band, runs
from kds.board.parts import Part
from kds.board.remarks import asks_later, asks_pass, asks_to_fire, remarks_of
from kds.board.scope import Scope
from kds.board.values import Band, BandClock, HoldMark, RemarkMark, TicketLine
from kds.kitchen.ids import BY_HAND, Instant, LineKey
from kds.kitchen.orders import Gate, Hold, Line, Origin
from kds.rulebook.clocks import not_before_due, waiting_since
from kds.rulebook.compiled import Clock
from kds.rulebook.pace import DueRule, TogetherRule


def make_line(scope: Scope, part: Part, round_: int, depth: int) -> TicketLine:
    """Make the line of `part`; `round_` and `depth` say where it stands in the ticket."""
    line, content, progress = part.line, part.line.content, part.progress
    hold = _strongest(part)
    clock = _clock(scope, part, hold)
    stations = scope.stations_of(line)
    remarks = remarks_of(scope, part)
    return TicketLine(
        key=line.key,
        parent=_parent(line),
        depth=depth,
        item_id=content.item_id,
        name=content.name,
        names=content.names,
        category=content.category,
        tags=content.tags,
        menu_class=line.routing.menu_class,
        quantity=content.quantity,
        quantity_was=_quantity_was(line),
        unit=content.unit,
        note=content.note,
        round=round_,
        course=content.course,
        seat=content.seat,
        stations=stations,
        also_at=tuple(s for s in stations if s != scope.station),
        counts=part.counts,
        modifiers=content.modifiers,
        flags=_flags(scope, part, round_, remarks),
        rush=line.rush,
        changed=line.changed,
        void_unacknowledged=progress.is_unacknowledged,
        void_reason=line.void_reason,
        hold=None if hold is None else _mark(scope, line, hold),
        band=_band(scope, part, hold, clock),
        clock=clock,
        received_at=line.received_at,
        fired_at=progress.fired_at,
        started_at=progress.started_at,
        ready_at=progress.ready_at,
        served_at=progress.served_at,
        rule=line.routing.rule,
        where=line.routing.where,
        remarks=remarks,
        prep_s=scope.book.prep_s(line),
        lost=_lost(scope, part),
        left=scope.left_of(content),
    )


def _parent(line: Line) -> LineKey | None:
    parent = line.content.parent
    return None if parent is None else line.key._replace(line_id=parent)


def _quantity_was(line: Line) -> Decimal | None:
    """Return the quantity before the last change of it, while the change is to be shown."""
    if not line.changed:
        return None
    now = line.history[-1][1] if line.history else line.content.quantity
    return next((was for _, was in reversed(line.history) if was != now), None)


def _flags(scope: Scope, part: Part, round_: int, remarks: Sequence[RemarkMark]) -> tuple[str, ...]:
    line = part.line
    flags = set(line.flags) - {"sold_out"}  # so it was at intake; how it is, the marks say
    found = {
        "set": part.is_shell,
        "unrouted": any(scope.is_nobodys(step.station) for step in line.routing.steps),
        "rush": line.rush > 0,
        "remake": line.origin is Origin.KITCHEN,
        "sold_out": _lost(scope, part) > 0,
        "add_on": round_ > 1,
        "by_hand": line.key.source == BY_HAND,
        "check": any(not remark.answered for remark in remarks),
        "ask_pass": asks_pass(scope, part),
    }
    flags.update(flag for flag, is_on in found.items() if is_on)
    return tuple(sorted(flags))


def _lost(scope: Scope, part: Part) -> Decimal:
    """Return the portions that are still to be made and cannot be."""
    return min(scope.kitchen.lost.get(part.line.key, Decimal(0)), part.counts.to_cook)


def _strongest(part: Part) -> Hold | None:
    """Return the hold to show: a start before a run, then the one that opens last."""
    return max(part.holds, key=_strength, default=None)


def _strength(hold: Hold) -> tuple[bool, bool, int, int, str]:
    until = hold.until
    return hold.gate is Gate.START, until is None, until or 0, hold.since, hold.rule


def _mark(scope: Scope, line: Line, hold: Hold) -> HoldMark:
    rule, question = scope.book.hold_rule(hold.rule), asks_to_fire(scope, line, hold)
    return HoldMark(
        rule=hold.rule,
        where="" if rule is None else rule.where,
        reason=question or hold.reason,
        gate=hold.gate,
        since=hold.since,
        until=hold.until,
        passed=hold.until is not None and scope.now >= hold.until,
        asks=hold.asks or question is not None,
        opens=not asks_later(rule),
        planned=isinstance(rule, TogetherRule | DueRule),
    )


def _clock(scope: Scope, part: Part, hold: Hold | None) -> BandClock | None:
    """Return the clock that makes the line late, None while it does not run."""
    if not part.is_food or not runs(part.counts, hold.gate if hold else None):
        return None
    limits = scope.book.limits(part.fields, part.line)
    begun = _since(limits.clock, part)
    if begun is None:
        return None
    since = not_before_due(part.fields, limits, begun)
    return BandClock(
        limits.clock if since == begun else "planned",
        since,
        _after(since, limits.attention_s),
        _after(since, limits.late_s),
        _after(since, limits.critical_s),
        limits.rule,
        limits.where,
    )


def _after(since: Instant, limit_s: float | None) -> Instant | None:
    return None if limit_s is None else Instant(since + round(limit_s * 1000))


def _since(clock: str, part: Part) -> Instant | None:
    match clock:
        case Clock.RECEIVED:
            return part.line.received_at
        case Clock.PLACED:
            return waiting_since(part.fields.placed_at, part.line.received_at)
        case _:
            return part.progress.fired_at


def _band(scope: Scope, part: Part, hold: Hold | None, clock: BandClock | None) -> Band:
    if part.is_info and part.counts.live == 0:
        return Band.NORMAL
    gate = None if hold is None else hold.gate
    rule = "" if hold is None else hold.rule
    return line_band(part.counts, gate, rule, clock, scope.now, at_pass=scope.station is None)
