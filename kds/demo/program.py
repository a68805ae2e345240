"""The demo's composition root. In this order:

1. The Qt application, with asyncio on its loop.
2. The stage: bridge, link, panes, tills; the evening up to the curtain, at a fast pace.
3. The window, and the director with the script.
4. At the end, however it comes, the count: tills' disks against the bridge's log.

A signal, Esc and the window's close end the play; the count is made all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from kds.app.display import spare_collections
from kds.bench.report import spread_of
from kds.demo.camera import Camera
from kds.demo.crowd import Crowd
from kds.demo.director import Director
from kds.demo.feed import Feed
from kds.demo.plug import PlugError
from kds.demo.script import Allowance
from kds.demo.stage import Stage, StageSettings, stage
from kds.demo.tally import Tally
from kds.demo.teller import Teller
from kds.ui.options import Options
from kds.ui.slips import Size

_SETTLED_S = 15.0
_SEED = 7
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """How the demo is run. `orders` None: for ever; `feed` None: made-up orders.

    `size` None: the whole screen. `shots`: where pictures of the moments go; `album`: those of
    the README.
    """

    look: Options
    orders: int | None = None
    speed: float = 1.0
    feed: Feed | None = None
    with_cooks: bool = False
    offscreen: bool = False
    size: Size | None = None
    shots: Path | None = None
    album: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    `before`: orders before the curtain. An order that no screen has shown is lost, too.
    `durations_s`: from POST to glass.
    """

    tally: Tally
    before: int
    sent: int
    shown: int
    bumped: int
    durations_s: Sequence[float]
    pictures: Sequence[Path]

    @property
    def is_well(self) -> bool:
        """Nothing is lost, nothing doubled."""
        return not (self.tally.lost or self.tally.doubled)

    def as_json(self) -> str:
        """Return the summary of the outside contract."""
        spread = spread_of(self.durations_s) if self.durations_s else None
        document = {
            "sent": self.sent,
            "shown": self.shown,
            "bumped": self.bumped,
            "lost": len(self.tally.lost),
            "doubled": len(self.tally.doubled),
            "glass_p50_ms": None if spread is None else spread.p50_ms,
            "glass_p99_ms": None if spread is None else spread.p99_ms,
            "shots": [str(path) for path in self.pictures],
            "opening": self.before,
        }
        return json.dumps(document, ensure_ascii=False)

    def as_text(self) -> str:
        """Return the summary for people."""
        document = json.loads(self.as_json())
        lines = [f"{name:13} {value}" for name, value in document.items() if name != "shots"]
        return "\n".join([*lines, *(f"{'picture':13} {path}" for path in self.pictures)])


def run(settings: DemoSettings) -> Outcome:
    """Run the demo until it is over, or somebody ends it; raises `PlugError`."""
    from qasync import QEventLoop

    from kds.ui.qt.program import application

    app = application(offscreen=settings.offscreen)
    loop = QEventLoop(app)
    with loop:
        ending = asyncio.Event()
        for wish in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wish, ending.set)
        outcome: Outcome = loop.run_until_complete(_run(settings, ending))
    return outcome


async def _run(settings: DemoSettings, ending: asyncio.Event) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="kds-demo-", ignore_cleanup_errors=True) as folder:
        built = StageSettings(
            Path(folder),
            settings.speed,
            settings.look,
            settings.size,
            _screen(settings),
            is_aloud=not settings.offscreen,
        )
        async with stage(built) as house:
            return await _performed(settings, house, ending)


def _screen(settings: DemoSettings) -> Size:
    from kds.ui.qt.program import screen_size

    return settings.size or screen_size()


async def _performed(settings: DemoSettings, house: Stage, ending: asyncio.Event) -> Outcome:
    """Play, and count."""
    house.panes.closed.connect(ending.set)
    house.panes.key.connect(lambda key: ending.set() if key == "Esc" else None)
    allowance = Allowance(settings.orders)
    teller = Teller(house)
    crowd = Crowd(house, allowance, settings.feed, Random(_SEED))
    camera = Camera(house, teller, settings.shots, settings.album)
    with_cooks = settings.with_cooks
    director = Director(house, crowd, teller, camera, allowance, with_cooks=with_cooks)
    before = await _until(ending, _open(house))
    if before is not None:
        await _until(ending, director.play())
    return await _counted(house, crowd, camera, before or 0)


async def _open(house: Stage) -> int:
    """Let the evening happen up to the curtain, and raise it; returns the orders till then."""
    from kds.ui.qt.program import open_window

    began = time.monotonic()
    await house.warm_up()
    open_window(house.panes, "kds demo", house.settings.size)
    house.panes.begin()
    spare_collections()
    count, _ = await house.count()
    print(f"the curtain rises after {time.monotonic() - began:.1f} s", file=sys.stderr)
    await house.clock.until(house.curtain_ms)
    return len(count.sent)


async def _until(ending: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Do `work` until it is done; None when it was cut short by `ending`."""
    doing, waiting = asyncio.create_task(work), asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, waiting):
            task.cancel()
        await asyncio.gather(doing, waiting, return_exceptions=True)


async def _counted(house: Stage, crowd: Crowd, camera: Camera, before: int) -> Outcome:
    """Count, once every till has its answers and every screen has shown them."""
    with contextlib.suppress(TimeoutError, PlugError):
        async with asyncio.timeout(_SETTLED_S):
            if not house.plug.is_in:
                await house.plug.put_in()
            await house.sent()
    await house.bell.until(lambda: house.is_following and house.glass.has_all, _SETTLED_S)
    count, bumped = await house.count()
    shown = house.glass.shown & set(crowd.sent)
    lost = count.lost | (set(crowd.sent) - shown)
    return Outcome(
        Tally(count.sent, lost, count.doubled),
        before,
        len(crowd.sent),
        len(shown),
        bumped,
        house.glass.durations_s,
        camera.pictures,
    )
