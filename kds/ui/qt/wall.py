"""The painted wall: one widget that shows a scene and turns fingers and keys into intents.

It decides nothing about the kitchen: selecting and paging are its own, all else is handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from kds.board.values import Board
from kds.kitchen.ids import Instant, LineKey, VisitId
from kds.ui.geometry import Box
from kds.ui.intents import (
    Digit,
    HandleAlert,
    Intent,
    JustMoved,
    KeyFree,
    KeyStuck,
    LongPress,
    Missed,
    Move,
    OtherKey,
    TapBar,
    TapHead,
    TapLine,
    TapMore,
    TurnPage,
    Why,
)
from kds.ui.keys import Act, Change, Keyboard, KeyEvent
from kds.ui.qt.canvas import Palette
from kds.ui.qt.keymap import ASKS, DEFAULT_KEYS, Repeats, key_name
from kds.ui.qt.painting import Overlay, Pictures, paint_empty, paint_scene
from kds.ui.scene import Scene, View
from kds.ui.slips import Size
from kds.ui.style.times import CLOSE_UP, HANDS_OFF, RING_HIDDEN, SPARE, WATCH
from kds.ui.ticket.alert import alert_of
from kds.ui.ticket.part import Target, Zone
from kds.ui.touch import MOUSE, SWIPES, Bounces, Finger, Gesture, Kind, Touches

_ARROWS = {Act.LEFT: (-1, 0), Act.RIGHT: (1, 0), Act.UP: (0, -1), Act.DOWN: (0, 1)}
_PAGES = {Act.PAGE_BACK: -1, Act.PAGE_ON: 1}


class Wall(QWidget):
    """Shows a scene.

    Attributes:
        scene: what is shown; only this widget changes it.
        keys_elsewhere: asked of every act of the keys; True: it was meant for another place.

    Signals:
        intent: what a finger or key asks for, an `Intent`.
        laid_out: the page, or the number of pages, may be another.
    """

    intent = Signal(object)
    laid_out = Signal()

    def __init__(
        self,
        view: View,
        palette: Palette,
        clock: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        """`clock`: milliseconds that only ever grow."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        # A Chinese input method would swallow letters and digits.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.scene = Scene(view, clock)
        self.keys_elsewhere: Callable[[Act], bool] = lambda _act: False
        self._clock = clock
        self._palette = palette
        self._pictures = Pictures(palette)
        self._touches = Touches(view.ruler.measures)
        self._keyboard = Keyboard(DEFAULT_KEYS)
        self._repeats = Repeats()
        self._pressed: dict[Finger, Box] = {}
        self._aimed: dict[Finger, tuple[VisitId, Target] | None] = {}
        self._bounces = Bounces()
        self._key_at = -RING_HIDDEN
        self._hand_at = self._closed_at = -CLOSE_UP
        self._is_stale = False
        self._empty: tuple[str, tuple[str, ...]] = ("", ())
        self._watch = QTimer(self, interval=WATCH)
        self._watch.timeout.connect(self._look_at_fingers)
        self._spare = QTimer(self, singleShot=True)
        self._spare.timeout.connect(self._draw_ahead)

    @property
    def is_pressed(self) -> bool:
        """Something is painted as lying under a finger."""
        return bool(self._pressed)

    # What the owner of the wall tells it.

    def set_look(self, view: View, palette: Palette, size: Size) -> None:
        """Draw everything anew, in another language or theme, for the size that it will have."""
        self._palette, self._pictures = palette, Pictures(palette)
        self._touches = Touches(view.ruler.measures)
        self._pressed.clear()
        self.scene.set_view(view, size)
        self._refresh()

    def read_by(self, view: View) -> None:
        """Let tickets say things otherwise, some with each `show_board`."""
        self.scene.read_by(view)

    def show_board(
        self,
        board: Board,
        now: Instant,
        unsent: frozenset[LineKey] = frozenset(),
        at_once: int | None = None,
    ) -> None:
        """Show a board as it is at `now`; `unsent`: lines whose last action is still on its way.

        `at_once`: of the tickets that are behind after `read_by`, so many; None: all.
        """
        self.scene.show(board, now, unsent, at_once)
        self._refresh()

    def tick(self, now: Instant) -> None:
        """Let time pass; once a second is enough."""
        self.scene.tick(now)
        self._close_up()
        self._update_damage()
        self._hand_on_keys(self._keyboard.check(self._clock()))

    def set_stale(self, is_stale: bool) -> None:
        """Frame the wall in warning stripes: it shows what was."""
        if is_stale != self._is_stale:
            self._is_stale = is_stale
            self.update()

    def set_empty_text(self, title: str, lines: tuple[str, ...]) -> None:
        """Set what is said while there is nothing to cook."""
        if (title, lines) != self._empty:
            self._empty = (title, lines)
            if self.scene.is_empty:
                self.update()

    @property
    def empty_text(self) -> tuple[str, tuple[str, ...]]:
        """What is said while there is nothing to cook."""
        return self._empty

    def settle(self) -> None:
        """Close the gaps that bumped tickets have left."""
        self.scene.settle()
        self._refresh()

    def _close_up(self) -> None:
        """Close the gaps once no hand has been here for a while, and not all the time."""
        now = self._clock()
        is_calm = not self._touches.is_touched and now - self._hand_at >= HANDS_OFF
        if not (is_calm and self.scene.has_gaps and now - self._closed_at >= CLOSE_UP):
            return
        if self.scene.settle_around_focus():
            self._closed_at = now
            self._refresh()

    def turn(self, step: int) -> None:
        """Look at another page."""
        if self.scene.turn(step):
            self._refresh()

    def _refresh(self) -> None:
        self._update_damage()
        self._spare.start(SPARE)
        self.laid_out.emit()

    def _draw_ahead(self) -> None:
        """Draw a ticket of the next page while nothing happens, so that turning to it is quick."""
        if self.isVisible() and self._pictures.draw_one(self.scene.next_page(), self.scene):
            self._spare.start(SPARE // 10)

    def _update_damage(self) -> None:
        region = QRegion()
        for box in self.scene.take_damage():
            region = region.united(QRect(*box))
        if not region.isEmpty():
            self.update(region)

    # Fingers.

    def _look_at_fingers(self) -> None:
        self._do(self._touches.held(self._clock()))
        if not self._touches.is_touched:
            self._watch.stop()

    def _do(self, gestures: Iterable[Gesture]) -> None:
        for gesture in gestures:
            self._hand_at = self._clock()
            match gesture.kind:
                case Kind.PRESSED:
                    self._press(gesture)
                case Kind.LET_GO:
                    self._let_go(gesture.finger)
                case Kind.TAP | Kind.LONG:
                    self._touched(gesture)
                case _:
                    self._page(SWIPES[gesture.kind])

    def _press(self, gesture: Gesture) -> None:
        found = self.scene.target_at(gesture.x, gesture.y)
        self._aimed[gesture.finger] = found
        if found is not None:
            self._pressed[gesture.finger] = found[1].box
            # At once, not with the next round of the event loop.
            self.repaint(QRect(*found[1].box))

    def _let_go(self, finger: Finger) -> None:
        box = self._pressed.pop(finger, None)
        if box is not None:
            self.update(QRect(*box))

    def _touched(self, gesture: Gesture) -> None:
        found = self.scene.target_at(gesture.x, gesture.y)
        aim = self._aimed.pop(gesture.finger, None)
        if found is None or self._bounces.is_again(found, self._clock()):
            return
        visit, target = found
        if self._clock() - self._key_at >= RING_HIDDEN and target.zone is not Zone.HEAD:
            self._select(None)
        if aim != found or self.scene.came_just_now(visit):
            self.intent.emit(JustMoved(visit))
            return
        self.scene.work_on(visit)
        is_long = gesture.kind is Kind.LONG
        long = LongPress(visit, target.line, target.zone is Zone.FOOT)
        self.intent.emit(long if is_long else self._meaning(visit, target))

    def _meaning(self, visit: VisitId, target: Target) -> Intent:
        alert = alert_of(visit)
        match target.zone:
            case Zone.LINE if target.line is not None:
                return TapLine(visit, target.line)
            case Zone.MORE:
                return TapMore(visit)
            case Zone.FOOT:
                return TapBar(visit) if alert is None else HandleAlert(alert)
        self._select(visit)
        return TapHead(visit)

    def _page(self, step: int) -> None:
        self.turn(step)
        self.intent.emit(TurnPage(step))

    def _select(self, visit: VisitId | None) -> None:
        self.scene.select(visit)
        self._update_damage()

    # Keys.

    def _hand_on_keys(self, events: Iterable[KeyEvent]) -> None:
        for event in events:
            if event.change is not None:
                stuck = event.change is Change.STUCK
                self.intent.emit(KeyStuck(event.name) if stuck else KeyFree(event.name))
            elif event.act is None:
                self.intent.emit(OtherKey(event.name))
            else:
                self._act(event.act)

    def _act(self, act: Act) -> None:
        self._key_at = self._hand_at = self._clock()
        if self.keys_elsewhere(act):
            return
        match act:
            case Act.BUMP:
                self._bump()
            case Act.LEFT | Act.RIGHT | Act.UP | Act.DOWN:
                dx, dy = _ARROWS[act]
                self.scene.move(dx, dy)
                self._update_damage()
                self.intent.emit(Move(dx, dy))
            case Act.PAGE_BACK | Act.PAGE_ON:
                self._page(_PAGES[act])
            case Act.WHY:
                self.intent.emit(Why(self.scene.focus, self.scene.marked))
            case _ if act in ASKS:
                self.intent.emit(ASKS[act])
            case _:
                self._choose(int(act))

    def _choose(self, number: int) -> None:
        visit = self.scene.numbered(number)
        has_moved = visit is not None and self.scene.came_just_now(visit)
        self._select(None if has_moved else visit)
        if self.scene.focus is None:
            self.scene.miss()
        self.intent.emit(JustMoved(visit) if visit and has_moved else Digit(number, visit))

    def _bump(self) -> None:
        focus = self.scene.focus
        if self.scene.has_missed:
            self._select(None)
            self.intent.emit(Missed())
        elif focus is None:
            # Nothing was meant yet: the first press shows what the next one would do.
            self.scene.move(0, 0)
            self._update_damage()
        elif self.scene.came_just_now(focus):
            self.intent.emit(JustMoved(focus))
        else:
            alert = alert_of(focus)
            self.scene.work_on(focus)
            self.intent.emit(TapBar(focus, True) if alert is None else HandleAlert(alert))

    # Qt.

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> None:
        if event.type() is QEvent.Type.TouchCancel:
            self._do(self._touches.cancel())
            self._touches.forget()
            return
        now = self._clock()
        for point in event.points():
            finger, at = point.id(), point.position()
            match point.state():
                case point.State.Pressed:
                    self._watch.start()
                    self._do(self._touches.down(finger, at.x(), at.y(), now))
                case point.State.Updated:
                    self._do(self._touches.move(finger, at.x(), at.y()))
                case point.State.Released:
                    self._do(self._touches.up(finger, at.x(), at.y(), now))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            at = event.position()
            self._watch.start()
            self._do(self._touches.down(MOUSE, at.x(), at.y(), self._clock()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._do(self._touches.move(MOUSE, at.x(), at.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            at = event.position()
            self._do(self._touches.up(MOUSE, at.x(), at.y(), self._clock()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        code, now, is_repeat = event.key(), self._clock(), self._repeats.is_one(event)
        events = self._keyboard.press(code, key_name(event), now, is_repeat=is_repeat)
        self._hand_on_keys(events)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        code, now, is_repeat = event.key(), self._clock(), self._repeats.is_one(event)
        self._hand_on_keys(self._keyboard.release(code, now, is_repeat=is_repeat))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # Keys that are down come up elsewhere.
        super().focusOutEvent(event)
        self._hand_on_keys(self._keyboard.forget())

    def focusNextPrevChild(self, next_one: bool) -> bool:  # noqa: ARG002
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.scene.resize((event.size().width(), event.size().height()))
        self._refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        overlay = Overlay(tuple(self._pressed.values()), self._is_stale)
        paint_scene(painter, self.scene, self._pictures, self._palette, event.region(), overlay)
        if self.scene.is_empty:
            wall = Box(0, 0, self.width(), self.height())
            paint_empty(painter, self._palette, wall, *self._empty)
        painter.end()
