"""WAV files, as far as a player has to know them."""

from __future__ import annotations

import array
import wave
from pathlib import Path

import pytest

from kds.sound.waves import length_s, make_louder, peak, write_silence


def test_silence_has_a_length_and_no_peak(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    write_silence(path, 50)
    assert length_s(path) == pytest.approx(0.05, abs=0.001)
    assert peak(path) == 0


def test_the_peak_counts_below_zero_too(tmp_path: Path) -> None:
    path = tmp_path / "low.wav"
    write(path, 2, (5).to_bytes(2, "little") + (-32_768).to_bytes(2, "little", signed=True))
    assert peak(path) == 32_768


def test_other_samples_than_of_16_bits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.wav"
    write(path, 1, b"\x80\x80")
    with pytest.raises(wave.Error, match="8 bits a sample, not 16"):
        peak(path)


def test_what_is_soft_becomes_louder_and_what_is_loud_is_not_clipped(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    before = [0, 1_000, -1_000, 8_000, -8_000, 30_000, -32_768] + [500, -500] * 100
    write(path, 2, array.array("h", before).tobytes())
    make_louder(path)
    after = read(path)
    assert len(after) == len(before)
    assert mean(after) > 1.5 * mean(before)
    assert 29_000 < peak(path) <= 29_204  # -1 dBFS
    assert after[:3] == [0, pytest.approx(2_700, rel=0.05), pytest.approx(-2_700, rel=0.05)]
    assert sorted(after[:7]) == [after[i] for i in (6, 4, 2, 0, 1, 3, 5)]


@pytest.mark.parametrize("data", [b"", bytes(200)])
def test_silence_stays_silent(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "silence.wav"
    write(path, 2, data)
    make_louder(path)
    assert peak(path) == 0


def mean(samples: list[int]) -> float:
    return sum(map(abs, samples)) / len(samples)


def read(path: Path) -> list[int]:
    with wave.open(str(path), "rb") as file:
        return array.array("h", file.readframes(file.getnframes())).tolist()


def write(path: Path, width: int, data: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(22_050)
        file.writeframes(data)
