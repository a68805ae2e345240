"""Boards as JSON, in the shape of the outside contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kds.board.ages import age_s, fired_age_s, seconds, wait_s
from kds.board.capacity import is_next
from kds.board.prediction import eta
from kds.board.slow import behind, is_calm, rank_in
from kds.board.values import (
    AlertCard,
    AllDay,
    Batch,
    Board,
    HoldMark,
    LoadMark,
    Owed,
    PriorityMark,
    RemarkMark,
    SlowMark,
    Ticket,
    TicketLine,
)
from kds.board.why import explain_batch, explain_line, explain_ticket
from kds.kitchen.ids import Instant, OrderKey
from kds.kitchen.messages import Member, Modifier
from kds.kitchen.portions import Counts
from kds.kitchen.wording import Wording
from kds.records.times import iso

Json = dict[str, Any]


def board_json(
    board: Board,
    *,
    at: Instant,
    epoch: str,
    seq: int,
    personal: Mapping[OrderKey, str],
    lang: str = "en",
) -> Json:
    """Return `board` as it reads at `at`, the kitchen having come to log place (`epoch`, `seq`).

    `personal`: the customer of an order, for readers who may know. `lang`: of the sentences.
    """
    return {
        "view": board.view,
        "epoch": epoch,
        "seq": seq,
        "at": iso(at),
        "rules": board.book,
        "tickets": [
            ticket_json(ticket, at, personal, lang)
            | _rank(board.slow, ticket)
            | {"next": is_next(board.load, ticket)}
            for ticket in board.tickets
        ],
        "alerts": [alert_json(alert, lang) for alert in board.alerts],
        "all_day": [_all_day(row) for row in board.all_day],
        "valid_until": _when(board.valid_until),
        "batches": [_batch(batch, at, lang) for batch in board.batches],
        "slow": None if board.slow is None else _slow(board.slow, at, lang),
        "folded_into": board.folded_into,
        "works_for": list(board.works_for),
        "load": None if board.load is None else _load(board.load),
    }


def _rank(slow: SlowMark | None, ticket: Ticket) -> Json:
    """Return what a slow view makes of a ticket: its place among the worst, or that it is calm."""
    return {"rank": rank_in(slow, ticket), "calm": is_calm(slow, ticket)}


def _load(load: LoadMark) -> Json:
    return {"capacity": load.capacity, "open": number(load.open), "next": list(load.next)}


def _slow(slow: SlowMark, at: Instant, lang: str) -> Json:
    return {
        "late": slow.late,
        "of": slow.of,
        "behind_s": seconds(slow.since, at),
        "text": behind(slow, at, lang),
        "ranked": list(slow.ranked),
    }


def _batch(batch: Batch, at: Instant, lang: str) -> Json:
    """Return a pan; its `lines` are those of the command that starts or bumps it."""
    return {
        "name": batch.name,
        "names": dict(batch.names),
        "unit": batch.unit,
        "modifiers": _modifiers(batch.modifiers),
        "state": "queued" if batch.begun_at is None else "cooking",
        "begun_at": _when(batch.begun_at),
        "portions": number(batch.portions),
        "most": batch.most,
        "within_s": batch.within_s,
        "oldest_s": seconds(min(part.since for part in batch.parts), at),
        "rush": any(part.rush for part in batch.parts),
        "why": explain_batch(batch, lang),
        "lines": [
            {
                "order": {"source": part.line.source, "order_id": part.line.order_id},
                "line_id": part.line.line_id,
                "portions": number(part.portions),
                "visit": part.visit,
                "table": part.table,
                "rush": part.rush,
            }
            for part in batch.parts
        ],
    }


def _priority(mark: PriorityMark, lang: str) -> Json:
    return {
        "band": mark.band,
        "where": mark.where,
        "name": mark.name[lang],
        "names": _wording(mark.name),
    }


def ticket_json(ticket: Ticket, at: Instant, personal: Mapping[OrderKey, str], lang: str) -> Json:
    """Return one ticket as it reads at `at`. `eta`: see `kds.board.prediction`."""
    first = ticket.orders[0]
    return {
        "visit": ticket.visit,
        "orders": [{"source": o.source, "order_id": o.order_id} for o in ticket.orders],
        "source": first.source,
        "order_id": first.order_id,
        "number": ticket.number,
        "table": ticket.table,
        "moved_from": ticket.moved_from,
        "merged_from": list(ticket.merged_from),
        "zone": ticket.zone,
        "server": ticket.server,
        "session": ticket.session,
        "service": ticket.service,
        "channel": ticket.channel,
        "guests": ticket.guests,
        "customer": next((personal[o] for o in ticket.orders if personal.get(o)), ""),
        "member": _member(ticket.member),
        "note": ticket.note,
        "payment": ticket.payment,
        "placed_at": ticket.placed_at,
        "due_at": ticket.due_at,
        "received_at": iso(ticket.received_at),
        "eta": _when(eta(ticket, at)),
        "rounds": ticket.rounds,
        "band": ticket.band,
        "age_s": age_s(ticket, at),
        "fired_age_s": fired_age_s(ticket, at),
        "wait_s": wait_s(ticket, at),
        "complete": ticket.complete,
        "flags": list(ticket.flags),
        "why": explain_ticket(ticket, at, lang),
        "priority": None if ticket.priority is None else _priority(ticket.priority, lang),
        "owed": [_owed(row) for row in ticket.owed],
        "lines": [line_json(line, at, lang) for line in ticket.lines],
    }


def line_json(line: TicketLine, at: Instant, lang: str) -> Json:
    """Return one line as it reads at `at`."""
    return {
        "source": line.key.source,
        "order_id": line.key.order_id,
        "line_id": line.key.line_id,
        "parent": None if line.parent is None else line.parent.line_id,
        "item_id": line.item_id,
        "name": line.name,
        "names": dict(line.names),
        "category": line.category,
        "tags": list(line.tags),
        "menu_class": line.menu_class,
        "quantity": number(line.quantity),
        "quantity_was": None if line.quantity_was is None else number(line.quantity_was),
        "unit": line.unit,
        "note": line.note,
        "round": line.round,
        "course": line.course,
        "seat": line.seat,
        "stations": list(line.stations),
        "also_at": list(line.also_at),
        "portions": counts_json(line.counts),
        "modifiers": _modifiers(line.modifiers),
        "flags": list(line.flags),
        "rush": line.rush,
        "changed": line.changed,
        "void_unacknowledged": line.void_unacknowledged,
        "void_reason": line.void_reason,
        "fired_age_s": fired_age_s(line, at),
        "started_at": _when(line.started_at),
        "ready_at": _when(line.ready_at),
        "served_at": _when(line.served_at),
        "hold": None if line.hold is None else _hold(line.hold, lang),
        "remarks": [_remark(remark, lang) for remark in line.remarks],
        "band": line.band,
        "lost": number(line.lost),
        "left": None if line.left is None else number(line.left),
        "why": explain_line(line, at, lang),
    }


def alert_json(alert: AlertCard, lang: str) -> Json:
    """Return one alert card."""
    return {
        "id": alert.id,
        "source": alert.source,
        "at": iso(alert.at),
        "message": alert.message[lang],
        "messages": _wording(alert.message),
        "raw": alert.raw,
    }


def counts_json(counts: Counts) -> dict[str, str]:
    """Return portions by state, as decimal text."""
    return {
        "held": number(counts.held),
        "queued": number(counts.queued),
        "cooking": number(counts.cooking),
        "ready": number(counts.ready),
        "served": number(counts.served),
        "void": number(counts.void),
    }


def number(value: Decimal) -> str:
    """Return a quantity as plain decimal text: 1, 1.5, never 1E+1 or 1.50."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _when(at: Instant | None) -> str | None:
    return None if at is None else iso(at)


