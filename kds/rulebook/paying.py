"""The mechanism *pay first* at work: what waits for money, is refunded, or comes once more. Pure.

What is to be held follows from the order's payment as it stands. Only what has just come is ever
held; what somebody has let go stays free. An order that may be one that was never paid, sent once
more, waits for the pass: it is never cooked twice unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from kds.kitchen.events import Fact
from kds.kitchen.ids import Instant, LineKey, OrderKey, RuleId, VisitId
from kds.kitchen.messages import Payment
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    LinesSplit,
    Opening,
    OrderReceived,
    PortionsVoided,
    TableMoved,
    VisitsMerged,
)
from kds.kitchen.orders import Gate, Hold, Line, Order, Remark
from kds.kitchen.portions import PortionState
from kds.kitchen.progress import voidable
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.rulebook.asking import fresh_portions, is_held, is_queued
from kds.rulebook.conditions import Occasion, judge
from kds.rulebook.intake import Answer, PayFirstRule, Refund, Unpaid
from kds.rulebook.repeats import Place, came_before
from kds.rulebook.waiting import guests_of

REPEATED = "repeated"
_TELLING = (OrderReceived, PortionsVoided, HoldReleased, TableMoved, VisitsMerged, LinesSplit)
_NONE = Decimal(0)
_WAITS = frozenset({PortionState.HELD, PortionState.VOID, PortionState.WAITING})
_UNPAID = Wording("没付款", "not paid")
_AGAIN = Wording("同样的单没付款", "the same was not paid")
_REFUNDED = Wording("已退款", "refunded")
_VOID_REASON = "退款 / refund"


@dataclass(frozen=True, slots=True)
class Cashier:
    """The rules of a book on payment, in its order: the first that is for an order decides."""

    rules: tuple[PayFirstRule, ...]
    ids: frozenset[RuleId]
    zone: ZoneInfo

    @classmethod
    def of(cls, rules: Sequence[PayFirstRule], zone: ZoneInfo) -> Cashier:
        """Return the cashier of a store whose wall clocks go by `zone`."""
        return cls(tuple(rules), frozenset(rule.id for rule in rules), zone)

    def settle(
        self, kitchen: Kitchen, visit_id: VisitId, facts: Sequence[Fact], now: Instant
    ) -> list[Fact]:
        """Return what to hold, to let go and to strike in a visit after `facts`."""
        if not self.rules or not any(isinstance(fact, _TELLING) for fact in facts):
            return []
        visit = kitchen.visits.get(visit_id)
        if visit is None or visit.merged_into is not None:
            return []
        return [*Till(self, kitchen, now).settle(visit, facts)]

    def excused(self, kitchen: Kitchen, orders: Iterable[Order]) -> Iterator[Fact]:
        """Yield the release of what no rule is for any more among `orders`."""
        till = Till(self, kitchen, kitchen.at)
        for order in orders if self.rules else ():
            if order.visit in kitchen.visits:
                yield from till.freed(order, self.rule_for(kitchen, order))

    def rule_for(self, kitchen: Kitchen, order: Order) -> PayFirstRule | None:
        """Return the rule that decides on an order, None if it need not be paid first."""
        home = kitchen.visits[order.visit]
        line = next(iter(order.lines.values()), None)
        for rule in self.rules if line is not None else ():
            assert line is not None
            if order.fields.service not in rule.services:
                continue
            occasion = Occasion(
                order.fields,
                line.content,
                home.table,
                guests_of(kitchen, home),
                order.received_at,
                self.zone,
            )
            if rule.when.asks_nothing or judge(rule.when, occasion).holds:
                return rule
        return None

    def remark(self, kitchen: Kitchen, order: Order, place: Place) -> Remark | None:
        """Return the mark of each dish of an order that may be another one, sent once more."""
        rule = self.rule_for(kitchen, order) if self.rules else None
        if rule is None or rule.repeated is Answer.ACCEPT:
            return None
        if not self._may_be_second(kitchen, order, rule, place):
            return None
        asks = rule.repeated is Answer.ASK_PASS and not is_paused(kitchen, rule)
        return Remark(rule.id, REPEATED, _AGAIN, asks)

    def _may_be_second(
        self, kitchen: Kitchen, order: Order, rule: PayFirstRule, place: Place
    ) -> bool:
        """An earlier order like it was not paid when it came; or it waits, and a later one went."""
        was_second = any(r.what == REPEATED for li in order.lines.values() for r in li.remarks)
        waits = any(h.rule in self.ids for li in order.lines.values() for h in li.holds)
        for other in self.twins(kitchen, order, rule, place):
            if came_before(other, order):
                if was_second or other.fields.payment is not Payment.PAID:
                    return True
            elif waits and _has_begun(other):
                return True
        return False

    def twins(
        self, kitchen: Kitchen, order: Order, rule: PayFirstRule, place: Place
    ) -> list[Order]:
        """Return the orders like `order` and near it that had to be paid first as well."""
        return [
            other
            for other in place.twins(order)
            if abs(other.received_at - order.received_at) <= rule.within_s * 1000
            and other.visit in kitchen.visits
            and self.rule_for(kitchen, other) is not None
        ]


def is_paused(kitchen: Kitchen, rule: PayFirstRule) -> bool:
    """Somebody has paused the rule."""
    state = kitchen.rules.get(rule.id)
    return state is not None and state.paused_at is not None


def _has_begun(order: Order) -> bool:
    """Something of the order is in the kitchen's hands, or was. What has just come is not yet."""
    return any(
        g.state not in _WAITS and not (g.state is PortionState.QUEUED and g.seq == order.seq)
        for line in order.lines.values()
        for g in line.groups
    )


