"""Tickets: one visit as a view shows it, and until when that stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kds.board.all_day import Share, shares_of
from kds.board.arrangement import arranged, rounds_of
from kds.board.bands import AGE_BANDS, changes_of, ticket_band, window, worst_line
from kds.board.batches import PanShare, pan_shares
from kds.board.headers import (
    flags_of,
    merged_into,
    moved_from,
    moved_until,
    shared,
    tables_of,
)
from kds.board.later import appearances
from kds.board.lines import make_line
from kds.board.overtime import overtime_marks
from kds.board.parts import Orders, Part, orders_of, parts_of
from kds.board.priority import Rank, standing_of
from kds.board.scope import PICKUP, Scope, Use, stock_use
from kds.board.slow import Run, forgotten_at, run_of
from kds.board.values import Band, Owed, PriorityMark, Ticket, TicketLine
from kds.board.visibility import (
    is_card,
    is_unread,
    is_visible,
    leaves_pickup_at,
    shown,
)
from kds.kitchen.ids import ANY_STATION, Instant, LineKey, StationId, VisitId
from kds.kitchen.orders import Line
from kds.kitchen.portions import OPEN
from kds.kitchen.visits import Visit
from kds.rulebook.clocks import waiting_since

Place = tuple[int, Rank, int, VisitId]
"""Where a ticket stands: pinned ones first, then rank, time and id."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was made of a visit before, line by line, and may be used again.

    A part holds as long as its line does, a line besides that only while nothing that it was
    made with has changed.
    """

    parts: Mapping[LineKey, Part] = field(default_factory=dict)
    lines: Mapping[LineKey, TicketLine] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a visit in a view.

    `ticket` None: it is not shown. It holds from `since` until `until` (None: for ever) unless
    something in `uses` changes. `shares`: what it adds to the all-day counts; `pans`: to the
    pans; `run`: to how late the view is.
    """

    ticket: Ticket | None
    place: Place
    since: Instant | None
    until: Instant | None
    uses: frozenset[Use]
    shares: tuple[Share, ...] = ()
    pans: tuple[PanShare, ...] = ()
    parts: Mapping[LineKey, Part] = field(default_factory=dict)
    run: Run | None = None


def make(scope: Scope, visit: Visit, known: Known) -> Made:
    """Make the ticket of `visit`, or find that the view does not show it."""
    orders = orders_of(scope, visit)
    parts = parts_of(scope, visit, orders, known.parts)
    cards = {key: order for key, order in orders.items() if is_card(order)}
    read = frozenset(key for key, card in cards.items() if not is_unread(visit, card))
    uses: set[Use] = {visit.id, *orders, *(twin for o in orders.values() for twin in o.twins)}
    leaves = leaves_pickup_at(parts.values()) if scope.view == PICKUP else None
    if not orders or not is_visible(scope, visit, orders, parts, unread=len(read) < len(cards)):
        run, past = _run(scope, None, parts.values())
        changes = (*(() if leaves is None else (leaves,)), *appearances(scope, parts.values()))
        since, until = window((*changes, *past), scope.now)
        return Made(None, (0, (), 0, visit.id), since, until, frozenset(uses), run=run)
    seen = shown(scope, parts, orders, read)
    lines = _lines(scope, visit, orders, seen, known)
    merged, looked_at = merged_into(scope, visit, orders)
    food = [line for line in lines if parts[line.key].is_food]
    standing = standing_of(scope, visit, orders, seen)
    ticket = _ticket(scope, visit, orders, lines, food, merged, standing.mark)
    changes = (*_changes(visit, food, leaves), *appearances(scope, parts.values()))
    run, past = _run(scope, ticket, parts.values())
    since, until = window((*changes, *standing.changes, *past), scope.now)
    return Made(
        ticket=ticket,
        place=_place(visit, ticket, standing.rank),
        since=since,
        until=until,
        uses=frozenset(uses | looked_at | _stock_uses(lines)),
        shares=tuple(shares_of(food)),
        pans=tuple(pan_shares(scope, visit, ticket.number, seen)),
        parts=parts,
        run=run,
    )


def _run(
    scope: Scope, ticket: Ticket | None, parts: Iterable[Part]
) -> tuple[Run | None, tuple[Instant, ...]]:
    """Return what of the visit runs or did so lately, and when that is past."""
    run = run_of(ticket, parts)
    past = forgotten_at(run, scope.book.slow)
    return (None if past is not None and past <= scope.now else run), (
        () if past is None else (past,)
    )


