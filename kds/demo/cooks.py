"""Simulated cooks: they look at their screen, take the oldest thing, and touch it like a hand.

At the panes they touch the very screen that is shown, so that a bump without the bridge goes the
way of any bump. The stations without a pane have other devices, which call the bridge by HTTP.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

from kds.app.screen import Screen
from kds.board.values import Ticket, TicketLine
from kds.demo.clock import KitchenClock
from kds.demo.tills import Http, HttpError
from kds.kitchen.ids import LineKey, VisitId
from kds.ui.intents import Intent, TapBar, TapLine
from kds.ui.ticket.face import Action
from kds.ui.ticket.foot import action_of

EXPO = "expo"


@dataclass(frozen=True, slots=True)
class Pace:
    """Kitchen seconds: between two bumps, and how long a dish takes at least."""

    between_s: float
    takes_s: float


PACES = {
    "broth": Pace(6.0, 25.0),
    "cut": Pace(3.2, 26.0),
    EXPO: Pace(3.5, 6.0),
    "wok": Pace(9.0, 90.0),
    "drink": Pace(7.0, 30.0),
}


@dataclass
class Cook:
    """A cook at a pane.

    `keeps_off`: tables that the script needs as they are; `rests_until_ms`: kitchen time before
    which nothing else shall happen here; `is_off`: somebody else works here.
    """

    screen: Screen
    clock: KitchenClock
    keeps_off: set[str] = field(default_factory=set)
    is_off: bool = False
    rests_until_ms: int = 0

    async def work(self, random: Random) -> None:
        """Touch what is due, at the pace of people, until cancelled."""
        pace = PACES[self.screen.view]
        while True:
            await self.clock.pause(pace.between_s * random.uniform(0.7, 1.4))
            if not self.is_off and self.clock.now() >= self.rests_until_ms:
                self.touch(next(self._due(pace), None))

    def touch(self, intent: Intent | None) -> None:
        """Touch the screen."""
        if intent is not None:
            self.screen.display.intent.emit(intent)

    def strike(self, visit: VisitId, line: LineKey) -> None:
        """Touch a dish."""
        self.touch(TapLine(visit, line))

    def _due(self, pace: Pace) -> Iterator[Intent]:
        """Yield what is to be touched, the most urgent first."""
        now = self.clock.now()
        at_pass = self.screen.view == EXPO
        for ticket in self.screen.board.tickets:
            if ticket.table in self.keeps_off:
                continue
            action = action_of(ticket, at_pass=at_pass)
            if at_pass:
                yield from _at_pass(ticket, action, now, pace)
            elif action in {Action.CLEAR, Action.NOTED}:
                yield TapBar(ticket.visit)
            else:
                yield from _lines(ticket, now, pace)


def _at_pass(ticket: Ticket, action: Action, now: int, pace: Pace) -> Iterator[Intent]:
    """Serve a table of which everything is ready, and a pot that stands there alone."""
    if action in {Action.CLEAR, Action.NOTED} or (
        action is Action.RUN and now - (ticket.ready_at or now) >= pace.takes_s * 1000
    ):
        yield TapBar(ticket.visit)
    else:
        for line in ticket.lines:
            is_pot = line.menu_class == "broth"
            if is_pot and line.counts.ready > 0 and _is_for(line.ready_at, now, pace):
                yield TapLine(ticket.visit, line.key)


def _lines(ticket: Ticket, now: int, pace: Pace) -> Iterator[Intent]:
    for line in ticket.lines:
        is_open = line.counts.queued + line.counts.cooking > 0
        if line.void_unacknowledged or (is_open and _is_for(line.fired_at, now, pace)):
            yield TapLine(ticket.visit, line.key)


def _is_for(since: int | None, now: int, pace: Pace) -> bool:
    return since is not None and now - since >= pace.takes_s * 1000


def line_of(board: Screen, table: str, line_id: str) -> tuple[Ticket, TicketLine] | None:
    """Return a line of a table as a screen shows it."""
    for ticket in board.board.tickets:
        for line in ticket.lines:
            if ticket.table == table and line.key.line_id == line_id:
                return ticket, line
    return None


@dataclass
class OtherDevice:
    """A station without a pane: another screen in the house, worked through the bridge's HTTP."""

    view: str
    clock: KitchenClock
    http: Http

    async def work(self, random: Random) -> None:
        """Bump what is due until cancelled. While the bridge is away there is nothing to see."""
        pace = PACES[self.view]
        while True:
            await self.clock.pause(pace.between_s * random.uniform(0.7, 1.4))
            try:
                await self._bump_oldest(pace)
            except HttpError:
                await asyncio.sleep(0.5)

    async def _bump_oldest(self, pace: Pace) -> None:
        status, body = await self.http.ask("GET", f"/v1/board/{self.view}")
        if status != 200:
            return
        for ticket in json.loads(body)["tickets"]:
            for line in ticket["lines"]:
                age_s = line["fired_age_s"] or 0
                if line["void_unacknowledged"] or (_is_open(line) and age_s >= pace.takes_s):
                    await self._do(line)
                    return

    async def _do(self, line: dict[str, object]) -> None:
        kind = "ack_void" if line["void_unacknowledged"] else "bump"
        await send_command(self.http, kind, line, self.view, line_id=line["line_id"])


def _is_open(line: dict[str, dict[str, str]]) -> bool:
    portions = line["portions"]
    return float(portions["queued"]) + float(portions["cooking"]) > 0


async def send_command(
    http: Http, kind: str, order: dict[str, object], view: str, **more: object
) -> None:
    """Send one command about an order (`source`, `order_id`); raises `HttpError`."""
    about = {"source": order["source"], "order_id": order["order_id"]}
    command = {"id": str(uuid4()), "kind": kind, "order": about, "view": view, **more}
    body = json.dumps({**command, "device": f"{view}-1"}, ensure_ascii=False).encode()
    await http.ask("POST", "/v1/commands", body)
