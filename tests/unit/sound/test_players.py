"""Player programs: found, timed, stopped, and believed only when they say that all is well."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import machine  # packaging/machine.py
import pytest

from kds.sound.players import PROGRAMS, Player, PlayerError, Program
from tests.unit.sound.stubs import is_running, program
from tests.unit.sound.toy_engine import write_tone

BIN = os.defpath


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "a tone.wav"
    write_tone(path)
    return path


def player(tmp_path: Path, spare_s: float = 10.0) -> Player:
    return Player(path=str(tmp_path / "bin"), spare_s=spare_s)


async def test_the_first_program_that_is_there_plays(tmp_path: Path, wav: Path) -> None:
    program(tmp_path / "bin", "paplay", f'echo paplay "$@" > {tmp_path}/called')
    program(tmp_path / "bin", "aplay", f'echo aplay "$@" > {tmp_path}/called')
    await player(tmp_path).play(wav)
    assert (tmp_path / "called").read_text() == f"aplay -q {wav}\n"


@pytest.mark.parametrize("known", PROGRAMS, ids=lambda known: known.name)
async def test_each_known_program_is_called_with_its_file_last(
    tmp_path: Path, wav: Path, known: Program
) -> None:
    program(tmp_path / "bin", known.name, f'echo "$@" > {tmp_path}/called')
    await player(tmp_path).play(wav)
    said = (tmp_path / "called").read_text().strip()
    assert said == " ".join((*known.arguments, str(wav)))


async def test_no_program_is_said_with_what_would_do(tmp_path: Path, wav: Path) -> None:
    (tmp_path / "bin").mkdir()
    with pytest.raises(PlayerError, match=r"no player program \(aplay, pw-play, paplay") as raised:
        await player(tmp_path).play(wav)
    assert raised.value.wording.zh.startswith("没有播放程序（aplay")


async def test_a_program_may_come_while_we_run(tmp_path: Path, wav: Path) -> None:
    (tmp_path / "bin").mkdir()
    late = player(tmp_path)
    with pytest.raises(PlayerError):
        await late.play(wav)
    program(tmp_path / "bin", "aplay", "exit 0")
    await late.play(wav)


async def test_a_failure_is_told_in_the_programs_last_words(tmp_path: Path, wav: Path) -> None:
    words = r"echo first >&2; printf 'audio open \033error: No such file\n' >&2; exit 1"
    program(tmp_path / "bin", "aplay", words)
    with pytest.raises(PlayerError, match="^aplay: audio open error: No such file$") as raised:
        await player(tmp_path).play(wav)
    assert raised.value.wording.zh == "没有声卡"


@pytest.mark.parametrize(
    ("told", "zh"),
    [
        ("audio open error: Device or resource busy", "声卡被其他程序占用"),
        ("audio open error: Permission denied", "无权使用声卡"),
        ("audio open error: Host is down", "aplay: audio open error: Host is down"),
        ("x.wav: No such file or directory", "aplay: x.wav: No such file or directory"),
    ],
)
async def test_what_is_wrong_with_the_card_is_told_in_plain_words(
    tmp_path: Path, wav: Path, told: str, zh: str
) -> None:
    program(tmp_path / "bin", "aplay", f"echo '{told}' >&2; exit 1")
    with pytest.raises(PlayerError) as raised:
        await player(tmp_path).play(wav)
    assert raised.value.wording.zh == zh


async def test_a_failure_without_words_is_told_by_its_status(tmp_path: Path, wav: Path) -> None:
    program(tmp_path / "bin", "aplay", "exit 7")
    with pytest.raises(PlayerError, match="^aplay: status 7$"):
        await player(tmp_path).play(wav)


async def test_a_program_that_does_not_end_is_killed(tmp_path: Path, wav: Path) -> None:
    program(tmp_path / "bin", "aplay", f"echo $$ > {tmp_path}/pid; exec tail -f /dev/null")
    with pytest.raises(PlayerError, match="aplay does not end within") as raised:
        await Player(path=str(tmp_path / "bin") + ":" + BIN, spare_s=0.5).play(wav)
    assert "未结束" in raised.value.wording.zh
    assert not is_running(int((tmp_path / "pid").read_text()))


async def test_a_child_that_keeps_the_programs_output_open_does_not_hold_us_up(
    tmp_path: Path, wav: Path
) -> None:
    program(tmp_path / "bin", "aplay", f"tail -f /dev/null & echo $! > {tmp_path}/child; exit 3")
    try:
        with pytest.raises(PlayerError, match="status 3"):
            await player(tmp_path).play(wav)
    finally:
        os.kill(int((tmp_path / "child").read_text()), 9)


async def test_playing_can_be_cancelled(tmp_path: Path, wav: Path) -> None:
    fifo = tmp_path / "began"
    os.mkfifo(fifo)
    program(tmp_path / "bin", "aplay", f"echo $$ > {fifo}; exec tail -f /dev/null")
    playing = asyncio.create_task(player(tmp_path).play(wav))
    pid = int(await asyncio.to_thread(fifo.read_text))
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert not is_running(pid)


async def test_a_program_that_cannot_be_run_is_told(tmp_path: Path, wav: Path) -> None:
    program(tmp_path / "bin", "aplay", "")
    (tmp_path / "bin" / "aplay").write_bytes(b"#!/no/such/interpreter\n")
    with pytest.raises(PlayerError, match="cannot be started"):
        await player(tmp_path).play(wav)


@pytest.mark.parametrize("content", [None, b"", b"no WAV at all"])
async def test_a_file_that_is_no_wav_is_told(tmp_path: Path, content: bytes | None) -> None:
    program(tmp_path / "bin", "aplay", "exit 0")
    path = tmp_path / "broken.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PlayerError, match=r"broken\.wav cannot be read"):
        await player(tmp_path).play(path)


def test_the_machine_gets_what_sound_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {need.package: need for need in machine.needs(["display"])}
    assert "libespeak-ng1" in wanted
    assert PROGRAMS[0].name == "aplay"
    monkeypatch.setenv("PATH", "/nowhere")
    assert not wanted["alsa-utils"].is_met()
    monkeypatch.setenv("PATH", os.defpath)
    assert machine.has_program("sh")
