"""A small kitchen for the tests of the core: fixed routes, two gates, one clock, one till."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from kds.kitchen.commands import (
    Command,
    CommandKind,
    Outcome,
    ReceiveOrder,
    Result,
    SplitPart,
)
from kds.kitchen.counts import line_counts, step_counts
from kds.kitchen.decide import Decision, decide, record
from kds.kitchen.events import Cause, Event, Fact
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
from kds.kitchen.messages import LineContent, LineState, OrderFields, OrderMessage
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    Opening,
    OrderReceived,
)
from kds.kitchen.orders import Gate, Line, Order, Recipe, Routing, Step
from kds.kitchen.portions import Counts, Group, PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording

OPENS = Instant(1_795_000_000_000)
TILL = SourceId("till")
POT_FIRST = RuleId("pot-first")


def steps(*stations: str) -> tuple[Step, ...]:
    """Return a chain over `stations`, each after the one before."""
    return tuple(Step(StationId(s), (i - 1,) if i else ()) for i, s in enumerate(stations))


def beside(*stations: str) -> tuple[Step, ...]:
    """Return steps that wait for nothing."""
    return tuple(Step(StationId(s)) for s in stations)


ROUTES: dict[str, Routing] = {
    "": Routing(steps("wok"), "hot"),
    "hot": Routing(steps("wok"), "hot"),
    "cold": Routing(steps("cut"), "cold"),
    "pot": Routing(steps("broth"), "pot"),
    "plate": Routing(steps("cut"), "plate"),
    "brain": Routing(steps("cut"), "brain"),
    "chain": Routing(steps("prep", "wok", "pass"), "hot"),
    "pair": Routing(beside("wok", "cut"), "hot"),
    "fork": Routing((*beside("prep", "cut"), Step(StationId("wok"), (0, 1))), "hot"),
    "bag": Routing(()),
    "back": Routing((Step(StationId("wok"), (1,)), Step(StationId("prep"))), "hot"),
}
"""Stations by category. Any other category is known to no rule."""


class HousePolicy:
    """Routes by category; plates wait at the pass for their pot, brains even before the start."""

    def route(self, fields: OrderFields, content: LineContent, *, is_parent: bool) -> Routing:
        """Return the category's routing; a takeaway dish is boxed after the wok."""
        if is_parent and content.category not in ROUTES:
            return Routing(())
        routing = ROUTES.get(content.category, Routing(beside(ANY_STATION)))
        if content.category == "hot" and fields.service == "takeaway":
            return Routing(steps("wok", "box"), "hot")
        return routing

    def recipe(self, fields: OrderFields, content: LineContent) -> Recipe:
        """Make nothing else of any dish."""
        del fields, content
        return Recipe()

    def has_station(self, station: StationId) -> bool:
        """Know every station."""
        del station
        return True

    def join(self, kitchen: Kitchen, order: Order | None, fields: OrderFields) -> VisitId | None:
        """Return the open visit at the table that the order's note asks to join."""
        del order
        if not fields.note.startswith("join "):
            return None
        return next(iter(kitchen.tables.get(fields.note.removeprefix("join "), ())), None)

    def arbitrate(self, kitchen: Kitchen, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Take nothing from anybody."""
        del kitchen, facts
        return ()

    def settle(
        self, kitchen: Kitchen, visit: VisitId, facts: Sequence[Fact], now: Instant
    ) -> Sequence[Fact]:
        """Close the gate for plates that have just come, open it when a pot is up or none lives."""
        lines = list(kitchen.lines_of(kitchen.visits[visit]))
        pots = [ln for ln in lines if ln.routing.menu_class == "pot"]
        states = {g.state for ln in pots for g in ln.groups if g.visit == visit}
        is_closed = bool(states - {PortionState.VOID}) and not states & {
            PortionState.READY,
            PortionState.SERVED,
        }
        held = [
            ln.key for ln in lines if any((h.rule, h.visit) == (POT_FIRST, visit) for h in ln.holds)
        ]
        if not is_closed:
            return [HoldReleased(visit, tuple(held), POT_FIRST, Opening.STATE)] if held else ()
        if not any(isinstance(fact, OrderReceived) for fact in facts):
            return ()
        return list(self._holds(lines, held, visit, now))

    def _holds(
        self, lines: Iterable[Line], held: Sequence[LineKey], visit: VisitId, now: Instant
    ) -> Iterable[Fact]:
        for menu_class, gate in (("plate", Gate.RUN), ("brain", Gate.START)):
            keys = tuple(
                ln.key
                for ln in lines
                if ln.routing.menu_class == menu_class
                and ln.key not in held
                and all(
                    g.state is PortionState.QUEUED and g.fired_at == now
                    for g in ln.groups
                    if g.visit == visit
                )
                and any(g.visit == visit for g in ln.groups)
            )
            if keys:
                reason = Wording("等锅", "waiting for the pot")
                until = Instant(now + 360_000)
                yield HoldPlaced(visit, keys, POT_FIRST, gate, reason, until)


def dish(line_id: str, quantity: str = "1", category: str = "hot", **more: Any) -> LineContent:
    """Return a line as a till states it; its name is its id unless told otherwise."""
    parent = more.pop("parent", None)
    more.setdefault("name", line_id)
    return LineContent(
        LineId(line_id),
        quantity=Decimal(quantity),
        category=category,
        parent=LineId(parent) if parent is not None else None,
        **more,
    )


def void(line_id: str, quantity: str = "1", **more: Any) -> LineContent:
    """Return a line that the till states as void."""
    return dish(line_id, quantity, state=LineState.VOID, **more)


def held(line_id: str, quantity: str = "1", **more: Any) -> LineContent:
    """Return a line that the till states as held."""
    return dish(line_id, quantity, state=LineState.HELD, **more)


def order_key(order: str = "1") -> OrderKey:
    """Return the key of an order of the house's till; one that begins with h is by hand."""
    return OrderKey(BY_HAND if order.startswith("h") else TILL, OrderId(order))


def line_key(line: str, order: str = "1") -> LineKey:
    """Return the key of a line of an order, as `order_key` names it."""
    return LineKey(*order_key(order), LineId(line))


def message(
    order: str,
    *lines: LineContent,
    revision: int | None = None,
    partial: bool = False,
    **fields: Any,
) -> OrderMessage:
    """Return a message; a partial one gives just the fields that are named."""
    given = frozenset(fields) if partial else frozenset()
    return OrderMessage(order_key(order), revision, partial, OrderFields(**fields), given, lines)


def seen_on(station: str) -> dict[str, Any]:
    """Return the arguments of a command given at a view."""
    return {"view": station, "device": f"{station}-1"}


class House:
    """A kitchen and its log; time stands still unless told to pass."""

    def __init__(self, policy: HousePolicy | None = None) -> None:
        self.policy = policy or HousePolicy()
        self.kitchen = Kitchen()
        self.now = OPENS
        self.log: list[Event] = []
        self.outcome = Outcome(Result.NO_OP, 0)
        self._numbers = iter(range(1, 1_000_000))

    # --- what happens ----------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now = Instant(self.now + round(seconds * 1000))

    def receive(self, told: OrderMessage, digest: str | None = None) -> Outcome:
        """Receive a message from the till; its content is its digest."""
        command_id = CommandId(f"in{next(self._numbers)}")
        return self._take(ReceiveOrder(command_id, told, digest or repr(told)))

    def order(self, order: str, *lines: LineContent, **more: Any) -> Outcome:
        """Receive an order, or a revision of one, in full."""
        return self.receive(message(order, *lines, **more))

    def amend(self, order: str, *lines: LineContent, **more: Any) -> Outcome:
        """Receive a partial revision."""
        return self.receive(message(order, *lines, partial=True, **more))

    def do(
        self, kind: CommandKind | str, order: str | None = "1", line: str | None = None, **more: Any
    ) -> Outcome:
        """Give a command; `portions` may be text."""
        if isinstance(more.get("portions"), str):
            more["portions"] = Decimal(more["portions"])
        more.setdefault("id", CommandId(f"do{next(self._numbers)}"))
        command = Command(
            kind=CommandKind(kind),
            order=None if order is None else order_key(order),
            line_id=None if line is None else LineId(line),
            **more,
        )
        return self._take(command)

    def split(
        self, order: str, *parts: tuple[str, str | None], table: str = "2", **more: Any
    ) -> VisitId:
        """Split portions of lines off to another table; return the new visit."""
        lines = tuple(SplitPart(LineId(li), None if n is None else Decimal(n)) for li, n in parts)
        before = set(self.kitchen.visits)
        self.do("split", order, lines=lines, table=table, **more)
        assert self.outcome.result is Result.APPLIED, self.outcome
        (new,) = set(self.kitchen.visits) - before
        return new

    def undo(self, command: CommandId) -> Outcome:
        """Undo a command."""
        return self.do("undo", None, undoes=command)

    def tell(self, *facts: Fact, cause: Cause = Cause.TIME) -> Decision:
        """Record facts that time has made."""
        events = [Event(EventId(f"t{next(self._numbers)}"), self.now, cause, f) for f in facts]
        return self._kept(record(self.kitchen, events, self.policy, self.now))

    def take(self, command: ReceiveOrder | Command) -> Outcome:
        """Decide any command and keep what it makes happen."""
        return self._take(command)

    def _take(self, command: ReceiveOrder | Command) -> Outcome:
        return self._kept(decide(self.kitchen, command, self.policy, self.now)).outcome

    def _kept(self, decision: Decision) -> Decision:
        self.kitchen = decision.kitchen
        self.log.extend(decision.events)
        self.outcome = decision.outcome
        return decision

    # --- what is to be seen ----------------------------------------------------------------

    @property
    def last(self) -> CommandId:
        """The id of the command applied last."""
        return next(e.command for e in reversed(self.log) if e.command is not None)

    def facts(self, kind: type) -> list[Any]:
        """Return the facts of a kind, in order."""
        return [event.fact for event in self.log if isinstance(event.fact, kind)]

    def the_order(self, order: str = "1") -> Order:
        """Return an order."""
        return self.kitchen.orders[order_key(order)]

    def line(self, line: str, order: str = "1") -> Line:
        """Return a line."""
        return self.the_order(order).lines[LineId(line)]

    def visit(self, order: str = "1") -> Visit:
        """Return the visit where new lines of an order go."""
        return self.kitchen.visits[self.the_order(order).visit]

    def groups(
        self, line: str, order: str = "1", *, step: int = 0, visit: VisitId | None = None
    ) -> list[Group]:
        """Return the groups of one step of a line."""
        return [
            g
            for g in self.line(line, order).groups
            if g.step == step and (visit is None or g.visit == visit)
        ]

    def states(
        self, line: str, order: str = "1", *, step: int = 0, visit: VisitId | None = None
    ) -> dict[str, int | float]:
        """Return the portions of one step of a line by state."""
        totals: dict[str, Decimal] = {}
        for group in self.groups(line, order, step=step, visit=visit):
            totals[group.state.value] = totals.get(group.state.value, Decimal(0)) + group.portions
        return {s: int(n) if n % 1 == 0 else float(n) for s, n in totals.items()}

    def counts(self, line: str, order: str = "1", *, visit: VisitId | None = None) -> Counts:
        """Return the portions of a line over all its steps."""
        return line_counts(self.the_order(order), self.line(line, order), visit)

    def at_step(self, line: str, step: int, order: str = "1") -> Counts:
        """Return the portions of a line as the station of one step sees them."""
        return step_counts(self.line(line, order), (step,))
