"""Players: programs that make a WAV audible, each call a process with a time limit."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kds.kitchen.wording import Wording
from kds.sound.waves import length_s

_LONGEST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Program:
    """A player by the name of its program, and what it is told before the file."""

    name: str
    arguments: tuple[str, ...] = ()


PROGRAMS = (
    Program("aplay", ("-q",)),
    Program("pw-play"),
    Program("paplay"),
    Program("ffplay", ("-nodisp", "-autoexit", "-loglevel", "error")),
    Program("play", ("-q",)),
    Program("afplay"),
)
"""The first that is found plays. ALSA's own needs no sound server, as on a bare kitchen PC."""


_CANNOT_OPEN = "open error"
_CARDS = {
    "No such": Wording("没有声卡", "no sound card"),
    "busy": Wording("声卡被其他程序占用", "another program has the sound card"),
    "denied": Wording("无权使用声卡", "the sound card is not allowed to this user"),
}
"""What aplay tells of a card that it cannot open, by what stands in it."""


class PlayerError(Exception):
    """Nothing was heard. `wording`: why, for people; the text is for who mends it."""

    def __init__(self, wording: Wording, detail: str = "") -> None:
        self.wording = wording
        super().__init__(detail or wording.en)


class Player:
    """Plays one WAV at a time, to its end. `path`: where to look for programs, None: as usual."""

    def __init__(
        self,
        programs: Sequence[Program] = PROGRAMS,
        *,
        path: str | None = None,
        spare_s: float = 3.0,
    ) -> None:
        self._programs = tuple(programs)
        self._path = path
        self._spare_s = spare_s

    async def play(self, wav: Path) -> None:
        """Play a WAV; raises PlayerError if it could not be heard in its time. Can be cancelled."""
        program, where = self._found()
        try:
            limit_s = length_s(wav) + self._spare_s
        except (OSError, EOFError, wave.Error) as error:
            raise PlayerError(
                Wording(f"{wav.name} 无法读取：{error}", f"{wav.name} cannot be read: {error}")
            ) from error
        with tempfile.TemporaryFile() as told:
            status = await _run([where, *program.arguments, str(wav)], told, limit_s)
            if status is None:
                zh = f"{program.name} {limit_s:.0f} 秒未结束"
                raise PlayerError(
                    Wording(zh, f"{program.name} does not end within {limit_s:.0f} s")
                )
            if status != 0:
                why = _last_line(told) or f"status {status}"
                told_of = f"{program.name}: {why}"
                raise PlayerError(_card_trouble(why) or Wording(told_of, told_of), told_of)

    def _found(self) -> tuple[Program, str]:
        """Return the first program there is; looked up each time, for it may come and go."""
        for program in self._programs:
            where = shutil.which(program.name, path=self._path)
            if where is not None:
                return program, where
        names = ", ".join(program.name for program in self._programs)
        raise PlayerError(Wording(f"没有播放程序（{names}）", f"no player program ({names})"))


async def _run(command: Sequence[str], told: IO[bytes], limit_s: float) -> int | None:
    """Run a program and return its status, None if it had to be killed.

    What it tells goes into a file: a pipe would stay open as long as any child of it lives.
    """
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=quiet, stdout=quiet, stderr=told
        )
    except OSError as error:
        raise PlayerError(Wording(f"无法启动：{error}", f"cannot be started: {error}")) from error
    try:
        async with asyncio.timeout(limit_s):
            return await process.wait()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _card_trouble(told: str) -> Wording | None:
    """Return what is wrong with the sound card, None if a player complains of something else."""
    is_of_card = _CANNOT_OPEN in told
    return next((words for sign, words in _CARDS.items() if is_of_card and sign in told), None)


def _last_line(told: IO[bytes]) -> str:
    """Return the last thing that a program told, in printable letters."""
    told.seek(0)
    lines = told.read(10_000).decode("utf-8", "replace").strip().splitlines()
    printable = "".join(c for c in lines[-1] if c.isprintable()) if lines else ""
    return printable[:_LONGEST_TOLD]
