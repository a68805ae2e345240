"""The stage: everything that stands and lives while the demo runs, put up and taken down.

One process with one link and three panes, as any display program; a bridge as a child process;
the tills, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kds.app.acts import Acts
from kds.app.display import DisplaySettings, linked
from kds.app.screen import Screen
from kds.demo.clock import Bell, KitchenClock, saturday_evening
from kds.demo.cooks import EXPO, Cook, OtherDevice, line_of
from kds.demo.glass import Glass
from kds.demo.house import Order
from kds.demo.opening import LATE_LINE, LATE_TABLE, VOID_TABLE, WARM_UP_MIN, opening
from kds.demo.plug import Addresses, Plug, PlugError
from kds.demo.script import AT_S, MOVED_TO, SCAN_TABLE, VIEWS, Moment
from kds.demo.tally import Tally, bumps, read_log, tally
from kds.demo.tills import Http, Tills
from kds.demo.voice import Subtitles, Voice
from kds.link import Link, SteadyClock
from kds.rulefiles import shipped_book
from kds.ui.options import Options
from kds.ui.qt.frames import FrameWatch
from kds.ui.qt.panes import Panes
from kds.ui.slips import Size
from kds.ui.style.measures import Screen as Glasses
from kds.wire.standing import Phase

ZONE = ZoneInfo("Asia/Shanghai")
"""Of the hot-pot book."""
SHARES = (5, 8, 10)
"""Of the window's width: a pot is one line, a table at the pass has many."""
SMALLEST_DISH = 14
"""A demo is looked at from a chair."""
_WARM_PACE = 150.0
_OPEN_S, _MOST_LEAD_MS = 2.2, 40_000
"""So long it takes, about, until the bridge serves again and the window stands."""
_SETTLED_S = 20.0


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How the stage looks, and how fast time goes on it. `size` None: the whole screen."""

    folder: Path
    speed: float
    look: Options
    size: Size | None
    screen: Size
    is_aloud: bool


@dataclass
class Stage:
    """What the director works with."""

    settings: StageSettings
    clock: KitchenClock
    plug: Plug
    http: Http
    link: Link
    screens: Sequence[Screen]
    panes: Panes
    glass: Glass
    cooks: Sequence[Cook]
    others: Sequence[OtherDevice]
    acts: Acts
    voice: Voice
    subtitles: Subtitles
    bell: Bell
    tills: Tills
    curtain_ms: int = 0
    opened_after: int = 0
    """The log's place when the curtain rose."""

    def screen(self, view: str) -> Screen:
        """Return the pane that shows `view`."""
        return next(screen for screen in self.screens if screen.view == view)

    def cook(self, view: str) -> Cook:
        """Return the cook at the pane that shows `view`."""
        return next(cook for cook in self.cooks if cook.screen.view == view)

    def time(self, script_s: float) -> int:
        """Return the kitchen time of a second of the script."""
        return self.curtain_ms + int(script_s * 1000)

    def stamp_now(self) -> str:
        """Return kitchen time as ISO text."""
        return self.clock.stamp(self.clock.now())

    async def take(self, order: Order) -> None:
        """Let the till that an order belongs to take it."""
        await self.tills.take(order)

    async def sent(self) -> None:
        """Wait until all tills have their answers."""
        await self.tills.sent()

    @property
    def is_following(self) -> bool:
        """The screens have the bridge, and everything that was done at them has arrived there."""
        session = self.link.session
        has_book = session.book is not None
        return has_book and session.phase is Phase.FOLLOWING and not session.unsent

    async def count(self) -> tuple[Tally, int]:
        """Return what became of all orders so far, and the bumps since the curtain rose."""
        log = await read_log(self.http)
        return tally(self.tills.written, log), bumps(e for e in log if e["seq"] > self.opened_after)

    async def repace(self, scale: float) -> None:
        """Let time go on at another pace: the bridge is started again, as for a new setting."""
        self.glass.interrupted()
        self.plug.pull()  # a bridge that ends cleanly says so on every screen
        self.clock.set(self.clock.now(), scale)
        await self.plug.put_in()

    # --- before the curtain ---

    async def warm_up(self) -> None:
        """Let the evening happen up to the curtain, on a bridge whose time runs fast."""
        curtain = saturday_evening(datetime.now(ZONE), ZONE)
        self.clock.set(curtain - (WARM_UP_MIN + 1) * 60_000, _WARM_PACE)
        await self.plug.put_in()
        status, body = await self.http.ask("GET", "/v1/board/all")
        assert status == 200, body
        at = datetime.fromisoformat(json.loads(body)["at"])
        self.clock.set(round(at.timestamp() * 1000), _WARM_PACE)

        def stamp(minutes: float) -> str:
            return self.clock.stamp(curtain - int(minutes * 60_000))

        for act in opening(stamp, self.settings.look.lang):
            await self.clock.until(curtain - int(act.minutes * 60_000))
            if act.order is not None:
                await self.take(act.order)
                await self.sent()
            if act.command is not None:
                await self.http.ask("POST", "/v1/commands", json.dumps(act.command).encode())
        await self._reopen(curtain)

    async def _reopen(self, curtain: int) -> None:
        """Start the bridge again at the pace of the demo, a little before the curtain.

        The curtain rises so that the dish that is to be late will be so on the script's second.
        """
        await self._settled()
        self.glass.interrupted()
        self.plug.pull()  # at this pace a clean end would take minutes
        late = line_of(self.screen("cut"), LATE_TABLE, LATE_LINE)
        clock = None if late is None else late[1].clock
        if clock is not None and clock.late_at is not None:
            curtain = clock.late_at - AT_S[Moment.LATE] * 1000
        lead_ms = min(int(_OPEN_S * 1000 * self.settings.speed), _MOST_LEAD_MS)
        self.curtain_ms = max(curtain, self.link.session.confirmed.at + lead_ms)
        self.clock.set(self.curtain_ms - lead_ms, self.settings.speed)
        self.voice.start()
        await self.plug.put_in()
        await self._settled()
        self.opened_after = self.link.session.confirmed.seq

    async def _settled(self) -> None:
        """Wait until the screens show all that has happened."""
        if not await self.bell.until(lambda: self.is_following, _SETTLED_S):
            raise PlugError("the screens do not find the bridge")
        for screen in self.screens:
            screen.refresh()


