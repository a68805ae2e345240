"""The display's composition root. In this order:

1. The Qt application, with asyncio on its loop.
2. The link with what this display has kept: unsent commands, the last kitchen, the rule book.
3. One screen and window per view, painted with what is known; then the ready lines.
4. The loudspeaker, unless there shall be none; watchdog and guard of the keys.
5. The link's connection and the clock's tick, until SIGTERM or the last window is closed.

At the end all is silent, and the link keeps its state and lets go of its file.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kds import __version__
from kds.app.acts import Acts
from kds.app.frames import report_frames
from kds.app.hands import obey_hands
from kds.app.keys import guard_keys
from kds.app.screen import Screen
from kds.app.watchdog import Watchdog
from kds.kitchen.commands import Command
from kds.link import Link
from kds.lock import only_one
from kds.ui.intents import Intent
from kds.ui.options import Options
from kds.ui.slips import Size
from kds.wire.notices import DisplayNotice
from kds.wire.standing import Identity

if TYPE_CHECKING:
    from kds.app.sounding import Loudspeaker

TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """What a display is started with. `size` None: fullscreen. `token` "": none.

    `reports_frames`: says on standard output what each frame shows, see `kds.app.frames`.
    `speaks_for`: the views that its loudspeaker makes heard; for none it has no loudspeaker.
    `has_hands`: standard input touches the first view, see `kds.app.hands`.
    """

    bridges: tuple[str, ...]
    views: tuple[str, ...]
    data: Path
    options: Options
    device: str
    token: str = ""
    size: Size | None = None
    offscreen: bool = False
    reports_frames: bool = False
    speaks_for: tuple[str, ...] = ()
    has_hands: bool = False


def run(settings: DisplaySettings) -> int:
    """Show until SIGTERM, SIGINT or the last window is closed; return the exit status.

    Raises `StoreTooNew` when a newer program has kept this display's file, and `TakenError` when
    another display works with it.
    """
    with _alone(settings.data):
        _show(settings)
    return 0


def _show(settings: DisplaySettings) -> None:
    from qasync import QEventLoop

    from kds.ui.qt.program import application, when_closed

    app = application(offscreen=settings.offscreen)
    loop = QEventLoop(app)
    with loop:
        ending = asyncio.Event()
        when_closed(app, ending.set)
        for wish in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wish, ending.set)
        loop.run_until_complete(_serve(settings, ending))


def _alone(data: Path) -> contextlib.ExitStack:
    """Hold the data folder until it is closed; a disk that takes nothing stops no cook."""
    held = contextlib.ExitStack()
    with contextlib.suppress(OSError):
        held.enter_context(only_one("display", data))
    return held


async def _serve(settings: DisplaySettings, ending: asyncio.Event) -> None:
    from kds.ui.qt.program import open_window

    async with linked(settings.bridges, settings.data, settings) as link:
        acts = Acts(link)
        screens = [_screen(link, view, settings, acts.start) for view in settings.views]

        def changed(_news: object) -> None:
            for screen in screens:
                screen.changed()

        def heard(news: Sequence[DisplayNotice]) -> None:
            for screen in screens:
                screen.hear(news)
            changed(news)

        link.on_news, acts.then = heard, changed
        if settings.reports_frames:
            report_frames(link, screens)
        if settings.has_hands:
            obey_hands(screens[0])
        for screen in screens:
            screen.refresh()
            open_window(screen.display, f"kds {screen.view}", settings.size)
            print(f"ready view={screen.view}", flush=True)
        spare_collections()
        loudspeaker = _loudspeaker(link, acts, screens, settings)
        with _guarded(screens[0], settings) as watchdog:
            following = asyncio.create_task(link.run())
            ticking = asyncio.create_task(_tick(screens, watchdog))
            try:
                await ending.wait()
            finally:
                for task in (following, ticking):
                    task.cancel()
                await asyncio.gather(following, ticking, return_exceptions=True)
                await acts.finished()
                if loudspeaker is not None:
                    await loudspeaker.stop()


@contextlib.contextmanager
def _guarded(screen: Screen, settings: DisplaySettings) -> Iterator[Watchdog]:
    """Watch over the event loop, and over the keys where the window has the whole screen."""
    with contextlib.ExitStack() as stack:
        if settings.size is None and not settings.offscreen:
            stack.callback(guard_keys(screen, _steady_ms).stop)
        watchdog = Watchdog()
        watchdog.start()
        stack.callback(watchdog.stop)
        yield watchdog


@contextlib.asynccontextmanager
async def linked(
    bridges: Sequence[str], folder: Path, settings: DisplaySettings
) -> AsyncIterator[Link]:
    """Open the link and keep its state at the end."""
    me = Identity(",".join(settings.views), settings.device, f"kds {__version__}")
    link = await Link.open(bridges, folder, me, token=settings.token)
    try:
        yield link
    finally:
        await link.close()


def _screen(
    link: Link, view: str, settings: DisplaySettings, act: Callable[[Command], None]
) -> Screen:
    return Screen(link, view, settings.device, settings.options, act, _steady_ms)


def _loudspeaker(
    link: Link, acts: Acts, screens: Sequence[Screen], settings: DisplaySettings
) -> Loudspeaker | None:
    """Start the loudspeaker, and let it hear of the link and of every hand."""
    if not settings.speaks_for:
        return None
    from kds.app.sounding import Loudspeaker
    from kds.sound.sound import Sound

    sound = Sound(settings.data / "sound")
    lang = settings.options.lang
    speaker = Loudspeaker(link, settings.speaks_for, settings.device, lang, sound)
    for screen in screens:
        screen.on_denied, screen.more_troubles = speaker.denied, speaker.troubles
        screen.display.intent.connect(partial(_touched, speaker, screen))
    speaker.listen(acts)
    return speaker


def spare_collections() -> None:
    """Keep the collector from what lasts: a walk over all of it stops the wall for 80 ms."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _touched(speaker: Loudspeaker, screen: Screen, intent: Intent) -> None:
    speaker.touched(intent, screen.display.options.lang)


def _steady_ms() -> int:
    return time.monotonic_ns() // 1_000_000


async def _tick(screens: Sequence[Screen], watchdog: Watchdog) -> None:
    """Let every screen see the time pass."""
    while True:
        watchdog.feed()
        await asyncio.sleep(TICK_S)
        for screen in screens:
            screen.tick()