class Till:
    """A kitchen under the rules on payment."""

    def __init__(self, cashier: Cashier, kitchen: Kitchen, now: Instant) -> None:
        self._cashier = cashier
        self._kitchen = kitchen
        self._now = now
        self._places: dict[VisitId, Place] = {}

    def settle(self, visit: Visit, facts: Sequence[Fact]) -> Iterator[Fact]:
        """Yield what follows for the orders that came, and for those that wait."""
        received = {fact.message.key for fact in facts if isinstance(fact, OrderReceived)}
        for order in self._concerned(visit, received):
            rule = self._cashier.rule_for(self._kitchen, order)
            if rule is not None and self._is_to_void(order, rule):
                yield from self._voided(order)
                continue
            yield from self.freed(order, rule)
            if rule is not None:
                yield from self._asked(order, rule)
                if order.key in received and not is_paused(self._kitchen, rule):
                    yield from self._held(order, rule)

    def _concerned(self, visit: Visit, received: Iterable[OrderKey]) -> Iterator[Order]:
        for key in dict.fromkeys((*self._place(visit.id).orders, *visit.orders, *received)):
            order = self._kitchen.orders.get(key)
            if order is None or order.visit not in self._kitchen.visits:
                continue
            if key in received or any(self._holds(order)):
                yield order

    def _place(self, visit: VisitId) -> Place:
        if visit not in self._places:
            self._places[visit] = Place(self._kitchen, self._kitchen.visits[visit])
        return self._places[visit]

    def _holds(self, order: Order) -> Iterator[tuple[Line, Hold]]:
        for line in order.lines.values():
            for hold in line.holds:
                if hold.rule in self._cashier.ids:
                    yield line, hold

    # --- money back --------------------------------------------------------------------------

    def _is_to_void(self, order: Order, rule: PayFirstRule) -> bool:
        return order.fields.payment is Payment.REFUNDED and rule.refund is Refund.VOID

    def _voided(self, order: Order) -> Iterator[Fact]:
        """Yield the end of all that is not yet on the table; who has begun must acknowledge it."""
        found: dict[VisitId, list[tuple[LineKey, Decimal]]] = {}
        for line in order.lines.values():
            for visit in dict.fromkeys(g.visit for g in line.groups):
                portions = voidable(line, visit)
                if portions > 0:
                    found.setdefault(visit, []).append((line.key, portions))
        for visit, items in found.items():
            yield PortionsVoided(visit, tuple(items), _VOID_REASON)

    # --- letting go --------------------------------------------------------------------------

    def freed(self, order: Order, rule: PayFirstRule | None) -> Iterator[Fact]:
        """Yield the release of what is paid, or no rule is for; another rule takes it over."""
        is_paid = order.fields.payment is Payment.PAID
        is_asked = rule is not None and self._question(order, rule) is not None
        freed: dict[tuple[VisitId, RuleId, Opening], list[LineKey]] = {}
        for line, hold in self._holds(order):
            if rule is None or hold.rule != rule.id:
                freed.setdefault((hold.visit, hold.rule, Opening.CONDITION), []).append(line.key)
            elif is_paid and not is_asked:
                freed.setdefault((hold.visit, hold.rule, Opening.STATE), []).append(line.key)
        for (visit, rule_id, opening), keys in freed.items():
            if rule is not None and not is_paid and rule_id != rule.id:
                until = Instant(self._now + rule.timeout_s * 1000)
                held = (visit, tuple(keys), rule.id, Gate.START, rule.reason, until, _NONE)
                yield HoldPlaced(*held)
            yield HoldReleased(visit, tuple(keys), rule_id, opening)

    def _question(self, order: Order, rule: PayFirstRule) -> Wording | None:
        """Return what the pass is to be asked about a paid or refunded order, None if nothing."""
        if order.fields.payment is Payment.REFUNDED:
            return _REFUNDED
        if order.fields.payment is not Payment.PAID:
            return None
        remark = self._cashier.remark(self._kitchen, order, self._place(order.visit))
        if remark is None or not remark.asks or _is_answered(order, rule):
            return None
        return remark.message

    def _asked(self, order: Order, rule: PayFirstRule) -> Iterator[Fact]:
        """Yield the question about what waits already, where it is another than so far."""
        question = self._question(order, rule)
        if question is None:
            return
        waiting: dict[VisitId, list[LineKey]] = {}
        for line, hold in self._holds(order):
            if hold.rule == rule.id and not (hold.asks and hold.reason == question):
                waiting.setdefault(hold.visit, []).append(line.key)
        for visit, keys in waiting.items():
            yield asked(visit, keys, rule, question)

    # --- holding -----------------------------------------------------------------------------

    def _held(self, order: Order, rule: PayFirstRule) -> Iterator[Fact]:
        """Yield the holds of what has just come and is not to be begun."""
        question = self._question(order, rule)
        if order.fields.payment is Payment.PAID and question is None:
            return
        until = None if question else Instant(self._now + rule.timeout_s * 1000)
        alike: dict[tuple[VisitId, Decimal | None], list[LineKey]] = {}
        for line in order.lines.values():
            for visit, portions in fresh_portions(order, line).items():
                if not is_held(line, visit, rule.id) or is_queued(order, line, visit):
                    alike.setdefault((visit, portions), []).append(line.key)
        for (visit, portions), keys in alike.items():
            yield HoldPlaced(
                visit,
                tuple(keys),
                rule.id,
                Gate.START,
                question or rule.reason,
                until,
                portions,
                asks=question is not None,
            )


