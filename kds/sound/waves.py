"""WAV files, as far as a player has to know them: how long they are, and whether they sound."""

from __future__ import annotations

import array
import sys
import wave
from pathlib import Path

RATE = 22_050


def length_s(path: Path) -> float:
    """Return how long a WAV lasts; raises OSError, EOFError or wave.Error if it is none."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def peak(path: Path) -> int:
    """Return the strongest sample of a 16-bit WAV, 0 … 32768; raises as `length_s` does."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise wave.Error(f"{file.getsampwidth() * 8} bits a sample, not 16")
        samples = array.array("h", file.readframes(file.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    return max(max(samples, default=0), -min(samples, default=0))


def write_silence(path: Path, ms: int) -> None:
    """Write a WAV in which nothing is to be heard, to find out whether one can be played."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * RATE * ms // 1000))
