"""Bands: how a clock and its limits become one, and when that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kds.board.values import Band, BandClock, TicketLine
from kds.kitchen.ids import Instant
from kds.kitchen.orders import HELD_BY_HAND, HELD_BY_POS, HELD_SOLD_OUT, Gate
from kds.kitchen.portions import Counts

AGE_BANDS = (Band.NORMAL, Band.ATTENTION, Band.LATE, Band.CRITICAL)
"""Bands that come with age, in rising order."""

_BY_HAND = frozenset({HELD_BY_POS, HELD_BY_HAND, HELD_SOLD_OUT})


def limits_of(clock: BandClock) -> tuple[tuple[Band, Instant], ...]:
    """Return the bands that `clock` leads to, each with the instant at which it begins."""
    limits = (
        (Band.ATTENTION, clock.attention_at),
        (Band.LATE, clock.late_at),
        (Band.CRITICAL, clock.critical_at),
    )
    return tuple((band, at) for band, at in limits if at is not None)


def age_band(clock: BandClock | None, now: Instant) -> Band:
    """Return the worst band that `clock` has reached; normal without a clock."""
    if clock is not None:
        for band, at in reversed(limits_of(clock)):
            if now >= at:
                return band
    return Band.NORMAL


def runs(counts: Counts, gate: Gate | None) -> bool:
    """The line's clock runs: something is to be cooked now, and no hold keeps it back.

    What is gated runs no clock, not even where its *run* alone is: it starts at the release.
    """
    return counts.queued + counts.cooking > 0 and gate is not Gate.RUN


def line_band(
    counts: Counts,
    gate: Gate | None,
    rule: str,
    clock: BandClock | None,
    now: Instant,
    at_pass: bool,
) -> Band:
    """Return the band of a line whose strongest hold is of `gate` by `rule` (None: no hold).

    `at_pass`: the view carries food away, so a gate on the run makes the line wait.
    """
    if counts.live == 0:
        return Band.VOID if counts.void > 0 else Band.NORMAL
    if gate is Gate.RUN and at_pass:
        return Band.GATED
    if counts.to_cook == 0:
        return Band.READY
    if counts.queued + counts.cooking == 0:
        return Band.HELD if rule in _BY_HAND else Band.GATED
    return age_band(clock, now)


def ticket_band(of_lines: Iterable[Band]) -> Band:
    """Return the band of a ticket whose lines have these; shells and information do not count.

    All void, all ready, all held or gated say so; what is done does not hide that the rest
    waits. Otherwise the worst age band.
    """
    bands = set(of_lines)
    if not bands:
        return Band.NORMAL
    for few in ({Band.VOID}, {Band.VOID, Band.READY}):
        if bands <= few:
            return Band.READY if Band.READY in bands else Band.VOID
    left = bands - {Band.VOID, Band.READY}
    if left == {Band.HELD}:
        return Band.HELD
    if left <= {Band.HELD, Band.GATED}:
        return Band.GATED
    return max(left & set(AGE_BANDS), key=AGE_BANDS.index)


def worst_line(lines: Iterable[TicketLine], now: Instant) -> TicketLine | None:
    """Return the line with the worst age band; of equals the one that gets worse first."""
    aging = [(line, line.clock) for line in lines if line.clock is not None]
    if not aging:
        return None
    worst = max((line.band for line, _ in aging), key=AGE_BANDS.index)

    def gets_worse_at(item: tuple[TicketLine, BandClock]) -> tuple[float, int]:
        ahead = (at for _, at in limits_of(item[1]) if at > now)
        return min(ahead, default=float("inf")), item[1].since

    line, _ = min((item for item in aging if item[0].band is worst), key=gets_worse_at)
    return line


def changes_of(line: TicketLine) -> Iterator[Instant]:
    """Yield the instants at which time alone changes the line."""
    if line.clock is not None:
        yield from (at for _, at in limits_of(line.clock))
    if line.hold is not None and line.hold.until is not None:
        yield line.hold.until


def window(changes: Iterable[Instant], now: Instant) -> tuple[Instant | None, Instant | None]:
    """Return since and until when nothing changes around `now` (None: for ever)."""
    since: Instant | None = None
    until: Instant | None = None
    for at in changes:
        if at <= now:
            since = at if since is None or at > since else since
        else:
            until = at if until is None or at < until else until
    return since, until
