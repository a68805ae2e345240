"""What a touch or key does: from an intent and the ticket it met to the command. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kds.board.values import Board, Ticket, TicketLine
from kds.kitchen.commands import Command, CommandKind, SplitPart
from kds.kitchen.ids import CommandId, Instant, LineKey, RuleId, VisitId
from kds.kitchen.orders import Gate
from kds.ui.chrome.acts import row_of
from kds.ui.chrome.pans import PAN_START
from kds.ui.intents import HandleAlert, Intent, LongPress, TapBar, TapLine
from kds.ui.ticket.face import Action
from kds.ui.ticket.foot import action_of

EXPO = "expo"

_BAR = {
    Action.DONE: CommandKind.BUMP,
    Action.POT: CommandKind.BUMP,
    Action.FIRE: CommandKind.FIRE,
    Action.FIRE_NOW: CommandKind.FIRE,
    Action.CLEAR: CommandKind.ACK_VOID,
    Action.NOTED: CommandKind.BUMP,
    Action.SAME: CommandKind.SAME_ORDER,
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every command of a screen carries: its new id, when, where, and what was seen."""

    id: CommandId
    at: Instant
    seen: int
    view: str
    device: str


def command_for(
    intent: Intent, board: Board, stamp: Stamp, *, serves: bool = True
) -> Command | None:
    """Return the command that `intent` asks for on `board`, None if it asks for none.

    `serves`: the book knows serving; without it the pass bumps instead.
    """
    match intent:
        case TapBar(visit=visit):
            ticket = ticket_of(board, visit)
            return None if ticket is None else _bar(ticket, stamp, serves=serves)
        case LongPress(visit=visit, at_foot=True) if stamp.view == EXPO:
            ticket = ticket_of(board, visit)
            if ticket is None:
                return None
            is_asked = action_of(ticket, at_pass=True) is Action.SAME
            said = CommandKind.OTHER_ORDER if is_asked else _handed_over(serves)
            return _command(said, ticket, stamp)
        case TapLine(visit=visit, line=key):
            ticket = ticket_of(board, visit)
            line = line_of(ticket, key)
            if ticket is None or line is None:
                return None
            kind = _line_kind(line, at_pass=stamp.view == EXPO, serves=serves)
            return None if kind is None else _command(kind, ticket, stamp, line)
        case HandleAlert(alert=alert):
            return _made(CommandKind.ACK_ALERT, stamp, alert=alert)
        case _:
            return None


def ticket_of(board: Board, visit: VisitId) -> Ticket | None:
    """Return the ticket of a visit, None when the board has it no more."""
    return next((ticket for ticket in board.tickets if ticket.visit == visit), None)


def line_of(ticket: Ticket | None, key: LineKey) -> TicketLine | None:
    """Return a line of a ticket."""
    lines = () if ticket is None else ticket.lines
    return next((line for line in lines if line.key == key), None)


def _bar(ticket: Ticket, stamp: Stamp, *, serves: bool) -> Command | None:
    action = action_of(ticket, at_pass=stamp.view == EXPO)
    if action is Action.RUN:
        return _command(_handed_over(serves), ticket, stamp)
    kind = _BAR.get(action)  # MISSING is locked: a long press overrides it
    return None if kind is None else _command(kind, ticket, stamp)


def _handed_over(serves: bool) -> CommandKind:
    return CommandKind.SERVE if serves else CommandKind.BUMP


def _line_kind(line: TicketLine, *, at_pass: bool, serves: bool) -> CommandKind | None:
    """Return what touching a line does: the next thing, or back where it is done here."""
    if line.void_unacknowledged:
        return CommandKind.ACK_VOID
    counts = line.counts
    if line.hold is not None and line.hold.gate is Gate.START and counts.held > 0:
        return CommandKind.FIRE
    if counts.to_cook > 0:
        return CommandKind.BUMP
    if counts.ready > 0:
        return _handed_over(serves) if at_pass else CommandKind.RECALL
    return CommandKind.RECALL if counts.served > 0 else None


def _command(
    kind: CommandKind, ticket: Ticket, stamp: Stamp, line: TicketLine | None = None
) -> Command:
    if line is None:
        return _made(kind, stamp, order=ticket.orders[0], visit=ticket.visit)
    return _made(kind, stamp, order=line.key.order, visit=ticket.visit, line_id=line.key.line_id)


def undo(command: Command, stamp: Stamp) -> Command:
    """Return the command that takes `command` back."""
    return _made(
        CommandKind.UNDO, stamp, order=command.order, visit=command.visit, undoes=command.id
    )


def resume(rule: RuleId, stamp: Stamp) -> Command:
    """Return the command that lets a paused rule work again."""
    return _made(CommandKind.RESUME_RULE, stamp, rule=rule)


def act_of(row: str, action: str, board: Board, stamp: Stamp) -> Command | None:
    """Return the command of a button in the panel of a dish or ticket; None if it is gone."""
    kind = CommandKind(action)
    if kind in (CommandKind.SOLD_OUT, CommandKind.ON_SALE):
        return _made(kind, stamp, name=row)
    if kind in (CommandKind.FIRE, CommandKind.VOID):
        lines = ((t, line) for t in board.tickets for line in t.lines if row_of(line) == row)
        found = next(lines, None)
        return None if found is None else _command(kind, found[0], stamp, found[1])
    ticket = ticket_of(board, VisitId(row))
    return None if ticket is None else _command(kind, ticket, stamp)


def pan(row: str, action: str, board: Board, stamp: Stamp) -> Command | None:
    """Return the command that begins or ends the pan of a row; None if it is another by now."""
    batch = next((each for each in board.batches if each.id == row), None)
    if batch is None:
        return None
    kind = CommandKind.START if action == PAN_START else CommandKind.BUMP
    parts = (SplitPart(p.line.line_id, p.portions, p.line.order) for p in batch.parts)
    return _made(kind, stamp, lines=tuple(parts))


def _made(kind: CommandKind, stamp: Stamp, **more: Any) -> Command:
    return Command(
        id=stamp.id,
        kind=kind,
        view=stamp.view,
        device=stamp.device,
        at=stamp.at,
        seen=stamp.seen,
        **more,
    )
