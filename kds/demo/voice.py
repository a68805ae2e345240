"""The voice at the pass: heard where there is a loudspeaker, and read in the caption anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kds.app.acts import Acts
from kds.app.screen import Screen
from kds.app.sounding import Loudspeaker
from kds.link import Link
from kds.sound.cues import Cue
from kds.sound.items import Item
from kds.sound.sound import Sound
from kds.ui.intents import SwitchLanguage

PASS = "expo"


class Subtitles(Sound):
    """Sound whose sentences can be read as well. Not `aloud`: they can only be read."""

    def __init__(self, scratch: Path, *, aloud: bool) -> None:
        super().__init__(scratch)
        self.on_said: Callable[[str], None] = lambda _text: None
        self._aloud = aloud

    def start(self) -> None:
        """Begin to play what comes."""
        if self._aloud:
            super().start()

    def play(self, items: Iterable[Item]) -> None:
        """Play these when their turn comes."""
        items = tuple(items)
        for item in items:
            if item.text:
                self.on_said(item.text)
        if self._aloud:
            super().play(items)

    def answer(self, cue: Cue) -> None:
        """Answer a hand."""
        if self._aloud:
            super().answer(cue)


class Voice:
    """The pass, heard from `start` on: from the bridge's next word. Event loop thread only.

    Only people's hands are answered: a click for each simulated bump would be no kitchen's sound.
    """

    def __init__(
        self,
        link: Link,
        acts: Acts,
        screens: Sequence[Screen],
        sound: Sound,
        is_taken: Callable[[str], bool],
    ) -> None:
        """`is_taken`: a person works at the screen that signs with this device."""
        self._speaker = Loudspeaker(link, (PASS,), "demo", screens[0].display.options.lang, sound)
        self._acts, self._is_taken = acts, is_taken
        for screen in screens:
            if screen.view == PASS:
                screen.more_troubles = self._speaker.troubles

    def start(self) -> None:
        """Begin to be heard; nothing of what was before."""
        self._speaker.listen(self._acts, lambda command: self._is_taken(command.device))

    async def stop(self) -> None:
        """Fall silent."""
        await self._speaker.stop()

    def speak(self, lang: str) -> None:
        """Speak another language from now on."""
        self._speaker.touched(SwitchLanguage(), lang)
