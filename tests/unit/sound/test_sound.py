"""Sound as a whole: real processes and files, stand-ins for engine and players."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kds.sound.cues import Cue
from kds.sound.items import Item, Tick
from kds.sound.players import Player
from kds.sound.sound import MOST_WAITING, RETRY_MS, Sound
from kds.sound.speech import VOICES, Speech
from tests.bridge.harness import PATIENCE_S
from tests.unit.sound.stubs import Engines, program

FOREVER = Tick(10**12)


@dataclass
class Clock:
    """A clock that the test moves."""

    now: Tick = Tick(0)

    def __call__(self) -> Tick:
        return self.now


@dataclass
class Room:
    """A sound, and the log of what its player was given to play."""

    folder: Path
    voices: tuple[str, ...] = ()
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.idle = asyncio.Event()
        self.plays("exit 0")
        self.engines = Engines(self.folder / "engines", *self.voices)
        command = self.engines.command
        speech = Speech(command, limit_s=PATIENCE_S, start_limit_s=PATIENCE_S)
        player = Player(path=f"{self.folder / 'bin'}:/usr/bin:/bin", spare_s=10)
        scratch = self.folder / "scratch"
        self.sound = Sound(scratch, speech=speech, player=player, clock=self.clock, pause_s=0)
        self.sound.on_idle = self.idle.set

    def plays(self, script: str) -> None:
        """From now on the player notes what it is given, then does this."""
        note = f'basename "$2" >> {self.folder}/log; cat "$2" > /dev/null || exit 9'
        program(self.folder / "bin", "aplay", f"{note}; {script}")

    async def start(self) -> None:
        """Start, and wait for the probe and the voices."""
        self.sound.start()
        await self.silence()
        voices = self.sound._tasks[1]  # the only one that ends by itself
        await asyncio.wait([voices])

    async def silence(self) -> None:
        """Wait until all has been played."""
        async with asyncio.timeout(30):
            await self.idle.wait()
        self.idle.clear()

    async def play(self, *items: Item) -> None:
        """Play items to their end."""
        self.idle.clear()
        self.sound.play(items)
        await self.silence()

    @property
    def note(self) -> str:
        """The note as an English reader sees it, "" without one."""
        return "" if self.sound.note is None else str(self.sound.note)

    @property
    def played(self) -> list[str]:
        """The names of what was played, after the probe."""
        log = self.folder / "log"
        return log.read_text().split()[1:] if log.exists() else []


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    made = Room(tmp_path)
    yield made
    await made.sound.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "sound"]
    assert not made.engines.running


def item(cue: Cue, text: str = "", **more: object) -> Item:
    given: dict[str, object] = {"urgency": 1, "expires": FOREVER, "key": (cue.value, text), **more}
    return Item(cue, text=text, **given)  # type: ignore[arg-type]  # as the test gives them


async def test_a_cue_then_its_sentence_one_after_the_other(room: Room) -> None:
    await room.start()
    await room.play(item(Cue.READY, "八号桌 三道齐"), item(Cue.NEW_ORDER))
    assert room.played == ["ready.wav", "sentence-1.wav", "new_order.wav"]
    assert room.engines.said == [("八号桌 三道齐", VOICES["zh"].id)]
    assert room.note == ""
    assert room.sound.is_idle


async def test_a_hand_is_answered_at_once_or_not_at_all(room: Room) -> None:
    await room.start()
    room.sound.answer(Cue.BUMPED)
    room.sound.answer(Cue.UNDONE)
    await room.silence()
    assert room.played == ["undone.wav"]
    room.sound.answer(Cue.BUMPED)
    room.clock.now = Tick(1_000)
    await room.play(item(Cue.NEW_ORDER))
    assert room.played == ["undone.wav", "new_order.wav"]


async def test_nothing_overlaps(room: Room) -> None:
    lock = room.folder / "playing"
    busy = f"mkdir {lock} || echo OVERLAP >> {room.folder}/log; rmdir {lock}"
    room.plays(busy)
    await room.start()
    await room.play(*(item(cue, f"{cue}") for cue in list(Cue)[:MOST_WAITING]))
    assert len(room.played) == 2 * MOST_WAITING
    assert "OVERLAP" not in room.played


async def test_the_most_urgent_goes_first_and_what_is_too_late_never(room: Room) -> None:
    await room.start()
    room.clock.now = Tick(5_000)
    await room.play(
        item(Cue.NEW_ORDER, urgency=1),
        item(Cue.LATE, urgency=9, expires=Tick(5_000)),
        item(Cue.VOID, urgency=5, expires=Tick(5_001)),
    )
    assert room.played == ["void.wav", "new_order.wav"]


async def test_of_too_many_the_newest_are_kept(room: Room) -> None:
    await room.start()
    await room.play(*(item(Cue.READY, key=(str(n),), urgency=n) for n in range(10)))
    assert len(room.played) == MOST_WAITING
    assert room.sound.is_idle


async def test_an_item_replaces_the_one_it_repeats(room: Room) -> None:
    await room.start()
    await room.play(item(Cue.READY, "两道", key=("8",)), item(Cue.READY, "三道", key=("8",)))
    assert [text for text, _ in room.engines.said] == ["三道"]


async def test_no_player_is_noted_and_the_kitchen_goes_on(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.start()
    (room.folder / "bin" / "aplay").unlink()
    room.sound._player = Player(path=str(room.folder / "bin"))
    for _ in range(3):
        await room.play(item(Cue.READY, "八号桌"))
    assert room.note.startswith("no sound: no player program (aplay, ")
    assert room.sound.note is not None
    assert room.sound.note.what.zh == "没有声音"
    assert room.sound.note.why.zh.startswith("没有播放程序（aplay, ")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]  # once


async def test_no_sound_card_is_known_before_the_first_order(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.plays("echo 'aplay: main:831: audio open error: No such file' >&2; exit 1")
    await room.start()
    assert room.note == ("no sound: aplay: aplay: main:831: audio open error: No such file")
    await room.play(item(Cue.READY, "八号桌"))
    assert room.played == []  # nothing is tried for a while
    assert room.engines.said == []
    assert caplog.messages == [room.note]


async def test_a_sound_card_that_comes_is_found_after_a_while(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.plays("exit 1")
    await room.start()
    room.plays("exit 0")
    room.clock.now = Tick(RETRY_MS - 1)
    await room.play(item(Cue.LATE))
    assert room.note
    room.clock.now = Tick(RETRY_MS)
    await room.play(item(Cue.VOID))
    assert room.note == ""
    assert room.played == ["void.wav"]
    assert caplog.messages[-1] == "sound is back"


async def test_a_player_that_hangs_is_killed_and_noted(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.start()
    room.plays("exec tail -f /dev/null")
    room.sound._player = Player(path=f"{room.folder / 'bin'}:/usr/bin:/bin", spare_s=0.2)
    await room.play(item(Cue.READY))
    assert "aplay does not end within" in room.note
    assert len(caplog.records) == 1


async def test_an_engine_that_hangs_leaves_the_cue(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await room.start()
    room.engines.will("hang")
    room.sound._speech._limit_s = 1
    await room.play(item(Cue.READY, "八号桌"))
    assert room.played == ["ready.wav"]
    assert room.note == "no speech: speech engine silent for 1 s"
    assert room.sound.note is not None
    assert room.sound.note.what.zh == "没有语音"
    assert room.sound.note.why.zh == "语音引擎 1 秒无响应"
    room.sound._speech._limit_s = PATIENCE_S
    await room.play(item(Cue.READY, "九号桌"))
    assert room.played[1:] == ["ready.wav", "sentence-2.wav"]
    assert room.note == ""
    assert len(caplog.records) == 2


async def test_an_engine_that_hangs_at_the_start_holds_up_no_cue(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.engines.will_start("hang")
    room.sound.start()
    await room.silence()
    await room.play(item(Cue.READY, "八号桌"))
    assert room.played == ["ready.wav"]


async def test_a_missing_voice_is_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    room = Room(tmp_path, voices=(VOICES["en"].id,))
    await room.start()
    assert room.note == "no speech: missing voice Mandarin sit/cmn-latn-pinyin"
    await room.play(item(Cue.READY, "八号桌"), item(Cue.LATE, "Table 8", lang="en"))
    assert room.played == ["ready.wav", "late.wav", "sentence-2.wav"]
    await room.sound.stop()


async def test_files_are_removed_also_those_of_an_earlier_run(room: Room) -> None:
    scratch = room.folder / "scratch"
    scratch.mkdir()
    (scratch / "sentence-77.wav").write_bytes(b"old")
    await room.start()
    await room.play(item(Cue.READY, "八号桌"))
    assert sorted(path.name for path in scratch.iterdir()) == ["silence.wav"]


async def test_a_scratch_folder_that_cannot_be_made_is_noted_and_cues_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "scratch").write_text("a file is in the way")
    room = Room(tmp_path)
    await room.start()
    assert "no sound: [Errno" in room.note
    await room.play(item(Cue.READY))
    assert room.note == ""
    await room.sound.stop()


async def test_stopping_falls_silent_at_once(room: Room) -> None:
    await room.start()
    fifo = room.folder / "fifo"
    os.mkfifo(fifo)
    room.plays(f"echo $$ > {fifo}; exec tail -f /dev/null")
    room.sound.play([item(Cue.READY, "八号桌"), item(Cue.LATE)])
    pid = int(await asyncio.to_thread(fifo.read_text))
    await room.sound.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert room.played == ["ready.wav"]


async def test_a_fault_of_our_own_is_stated(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    await room.start()

    def broken() -> None:
        raise LookupError("a bug")

    room.sound.on_idle = broken
    room.sound.play([item(Cue.READY)])
    (task, _) = room.sound._tasks
    await asyncio.wait([task])
    assert room.note == "no sound: LookupError('a bug')"
