"""Keys that are meant for rows of the side panel, not for tickets."""

from __future__ import annotations

from collections.abc import Callable

from kds.ui.chrome.panels import ALL_DAY, RECALL
from kds.ui.intents import Button, Intent, PickRow, Press
from kds.ui.keys import Act
from kds.ui.qt.chrome import SidePanel


class ListKeys:
    """Decides which keys the panel takes, and does what they ask for.

    In the recall list numbers and Enter are always meant for it. In any other panel they are once
    a row has been picked: by the key for pans, which opens the panel, or by up and down while the
    panel of a dish or ticket is open. Enter presses the last button of the row, left the first;
    a digit is the tickets' again.
    """

    def __init__(self, side: SidePanel, press: Callable[[Intent], None]) -> None:
        self._side = side
        self._press = press

    def take(self, act: Act) -> bool:
        """Do what `act` asks of the panel; answers whether it was meant for it."""
        about = "" if self._side.face is None else self._side.face.about
        if act is Act.PAN:
            if about != ALL_DAY:
                self._press(Press(Button.ALL_DAY))
            self._side.pick_next(1)
            return True
        return self._take_in_recall(act) if about == RECALL else self._take_elsewhere(act, about)

    def _take_in_recall(self, act: Act) -> bool:
        match act:
            case Act.UP | Act.DOWN:
                self._side.pick_on(-1 if act is Act.UP else 1)
            case Act.BUMP if self._side.picked is None:
                self._side.pick_on(1)  # the first press shows what the next would do
            case Act.BUMP:
                self._press_button(-1)
            case Act.PAGE_ON:
                self._side.go_on()
            case _ if act.isdecimal():
                self._side.pick((int(act) - 1) % 10)
            case _:
                return False
        return True

    def _take_elsewhere(self, act: Act, about: str) -> bool:
        is_picked = self._side.picked is not None
        match act:
            case Act.UP | Act.DOWN if about and (is_picked or about != ALL_DAY):
                return self._side.pick_next(-1 if act is Act.UP else 1)
            case Act.BUMP | Act.LEFT if is_picked:
                self._press_button(-1 if act is Act.BUMP else 0)
                return True
            case _ if act.isdecimal():
                self._side.unpick()
        return False

    def _press_button(self, which: int) -> None:
        row = self._side.picked
        if row is not None:
            self._press(PickRow(row.id, row.buttons[which].action))
