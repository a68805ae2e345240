"""The real engine: that it speaks, that it speaks Mandarin, and that it says when it does not."""

from __future__ import annotations

import ctypes
import functools
import gc
import re
import sys
from pathlib import Path

import pytest

from kds.sound import engines
from kds.sound.engines import EngineError, Pyttsx3, Voice
from kds.sound.speech import VOICES
from kds.sound.waves import length_s, peak

LIBRARY = "libespeak-ng.so.1"

ZH = ("八号桌 三道齐", "A零八号桌 锅底 先下", "八号桌 起菜 十二道", "八号桌 毛肚 超时 四分钟")
EN = ("Table 8, three dishes ready", "Table A, oh 8, tripe four minutes over")


@functools.cache
def missing() -> str:
    """Return what the real engine lacks here; packaging/machine.py installs it for `display`."""
    try:
        ctypes.CDLL(LIBRARY)
        import pyttsx3  # type: ignore[import-untyped]
    except OSError as error:
        return f"no speech engine on this machine: {error}"
    except ImportError as error:
        return f"no `display` extra in this .venv: {error}"
    return "" if pyttsx3 else "no pyttsx3"


@pytest.fixture
def engine() -> Pyttsx3:
    if missing():
        pytest.skip(missing())
    return Pyttsx3()


def test_both_voices_are_there(engine: Pyttsx3) -> None:
    assert {voice.id for voice in VOICES.values()} <= engine.voices()


@pytest.mark.parametrize(
    ("lang", "text"), [("zh", text) for text in ZH] + [("en", text) for text in EN]
)
def test_sentences_can_be_heard(engine: Pyttsx3, tmp_path: Path, lang: str, text: str) -> None:
    path = tmp_path / "sentence.wav"
    engine.write(text, VOICES[lang], path)
    assert 1.0 < length_s(path) < 5.0
    assert peak(path) > 10_000


def test_languages_take_turns(engine: Pyttsx3, tmp_path: Path) -> None:
    lengths = []
    for number, lang in enumerate(("zh", "en", "zh", "en")):
        path = tmp_path / f"{number}.wav"
        engine.write("8", VOICES[lang], path)
        lengths.append(length_s(path))
    assert lengths[0] == pytest.approx(lengths[2], abs=0.02)
    assert lengths[1] == pytest.approx(lengths[3], abs=0.02)
    assert lengths[0] != pytest.approx(lengths[1], abs=0.02)


def test_an_unknown_voice_is_an_error_not_another_voice(engine: Pyttsx3, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="voice sit/nobody is not to be had"):
        engine.write("八号桌", Voice("sit/nobody", 180), tmp_path / "a.wav")
    engine.write("八号桌", VOICES["zh"], tmp_path / "b.wav")


def test_silence_is_an_error(engine: Pyttsx3, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="it has written silence"):
        engine.write("🍜", VOICES["zh"], tmp_path / "a.wav")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_that_could_not_be_written_is_an_error(engine: Pyttsx3, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="it has written no sound"):
        engine.write("八号桌", VOICES["zh"], tmp_path / "no such folder" / "a.wav")
    engine.write("八号桌", VOICES["zh"], tmp_path / "b.wav")
    gc.collect()  # what the engine left half open complains now, and not in another test


def test_what_pyttsx3_tells_only_those_who_ask_is_an_error(
    engine: Pyttsx3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise OSError("out of breath\nand more")

    monkeypatch.setattr(engine._engine.proxy._driver, "save_to_file", fail)
    with pytest.raises(EngineError, match="^out of breath$"):
        engine.write("八号桌", VOICES["zh"], tmp_path / "a.wav")


def test_a_machine_without_the_engine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyttsx3.engine", None)
    with pytest.raises(EngineError, match=r"import of pyttsx3\.engine halted"):
        Pyttsx3()


def test_an_engine_of_another_system_needs_no_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "pyttsx3.drivers._espeak", raising=False)
    engines._settle()


# --- phonemes --------------------------------------------------------------------------------


def phonemes(text: str, voice: str) -> str:
    """Return what the library will say, in its own writing of sounds."""
    library = ctypes.CDLL(LIBRARY)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int,
        ctypes.c_int,
    ]
    assert library.espeak_SetVoiceByName(voice.encode()) == 0
    rest = ctypes.c_char_p(text.encode())
    said = []
    while rest.value:
        said.append(library.espeak_TextToPhonemes(ctypes.byref(rest), 1, 0).decode())
    return " ".join(said)


SPELT_OUT = re.compile(r"\(en\)|tS'aIni:z|l'Et@")
"""The library switches to English, or says "Chinese letter"."""


@pytest.mark.parametrize("text", [*ZH, "八号桌 退菜 毛肚两份", "外卖 零零四二号 两道齐"])
def test_mandarin_is_spoken_with_tones_and_without_english(engine: Pyttsx3, text: str) -> None:
    del engine  # it has initialised the library
    said = phonemes(text, VOICES["zh"].id)
    assert not SPELT_OUT.search(said), said
    syllables = [letter for letter in text if letter not in " A"]
    assert len(re.findall(r"[1-5]", said)) >= len(syllables), said


def test_the_other_mandarin_voice_would_speak_english(engine: Pyttsx3) -> None:
    """Why it is this voice; and that the test above can fail."""
    del engine
    assert SPELT_OUT.search(phonemes("八号桌 三道齐", "sit/cmn"))


def test_english_says_letters_and_zeros_as_a_waiter_does(engine: Pyttsx3) -> None:
    del engine
    assert "'eI" in phonemes("Table A, oh 8", VOICES["en"].id)
    assert "a#" not in phonemes("Table A, oh 8", VOICES["en"].id)
