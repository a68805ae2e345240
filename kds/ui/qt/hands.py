"""A hand on a wall, for those who measure from outside: what it does, Qt is told of as ever."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent

from kds.kitchen.ids import VisitId
from kds.ui.qt.wall import Wall
from kds.ui.ticket.part import Zone, targets_of

_LEFT = Qt.MouseButton.LeftButton


class Hand:
    """One finger, on one wall."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._at: QPointF | None = None

    def press(self, visit: VisitId) -> bool:
        """Lay the finger on the bar of a ticket; answers whether that is on the page."""
        self._at = self._bar_of(visit)
        if self._at is not None:
            self._send(QEvent.Type.MouseButtonPress, self._at, _LEFT)
        return self._at is not None

    def lift(self) -> None:
        """Take the finger away."""
        at, self._at = self._at, None
        if at is not None:
            self._send(QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.NoButton)

    def _bar_of(self, visit: VisitId) -> QPointF | None:
        scene = self._wall.scene
        for tile in scene.tiles.values():
            if tile.part.id != visit:
                continue
            for target in targets_of(tile.sheet, tile.part, scene.view.ruler.measures):
                if target.zone is Zone.FOOT:
                    return QPointF(QRect(*target.box).center())
        return None

    def _send(self, kind: QEvent.Type, at: QPointF, held: Qt.MouseButton) -> None:
        window = self._wall.mapToGlobal(at)
        event = QMouseEvent(kind, at, window, _LEFT, held, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(self._wall, event)
