"""Speech: sentences become WAV files, written by an engine in a process of its own.

Whatever that process does — crash, hang, talk nonsense — it is ended and, after a gap that grows
with each failure, started again. Until then there are no sentences, and `problem` says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path

from kds.kitchen.wording import Wording
from kds.sound.apart import EngineProcess, SpeechError, voicebox
from kds.sound.engines import Voice

VOICES: Mapping[str, Voice] = {
    # Plain `sit/cmn` reads most of Chinese as English letters.
    "zh": Voice("sit/cmn-latn-pinyin", 180),
    "en": Voice("gmw/en-us", 165),
}
_NAMES = {"zh": Wording("普通话", "Mandarin"), "en": Wording("英语", "English")}

IDLE_S = 120.0
GAPS_S = (0.0, 5.0, 30.0, 120.0, 300.0)
"""How long after the first failure in a row, the second, … nothing is tried."""


class Speech:
    """Writes sentences into files, one at a time. All calls come from one loop.

    `command`: starts a voice box, None: that of pyttsx3. One that was not asked for `idle_s` is
    ended. `problem`: why there is no speech, or not in each language; None while all is well.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        limit_s: float = 5.0,
        start_limit_s: float = 20.0,
        idle_s: float = IDLE_S,
        gaps_s: Sequence[float] = GAPS_S,
    ) -> None:
        self._command = tuple(command or voicebox())
        self._limit_s = limit_s
        self._start_limit_s = start_limit_s
        self._idle_s = idle_s
        self._gaps_s = gaps_s
        self._process: EngineProcess | None = None
        self._voices: frozenset[str] | None = None
        self._turn = asyncio.Lock()
        self._failures = 0
        self._silent_until = 0.0
        self._resting: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self.problem: Wording | None = None

    async def start(self) -> None:
        """Start the engine and look for its voices; what is missing becomes the problem."""
        async with self._turn:
            await self._within(self._start_limit_s, self._find_voices())

    async def write(self, text: str, lang: str, path: Path) -> bool:
        """Write a WAV of `text`; False if that was not possible, for which `problem` tells why."""
        voice = VOICES["zh" if lang == "zh" else "en"]
        if self._voices is None:
            if self._turn.locked():
                return False  # a first start that takes its time holds up nothing
        elif voice.id not in self._voices:
            return False
        async with self._turn:
            if asyncio.get_running_loop().time() < self._silent_until:
                return False
            return await self._within(self._limit_s, self._speak(text, voice, path))

    # --- in its turn -----------------------------------------------------------------------

    async def _within(self, limit_s: float, work: Awaitable[bool]) -> bool:
        """Await what the engine does; False if it fails or is late.

        One that failed, is late, or is no longer waited for is ended.
        """
        self._stay()
        is_well = False
        try:
            async with asyncio.timeout(limit_s):
                is_done = await work
            self.problem = self._missing_voices()
            is_well = True
            return is_done
        except SpeechError as error:
            self._failed(error.wording)
        except TimeoutError:
            zh, en = f"语音引擎 {limit_s:g} 秒无响应", f"speech engine silent for {limit_s:g} s"
            self._failed(Wording(zh, en))
        finally:
            if is_well:
                self._rest()
            else:
                await self._end()
        return False

    async def _find_voices(self) -> bool:
        await self._running()
        return True

    async def _speak(self, text: str, voice: Voice, path: Path) -> bool:
        process = await self._running()
        if voice.id not in (self._voices or ()):
            return False
        await process.write(text, voice, path)
        self._failures = 0
        return True

    async def _running(self) -> EngineProcess:
        """Return the engine's process, started if need be; one that died at rest is no loss."""
        if self._process is not None and self._process.has_ended:
            await self._end()
        if self._process is None:
            self._process = await EngineProcess.start(self._command)
            self._voices = await self._process.voices()
        return self._process

    def _missing_voices(self) -> Wording | None:
        missing = [lang for lang, voice in VOICES.items() if voice.id not in (self._voices or ())]
        if not missing:
            return None
        zh = "、".join(f"{_NAMES[lang].zh} {VOICES[lang].id}" for lang in missing)
        en = ", ".join(f"{_NAMES[lang].en} {VOICES[lang].id}" for lang in missing)
        return Wording(f"缺少语音 {zh}", f"missing voice {en}")

    def _failed(self, why: Wording) -> None:
        gap_s = self._gaps_s[min(self._failures, len(self._gaps_s) - 1)]
        self._failures += 1
        self._silent_until = asyncio.get_running_loop().time() + gap_s
        self.problem = why

    # --- rest and end ----------------------------------------------------------------------

    def _rest(self) -> None:
        """End the engine if it stays idle.

        It holds 16 MB, and a new one has spoken its first sentence (some 0.2 s) before the cue
        and the pause ahead of that sentence (0.5 s and more) are over.
        """
        loop = asyncio.get_running_loop()
        self._resting = loop.call_later(self._idle_s, self._end_idle)

    def _end_idle(self) -> None:
        if self._process is not None:
            # Given up here and now: the next sentence must not meet one that is about to end.
            process, self._process = self._process, None
            self._ending = asyncio.get_running_loop().create_task(process.end())

    def _stay(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await process.end()

    async def stop(self) -> None:
        """End the engine, also one that hangs."""
        self._stay()
        await self._end()
        if self._ending is not None:
            await self._ending
