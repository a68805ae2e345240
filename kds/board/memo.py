"""The memory of a board: what earlier calls made, so that only what has changed is made again."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import replace
from heapq import nlargest
from itertools import islice

from kds.board.all_day import Tally
from kds.board.batches import Pans
from kds.board.capacity import load_of
from kds.board.scope import PICKUP, Scope, Use, stock_use
from kds.board.slow import Lateness
from kds.board.tickets import Known, Made, Place, make
from kds.board.values import AlertCard, Board, SlowMark, Ticket
from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.state import Kitchen
from kds.rulebook.priority import SlowView

ALERTS_SHOWN = 20


class BoardMemo:
    """Remembers every view that was asked for; a ticket that has not changed is the same object.

    Belongs to one thread. It needs no care: whatever kitchen, book and time it is given, in
    whatever order, the board is the one that would be made without it.
    """

    def __init__(self) -> None:
        self._views: dict[str, _View] = {}

    def board(self, scope: Scope, at_once: int | None = None) -> Board:
        """Return the board of `scope`.

        Under other rules every ticket has to be made again. `at_once`: so many in this call; the
        others stay as they are until a later one, and `is_behind` tells of them. None: all.
        """
        view = self._views.get(scope.view)
        if view is None:
            view = self._views[scope.view] = _View()
        return view.board(scope, at_once)

    def is_behind(self, view: str) -> bool:
        """Some tickets of the last board are still those of former rules."""
        return view in self._views and self._views[view].is_behind

    def forget(self, view: str) -> None:
        """Drop what is remembered of a view that nobody looks at any more."""
        self._views.pop(view, None)


class _Wall:
    """Tickets in their order, and until when they stay as they are.

    Everything is kept sorted, so that one ticket among hundreds is replaced by bisection.
    """

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._tickets: list[Ticket] = []
        self._sinces: list[Instant] = []
        self._untils: list[Instant] = []
        self._lateness = Lateness()

    def put(self, made: Made) -> None:
        """Add what was made of a visit."""
        if made.ticket is not None:
            index = bisect_left(self._places, made.place)
            self._places.insert(index, made.place)
            self._tickets.insert(index, made.ticket)
        self._lateness.put(made.ticket, made.run)
        if made.since is not None:
            insort(self._sinces, made.since)
        if made.until is not None:
            insort(self._untils, made.until)

    def take(self, made: Made) -> None:
        """Remove what was put."""
        if made.ticket is not None:
            index = bisect_left(self._places, made.place)
            del self._places[index], self._tickets[index]
        self._lateness.take(made.ticket, made.run)
        if made.since is not None:
            del self._sinces[bisect_left(self._sinces, made.since)]
        if made.until is not None:
            del self._untils[bisect_left(self._untils, made.until)]

    def tickets(self) -> tuple[Ticket, ...]:
        """Return the tickets in order."""
        return tuple(self._tickets)

    def visits(self) -> Iterator[VisitId]:
        """Yield their visits in the same order."""
        return (ticket.visit for ticket in self._tickets)

    def slow(self, view: SlowView) -> SlowMark | None:
        """Return what is to be said of all of them together, and perhaps until when."""
        return self._lateness.mark(view)

    @property
    def since(self) -> Instant | None:
        """The last instant at which time alone changed something."""
        return self._sinces[-1] if self._sinces else None

    @property
    def until(self) -> Instant | None:
        """The next one."""
        return self._untils[0] if self._untils else None


class _View:
    """One view: what was made of each visit, and the last board.

    `_live`: the part of `_made` that is shown or may change by time. Visits that are over stay in
    the kitchen for hours; they cost nothing here. `_behind`: what was made by former rules.
    """

    def __init__(self) -> None:
        self._seen: tuple[Scope, Board] | None = None
        self._made: dict[VisitId, Made] = {}
        self._live: dict[VisitId, Made] = {}
        self._behind: dict[VisitId, None] = {}
        self._users: dict[Use, set[VisitId]] = {}
        self._wall = _Wall()
        self._tally = Tally()
        self._pans = Pans()
        self._slow_until: Instant | None = None

    @property
    def is_behind(self) -> bool:
        return bool(self._behind)

    def board(self, scope: Scope, at_once: int | None) -> Board:
        last, before = self._seen or (None, None)
        for visit in (stale := self._stale(last, scope, at_once)):
            self._refresh(last, scope, visit)
        if last is None or before is None or last.kitchen.alerts is not scope.kitchen.alerts:
            now = self._made_now(scope, alert_cards(scope.kitchen, scope.view))
        elif stale or not _same_rules(last, scope) or self._is_slow_otherwise(last, scope):
            now = self._made_now(scope, before.alerts)
        else:
            now = before
        self._seen = scope, before if before == now else now
        return self._seen[1]

    def _is_slow_otherwise(self, last: Scope, scope: Scope) -> bool:
        """Time alone has ended what was said of the view as a whole, or comes before its end."""
        end = self._slow_until
        return end is not None and (last.now < end) is not (scope.now < end)

    def _made_now(self, scope: Scope, alerts: tuple[AlertCard, ...]) -> Board:
        tickets = self._wall.tickets()
        slow = None if scope.view == PICKUP else self._wall.slow(scope.book.slow)
        self._slow_until = end = None if slow is None else slow.until
        is_over = end is not None and end <= scope.now
        ends = [at for at in (self._wall.until, None if is_over else end) if at is not None]
        return Board(
            view=scope.view,
            book=scope.book.hash,
            tickets=tickets,
            alerts=alerts,
            all_day=self._tally.rows(),
            valid_until=min(ends, default=None),
            batches=self._pans.rows(),
            slow=None if is_over else slow,
            folded_into=scope.folded_into,
            works_for=scope.others,
            load=load_of(tickets, scope.capacity),
        )

    def _stale(self, last: Scope | None, scope: Scope, at_once: int | None) -> set[VisitId]:
        """Return the visits whose tickets may have changed since the last call.

        Of those that only other rules may have changed: `at_once`, the first on the wall first.
        """
        if last is None:
            return {*scope.kitchen.visits}
        if not _same_rules(last, scope):
            self._behind = dict.fromkeys((*self._wall.visits(), *self._made))
        stale: set[VisitId] = _changed_visits(last.kitchen, scope.kitchen)
        for use in (*stale, *_changed_uses(last.kitchen, scope.kitchen)):
            stale |= self._users.get(use, set())
        if not _is_within(scope.now, self._wall.since, self._wall.until):
            stale.update(
                visit
                for visit, made in self._live.items()
                if not _is_within(scope.now, made.since, made.until)
            )
        return stale.union(islice(self._behind, at_once))

    def _refresh(self, last: Scope | None, scope: Scope, visit_id: VisitId) -> None:
        """Make the visit's ticket again; one that turns out equal stays the object it was."""
        old = self._made.get(visit_id)
        visit = scope.kitchen.visits.get(visit_id)
        known = Known() if visit_id in self._behind else _known(last, scope, old)
        self._behind.pop(visit_id, None)
        new = None if visit is None else make(scope, visit, known)
        if old is not None:
            self._drop(visit_id, old)
        self._tally.replace(old.shares if old else (), new.shares if new else ())
        self._pans.replace(old.pans if old else (), new.pans if new else ())
        if new is None:
            return
        if old is not None and old.ticket is not None and old.ticket == new.ticket:
            new = replace(new, ticket=old.ticket)
        self._made[visit_id] = new
        if new.ticket is not None or new.since is not None or new.until is not None:
            self._live[visit_id] = new
        self._wall.put(new)
        for use in new.uses:
            self._users.setdefault(use, set()).add(visit_id)

    def _drop(self, visit_id: VisitId, old: Made) -> None:
        del self._made[visit_id]
        self._live.pop(visit_id, None)
        self._wall.take(old)
        for use in old.uses:
            users = self._users[use]
            users.discard(visit_id)
            if not users:
                del self._users[use]


