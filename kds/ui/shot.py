"""A picture of a board without a screen: what `kds shot` saves and tests of pictures look at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from kds.board.values import Board
from kds.kitchen.ids import Instant, LineKey
from kds.ui.chrome.health import Health
from kds.ui.chrome.panel import PanelFace
from kds.ui.options import Options, Subject
from kds.ui.qt.display import Display
from kds.ui.qt.program import application
from kds.ui.slips import Size
from kds.ui.style.measures import Screen

SIZE: Size = (1920, 1080)


def render(
    board: Board,
    now: Instant,
    subject: Subject,
    options: Options,
    *,
    size: Size = SIZE,
    screen: Screen | None = None,
    health: Health | None = None,
    unsent: frozenset[LineKey] = frozenset(),
    page: int = 0,
    panel: PanelFace | None = None,
) -> QImage:
    """Return the picture of a whole screen that shows `board` at `now`.

    `page` counts from 0. `panel`: what is open beside the wall.
    """
    app = application(offscreen=True)
    display = Display(subject, options, lambda: 0, screen or Screen(*size))
    # Shown, so that everything is laid out; but on no screen, whatever there is.
    display.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    display.resize(*size)
    display.show()
    display.set_health(health or Health())
    display.show_board(board, now, unsent)
    if panel is not None:
        display.open_panel(panel)
    for _ in range(page):
        display.wall.turn(1)
    image = picture_of(display)
    display.close()
    display.deleteLater()
    # There may be no event loop that would do it.
    app.sendPostedEvents(display, QEvent.Type.DeferredDelete.value)
    return image


def picture_of(widget: QWidget) -> QImage:
    """Return the picture of a screen, or of a window with several, as it is now."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    widget.render(image)
    return image


def save_picture(widget: QWidget, path: Path) -> None:
    """Save the picture of a screen or window as it is now; raises `OSError`."""
    if not picture_of(widget).save(str(path)):
        raise OSError(f"{path} can not be written as a picture")
