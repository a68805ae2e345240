"""A frame is reported when it is on the screen, not when it was asked for."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kds.ui.qt.frames import FrameWatch


class Painting(QObject):
    """Notes each time a widget is painted."""

    def __init__(self, widget: QWidget, happened: list[str]) -> None:
        super().__init__(widget)
        self._happened = happened
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Paint:
            self._happened.append("painted")
        return False


def watched(qtbot: QtBot) -> tuple[QWidget, list[str]]:
    """A window on the screen, and what happens from now on."""
    happened: list[str] = []
    window = QWidget()
    Painting(window, happened)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: "painted" in happened)
    watch = FrameWatch(window)
    watch.flushed.connect(lambda: happened.append("flushed"))
    happened.clear()
    return window, happened


def test_a_frame_is_flushed_after_it_is_painted(qtbot: QtBot) -> None:
    window, happened = watched(qtbot)
    window.update()
    assert happened == []
    qtbot.waitUntil(lambda: "flushed" in happened)
    assert happened == ["painted", "flushed"]


def test_what_is_painted_at_once_is_reported_at_once(qtbot: QtBot) -> None:
    """The pressed look does not wait for the event loop, nor does its report."""
    window, happened = watched(qtbot)
    window.repaint()
    assert happened == ["painted", "flushed"]
