"""The teller: keeps the line above the panes true, in the language that is looked at."""

from __future__ import annotations

import asyncio
import time

from kds.demo import script
from kds.demo.stage import Stage
from kds.kitchen.wording import Wording
from kds.ui.chrome.caption import Caption

_SAID_S = 5.0
_EVERY_S = 0.25


class Teller:
    """Tells what is to be seen, and for a while what was heard. Event loop thread only."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._words = script.SETTING
        self._said, self._said_at = "", 0.0
        self._shows_keys = False
        stage.panes.language.connect(self.show)
        stage.subtitles.on_said = self._heard

    def tell(self, words: Wording) -> None:
        """Tell something else."""
        self._words = words
        self.show()

    def show_keys(self) -> None:
        """Show the card of keys from now on; the script's clock has done its work."""
        self._shows_keys = True
        self.show()

    def show(self, _lang: str = "") -> None:
        """Bring the line up to date."""
        panes, lang = self._stage.panes, self._stage.panes.lang
        second = max(0, (self._stage.clock.now() - self._stage.curtain_ms) // 1000)
        clock = "" if self._shows_keys else f"{second // 60}:{second % 60:02}"
        said = self._said if time.monotonic() - self._said_at < _SAID_S else ""
        panes.tell(Caption(clock, self._words[lang], said, script.END_HINT[lang]))
        if self._shows_keys:
            panes.show_keys(script.key_card(lang))

    async def run(self) -> None:
        """Let the clock go on until cancelled."""
        while True:
            self.show()
            await asyncio.sleep(_EVERY_S)

    def _heard(self, text: str) -> None:
        self._said, self._said_at = text, time.monotonic()
        self.show()
