"""The sheets of all tickets of a board, made again only for what has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from kds.board.capacity import is_next
from kds.board.slow import is_calm
from kds.board.values import AlertCard, Board, Ticket
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.ui.canvas import Ruler
from kds.ui.ticket.alert import alert_face, card_id
from kds.ui.ticket.face import Face
from kds.ui.ticket.make import face_of
from kds.ui.ticket.reading import Reading
from kds.ui.ticket.sheet import Sheet, sheet_of

_NOTHING: frozenset[LineKey] = frozenset()


class _Marks(NamedTuple):
    """What the whole board says of one ticket: its place among the worst, calm, beyond capacity."""

    rank: int | None = None
    calm: bool = False
    later: bool = False


_UNMARKED = _Marks()


@dataclass(frozen=True, slots=True)
class _Made:
    """A sheet and what it was made from."""

    source: Ticket | AlertCard
    unsent: frozenset[LineKey]
    sheet: Sheet
    marks: _Marks = _UNMARKED


def _marks(board: Board) -> dict[VisitId, _Marks]:
    """Return what a slow view, or a station with its hands full, says of its tickets.

    Nothing of most: looking at each of hundreds would cost more than all the rest.
    """
    slow, load = board.slow, board.load
    if slow is None and load is None:
        return {}
    ranks = {} if slow is None else {visit: n for n, visit in enumerate(slow.ranked, 1)}
    found: dict[VisitId, _Marks] = {}
    for ticket in board.tickets:
        rank, later = ranks.get(ticket.visit), is_next(load, ticket)
        if rank is not None or later or is_calm(slow, ticket):
            found[ticket.visit] = _Marks(rank, is_calm(slow, ticket), later)
    return found


class Sheets:
    """Remembers the sheet of every ticket; one whose ticket is the same object is the same.

    Attributes:
        width: of every ticket, in pixels.
    """

    def __init__(self, reading: Reading, width: int, ruler: Ruler) -> None:
        self._reading = replace(reading, unsent=_NOTHING)
        self.width = width
        self._ruler = ruler
        self._made: dict[VisitId, _Made] = {}
        self._behind: dict[VisitId, None] = {}

    @property
    def is_behind(self) -> bool:
        """Some sheets still say what they said before `read_by`."""
        return bool(self._behind)

    def read_by(self, reading: Reading) -> None:
        """Let the sheets say things otherwise from now on, with each `update` some more of them."""
        self._reading = replace(reading, unsent=_NOTHING)
        self._behind = dict.fromkeys(self._made)

    def update(
        self,
        board: Board,
        unsent: frozenset[LineKey],
        now: Instant,
        at_once: int | None = None,
    ) -> list[Sheet]:
        """Return the sheets of a board, alerts first, then the tickets in their order.

        `at_once`: so many are made again in this call only because of `read_by`; None: all.
        """
        made: dict[VisitId, _Made] = {}
        for visit in tuple(islice(self._behind, at_once)):
            del self._behind[visit]
            self._made.pop(visit, None)
        for alert in board.alerts:
            made[card_id(alert.id)] = self._of_alert(alert, now)
        marked = _marks(board)
        for ticket in board.tickets:
            marks = marked.get(ticket.visit, _UNMARKED) if marked else _UNMARKED
            made[ticket.visit] = self._of_ticket(ticket, unsent, now, marks)
        if self._behind:
            kept = (visit for visit in self._behind if made.get(visit) is self._made.get(visit))
            self._behind = dict.fromkeys(visit for visit in kept if visit in made)
        self._made = made
        return [one.sheet for one in made.values()]

    def _of_alert(self, alert: AlertCard, now: Instant) -> _Made:
        old = self._made.get(card_id(alert.id))
        if old is not None and old.source == alert and old.sheet.still_fits(now):
            return old
        return _Made(alert, _NOTHING, self._sheet(alert_face(alert, self._reading), now))

    def _of_ticket(
        self, ticket: Ticket, unsent: frozenset[LineKey], now: Instant, marks: _Marks
    ) -> _Made:
        mine = unsent and frozenset(line.key for line in ticket.lines if line.key in unsent)
        old = self._made.get(ticket.visit)
        is_same = old is not None and old.source is ticket and old.unsent == mine
        if old is not None and is_same and old.marks == marks:
            # Clocks of the page that is looked at are asked every second, the others not at all.
            return old
        reading = self._reading
        if mine or marks is not _UNMARKED:
            rank, calm, later = marks
            reading = replace(reading, unsent=mine, rank=rank, calm=calm, next=later)
        return _Made(ticket, mine, self._sheet(face_of(ticket, reading), now), marks)

    def refit(self, visit: VisitId, now: Instant) -> Sheet:
        """Lay a ticket out again, since a clock of it needs more or less room."""
        old = self._made[visit]
        sheet = self._sheet(old.sheet.face, now)
        self._made[visit] = replace(old, sheet=sheet)
        return sheet

    def _sheet(self, face: Face, now: Instant) -> Sheet:
        return sheet_of(face, self.width, self._ruler, now)
