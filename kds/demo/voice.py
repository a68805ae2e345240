"""The voice at the pass: heard where there is a loudspeaker, and read in the caption anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kds.app.display import Acts
from kds.app.screen import Screen
from kds.app.sounding import Loudspeaker
from kds.kitchen.commands import Command
from kds.link import Link
from kds.sound.cues import Cue
from kds.sound.items import Item
from kds.sound.sound import Sound
from kds.wire.notices import DisplayNotice

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


def give_voice(
    link: Link,
    acts: Acts,
    screens: Sequence[Screen],
    sound: Sound,
    *,
    is_taken: Callable[[Screen], bool],
) -> Loudspeaker:
    """Make the pass heard from the bridge's next word on; only people's hands are answered."""
    options = screens[0].display.options
    speaker = Loudspeaker(link, (PASS,), "demo", options.lang, sound)
    show, show_act = link.on_news, acts.then
    by_device = {screen.device: screen for screen in screens}

    def told(news: Sequence[DisplayNotice]) -> None:
        show(news)
        speaker.heed(news)

    def acted(command: Command) -> None:
        show_act(command)
        if is_taken(by_device[command.device]):
            speaker.acted(command)

    link.on_news, acts.then = told, acted
    for screen in screens:
        if screen.view == PASS:
            screen.more_troubles = speaker.troubles
    return speaker
