"""The one thread that speaks: answers, failures, hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kds.sound.speech import VOICES, Speech
from kds.sound.waves import length_s
from tests.unit.sound.stubs import Engines, Stub


@pytest.fixture
async def engines() -> AsyncIterator[Engines]:
    """Engines whose hanging calls end with the test."""
    stubs = Engines()
    yield stubs
    stubs.let_go.set()


def speaking_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "speech"]


def told(speech: Speech) -> str:
    """Return the problem as an English reader is told of it, "" without one."""
    return "" if speech.problem is None else speech.problem.en


async def test_a_sentence_becomes_a_file(engines: Engines, tmp_path: Path) -> None:
    speech = Speech(engines.make)
    await speech.start()
    assert await speech.write("八号桌 三道齐", "zh", tmp_path / "a.wav")
    assert await speech.write("Table 8, tripe ready", "en", tmp_path / "b.wav")
    assert length_s(tmp_path / "a.wav") == pytest.approx(0.1, abs=0.01)
    assert [voice for _, voice in engines.said] == ["sit/cmn-latn-pinyin", "gmw/en-us"]
    assert (engines.made, speech.problem) == (1, None)
    await speech.stop()
    assert not speaking_threads()


async def test_sentences_that_come_together_are_written_one_at_a_time(
    engines: Engines, tmp_path: Path
) -> None:
    speech = Speech(engines.make)
    await speech.start()
    paths = [tmp_path / f"{number}.wav" for number in range(8)]
    assert all(await asyncio.gather(*(speech.write("八号桌", "zh", path) for path in paths)))
    assert (engines.made, engines.most_at_once) == (1, 1)
    await speech.stop()


async def test_a_hung_thread_is_replaced(engines: Engines, tmp_path: Path) -> None:
    engines.hangs = 1
    speech = Speech(engines.make, limit_s=0.05)
    await speech.start()
    assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
    assert told(speech) == "speech engine silent for 0.05 s"
    (hung,) = speaking_threads()
    assert await speech.write("九号桌", "zh", tmp_path / "b.wav")
    assert told(speech) == ""
    assert engines.made == 2
    engines.let_go.set()
    await asyncio.to_thread(hung.join, 10)
    assert not hung.is_alive(), "it came back, and must end"
    assert await speech.write("十号桌", "zh", tmp_path / "c.wav")
    await speech.stop()


async def test_an_engine_that_hangs_again_and_again_is_given_up(
    engines: Engines, tmp_path: Path
) -> None:
    engines.hangs = 99
    speech = Speech(engines.make, limit_s=0.02, most_hangs=3)
    await speech.start()
    for _ in range(5):
        assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
    assert told(speech).endswith("given up")
    assert speech.problem is not None
    assert speech.problem.zh.endswith("已停用")
    assert engines.made == 3
    await speech.stop()


async def test_a_start_that_hangs_holds_up_nothing(tmp_path: Path) -> None:
    let_go = threading.Event()

    def hang() -> Stub:
        let_go.wait(60)
        return Engines().make()

    speech = Speech(hang, start_limit_s=0.05)
    await speech.start()
    assert speech.problem is not None
    assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
    let_go.set()
    await speech.stop()


async def test_no_engine_is_a_problem_in_the_engines_own_words(tmp_path: Path) -> None:
    speech = Speech(Engines(cannot_be_made="libespeak-ng.so.1: no such file").make)
    await speech.start()
    assert told(speech) == "speech engine: libespeak-ng.so.1: no such file"
    assert speech.problem is not None
    assert speech.problem.zh == "语音引擎出错：libespeak-ng.so.1: no such file"
    assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
    await speech.stop()


async def test_a_sentence_that_fails_is_told_and_the_next_one_is_tried(
    engines: Engines, tmp_path: Path
) -> None:
    engines.fails = 1
    speech = Speech(engines.make)
    await speech.start()
    assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
    assert told(speech) == "speech engine: it has written silence"
    assert await speech.write("八号桌", "zh", tmp_path / "a.wav")
    assert told(speech) == ""
    await speech.stop()


async def test_a_missing_voice_is_told_and_the_other_language_speaks(tmp_path: Path) -> None:
    stubs = Engines(voices=frozenset({VOICES["en"].id}))
    speech = Speech(stubs.make)
    await speech.start()
    assert told(speech) == "missing voice Mandarin sit/cmn-latn-pinyin"
    assert speech.problem is not None
    assert speech.problem.zh == "缺少语音 普通话 sit/cmn-latn-pinyin"
    assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
    assert await speech.write("Table 8", "en", tmp_path / "b.wav")
    assert told(speech) == "missing voice Mandarin sit/cmn-latn-pinyin"
    await speech.stop()


async def test_stopping_twice_and_without_a_start_is_harmless() -> None:
    speech = Speech(Engines().make)
    await speech.stop()
    await speech.start()
    await speech.stop()
    await speech.stop()


def test_an_answer_for_a_loop_that_has_closed_is_dropped(tmp_path: Path) -> None:
    stubs = Engines(hangs=1)

    async def leave() -> None:
        speech = Speech(stubs.make, limit_s=0.02)
        await speech.start()
        await speech.write("八号桌", "zh", tmp_path / "a.wav")

    asyncio.run(leave())
    hung = speaking_threads()
    stubs.let_go.set()
    for thread in hung:
        thread.join(10)
    assert not speaking_threads()
