"""The engine in a process of its own: a crash or a hang there costs a sentence, not the wall."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kds.child import command_of, environment
from kds.kitchen.wording import Wording
from kds.sound.engines import Voice


def voicebox() -> tuple[str, ...]:
    """Return the command that starts `kds.sound.voicebox`; no other place knows it."""
    return command_of("kds.sound.voicebox")


class SpeechError(Exception):
    """A sentence was not written. `wording`: why, for people."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        super().__init__(wording.en)


class EngineProcess:
    """A voice box that was started. One call at a time; only `end` may come in between.

    A call waits for as long as it takes. After one that was cancelled, or has raised, `end` is
    all that is left to call.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._asked = 0

    @classmethod
    async def start(cls, command: Sequence[str]) -> EngineProcess:
        """Start a voice box; raises SpeechError."""
        pipe = asyncio.subprocess.PIPE
        env = environment()
        try:
            return cls(
                await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=env)
            )
        except OSError as error:
            raise SpeechError(
                Wording(f"语音引擎无法启动：{error}", f"speech engine cannot be started: {error}")
            ) from error

    @property
    def has_ended(self) -> bool:
        """It has gone, by itself or because somebody ended it."""
        return self._process.returncode is not None

    async def voices(self) -> frozenset[str]:
        """Wait until it can speak, and return the ids of its voices; raises SpeechError."""
        answer = await self._answer()
        if not isinstance(answer.get("voices"), list):
            raise _nonsense()
        return frozenset(map(str, answer["voices"]))

    async def write(self, text: str, voice: Voice, path: Path) -> None:
        """Have a WAV of `text` written; raises SpeechError."""
        self._asked += 1
        request = {
            "id": self._asked,
            "text": text,
            "voice": voice.id,
            "words_a_minute": voice.words_a_minute,
            "path": str(path),
        }
        assert self._process.stdin is not None
        with suppress(ConnectionError):  # it has gone: why, the missing answer tells
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            await self._process.stdin.drain()
        answer = await self._answer()
        if answer.get("id") != self._asked:
            raise _nonsense()
        if not _is_there(path):
            zh, en = "语音引擎没有写出声音文件", "speech engine has written no file"
            raise SpeechError(Wording(zh, en))

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
            if not line:
                raise _ended(await self._process.wait())
            answer = json.loads(line)
        except ValueError as error:  # no JSON, not even text, or a line without end
            raise _nonsense() from error
        if not isinstance(answer, dict):
            raise _nonsense()
        if "error" in answer:
            why = answer["error"]
            raise SpeechError(Wording(f"语音引擎出错：{why}", f"speech engine: {why}"))
        return answer

    async def end(self) -> None:
        """End it, whatever it does, and leave nothing of it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if not self.has_ended:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.communicate()


def _is_there(path: Path) -> bool:
    return path.is_file()


def _ended(status: int) -> SpeechError:
    zh, en = f"退出码 {status}", f"status {status}"
    if status < 0:
        with suppress(ValueError):
            zh = en = signal.Signals(-status).name
    return SpeechError(Wording(f"语音引擎已退出（{zh}）", f"speech engine has ended ({en})"))


def _nonsense() -> SpeechError:
    return SpeechError(Wording("语音引擎的回答无法理解", "speech engine answers nonsense"))
