"""A small restaurant for the tests of the board: a fixed book, and a kitchen driven by `decide`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from kds.board.memo import BoardMemo
from kds.board.values import Board, Ticket, TicketLine
from kds.board.views import board
from kds.kitchen.commands import Command, CommandKind, Outcome, ReceiveOrder
from kds.kitchen.decide import decide
from kds.kitchen.events import Cause, Event, Fact
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import (
    ANY_STATION,
    BY_HAND,
    CommandId,
    EventId,
    Instant,
    LineId,
    LineKey,
    OrderId,
    OrderKey,
    RuleId,
    SourceId,
    StationId,
    VisitId,
)
from kds.kitchen.messages import LineContent, OrderFields, OrderMessage
from kds.kitchen.order_facts import HoldPlaced
from kds.kitchen.orders import Gate, Line, Order, Recipe, Routing, Step
from kds.kitchen.state import Kitchen
from kds.kitchen.wording import Wording
from kds.rulebook.compiled import OvertimeRule
from kds.rulebook.priority import PriorityBand, SlowView
from kds.rulebook.sold_out import SoldOutRule, arbitrate
from kds.rulebook.terms import Pan

START = Instant(1_795_000_000_000)  # an evening in November 2026
SECOND = 1000
MINUTE = 60_000


@dataclass(frozen=True)
class Station:
    """A station of the test book."""

    id: StationId
    capacity: int | None = None


@dataclass(frozen=True)
class WaitRule:
    """The rule of the test book that makes lines wait."""

    where: str = "gates.yaml:42"


@dataclass(frozen=True)
class Limits:
    """Limits of the test book."""

    attention_s: float | None = 180
    late_s: float | None = 300
    critical_s: float | None = 600
    clock: str = "fired"
    rule: str = "all dishes"
    where: str = "menu.yaml:14"


def steps(*stations: str) -> tuple[Step, ...]:
    """Return a chain over `stations`, each after the one before."""
    return tuple(Step(StationId(s), (i - 1,) if i else ()) for i, s in enumerate(stations))


ROUTES = {
    "锅底": steps("broth"),
    "涮品": steps("cut"),
    "热菜": steps("cut", "wok"),
    "饮料": steps("drink"),
    "都要": (Step(StationId("cut")), Step(StationId("wok"))),
    "打包": (),
}


@dataclass(frozen=True)
class Book:
    """Stations by category, one set of limits, pots first; no gates of its own."""

    hash: str = "test"
    stations: Sequence[Station] = tuple(
        Station(StationId(s)) for s in ("broth", "cut", "wok", "drink")
    )
    serve_step: bool = True
    of_all: Limits = field(default_factory=Limits)

    def limits(self, fields: OrderFields, line: Line) -> Limits:
        """Return the same limits for everything."""
        del fields, line
        return self.of_all

    def shown_s(self, rule: RuleId) -> int | None:
        """Show everything at once."""
        del rule
        return None

    def hold_rule(self, rule: RuleId) -> WaitRule | None:
        """Know broth-first only."""
        return WaitRule() if rule == "broth-first" else None

    @property
    def zone_info(self) -> ZoneInfo:
        """Keep the world's time."""
        return ZoneInfo("UTC")

    @property
    def overtimes(self) -> tuple[OvertimeRule, ...]:
        """Tell nobody that a table waits."""
        return ()

    @property
    def bands(self) -> tuple[PriorityBand, ...]:
        """Prefer nobody."""
        return ()

    @property
    def slow(self) -> SlowView:
        """Never call a view slow as a whole."""
        return SlowView((1, 1))

    def prep_s(self, line: Line) -> int | None:
        """Give every dish the same twelve minutes."""
        del line
        return 720

    def pan(self, line: Line) -> Pan | None:
        """Make every dish alone."""
        del line
        return None

    def rank(self, line: Line) -> int:
        """Rushed lines, pots, the rest."""
        return (line.routing.menu_class != "锅底") - 10 * (line.rush > 0)

    def route(self, fields: OrderFields, content: LineContent, *, is_parent: bool) -> Routing:
        """Route by category."""
        del fields
        if is_parent:
            return Routing(())
        known = ROUTES.get(content.category, (Step(ANY_STATION),))
        return Routing(known, content.category, RuleId(f"to {content.category}"), "menu.yaml:3")

    def recipe(self, fields: OrderFields, content: LineContent) -> Recipe:
        """Make nothing else of any dish."""
        del fields, content
        return Recipe()

    def has_station(self, station: StationId) -> bool:
        """Know every station."""
        del station
        return True

    def join(self, kitchen: Kitchen, order: Order | None, fields: OrderFields) -> VisitId | None:
        """Join nothing without a session."""
        del kitchen, order, fields
        return None

    def arbitrate(self, kitchen: Kitchen, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Ask the pass about who ordered last."""
        return arbitrate(SoldOutRule(), kitchen, facts)

    def settle(
        self, kitchen: Kitchen, visit: VisitId, facts: Sequence[Fact], now: Instant
    ) -> Sequence[Fact]:
        """Hold nothing."""
        del kitchen, visit, facts, now
        return ()


def dish(line_id: str, quantity: str = "1", category: str = "涮品", **more: Any) -> LineContent:
    """Return a line; without a name it is called after its id."""
    name = more.pop("name", f"dish {line_id}")
    return LineContent(LineId(line_id), name, Decimal(quantity), category=category, **more)


def key_of(order_id: str) -> OrderKey:
    """Return the key of an order of the test till; one that begins with h is by hand."""
    source = BY_HAND if order_id.startswith("h") else SourceId("till")
    return OrderKey(source, OrderId(order_id))


def line_key(order_id: str, line_id: str) -> LineKey:
    """Return the key of a line of the test till."""
    return LineKey(*key_of(order_id), LineId(line_id))


class House:
    """A kitchen whose time only this test moves."""

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or Book()
        self.kitchen = Kitchen()
        self.now = START
        self.memo = BoardMemo()
        self._commands = 0

    def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now = Instant(self.now + milliseconds)

    def order(
        self,
        order_id: str,
        *lines: LineContent,
        revision: int = 1,
        partial: bool = False,
        given: Iterable[str] = (),
        **fields: Any,
    ) -> Outcome:
        """Receive an order or a revision of it."""
        message = OrderMessage(
            key_of(order_id), revision, partial, OrderFields(**fields), frozenset(given), lines
        )
        command = ReceiveOrder(self._id(), message, digest=repr(message))
        return self._decide(command)

    def do(self, kind: CommandKind, order_id: str, line: str | None = None, **more: Any) -> Outcome:
        """Give a command about an order; `portions` as text."""
        if "portions" in more:
            more["portions"] = Decimal(more["portions"])
        line_id = None if line is None else LineId(line)
        return self._decide(Command(self._id(), kind, key_of(order_id), line_id=line_id, **more))

    def command(self, kind: CommandKind, **more: Any) -> Outcome:
        """Give a command about the whole kitchen."""
        return self._decide(Command(self._id(), kind, **more))

    def tell(self, fact: Fact) -> None:
        """Let something happen that no command asks for."""
        event = Event(EventId(f"fact-{self.kitchen.seq}"), self.now, Cause.RULE, fact)
        self.kitchen = evolve(self.kitchen, event)

    def gate(
        self, order_id: str, *lines: str, gate: Gate = Gate.RUN, until: Instant | None = None
    ) -> None:
        """Hold lines by the rule broth-first."""
        keys = tuple(line_key(order_id, line) for line in lines)
        visit = self.kitchen.orders[key_of(order_id)].visit
        reason = Wording("等锅底", "waiting for the pot")
        self.tell(HoldPlaced(visit, keys, RuleId("broth-first"), gate, reason, until))

    def board(self, view: str) -> Board:
        """Return the board of `view`, made anew."""
        return board(self.kitchen, self.book, view, self.now)

    def remembered(self, view: str) -> Board:
        """Return the board of `view`, made with this house's memo."""
        return board(self.kitchen, self.book, view, self.now, self.memo)

    def ticket(self, view: str, order_id: str = "1") -> Ticket:
        """Return the ticket in `view` that shows an order."""
        return self.tickets(view)[order_id]

    def tickets(self, view: str) -> Mapping[str, Ticket]:
        """Return the tickets of `view` by the id of their first order."""
        return {t.orders[0].order_id: t for t in self.board(view).tickets}

    def line(self, view: str, line_id: str, order_id: str = "1") -> TicketLine:
        """Return a line as `view` shows it."""
        return lines_of(self.ticket(view, order_id))[line_id]

    def _id(self) -> CommandId:
        self._commands += 1
        return CommandId(f"command-{self._commands}")

    def _decide(self, command: ReceiveOrder | Command) -> Outcome:
        decision = decide(self.kitchen, command, self.book, self.now)
        self.kitchen = decision.kitchen
        return decision.outcome


def lines_of(ticket: Ticket) -> dict[str, TicketLine]:
    """Return the lines of `ticket` by id, in order."""
    return {line.key.line_id: line for line in ticket.lines}
