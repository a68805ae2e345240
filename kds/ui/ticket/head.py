"""What the top of a ticket says: table, flags, clock, band and who eats there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kds.board.bands import limits_of
from kds.board.values import Band, BandClock, Ticket, TicketLine
from kds.kitchen.ids import Instant
from kds.kitchen.messages import Channel, Payment, Service
from kds.ui.icons import Icon
from kds.ui.text import clean
from kds.ui.ticket.face import AgeBar, Count, Flag, Form, Head, Reads, Segment
from kds.ui.ticket.reading import Reading

_ICONS = {
    Band.ATTENTION: Icon.PIE,
    Band.LATE: Icon.TRIANGLE,
    Band.CRITICAL: Icon.OCTAGON,
    Band.READY: Icon.TICK,
    Band.HELD: Icon.PAUSE,
    Band.GATED: Icon.PADLOCK,
    Band.VOID: Icon.CROSS,
}
_LATE = frozenset({Band.LATE, Band.CRITICAL})
# Firing this long after the order came is worth more than the time of the order.
_FIRED_LATER_MS = 60_000


def head_of(ticket: Ticket, reading: Reading) -> Head:
    """Return what the top of `ticket` says."""
    clock = None if ticket.band in {Band.HELD, Band.GATED, Band.READY} else ticket.clock
    parts = list(_meta(ticket, reading))
    return Head(
        title=clean(ticket.table or ticket.number) or clean(ticket.orders[0].order_id),
        band=_shown_band(ticket, reading),
        flags=tuple(_flags(ticket, reading)),
        pinned=ticket.pinned,
        icon=_ICONS.get(ticket.band),
        clock=_clock(ticket, reading),
        word=_word(ticket, reading),
        meta=tuple(text for text, _ in parts),
        meta_ranks=tuple(rank for _, rank in parts),
        age=None if clock is None else _age_bar(clock),
        segments=tuple(map(_segment, _food(ticket))) if reading.at_pass else (),
    )


def _shown_band(ticket: Ticket, reading: Reading) -> Band:
    """Return the band that the head is painted in: where a whole view is late, red says nothing.

    Icon and word still tell that the ticket is late, and by how much.
    """
    return Band.ATTENTION if reading.calm else ticket.band


def _food(ticket: Ticket) -> list[TicketLine]:
    return [line for line in ticket.lines if "set" not in line.flags and line.counts.live > 0]


def _clock(ticket: Ticket, reading: Reading) -> Reads:
    match ticket.band:
        case Band.READY:
            return Count(ticket.ready_at or ticket.received_at)
        case Band.HELD:
            due = _opens_at(ticket) or _instant(ticket.due_at)
            return "" if due is None else reading.time(due)
        case Band.GATED:
            opens = _opens_at(ticket)
            return "" if opens is None else Count(opens, down=True)
        case Band.VOID:
            return ""
        case _:
            return Count(ticket.received_at if ticket.clock is None else ticket.clock.since)


def _opens_at(ticket: Ticket) -> Instant | None:
    holds = (line.hold for line in ticket.lines if line.hold is not None)
    return min((hold.until for hold in holds if hold.until is not None), default=None)


def _word(ticket: Ticket, reading: Reading) -> Reads:
    words, clock = reading.words, ticket.clock
    match ticket.band:
        case Band.ATTENTION:
            if clock is None or clock.late_at is None:
                return words("band.attention_only")
            return Count(clock.late_at, down=True, pattern=words("band.attention"))
        case Band.LATE | Band.CRITICAL:
            since = _limit(clock, ticket.band) or ticket.received_at
            return Count(since, pattern=words(f"band.{ticket.band}"))
        case Band.READY:
            return Count(ticket.ready_at or ticket.received_at, pattern=words("band.ready"))
        case Band.HELD | Band.GATED | Band.VOID:
            return words(f"band.{ticket.band}")
    return _sent(ticket, reading)


def _sent(ticket: Ticket, reading: Reading) -> str:
    """Say when it is due, else when it was fired or sent."""
    due = _instant(ticket.due_at)
    if due is not None:
        return reading.words("meta.due", reading.time(due))
    fired = ticket.fired_at
    if fired is not None and fired - ticket.received_at > _FIRED_LATER_MS:
        return reading.words("meta.fired", reading.time(fired))
    return reading.words("meta.sent", reading.time(ticket.waiting_since))


def _limit(clock: BandClock | None, band: Band) -> Instant | None:
    return None if clock is None else dict(limits_of(clock)).get(band)


def _instant(text: str | None) -> Instant | None:
    """Return the kitchen time of a time that the point of sale wrote."""
    try:
        when = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return None if when.tzinfo is None else Instant(round(when.timestamp() * 1000))


def _age_bar(clock: BandClock) -> AgeBar | None:
    limits = [at for _, at in limits_of(clock)]
    if not limits:
        return None
    # Without a critical limit the bar is full as long after late as late is after the start.
    full = clock.critical_at or Instant(limits[-1] + (limits[-1] - clock.since))
    return AgeBar(clock.since, full, tuple(at for at in limits if at < full))


def _segment(line: TicketLine) -> Segment:
    if line.counts.to_cook == 0:
        return Segment.READY
    if line.band in {Band.HELD, Band.GATED}:
        return Segment.HELD
    if line.band in _LATE:
        return Segment.LATE
    return Segment.COOKING if line.counts.cooking > 0 else Segment.WAITING


def _meta(ticket: Ticket, reading: Reading) -> Iterator[tuple[str, int]]:
    """Yield service, guests, channel, payment, server, each with its rank among what may go."""
    words = reading.words
    yield words(f"service.{ticket.service}"), 0
    if ticket.guests:
        yield words("meta.guests", ticket.guests), 0
    channel = ticket.channel
    says_more = (channel, ticket.service) != (Channel.DELIVERY, Service.DELIVERY)
    if channel is not Channel.OTHER and says_more:
        yield words(f"channel.{ticket.channel}"), 2
    if ticket.payment is not Payment.UNPAID or ticket.channel is Channel.QR:
        yield words(f"meta.{ticket.payment}"), 1
    if ticket.server:
        yield clean(ticket.server), 3


def _flags(ticket: Ticket, reading: Reading) -> Iterator[Flag]:
    """Yield the flags in the order in which they keep their room."""
    words = reading.words
    rush = max((line.rush for line in ticket.lines if line.counts.to_cook > 0), default=0)
    if "rider" in ticket.flags:
        yield Flag(Form.PENNANT, Icon.CHEVRONS, words("flag.rider"), "", 1)
    elif rush:
        count = "" if rush == 1 else str(rush)
        yield Flag(Form.PENNANT, Icon.CHEVRONS, words("flag.rush", count).strip(), count, 1)
    if reading.rank is not None:
        yield Flag(Form.INVERTED, None, words("flag.worst", reading.rank), f"#{reading.rank}", 1)
    if reading.next:
        yield Flag(Form.OUTLINED, None, words("flag.next"), "", 2)
    if "vip" in ticket.flags:
        tier = clean(ticket.member.tier) if ticket.member is not None else ""
        yield Flag(Form.INVERTED, Icon.STAR, tier or words("flag.vip"), "", 2)
    for mark in ticket.overtime:
        yield Flag(Form.DOUBLE, Icon.CLOCK, clean(mark.name[reading.lang]), "", 2)
    yield from _odd(ticket, reading)
    if "unrouted" in ticket.flags:
        yield Flag(Form.DOUBLE, Icon.WARNING, words("flag.unrouted"), "", 2)
    if "twin" in ticket.flags:
        yield Flag(Form.DOUBLE, Icon.WARNING, words("flag.twin"), "", 2)
    if "by_hand" in ticket.flags:
        yield Flag(Form.INVERTED, None, words("flag.by_hand"), "", 2)
    if "incomplete" in ticket.flags:
        yield Flag(Form.DOUBLE, Icon.WARNING, words("flag.incomplete"), "", 2)
    yield from _moves(ticket, reading)
    if reading.at_pass and (chip := _count(ticket, reading)):
        yield Flag(Form.OUTLINED, None, chip, chip, 3)


def _odd(ticket: Ticket, reading: Reading) -> Iterator[Flag]:
    """Yield that the pass is asked about a dish, or that something about one is odd."""
    words = reading.words
    if "ask_pass" in ticket.flags:
        yield Flag(Form.DOUBLE, Icon.WARNING, words("flag.ask_pass"), "", 1)
    elif "check" in ticket.flags:
        yield Flag(Form.DOUBLE, Icon.WARNING, words("flag.check"), "", 2)


def _moves(ticket: Ticket, reading: Reading) -> Iterator[Flag]:
    words = reading.words
    if ticket.moved_from is not None:
        moved = words("flag.moved", clean(ticket.moved_from))
        yield Flag(Form.OUTLINED, None, moved, "", 3)
    if ticket.merged_from:
        tables = " ".join(map(clean, ticket.merged_from))
        yield Flag(Form.OUTLINED, None, words("flag.merged", tables), "", 3)
    if "remake" in ticket.flags:
        yield Flag(Form.OUTLINED, Icon.BACK, words("flag.remake"), "", 3)
    if "info" in ticket.flags:
        yield Flag(Form.OUTLINED, None, words("flag.info"), "", 3)


def _count(ticket: Ticket, reading: Reading) -> str:
    """Say how many of its dishes are missing, while some are."""
    food = _food(ticket)
    left = sum(1 for line in food if line.counts.to_cook > 0)
    return reading.words("flag.count", len(food), left) if left else ""
