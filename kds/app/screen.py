"""One screen: shows a view of what the link knows, and turns touches into commands.

Event loop thread only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4
from zoneinfo import ZoneInfo

from kds.app.acting import Stamp, command_for, recall, ticket_of, undo
from kds.board.memo import BoardMemo
from kds.board.scope import UnknownView
from kds.board.values import Board
from kds.board.views import board
from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.ids import CommandId, Instant, LineKey
from kds.link import Link
from kds.rulebook.book import Book
from kds.ui.chrome.health import Health, Trouble, TroubleKind
from kds.ui.chrome.panels import RECALL, UNDO, Bumped, recall_panel, why_panel
from kds.ui.intents import Intent, JustMoved, LongPress, PickRow, Recall, TapBar, TapMore, Undo, Why
from kds.ui.options import Options, Subject
from kds.ui.qt.display import Display
from kds.ui.scene import EMPTY
from kds.ui.style.measures import Screen as Glass

MARKED_AFTER_MS = 3_000
LOST_AFTER_MS = 5_000
UNDO_FOR_S = 5
KEPT_FOR_RECALL = 200
_DONE = frozenset({CommandKind.BUMP, CommandKind.SERVE})


@dataclass(frozen=True, slots=True)
class Done:
    """A command of this screen, as the recall list shows it."""

    command: Command
    table: str
    what: str
    at: Instant


class Screen:
    """A view on the wall.

    `act` hands a command to the link, in a task of the program's. `board`: what is shown.
    `on_denied` is called when a touch asks for what can not be done now; `more_troubles` gives
    in a language what else is wrong here than the screen knows.
    """

    def __init__(
        self,
        link: Link,
        view: str,
        device: str,
        options: Options,
        act: Callable[[Command], None],
        clock_ms: Callable[[], int],
        glass: Glass | None = None,
    ) -> None:
        self.view = view
        self.board: Board = EMPTY
        self._link = link
        self._device = device
        self._act = act
        self._memo = BoardMemo()
        self._book: Book | None = None
        self._done: deque[Done] = deque(maxlen=KEPT_FOR_RECALL)
        self._is_stale = False
        self.on_denied: Callable[[], None] = lambda: None
        self.more_troubles: Callable[[str], tuple[Trouble, ...]] = lambda _lang: ()
        self.display = Display(self._subject(), options, clock_ms, glass)
        self.display.intent.connect(self._take)

    # --- showing ---

    @property
    def is_stale(self) -> bool:
        """There is news that is not shown yet, but in this turn of the loop or the next."""
        return self._is_stale

    @property
    def device(self) -> str:
        """What its commands are signed with."""
        return self._device

    def changed(self) -> None:
        """Show what is new, once, however many news there are in one turn of the loop."""
        if not self._is_stale:
            self._is_stale = True
            asyncio.get_running_loop().call_soon(self.refresh)

    def refresh(self) -> None:
        """Work out the board anew and show it."""
        self._is_stale = False
        now = self._now()
        session = self._link.session
        if session.book is not self._book:
            self._book = session.book
            self.display.set_subject(self._subject())
        if self._book is not None:
            self.board = self._made(self._book, now)
        self.display.set_health(self._health())
        self.display.show_board(self.board, now, self._unsent())

    def tick(self) -> None:
        """Let a second pass."""
        now = self._now()
        until = self.board.valid_until
        if until is not None and now >= until:
            self.refresh()
            return
        self.display.set_health(self._health())
        self.display.set_undo(self._undo_left_s(now))
        self.display.tick(now)

    def _made(self, book: Book, now: Instant) -> Board:
        kitchen = self._link.session.projection.kitchen
        try:
            return board(kitchen, book, self.view, now, self._memo)
        except UnknownView:
            return EMPTY

    def _now(self) -> Instant:
        """Kitchen time; without a bridge ever, that of the last thing known."""
        return self._link.time() or self._link.session.confirmed.at

    def _unsent(self) -> frozenset[LineKey]:
        """Return the lines whose last act no bridge has confirmed."""
        if not self._link.session.unsent:
            return frozenset()
        confirmed = self._link.session.confirmed
        shown = self._link.session.projection.kitchen
        changed, _ = shown.orders.changes_since(confirmed.orders)
        return frozenset(
            line.key
            for key, order in changed.items()
            for line in order.lines.values()
            if line is not confirmed.line(line.key) and key in confirmed.orders
        )

    def _subject(self) -> Subject:
        if self._book is None:
            return Subject(self.view)
        stations = {station.id: station.name for station in self._book.stations}
        return Subject(self.view, stations, ZoneInfo(self._book.zone))

    def _health(self) -> Health:
        """Say what is wrong, as far as this display knows."""
        state = self._link.state
        troubles = []
        words = self.display.wall.scene.view.reading
        silent_ms = state.silent_ms
        if silent_ms is None or silent_ms >= LOST_AFTER_MS:
            since = "" if silent_ms is None else f"{silent_ms // 1000} s"
            shows = words.time(self._now()) if self._now() else "—"
            troubles.append(Trouble(TroubleKind.LOST, (since,), (shows, str(state.unsent))))
        elif silent_ms >= MARKED_AFTER_MS:
            troubles.append(Trouble(TroubleKind.SLOW, (), (str(silent_ms // 1000),)))
        if self._book is None:
            troubles.append(Trouble(TroubleKind.BOOK))
        if state.trouble:
            troubles.append(Trouble(TroubleKind.STORAGE))
        troubles += self.more_troubles(words.lang)
        return Health(tuple(troubles))

    # --- touched ---

    def _take(self, intent: Intent) -> None:
        """Do what a touch or key asks for."""
        match intent:
            case Undo():
                self._undo_last()
            case Recall():
                self._open_recall()
            case PickRow(row=row, action=action):
                self._pick(row, action)
            case Why(visit=visit, line=line) | LongPress(visit=visit, line=line, at_foot=False):
                self._explain(visit, line)
            case TapMore(visit=visit):
                self._explain(visit, None)
            case _:
                serves = self._book is None or self._book.serve_step
                command = command_for(intent, self.board, self._stamp(), serves=serves)
                if command is not None:
                    self._do(command)
                elif isinstance(intent, TapBar | JustMoved):
                    self.on_denied()

    def _stamp(self) -> Stamp:
        seen = self._link.session.confirmed.seq
        return Stamp(CommandId(str(uuid4())), self._now(), seen, self.view, self._device)

    def _do(self, command: Command) -> None:
        self._act(command)
        if command.kind in _DONE and command.visit is not None:
            ticket = ticket_of(self.board, command.visit)
            if ticket is not None:
                names = [ln.name for ln in ticket.lines if ln.key.line_id == command.line_id]
                table = ticket.table or ticket.number
                self._done.append(Done(command, table, " ".join(names), self._now()))

    def _undo_last(self) -> None:
        if self._done:
            self._act(undo(self._done.pop().command, self._stamp()))

    def _undo_left_s(self, now: Instant) -> int:
        if not self._done:
            return 0
        return max(0, UNDO_FOR_S - (now - self._done[-1].at) // 1000)

    def _open_recall(self) -> None:
        now = self._now()
        newest = self._done[-1] if self._done else None
        bumped = [
            Bumped(
                done.command.id,
                done.table,
                done.what,
                done.at,
                undo_s=self._undo_left_s(now) if done is newest else 0,
            )
            for done in reversed(self._done)
        ]
        self.display.open_panel(recall_panel(bumped, self.display.wall.scene.view.reading))

    def _pick(self, row: str, action: str) -> None:
        done = next((d for d in self._done if d.command.id == row), None)
        if done is None:
            return
        if action == UNDO:
            self._act(undo(done.command, self._stamp()))
        elif action == RECALL:
            self._act(recall(done.command, self._stamp()))
        else:
            return
        self._done.remove(done)
        self.display.open_panel(None)

    def _explain(self, visit: object, key: LineKey | None) -> None:
        ticket = next((t for t in self.board.tickets if t.visit == visit), None)
        if ticket is None:
            return
        line = next((ln for ln in ticket.lines if ln.key == key), None)
        reading = self.display.wall.scene.view.reading
        self.display.open_panel(why_panel(ticket, line, reading, self._now()))
