"""A damaged store at the start: rescued, its lost orders taken again, everybody told."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from kds.kitchen.commands import ReceiveOrder
from kds.kitchen.events import AlertRaised, Cause, Event
from kds.kitchen.ids import AlertId, CommandId, EventId, Instant
from kds.kitchen.state import Alert, Kitchen
from kds.kitchen.wording import Wording
from kds.records import BodyError
from kds.records.canonical import parse_order
from kds.store import Intake, Store, StoreCorrupt
from kds.store.rescue import Rescue, rescue
from pos_bridge.desk import Desk
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
        _logger.error("%s", damage)  # noqa: TRY400  # a fault of the disk, not of this program
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

    Those that the state still has, or that left it long ago, stay as they are.
    """
    desk = ledger.open_desk()
    now, before = desk.now, desk.kitchen.seq
    lost: set[tuple[str, ...]] = set()
    for intake in store.intakes_since(Instant(max(0, now - _TAKEN_AGAIN_MS))):
        key = _taken_again(desk, intake)
        if key is not None:
            lost.add(key)
    desk.now = now
    if desk.kitchen.seq > before:
        ledger.keep(desk)
    return len(lost)


def _taken_again(desk: Desk, intake: Intake) -> tuple[str, ...] | None:
    """Decide on a body as at the time when it came; return its order if that changed anything."""
    try:
        parsed = parse_order(intake.body, intake.content_type, zone=zone_of(desk.book))
    except BodyError as error:
        _logger.warning("order %s can not be taken again: %s", intake.order_id, error)
        return None
    desk.now = intake.at
    received = ReceiveOrder(CommandId(intake.id), parsed.message, parsed.digest)
    decision = desk.decide(received)
    desk.accept(decision)
    return parsed.message.key if decision.events else None


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
