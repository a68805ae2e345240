"""Speech: sentences become WAV files in one thread of their own, which may hang.

Two threads in one engine block each other for ever, so there is one. It cannot be killed either:
if it does not answer in time it is left to itself and another one with a new engine takes over.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from kds.kitchen.wording import Wording
from kds.sound.engines import Engine, Voice

VOICES: Mapping[str, Voice] = {
    # Plain `sit/cmn` reads most of Chinese as English letters.
    "zh": Voice("sit/cmn-latn-pinyin", 180),
    "en": Voice("gmw/en-us", 165),
}
_NAMES = {"zh": Wording("普通话", "Mandarin"), "en": Wording("英语", "English")}

Work = Callable[[Engine], Any]


@dataclass(frozen=True, slots=True)
class _Job:
    """Something for the thread to do, and where its answer is awaited."""

    work: Work
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]

    def give(self, value: Any, error: Exception | None) -> None:
        """Hand the answer over to the loop, from the thread."""
        with suppress(RuntimeError):  # the loop has closed meanwhile: nobody waits any more
            self.loop.call_soon_threadsafe(self._take, value, error)

    def _take(self, value: Any, error: Exception | None) -> None:
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(value)
        else:
            self.answer.set_exception(error)


class _Worker(threading.Thread):
    """The thread that owns an engine. A daemon: while it hangs the program may still end."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        super().__init__(name="speech", daemon=True)
        self.jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._make = make

    def run(self) -> None:
        """Do jobs until None comes; an engine that failed is made anew for the next one."""
        engine: Engine | None = None
        while (job := self.jobs.get()) is not None:
            try:
                engine = engine or self._make()
                job.give(job.work(engine), None)
            except Exception as error:  # noqa: BLE001  # foreign code: whatever it is, it is reported
                engine = None
                job.give(None, error)


class Speech:
    """Writes sentences into files, one at a time. All calls come from one loop.

    `problem`: why there is no speech, or not in each language; None while all is well.
    """

    def __init__(
        self,
        make: Callable[[], Engine],
        *,
        limit_s: float = 5.0,
        start_limit_s: float = 20.0,
        most_hangs: int = 3,
    ) -> None:
        self._make = make
        self._limit_s = limit_s
        self._start_limit_s = start_limit_s
        self._most_hangs = most_hangs
        self._worker: _Worker | None = None
        self._hangs = 0
        self._voices: frozenset[str] = frozenset()
        self._turn = asyncio.Lock()
        self.problem: Wording | None = None

    async def start(self) -> None:
        """Make the engine and look for its voices; what is missing becomes the problem."""
        self._hangs = 0
        self._voices = (
            await self._ask(lambda engine: engine.voices(), self._start_limit_s) or self._voices
        )
        if self._voices:
            self.problem = self._missing_voices()

    def _missing_voices(self) -> Wording | None:
        missing = [lang for lang, voice in VOICES.items() if voice.id not in self._voices]
        if not missing:
            return None
        zh = "、".join(f"{_NAMES[lang].zh} {VOICES[lang].id}" for lang in missing)
        en = ", ".join(f"{_NAMES[lang].en} {VOICES[lang].id}" for lang in missing)
        return Wording(f"缺少语音 {zh}", f"missing voice {en}")

    async def write(self, text: str, lang: str, path: Path) -> bool:
        """Write a WAV of `text`; False if that was not possible, for which `problem` tells why."""
        voice = VOICES["zh" if lang == "zh" else "en"]
        if voice.id not in self._voices or self._hangs >= self._most_hangs:
            return False

        def speak(engine: Engine) -> bool:
            engine.write(text, voice, path)
            return True

        is_written = await self._ask(speak, self._limit_s) is True
        if is_written:
            self._hangs = 0
            self.problem = self._missing_voices()
        return is_written

    async def _ask(self, work: Work, limit_s: float) -> Any:
        """Have the thread do something; None if it fails or does not answer in time."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[Any] = loop.create_future()
            self._working().jobs.put(_Job(work, loop, answer))
            try:
                return await asyncio.wait_for(answer, limit_s)
            except TimeoutError:
                self._leave(limit_s)
            except Exception as error:  # noqa: BLE001  # as it came from the thread
                self.problem = Wording(f"语音引擎出错：{error}", f"speech engine: {error}")
            return None

    def _working(self) -> _Worker:
        if self._worker is None:
            self._worker = _Worker(self._make)
            self._worker.start()
        return self._worker

    def _leave(self, limit_s: float) -> None:
        """Leave a hung thread to itself: should it come back, it ends."""
        self._dismiss()
        self._hangs += 1
        zh, en = f"语音引擎 {limit_s:g} 秒无响应", f"speech engine silent for {limit_s:g} s"
        if self._hangs >= self._most_hangs:
            zh, en = f"{zh}，已停用", f"{en}, given up"
        self.problem = Wording(zh, en)

    def _dismiss(self) -> _Worker | None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.jobs.put(None)
        return worker

    async def stop(self) -> None:
        """End the thread; one that hangs is left to itself."""
        worker = self._dismiss()
        if worker is not None:
            await asyncio.to_thread(worker.join, 1.0)
