"""The director: plays the script on the stage, tells it, and takes the pictures."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from kds.board.values import Band
from kds.demo import script
from kds.demo.cooks import EXPO, Cook, OtherDevice, line_of, send_command
from kds.demo.feed import Feed
from kds.demo.house import TABLES, TABLET, Guests, Order
from kds.demo.opening import LATE_LINE, LATE_TABLE, VOID_LINE, VOID_ORDER, VOID_TABLE, eating
from kds.demo.script import AT_S, Allowance, Moment, Party
from kds.demo.stage import Stage
from kds.demo.tills import HttpError, Key
from kds.kitchen.wording import Wording
from kds.ui.chrome.caption import Caption
from kds.ui.intents import Why
from kds.ui.shot import save_picture

_MOST_OPEN = 11
"""Tables with something open at the pass, before the guests are slower to order."""
_GAP_S = (7.0, 14.0)
_PATIENCE_S = 15.0
_SAID_S = 5.0
_RUSH_GAP_S = 0.8
_FOUND_S = 1.0
"""So long it takes the screens, about, to find a bridge that serves again."""


@dataclass
class Outage:
    """One time without the bridge."""

    began_s: float
    orders: list[Key] = field(default_factory=list)
    bumps: int = 0


@dataclass
class Director:
    """Plays. `feed`: what guests order, None for made-up orders; `shots`: where pictures go."""

    stage: Stage
    allowance: Allowance
    feed: Feed | None
    shots: Path | None
    with_cooks: bool = False
    pictures: list[Path] = field(default_factory=list)
    sent: list[Key] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        self._guests = Guests(self.random)
        self._caption = script.SETTING
        self._moment = Moment.OPENING
        self._sittings = eating()
        self._tables: dict[Key, str] = {}
        self._outage: Outage | None = None
        self._switching = asyncio.Lock()
        self._again = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._shows_keys = False
        panes = self.stage.panes
        panes.language.connect(lambda _: self._show())
        panes.touched.connect(self._taken)
        panes.key.connect(self._pressed)
        self.stage.subtitles.on_said = self._heard
        self._said, self._said_at = "", 0.0

    # --- the play ---

    async def play(self) -> None:
        """Play the first minute, then let the evening run on until cancelled or all is sent."""
        stage = self.stage
        workers: list[Cook | OtherDevice] = [*stage.cooks, *stage.others]
        tasks = [asyncio.create_task(each.work(Random(i))) for i, each in enumerate(workers)]
        tasks.append(asyncio.create_task(self._tick()))
        tasks += [asyncio.create_task(work) for work in (self._stream(), self._begin_lamb())]
        try:
            for moment, scene in self._scenes():
                await stage.clock.until(stage.time(AT_S[moment]))
                self._moment = moment
                await scene()
            await self._run_on()
        finally:
            for task in (*tasks, *self._tasks):
                task.cancel()
            await asyncio.gather(*tasks, *self._tasks, return_exceptions=True)

    def _scenes(self) -> Iterator[tuple[Moment, Callable[[], Awaitable[None]]]]:
        yield Moment.OPENING, self._open
        yield Moment.SCAN, self._scan
        yield Moment.POT, self._pot
        yield Moment.VOID, self._void
        yield Moment.LATE, self._late
        yield Moment.PULLED, self._pulled
        yield Moment.BACK, self._back
        yield Moment.KEYS, self._keys

    async def _open(self) -> None:
        self._tell(script.OPENING)
        await self._shoot(Moment.OPENING, 1.5)

    async def _scan(self) -> None:
        """A table orders: its pot is up, its plates wait for it."""
        if not self.allowance.scan:
            return
        self._tell(script.SCAN)
        await self._send(script.scan_order(self.stage.stamp_now()))
        await self._until(lambda: self._shows("broth", script.SCAN_TABLE, "1"))
        await self._shoot(Moment.SCAN, 3.0)

    async def _pot(self) -> None:
        """Its pot is struck off; the gate opens, and the pass hears of it."""
        found = line_of(self.stage.screen("broth"), script.SCAN_TABLE, "1")
        if found is None:
            return
        ticket, line = found
        waiting = self._waiting()
        self.stage.cook("broth").strike(ticket.visit, line.key)
        await self._until(lambda: not self._waiting())
        self._tell(script.say(script.POT, waiting))
        self._let_go(script.SCAN_TABLE)
        await self._shoot(Moment.POT, 3.0)

    async def _void(self) -> None:
        """A dish that a cook has begun is cancelled; the guests sit down elsewhere."""
        http = self.stage.http
        self._tell(script.VOID)
        await self.stage.take(script.void_order(self.stage.stamp_now()))
        await self.stage.clock.pause(2.5)
        about: dict[str, object] = {"source": TABLET.id, "order_id": VOID_ORDER}
        await send_command(http, "move_table", about, EXPO, table=script.MOVED_TO)
        await self._until(lambda: self._shows("cut", script.MOVED_TO, VOID_LINE))
        await self._shoot(Moment.VOID, 2.5)
        await self.stage.clock.until(self.stage.time(AT_S[Moment.VOID] + 8))
        self._let_go(VOID_TABLE, script.MOVED_TO)

    async def _late(self) -> None:
        """A dish turns late; the screen says why."""
        cut = self.stage.screen("cut")
        await self._until(lambda: self._band() in {Band.LATE, Band.CRITICAL, None})
        found = line_of(cut, LATE_TABLE, LATE_LINE)
        self._tell(script.LATE)
        if found is not None:
            cut.display.intent.emit(Why(found[0].visit, found[1].key))
        await self._shoot(Moment.LATE, 2.5)
        await self.stage.clock.until(self.stage.time(AT_S[Moment.PULLED] - 1))
        cut.display.open_panel(None)
        self._let_go(LATE_TABLE)

    async def _pulled(self) -> None:
        """The bridge is killed; everybody goes on."""
        async with self._switching:
            outage = self._pull()
            tells = asyncio.create_task(self._tell_outage(outage))
            back_ms = self.stage.time(AT_S[Moment.BACK])
            for number in range(self.allowance.rush):
                await self.stage.clock.until(
                    self.stage.time(AT_S[Moment.PULLED] + 0.6 + number * 0.95)
                )
                await self._guest_orders()
            await self._noticed(outage, back_ms)
            await self._shoot(Moment.PULLED, 0)
            tells.cancel()

    async def _noticed(self, outage: Outage, back_ms: int) -> None:
        """Wait until it is time to start the bridge: every screen shall have said so before."""
        clock, ahead_s = self.stage.clock, self.stage.plug.start_s + _FOUND_S
        await clock.until(back_ms - int(ahead_s * 1000 * clock.scale))
        left_s = script.NOTICED_S - (time.monotonic() - outage.began_s)
        if left_s > 0:
            await asyncio.sleep(left_s)

    async def _back(self) -> None:
        """It is back: what was lost, what was doubled?"""
        async with self._switching:
            await self._put_back(Moment.BACK)

    async def _keys(self) -> None:
        """The card of keys; from now on time goes faster."""
        async with self._switching:
            self._shows_keys = True
            await self.stage.repace(script.PACE_AFTER * self.stage.settings.speed)
            self._tell(script.RUNNING)
        await self._shoot(Moment.KEYS, 2.0)

    async def _run_on(self) -> None:
        """Let guests come until the allowance is used up; without one, for ever."""
        while self.allowance.orders is None or len(self.sent) < self.allowance.orders:
            gap_s = self.random.uniform(*_GAP_S) if self.feed is None else self.feed.gap_s
            await self.stage.clock.pause(gap_s)
            is_full = len(self.stage.screen(EXPO).board.tickets) >= _MOST_OPEN
            if not is_full and await self._guest_orders() is None:
                if self.allowance.orders is not None:
                    break
                self.feed = None  # somebody watches: the evening goes on
        await self.stage.sent()

    # --- guests ---

    async def _stream(self) -> None:
        """Let other guests order as the script says."""
        for at_s, party in script.STREAM[: self.allowance.stream]:
            await self.stage.clock.until(self.stage.time(at_s))
            await self._guest_orders(party)

    async def _begin_lamb(self) -> None:
        """Begin the dish that will be cancelled: a cook with another screen takes it up."""
        await self.stage.clock.until(self.stage.time(script.START_S))
        about: dict[str, object] = {"source": TABLET.id, "order_id": VOID_ORDER}
        with contextlib.suppress(HttpError):
            await send_command(self.stage.http, "start", about, "cut", line_id=VOID_LINE)

    async def _guest_orders(self, party: Party | None = None) -> Key | None:
        """Let one more order come, of any party or such a one; None: there are no more."""
        if self.feed is None:
            return await self._send(self._made_up(party))
        if not self.feed.is_empty:
            return await self._send(self.feed.take(self.stage.stamp_now()))
        return None

    def _made_up(self, party: Party | None = None) -> Order:
        reserved = {script.SCAN_TABLE, script.MOVED_TO, LATE_TABLE, VOID_TABLE}
        busy = {ticket.table for ticket in self.stage.screen(EXPO).board.tickets}
        busy |= {table for key, table in self._tables.items() if key not in self.stage.glass.shown}
        free = [table for table in TABLES if table not in busy | reserved]
        parties = [f"{t}-{s}" for t, s in self._sittings.items() if t in free]
        number, now = 3000 + len(self.sent), self.stage.stamp_now()
        if parties and party is Party.EATING:
            return self._guests.second_round(number, parties, now)
        if free and party is Party.NEW:
            return self._guests.first_round(number, free, now)
        return self._guests.order(number, free, parties, now)

    async def _send(self, order: Order) -> Key:
        """Let a till take an order of the run."""
        key = (str(order["source"]), str(order["order_id"]))
        self.sent.append(key)
        session = str(order.get("session", ""))
        if session:
            table, _, sitting = session.partition("-")
            self._sittings[table], self._tables[key] = sitting, table
        if self._outage is not None:
            self._outage.orders.append(key)
        await self.stage.take(order)
        return key

    # --- the plug ---

    def _pull(self) -> Outage:
        self._outage = outage = Outage(time.monotonic())
        self.stage.glass.interrupted()
        self.stage.plug.pull()
        return outage

    async def _tell_outage(self, outage: Outage) -> None:
        """Count what goes on without the bridge, while it goes on."""
        while True:
            outage.bumps = max(outage.bumps, self.stage.link.session.unsent)
            self._tell(script.say(script.PULLED, len(outage.orders), outage.bumps))
            await asyncio.sleep(0.2)

    async def _put_back(self, moment: Moment | None) -> None:
        """Start the bridge again and count."""
        stage, outage = self.stage, self._outage
        if outage is None:
            return
        await stage.plug.put_in()
        await self._until(lambda: stage.is_following)
        away_s = round(time.monotonic() - outage.began_s)
        await asyncio.wait_for(stage.sent(), _PATIENCE_S)
        self._outage = None
        count, _ = await stage.count()
        told = script.say(
            script.BACK, away_s, len(outage.orders), len(count.lost), len(count.doubled)
        )
        self._tell(told)
        if moment is not None:
            await self._shoot(moment, 2.5)

    # --- what people do ---

    def _pressed(self, key: str) -> None:
        if key == "K":
            self._start(self._plug_key())
        elif key == "S":
            self._start(self._order_key())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _plug_key(self) -> None:
        """Pull the plug for ten seconds; pressed again, put it back at once."""
        if self._switching.locked():
            self._again.set()
            return
        async with self._switching:
            self._again.clear()
            outage = self._pull()
            tells = asyncio.create_task(self._tell_outage(outage))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._again.wait(), script.OUTAGE_S - self.stage.plug.start_s - _FOUND_S
                )
            tells.cancel()
            await self._put_back(None)

    async def _order_key(self) -> None:
        order = self._made_up()
        await self._send(order)
        who = str(order.get("table") or order.get("number"))
        self._tell(script.say(script.SENT, who))

    def _taken(self, number: int) -> None:
        cook = self.stage.cooks[number]
        if cook.is_off or self.with_cooks:
            return
        cook.is_off = True
        self._tell(script.say(script.TAKEN, script.TITLES[cook.screen.view]))

    # --- telling and seeing ---

    def _heard(self, text: str) -> None:
        self._said, self._said_at = text, time.monotonic()
        self._show()

    def _tell(self, words: Wording) -> None:
        self._caption = words
        self._show()

    def _show(self) -> None:
        panes, lang = self.stage.panes, self.stage.panes.lang
        second = max(0, (self.stage.clock.now() - self.stage.curtain_ms) // 1000)
        clock = f"{second // 60}:{second % 60:02}" if not self._shows_keys else ""
        said = self._said if time.monotonic() - self._said_at < _SAID_S else ""
        panes.tell(Caption(clock, self._caption[lang], said, script.END_HINT[lang]))
        if self._shows_keys:
            panes.show_keys(script.key_card(lang))

    async def _tick(self) -> None:
        while True:
            self._show()
            await asyncio.sleep(0.25)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is to be seen; a scene that does not come is passed over."""
        await self.stage.bell.until(is_so, _PATIENCE_S)

    def _shows(self, view: str, table: str, line_id: str) -> bool:
        return line_of(self.stage.screen(view), table, line_id) is not None

    def _waiting(self) -> int:
        """Return how many dishes of the table that scanned wait for its pot."""
        tickets = self.stage.screen(EXPO).board.tickets
        ours = (ticket for ticket in tickets if ticket.table == script.SCAN_TABLE)
        return sum(line.hold is not None for ticket in ours for line in ticket.lines)

    def _band(self) -> Band | None:
        found = line_of(self.stage.screen("cut"), LATE_TABLE, LATE_LINE)
        return None if found is None else found[1].band

    def _let_go(self, *tables: str) -> None:
        for cook in self.stage.cooks:
            cook.keeps_off.difference_update(tables)

    async def _shoot(self, moment: Moment, after_s: float) -> None:
        """Save a picture of the window as it is then, if pictures are wanted."""
        if self.shots is None:
            return
        await self.stage.clock.pause(after_s)
        self._show()
        path = self.shots / f"{list(Moment).index(moment) + 1}-{moment}.png"
        save_picture(self.stage.panes, path)
        self.pictures.append(path)
