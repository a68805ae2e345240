"""One screen: shows a view of what the link knows, and turns touches into commands.

Event loop thread only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from kds.app.acting import Stamp, act_of, command_for, line_of, pan, resume, ticket_of, undo
from kds.app.answers import answer_to, said
from kds.app.drawer import Drawer, Shifts
from kds.app.regret import Acts, is_final, undo_left_s
from kds.app.remarks import Remarks
from kds.app.wellness import Standing, empty_lines, health_of, unsent_lines
from kds.board.memo import BoardMemo
from kds.board.recall import Shift
from kds.board.scope import UnknownView
from kds.board.values import Board
from kds.board.views import board
from kds.kitchen.commands import Command
from kds.kitchen.ids import CommandId, Instant, LineKey, RuleId, VisitId
from kds.link import Link
from kds.rulebook.book import Book
from kds.ui.chrome.acts import ACTS
from kds.ui.chrome.health import Health, Trouble, TroubleKind
from kds.ui.chrome.panels import LOOK, RECALL, RESUME, UNDO, WHY, why_panel
from kds.ui.chrome.pans import PAN_BUMP, PAN_START
from kds.ui.chrome.to_run import RUN
from kds.ui.intents import (
    Digit,
    Intent,
    JustMoved,
    KeyFree,
    KeyStuck,
    LongPress,
    Missed,
    OpenStrip,
    PickRow,
    Recall,
    TapBar,
    TapMore,
    Undo,
    Why,
)
from kds.ui.options import Options, subject_of
from kds.ui.qt.display import Display
from kds.ui.scene import EMPTY
from kds.ui.style.measures import Screen as Glass
from kds.ui.ticket.reading import Reading
from kds.wire.notices import Answered, DisplayNotice

AT_ONCE = 5
"""Tickets that are made anew in one turn of the loop because the rules are others: hundreds would
stop the wall for a fifth of a second."""


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Screen:
    """A view on the wall.

    `act` hands a command to the link, in a task of the program's. `clock_ms`: only ever grows;
    `wall_ms`: this machine's time of day. `board`: what is shown. `mend_keys`: fetches the keys.
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
        wall_ms: Callable[[], int] = _wall_clock_ms,
    ) -> None:
        self.view = view
        self.board: Board = EMPTY
        self._link = link
        self._device = device
        self._act = act
        self._memo = BoardMemo()
        self._book: Book | None = None
        self._drawer = Drawer()
        self._clock_ms, self._wall_ms = clock_ms, wall_ms
        self._acts = Acts()
        self._remarks = Remarks(clock_ms)
        self._shifts = Shifts(view)
        self._knows_damage = False
        self.mend_keys: Callable[[], None] | None = None
        self._is_stale = False
        self.on_denied: Callable[[], None] = lambda: None
        self.more_troubles: Callable[[str], tuple[Trouble, ...]] = lambda _lang: ()
        self.display = Display(subject_of(self.view, self._book), options, clock_ms, glass)
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
            self.display.set_subject(subject_of(self.view, self._book))
        if self._book is not None:
            self.board = self._made(self._book, now)
        self._show_empty()
        self.display.set_health(self._health())
        self.display.show_board(self.board, now, unsent_lines(session), AT_ONCE)
        if self._memo.is_behind(self.view) or self.display.is_behind:
            self.changed()  # hands and clocks come first

    def tick(self) -> None:
        """Let a second pass."""
        now = self._now()
        until = self.board.valid_until
        if until is not None and now >= until:
            self.refresh()
            return
        self._show_empty()
        self.display.set_health(self._health())
        self.display.set_undo(undo_left_s(now, self._last_act()))
        if self.display.opened == RECALL:
            self._open_drawer(fresh=False)
        self.display.tick(now)

    def _made(self, book: Book, now: Instant) -> Board:
        kitchen = self._link.session.projection.kitchen
        try:
            return board(kitchen, book, self.view, now, self._memo, AT_ONCE)
        except UnknownView:
            return EMPTY

    def _now(self) -> Instant:
        """Kitchen time; without a bridge ever, that of the last thing known."""
        return self._link.time() or self._link.session.confirmed.at

    def _health(self) -> Health:
        """Say how well all is, as far as this display knows."""
        now = self._now()
        standing = Standing(
            link=self._link.state,
            condition=self._link.session.condition,
            now=now,
            shows=self._reading.time(now) + self._reading.seconds(now) if now else "—",
            has_book=self._book is not None,
            clock_off_ms=self._clock_off_ms(now),
            knows_damage=self._knows_damage,
            own=(*self._remarks.now(), *self.more_troubles(self._reading.lang)),
        )
        return health_of(standing)

    def _clock_off_ms(self, now: Instant) -> int:
        """Return how far this machine's clock is from kitchen time; scaled time says nothing."""
        return self._wall_ms() - now if self._link.session.scale == 1.0 else 0

    def _show_empty(self) -> None:
        """Let an empty wall tell when there was last something to do, so silence can be judged."""
        if not self.board.tickets and self._book is not None:
            heard = self._link.session.condition.sources
            shift = self._shift(fresh=False)
            self.display.set_empty_text(*empty_lines(shift, heard, self._reading))

    def _shift(self, *, fresh: bool) -> Shift:
        kitchen = self._link.session.projection.kitchen
        return self._shifts.at(kitchen, self._book, self._now(), self._clock_ms(), fresh=fresh)

    @property
    def _reading(self) -> Reading:
        return self.display.reading

    # --- told ---

    def say(self, trouble: Trouble) -> None:
        """Show a trouble that this machine has, until it is taken back."""
        self._remarks.say(trouble)
        self.display.set_health(self._health())

    def take_back(self, kind: TroubleKind) -> None:
        """Show a trouble no longer."""
        self._remarks.take_back(kind)
        self.display.set_health(self._health())

    def hear(self, news: Sequence[DisplayNotice]) -> None:
        """Say what has become of an act of this screen, where that is not what was meant."""
        for notice in news:
            if isinstance(notice, Answered) and self._acts.has_given(notice.command):
                self._reply(answer_to(notice))

    def _reply(self, answer: Trouble | None) -> None:
        if answer is not None:
            self._remarks.answer(answer)
            self.display.set_health(self._health())

    def _deny(self, why: str) -> None:
        """Tell a hand that what it asks for can not be done now."""
        self._reply(said(why))
        self.on_denied()

    # --- touched ---

    def _take(self, intent: Intent) -> None:
        """Do what a touch or key asks for."""
        match intent:
            case Undo():
                self._undo_last()
            case Recall() | Why() if self._is_open(intent):
                self.display.open_panel(None)
            case Recall():
                self._open_drawer(fresh=True)
            case PickRow(row=row, action=action):
                self._pick(row, action)
            case Why(visit=visit, line=line) | LongPress(visit=visit, line=line, at_foot=False):
                self._explain(visit, line)
            case TapMore(visit=visit):
                self._explain(visit, None)
            case JustMoved() | Missed() | Digit(visit=None):
                self._deny("noop.moved" if isinstance(intent, JustMoved) else "noop.gone")
            case KeyStuck() | KeyFree() | OpenStrip():
                self._note(intent)
            case _:
                serves = self._book is None or self._book.serve_step
                command = command_for(intent, self.board, self._stamp(), serves=serves)
                if command is not None:
                    self._do(command)
                elif isinstance(intent, TapBar):
                    self.on_denied()

    def _note(self, intent: KeyStuck | KeyFree | OpenStrip) -> None:
        """Note what keys do, and that somebody has looked at what is wrong."""
        match intent:
            case KeyStuck(name=name):
                self._remarks.stick(name)
            case KeyFree(name=name):
                self._remarks.free(name)
            case OpenStrip():
                self._knows_damage = True
                if self.mend_keys is not None:
                    self.mend_keys()

    def _is_open(self, intent: Recall | Why) -> bool:
        """Return whether what is asked for is open: to ask again closes it."""
        about = RECALL if isinstance(intent, Recall) else WHY
        return self.display.opened.startswith(about)

    def _stamp(self) -> Stamp:
        seen = self._link.session.confirmed.seq
        return Stamp(CommandId(str(uuid4())), self._now(), seen, self.view, self._device)

    def _do(self, command: Command) -> None:
        self._acts.give(command)
        self._act(command)

    def _last_act(self) -> Command | None:
        """Return what undo would take back."""
        return self._acts.last(self._link.session, self.view)

    def _undo_last(self) -> None:
        last = self._last_act()
        if last is None:
            self._deny("noop.no_undo")
        elif is_final(last, self._link.session.projection.kitchen):
            self._deny("noop.followed")
        else:
            self._do(undo(last, self._stamp()))

    def _open_drawer(self, *, fresh: bool) -> None:
        own = self._last_act()
        left_s = undo_left_s(self._now(), own)
        face = self._drawer.open(self._shift(fresh=fresh), self._reading, own, left_s)
        self.display.open_panel(face)

    def _pick(self, row: str, action: str) -> None:
        if action in (PAN_START, PAN_BUMP):
            self._cook_together(row, action)
            return
        if action == RUN:
            self._take(TapBar(VisitId(row)))
            return
        if action in ACTS:
            self._give(act_of(row, action, self.board, self._stamp()))
            self.display.open_panel(None)
            return
        if action == LOOK:
            self.display.open_panel(self._drawer.look(row, self._reading))
            return
        if action == UNDO:
            self._undo_last()
        elif action == RESUME:
            stamp = self._stamp()
            self._do(resume(RuleId(row), stamp))
        else:
            for command in self._drawer.commands(row, action, self._stamp):
                self._do(command)
        self.display.open_panel(None)

    def _cook_together(self, row: str, action: str) -> None:
        """Begin or end a pan; the panel stays, for the next one."""
        self._give(pan(row, action, self.board, self._stamp()))

    def _give(self, command: Command | None) -> None:
        """Do what a panel asks for, unless what it is about is gone."""
        if command is None:
            self._deny("noop.gone")
        else:
            self._do(command)

    def _explain(self, visit: VisitId | None, key: LineKey | None) -> None:
        ticket = None if visit is None else ticket_of(self.board, visit)
        if ticket is not None:
            line = None if key is None else line_of(ticket, key)
            self.display.open_panel(why_panel(ticket, line, self._reading, self._now()))