def _known(last: Scope | None, scope: Scope, old: Made | None) -> Known:
    """Return what of `old` may be used again in `scope`."""
    if old is None or old.ticket is None or last is None:
        return Known()
    then, now = last.kitchen, scope.kitchen
    visit = old.ticket.visit
    same_stock = then.stock is now.stock and then.lost is now.lost
    same_end = _is_ended(then, visit) is _is_ended(now, visit)
    if not same_stock or not same_end or not _is_within(scope.now, old.since, old.until):
        return Known(old.parts)
    return Known(old.parts, {line.key: line for line in old.ticket.lines})


def _is_ended(kitchen: Kitchen, visit_id: VisitId) -> bool:
    visit = kitchen.visits.get(visit_id)
    return visit is not None and visit.ended_at is not None


def _same_rules(last: Scope, scope: Scope) -> bool:
    """Lines are still cooked where they were, and by the same limits and ranks."""
    folds, former = scope.kitchen.folds, last.kitchen.folds
    return last.book is scope.book and (folds is former or folds == former)


def _is_within(now: Instant, since: Instant | None, until: Instant | None) -> bool:
    return (since is None or since <= now) and (until is None or now < until)


def _changed_visits(old: Kitchen, new: Kitchen) -> set[VisitId]:
    if new.visits is old.visits:
        return set()
    changed, removed = new.visits.changes_since(old.visits)
    return {*changed, *removed}


def _changed_uses(old: Kitchen, new: Kitchen) -> set[Use]:
    """Return the orders and stock items that are not what they were."""
    uses: set[Use] = set()
    if new.lost is not old.lost:
        marked, freed = new.lost.changes_since(old.lost)
        uses.update(key.order for key in (*marked, *freed))
    if new.orders is not old.orders:
        orders, gone_orders = new.orders.changes_since(old.orders)
        uses.update(orders, gone_orders)
    if new.stock is not old.stock:
        items, gone_items = new.stock.changes_since(old.stock)
        uses.update(map(stock_use, (*items, *gone_items)))
    return uses


def alert_cards(kitchen: Kitchen, view: str) -> tuple[AlertCard, ...]:
    """Return the newest alerts that stand at `view`, newest first."""
    here = (alert for alert in kitchen.alerts.values() if not alert.views or view in alert.views)
    newest = nlargest(ALERTS_SHOWN, here, key=lambda a: (a.at, a.id))
    return tuple(AlertCard(a.id, a.source, a.at, a.message, a.raw) for a in newest)
