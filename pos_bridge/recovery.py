"""A damaged store at the start: rescued, its lost orders taken again, everybody told."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from kds.kitchen.commands import ReceiveOrder
from kds.kitchen.events import AlertRaised, Cause, Event
from kds.kitchen.ids import AlertId, CommandId, EventId, Instant, OrderKey
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.wording import Wording
from kds.records import BodyError
from kds.records.canonical import ParsedOrder, parse_order
from kds.rulebook.book import Book
from kds.store.errors import StoreCorrupt
from kds.store.rescue import Rescue, rescue
from kds.store.store import Store
from kds.store.values import Intake
from pos_bridge.ledger import Ledger, zone_of

_logger = logging.getLogger(__name__)
_TAKEN_AGAIN_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store with its state. `rescue`: what became of it if it was damaged."""

    store: Store
    kitchen: Kitchen
    rescue: Rescue | None = None


def open_store(url: str) -> Opened:
    """Open the store at `url` and load its state; a damaged file is rescued first.

    Raises `StoreError` when it can not be opened, or not be rescued.
    """
    try:
        return Opened(*_loaded(url))
    except StoreCorrupt as damage:
        _logger.error("%s What can be read is rescued.", damage)  # noqa: TRY400  # a fault of the disk, not of this program
        found = rescue(url, str(damage))
    return Opened(*_loaded(url), found)


def _loaded(url: str) -> tuple[Store, Kitchen]:
    store = Store.open(url)
    try:
        return store, store.load()
    except BaseException:
        store.close()
        raise


def take_again(ledger: Ledger, store: Store) -> int:
    """Take the orders of the last day again from their raw bodies; return how many were lost.

    What the state knows, or what has left it as it should, stays as it is.
    """
    desk = ledger.open_desk()
    now = desk.now
    lost: set[OrderKey] = set()
    for intake in store.intakes_since(Instant(max(0, now - _TAKEN_AGAIN_MS))):
        parsed = _parsed(intake, desk.book)
        if parsed is None or _is_known(parsed, desk.kitchen, store):
            continue
        desk.now = intake.at
        received = ReceiveOrder(CommandId(intake.id), parsed.message, parsed.digest)
        decision = desk.decide(received)
        desk.accept(decision)
        lost.update({parsed.message.key} if decision.events else ())
    desk.now = now
    if lost:
        ledger.keep(desk)
    return len(lost)


def _parsed(intake: Intake, book: Book) -> ParsedOrder | None:
    try:
        return parse_order(intake.body, intake.content_type, zone=zone_of(book))
    except BodyError as error:
        _logger.warning("order %s can not be taken again: %s", intake.order_id, error)
        return None


def _is_known(parsed: ParsedOrder, kitchen: Kitchen, store: Store) -> bool:
    """Say whether this very body is in the state, or its order has left it.

    A body without a revision would else count as the next one, and set the order back.
    """
    order = kitchen.orders.get(parsed.message.key)
    if order is not None:
        return parsed.digest in order.digests.values()
    ref = store.order_ref(parsed.message.key)
    return ref is not None and ref.archived is not None


def tell_of_rescue(found: Rescue, ledger: Ledger, store: Store, again: int) -> None:
    """Show a card that says what was saved, and write it into the program's log."""
    words = _words(found, again)
    _logger.warning("%s; %d taken again as they came (%s)", words.en, again, found.aside)
    desk = ledger.open_desk()
    raw = f"{found.aside.name}: {found.why}"
    alert = Alert(AlertId(f"store:{store.epoch}"), desk.now, words, raw=raw)
    event_id = EventId(f"rescued:{store.epoch}")
    desk.record([Event(event_id, desk.now, Cause.TIME, AlertRaised(alert))])
    ledger.keep(desk)


def _words(found: Rescue, again: int) -> Wording:
    if not (found.events or found.orders or again):
        return Wording(
            "数据库损坏，什么也读不出来。请从收银重新发送未完成的订单",
            "Database damaged, nothing could be read. Send open orders again from the till",
        )
    saved = found.orders + again
    if not found.lost:
        return Wording(
            f"数据库曾损坏，{saved} 张订单全部救回",
            f"Database was damaged; all {saved} orders are saved",
        )
    return Wording(
        f"数据库曾损坏：救回 {saved} 张订单，丢失 {found.lost} 条记录。请与收银核对各桌",
        f"Database was damaged: {saved} orders saved, {found.lost} records lost. "
        "Check open tables with the till",
    )


def as_json(found: Rescue) -> dict[str, object]:
    """Return what /health says of a rescue."""
    return {
        "why": found.why,
        "set_aside": str(found.aside),
        "orders": found.orders,
        "events": found.events,
        "events_lost": found.lost,
    }
