"""The crowd: who orders next, out of a file or made up, and what has been ordered so far."""

from __future__ import annotations

from random import Random

from kds.demo import script
from kds.demo.cooks import EXPO
from kds.demo.feed import Feed
from kds.demo.house import TABLES, Guests, Order
from kds.demo.opening import LATE_TABLE, VOID_TABLE, eating
from kds.demo.script import Allowance, Party
from kds.demo.stage import Stage
from kds.demo.tills import Key

_MOST_OPEN = 11
"""Tables with something open at the pass, before guests are slower to order."""
_GAP_S = (7.0, 14.0)
_FIRST_NUMBER = 3000


class Crowd:
    """Guests. `sent`: every order of the run; `feed` None: all are made up."""

    def __init__(
        self, stage: Stage, allowance: Allowance, feed: Feed | None, random: Random
    ) -> None:
        self.sent: list[Key] = []
        self._stage, self._allowance, self._feed = stage, allowance, feed
        self._random = random
        self._guests = Guests(random)
        self._sittings = eating()
        self._tables: dict[Key, str] = {}

    async def follow_script(self) -> None:
        """Let the guests of the script's stream order."""
        for at_s, party in script.STREAM[: self._allowance.stream]:
            await self._stage.clock.until(self._stage.time(at_s))
            await self.order(party)

    async def run_on(self) -> None:
        """Let guests come until the allowance is used up; without one, for ever."""
        most = self._allowance.orders
        while most is None or len(self.sent) < most:
            gap_s = self._random.uniform(*_GAP_S) if self._feed is None else self._feed.gap_s
            await self._stage.clock.pause(gap_s)
            is_full = len(self._stage.screen(EXPO).board.tickets) >= _MOST_OPEN
            if is_full or await self.order():
                continue
            if most is not None:
                break
            self._feed = None  # somebody watches: the evening goes on
        await self._stage.sent()

    async def order(self, party: Party | None = None) -> bool:
        """Let one more order come, of any party or such a one; False: there are no more."""
        if self._feed is None:
            await self.send(self.made_up(party))
        elif self._feed.is_empty:
            return False
        else:
            await self.send(self._feed.take(self._stage.stamp_now()))
        return True

    def made_up(self, party: Party | None = None) -> Order:
        """Return an order of people who could be there now."""
        reserved = {script.SCAN_TABLE, script.MOVED_TO, LATE_TABLE, VOID_TABLE}
        busy = {ticket.table for ticket in self._stage.screen(EXPO).board.tickets}
        shown = self._stage.glass.shown
        busy |= {table for key, table in self._tables.items() if key not in shown}
        free = [table for table in TABLES if table not in busy | reserved]
        parties = [f"{t}-{s}" for t, s in self._sittings.items() if t in free]
        number, now = _FIRST_NUMBER + len(self.sent), self._stage.stamp_now()
        if parties and party is Party.EATING:
            return self._guests.second_round(number, parties, now)
        if free and party is Party.NEW:
            return self._guests.first_round(number, free, now)
        return self._guests.order(number, free, parties, now)

    async def send(self, order: Order) -> None:
        """Let a till take an order of the run."""
        key = (str(order["source"]), str(order["order_id"]))
        self.sent.append(key)
        session = str(order.get("session", ""))
        if session:
            table, _, sitting = session.partition("-")
            self._sittings[table], self._tables[key] = sitting, table
        await self._stage.take(order)
