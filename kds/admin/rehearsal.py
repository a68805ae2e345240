"""A recorded day played under a rule book: the same orders, the same hands, other rules.

Routing, holds and announcements are exact. Lateness is an estimate: it is taken that each dish gets
ready at the moment at which it did, at whatever station it now is; one that was still held then,
as soon as it is let go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kds.admin.ears import Ears
from kds.admin.pans import Pans
from kds.admin.recorded import Asked
from kds.kitchen.commands import Command, CommandKind, ReceiveOrder, Result
from kds.kitchen.decide import Decision, decide, record
from kds.kitchen.events import AlertRaised, Event, LineLate, RulePaused, SoldOutMarked
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import EXPO, Instant, LineKey, OrderKey, VisitId, is_pass
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    Opening,
    OrderReceived,
)
from kds.kitchen.orders import HELD_BY_HAND, HELD_BY_POS, Level
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.due import changed_visits, due, house_due, visit_due
from kds.rulebook.sold_out import asks_about

_LEVELS = [None, *Level]
_AT_STATIONS = frozenset({CommandKind.START, CommandKind.BUMP})
_MOST_AT_ONCE = 100_000


@dataclass(slots=True)
class Fate:
    """What became of one line. `held_s`: how long a rule held it; `late`: the worst level.

    `lost`: portions that could at some time not be made, for lack of it; `batched`: it was begun
    out of a pan that screens proposed for several tickets.
    """

    name: str
    table: str
    stations: tuple[str, ...]
    held_s: float = 0.0
    late: Level | None = None
    held_since: Instant | None = None
    lost: Decimal = Decimal(0)
    batched: bool = False


@dataclass(slots=True)
class Tally:
    """What became of a day. `asked`: questions to the pass; `unrepeated`: acts without a place."""

    lines: dict[LineKey, Fate] = field(default_factory=dict)
    timeouts: int = 0
    pauses: int = 0
    sentences: int = 0
    asked: int = 0
    unrepeated: int = 0

    def figures(self) -> dict[str, int]:
        """Return the day in numbers."""
        fates = self.lines.values()
        late = [fate for fate in fates if fate.late in {Level.LATE, Level.CRITICAL}]
        return {
            "lines": len(self.lines),
            "held": sum(1 for fate in fates if fate.held_s),
            "held_min": round(sum(fate.held_s for fate in fates) / 60),
            "late": len(late),
            "critical": sum(1 for fate in fates if fate.late is Level.CRITICAL),
            "timeouts": self.timeouts,
            "pauses": self.pauses,
            "batched": sum(1 for fate in fates if fate.batched),
            "sold_out": sum(1 for fate in fates if fate.lost),
            "asked": self.asked,
            "announced": self.sentences,
        }

    def late_by_station(self) -> Counter[str]:
        """Return how many lines of each station were late or worse."""
        return Counter(
            station
            for fate in self.lines.values()
            if fate.late in {Level.LATE, Level.CRITICAL}
            for station in fate.stations
        )


def rehearse(asked: Sequence[Asked], book: Book, until: Instant | None = None) -> Tally:
    """Return what becomes of a recorded day under `book`. Nothing else is touched.

    `until`: so long time passes after the last that was asked; None: not at all.
    """
    return _Stage(book, asked[0].at if asked else Instant(0)).play(asked, until)


class _Stage:
    """One kitchen from nothing, in which the day is played."""

    def __init__(self, book: Book, began: Instant) -> None:
        self._book = book
        self._kitchen = Kitchen()
        self._now = began
        self._due: dict[VisitId, Instant] = {}
        self._seen = Kitchen()
        views = frozenset({EXPO, *(station.id for station in book.stations)})
        self._ears = Ears(book, views, began, languages=("zh",))
        self._tally = Tally()
        self._pans = Pans(book)
        self._waiting: list[Command] = []

    def play(self, asked: Sequence[Asked], until: Instant | None) -> Tally:
        for each in asked:
            self._pass_until(each.at)
            if isinstance(each.what, ReceiveOrder):
                self._keep(decide(self._kitchen, each.what, self._book, self._now))
            elif each.what is None:
                self._tally.unrepeated += 1
            else:
                self._act(each.what)
        if until is not None and until > self._now:
            self._pass_until(until)
        self._ears.until(self._kitchen, Instant(self._now + 60_000))
        self._tally.sentences = self._ears.sentences
        self._tally.unrepeated += len(self._waiting)
        for fate in self._tally.lines.values():
            self._let_go(fate, self._now)
        return self._tally

    # --- hands -------------------------------------------------------------------------------

    def _act(self, command: Command) -> None:
        """Do what a hand did; what is held under this book waits until it is let go."""
        if self._done(command):
            self._retry()
        elif command.kind in _AT_STATIONS:
            self._waiting.append(command)
        else:
            self._tally.unrepeated += 1

    def _done(self, command: Command) -> bool:
        """Try at the view where it was done, then at the stations that now do it."""
        for number, view in enumerate(self._views(command)):
            tried = replace(command, view=view, id=type(command.id)(f"{command.id}@{number}"))
            decision = decide(self._kitchen, tried, self._book, self._now)
            if decision.outcome.result is Result.APPLIED:
                self._keep(decision)
                return True
        return False

    def _views(self, command: Command) -> list[str | None]:
        if is_pass(command.view) or command.order is None or command.line_id is None:
            return [command.view]
        line = self._kitchen.line(LineKey(*command.order, command.line_id))
        if line is None or command.kind not in _AT_STATIONS:
            return [command.view]
        stations = [step.station for step in line.routing.steps]
        return [command.view] if command.view in stations else [*stations]

    def _retry(self) -> None:
        self._waiting = [command for command in self._waiting if not self._done(command)]

    # --- time --------------------------------------------------------------------------------

    def _pass_until(self, end: Instant) -> None:
        """Let time pass; what falls due happens at its moment."""
        for _ in range(_MOST_AT_ONCE):
            self._look_again()
            house = house_due(self._kitchen, self._book, self._now)
            at = min((*self._due.values(), end if house is None else house))
            if at >= end:
                break
            self._now = max(self._now, at)
            self._ears.until(self._kitchen, self._now)
            ripe = [visit for visit, when in self._due.items() if when <= self._now]
            facts = due(self._kitchen, self._book, self._now, ripe)
            self._keep(record(self._kitchen, facts, self._book, self._now))
            if not facts:
                break
            if self._waiting:
                self._retry()
        self._now = max(self._now, end)
        self._ears.until(self._kitchen, self._now)

    def _look_again(self) -> None:
        for visit in changed_visits(self._seen, self._kitchen):
            at = visit_due(self._kitchen, visit, self._book)
            if at is None:
                self._due.pop(visit, None)
            else:
                self._due[visit] = at
        self._seen = self._kitchen

    # --- what becomes of it --------------------------------------------------------------------

    def _keep(self, decision: Decision) -> None:
        for event in decision.events:
            before, self._kitchen = self._kitchen, evolve(self._kitchen, event)
            for key in self._pans.begun_in(before, event):
                self._fate(key).batched = True
            self._ears.happened(before, event, self._kitchen, self._now)
            self._note(event)

    def _note(self, event: Event) -> None:
        match event.fact:
            case LineLate() as fact:
                fate = self._fate(fact.line)
                fate.late = max(fate.late, fact.level, key=_LEVELS.index)
            case HoldPlaced() as fact if fact.rule not in {HELD_BY_HAND, HELD_BY_POS}:
                self._tally.asked += fact.asks
                for key in fact.lines:
                    fate = self._fate(key)
                    fate.held_since = fate.held_since or event.at
            case HoldReleased() as fact:
                for key in fact.lines:
                    self._let_go(self._fate(key), event.at)
                self._tally.timeouts += fact.opened_by is Opening.TIMEOUT
            case SoldOutMarked() as fact:
                for key, portions in fact.items:
                    fate = self._fate(key)
                    fate.lost = max(fate.lost, portions)
            case AlertRaised() as fact:
                self._tally.asked += asks_about(fact.alert)
            case RulePaused():
                self._tally.pauses += 1
            case OrderReceived() as fact:
                self._note_stations(fact.message.key)
            case _:
                pass

    def _let_go(self, fate: Fate, at: Instant) -> None:
        if fate.held_since is not None:
            fate.held_s += (at - fate.held_since) / 1000
            fate.held_since = None

    def _fate(self, key: LineKey) -> Fate:
        fate = self._tally.lines.get(key)
        if fate is None:
            order, line = self._kitchen.orders.get(key.order), self._kitchen.line(key)
            table = "" if order is None else order.fields.table
            fate = Fate("" if line is None else line.content.name, table, ())
            self._tally.lines[key] = fate
        return fate

    def _note_stations(self, key: OrderKey) -> None:
        """Note where the lines of an order are cooked; old orders leave the kitchen some day."""
        for line in self._kitchen.orders[key].lines.values():
            self._fate(line.key).stations = tuple(step.station for step in line.routing.steps)


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that fares otherwise under the edited book. `weight`: how much so."""

    before: Fate
    after: Fate
    weight: float

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "table": self.after.table,
            "name": self.after.name,
            "stations": {"active": list(self.before.stations), "edited": list(self.after.stations)},
            "held_s": {"active": self.before.held_s, "edited": self.after.held_s},
            "late": {"active": self.before.late, "edited": self.after.late},
            "sold_out": {"active": f"{self.before.lost:f}", "edited": f"{self.after.lost:f}"},
            "batched": {"active": self.before.batched, "edited": self.after.batched},
        }


def differences(active: Tally, edited: Tally) -> list[Difference]:
    """Return the lines that fare otherwise, the biggest difference first."""
    found = []
    for key, after in edited.lines.items():
        before = active.lines.get(key)
        if before is None:
            continue
        weight = abs(after.held_s - before.held_s)
        weight += 300 * abs(_LEVELS.index(after.late) - _LEVELS.index(before.late))
        weight += 60 * (after.stations != before.stations)
        weight += 300 * float(abs(after.lost - before.lost))
        weight += 30 * (after.batched is not before.batched)
        if weight:
            found.append(Difference(before, after, weight))
    return sorted(found, key=lambda each: -each.weight)
