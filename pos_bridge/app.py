"""The bridge's composition root: makes every part once, in this order, and ends them in reverse.

1. The lock of the data folder, so that a second bridge changes nothing.
2. The listening sockets, so that a port in use is said before anything is written.
3. The store, with the log's state, rescued where the file is damaged; kitchen time, which goes
   on from the log's last event.
4. The rule book in force, adopted in the log where it is a new one.
5. The writer's thread; from here on it alone changes the kitchen.
6. Feed, reads, intake, watch, inspector; then the displays' server and HTTP; then the ready line.

At SIGTERM: no new connections, answers under way are finished, the writer drains its queue and
leaves a snapshot, the store is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from kds.kitchen.ids import Instant
from kds.lock import TakenError, only_one
from kds.store.errors import StoreError
from kds.store.rescue import Rescue
from kds.store.store import Store
from pos_bridge import logs, rules
from pos_bridge.access import Access
from pos_bridge.capture import house
from pos_bridge.capture.house import Captures, Listeners
from pos_bridge.channels.asking import Asking
from pos_bridge.channels.channels import Channels
from pos_bridge.channels.intake import PushIntake
from pos_bridge.condition import Inspector
from pos_bridge.dishes import Dishes
from pos_bridge.displays import RECENT_EVENTS, Displays
from pos_bridge.feed import Feed
from pos_bridge.going_live import LiveRules
from pos_bridge.http.api import application
from pos_bridge.http.bodies import Bodies
from pos_bridge.http.connection import MOST_CONNECTIONS, connections
from pos_bridge.http.services import Services
from pos_bridge.intake import Intake
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.ledger import Ledger, zone_of
from pos_bridge.printing.press import Press
from pos_bridge.pulse.keeper import Keeper
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.rates import Rates
from pos_bridge.reads import Reads
from pos_bridge.recovery import Opened, open_store, take_again, tell_of_rescue
from pos_bridge.rules import RulesState
from pos_bridge.settings import Address, Settings, StartError, plain
from pos_bridge.sockets import listen, real_address
from pos_bridge.soundness import Soundness
from pos_bridge.status.api import vendors_told
from pos_bridge.status.reports import Addressees, Reports
from pos_bridge.watch import Watch, purge_hourly
from pos_bridge.writer import Writer

_logger = logging.getLogger(__name__)
_GRACE_S = 5


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status. Raises StartError."""
    logs.start()
    for early in (signal.SIGTERM, signal.SIGINT):
        signal.signal(early, lambda *_: sys.exit(0))
    with (
        _alone(settings.data),
        _listening("--http", settings.http) as http,
        _listening("--displays", settings.displays) as displays,
        house.listening(settings) as captures,
        _kept(settings) as kept,
        asyncio.Runner(loop_factory=_loop_factory()) as runner,
    ):
        return runner.run(_serve(settings, kept, http, displays, captures))


def _alone(data: Path) -> ExitStack:
    """Hold the data folder until it is closed; raises StartError when that cannot be."""
    held = ExitStack()
    try:
        held.enter_context(only_one("bridge", data))
    except TakenError as taken:
        raise StartError(str(taken)) from None
    except OSError as error:
        raise StartError(f"The data folder {data} cannot be written: {plain(error)}.") from error
    return held


def _listening(flag: str, address: Address) -> contextlib.closing[socket.socket]:
    """Bind an address; closed by its server, or here if it does not come to that."""
    return contextlib.closing(listen(flag, address))


def _opened(database: str) -> Opened:
    """Open the store at a URL; the URL itself may hold a password and is not repeated."""
    try:
        return open_store(database)
    except (SQLAlchemyError, ImportError) as error:
        raise StartError(f"--database names no database that works here ({error}).") from error


@dataclass(frozen=True, slots=True)
class _Kept:
    """What lasts: the store, the state in it, the time it goes on from, the rules' state.

    `rescue`: what became of a store that was damaged. `addressees`: who is told of states.
    """

    store: Store
    ledger: Ledger
    time: KitchenTime
    rules: RulesState
    rescue: Rescue | None
    addressees: Addressees


