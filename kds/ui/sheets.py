"""The sheets of all tickets of a board, made again only for what has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kds.board.capacity import is_next
from kds.board.slow import is_calm, rank_in
from kds.board.values import AlertCard, Board, Ticket
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.ui.canvas import Ruler
from kds.ui.ticket.alert import alert_face, card_id
from kds.ui.ticket.face import Face
from kds.ui.ticket.make import face_of
from kds.ui.ticket.reading import Reading
from kds.ui.ticket.sheet import Sheet, sheet_of

_NOTHING: frozenset[LineKey] = frozenset()


@dataclass(frozen=True, slots=True)
class _Made:
    """A sheet and what it was made from."""

    source: Ticket | AlertCard
    unsent: frozenset[LineKey]
    sheet: Sheet
    rank: int | None = None
    calm: bool = False
    next: bool = False


class Sheets:
    """Remembers the sheet of every ticket; one whose ticket is the same object is the same."""

    def __init__(self, reading: Reading, width: int, ruler: Ruler) -> None:
        self._reading = replace(reading, unsent=_NOTHING)
        self._width = width
        self._ruler = ruler
        self._made: dict[VisitId, _Made] = {}

    def update(self, board: Board, unsent: frozenset[LineKey], now: Instant) -> list[Sheet]:
        """Return the sheets of a board, alerts first, then the tickets in their order."""
        made: dict[VisitId, _Made] = {}
        for alert in board.alerts:
            made[card_id(alert.id)] = self._of_alert(alert, now)
        for ticket in board.tickets:
            rank, calm = rank_in(board.slow, ticket), is_calm(board.slow, ticket)
            later = is_next(board.load, ticket)
            made[ticket.visit] = self._of_ticket(ticket, unsent, now, rank, calm=calm, later=later)
        self._made = made
        return [one.sheet for one in made.values()]

    def _of_alert(self, alert: AlertCard, now: Instant) -> _Made:
        old = self._made.get(card_id(alert.id))
        if old is not None and old.source == alert and old.sheet.still_fits(now):
            return old
        return _Made(alert, _NOTHING, self._sheet(alert_face(alert, self._reading), now))

    def _of_ticket(
        self,
        ticket: Ticket,
        unsent: frozenset[LineKey],
        now: Instant,
        rank: int | None,
        *,
        calm: bool,
        later: bool,
    ) -> _Made:
        mine = unsent and frozenset(line.key for line in ticket.lines if line.key in unsent)
        old = self._made.get(ticket.visit)
        marks = (rank, calm, later, mine)
        is_same = old is not None and (old.rank, old.calm, old.next, old.unsent) == marks
        if old is not None and is_same and old.source is ticket:
            # Clocks of the page that is looked at are asked every second, the others not at all.
            return old
        reading = self._reading
        if mine or calm or later or rank is not None:
            reading = replace(reading, unsent=mine, rank=rank, calm=calm, next=later)
        return _Made(ticket, mine, self._sheet(face_of(ticket, reading), now), rank, calm, later)

    def refit(self, visit: VisitId, now: Instant) -> Sheet:
        """Lay a ticket out again, since a clock of it needs more or less room."""
        old = self._made[visit]
        sheet = self._sheet(old.sheet.face, now)
        self._made[visit] = replace(old, sheet=sheet)
        return sheet

    def _sheet(self, face: Face, now: Instant) -> Sheet:
        return sheet_of(face, self._width, self._ruler, now)
