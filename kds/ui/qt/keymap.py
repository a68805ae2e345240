"""What the keys of an ordinary keyboard do, and of a bump bar that nobody has taught otherwise;
and which of their events are a hand's.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from kds.ui.intents import Button, Intent, Press, Recall, SwitchLanguage, Undo
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
    _K.Key_P.value: Act.PAN,
}

ASKS: dict[Act, Intent] = {
    Act.UNDO: Undo(),
    Act.RECALL: Recall(),
    Act.LANGUAGE: SwitchLanguage(),
    Act.ALL_DAY: Press(Button.ALL_DAY),
}
"""What asks for the same wherever the focus is."""

_NO_HAND_MS = 4
"""No finger leaves a key and is back within this."""


def key_name(event: QKeyEvent) -> str:
    """Return what Qt calls a key."""
    return Qt.Key(event.key()).name.removeprefix("Key_")


class Repeats:
    """Tells a held key from one that is pressed again.

    Measured on X: a held key comes up and goes down again in the same millisecond, and Qt marks
    hardly one of twenty such pairs as repeats. Stamps are the screen's, not of when they are read.
    """

    def __init__(self) -> None:
        self._released: dict[int, int] = {}

    def is_one(self, event: QKeyEvent) -> bool:
        """Take note of a key event, each once; answers whether no hand has made it."""
        code, at_ms = event.key(), event.timestamp()
        if event.type() is QEvent.Type.KeyRelease:
            self._released[code] = at_ms
            return event.isAutoRepeat()
        up_ms = self._released.get(code, 0)
        return event.isAutoRepeat() or 0 < up_ms <= at_ms <= up_ms + _NO_HAND_MS
