"""What the writer does for callers: take an order, show what can not be taken, do a command.

Jobs run on the writer's thread, perhaps twice; see `writer.Job`.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from kds.kitchen.commands import Command, Outcome, RaiseAlert, ReceiveOrder, Result
from kds.kitchen.ids import AlertId, CommandId, OrderKey
from kds.kitchen.wording import Wording
from kds.records.body import legible
from kds.records.canonical import ParsedOrder
from kds.store.values import Answer, Intake, Keyed, Personal
from pos_bridge.desk import Desk
from pos_bridge.discretion import plainly, without_guests

RAW_SHOWN = 2_000
_REPEATS_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that a till sent, as it came. `source`: as far as it could be made out.

    `number`: its place in the source's own series, None where that has none.
    """

    id: str
    endpoint: str
    body: bytes = field(repr=False)
    content_type: str = ""
    source: str = ""
    number: int | None = None

    def intake(self, desk: Desk, status: int, verdict: str, order: OrderKey | None) -> Intake:
        """Return the row that keeps it."""
        return Intake(
            id=self.id,
            at=desk.now,
            endpoint=self.endpoint,
            body=self.body,
            verdict=verdict,
            status=status,
            source=order.source if order is not None else self.source,
            content_type=self.content_type,
            order_id=order.order_id if order is not None else None,
            number=self.number,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the outside contract: HTTP status and JSON."""

    status: int
    content: dict[str, Any]


class Repeats:
    """How often the same trouble has come. Writer thread only; bounded."""

    def __init__(self) -> None:
        self._counts: OrderedDict[AlertId, int] = OrderedDict()

    def next(self, alert: AlertId) -> int:
        """Count once more and return the count."""
        count = self._counts.pop(alert, 0) + 1
        self._counts[alert] = count
        if len(self._counts) > _REPEATS_KEPT:
            self._counts.popitem(last=False)
        return count


@dataclass(frozen=True, slots=True)
class Trouble:
    """What to tell the kitchen about a delivery. `about`: what makes two troubles the same."""

    status: int
    verdict: str
    message: Wording
    about: str


def complain(desk: Desk, repeats: Repeats, delivery: Delivery, trouble: Trouble) -> AlertId:
    """Keep `delivery` and show it as a card; return the card's id.

    The same again is only counted, and kept at 10, 100, 1,000 … times: a till that repeats a
    broken message for hours makes one card and a handful of rows.
    """
    alert = AlertId(f"intake:{sha256(trouble.about.encode()).hexdigest()[:24]}")
    count = repeats.next(alert)
    is_power_of_ten = str(count).rstrip("0") == "1"
    if alert in desk.kitchen.alerts and not is_power_of_ten:
        return alert
    zh = f"{trouble.message.zh}（{count} 次）" if count > 1 else trouble.message.zh
    en = f"{trouble.message.en} ({count} times)" if count > 1 else trouble.message.en
    raw = _shown(delivery)
    desk.keep(delivery.intake(desk, trouble.status, trouble.verdict, None))
    raised = RaiseAlert(CommandId(f"alert:{delivery.id}"), alert, delivery.source, zh, en, raw)
    desk.accept(desk.decide(raised))
    return alert


def _shown(delivery: Delivery) -> str:
    """Return the start of what came, for the card.

    A card is an event and stays for years, so the fields that tell who a guest is are left out;
    the whole body is in the intakes, which are forgotten after weeks.
    """
    text = legible(delivery.body[: 4 * RAW_SHOWN], delivery.content_type)
    if delivery.endpoint.startswith("pos/"):
        text = plainly(text, delivery.content_type)
    return without_guests(text)[:RAW_SHOWN]


@dataclass(frozen=True, slots=True)
class Complain:
    """Keep and show a delivery that can not be taken; the reply is the card's id."""

    delivery: Delivery
    trouble: Trouble
    repeats: Repeats

    def run(self, desk: Desk) -> AlertId:
        """Do so."""
        return complain(desk, self.repeats, self.delivery, self.trouble)


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """Take a canonical order that has been understood. `key`: of idempotency, "" for none."""

    delivery: Delivery
    parsed: ParsedOrder
    key: str
    repeats: Repeats

    def run(self, desk: Desk) -> Reply:
        """Decide it, keep it, and return the contract's answer."""
        order = self.parsed.message.key
        known = desk.keyed(f"{order.source} {self.key}") if self.key else None
        if known is not None and known.digest == self.parsed.digest:
            return Reply(200, {**json.loads(known.answer), "result": Result.UNCHANGED.value})
        if known is not None:
            return self._key_conflict(desk)
        message = self.parsed.message
        received = ReceiveOrder(CommandId(self.delivery.id), message, self.parsed.digest)
        decision = desk.decide(received)
        if decision.outcome.result is Result.CONFLICT:
            return self._revision_conflict(desk, decision.outcome)
        reply = self._reply(desk.accept(decision))
        if decision.outcome.result is not Result.UNCHANGED or self.delivery.number is not None:
            self._keep(desk, decision.outcome, reply.status)
        if self.key:
            self._keep_key(desk, reply)
        return reply

    def _reply(self, outcome: Outcome) -> Reply:
        source, order_id = self.parsed.message.key
        content = {
            "source": source,
            "order_id": order_id,
            "revision": outcome.revision,
            "result": outcome.result.value,
            "seq": outcome.seq,
            "warnings": [*self.parsed.warnings, *outcome.warnings],
        }
        return Reply(201 if outcome.result is Result.NEW else 200, content)

    def _keep(self, desk: Desk, outcome: Outcome, status: int) -> None:
        """Keep the body as it came, and apart from it whom the order is for."""
        order = self.parsed.message.key
        desk.keep(self.delivery.intake(desk, status, outcome.result.value, order))
        if self.parsed.customer and outcome.result is not Result.STALE:
            desk.keep_customer(Personal(order, self.parsed.customer, desk.now))

    def _keep_key(self, desk: Desk, reply: Reply) -> None:
        key = f"{self.parsed.message.key.source} {self.key}"
        answer = json.dumps(reply.content, ensure_ascii=False)
        desk.remember_key(Keyed(key, self.parsed.digest, reply.status, answer, desk.now))

    def _revision_conflict(self, desk: Desk, outcome: Outcome) -> Reply:
        source, order_id = self.parsed.message.key
        message = Wording(
            f"{source} 的订单 {order_id}：版本 {outcome.revision} 收到两种内容，保留先到的",
            f"{source} order {order_id}: revision {outcome.revision} came with two contents; "
            "the first is kept",
        )
        return self._conflict(desk, outcome, message)

    def _key_conflict(self, desk: Desk) -> Reply:
        order = desk.kitchen.orders.get(self.parsed.message.key)
        revision, seq = (order.revision, order.seq) if order is not None else (0, desk.kitchen.seq)
        source, order_id = self.parsed.message.key
        message = Wording(
            f"{source} 的订单 {order_id}：同一个 Idempotency-Key 收到两种内容，保留先到的",
            f"{source} order {order_id}: one Idempotency-Key came with two contents; "
            "the first is kept",
        )
        return self._conflict(desk, Outcome(Result.CONFLICT, seq, revision=revision), message)

    def _conflict(self, desk: Desk, outcome: Outcome, message: Wording) -> Reply:
        about = f"conflict {self.parsed.digest} {self.key} {outcome.revision}"
        trouble = Trouble(409, Result.CONFLICT.value, message, about)
        alert = complain(desk, self.repeats, self.delivery, trouble)
        content = self._reply(outcome).content
        return Reply(409, {**content, "error": message.en, "alert": alert})


@dataclass(frozen=True, slots=True)
class DoCommands:
    """Do commands in order; all of them are kept or none, so none overtakes another.

    The reply has the answer of each. A repeat gets the first one's again, without any effect.
    """

    commands: tuple[Command, ...]

    def run(self, desk: Desk) -> tuple[Answer, ...]:
        """Do so."""
        return tuple(_done(desk, command) for command in self.commands)


def _done(desk: Desk, command: Command) -> Answer:
    """Decide `command`, unless it was answered before."""
    before = desk.answered(command.id)
    if before is not None:
        if before.result is not Result.APPLIED:
            return before
        return Answer(before.id, before.at, Result.NO_OP, before.seq, "already done")
    outcome = desk.accept(desk.decide(command))
    answer = Answer(command.id, desk.now, outcome.result, outcome.seq, outcome.why)
    desk.remember(answer)
    return answer
