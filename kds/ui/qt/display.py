"""A whole screen: strip, wall, look-ahead, buttons, side panel. What an application wires up.

Selecting, paging, opening the all-day panel and closing panels are done here, since they change
nothing but what is looked at; every intent is handed on all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QScreen,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from kds.board.scope import PICKUP
from kds.board.values import Board
from kds.kitchen.ids import Instant, LineKey
from kds.ui.chrome.ahead import ahead_of
from kds.ui.chrome.bottom import BottomFace
from kds.ui.chrome.health import Health
from kds.ui.chrome.panel import PanelFace
from kds.ui.chrome.panels import HEALTH, RECALL, all_day_panel, health_panel
from kds.ui.chrome.regions import Regions, is_high, regions
from kds.ui.chrome.strip import Counts
from kds.ui.chrome.summary import counts_on, strip_of
from kds.ui.guests import guests_of
from kds.ui.intents import (
    Button,
    ClosePanel,
    Intent,
    OpenStrip,
    Press,
    SwitchLanguage,
    TurnPage,
)
from kds.ui.options import Options, Subject, measures_for, view_for
from kds.ui.qt.canvas import Palette
from kds.ui.qt.chrome import AheadRow, Bottom, GuestBoard, SidePanel, Strip
from kds.ui.qt.fonts import Letters
from kds.ui.qt.list_keys import ListKeys
from kds.ui.qt.wall import Wall
from kds.ui.scene import EMPTY, View
from kds.ui.slips import Size
from kds.ui.style.colours import Ink
from kds.ui.style.measures import Measures, Screen
from kds.ui.ticket.reading import Reading
from kds.ui.words import other_language

_MINUTE = 60_000
_NO_GLASS = frozenset({"offscreen", "minimal"})


class Display(QWidget):
    """One screen.

    Signals:
        intent: what a finger or key asks for, an `Intent`.
    """

    intent = Signal(object)

    def __init__(
        self,
        subject: Subject,
        options: Options,
        clock: Callable[[], int],
        screen: Screen | None = None,
    ) -> None:
        """`clock`: milliseconds that only ever grow. `screen` None: the one it is on."""
        super().__init__()
        self._subject, self._options = subject, options
        self._screen = screen
        self._glass: QScreen | None = None
        self._board, self._now = EMPTY, Instant(0)
        self._unsent: frozenset[LineKey] = frozenset()
        self._has_size = False
        self._health, self._average = Health(), ""
        self._counts: Counts = ()
        self._panel: PanelFace | None = None
        self._opened: Button | None = None
        self._palette = palette = self._make_palette()
        view = self._make_view(palette)
        self.wall = Wall(view, palette, clock, self)
        words = view.reading.words
        self.strip = Strip(palette, words, self)
        self.ahead = AheadRow(palette, words, self)
        self.ahead.hide()
        self.bottom = Bottom(palette, words, self)
        self.side = SidePanel(palette, words, self)
        self.guests = GuestBoard(palette, words, self)
        for part in (self.wall, self.strip, self.bottom, self.side):
            part.intent.connect(self._handle)
        self.wall.laid_out.connect(self._show_pages)
        self.wall.keys_elsewhere = ListKeys(self.side, self._handle).take
        self.setFocusProxy(self.wall)

    @property
    def options(self) -> Options:
        """How it looks."""
        return self._options

    @property
    def reading(self) -> Reading:
        """How its view is read: in which language, by which clock."""
        return self.wall.scene.view.reading

    @property
    def opened(self) -> str:
        """What the panel beside the wall is about, "" without one."""
        return "" if self._panel is None else self._panel.about

    @property
    def measures(self) -> Measures:
        """All lengths."""
        return self._palette.letters.measures

    def set_options(self, options: Options) -> None:
        """Look otherwise from now on: another language, theme, size or arrangement."""
        self._options = options
        self._set_look()

    def set_subject(self, subject: Subject) -> None:
        """Show another book's stations from now on; tickets name them with each `show_board`."""
        before, self._subject = self._subject, subject
        if subject.view != before.view:
            self._set_look()
        elif subject != before:
            self.wall.read_by(self._make_view(self._palette))

    @property
    def is_behind(self) -> bool:
        """Some tickets still call stations as they were called before `set_subject`."""
        return self.wall.scene.is_behind

    def show_board(
        self,
        board: Board,
        now: Instant,
        unsent: frozenset[LineKey] = frozenset(),
        at_once: int | None = None,
    ) -> None:
        """Show a board as it is at `now`; see `Wall.show_board`."""
        self._board, self._now, self._unsent = board, now, unsent
        if self._is_for_guests:
            self._show_guests()
            return
        if not self._has_size:
            return  # nothing need be laid out twice: its size comes just before it is seen
        self.wall.show_board(board, now, unsent, at_once)
        self._show_around()

    def tick(self, now: Instant) -> None:
        """Let time pass; call it once a second."""
        is_another_minute = now // _MINUTE != self._now // _MINUTE
        self._now = now
        if self._is_for_guests:
            self._show_guests()
            return
        self.wall.tick(now)
        self._show_strip()
        if is_another_minute:
            self._show_ahead()

    def set_health(self, health: Health, average: str = "") -> None:
        """Say how well all is, and how long a ticket takes on average ("" if unknown)."""
        self._health = health
        if self._is_for_guests:
            self._show_guests()
            return
        if average != self._average:
            self._average = average
            self._counts = self._count()
        self.wall.set_stale(health.is_lost)
        self._show_strip()
        if self._panel is not None and self._panel.about == HEALTH:
            self._open_health()

    def set_empty_text(self, *lines: str) -> None:
        """Set what an empty wall tells, so that silence can be judged."""
        self.wall.set_empty_text(self._words("empty.title"), lines)

    def set_undo(self, seconds: int) -> None:
        """Show for how long the last bump can still be undone."""
        self.bottom.set_face(replace(self.bottom.face, undo_s=seconds))

    def open_panel(self, face: PanelFace | None, opened: Button | None = None) -> None:
        """Open a panel beside the wall, or close it with None."""
        self._panel, self._opened = face, opened if face is not None else None
        self.side.set_face(face)
        self._arrange()
        self._show_pages()

    # Inside.

    @property
    def _words(self) -> Callable[..., str]:
        return self.reading.words

    @property
    def _size(self) -> Size:
        return self.width(), self.height()

    def _make_palette(self) -> Palette:
        return Palette(self._options.theme, Letters(self._fitting_measures()))

    def _fitting_measures(self) -> Measures:
        """Return the lengths that fit the screen as it is now."""
        screen = self._screen or self._measured()
        if self._is_for_guests:  # they stand anywhere: its text is as large as the screen allows
            screen = Screen(screen.width, screen.height)
        return measures_for(self._options, screen)

    def _measured(self) -> Screen:
        """Return the part of the screen that the window covers, in pixels and in millimetres."""
        width, height = max(1, self.width()), max(1, self.height())
        glass, mm = self.screen().geometry(), self.screen().physicalSize()
        if QGuiApplication.platformName() in _NO_GLASS or glass.isEmpty():
            return Screen(width, height)
        across = mm.width() * width / glass.width()
        return Screen(width, height, across, mm.height() * height / glass.height())

    @property
    def _is_for_guests(self) -> bool:
        return self._subject.view == PICKUP

    def _show_guests(self) -> None:
        lost = self._health.is_lost
        self.guests.set_face(guests_of(self._board, self.reading, self._now, is_lost=lost))

    def _make_view(self, palette: Palette) -> View:
        self._was_high = is_high(self._size)
        return view_for(self._options, self._subject, palette.letters, is_high=self._was_high)

    def _set_look(self) -> None:
        self._palette = palette = self._make_palette()
        view = self._make_view(palette)
        self.update()
        for part in (self.strip, self.ahead, self.bottom, self.side, self.guests):
            part.set_look(palette, view.reading.words)
        self.wall.set_look(view, palette, self._regions().wall.size)
        self._arrange()
        self._show_around()

    def _show_around(self) -> None:
        if self._is_for_guests:
            self._show_guests()
            return
        self._counts = self._count()
        self._show_strip()
        self._show_ahead()
        self._show_pages()
        if self._opened is Button.ALL_DAY:
            self._open_all_day()

    def _show_strip(self) -> None:
        subject, board, reading = self._subject, self._board, self.reading
        self.strip.set_face(
            strip_of(subject, board, reading, self._counts, self._health, self._now)
        )

    def _count(self) -> Counts:
        return counts_on(self._board, self.reading, self.wall.scene.faces(), self._average)

    def _show_ahead(self) -> None:
        reading = self.reading
        face = ahead_of(self.wall.scene.faces(), reading, self._now)
        self.ahead.set_face(face)
        if bool(face.releases) is self.ahead.isHidden():
            self.ahead.setVisible(bool(face.releases))
            self._arrange()

    def _show_pages(self) -> None:
        placement = self.wall.scene.placement
        self.bottom.set_face(
            BottomFace(
                page=placement.page,
                pages=len(placement.pages),
                buttons=self._options.buttons,
                opened=self._opened,
                recalling=self._panel is not None and self._panel.about == RECALL,
                undo_s=self.bottom.face.undo_s,
            )
        )

    def _open_all_day(self) -> None:
        self.open_panel(all_day_panel(self._board, self.reading), Button.ALL_DAY)

    def _open_health(self) -> None:
        self.open_panel(health_panel(self._health, self.reading.words))

    def _handle(self, intent: Intent) -> None:
        """Do what changes only what is looked at, and hand everything on."""
        match intent:
            case TurnPage(step=step) if self.sender() is not self.wall:
                self.wall.turn(step)
            case Press(button=Button.ALL_DAY) if self._opened is Button.ALL_DAY:
                self.open_panel(None)
            case Press(button=Button.ALL_DAY):
                self._open_all_day()
            case OpenStrip():
                self._open_health()
            case ClosePanel():
                self.open_panel(None)
            case SwitchLanguage():
                lang = other_language(self._options.lang)
                self.set_options(replace(self._options, lang=lang))
        self.intent.emit(intent)

    # Where everything stands.

    def _regions(self) -> Regions:
        has_ahead = not self.ahead.isHidden()
        return regions(self.measures, self._size, self._panel, has_ahead=has_ahead)

    def _arrange(self) -> None:
        self.guests.setVisible(self._is_for_guests)
        for part in (self.wall, self.strip, self.bottom):
            part.setVisible(not self._is_for_guests)
        self.side.setVisible(self._panel is not None and not self._is_for_guests)
        if self._is_for_guests:
            self.ahead.hide()
            self.guests.setGeometry(0, 0, *self._size)
            return
        place = self._regions()
        self.strip.setGeometry(*place.strip)
        self.ahead.setGeometry(*place.ahead)
        self.bottom.setGeometry(*place.bottom)
        if place.side is not None:
            self.side.setGeometry(*place.side)
        self.wall.setGeometry(*place.wall)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._palette.colours[Ink.BG])
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.window().windowHandle()
        if self._glass is None:
            handle.screenChanged.connect(self._follow)
            self._follow(handle.screen())

    def _follow(self, glass: QScreen | None) -> None:
        """Stand on another screen from now on, and take every size from it."""
        if self._glass is not None:
            self._glass.geometryChanged.disconnect(self._fit)
        self._glass = glass
        if glass is not None:
            glass.geometryChanged.connect(self._fit)
            self._fit()

    def _fit(self) -> None:
        """Fill a screen that has become larger or smaller, also where no window manager does it."""
        if self.isFullScreen() and self._glass is not None:
            self.setGeometry(self._glass.geometry())
        self._refit()

    def _refit(self) -> None:
        """Take another size of text, or another arrangement, where the screen now wants it."""
        is_other = self._fitting_measures() != self.measures
        if is_other or self._was_high is not is_high(self._size):
            self._set_look()
        else:
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit()
        if not self._has_size:
            self._has_size = True
            self.show_board(self._board, self._now, self._unsent)
