"""The head of a ticket: what several orders of one visit have in common, moves, merges, flags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kds.board.parts import Orders
from kds.board.scope import MOVED_SHOWN_MS, Scope, Use
from kds.board.values import TicketLine
from kds.board.visibility import is_card
from kds.kitchen.ids import Instant, VisitId, visit_of
from kds.kitchen.messages import Member, Modifier, ModifierKind, OrderFields, Payment
from kds.kitchen.orders import Order
from kds.kitchen.twins import pairs_of
from kds.kitchen.visits import Visit

T = TypeVar("T")

LIFTED = frozenset({"rush", "remake", "sold_out", "unrouted", "by_hand", "check", "ask_pass"})
"""Flags of lines that the ticket carries as well while the view has something to do about them."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Fields of all orders of a visit in one."""

    zone: str
    server: str
    guests: int | None
    member: Member | None
    note: str
    payment: Payment
    due_at: str | None


def shared(orders: Iterable[Order]) -> Shared:
    """Return what the orders say together: the first that states something is right.

    Notes are all kept, each once; bills that differ are partly paid.
    """
    fields = [order.fields for order in orders]
    payments = {f.payment for f in fields}
    notes = dict.fromkeys(f.note for f in fields if f.note)
    return Shared(
        zone=_first(fields, lambda f: f.zone) or "",
        server=_first(fields, lambda f: f.server) or "",
        guests=_first(fields, lambda f: f.guests),
        member=_first(fields, lambda f: f.member),
        note=" / ".join(notes),
        payment=payments.pop() if len(payments) == 1 else Payment.PARTIAL,
        due_at=_first(fields, lambda f: f.due_at),
    )


def _first(fields: Iterable[OrderFields], get: Callable[[OrderFields], T]) -> T | None:
    return next((value for value in map(get, fields) if value), None)


def moved_from(visit: Visit, now: Instant) -> str | None:
    """Return the table the guests sat at before, for ten minutes after the move."""
    until = moved_until(visit)
    return visit.tables[-1] if until is not None and now < until else None


def moved_until(visit: Visit) -> Instant | None:
    """Return until when a move is shown."""
    if visit.moved_at is None or not visit.tables:
        return None
    return Instant(visit.moved_at + MOVED_SHOWN_MS)


def merged_into(scope: Scope, visit: Visit, orders: Orders) -> tuple[tuple[Visit, ...], set[Use]]:
    """Return the visits that were merged into this one, and the ids of all visits looked at."""
    uses: set[Use] = set()
    merged: list[Visit] = []
    for key in orders:
        origin = visit_of(key)
        if origin != visit.id and _ends_in(scope, origin, visit.id, uses):
            merged.append(scope.kitchen.visits[origin])
    return tuple(merged), uses


def tables_of(merged: Iterable[Visit], visit: Visit) -> tuple[str, ...]:
    """Return the tables, other than its own, that guests of `visit` came from by merging."""
    tables = dict.fromkeys(former.table for former in merged)
    return tuple(table for table in tables if table and table != visit.table)


def _ends_in(scope: Scope, start: VisitId, end: VisitId, uses: set[Use]) -> bool:
    """Follow merges from `start`; True if they lead to `end`."""
    seen: set[VisitId] = set()
    at: VisitId | None = start
    while at is not None and at != end and at not in seen:
        seen.add(at)
        found = scope.kitchen.visits.get(at)
        at = None if found is None else found.merged_into
    uses |= seen
    return at == end


def flags_of(
    scope: Scope,
    visit: Visit,
    orders: Orders,
    lines: Sequence[TicketLine],
    *,
    merged: bool,
    overtime: bool,
) -> tuple[str, ...]:
    """Return everything that marks the ticket out, sorted by name."""
    flags = {flag for order in orders.values() for flag in order.flags}
    concerned = (line for line in lines if _is_concern(scope, line))
    flags |= {flag for line in concerned for flag in line.flags if flag in LIFTED}
    found = {
        "vip": any(o.fields.member and o.fields.member.tier for o in orders.values()),
        "moved": moved_from(visit, scope.now) is not None,
        "merged": merged,
        "overtime": overtime,
        "split": visit.split_from is not None,
        "pinned": visit.pinned,
        "rider": visit.rider_at is not None,
        "incomplete": any(order.incomplete for order in orders.values()),
        "info": all(is_card(order) for order in orders.values()),
        "changed": any(line.changed for line in lines),
        "add_on": any(line.round > 1 for line in lines),
        "allergy": any(has_allergy(line.modifiers) for line in lines),
        "ended": visit.ended_at is not None,
        "twin": any(pairs_of(scope.kitchen, order) for order in orders.values() if order.twins),
    }
    flags.update(flag for flag, is_on in found.items() if is_on)
    return tuple(sorted(flags))


def _is_concern(scope: Scope, line: TicketLine) -> bool:
    """The view still has the line before it: to cook, or at the pass to carry away."""
    counts = line.counts
    return counts.to_cook > 0 if scope.station is not None else counts.live > counts.served


def has_allergy(modifiers: Iterable[Modifier]) -> bool:
    """One of the modifiers, however deep, is an allergy."""
    return any(m.kind is ModifierKind.ALLERGY or has_allergy(m.modifiers) for m in modifiers)
