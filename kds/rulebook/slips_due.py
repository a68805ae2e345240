"""Which slips are due because of what has just happened. Pure.

What is counted is portions: those that a station can work on now and could not before, those that
are ready now, those that are void now. So a held dish is printed when it is fired, the second
station of a chain when the first is done, and of an amendment only what it adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kds.kitchen.counts import line_counts
from kds.kitchen.events import Event
from kds.kitchen.ids import ANY_STATION, Instant, OrderKey, StationId
from kds.kitchen.order_facts import VisitRestored
from kds.kitchen.orders import Line, Order
from kds.kitchen.portions import PortionState, amount
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.rulebook.conditions import Occasion, judge
from kds.rulebook.printing import PrintOn, PrintRule, SlipKind
from kds.rulebook.slips import Slip, SlipLine, slip_line

_S = PortionState
_REACHED = (_S.QUEUED, _S.COOKING, _S.READY, _S.SERVED)
_SERVICES = {
    "dine_in": Wording("", ""),
    "takeaway": Wording("打包", "Takeaway"),
    "delivery": Wording("外卖", "Delivery"),
    "pickup": Wording("自提", "Pick-up"),
    "drive_thru": Wording("得来速", "Drive-through"),
}
MOST_LABELS = 50
"""Of one dish: a till that orders 5,000 portions must not use up the roll."""


@dataclass(frozen=True, slots=True)
class _Gain:
    """`portions` of a line that are new at `station`, None: over all."""

    order: Order
    line: Line
    station: StationId | None
    portions: Decimal


def slips_due(
    before: Kitchen, after: Kitchen, events: Sequence[Event], book: Book, now: Instant
) -> list[Slip]:
    """Return the slips that are due because `events` led from `before` to `after`."""
    rules = book.data.prints
    if not (rules and events):
        return []
    changed = [
        (before.orders.get(key) or _restored(events, key), order)
        for key, order in after.orders.changes_since(before.orders)[0].items()
    ]
    return [slip for rule in rules for slip in _slips(rule, changed, after, book, now)]


def _restored(events: Iterable[Event], key: OrderKey) -> Order | None:
    """Return an order as it came back from the archive: nothing of it is new."""
    facts = (event.fact for event in events)
    back = (order for f in facts if isinstance(f, VisitRestored) for order in f.orders)
    return next((order for order in back if order.key == key), None)


def _slips(
    rule: PrintRule,
    changed: Sequence[tuple[Order | None, Order]],
    kitchen: Kitchen,
    book: Book,
    now: Instant,
) -> Iterator[Slip]:
    for on in rule.on:
        for old, order in changed:
            gains = [
                gain
                for gain in _gains(rule, on, old, order, kitchen)
                if _is_for(rule, gain, kitchen, book)
            ]
            if gains:
                yield from _told(rule, on, gains, kitchen, book, now)


# --- what is new -------------------------------------------------------------------------------


def _gains(
    rule: PrintRule, on: PrintOn, old: Order | None, order: Order, kitchen: Kitchen
) -> Iterator[_Gain]:
    for line_id, line in order.lines.items():
        former = None if old is None else old.lines.get(line_id)
        if line is former or not line.routing.steps:
            continue
        stations = dict.fromkeys(step.station for step in line.routing.steps)
        places: Iterable[StationId | None] = (None,)
        if rule.slip is SlipKind.STATION:
            places = stations
        for station in places:
            was = Decimal(0) if former is None or old is None else _count(on, old, former, station)
            more = _count(on, order, line, station) - was
            if on is PrintOn.VOID:  # nobody takes away what a station never had
                more = min(more, _had(old, former, station))
            if more > 0:
                works = None if station is None else kitchen.station_for(station)
                yield _Gain(order, line, works, more)


def _had(old: Order | None, former: Line | None, station: StationId | None) -> Decimal:
    """Return how many portions a station had a slip of."""
    if old is None or former is None:
        return Decimal(0)
    return _count(PrintOn.ROUTED, old, former, station)


def _count(on: PrintOn, order: Order, line: Line, station: StationId | None) -> Decimal:
    """Return how many portions are so far that `on` is true of them."""
    if on is PrintOn.READY:
        counts = line_counts(order, line)
        return counts.ready + counts.served
    states = (_S.VOID,) if on is PrintOn.VOID else _REACHED
    steps = [
        i for i, step in enumerate(line.routing.steps) if station is None or step.station == station
    ]
    of_each = (amount((g for g in line.groups if g.step == i), states) for i in steps)
    return max(of_each, default=Decimal(0))


def _is_for(rule: PrintRule, gain: _Gain, kitchen: Kitchen, book: Book) -> bool:
    fields, routing = gain.order.fields, gain.line.routing
    if fields.service not in rule.services:
        return False
    if rule.classes and routing.menu_class not in rule.classes:
        return False
    if rule.stations:
        stations = {kitchen.station_for(step.station) for step in routing.steps}
        mine = stations if gain.station is None else {gain.station}
        # What no entry takes is everybody's, on paper as on the screens.
        if ANY_STATION not in mine and not mine.intersection(rule.stations):
            return False
    if rule.when.asks_nothing:
        return True
    visit = _visit(kitchen, gain)
    table = fields.table if visit is None else visit.table
    at, zone = gain.line.received_at, book.zone_info
    occasion = Occasion(fields, gain.line.content, table, fields.guests, at, zone)
    return judge(rule.when, occasion).holds


def _visit(kitchen: Kitchen, gain: _Gain) -> Visit | None:
    groups = gain.line.groups
    return kitchen.visits.get(groups[-1].visit if groups else gain.order.visit)


# --- what stands on it ---------------------------------------------------------------------------


def _told(
    rule: PrintRule, on: PrintOn, gains: Sequence[_Gain], kitchen: Kitchen, book: Book, now: Instant
) -> Iterator[Slip]:
    """Yield the slips of what is new of one order."""
    head = _head(rule, on, gains[0], kitchen, book, now)
    if rule.slip is SlipKind.LABEL:
        for gain in gains:
            yield from _labels(head, gain)
        return
    for station in dict.fromkeys(gain.station for gain in gains):
        mine = [gain for gain in gains if gain.station == station]
        lines = tuple(_line(gain, str(gain.portions)) for gain in mine)
        yield replace(head, station=_name(book, station), lines=lines)


def _labels(head: Slip, gain: _Gain) -> Iterator[Slip]:
    """Yield a label for each portion; of a weighed dish and of very many just one."""
    count = int(gain.portions)
    if gain.line.is_weighed or count > MOST_LABELS:
        yield replace(head, lines=(_line(gain, str(gain.portions)),))
        return
    for number in range(1, count + 1):
        yield replace(head, lines=(_line(gain, "1"),), part=f"{number}/{count}")


def _line_of_set(gain: _Gain) -> str:
    parent = gain.line.content.parent
    shell = None if parent is None else gain.order.lines.get(parent)
    return "" if shell is None else shell.content.name


def _head(
    rule: PrintRule, on: PrintOn, gain: _Gain, kitchen: Kitchen, book: Book, now: Instant
) -> Slip:
    fields, visit = gain.order.fields, _visit(kitchen, gain)
    table = fields.table if visit is None else visit.table
    guests = "" if not fields.guests else f"{fields.guests}{_say('位', ' guests', rule.lang)}"
    number = fields.number if table else ""
    service = _SERVICES[fields.service][rule.lang]
    return Slip(
        printer=rule.printer,
        rule=rule.id,
        kind=rule.slip,
        on=on,
        lang=rule.lang,
        heading=table or fields.number or gain.order.key.order_id,
        at=now,
        zone=book.zone,
        fallback=rule.fallback,
        facts=tuple(text for text in (service, number, guests, fields.server) if text),
        note=fields.note,
    )


def _say(zh: str, en: str, lang: str) -> str:
    return zh if lang == "zh" else en


def _line(gain: _Gain, count: str) -> SlipLine:
    return slip_line(gain.line.content, count, _line_of_set(gain))


def _name(book: Book, station: StationId | None) -> Wording:
    if station == ANY_STATION:
        return Wording("没有工位", "No station")
    known = (known.name for known in book.stations if known.id == station)
    return next(known, Wording(station or "", station or ""))
