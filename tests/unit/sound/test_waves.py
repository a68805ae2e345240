"""WAV files, as far as a player has to know them."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from kds.sound.waves import length_s, peak, write_silence


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


def write(path: Path, width: int, data: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(22_050)
        file.writeframes(data)
