"""Decide: what a command makes happen, given the kitchen, the rules and the time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kds.kitchen import plan_house, plan_pans, plan_visits, plan_work, twins
from kds.kitchen.changing import replace
from kds.kitchen.commands import Command, CommandKind, Outcome, RaiseAlert, ReceiveOrder, Result
from kds.kitchen.events import (
    AlertRaised,
    Cause,
    Event,
    Fact,
)
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import CommandId, EventId, Instant, VisitId
from kds.kitchen.memory import first_seq
from kds.kitchen.order_facts import OrderReceived
from kds.kitchen.plans import Plan
from kds.kitchen.policy import Policy
from kds.kitchen.receive import (
    conflict,
    followups,
    order_received,
    place_of,
    remarks_made,
    warnings_for,
)
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.stock import stock_facts
from kds.kitchen.wording import Wording

SETTLE_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command made happen. `kitchen` is the old one folded with `events`."""

    events: tuple[Event, ...]
    kitchen: Kitchen
    outcome: Outcome


def decide(
    kitchen: Kitchen, command: ReceiveOrder | Command | RaiseAlert, policy: Policy, now: Instant
) -> Decision:
    """Return what `command` makes happen at `now`.

    Event ids follow from the command's id, so the same command on the same kitchen gives the
    same events. A command that was applied before, or no longer applies, gives none.
    """
    match command:
        case ReceiveOrder():
            return _receive(kitchen, command, policy, now)
        case RaiseAlert():
            return _raise_alert(kitchen, command, now)
        case Command():
            return _act(kitchen, command, policy, now)


def record(kitchen: Kitchen, events: Iterable[Event], policy: Policy, now: Instant) -> Decision:
    """Return what time facts make happen: the facts themselves and what the rules make of them."""
    story = _Story(kitchen, "", now)
    for event in events:
        story.take_up(event)
        story.settle(policy)
    return story.end(Outcome(Result.APPLIED, story.kitchen.seq))


class _Story:
    """Facts told one after the other, each on the kitchen that the former ones left."""

    def __init__(
        self, kitchen: Kitchen, prefix: str, now: Instant, command: Command | None = None
    ) -> None:
        self.kitchen = kitchen
        self._prefix = prefix
        self._number = 0
        self._now = now
        self._command = command
        self._events: list[Event] = []
        self._unsettled: list[Fact] = []

    def add(self, fact: Fact, cause: Cause) -> None:
        """Tell `fact` as an event of this story's command."""
        self._number += 1
        command = self._command
        self.tell(
            Event(
                id=EventId(f"{self._prefix}:{self._number}"),
                at=self._now,
                cause=cause,
                fact=fact,
                command=command.id if command is not None else None,
                device=command.device if command is not None else "",
                person=command.person if command is not None else "",
            )
        )

    def tell(self, event: Event) -> None:
        """Apply an event as it is."""
        self.kitchen = evolve(self.kitchen, event)
        self._events.append(event)
        self._unsettled.append(event.fact)

    def take_up(self, event: Event) -> None:
        """Apply an event as it is; what follows gets ids under its id."""
        self._prefix, self._number = event.id, 0
        self.tell(event)

    def settle(self, policy: Policy) -> None:
        """Ask the rules what follows, until nothing does."""
        for _ in range(SETTLE_ROUNDS):
            facts, self._unsettled = self._unsettled, []
            answers = [
                fact
                for visit in _visits_of(self.kitchen, facts)
                if visit in self.kitchen.visits
                for fact in policy.settle(self.kitchen, visit, facts, self._now)
            ]
            if self.kitchen.short or self.kitchen.lost:
                answers += policy.arbitrate(self.kitchen, facts)
            if not answers:
                return
            for fact in answers:
                self.add(fact, Cause.RULE)

    @property
    def facts(self) -> Iterator[Fact]:
        """Everything told so far."""
        return (event.fact for event in self._events)

    def end(self, outcome: Outcome) -> Decision:
        """Return all that was told."""
        return Decision(tuple(self._events), self.kitchen, outcome)


def _visits_of(kitchen: Kitchen, facts: Sequence[Fact]) -> list[VisitId]:
    """Return the visits that facts are about; of a revision also where its lines sit by now."""
    found: dict[VisitId, None] = {}
    for fact in facts:
        for name in ("visit", "into", "to"):
            value = getattr(fact, name, None)
            if isinstance(value, str):
                found[VisitId(value)] = None
        if isinstance(fact, OrderReceived):
            lines = kitchen.orders[fact.message.key].lines.values()
            found |= dict.fromkeys(group.visit for line in lines for group in line.groups)
    return list(found)


