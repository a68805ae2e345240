"""Tells when a frame has been handed to the screen, for those who measure from outside."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget


class FrameWatch(QObject):
    """Watches a window.

    Signals:
        flushed: all that was to be painted is painted, and the screen has it.
    """

    flushed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.UpdateRequest:
            return False
        # Qt paints and flushes while it handles this event: afterwards is the moment.
        watched.event(event)
        self.flushed.emit()
        return True
