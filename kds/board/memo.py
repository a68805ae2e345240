"""The memory of a board: what earlier calls made, so that only what has changed is made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import nlargest

from kds.board.all_day import Tally
from kds.board.scope import Scope, Use, stock_use
from kds.board.tickets import Made, Place, make
from kds.board.values import AlertCard, Board, Ticket
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.state import Kitchen

ALERTS_SHOWN = 20


class BoardMemo:
    """Remembers every view that was asked for; a ticket that has not changed is the same object.

    Belongs to one thread. It needs no care: whatever kitchen, book and time it is given, in
    whatever order, the board is the one that would be made without it.
    """

    def __init__(self) -> None:
        self._views: dict[str, _View] = {}

    def board(self, scope: Scope) -> Board:
        """Return the board of `scope`."""
        view = self._views.get(scope.view)
        if view is None:
            view = self._views[scope.view] = _View()
        return view.board(scope)

    def forget(self, view: str) -> None:
        """Drop what is remembered of a view that nobody looks at any more."""
        self._views.pop(view, None)


class _View:
    """One view: what was made of each visit, and the last board.

    `_live`: the part of `_made` that is shown or may change by time. Visits that are over stay in
    the kitchen for hours; they cost nothing here.
    """

    def __init__(self) -> None:
        self._last: Scope | None = None
        self._board: Board | None = None
        self._made: dict[VisitId, Made] = {}
        self._live: dict[VisitId, Made] = {}
        self._users: dict[Use, set[VisitId]] = {}
        self._tally = Tally()
        self._since: Instant | None = None
        self._until: Instant | None = None

    def board(self, scope: Scope) -> Board:
        last, before = self._last, self._board
        stale = self._stale(scope)
        is_same = last is not None and last.kitchen.alerts is scope.kitchen.alerts
        if before is not None and is_same and not stale and before.book == scope.book.hash:
            self._last = scope
            return before
        for visit in stale:
            self._refresh(scope, visit)
        self._last = scope
        if stale or before is None:
            self._set_window()
            tickets = self._tickets()
        else:
            tickets = before.tickets
        self._board = Board(
            view=scope.view,
            book=scope.book.hash,
            tickets=tickets,
            alerts=before.alerts if before is not None and is_same else alert_cards(scope.kitchen),
            all_day=self._tally.rows(),
            valid_until=self._until,
        )
        return self._board

    def _stale(self, scope: Scope) -> set[VisitId]:
        """Return the visits whose tickets may have changed since the last call."""
        last = self._last
        if last is None or last.book is not scope.book or last.kitchen.folds != scope.kitchen.folds:
            return {*scope.kitchen.visits, *self._made}
        stale: set[VisitId] = set()
        for use in _changed(last.kitchen, scope.kitchen):
            stale |= self._users.get(use, set())
        changed, removed = scope.kitchen.visits.changes_since(last.kitchen.visits)
        stale |= changed.keys() | removed
        if not _is_within(scope.now, self._since, self._until):
            stale.update(
                visit
                for visit, made in self._live.items()
                if not _is_within(scope.now, made.since, made.until)
            )
        return stale

    def _refresh(self, scope: Scope, visit_id: VisitId) -> None:
        """Make the visit's ticket again; one that turns out equal stays the object it was."""
        old = self._made.pop(visit_id, None)
        self._live.pop(visit_id, None)
        for use in old.uses if old is not None else ():
            self._forget_use(use, visit_id)
        visit = scope.kitchen.visits.get(visit_id)
        new = None if visit is None else make(scope, visit)
        self._tally.replace(old.shares if old else (), new.shares if new else ())
        if new is None:
            return
        if old is not None and old.ticket is not None and old.ticket == new.ticket:
            new = replace(new, ticket=old.ticket)
        self._made[visit_id] = new
        if new.ticket is not None or new.since is not None or new.until is not None:
            self._live[visit_id] = new
        for use in new.uses:
            self._users.setdefault(use, set()).add(visit_id)

    def _forget_use(self, use: Use, visit: VisitId) -> None:
        users = self._users[use]
        users.discard(visit)
        if not users:
            del self._users[use]

    def _set_window(self) -> None:
        """Work out around the last time how long nothing changes by itself."""
        made = self._live.values()
        self._since = max((m.since for m in made if m.since is not None), default=None)
        self._until = min((m.until for m in made if m.until is not None), default=None)

    def _tickets(self) -> tuple[Ticket, ...]:
        placed = sorted(self._live.values(), key=_place)
        return tuple(made.ticket for made in placed if made.ticket is not None)


def _place(made: Made) -> Place:
    return made.place


def _is_within(now: Instant, since: Instant | None, until: Instant | None) -> bool:
    return (since is None or since <= now) and (until is None or now < until)


def _changed(old: Kitchen, new: Kitchen) -> Iterator[Use]:
    """Yield the orders, visits and stock items that are not what they were."""
    if new.orders is not old.orders:
        orders, gone_orders = new.orders.changes_since(old.orders)
        yield from orders.keys() | gone_orders
    if new.visits is not old.visits:
        visits, gone_visits = new.visits.changes_since(old.visits)
        yield from visits.keys() | gone_visits
    if new.stock is not old.stock:
        items, gone_items = new.stock.changes_since(old.stock)
        yield from map(stock_use, items.keys() | gone_items)


def alert_cards(kitchen: Kitchen) -> tuple[AlertCard, ...]:
    """Return the newest alerts, newest first."""
    newest = nlargest(ALERTS_SHOWN, kitchen.alerts.values(), key=lambda a: (a.at, a.id))
    return tuple(AlertCard(a.id, a.source, a.at, a.message, a.raw) for a in newest)
