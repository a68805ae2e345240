"""The link itself: one connection after the other, and what the display does through them."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from kds.kitchen.commands import Command
from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.link.clock import Clock, SteadyClock
from kds.link.disk import Disk
from kds.wire.display import DisplaySession
from kds.wire.notices import (
    Answered,
    BookChanged,
    DisplayNotice,
    Following,
    LineDead,
    TurnedAway,
)
from kds.wire.standing import Identity, Phase

_logger = logging.getLogger(__name__)
MOST_BYTES_IN = 64 * 1024 * 1024
"""An order of 4 MB becomes an event, or a piece of a snapshot, of some more."""
SAVE_EVERY_MS = 2_000
KEPT_FOR_MS = 24 * 60 * 60 * 1000
_FORGET_EVERY_MS = 60 * 60 * 1000
_FIRST_PAUSE_MS = 100
_LONGEST_PAUSE_MS = 1_000
_SHORTEST_PAUSE_MS = 50
_OPEN_TIMEOUT_S = 2.5
"""Short enough that a line which heals at the worst moment is followed again within two seconds:
what asks to connect on a dead line is repeated after one second, but then only after three."""
_CLOSE_TIMEOUT_S = 1.0

_REFUSALS = {
    401: Wording("厨房服务器不认识这台屏幕的令牌", "The bridge does not know this screen's token."),
    403: Wording("厨房服务器不接受这个地址", "The bridge does not accept calls to this address."),
    503: Wording("厨房服务器现在不能再接屏幕", "The bridge can not take more screens now."),
}

_ENDS = "ending"
"""A bridge that is being stopped refuses nobody; that it is gone is said soon enough."""

OnNews = Callable[[Sequence[DisplayNotice]], None]


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the link is, for the status strip.

    `silent_ms`: since the bridge was last heard; None: never since the start. `unsent`: commands
    that no bridge has answered. `refusal`: why this display can not follow, in plain words.
    `trouble`: why this machine's disk takes nothing, "" if it does. `damaged`: where a damaged
    file of this display was put.
    """

    phase: Phase
    url: str
    silent_ms: int | None
    unsent: int
    refusal: Wording | None
    trouble: str
    damaged: Path | None


