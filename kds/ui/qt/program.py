"""The Qt application itself: with a screen or without, and the loop that asyncio runs on."""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QWidget

from kds.ui.slips import Size


def application(*, offscreen: bool) -> QApplication:
    """Return the application of this process; `offscreen`: it needs no screen to draw on."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Every size of the wall follows from millimetres: nobody else should scale it.
    os.environ.setdefault("QT_ENABLE_HIGHDPI_SCALING", "0")
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication(["kds"])
    application.setQuitOnLastWindowClosed(False)
    # PySide reads the source of every module that is imported after it, and leaves it here.
    linecache.clearcache()
    return application


def screen_size() -> Size:
    """Return the size of the screen in pixels."""
    size = QApplication.primaryScreen().size()
    return size.width(), size.height()


def open_window(display: QWidget, title: str, size: Size | None) -> None:
    """Show `display`, fullscreen or in a window of `size`, and paint it before this returns."""
    display.setWindowTitle(title)
    if size is None:
        # Where no window manager runs, as in many a kiosk, nobody else would make it that large.
        display.setGeometry(display.screen().geometry())
        display.showFullScreen()
    else:
        display.resize(*size)
        display.show()
    display.repaint()


def when_closed(application: QApplication, then: Callable[[], None]) -> None:
    """Call `then` once the last window has been closed."""
    application.lastWindowClosed.connect(then)
