"""What stands around the wall, as widgets: each paints itself and says what was touched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kds.ui.canvas import Canvas
from kds.ui.chrome.ahead import AheadFace, draw_ahead
from kds.ui.chrome.bottom import BottomFace, draw_bottom, keys_of
from kds.ui.chrome.health import Health
from kds.ui.chrome.panel import LaidRow, PanelFace, PanelRow, close_box, draw_panel, lay_rows
from kds.ui.chrome.strip import StripFace, draw_strip
from kds.ui.geometry import Box
from kds.ui.guests import GuestsFace, draw_guests
from kds.ui.intents import ClosePanel, Intent, OpenStrip, PickRow
from kds.ui.qt.canvas import Palette, QtCanvas
from kds.ui.qt.painting import invert
from kds.ui.ticket.draw_foot import draw_more
from kds.ui.words import Words

_MORE = "more"

Touchable = tuple[Box, Intent]


class Painted(QWidget):
    """A widget that is painted by one function and has places that can be touched.

    Signals:
        intent: what was touched, an `Intent`.
    """

    intent = Signal(object)

    def __init__(self, palette: Palette, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Keys always belong to the wall.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._palette = palette
        self._words = words
        self._touchables: Sequence[Touchable] = ()
        self._pressed: Touchable | None = None

    def set_look(self, palette: Palette, words: Words) -> None:
        """Draw in another language, theme or size."""
        self._palette, self._words = palette, words
        self.update()

    @property
    def box(self) -> Box:
        """All of it."""
        return Box(0, 0, self.width(), self.height())

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        """Draw everything; returns what can be touched."""
        raise NotImplementedError

    def touchable_at(self, x: float, y: float) -> Touchable | None:
        """Return what a finger at this place touches."""
        return next((one for one in self._touchables if one[0].holds(x, y)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._pressed = self.touchable_at(at.x(), at.y())
        if self._pressed is not None:
            self.repaint(QRect(*self._pressed[0]))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        self.update(QRect(*pressed[0]))
        at = event.position()
        if pressed[0].holds(at.x(), at.y()):
            self.touched(pressed[1])

    def touched(self, intent: Intent) -> None:
        """Hand on what was touched."""
        self.intent.emit(intent)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        self._touchables = tuple(self.draw(QtCanvas(painter, self._palette)))
        if self._pressed is not None:
            invert(painter, self._pressed[0])
        painter.end()


class Strip(Painted):
    """The status strip; touched anywhere, it opens."""

    def __init__(self, palette: Palette, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(palette, words, parent)
        self._face = StripFace("", (), Health(), "")

    @property
    def face(self) -> StripFace:
        """What the strip says."""
        return self._face

    def set_face(self, face: StripFace) -> None:
        """Say something else."""
        if face != self._face:
            self._face = face
            self.update()

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        draw_strip(canvas, self._face, self.box, self._words)
        return [(self.box, OpenStrip())]


class GuestBoard(Painted):
    """The whole screen of the guests; nothing on it can be touched."""

    def __init__(self, palette: Palette, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(palette, words, parent)
        self._face = GuestsFace()

    @property
    def face(self) -> GuestsFace:
        """What the board says."""
        return self._face

    def set_face(self, face: GuestsFace) -> None:
        """Say something else."""
        if face != self._face:
            self._face = face
            self.update()

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        draw_guests(canvas, self._face, self.box)
        return []


class Bottom(Painted):
    """The buttons below the wall."""

    def __init__(self, palette: Palette, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(palette, words, parent)
        self._face = BottomFace(0, 1, ())

    @property
    def face(self) -> BottomFace:
        """What the buttons say."""
        return self._face

    def set_face(self, face: BottomFace) -> None:
        """Say something else."""
        if face != self._face:
            self._face = face
            self.update()

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        keys = keys_of(canvas, self._face, self.box, self._words)
        draw_bottom(canvas, keys, self.box)
        return [(key.box, key.intent) for key in keys if key.intent is not None]


class AheadRow(Painted):
    """The look-ahead."""

    def __init__(self, palette: Palette, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(palette, words, parent)
        self._face = AheadFace()

    def set_face(self, face: AheadFace) -> None:
        """Say something else."""
        if face != self._face:
            self._face = face
            self.update()

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        draw_ahead(canvas, self._face, self.box, self._words("ahead.title"))
        return []


class SidePanel(Painted):
    """The panel beside the wall. What has no room is reached by touching its last row."""

    def __init__(self, palette: Palette, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(palette, words, parent)
        self._face: PanelFace | None = None
        self._first = 0
        self._rows: Sequence[LaidRow] = ()
        self._picked = ""

    @property
    def picked(self) -> PanelRow | None:
        """The row that keys are meant for, None while there is none."""
        rows = self._face.rows if self._face is not None else ()
        return next((row for row in rows if row.id == self._picked and row.buttons), None)

    def pick(self, place: int) -> None:
        """Let keys be meant for a row, by its place in the list, if it is seen."""
        if 0 <= place - self._first < len(self._rows):
            self._picked = self._rows[place - self._first].row.id
            self.update()

    def pick_on(self, step: int) -> None:
        """Let keys be meant for the next row, or the one before; the first, if for none."""
        seen = [laid.row.id for laid in self._rows]
        on = seen.index(self._picked) + step if self._picked in seen else 0
        self.pick(self._first + on)

    def pick_next(self, step: int) -> bool:
        """Let keys be meant for the next row that has buttons, around the end; answers if any."""
        rows = self._face.rows if self._face is not None else ()
        places = [i for i, row in enumerate(rows) if row.buttons]
        if not places:
            return False
        before = [n for n, i in enumerate(places) if rows[i].id == self._picked]
        at = (before[0] + step) % len(places) if before else (0 if step > 0 else -1)
        self._picked = rows[places[at]].id
        if self._rows and all(laid.row.id != self._picked for laid in self._rows):
            self._first = places[at]
        self.update()
        return True

    def unpick(self) -> None:
        """Let keys be meant for no row."""
        if self._picked:
            self._picked = ""
            self.update()

    @property
    def face(self) -> PanelFace | None:
        """What it says; None while it is closed."""
        return self._face

    def set_face(self, face: PanelFace | None) -> None:
        """Say something else; another panel begins at its top."""
        if face == self._face:
            return
        is_same = face is not None and self._face is not None and face.about == self._face.about
        if not is_same:
            self._first, self._picked = 0, ""
        self._face = face
        self.update()

    def touched(self, intent: Intent) -> None:
        if isinstance(intent, PickRow) and intent.action == _MORE:
            self.go_on()
        else:
            super().touched(intent)

    def go_on(self) -> None:
        """Show the rows that had no room; after the last ones the first again."""
        rows = self._face.rows if self._face is not None else ()
        after = self._first + len(self._rows)
        self._first = after if after < len(rows) else 0
        self.update()

    def draw(self, canvas: Canvas) -> Sequence[Touchable]:
        if self._face is None:
            return []
        m, face, box = canvas.measures, self._face, self.box
        self._rows = lay_rows(canvas, face, box, self._first)
        is_cut = len(self._rows) < len(face.rows)
        more = box._replace(y=box.bottom - m.strip, h=m.strip)
        if is_cut:
            self._rows = lay_rows(canvas, face, box._replace(h=box.h - m.strip), self._first)
        draw_panel(canvas, face, box, self._rows, self._picked)
        touchables: list[Touchable] = [(close_box(canvas, face, box), ClosePanel())]
        for laid in self._rows:
            buttons = [(b, PickRow(laid.row.id, one.action)) for b, one in laid.buttons]
            touchables.extend(buttons)
        if is_cut:
            shown = self._first + len(self._rows)
            draw_more(canvas, f"{shown} / {len(face.rows)}", more)
            touchables.append((more, PickRow("", _MORE)))
        return touchables