@contextmanager
def _kept(settings: Settings) -> Iterator[_Kept]:
    """Open the store, load the state, put the rule book in force."""
    with ExitStack() as stack:
        try:
            opened = _opened(settings.database)
            store, kitchen = stack.enter_context(contextlib.closing(opened.store)), opened.kitchen
            time = _kitchen_time(settings, kitchen.at)
            folder = rules.folder_of(settings)
            logged = rules.book_of_log(store, kitchen)
            choice = rules.choose(kitchen, logged, folder, live=settings.live_rules)
            addressees = Addressees(settings.pos or settings.data / "pos.toml")
            ledger = Ledger(store, kitchen, choice.book, time, addressees.telling)
            stack.callback(ledger.close)
            rules.put_in_force(choice, ledger, store)
            if opened.rescue is not None:
                tell_of_rescue(opened.rescue, ledger, store, take_again(ledger, store))
        except StoreError as error:
            raise StartError(str(error)) from error
        yield _Kept(store, ledger, time, choice.state, opened.rescue, addressees)


def _kitchen_time(settings: Settings, floor: Instant) -> KitchenTime:
    """Begin at the wall clock, or at the time that a demo or replay asks for."""
    start_s = settings.starts_at
    if start_s is None:
        return KitchenTime(floor, settings.time_scale)
    return KitchenTime(floor, settings.time_scale, wall=lambda: start_s)


async def _serve(
    settings: Settings,
    kept: _Kept,
    http: socket.socket,
    displays: socket.socket,
    captures: Listeners,
) -> int:
    """Make the parts that live on the event loop, say that they serve, and wait for the end."""
    ending = _Ending()
    if settings.ends_with_stdin:
        ending.when_stdin_closes()
    async with AsyncExitStack() as stack:
        services = _services(settings, kept, ending, stack, captures)
        for work in _work_beside(services, kept):
            await stack.enter_async_context(_task(work, ending))
        await stack.enter_async_context(services.displays.serving(displays))
        app = application(services, Access(settings.tokens, settings.http.host))
        await stack.enter_async_context(_serving(app, http, services, ending))
        await stack.enter_async_context(services.captures.serving())
        at = (real_address(settings.http, http), real_address(settings.displays, displays))
        _say_ready(*at, services.captures.addresses)
        await ending.wait()
    _logger.info("ended")
    return ending.status


def _services(
    settings: Settings, kept: _Kept, ending: _Ending, stack: AsyncExitStack, listeners: Listeners
) -> Services:
    """Make the parts that answers are made from; `stack` ends those that have threads."""
    feed = Feed(kept.ledger.kitchen, kept.ledger.book, kept.store.epoch)
    rates = Rates()
    feed.on_change(lambda entries: rates.happened(entry.event for entry in entries))
    writer = Writer(kept.ledger, feed.publish, ending.by_fault)
    writer.start()
    stack.push_async_callback(writer.stop)
    reads = Reads(kept.store, feed, kept.time)
    stack.callback(reads.close)
    access = Access(settings.tokens, settings.displays.host)
    recent = kept.store.latest(feed.kitchen.seq, RECENT_EVENTS)
    soundness = Soundness(kept.store, writer, kept.time, kept.rescue)
    channels = Channels(
        settings.pos or settings.data / "pos.toml", settings.data / "pos", kept.time
    )
    pulse = Pulse(rates, lambda: channels.directory, lambda: zone_of(feed.book), kept.time.now())
    intake = Intake(writer, rates, pulse, kept.time, lambda: zone_of(feed.book))
    pushes = PushIntake(intake, writer, rates, pulse, kept.time, lambda: zone_of(feed.book))
    asking = Asking(kept.store.outbox, channels, pushes, pulse, kept.time)
    reports = Reports(
        kept.addressees,
        kept.store.outbox,
        kept.time,
        feed,
        is_rush=lambda: writer.waiting > 4,
        vendors=lambda: vendors_told(channels.directory.channels, asking.tokens),
    )
    captures = Captures(
        settings, listeners, writer, rates, pulse, kept.time, lambda: zone_of(feed.book)
    )
    press = Press(kept.store.outbox, feed, kept.time)
    before, live = settings.data / "rules.before", settings.live_rules
    live_rules = LiveRules(kept.rules, feed, writer, kept.store, kept.time, before, live=live)
    return Services(
        feed=feed,
        reads=reads,
        writer=writer,
        intake=intake,
        channels=channels,
        pushes=pushes,
        asking=asking,
        captures=captures,
        rates=rates,
        pulse=pulse,
        dishes=Dishes(feed, kept.store),
        rules=live_rules,
        soundness=soundness,
        reports=reports,
        press=press,
        time=kept.time,
        bodies=Bodies(),
        displays=Displays(feed, writer, kept.time, access, recent),
        inspector=Inspector(
            feed,
            writer,
            pulse,
            live_rules,
            kept.time,
            settings.data,
            lambda: chain(
                soundness.remarks(),
                channels.remarks(),
                asking.remarks(),
                reports.remarks(),
                press.remarks(),
                captures.remarks(),
            ),
        ),
    )