class Link:
    """Follows the first of `urls` that answers, for as long as `run` is not cancelled.

    Event loop thread only. `open` makes one with what the display has kept, `close` keeps the
    last state. `on_news` is called with what has happened and must not raise. The wall shows
    `session.projection.kitchen`; commands name `session.confirmed.seq` as `seen`.
    """

    def __init__(
        self,
        urls: Sequence[str],
        session: DisplaySession,
        disk: Disk,
        *,
        token: str = "",
        on_news: OnNews = lambda _: None,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.session = session
        self.on_news = on_news
        self._urls = cycle(urls)
        self._url = next(self._urls)
        self._disk = disk
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._clock = clock or SteadyClock()
        self._chance = chance
        self._wake = asyncio.Event()
        self._stirred = asyncio.Event()
        self._changed = asyncio.Event()
        self._failures = 0
        self._refusal: Wording | None = None
        self._is_over = False

    @classmethod
    async def open(
        cls,
        urls: Sequence[str],
        folder: Path,
        identity: Identity,
        *,
        token: str = "",
        on_news: OnNews = lambda _: None,
        clock: Clock | None = None,
    ) -> Link:
        """Return the link of a display whose file lies in `folder`; raises `StoreTooNew`."""
        disk = Disk()
        kept = await disk.start(folder)
        clock = clock or SteadyClock()
        session = DisplaySession(identity, clock.now_ms(), kept)
        return cls(urls, session, disk, token=token, on_news=on_news, clock=clock)

    @property
    def state(self) -> LinkState:
        """How the link is now."""
        return LinkState(
            phase=self.session.phase,
            url=self._url,
            silent_ms=self.session.silent_ms(self._clock.now_ms()),
            unsent=self.session.unsent,
            refusal=self._refusal or self.session.book_fault,
            trouble=self._disk.trouble,
            damaged=self._disk.damaged,
        )

    def time(self) -> Instant | None:
        """Return kitchen time; None when this display never had a bridge."""
        return self.session.time(self._clock.now_ms())

    async def act(self, command: Command) -> None:
        """Do a command: it is on disk when this returns, shown, and on its way to the bridge.

        A disk that takes nothing stops no cook: the command is shown and sent all the same, and
        `state.trouble` says that it would not survive this program.
        """
        await self._disk.put(command)
        self.session.act(command, self._clock.now_ms())
        self._stir()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        keeping = asyncio.create_task(self._keep())
        self._heed()
        try:
            while True:
                began_ms = self._clock.now_ms()
                await self._attempt()
                await self._pause(began_ms)
                self._url = next(self._urls)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def close(self) -> None:
        """Keep the last state and let go of the disk. After `run` has ended."""
        await self._disk.save(self.session.confirmed, self.session.place, self.time())
        await self._disk.stop()

    # --- one connection ---

    async def _attempt(self) -> None:
        """Connect and talk for as long as that goes."""
        try:
            async with connect(
                self._url,
                additional_headers=self._headers,
                compression=None,
                proxy=None,
                ping_interval=None,  # the session's own pings also set the clock
                open_timeout=_OPEN_TIMEOUT_S,
                close_timeout=_CLOSE_TIMEOUT_S,
                max_size=MOST_BYTES_IN,
                create_connection=_Connection,
            ) as connection:
                assert isinstance(connection, _Connection)
                await self._talk(connection)
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            unknown = Wording(f"厨房服务器拒绝连接（{status}）", f"The bridge refuses: {status}.")
            self._not_let_in(_REFUSALS.get(status, unknown))
        except (OSError, InvalidHandshake, ConnectionClosed) as failure:
            _logger.debug("%s: %s", self._url, failure)

    def _not_let_in(self, words: Wording) -> None:
        if self._refusal != words:
            self._refusal = words
            self.on_news([TurnedAway("not_let_in", words)])

    async def _talk(self, connection: _Connection) -> None:
        """Talk and listen until either ends."""
        self._is_over = False
        connection.on_bytes = self._heard
        self.session.connected(self._clock.now_ms())
        works = (self._tell, self._hear, self._watch)
        tasks = [asyncio.create_task(work(connection)) for work in works]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            self.session.disconnected()
            self._heed()
        for found in results:
            if isinstance(found, Exception) and not isinstance(found, ConnectionClosed):
                raise found

    def _heard(self) -> None:
        self.session.heard(self._clock.now_ms())

    async def _tell(self, connection: ClientConnection) -> None:
        """Send what the session has to say."""
        while True:
            self._wake.clear()
            for text in self.session.to_send():
                await connection.send(text)
            await self._wake.wait()

    async def _hear(self, connection: ClientConnection) -> None:
        """Take in what the bridge says."""
        async for text in connection:
            if isinstance(text, str):
                self.session.receive(text, self._clock.now_ms())
                self._heed()
            await asyncio.sleep(0)  # the many parts of a snapshot must not stop the wall

    async def _watch(self, connection: ClientConnection) -> None:
        """Let the session see the time; drop a dead line, on which a good-bye would get stuck."""
        while not self._is_over:
            self._stirred.clear()
            await self._clock.wait(self._stirred, self.session.next_tick_ms)
            self.session.tick(self._clock.now_ms())
            self._heed()
        connection.transport.abort()

    def _stir(self) -> None:
        """The session may have something to say, or something due at another time."""
        self._wake.set()
        self._stirred.set()

    def _heed(self) -> None:
        """Do what the session's notices ask for, and pass them on."""
        notices = self.session.events()
        for notice in notices:
            match notice:
                case LineDead():
                    self._is_over = True
                case TurnedAway():
                    if notice.code != _ENDS:
                        self._refusal = notice.words
                    self._is_over = True
                case Following():
                    self._failures, self._refusal = 0, None
                case Answered():
                    at = self.time() or self.session.confirmed.at
                    self._disk.acknowledge(notice.command, notice.ack, at)
                case BookChanged():
                    self._disk.keep_book(notice.hash, notice.compiled)
        self._wake.set()
        if notices:
            self._stirred.set()
            self._changed.set()
            self.on_news(notices)

    async def _pause(self, began_ms: int) -> None:
        """Wait before the next try: longer each time, up to a bound, and never all at once.

        Tries are that far apart from one beginning to the next: one that has hung has waited.
        """
        longest = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS * 2 ** min(self._failures, 10))
        self._failures += 1
        share = 0.5 + self._chance() / 2
        earliest_ms = self._clock.now_ms() + int(_SHORTEST_PAUSE_MS * share)
        until_ms = max(earliest_ms, began_ms + int(longest * share))
        await self._clock.wait(asyncio.Event(), until_ms)

    # --- the disk ---

    async def _keep(self) -> None:
        """Save the state a while after it has changed, and forget old commands."""
        forget_at_ms = self._clock.now_ms() + _FORGET_EVERY_MS
        while True:
            await self._clock.wait(self._changed, forget_at_ms)
            self._changed.clear()
            await self._clock.wait(asyncio.Event(), self._clock.now_ms() + SAVE_EVERY_MS)
            now = self.time()
            await self._disk.flush()
            await self._disk.save(self.session.confirmed, self.session.place, now)
            if now is not None and self._clock.now_ms() >= forget_at_ms:
                forget_at_ms = self._clock.now_ms() + _FORGET_EVERY_MS
                self.session.forget(await self._disk.forget(Instant(now - KEPT_FOR_MS)))


class _Connection(ClientConnection):
    """A connection that also tells of pieces of messages: a slow line is not a dead one."""

    on_bytes: Callable[[], None] | None = None

    def data_received(self, data: bytes) -> None:
        """Take in bytes from the socket."""
        if self.on_bytes is not None:
            self.on_bytes()
        super().data_received(data)
