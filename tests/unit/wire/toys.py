"""A bridge without disk or sockets, displays beside it, and lines between them to be disturbed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from kds.kitchen.commands import Command, CommandKind, Outcome, ReceiveOrder, Result
from kds.kitchen.decide import decide
from kds.kitchen.events import Event
from kds.kitchen.evolve import fold
from kds.kitchen.ids import CommandId, Instant, LineId, OrderId, OrderKey, SourceId
from kds.kitchen.messages import LineContent, OrderFields, OrderMessage
from kds.kitchen.portions import PortionState
from kds.kitchen.state import Kitchen
from kds.rulebook.book import book_to_json
from kds.rulebook.builtin import builtin_book
from kds.wire.bridge import BridgeSession
from kds.wire.display import DisplaySession
from kds.wire.history import History
from kds.wire.messages import BookText
from kds.wire.notices import Asked, BridgeNotice, DisplayNotice, Leave
from kds.wire.standing import Identity, Kept

N = TypeVar("N")
START = Instant(1_795_000_000_000)
BOOK = builtin_book()
VIEW = "kitchen"


def order_key(number: int) -> OrderKey:
    """Return the key of an order of the toy till."""
    return OrderKey(SourceId("till"), OrderId(str(number)))


def bump(
    number: int,
    command_id: str,
    *,
    seen: int | None = None,
    line: str = "",
    kind: CommandKind = CommandKind.BUMP,
    device: str = "wall-1",
) -> Command:
    """Return the command that bumps an order, or one line of it; or does something else to it."""
    return Command(
        CommandId(command_id),
        kind,
        order_key(number),
        line_id=LineId(line) if line else None,
        view=VIEW,
        device=device,
        seen=seen,
    )


def ready(kitchen: Kitchen, number: int) -> Decimal:
    """Return how many portions of an order are ready."""
    lines = kitchen.orders[order_key(number)].lines.values()
    groups = [group for line in lines for group in line.groups]
    return sum((g.portions for g in groups if g.state is PortionState.READY), Decimal(0))


def states(kitchen: Kitchen, number: int) -> list[tuple[str, str, Decimal]]:
    """Return line, state and portions of every group of an order."""
    lines = kitchen.orders[order_key(number)].lines.values()
    return sorted((ln.key.line_id, g.state.value, g.portions) for ln in lines for g in ln.groups)


@dataclass
class ToyBridge:
    """A log in memory and what decides on it. `book`: told to displays unless None."""

    epoch: str = "e1"
    kept_events: int = 2000
    kitchen: Kitchen = field(default_factory=Kitchen)
    log: list[tuple[int, Event]] = field(default_factory=list)
    answers: dict[CommandId, Outcome] = field(default_factory=dict)
    is_disk_full: bool = False

    def __post_init__(self) -> None:
        self.history = self._new_history()

    @property
    def now(self) -> Instant:
        """Kitchen time: a second per event."""
        return Instant(START + 1000 * self.kitchen.seq)

    def order(self, number: int, dishes: int = 2) -> None:
        """Receive an order."""
        lines = tuple(
            LineContent(LineId(str(n + 1)), f"dish {n + 1}", Decimal(1)) for n in range(dishes)
        )
        message = OrderMessage(order_key(number), 1, False, OrderFields(), frozenset(), lines)
        receive = ReceiveOrder(CommandId(f"order-{number}"), message, f"digest {number}")
        self._keep(decide(self.kitchen, receive, BOOK, self.now).events)

    def do(self, command: Command) -> Outcome:
        """Apply a command once, however often it comes."""
        before = self.answers.get(command.id)
        if before is not None:
            result = Result.NO_OP if before.result is Result.APPLIED else before.result
            return replace(before, result=result)
        decision = decide(self.kitchen, command, BOOK, self.now)
        self._keep(decision.events)
        self.answers[command.id] = decision.outcome
        return decision.outcome

    def restart(self) -> None:
        """Start again on the same log."""
        self.history = self._new_history()

    def restore(self, seq: int, epoch: str) -> None:
        """Start again on a backup that lacks everything after `seq`."""
        self.log = self.log[:seq]
        self.kitchen = fold(Kitchen(), (event for _, event in self.log))
        kept = {event.command for _, event in self.log}
        self.answers = {i: answer for i, answer in self.answers.items() if i in kept}
        self.epoch = epoch
        self.restart()

    def applied(self, command: str) -> int:
        """Return in how many separate places of the log a command has events."""
        places = [seq for seq, event in self.log if event.command == command]
        return sum(1 for seq in places if seq - 1 not in places)

    def _keep(self, events: Iterable[Event]) -> None:
        entries = [(self.kitchen.seq + n + 1, event) for n, event in enumerate(events)]
        self.kitchen = fold(self.kitchen, (event for _, event in entries))
        self.log += entries
        self.history.publish(self.kitchen, entries)

    def _new_history(self) -> History:
        recent = self.log[-self.kept_events :]
        history = History(self.epoch, self.kitchen, recent, kept_events=self.kept_events)
        history.book = BookText(BOOK.hash, book_to_json(BOOK))
        return history


class Line:
    """A connection between a display and the toy bridge; texts move when they are told to."""

    def __init__(self, bridge: ToyBridge, display: DisplaySession, now_ms: int) -> None:
        self.bridge = bridge
        self.display = display
        self.session = BridgeSession(bridge.history, now_ms, program="toy")
        self.up: list[str] = []
        self.down: list[str] = []
        self.told: list[BridgeNotice] = []
        self.is_over = False
        display.connected(now_ms)

    def collect(self) -> None:
        """Put what both sides have to say on the line."""
        self.up += self.display.to_send()
        while texts := self.session.to_send():
            self.down += texts

    def deliver_up(self, text: str, now_ms: int) -> None:
        """Let the bridge take a text, and do what it asks for."""
        self.session.receive(text, now_ms, self.bridge.now)
        self._serve()

    def _serve(self) -> None:
        while notices := self.session.events():
            self.told += notices
            for notice in notices:
                self._heed(notice)

    def _heed(self, notice: BridgeNotice) -> None:
        match notice:
            case Asked() if self.bridge.is_disk_full:
                self.session.unavailable("the disk is full")
            case Asked():
                self.session.answered([self.bridge.do(command) for command in notice.commands])
            case Leave():
                self.is_over = True

    def pump(self, now_ms: int) -> None:
        """Move everything in both directions until nothing is left to say."""
        self.collect()
        while self.up or self.down:
            while self.up:
                self.deliver_up(self.up.pop(0), now_ms)
            while self.down:
                self.display.receive(self.down.pop(0), now_ms)
            self.collect()

    def say(self, text: str, now_ms: int = 0) -> list[str]:
        """Let the bridge take a text of ours; return what it answers."""
        self.deliver_up(text, now_ms)
        said: list[str] = []
        while texts := self.session.to_send():
            said += texts
        return said


def display(now_ms: int = 0, kept: Kept | None = None) -> DisplaySession:
    """Return a display of the toy kitchen."""
    return DisplaySession(Identity(VIEW, "wall-1", "test"), now_ms, kept)


def following(bridge: ToyBridge, now_ms: int = 0) -> Line:
    """Return a line with a display that is up to date; its notices are taken away."""
    line = Line(bridge, display(now_ms), now_ms)
    line.pump(now_ms)
    line.display.events()
    return line


def only(notices: Iterable[DisplayNotice], kind: type[N]) -> list[N]:
    """Return the notices of one kind."""
    return [notice for notice in notices if isinstance(notice, kind)]
