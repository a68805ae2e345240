"""Does what standard input says, for programs that measure from outside.

Nothing of this runs unless it is asked for with `kds display --hands`. Each line is a JSON list:
`["press", SOURCE, ORDER]` lays a finger on the bar of an order's ticket, `["lift"]` takes it
away, `["turn", N]` turns N pages on. What is not understood is not done.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import threading
from typing import Any

from kds.app.screen import Screen
from kds.kitchen.ids import OrderId, OrderKey, SourceId
from kds.ui.qt.hands import Hand


def obey_hands(screen: Screen) -> None:
    """Let standard input touch a screen from now on."""
    hands = _Hands(screen)
    loop = asyncio.get_running_loop()

    def read() -> None:
        # Unbuffered: a thread inside `sys.stdin` would not let the program end.
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    loop.call_soon_threadsafe(hands.obey, json.loads(line))

    threading.Thread(target=read, name="hands", daemon=True).start()


class _Hands:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._hand = Hand(screen.display.wall)

    def obey(self, words: list[Any]) -> None:
        match words:
            case ["press", str(source), str(order)]:
                self._press(OrderKey(SourceId(source), OrderId(order)))
            case ["lift"]:
                self._hand.lift()
            case ["turn", int(pages)]:
                for _ in range(pages):
                    self._screen.display.wall.turn(1)

    def _press(self, order: OrderKey) -> None:
        for ticket in self._screen.board.tickets:
            if order in ticket.orders:
                self._hand.press(ticket.visit)
                return
