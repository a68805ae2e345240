"""The right cell of a line: how far it is, and what a cook must notice about it."""

from __future__ import annotations

from collections.abc import Iterator

from kds.board.values import Band, TicketLine
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink
from kds.ui.style.measures import PIPS
from kds.ui.text import clean
from kds.ui.ticket.face import Count, Form, Piece
from kds.ui.ticket.reading import Reading, figure

_LATE = {Band.LATE: (Icon.TRIANGLE, Ink.LATE), Band.CRITICAL: (Icon.OCTAGON, Ink.CRITICAL)}


def void_piece(reading: Reading) -> Piece:
    """Say that a line is void, and how to confirm that it was seen."""
    words = reading.words
    return Piece(words("line.void"), Icon.CROSS, Ink.TEXT, short=words("line.void_short"))


def station_pieces(line: TicketLine, reading: Reading) -> Iterator[Piece]:
    """Yield what a cook sees, from left to right."""
    yield from _marks(line, reading)
    counts = line.counts
    if "set" in line.flags or counts.live == 0:
        return
    if counts.to_cook == 0:
        yield from _done(line, reading)
        return
    done = counts.ready + counts.served
    if done > 0:
        yield _pips(line)
    elif counts.cooking > 0 and line.started_at is not None:
        yield Piece(Count(line.started_at), Icon.HALF)


def pass_pieces(line: TicketLine, reading: Reading) -> Iterator[Piece]:
    """Yield what the pass sees: since when, and at which station."""
    yield from _marks(line, reading)
    counts = line.counts
    if "set" in line.flags or counts.live == 0:
        return
    if counts.live == counts.served:
        yield _served(line, reading)
    elif counts.to_cook == 0:
        if line.ready_at is not None:
            yield Piece(Count(line.ready_at, pattern=reading.words("line.waits")))
    elif counts.ready + counts.served > 0:
        yield _pips(line)
    elif line.band not in {Band.HELD, Band.GATED} and line.started_at is not None:
        yield Piece(Count(line.started_at))
    if line.stations:
        yield _station(line, reading)


def _station(line: TicketLine, reading: Reading) -> Piece:
    """Return the chip of the station that has the dish, or had it last."""
    counts = line.counts
    done = counts.to_cook == 0
    name = reading.station_name(line.stations[-1])
    if done and counts.live == counts.served:
        return Piece(name, Icon.ARROW, Ink.TEXT3, Form.OUTLINED)
    if done:
        return Piece(name, Icon.TICK, Ink.READY, Form.OUTLINED)
    if line.band in _LATE:
        icon, ink = _LATE[line.band]
        if reading.calm:
            return Piece(name, icon, Ink.TEXT2, Form.OUTLINED)
        return Piece(name, icon, ink, Form.FILLED)
    if line.band in {Band.HELD, Band.GATED}:
        return Piece(name, Icon.PAUSE, Ink.TEXT3, Form.OUTLINED)
    icon = Icon.HALF if counts.cooking > 0 else Icon.RING
    return Piece(name, icon, Ink.TEXT2, Form.OUTLINED)


def _marks(line: TicketLine, reading: Reading) -> Iterator[Piece]:
    words = reading.words
    if line.changed:
        was = "" if line.quantity_was is None else figure(line.quantity_was)
        yield Piece(words("line.changed"), ink=Ink.TEXT, struck=was)
    yield from _odd(line, reading)
    if "sold_out" in line.flags:
        count = "" if line.lost in (0, line.counts.to_cook) else f" {figure(line.lost)}"
        yield Piece(words("line.sold_out") + count, ink=Ink.TEXT, form=Form.OUTLINED)
    if line.rush and line.counts.to_cook > 0:
        yield Piece("" if line.rush == 1 else str(line.rush), Icon.CHEVRONS, Ink.RUSH, Form.PENNANT)
    if line.key in reading.unsent:
        yield Piece(words("line.unsent"), Icon.SIGNAL)


def _odd(line: TicketLine, reading: Reading) -> Iterator[Piece]:
    """Yield what a rule finds odd while somebody could still do something about it.

    What the pass is asked stands in the bar above the dish.
    """
    if line.counts.live == line.counts.served:
        return
    for remark in line.remarks:
        if not remark.asks and not remark.answered:
            said = clean(remark.message[reading.lang])
            yield Piece(said, Icon.WARNING, Ink.TEXT, Form.OUTLINED)


def _done(line: TicketLine, reading: Reading) -> Iterator[Piece]:
    if line.counts.served == line.counts.live:
        yield _served(line, reading)
    elif line.ready_at is not None:
        yield Piece(reading.time(line.ready_at), ink=Ink.TEXT3)


def _served(line: TicketLine, reading: Reading) -> Piece:
    """Say that a dish is out, and when; beside a long name the time alone does."""
    time = "" if line.served_at is None else reading.time(line.served_at)
    text = reading.words("line.served", time).strip()
    return Piece(text, ink=Ink.TEXT3, short=time)


def _pips(line: TicketLine) -> Piece:
    """Return how many portions are done: one pip each while they can be told apart."""
    counts = line.counts
    done = counts.ready + counts.served
    can_be_counted = counts.live <= PIPS and counts.live % 1 == 0 and done % 1 == 0
    pips = (int(done), int(counts.live)) if can_be_counted else None
    return Piece(f"{figure(done)}/{figure(counts.live)}", pips=pips)
