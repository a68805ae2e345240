"""What the writer does with a push: all of it in one transaction. Writer thread."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from typing import Any

from kds.kitchen.commands import Result
from kds.kitchen.ids import Instant, OrderId, OrderKey, SourceId
from kds.kitchen.wording import Wording
from kds.records.canonical import ParsedOrder, order_from
from kds.store.values import Intake, Outgoing
from pos_bridge.adapters.adapter import Fetch
from pos_bridge.channels.firing import fired_by_vendor
from pos_bridge.desk import Desk
from pos_bridge.jobs import Delivery, Repeats, TakeOrder, Trouble, complain


def outbox_of(vendor: str) -> str:
    """Return the name of the outbox of what is to be read by a vendor's API."""
    return f"fetch {vendor}"


@dataclass(frozen=True, slots=True)
class Canonical:
    """An order as it was understood, and as JSON of the outside contract.

    The JSON is kept beside the raw push: should the store ever be rescued, orders are taken again
    from there, whatever adapter is installed by then. `number`: its place in its source's series.
    """

    parsed: ParsedOrder
    body: bytes
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What a push came to.

    `amendments`: taken only where the kitchen knows the order; `missed`: only where it does not.
    """

    orders: tuple[Canonical, ...] = ()
    amendments: tuple[Canonical, ...] = ()
    ignored: str | None = None
    fetch: tuple[Fetch, ...] = ()
    doubts: tuple[Wording, ...] = ()
    fire: tuple[OrderKey, ...] = ()
    missed: tuple[Canonical, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a push. `orders`: as the contract answers them; `alert`: a card's id.

    `fetch`: what is to be fetched and was not put into the outbox, as nobody has pushed it.
    """

    orders: tuple[dict[str, Any], ...] = ()
    ignored: str | None = None
    alert: str | None = None
    fetch: tuple[Fetch, ...] = ()


@dataclass(frozen=True, slots=True)
class TakePush:
    """Take what a push says: its orders, what is to be fetched, what people should look at.

    `is_quiet`: nobody has pushed it, so it is kept only where it says something new.
    """

    vendor: str
    delivery: Delivery
    understood: Understood
    repeats: Repeats
    is_quiet: bool = False

    def run(self, desk: Desk) -> Taken:
        """Decide it, keep it, and return what became of it."""
        said = self.understood
        known = [each for each in said.amendments if desk.knows(each.parsed.message.key)]
        new = [each for each in said.missed if not desk.knows(each.parsed.message.key)]
        owed = [each for each in said.fetch if not self._is_needless(desk, each)]
        orders = [self._order(desk, *each) for each in enumerate((*said.orders, *known, *new))]
        fire = [key for key in said.fire if desk.knows(key)]
        orders += [self._fire(desk, n, key) for n, key in enumerate(fire, len(orders))]
        ignored = None if orders else said.ignored
        if (said.amendments or said.fire) and not orders:
            ignored = ignored or "the kitchen has no such order"
        if said.missed and not orders:
            ignored = ignored or "the kitchen has it"
        for fetch in () if self.is_quiet else owed:
            desk.send(_outgoing(self.vendor, self.delivery.source, fetch, desk.now))
        is_news = any(each["result"] != Result.UNCHANGED.value for each in orders)
        alert = self._tell_doubts(desk) if is_news or not self.is_quiet else None
        alert = alert or next((each["alert"] for each in orders if "alert" in each), None)
        if is_news or not (orders or self.is_quiet):
            self._keep(desk, ignored)
        return Taken(tuple(orders), ignored, alert, tuple(owed) if self.is_quiet else ())

    def _is_needless(self, desk: Desk, fetch: Fetch) -> bool:
        """Say whether a fetch is only for an order that the kitchen has not, and it has it."""
        key = OrderKey(SourceId(self.delivery.source), OrderId(fetch.key))
        return fetch.unless_known and desk.knows(key)

    def _order(self, desk: Desk, number: int, order: Canonical) -> dict[str, Any]:
        """Take one order."""
        name = f"{self.delivery.id}:{number}"
        about = (self.delivery.endpoint, order.body, "application/json", self.delivery.source)
        delivery = Delivery(name, *about, order.number)
        return TakeOrder(delivery, order.parsed, "", self.repeats).run(desk).content

    def _fire(self, desk: Desk, number: int, key: OrderKey) -> dict[str, Any]:
        """Let everything of an order start that its vendor held."""
        order = desk.kitchen.orders.get(key)
        fired = None if order is None else fired_by_vendor(order)
        if fired is None:
            about = {"revision": 0 if order is None else order.revision, "warnings": []}
            said = {"source": key.source, "order_id": key.order_id, "seq": desk.kitchen.seq}
            return {**said, **about, "result": Result.UNCHANGED.value}
        parsed = order_from(fired, zone=UTC)
        body = json.dumps(fired, ensure_ascii=False).encode()
        return self._order(desk, number, Canonical(parsed, body))

    def _keep(self, desk: Desk, ignored: str | None) -> None:
        """Keep the push as it came."""
        d, verdict = self.delivery, f"ignored: {ignored}" if ignored else "understood"
        kept = Intake(d.id, desk.now, d.endpoint, d.body, verdict, 200, d.source, d.content_type)
        desk.keep(kept)

    def _tell_doubts(self, desk: Desk) -> str | None:
        """Show one card for all that was doubtful; the same push again shows no other."""
        doubts = self.understood.doubts
        if not doubts:
            return None
        zh, en = "；".join(each.zh for each in doubts), "; ".join(each.en for each in doubts)
        message = Wording(f"{self.delivery.source}：{zh}", f"{self.delivery.source}: {en}")
        about = f"doubts {self.delivery.source} {en}"
        shown = replace(self.delivery, id=f"{self.delivery.id}:doubts")
        return complain(desk, self.repeats, shown, Trouble(200, en, message, about))


def _outgoing(vendor: str, source: str, fetch: Fetch, now: Instant) -> Outgoing:
    """Return the outbox's row of something to be fetched."""
    plain = {**asdict(fetch), "headers": dict(fetch.headers), "about": dict(fetch.about)}
    body = json.dumps({"vendor": vendor, "fetch": plain}, ensure_ascii=False)
    return Outgoing(
        outbox_of(vendor), f"{source} {fetch.id}", f"{source} {fetch.key}", body, now, now
    )


def fetch_of(row: Outgoing) -> tuple[str, Fetch]:
    """Return the vendor and the fetch of an outbox's row."""
    read = json.loads(row.body)
    return read["vendor"], Fetch(**read["fetch"])
