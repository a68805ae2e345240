"""Sound: what the announcer decided becomes audible, one thing after the other.

Sound is never the only sign and never in the way: whatever fails here is told once, in `note`,
and the kitchen goes on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kds.kitchen.wording import Wording
from kds.sound.cues import Cue
from kds.sound.items import Item, Tick
from kds.sound.players import Player, PlayerError
from kds.sound.speech import Speech
from kds.sound.waves import write_silence

_log = logging.getLogger(__name__)

CUES = Path(__file__).resolve().parents[2] / "assets" / "sounds"
PAUSE_S = 0.25
RETRY_MS = 30_000
MOST_WAITING = 4
_PROBE_MS = 50
_ANSWER_WITHIN_MS = 200
"""A hand is at the next ticket by then."""


def ear_clock() -> Tick:
    """Return this process's steady time."""
    return Tick(time.monotonic_ns() // 1_000_000)


@dataclass(frozen=True, slots=True)
class SoundNote:
    """What people should know about the sound: what is missing, and why.

    `detail`: why, for who mends it.
    """

    what: Wording
    why: Wording
    detail: str

    def __str__(self) -> str:
        return f"{self.what.en.lower()}: {self.detail}"


NO_SOUND = Wording("没有声音", "No sound")
_NO_SPEECH = Wording("没有语音", "No speech")


def _no_sound(why: Wording, detail: str = "") -> SoundNote:
    return SoundNote(NO_SOUND, why, detail or why.en)


class Sound:
    """Plays items on one loop: a cue, a short pause, its sentence. Nothing overlaps.

    `scratch`: a folder of its own, emptied at the start. `on_idle`: called on the loop whenever
    all has been played. All calls come from the loop's thread.
    """

    def __init__(
        self,
        scratch: Path,
        *,
        cues: Path = CUES,
        speech: Speech | None = None,
        player: Player | None = None,
        clock: Callable[[], Tick] = ear_clock,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._scratch = scratch
        self._cues = cues
        self._speech = speech or Speech()
        self._player = player or Player()
        self._clock = clock
        self._pause_s = pause_s
        self._waiting: deque[Item] = deque(maxlen=MOST_WAITING)
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_playing = False
        self._problem: SoundNote | None = None
        self._retry_at = Tick(0)
        self._stated: SoundNote | None = None
        self._count = 0
        self.on_idle: Callable[[], None] = lambda: None

    @property
    def is_idle(self) -> bool:
        """Nothing is playing or waiting to be played."""
        return not self._is_playing and not self._waiting

    @property
    def note(self) -> SoundNote | None:
        """What people should know about the sound, None while all is well."""
        if self._problem is not None:
            return self._problem
        spoken = self._speech.problem
        return None if spoken is None else SoundNote(_NO_SPEECH, spoken, spoken.en)

    def start(self) -> None:
        """Begin to play what comes; look for a working player, and meanwhile for voices.

        Returns at once: an engine that hangs holds up neither cues nor the program. `on_idle`
        tells when the first is done.
        """
        for work in (self._play_on(), self._find_voices()):
            task = asyncio.get_running_loop().create_task(work, name="sound")
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """State a fault of our own: sound that ends must not end in silence."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("sound has ended", exc_info=error)
            self._problem = _no_sound(Wording(f"{error!r}", f"{error!r}"))

    async def _find_voices(self) -> None:
        await self._speech.start()
        self._state()

    async def _probe(self) -> None:
        """Play silence: better to learn now that there is no sound card than at the first order."""
        silence = self._scratch / "silence.wav"
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            for left in self._scratch.glob("*.wav"):
                left.unlink()
            write_silence(silence, _PROBE_MS)
        except OSError as error:
            self._problem = _no_sound(Wording(f"{error}", f"{error}"))
            return
        await self._is_heard(silence)

    def play(self, items: Iterable[Item]) -> None:
        """Play these when their turn comes; of too many the oldest are dropped."""
        for item in items:
            same = [other for other in self._waiting if other.key == item.key]
            for other in same:
                self._waiting.remove(other)
            self._waiting.append(item)
        if self._waiting:
            self._woken.set()

    def answer(self, cue: Cue) -> None:
        """Answer a hand: play a cue now or, if something else is heard, not at all."""
        expires = Tick(self._clock() + _ANSWER_WITHIN_MS)
        self.play([Item(cue, urgency=0, expires=expires, key=("answer",))])

    async def stop(self) -> None:
        """Fall silent at once and end everything that was started."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._waiting.clear()
        await self._speech.stop()

    # --- on the loop ---------------------------------------------------------------------

    async def _play_on(self) -> None:
        await self._probe()
        self._state()
        while True:
            item = self._next()
            if item is None:
                self._woken.clear()
                self.on_idle()
                await self._woken.wait()
                continue
            self._is_playing = True
            try:
                await self._play(item)
            finally:
                self._is_playing = False
            self._state()

    def _next(self) -> Item | None:
        """Take the most urgent of what may still begin; what is too late for that goes."""
        now = self._clock()
        while self._waiting:
            item = max(self._waiting, key=lambda item: item.urgency)
            self._waiting.remove(item)
            if now < item.expires:
                return item
        return None

    async def _play(self, item: Item) -> None:
        """Play the cue, and meanwhile have the sentence written; after a failure wait a while."""
        if self._problem is not None and self._clock() < self._retry_at:
            return
        writing = asyncio.create_task(self._written(item))
        try:
            if await self._is_heard(self._cues / item.cue.file):
                sentence = await writing
                if sentence is not None:
                    await asyncio.sleep(self._pause_s)
                    await self._is_heard(sentence)
        finally:
            writing.cancel()
            await asyncio.wait([writing])
            self._tidy()

    async def _written(self, item: Item) -> Path | None:
        """Return a WAV of the item's sentence, None if there is none or nobody to speak it."""
        if not item.text:
            return None
        self._count += 1
        path = self._scratch / f"sentence-{self._count}.wav"
        return path if await self._speech.write(item.text, item.lang, path) else None

    def _tidy(self) -> None:
        with suppress(OSError):
            for path in self._scratch.glob("sentence-*.wav"):
                path.unlink()

    async def _is_heard(self, wav: Path) -> bool:
        """Play a file; False if it failed, and nothing is tried for a while."""
        try:
            await self._player.play(wav)
        except PlayerError as error:
            self._problem = _no_sound(error.wording, str(error))
            self._retry_at = Tick(self._clock() + RETRY_MS)
            return False
        self._problem = None
        return True

    def _state(self) -> None:
        """Log the note when it changes: once for a trouble, once for its end."""
        note = self.note
        if note != self._stated:
            _log.warning("%s", note or "sound is back")
            self._stated = note