def _work_beside(services: Services, kept: _Kept) -> Iterator[Coroutine[Any, Any, None]]:
    """Yield what goes on beside the answers as long as the bridge serves."""
    yield services.rules.run()
    yield Keeper(services.pulse, services.feed, services.writer, kept.store, kept.time).run()
    yield Watch(services.feed, services.writer, kept.time, services.rules.following).run()
    yield purge_hourly(kept.store, kept.time)
    yield services.soundness.run()
    yield services.channels.run()
    yield services.asking.run()
    yield services.reports.run()
    yield services.press.run()
    yield services.inspector.run(services.displays.tell, kept.store)


def _say_ready(http: Address, displays: Address, captures: Sequence[Address]) -> None:
    gc.freeze()  # the programs and the state as loaded: not to be walked over again and again
    gc.set_threshold(10_000, 20, 20)  # an order makes hundreds of values, hardly one is garbage
    gc.enable()
    sys.setswitchinterval(0.0005)  # what is weighed in a thread must not hold up who sends orders
    also = "".join(f" capture={address}" for address in captures)
    print(f"ready http=http://{http} displays=ws://{displays}{also}", flush=True)
    _logger.info("serving http on %s, displays on %s", http, displays)


class _Ending:
    """Whether it is time to end, and with which status. Event loop thread only."""

    def __init__(self) -> None:
        self.status = 0
        self._is_time = asyncio.Event()
        loop = asyncio.get_running_loop()
        for wish in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wish, self._is_time.set)

    def when_stdin_closes(self) -> None:
        """End cleanly once nobody holds the other end of standard input any more."""
        loop = asyncio.get_running_loop()

        def watch() -> None:
            while os.read(0, 4096):  # beneath sys.stdin, whose lock would hold up the end
                pass
            with suppress(RuntimeError):  # the loop has ended by itself meanwhile
                loop.call_soon_threadsafe(self._is_time.set)

        threading.Thread(target=watch, name="stdin", daemon=True).start()

    def by_fault(self) -> None:
        """End with status 1: whoever started the bridge starts it again."""
        self.status = 1
        self._is_time.set()

    async def wait(self) -> None:
        """Wait until it is time to end."""
        await self._is_time.wait()


@asynccontextmanager
async def _task(work: Coroutine[Any, Any, None], ending: _Ending) -> AsyncIterator[None]:
    """Run `work` beside the block; if it ends by itself, so does the bridge."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: _look_at(done, ending))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _look_at(done: asyncio.Task[None], ending: _Ending) -> None:
    if not done.cancelled() and done.exception() is not None:
        _logger.critical("a part of the bridge failed", exc_info=done.exception())
        ending.by_fault()


class _Server(uvicorn.Server):
    """Uvicorn inside our own loop: the signals are ours, and we learn when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.is_up.set()


@asynccontextmanager
async def _serving(
    app: ASGIApp, listener: socket.socket, services: Services, ending: _Ending
) -> AsyncIterator[None]:
    """Serve HTTP until the block ends; then streams end and answers under way are finished."""
    config = uvicorn.Config(
        app,
        http=connections(),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        limit_concurrency=MOST_CONNECTIONS + 1,  # only where all of them are at work
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    task.add_done_callback(lambda done: _look_at(done, ending))
    await server.is_up.wait()
    try:
        yield
    finally:
        services.feed.close()
        services.bodies.end()
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's loop where there is one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