def _stock_uses(lines: Iterable[TicketLine]) -> set[Use]:
    return {stock_use(name) for line in lines for name in (line.item_id, line.name) if name}


def _changes(visit: Visit, food: Iterable[TicketLine], leaves: Instant | None) -> Iterator[Instant]:
    """Yield the instants at which time alone changes the ticket."""
    for at in (leaves, moved_until(visit)):
        if at is not None:
            yield at
    for line in food:
        yield from changes_of(line)


def _lines(
    scope: Scope, visit: Visit, orders: Orders, seen: list[Part], known: Known
) -> tuple[TicketLine, ...]:
    rounds = rounds_of(orders, visit.lines)
    lines = []
    for part, depth in arranged(seen, rounds, at_station=scope.station is not None):
        key = part.line.key
        line = known.lines.get(key)
        is_same = line is not None and known.parts.get(key) is part
        if line is None or not is_same or (line.round, line.depth) != (rounds[key], depth):
            line = make_line(scope, part, rounds[key], depth)
        lines.append(line)
    return tuple(lines)


def _ticket(
    scope: Scope,
    visit: Visit,
    orders: Orders,
    lines: tuple[TicketLine, ...],
    food: Sequence[TicketLine],
    merged: tuple[Visit, ...],
    priority: PriorityMark | None,
) -> Ticket:
    first = next(iter(orders.values()))
    fields = first.fields
    common = shared(orders.values())
    band = ticket_band(line.band for line in food)
    worst = worst_line(food, scope.now) if band in AGE_BANDS else None
    overtime = overtime_marks(scope, visit, orders)
    return Ticket(
        visit=visit.id,
        orders=tuple(orders),
        number=fields.number,
        table=visit.table,
        moved_from=moved_from(visit, scope.now),
        merged_from=tables_of(merged, visit),
        zone=common.zone,
        server=common.server,
        session=visit.session or fields.session,
        service=fields.service,
        channel=fields.channel,
        guests=common.guests,
        member=common.member,
        note=common.note,
        payment=common.payment,
        placed_at=fields.placed_at,
        due_at=common.due_at,
        rounds=max((line.round for line in lines), default=1),
        band=band,
        worst=None if worst is None else worst.key,
        clock=None if worst is None else worst.clock,
        complete=bool(food) and all(line.counts.to_cook == 0 for line in food),
        pinned=visit.pinned,
        flags=flags_of(scope, visit, orders, lines, merged=bool(merged), overtime=bool(overtime)),
        received_at=first.received_at,
        waiting_since=waiting_since(fields.placed_at, first.received_at),
        fired_at=min((li.fired_at for li in food if li.fired_at is not None), default=None),
        ready_at=_ready_at(food) if band is Band.READY else None,
        owed=_owed(scope, visit, orders),
        lines=lines,
        overtime=overtime,
        priority=priority,
    )


def _ready_at(food: Iterable[TicketLine]) -> Instant | None:
    return max((li.ready_at for li in food if li.ready_at is not None), default=None)


def _owed(scope: Scope, visit: Visit, orders: Orders) -> tuple[Owed, ...]:
    """Return what other stations have not finished, the most first."""
    owed: dict[StationId, list[Decimal]] = {}
    for key in visit.lines:
        order = orders.get(key.order)
        line = None if order is None else order.lines.get(key.line_id)
        for station, portions in {} if line is None else _open_at(scope, visit, line).items():
            owed.setdefault(station, []).append(portions)
    rows = (Owed(station, sum(each, Decimal(0)), len(each)) for station, each in owed.items())
    return tuple(sorted(rows, key=lambda row: (-row.lines, -row.portions, row.station)))


def _open_at(scope: Scope, visit: Visit, line: Line) -> dict[StationId, Decimal]:
    """Return the portions of a line that each other station has to do."""
    steps = line.routing.steps
    found: dict[StationId, Decimal] = {}
    for group in line.groups:
        if group.state in OPEN and group.visit == visit.id:
            station = steps[group.step].station
            if station != ANY_STATION and (here := scope.works_for(station)) != scope.station:
                found[here] = found.get(here, Decimal(0)) + group.portions
    return found


def _place(visit: Visit, ticket: Ticket, rank: Rank) -> Place:
    """Return where the ticket stands; ties go by time."""
    if visit.pinned:
        return 0, (), visit.opened_at, visit.id
    since = ticket.received_at if ticket.fired_at is None else ticket.fired_at
    return 1, rank, since, visit.id
