"""The cues in `assets/sounds`: as the looks want them, and made by the script that is committed."""

from __future__ import annotations

import array
import cmath
import math
import wave
from itertools import combinations
from pathlib import Path

import pytest
import sounds  # packaging/sounds.py

from kds.sound.cues import Cue
from kds.sound.notices import MANNERS
from kds.sound.sound import CUES
from kds.sound.waves import length_s, peak

HANDS = frozenset({Cue.BUMPED, Cue.UNDONE})
"""What answers a hand at once."""

TOLD = sorted(set(Cue) - HANDS)
FRAME = 441  # 20 ms
STRONG = 0.3


def samples(cue: Cue) -> array.array[int]:
    with wave.open(str(CUES / cue.file), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        return array.array("h", file.readframes(file.getnframes()))


def strength(frame: array.array[int], hertz: float) -> float:
    """Return how strong a frequency is in a frame (Goertzel's sum, the plain way)."""
    turn = -2j * math.pi * hertz / 22_050
    return abs(sum(value * cmath.exp(turn * index) for index, value in enumerate(frame)))


def pitch(frame: array.array[int]) -> int:
    """Return the loudest frequency of a frame, 0 for silence; in steps of a semitone."""
    if max(map(abs, frame), default=0) < 1_500:
        return 0
    steps = range(36)
    return 1 + max(steps, key=lambda step: strength(frame, 600 * 2 ** (step / 12)))


def score(cue: Cue) -> tuple[int, ...]:
    """Return what is heard every 20 ms."""
    wave_form = samples(cue)
    return tuple(pitch(wave_form[at : at + FRAME]) for at in range(0, len(wave_form), FRAME))


def test_there_is_a_file_for_each_cue_and_no_other() -> None:
    assert {path.name for path in CUES.glob("*.wav")} == {cue.file for cue in Cue}
    assert set(sounds.CUES) == {cue.value for cue in Cue}


def test_every_cue_is_used() -> None:
    assert {manner.cue for manner in MANNERS.values()} == set(TOLD)


@pytest.mark.parametrize("cue", sorted(HANDS))
def test_what_answers_a_hand_is_shorter_and_softer_than_all_else(cue: Cue) -> None:
    """Looks, section 11: 15 ms, twelve decibels below full; with the pause in which it fades."""
    assert length_s(CUES / cue.file) < 0.2
    assert 0.23 <= peak(CUES / cue.file) / 32_768 <= 0.26


@pytest.mark.parametrize("cue", TOLD)
def test_a_cue_is_short_loud_and_does_not_click(cue: Cue) -> None:
    assert 0.1 <= length_s(CUES / cue.file) < 1
    assert 0.83 <= peak(CUES / cue.file) / 32_768 <= 0.9  # -1 dBFS
    wave_form = samples(cue)
    assert abs(wave_form[0]) < 700
    assert abs(wave_form[-1]) < 700


@pytest.mark.parametrize("cue", Cue)
def test_the_energy_lies_where_kitchens_leave_room(cue: Cue) -> None:
    wave_form = samples(cue)
    middle = wave_form[: FRAME * 6]
    bands = [strength(middle, hertz) ** 2 for hertz in range(100, 8_000, 50)]
    inside = [strength(middle, hertz) ** 2 for hertz in range(650, 2_500, 50)]
    assert sum(inside) > 0.9 * sum(bands)


def test_no_two_cues_sound_alike() -> None:
    """In a row of 20 ms pieces, a third of the shorter one differs, or one is twice as long."""
    scores = {cue: score(cue) for cue in Cue}
    for first, second in combinations(Cue, 2):
        one, other = scores[first], scores[second]
        shorter, longer = sorted((len(one), len(other)))
        differing = sum(1 for a, b in zip(one, other, strict=False) if abs(a - b) > 1)
        assert differing > shorter / 3 or longer > 1.9 * shorter, (first, second)


def test_all_together_are_small() -> None:
    assert sum(path.stat().st_size for path in CUES.glob("*.wav")) < 300_000


@pytest.mark.parametrize("cue", Cue)
def test_the_script_makes_what_is_committed(cue: Cue, tmp_path: Path) -> None:
    notes = sounds.CUES[cue.value]
    made = sounds.render(
        notes, is_legato=cue.value in sounds.LEGATO, peak=sounds.peak_of(cue.value)
    )
    committed = samples(cue)
    assert len(made) == len(committed)
    # Another machine's sine may round the last bit differently.
    assert max(abs(a - b) for a, b in zip(made, committed, strict=True)) <= 1


def test_whose_work_they_are_is_said() -> None:
    assert "CC0" in (CUES / "README.md").read_text("utf-8")
