"""WAV files, as far as a player has to know them: how long they are, and how loud."""

from __future__ import annotations

import array
import math
import sys
import wave
from pathlib import Path

RATE = 22_050
_FULL = 32_767
_PEAK = 10 ** (-1 / 20) * _FULL  # -1 dBFS, as the cues
_DRIVE = 3.0
_FINE = 4  # bits of a sample that the curve does not look at: below what a speaker renders


def length_s(path: Path) -> float:
    """Return how long a WAV lasts; raises OSError, EOFError or wave.Error if it is none."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def peak(path: Path) -> int:
    """Return the strongest sample of a 16-bit WAV, 0 … 32768; raises as `length_s` does."""
    return _peak(_read(path))


def make_louder(path: Path) -> None:
    """Lift what is soft in a 16-bit mono WAV; its peaks end where those of the cues do.

    Speech is all peaks: as an engine writes it, its mean is four times below that of a cue, and
    a kitchen drowns it. What a soft limiter does to its tone does no harm to its words.
    """
    samples = _read(path)
    drive = _DRIVE / max(1, _peak(samples))
    scale = _PEAK / math.tanh(_DRIVE)
    half = 1 << (15 - _FINE)
    levels = [*range(half), *range(-half, 0)]  # a negative index finds its own level
    curve = [round(scale * math.tanh((level << _FINE) * drive)) for level in levels]
    _write(path, array.array("h", [curve[sample >> _FINE] for sample in samples]))


def write_silence(path: Path, ms: int) -> None:
    """Write a WAV in which nothing is to be heard, to find out whether one can be played."""
    _write(path, array.array("h", [0] * (RATE * ms // 1000)))


def _peak(samples: array.array[int]) -> int:
    return max(max(samples, default=0), -min(samples, default=0))


def _read(path: Path) -> array.array[int]:
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise wave.Error(f"{file.getsampwidth() * 8} bits a sample, not 16")
        samples = array.array("h", file.readframes(file.getnframes()))
    return _in_file_order(samples)


def _write(path: Path, samples: array.array[int]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_in_file_order(samples).tobytes())


def _in_file_order(samples: array.array[int]) -> array.array[int]:
    """Return samples as a WAV has them, or back: the lower byte first."""
    if sys.byteorder == "little":
        return samples
    swapped = array.array("h", samples)
    swapped.byteswap()
    return swapped