@contextlib.asynccontextmanager
async def stage(settings: StageSettings) -> AsyncIterator[Stage]:
    """Put everything up; afterwards nothing of it is left running."""
    clock = KitchenClock(0, 1.0)
    plug = Plug(settings.folder, shipped_book("hotpot"), clock)
    http = Http(lambda: plug.addresses.http_place)
    async with contextlib.AsyncExitStack() as ending:
        ending.callback(plug.pull)
        ending.push_async_callback(plug.take_out)
        ending.push_async_callback(http.close)
        plug.addresses = _free_addresses()
        link = await ending.enter_async_context(_link(settings, plug.addresses))
        built = _built(settings, clock, plug, http, link)
        ending.push_async_callback(built.acts.finished)
        ending.push_async_callback(built.voice.stop)
        ending.push_async_callback(built.tills.close)
        following = asyncio.create_task(link.run())
        ticking = asyncio.create_task(_tick(built))
        ending.push_async_callback(_cancelled, following, ticking)
        yield built


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _free_addresses() -> Addresses:
    """Find two free ports: the same ones serve through every restart of the bridge."""
    with socket.socket() as one, socket.socket() as two:
        for each in (one, two):
            each.bind(("127.0.0.1", 0))
        http, displays = one.getsockname()[1], two.getsockname()[1]
    return Addresses(f"127.0.0.1:{http}", f"127.0.0.1:{displays}")


def _link(
    settings: StageSettings, addresses: Addresses
) -> contextlib.AbstractAsyncContextManager[Link]:
    urls = (f"ws://{addresses.displays}",)
    folder = settings.folder / "wall"
    folder.mkdir()
    return linked(urls, folder, DisplaySettings(urls, VIEWS, folder, settings.look, "demo"))


def _built(
    settings: StageSettings, clock: KitchenClock, plug: Plug, http: Http, link: Link
) -> Stage:
    """Make the window with its panes, and who works at them."""
    acts = Acts(link)
    width, height = settings.screen
    pane = Glasses(width // len(VIEWS), height)
    look = replace(settings.look, smallest=SMALLEST_DISH)
    screens = [
        Screen(link, view, f"demo-{view}", look, acts.start, SteadyClock().now_ms, pane, clock.now)
        for view in VIEWS
    ]
    panes = Panes([s.display for s in screens], SHARES, look, Glasses(width, height))
    glass = Glass(screens, lambda: link.session.phase is Phase.FOLLOWING)
    bell, frames = Bell(), FrameWatch(panes)
    frames.flushed.connect(glass.flushed)
    frames.flushed.connect(bell.ring)
    for screen in screens:
        screen.display.wall.laid_out.connect(glass.laid_out)
        screen.display.wall.laid_out.connect(bell.ring)

    def changed(_news: object = None) -> None:
        for screen in screens:
            screen.changed()

    link.on_news = acts.then = changed
    reserved = {SCAN_TABLE, LATE_TABLE, VOID_TABLE, MOVED_TO}
    subtitles = Subtitles(settings.folder / "sound", aloud=settings.is_aloud)
    cooks = [
        Cook(screen, clock, set(reserved) if screen.view != EXPO else set()) for screen in screens
    ]
    others = [
        OtherDevice(view, clock, Http(lambda: plug.addresses.http_place))
        for view in ("wok", "drink")
    ]
    by_device = {cook.screen.device: cook for cook in cooks}
    voice = Voice(link, acts, screens, subtitles, lambda device: by_device[device].is_off)
    panes.language.connect(voice.speak)
    return Stage(
        settings,
        clock,
        plug,
        http,
        link,
        screens,
        panes,
        glass,
        cooks,
        others,
        acts,
        voice,
        subtitles,
        bell,
        Tills(settings.folder, plug.addresses.http, glass.posting),
    )


async def _tick(built: Stage) -> None:
    """Let every pane see the time pass, more often where it passes faster."""
    while True:
        await asyncio.sleep(max(0.25, min(1.0, 1 / built.clock.scale)))
        for screen in built.screens:
            screen.tick()
        built.bell.ring()
