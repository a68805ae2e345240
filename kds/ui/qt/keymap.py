"""What the keys of an ordinary keyboard do, and of a bump bar that nobody has taught otherwise."""

from __future__ import annotations

from PySide6.QtCore import Qt

from kds.ui.keys import Act

_K = Qt.Key
_DIGITS = (Act.TEN, Act.ONE, Act.TWO, Act.THREE, Act.FOUR, Act.FIVE, Act.SIX, Act.SEVEN)

DEFAULT_KEYS: dict[int, Act] = {
    **{_K.Key_0.value + i: act for i, act in enumerate((*_DIGITS, Act.EIGHT, Act.NINE))},
    _K.Key_Return.value: Act.BUMP,
    _K.Key_Enter.value: Act.BUMP,
    _K.Key_Backspace.value: Act.UNDO,
    _K.Key_R.value: Act.RECALL,
    _K.Key_Left.value: Act.LEFT,
    _K.Key_Right.value: Act.RIGHT,
    _K.Key_Up.value: Act.UP,
    _K.Key_Down.value: Act.DOWN,
    _K.Key_PageUp.value: Act.PAGE_BACK,
    _K.Key_PageDown.value: Act.PAGE_ON,
    _K.Key_W.value: Act.WHY,
    _K.Key_L.value: Act.LANGUAGE,
    _K.Key_T.value: Act.ALL_DAY,
}
