"""The Qt we run on does not do what one release of it did."""

import sys

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

CALLS = 1_000


def test_calls_take_no_reference_of_none_away(qtbot: QtBot) -> None:
    """PySide6 6.12.0 lost one reference of None per call on Python 3.10 and 3.11 and aborted."""
    widget, label = QWidget(), QLabel()
    qtbot.addWidget(widget)
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        label.setText("x")
        widget.update()
        widget.setObjectName("y")
    assert before - sys.getrefcount(None) < 10