def _hold(hold: HoldMark, lang: str) -> Json:
    return {
        "rule": hold.rule,
        "where": hold.where,
        "reason": hold.reason[lang],
        "reasons": _wording(hold.reason),
        "gates": hold.gate,
        "since": iso(hold.since),
        "until": _when(hold.until),
        "passed": hold.passed,
        "asks": hold.asks,
        "opens": hold.opens,
    }


def _remark(remark: RemarkMark, lang: str) -> Json:
    return {
        "rule": remark.rule,
        "where": remark.where,
        "what": remark.what,
        "message": remark.message[lang],
        "messages": _wording(remark.message),
        "asks": remark.asks,
        "answered": remark.answered,
    }


def _member(member: Member | None) -> Json | None:
    return None if member is None else {"tier": member.tier, "note": member.note}


def _wording(wording: Wording) -> dict[str, str]:
    return {"zh": wording.zh, "en": wording.en}


def _owed(row: Owed) -> Json:
    return {"station": row.station, "portions": number(row.portions), "lines": row.lines}


def _modifiers(modifiers: Iterable[Modifier]) -> list[Json]:
    return [
        {
            "name": modifier.name,
            "kind": modifier.kind,
            "quantity": number(modifier.quantity),
            "modifiers": _modifiers(modifier.modifiers),
        }
        for modifier in modifiers
    ]


def _all_day(row: AllDay) -> Json:
    splits: Sequence[Json] = [
        {"modifiers": _modifiers(split.modifiers), "count": number(split.count)}
        for split in row.splits
    ]
    return {
        "name": row.name,
        "names": dict(row.names),
        "unit": row.unit,
        "count": number(row.count),
        "held": number(row.held),
        "splits": splits,
    }
