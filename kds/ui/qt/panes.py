"""Several screens side by side in one window, with a line above and a card of keys below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from kds.ui.canvas import Canvas
from kds.ui.chrome.caption import Caption, KeyHint, draw_caption, draw_key_card
from kds.ui.intents import Intent, SwitchLanguage
from kds.ui.options import Options, measures_for
from kds.ui.qt.canvas import Palette
from kds.ui.qt.chrome import Painted, Touchable
from kds.ui.qt.display import Display
from kds.ui.qt.fonts import Letters
from kds.ui.style.colours import Ink
from kds.ui.style.measures import Screen
from kds.ui.words import other_language, words

_OWN_KEYS = {Qt.Key.Key_K: "K", Qt.Key.Key_S: "S", Qt.Key.Key_Escape: "Esc"}
_TOUCHES = (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin)


class _Line(Painted):
    caption = Caption()

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        draw_caption(canvas, self.caption, self.box)
        return ()


class _Card(Painted):
    keys: Sequence[KeyHint] = ()

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        draw_key_card(canvas, self.keys, self.box)
        return ()


class Panes(QWidget):
    """The window.

    Signals:
        touched: a finger, or a key, was used on the pane with this number.
        key: one of the window's own keys was pressed: K, S or Esc.
        language: all is shown in this language from now on.
        closed: the window was closed.
    """

    touched = Signal(int)
    key = Signal(str)
    language = Signal(str)
    closed = Signal()

    def __init__(
        self,
        displays: Sequence[Display],
        shares: Sequence[int],
        options: Options,
        screen: Screen,
    ) -> None:
        """`shares`: of the width; `screen`: by which the letters of line and card are sized."""
        super().__init__()
        self._shares = tuple(shares)
        self.lang = options.lang
        self._displays = tuple(displays)
        self._palette = Palette(options.theme, Letters(measures_for(options, screen)))
        self._line = _Line(self._palette, words(options.lang), self)
        self._card = _Card(self._palette, words(options.lang), self)
        self._card.hide()
        self._focused = 0
        for display in self._displays:
            display.setParent(self)
            display.intent.connect(self._heed)
            for part in (display.wall, display.strip, display.bottom, display.side):
                part.installEventFilter(self)
        self.setFocusProxy(self._displays[0].wall)

    def tell(self, caption: Caption) -> None:
        """Show another line."""
        if caption != self._line.caption:
            self._line.caption = caption
            self._line.update()

    def show_keys(self, keys: Sequence[KeyHint]) -> None:
        """Show the card of keys from now on."""
        self._card.keys = keys
        self._card.update()
        if self._card.isHidden():
            self._card.show()
            self._arrange()

    def set_language(self, lang: str) -> None:
        """Show everything in another language."""
        self.lang = lang
        for display in self._displays:
            if display.options.lang != lang:
                display.set_options(replace(display.options, lang=lang))
        self.language.emit(lang)

    def begin(self) -> None:
        """Show the first page of every pane, and let keys go to the first."""
        for display in self._displays:
            display.wall.turn(-display.wall.scene.placement.page)
        self.focus(0)

    def focus(self, number: int) -> None:
        """Let the keys go to the pane with this number."""
        self._focused = number
        self._displays[number].wall.setFocus()
        self.update()

    # Inside.

    def _heed(self, intent: Intent) -> None:
        if isinstance(intent, SwitchLanguage):
            sender = self.sender()
            assert isinstance(sender, Display)
            self.set_language(sender.options.lang)

    def _pane_of(self, part: QObject) -> int:
        return next(i for i, display in enumerate(self._displays) if part.parent() is display)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            number = self._pane_of(watched)
            self.focus(number)
            self.touched.emit(number)
        elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._takes(event, self._pane_of(watched))
        return False

    def _takes(self, event: QKeyEvent, number: int) -> bool:
        """Return whether a key is the window's own; others belong to a pane."""
        key = Qt.Key(event.key())
        if event.isAutoRepeat():
            return key in _OWN_KEYS
        if key in _OWN_KEYS:
            self.key.emit(_OWN_KEYS[key])
        elif key is Qt.Key.Key_L:
            self.set_language(other_language(self.lang))
        elif key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            step = 1 if key is Qt.Key.Key_Tab else -1
            self.focus((number + step) % len(self._displays))
        else:
            self.touched.emit(number)
            return False
        return True

    # Where everything stands.

    def _arrange(self) -> None:
        m = self._palette.letters.measures
        width, height, apart = self.width(), self.height(), m.unit
        below = 0 if self._card.isHidden() else m.status
        self._line.setGeometry(0, 0, width, m.status)
        self._card.setGeometry(0, height - below, width, below)
        top, whole = m.status + m.outline * 2, sum(self._shares)
        ends = [(width + apart) * end // whole for end in accumulate(self._shares, initial=0)]
        for display, (left, right) in zip(self._displays, pairwise(ends), strict=True):
            display.setGeometry(left, top, right - left - apart, height - top - below)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        m, painter = self._palette.letters.measures, QPainter(self)
        painter.fillRect(event.rect(), self._palette.colours[Ink.LINE])
        # Blue says where keys go.
        pane = self._displays[self._focused].geometry()
        above = (pane.x(), m.status, pane.width(), m.outline * 2)
        painter.fillRect(*above, self._palette.colours[Ink.FOCUS])
        painter.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
