"""What the bottom of a ticket says, and what its button does."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kds.board.values import Band, Ticket, TicketLine
from kds.ui.ticket.face import Action, Chip, Foot
from kds.ui.ticket.reading import Reading, figure

_BROTH = "broth"


def foot_of(ticket: Ticket, reading: Reading) -> Foot:
    """Return what the bottom of `ticket` says."""
    action = action_of(ticket, at_pass=reading.at_pass)
    chips = tuple(_chips(ticket, reading))
    lead = "missing" if reading.at_pass else "also"
    return Foot(
        lead=reading.words(lead) if chips else _all_ready(ticket, reading),
        chips=chips,
        action=action,
        label=_label(ticket, action, reading),
    )


def _all_ready(ticket: Ticket, reading: Reading) -> str:
    return reading.words("expo.all_ready") if reading.at_pass and ticket.complete else ""


def action_of(ticket: Ticket, *, at_pass: bool) -> Action:
    """Return what the button of a ticket does: the one place that says so."""
    if at_pass and "twin" in ticket.flags:
        return Action.SAME
    food = _food(ticket)
    if not food:
        is_void = any(line.void_unacknowledged for line in ticket.lines)
        return Action.CLEAR if is_void else Action.NOTED
    if at_pass:
        if all(li.counts.live == li.counts.served for li in food):
            return Action.OUT
        return Action.RUN if all(li.counts.to_cook == 0 for li in food) else Action.MISSING
    workable = [li for li in food if li.counts.queued + li.counts.cooking > 0]
    if workable:
        return Action.POT if all(li.menu_class == _BROTH for li in workable) else Action.DONE
    if ticket.band is Band.HELD:
        return Action.FIRE
    return Action.FIRE_NOW if ticket.band is Band.GATED else Action.CLEAR


def _food(ticket: Ticket) -> list[TicketLine]:
    return [line for line in ticket.lines if "set" not in line.flags and line.counts.live > 0]


def _label(ticket: Ticket, action: Action, reading: Reading) -> str:
    food = _food(ticket)
    if action is Action.DONE:
        return reading.words(action, figure(sum(map(_pieces, food), start=Decimal(0))))
    if action is Action.MISSING:
        return reading.words(action, sum(1 for line in food if line.counts.to_cook > 0))
    return reading.words(action)


def _pieces(line: TicketLine) -> Decimal:
    """Return how many portions can be done now; what is weighed is one."""
    open_now = line.counts.queued + line.counts.cooking
    return open_now if open_now % 1 == 0 else Decimal(1)


def _chips(ticket: Ticket, reading: Reading) -> Iterator[Chip]:
    """Yield what other stations owe, the most first, then those that have finished.

    In dishes, as the count in the head and on the button: portions and pounds have no sum.
    """
    owing = {owed.station for owed in ticket.owed}
    for owed in ticket.owed:
        yield Chip(f"{reading.station_name(owed.station)} {owed.lines}")
    if not reading.at_pass:
        also = (station for line in ticket.lines for station in line.also_at)
        for station in dict.fromkeys(also):
            if station not in owing:
                yield Chip(reading.station_name(station), done=True)
