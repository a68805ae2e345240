"""The director: plays the script on the stage."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from random import Random

from kds.board.values import Band
from kds.demo import script
from kds.demo.camera import Camera
from kds.demo.cooks import EXPO, Cook, OtherDevice, line_of, send_command
from kds.demo.crowd import Crowd
from kds.demo.house import TABLET, Order
from kds.demo.opening import LATE_LINE, LATE_TABLE, VOID_LINE, VOID_ORDER, VOID_TABLE
from kds.demo.outage import Outages
from kds.demo.plug import PlugError
from kds.demo.script import AT_S, Allowance, Moment
from kds.demo.stage import Stage
from kds.demo.teller import Teller
from kds.demo.tills import HttpError
from kds.ui.intents import Why

_PATIENCE_S = 15.0
_QUIET_S = 5.0
_RUSH_FIRST_S, _RUSH_GAP_S = 0.6, 0.8
_LAMB: Order = {"source": TABLET.id, "order_id": VOID_ORDER}

Scene = Callable[[], Awaitable[None]]


class Director:
    """Plays. `with_cooks`: they go on also at a pane that somebody has touched."""

    def __init__(
        self,
        stage: Stage,
        crowd: Crowd,
        teller: Teller,
        camera: Camera,
        allowance: Allowance,
        *,
        with_cooks: bool,
    ) -> None:
        self._stage, self._crowd, self._teller, self._camera = stage, crowd, teller, camera
        self._allowance, self._with_cooks = allowance, with_cooks
        self._outages = Outages(stage, crowd, teller)
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        stage.panes.touched.connect(self._taken)
        stage.panes.key.connect(self._pressed.put_nowait)

    async def play(self) -> None:
        """Play the first minute, then let the evening run on until cancelled or all is sent.

        Raises `PlugError` when the bridge does not come back.
        """
        workers: list[Cook | OtherDevice] = [*self._stage.cooks, *self._stage.others]
        beside = [each.work(Random(i)) for i, each in enumerate(workers)]
        beside += [self._teller.run(), self._crowd.follow_script(), self._begin_lamb()]
        beside += [self._answer_keys(), self._camera.film()]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work) for work in beside]
                await self._play()
                for task in tasks[:-1]:  # but the film, which ends by itself
                    task.cancel()
        except* PlugError as failures:
            raise PlugError(str(_innermost(failures))) from failures

    async def _play(self) -> None:
        for moment, scene in self._scenes():
            await self._stage.clock.until(self._stage.time(AT_S[moment]))
            with contextlib.suppress(HttpError):  # a scene that does not come is passed over
                await scene()
        await self._crowd.run_on()

    def _scenes(self) -> Iterator[tuple[Moment, Scene]]:
        yield Moment.OPENING, self._open
        yield Moment.SCAN, self._scan
        yield Moment.POT, self._pot
        yield Moment.VOID, self._void
        yield Moment.LATE, self._late
        yield Moment.PULLED, self._away_and_back
        yield Moment.KEYS, self._keys

    # --- scenes ---

    async def _open(self) -> None:
        self._teller.tell(script.OPENING)
        await self._camera.shoot(Moment.OPENING, 1.5)

    async def _scan(self) -> None:
        """A table orders: its pot is up, its plates wait for it."""
        if not self._allowance.scan:
            return
        self._teller.tell(script.SCAN)
        await self._crowd.send(script.scan_order(self._stage.stamp_now()))
        await self._until(lambda: self._shows("broth", script.SCAN_TABLE, "1"))
        await self._camera.shoot(Moment.SCAN, 3.0)
        # The pass shall hear of one pot in the next scene, not of three.
        quiet_s = AT_S[Moment.POT] + _QUIET_S
        self._stage.cook("broth").rests_until_ms = self._stage.time(quiet_s)

    async def _pot(self) -> None:
        """Its pot is struck off; the gate opens, and the pass hears of it."""
        found = line_of(self._stage.screen("broth"), script.SCAN_TABLE, "1")
        if found is None:
            return
        ticket, line = found
        waiting = self._waiting()
        self._stage.cook("broth").strike(ticket.visit, line.key)
        await self._until(lambda: not self._waiting())
        self._teller.tell(script.say(script.POT, waiting))
        self._let_go(script.SCAN_TABLE)
        await self._camera.shoot(Moment.POT, 3.0)

    async def _begin_lamb(self) -> None:
        """Begin the dish that will be cancelled: a cook with another screen takes it up."""
        await self._stage.clock.until(self._stage.time(script.START_S))
        with contextlib.suppress(HttpError):
            await send_command(self._stage.http, "start", _LAMB, "cut", line_id=VOID_LINE)

    async def _void(self) -> None:
        """A dish that a cook has begun is cancelled; the guests sit down elsewhere."""
        stage = self._stage
        self._teller.tell(script.VOID)
        await stage.take(script.void_order(stage.stamp_now()))
        await stage.clock.pause(2.5)
        await send_command(stage.http, "move_table", _LAMB, EXPO, table=script.MOVED_TO)
        await self._until(lambda: self._shows("cut", script.MOVED_TO, VOID_LINE))
        await self._camera.shoot(Moment.VOID, 2.5)
        await stage.clock.until(stage.time(AT_S[Moment.VOID] + 8))
        self._let_go(VOID_TABLE, script.MOVED_TO)

    async def _late(self) -> None:
        """A dish turns late; the screen says why."""
        cut = self._stage.screen("cut")
        await self._until(lambda: self._band() in {Band.LATE, Band.CRITICAL, None})
        found = line_of(cut, LATE_TABLE, LATE_LINE)
        self._teller.tell(script.LATE)
        if found is not None:
            cut.display.intent.emit(Why(found[0].visit, found[1].key))
        await self._camera.shoot(Moment.LATE, 2.5)
        self._camera.shoot_views()
        await self._stage.clock.until(self._stage.time(AT_S[Moment.PULLED] - 1))
        cut.display.open_panel(None)
        self._let_go(LATE_TABLE)

    async def _away_and_back(self) -> None:
        """The bridge is killed; everybody goes on; it is back. What was lost, what doubled?"""
        stage = self._stage
        async with self._outages.outage():
            lasting = asyncio.create_task(self._outages.last_until(stage.time(AT_S[Moment.BACK])))
            for number in range(self._allowance.rush):
                at_s = AT_S[Moment.PULLED] + _RUSH_FIRST_S + number * _RUSH_GAP_S
                await stage.clock.until(stage.time(at_s))
                await self._crowd.order()
            await lasting
            await self._camera.shoot(Moment.PULLED, 0)
        await self._camera.shoot(Moment.BACK, 2.5)

    async def _keys(self) -> None:
        """The card of keys; from now on time goes faster."""
        async with self._outages.no_switching():
            self._teller.show_keys()
            await self._stage.repace(script.PACE_AFTER * self._stage.settings.speed)
            self._teller.tell(script.RUNNING)
        await self._camera.shoot(Moment.KEYS, 2.0)

    # --- what people do ---

    async def _answer_keys(self) -> None:
        """Do what the demo's own keys ask for."""
        async with asyncio.TaskGroup() as group:
            while True:
                key = await self._pressed.get()
                if key == "K":
                    group.create_task(self._outages.by_hand())
                elif key == "S":
                    group.create_task(self._one_more())

    async def _one_more(self) -> None:
        order = self._crowd.made_up()
        await self._crowd.send(order)
        who = str(order.get("table") or order.get("number"))
        self._teller.tell(script.say(script.SENT, who))

    def _taken(self, number: int) -> None:
        cook = self._stage.cooks[number]
        if not (cook.is_off or self._with_cooks):
            cook.is_off = True
            self._teller.tell(script.say(script.TAKEN, script.TITLES[cook.screen.view]))

    # --- seeing ---

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is to be seen; a scene that does not come is passed over."""
        await self._stage.bell.until(is_so, _PATIENCE_S)

    def _shows(self, view: str, table: str, line_id: str) -> bool:
        return line_of(self._stage.screen(view), table, line_id) is not None

    def _waiting(self) -> Decimal:
        """Return how many portions of the table that scanned wait for its pot."""
        tickets = self._stage.screen(EXPO).board.tickets
        ours = (ticket for ticket in tickets if ticket.table == script.SCAN_TABLE)
        lines = (line for ticket in ours for line in ticket.lines if line.hold is not None)
        return sum((line.counts.to_cook for line in lines), start=Decimal(0))

    def _band(self) -> Band | None:
        found = line_of(self._stage.screen("cut"), LATE_TABLE, LATE_LINE)
        return None if found is None else found[1].band

    def _let_go(self, *tables: str) -> None:
        for cook in self._stage.cooks:
            cook.keeps_off.difference_update(tables)


def _innermost(failure: BaseException) -> BaseException:
    """Return the first failure in a group of groups."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure
