"""Keeps the keys of a screen and says so on its strip when they go elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from kds.app.screen import Screen
from kds.ui.chrome.health import Trouble, TroubleKind
from kds.ui.qt.keyguard import KeyGuard

_AWAY = Trouble(TroubleKind.KEYS, button="strip.fix")


def guard_keys(screen: Screen, clock_ms: Callable[[], int]) -> KeyGuard:
    """Take all keys for the window of `screen`, which is open; one window of a machine may.

    Touching the strip, which says so, fetches them back.
    """
    guard = KeyGuard(screen.display, clock_ms)

    def tell(is_away: bool) -> None:
        if is_away:
            screen.say(_AWAY)
        else:
            screen.take_back(TroubleKind.KEYS)

    guard.lost.connect(tell)
    screen.mend_keys = guard.look
    guard.start()
    return guard