def _receive(kitchen: Kitchen, command: ReceiveOrder, policy: Policy, now: Instant) -> Decision:
    place = place_of(kitchen.orders.get(command.message.key), command.message, command.digest)
    story = _Story(kitchen, command.id, now)
    if place.result is Result.UNCHANGED:
        order = kitchen.orders[command.message.key]
        return story.end(Outcome(place.result, order.seq, revision=place.revision))
    if place.result is Result.CONFLICT:
        alert = conflict(command, place, now)
        if alert.alert.id not in kitchen.alerts:
            story.add(alert, Cause.POS)
        why = f"revision {place.revision} is known with other content"
        return story.end(Outcome(place.result, story.kitchen.seq, why, place.revision))
    fact = order_received(kitchen, command, place, policy, now)
    story.add(fact, Cause.POS)
    for more in list(followups(kitchen, story.kitchen, fact)):
        story.add(more, Cause.POS)
    warnings = warnings_for(story.kitchen, fact)
    story.settle(policy)
    warnings += remarks_made(story.facts, story.kitchen)
    return story.end(
        Outcome(place.result, story.kitchen.seq, revision=place.revision, warnings=warnings)
    )


def _raise_alert(kitchen: Kitchen, command: RaiseAlert, now: Instant) -> Decision:
    message = Wording(command.message_zh, command.message_en)
    story = _Story(kitchen, command.id, now)
    alert = Alert(command.alert, now, message, command.source, command.raw)
    known = kitchen.alerts.get(command.alert)
    if known is not None and replace(known, at=now) == alert:
        return story.end(Outcome(Result.NO_OP, kitchen.seq, "already shown"))
    story.add(AlertRaised(alert), Cause.POS)
    return story.end(Outcome(Result.APPLIED, story.kitchen.seq))


_GIVES_BACK = frozenset({CommandKind.VOID, CommandKind.UNDO})
"""What a person does that changes how much of a dish is taken."""

Handler = Callable[[Kitchen, Command, Instant], Plan]


def _act(kitchen: Kitchen, command: Command, policy: Policy, now: Instant) -> Decision:
    story = _Story(kitchen, command.id, now, command)
    done = first_seq(kitchen, CommandId(command.id))
    if done is not None:
        return story.end(Outcome(Result.NO_OP, done, "already done"))
    plan = plan_house.unknown_station(kitchen, command, policy)
    plan = plan or _HANDLERS[command.kind](kitchen, command, now)
    if not plan.facts:
        result = Result.REFUSED if plan.is_refused else Result.NO_OP
        return story.end(Outcome(result, kitchen.seq, plan.why))
    for fact in plan.facts:
        story.add(fact, Cause.PERSON)
    if command.kind in _GIVES_BACK:
        orders = story.kitchen.orders.changes_since(kitchen.orders)[0]
        for count in list(stock_facts(kitchen, story.kitchen, orders)):
            story.add(count, Cause.RULE)
    if command.kind is not CommandKind.UNDO:
        story.settle(policy)
    return story.end(Outcome(Result.APPLIED, story.kitchen.seq, plan.why))


_HANDLERS: Mapping[CommandKind, Handler] = MappingProxyType(
    {
        CommandKind.START: plan_pans.move,
        CommandKind.BUMP: plan_pans.move,
        CommandKind.SERVE: plan_pans.move,
        CommandKind.RECALL: plan_pans.move,
        CommandKind.UNDO: plan_visits.undo,
        CommandKind.REMAKE: plan_work.remake,
        CommandKind.HOLD: plan_work.hold,
        CommandKind.FIRE: plan_work.fire,
        CommandKind.RELEASE: plan_work.release,
        CommandKind.RUSH: plan_work.rush,
        CommandKind.UNRUSH: plan_work.rush,
        CommandKind.VOID: plan_work.void_portions,
        CommandKind.ACK_VOID: plan_work.acknowledge_void,
        CommandKind.TAKE: plan_work.take,
        CommandKind.MOVE_TABLE: plan_visits.move_table,
        CommandKind.MERGE: plan_visits.merge,
        CommandKind.SPLIT: plan_visits.split,
        CommandKind.CLOSE: plan_visits.close,
        CommandKind.PIN: plan_visits.pin,
        CommandKind.UNPIN: plan_visits.pin,
        CommandKind.RIDER_HERE: plan_visits.rider,
        CommandKind.RIDER_GONE: plan_visits.rider,
        CommandKind.FOLD: plan_house.fold_station,
        CommandKind.SOLD_OUT: plan_house.stock,
        CommandKind.ON_SALE: plan_house.stock,
        CommandKind.ACK_ALERT: plan_house.acknowledge_alert,
        CommandKind.SAME_ORDER: twins.same_order,
        CommandKind.OTHER_ORDER: twins.other_order,
        CommandKind.PAUSE_RULE: plan_house.pause_rule,
        CommandKind.RESUME_RULE: plan_house.resume_rule,
    }
)
