"""Make the cues in `assets/sounds` from sines and noise: `python3 packaging/sounds.py`.

Kitchens are loud and cooks do not look: what tells the cues apart is rhythm first and pitch
second, with nearly all energy between 700 and 2,500 Hz, where an ear hears best through fans and
a cheap speaker still works.
"""

import array
import math
import random
import sys
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "sounds"
RATE = 22_050
PEAK = 10 ** (-1 / 20)  # -1 dBFS: as loud as it gets without clipping in a resampler
QUIET_PEAK = 10 ** (-12 / 20)
FADE_MS = 10
SEAM_MS = 3  # the fade inside a legato: too short to be heard as a gap, long enough not to click


@dataclass(frozen=True)
class Note:
    """Frequencies that sound together for a while, then a pause.

    `decay_ms`: the time in which it falls to a third, as of something struck; 0 holds it.
    `noise`: the share of a short burst of noise at its start, as of wood.
    `overtones`: strengths of the second and third harmonic; they carry through a fan's hum.
    """

    hertz: tuple[float, ...]
    ms: int
    pause_ms: int = 0
    decay_ms: int = 0
    noise: float = 0.0
    overtones: tuple[float, float] = (0.25, 0.1)


def note(hertz: float, ms: int, pause_ms: int = 0) -> Note:
    """Describe a plain held note; what is high needs no overtones, they would be too high."""
    is_high = hertz > 1250
    return Note((hertz,), ms, pause_ms, overtones=(0.1, 0.0) if is_high else (0.25, 0.1))


def tick(hertz: float) -> Note:
    """Describe a tick, as of a key; the pause lets a speaker that sleeps wake up for it."""
    return Note((hertz,), 15, 60, decay_ms=8, overtones=(0.0, 0.0))


KNOCK = Note((900,), 60, 90, decay_ms=35, noise=0.25, overtones=(0.4, 0.1))
CHIME = Note((1568,), 350, decay_ms=110, overtones=(0.1, 0.0))
BELL = Note((1568, 2093), 400, decay_ms=160, overtones=(0.0, 0.0))
BUZZ = Note((740, 784), 120, overtones=(0.5, 0.4))

CUES: dict[str, tuple[Note, ...]] = {
    "new_order": (note(784, 120), note(1175, 120)),
    "add_on": (note(1175, 150),),
    "pot_first": (KNOCK, KNOCK),
    "rush": (note(1319, 80, 50), note(1319, 80, 50), note(1319, 80)),
    "allergy": (note(784, 120), note(1175, 120), BELL),
    "void": (note(1047, 140, 140), note(784, 140)),  # a gap tells it from late
    "late": (note(988, 200), note(831, 200)),
    "critical": (note(698, 150), note(1397, 150), note(698, 150)),
    "fire": (note(784, 300), note(1175, 300)),
    "ready": (CHIME,),
    "refused": (BUZZ,),
    "link_lost": (note(1047, 400, 20), note(1047, 120, 20), note(1047, 400)),
    "link_back": (note(784, 200, 220), note(1175, 200)),  # a gap tells it from fire
    "bumped": (tick(2000),),
    "undone": (tick(2000), tick(1500)),
}
"""By file name; the notes are those of the looks."""

LEGATO = frozenset({"fire"})
"""Cues whose notes flow into each other."""

QUIET = frozenset({"bumped", "undone"})
"""Cues that only the hand that asked should hear, below all others."""


def main() -> int:
    """Write every cue; answers the exit status."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, notes in CUES.items():
        samples = render(notes, is_legato=name in LEGATO, peak=peak_of(name))
        write(FOLDER / f"{name}.wav", samples)
        print(f"{name + '.wav':16} {len(samples) / RATE:5.2f} s")
    return 0


def peak_of(name: str) -> float:
    """Answer how loud a cue is at its loudest."""
    return QUIET_PEAK if name in QUIET else PEAK


def render(notes: Sequence[Note], *, is_legato: bool, peak: float = PEAK) -> list[int]:
    """Answer the 16-bit samples of some notes, the strongest at `peak`."""
    dice = random.Random(1)  # the same noise each time: a cue is made again bit by bit
    wave_form: list[float] = []
    for index, each in enumerate(notes):
        flows = (is_legato and index > 0, is_legato and index + 1 < len(notes))
        wave_form += sound(each, flows, dice)
        wave_form += [0.0] * samples_in(each.pause_ms)
    strongest = max(abs(value) for value in wave_form)
    return [round(value / strongest * peak * 32_767) for value in wave_form]


def sound(each: Note, flows: tuple[bool, bool], dice: random.Random) -> list[float]:
    """Answer one note; `flows`: whether it goes on from the one before, and into the next."""
    count = samples_in(each.ms)
    louder = envelope(each, count, flows)
    return [
        louder(index) * (tone(each, index / RATE) + knock(each, index, dice))
        for index in range(count)
    ]


def tone(each: Note, at_s: float) -> float:
    """Answer the tones of a note at an instant, before its envelope."""
    total = 0.0
    for hertz in each.hertz:
        turn = 2 * math.pi * hertz * at_s
        second, third = each.overtones
        total += math.sin(turn) + second * math.sin(2 * turn) + third * math.sin(3 * turn)
    return total / len(each.hertz)


def knock(each: Note, index: int, dice: random.Random) -> float:
    """Answer the noise of a stroke: gone after some milliseconds."""
    if each.noise == 0:
        return 0.0
    return each.noise * dice.uniform(-1, 1) * math.exp(-index / samples_in(4))


def envelope(each: Note, count: int, flows: tuple[bool, bool]) -> Callable[[int], float]:
    """Answer how loud a note is at each of its samples: faded at its ends, lest it clicks."""
    # What is struck begins at once, or it would not sound struck.
    rise = samples_in(2 if each.decay_ms else SEAM_MS if flows[0] else FADE_MS)
    fall = samples_in(SEAM_MS if flows[1] else FADE_MS)

    def at(index: int) -> float:
        fade_in = min(1.0, index / rise)
        fade_out = min(1.0, (count - 1 - index) / fall)
        decay = math.exp(-index / samples_in(each.decay_ms)) if each.decay_ms else 1.0
        return fade_in * fade_out * decay

    return at


def samples_in(ms: int) -> int:
    """Answer how many samples a time takes."""
    return RATE * ms // 1000


def write(path: Path, samples: Sequence[int]) -> None:
    """Write a 16-bit mono WAV."""
    data = array.array("h", samples)
    if sys.byteorder == "big":
        data.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(data.tobytes())


if __name__ == "__main__":
    sys.exit(main())