def _is_answered(order: Order, rule: PayFirstRule) -> bool:
    """The pass has said yes to the order's coming once more."""
    marks = [r for li in order.lines.values() for r in li.remarks if r.rule == rule.id]
    return bool(marks) and all(mark.answered for mark in marks)


def asked(
    visit: VisitId, lines: Iterable[LineKey], rule: PayFirstRule, question: Wording
) -> HoldPlaced:
    """Return the fact of asking the pass about lines that are held already."""
    keys = tuple(lines)
    return HoldPlaced(visit, keys, rule.id, Gate.START, question, None, _NONE, asks=True)


def on_time(
    cashier: Cashier,
    rule: PayFirstRule,
    kitchen: Kitchen,
    visit: VisitId,
    lines: Iterable[LineKey],
    _now: Instant,
) -> Iterator[Fact]:
    """Yield what becomes of lines whose money has not come in time: made, or asked about.

    Of two orders alike none is ever made by the clock: one of them may be the other.
    """
    free: list[LineKey] = []
    doubtful: list[LineKey] = []
    for key in lines:
        order = kitchen.orders[key.order]
        place = Place(kitchen, kitchen.visits[order.visit])
        may_go = rule.then is Unpaid.FIRE and (
            rule.repeated is not Answer.ASK_PASS or not cashier.twins(kitchen, order, rule, place)
        )
        (free if may_go else doubtful).append(key)
    if free:
        yield HoldReleased(visit, tuple(free), rule.id, Opening.TIMEOUT)
    if doubtful:
        yield asked(visit, doubtful, rule, _UNPAID)
