"""The recall drawer of a view: what was bumped there, looked at and brought back. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kds.app.acting import Stamp
from kds.board.recall import Done, DoneDish, Shift, shift_at
from kds.board.scope import known_views
from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.ui.chrome.panel import PanelFace
from kds.ui.chrome.panels import (
    RECALL,
    REMAKE,
    Bumped,
    BumpedDish,
    look_panel,
    recall_panel,
)
from kds.ui.ticket.reading import Reading, figure

ANEW_EVERY_MS = 5_000
WHOLE = "whole"
"""Stands for all dishes of the act that is looked at."""


class Shifts:
    """What was done at a view: worked out anew when the kitchen has changed, but not all the time.

    A whole shift takes a frame or two to go through; nobody reads a list faster than this.
    """

    def __init__(self, view: str) -> None:
        self._view = view
        self._seen: tuple[Kitchen, Book] | None = None
        self._due_ms = 0
        self._shift = Shift()

    def at(
        self, kitchen: Kitchen, book: Book | None, now: Instant, at_ms: int, *, fresh: bool
    ) -> Shift:
        """Return the shift; nothing without a book, or with one that lacks the view.

        `fresh`: with what has happened this very moment. `at_ms`: of a clock that only grows.
        """
        if book is None or self._view not in known_views(book):
            return Shift()
        is_new = self._seen is None or self._seen[0] is not kitchen or self._seen[1] is not book
        if is_new and (fresh or at_ms >= self._due_ms):
            self._seen, self._due_ms = (kitchen, book), at_ms + ANEW_EVERY_MS
            self._shift = shift_at(kitchen, book, self._view, now)
        return self._shift


class Drawer:
    """What the drawer shows: the shift, or one act of it that is looked at."""

    def __init__(self) -> None:
        self._shift = Shift()
        self._looked_at: Done | None = None

    def open(self, shift: Shift, reading: Reading, own: Command | None, undo_s: int) -> PanelFace:
        """Return the list. `own`: this screen's last act, which `undo_s` says how to regret."""
        self._shift, self._looked_at = shift, None
        rows = [_bumped(done, reading, _undo_s(done, own, undo_s)) for done in shift.latest]
        return recall_panel(rows, shift.acts, reading)

    def look(self, row: str, reading: Reading) -> PanelFace | None:
        """Return what is known of an act of the list; the wall and its clocks stay as they are."""
        done = self._looked_at = self._find(row)
        if done is None:
            return None
        dishes = [_dish(dish, str(i), reading) for i, dish in enumerate(done.dishes)]
        return look_panel(_bumped(done, reading, 0), done.device, dishes, reading, WHOLE)

    def commands(self, row: str, action: str, stamp: Callable[[], Stamp]) -> list[Command]:
        """Return what a button of a row asks for: to bring back, or to make once more."""
        kind = {RECALL: CommandKind.RECALL, REMAKE: CommandKind.REMAKE}.get(action)
        done = self._looked_at or self._find(row)
        if done is None or kind is None:
            return []
        if self._looked_at is not None and row.isdecimal() and int(row) < len(done.dishes):
            return [_one(kind, done, done.dishes[int(row)], stamp())]
        if done.is_all and kind is CommandKind.RECALL:
            order = done.dishes[0].line.order
            return [replace(_bare(kind, stamp()), order=order, visit=done.visit)]
        return [_one(kind, done, dish, stamp()) for dish in done.dishes]

    def _find(self, row: str) -> Done | None:
        return next((done for done in self._shift.latest if done.id == row), None)


def _undo_s(done: Done, own: Command | None, undo_s: int) -> int:
    """Return for how long the act is to be undone rather than recalled; 0: it is not the last."""
    is_own = own is not None and (own.visit, own.at) == (done.visit, done.at)
    return undo_s if is_own else 0


def _one(kind: CommandKind, done: Done, dish: DoneDish, stamp: Stamp) -> Command:
    command = _bare(kind, stamp)
    line = dish.line
    whole = None if dish.portions % 1 else dish.portions
    return replace(
        command, order=line.order, line_id=line.line_id, visit=done.visit, portions=whole
    )


def _bare(kind: CommandKind, stamp: Stamp) -> Command:
    return Command(
        stamp.id, kind, view=stamp.view, device=stamp.device, at=stamp.at, seen=stamp.seen
    )


def _bumped(done: Done, reading: Reading, undo_s: int) -> Bumped:
    odd = [dish.took_ms // 1000 for dish in done.dishes if dish.is_odd and dish.took_ms is not None]
    return Bumped(
        id=done.id,
        table=done.table or done.number,
        what=_what(done, reading),
        at=done.at,
        undo_s=undo_s,
        odd_s=min(odd, default=None),
        is_out=done.is_out,
    )


def _what(done: Done, reading: Reading) -> str:
    names = [_name(dish, reading) for dish in done.dishes]
    if len(names) == 1:
        return _counted(names[0], done.dishes[0])
    if done.is_all:
        return reading.words("recall.whole", figure(done.portions))
    return reading.words("recall.some", names[0], figure(done.portions))


def _counted(name: str, dish: DoneDish) -> str:
    count = figure(dish.portions)
    return name if count == "1" else f"{name} × {count}{dish.unit if '.' in count else ''}"


def _name(dish: DoneDish, reading: Reading) -> str:
    return dict(dish.names).get(reading.lang) or dish.name


def _dish(dish: DoneDish, row: str, reading: Reading) -> BumpedDish:
    return BumpedDish(row, _name(dish, reading), figure(dish.portions), dish.is_out)
