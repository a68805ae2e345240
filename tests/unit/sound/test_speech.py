"""Speech beside an engine that is a process: answers, failures, hangs, ends. Faults row 39."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kds.sound.speech import VOICES, Speech
from kds.sound.waves import length_s
from tests.bridge.harness import PATIENCE_S, eventually
from tests.unit.sound.stubs import Engines

AT_ONCE = (0.0,)
NEVER_AGAIN = (3600.0,)


@pytest.fixture
def engines(tmp_path: Path) -> Engines:
    return Engines(tmp_path / "engines")


@asynccontextmanager
async def speaking(engines: Engines, **limits: Any) -> AsyncIterator[Speech]:
    """Run a speech that has been started, and stop it: then nothing of it is left."""
    patient: dict[str, Any] = {"limit_s": PATIENCE_S, "start_limit_s": PATIENCE_S}
    speech = Speech(engines.command, **(patient | limits))
    try:
        await speech.start()
        yield speech
    finally:
        await speech.stop()
    assert not engines.running


def told(speech: Speech) -> tuple[str, str]:
    """Return the problem in Chinese and English, "" without one."""
    return ("", "") if speech.problem is None else (speech.problem.zh, speech.problem.en)


async def test_a_sentence_becomes_a_file(engines: Engines, tmp_path: Path) -> None:
    async with speaking(engines) as speech:
        assert await speech.write("八号桌 三道齐", "zh", tmp_path / "a.wav")
        assert await speech.write("Table 8, tripe ready", "en", tmp_path / "b.wav")
        assert told(speech) == ("", "")
    assert length_s(tmp_path / "a.wav") == pytest.approx(0.1, abs=0.01)
    assert engines.said == [
        ("八号桌 三道齐", "sit/cmn-latn-pinyin"),
        ("Table 8, tripe ready", "gmw/en-us"),
    ]
    assert len(engines.started) == 1


async def test_sentences_that_come_together_are_written_one_at_a_time(
    engines: Engines, tmp_path: Path
) -> None:
    """A request beside another would get its answer, and be ended for nonsense."""
    paths = [tmp_path / f"{number}.wav" for number in range(8)]
    async with speaking(engines) as speech:
        assert all(await asyncio.gather(*(speech.write("八号桌", "zh", path) for path in paths)))
    assert len(engines.started) == 1


@pytest.mark.parametrize(
    ("how", "zh", "en"),
    [
        ("die", "语音引擎已退出（SIGKILL）", "speech engine has ended (SIGKILL)"),
        ("leave", "语音引擎已退出（退出码 3）", "speech engine has ended (status 3)"),
        ("no-file", "语音引擎没有写出声音文件", "speech engine has written no file"),
        ("babble", "语音引擎的回答无法理解", "speech engine answers nonsense"),
        ("bytes", "语音引擎的回答无法理解", "speech engine answers nonsense"),
        ("list", "语音引擎的回答无法理解", "speech engine answers nonsense"),
        ("endless", "语音引擎的回答无法理解", "speech engine answers nonsense"),
        (
            "fail",
            "语音引擎出错：it has written silence",
            "speech engine: it has written silence",
        ),
    ],
)
async def test_an_engine_that_fails_is_told_and_replaced(
    engines: Engines, tmp_path: Path, how: str, zh: str, en: str
) -> None:
    engines.will(how)
    async with speaking(engines) as speech:
        assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert told(speech) == (zh, en)
        assert not engines.running
        assert await speech.write("九号桌", "zh", tmp_path / "b.wav")
        assert told(speech) == ("", "")
    assert len(engines.started) == 2


async def test_an_engine_that_hangs_is_killed_and_replaced(
    engines: Engines, tmp_path: Path
) -> None:
    engines.will("hang")
    async with speaking(engines, limit_s=1) as speech:
        assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert told(speech) == ("语音引擎 1 秒无响应", "speech engine silent for 1 s")
        assert not engines.running
        speech._limit_s = PATIENCE_S
        assert await speech.write("九号桌", "zh", tmp_path / "b.wav")
        assert told(speech) == ("", "")


async def test_a_late_answer_is_not_taken_for_that_of_the_next_sentence(
    engines: Engines, tmp_path: Path
) -> None:
    engines.will("twice", "", "")
    async with speaking(engines) as speech:
        assert await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert not await speech.write("九号桌", "zh", tmp_path / "b.wav")
        assert told(speech)[1] == "speech engine answers nonsense"
        assert await speech.write("十号桌", "zh", tmp_path / "c.wav")


async def test_after_each_failure_in_a_row_it_is_tried_less_often(
    engines: Engines, tmp_path: Path
) -> None:
    """A broken engine costs each sentence neither time nor a process."""
    engines.will("die", "leave")
    async with speaking(engines, gaps_s=(0, 3600)) as speech:
        for _ in range(5):
            assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert told(speech)[1] == "speech engine has ended (status 3)"
        assert len(engines.started) == 2


async def test_a_sentence_that_is_written_ends_the_row_of_failures(
    engines: Engines, tmp_path: Path
) -> None:
    engines.will("die", "speak", "die", "speak")
    async with speaking(engines, gaps_s=(0, 3600)) as speech:
        written = [await speech.write("八号桌", "zh", tmp_path / "a.wav") for _ in range(4)]
    assert written == [False, True, False, True]


async def test_after_its_gap_it_is_tried_again(engines: Engines, tmp_path: Path) -> None:
    engines.will("die")
    gap_s, has_passed = 0.05, asyncio.Event()
    async with speaking(engines, gaps_s=(gap_s,)) as speech:
        assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
        asyncio.get_running_loop().call_later(gap_s, has_passed.set)
        await has_passed.wait()
        assert await speech.write("九号桌", "zh", tmp_path / "a.wav")


async def test_an_engine_that_was_killed_at_rest_costs_no_sentence(
    engines: Engines, tmp_path: Path
) -> None:
    async with speaking(engines, gaps_s=NEVER_AGAIN) as speech:
        process = speech._process
        assert process is not None
        os.kill(engines.running[0], signal.SIGKILL)
        await asyncio.to_thread(eventually, lambda: process.has_ended)
        assert await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert told(speech) == ("", "")


async def test_an_idle_engine_is_ended_and_is_back_for_the_next_sentence(
    engines: Engines, tmp_path: Path
) -> None:
    async with speaking(engines, idle_s=0) as speech:
        await asyncio.to_thread(eventually, lambda: not engines.running)
        assert told(speech) == ("", "")
        assert await speech.write("八号桌", "zh", tmp_path / "a.wav")
        await asyncio.to_thread(eventually, lambda: not engines.running)
    assert len(engines.started) == 2


@pytest.mark.parametrize("how", ["speak", "hang"])
async def test_a_sentence_that_nobody_waits_for_ends_the_engine(
    engines: Engines, tmp_path: Path, how: str
) -> None:
    engines.will(how)
    async with speaking(engines, gaps_s=NEVER_AGAIN) as speech:
        writing = asyncio.create_task(speech.write("八号桌", "zh", tmp_path / "a.wav"))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
        assert not engines.running
        assert told(speech) == ("", "")
        engines.will("speak")
        assert await speech.write("九号桌", "zh", tmp_path / "b.wav")


async def test_a_start_that_hangs_holds_up_nothing(engines: Engines, tmp_path: Path) -> None:
    engines.will_start("hang")
    speech = Speech(engines.command, start_limit_s=PATIENCE_S)
    starting = asyncio.create_task(speech.start())
    await asyncio.to_thread(eventually, lambda: engines.running)
    assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
    assert not starting.done()
    starting.cancel()
    await asyncio.wait([starting])
    assert not engines.running
    await speech.stop()


async def test_a_start_that_takes_too_long_is_told(engines: Engines, tmp_path: Path) -> None:
    engines.will_start("hang")
    async with speaking(engines, start_limit_s=1) as speech:
        assert told(speech) == ("语音引擎 1 秒无响应", "speech engine silent for 1 s")
        assert await speech.write("八号桌", "zh", tmp_path / "a.wav")


async def test_no_engine_is_a_problem_in_the_engines_own_words(
    engines: Engines, tmp_path: Path
) -> None:
    engines.will_start("fail", "fail", "speak")
    async with speaking(engines, gaps_s=AT_ONCE) as speech:
        zh, en = told(speech)
        assert zh == "语音引擎出错：libespeak-ng.so.1: no such file"
        assert en == "speech engine: libespeak-ng.so.1: no such file"
        assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert await speech.write("八号桌", "zh", tmp_path / "a.wav"), "it was installed"
        assert told(speech) == ("", "")


@pytest.mark.parametrize("how", ["list", "babble", "die"])
async def test_a_first_line_that_names_no_voices_is_told(engines: Engines, how: str) -> None:
    engines.will_start(how)
    async with speaking(engines) as speech:
        assert told(speech)[1].startswith("speech engine ")


async def test_an_answer_instead_of_voices_is_nonsense() -> None:
    speech = Speech(["/bin/sh", "-c", "echo '{}'; read line"])
    await speech.start()
    assert told(speech)[1] == "speech engine answers nonsense"
    await speech.stop()


async def test_a_command_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    speech = Speech([str(tmp_path / "nothing")])
    await speech.start()
    assert told(speech)[0].startswith("语音引擎无法启动：[Errno 2]")
    assert told(speech)[1].startswith("speech engine cannot be started: [Errno 2]")
    await speech.stop()


async def test_a_missing_voice_is_told_and_the_other_language_speaks(tmp_path: Path) -> None:
    engines = Engines(tmp_path / "engines", VOICES["en"].id)
    missing = ("缺少语音 普通话 sit/cmn-latn-pinyin", "missing voice Mandarin sit/cmn-latn-pinyin")
    async with speaking(engines) as speech:
        assert told(speech) == missing
        assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert await speech.write("Table 8", "en", tmp_path / "b.wav")
        assert told(speech) == missing
    assert [text for text, _ in engines.said] == ["Table 8"]


async def test_a_voice_that_is_missing_when_the_engine_comes_is_told(tmp_path: Path) -> None:
    engines = Engines(tmp_path / "engines", VOICES["en"].id)
    engines.will_start("fail")
    async with speaking(engines) as speech:
        assert not await speech.write("八号桌", "zh", tmp_path / "a.wav")
        assert told(speech)[1] == "missing voice Mandarin sit/cmn-latn-pinyin"


async def test_stopping_twice_and_without_a_start_is_harmless(engines: Engines) -> None:
    speech = Speech(engines.command)
    await speech.stop()
    await speech.start()
    await speech.stop()
    await speech.stop()
    assert not engines.running
