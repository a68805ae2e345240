"""How well a display is, from what its link and its bridge know: what the strip says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kds.board.recall import Shift
from kds.kitchen.ids import Instant, LineKey
from kds.link import LinkState
from kds.ui.chrome.health import Health, Severity, SourceAge, Trouble, TroubleKind
from kds.ui.text import clean
from kds.ui.ticket.reading import Reading, figure
from kds.wire.display import DisplaySession
from kds.wire.messages import Condition, Heard, Remark
from kds.wire.standing import Phase

MARKED_AFTER_MS = 3_000
LOST_AFTER_MS = 5_000
CLOCK_OFF_MS = 5_000

_KINDS = {
    "storage": TroubleKind.NOT_KEPT,
    "disk": TroubleKind.STORAGE,
    "rules": TroubleKind.RULES,
    "paused": TroubleKind.PAUSED,
    "clock": TroubleKind.CLOCK,
    "gap": TroubleKind.GAP,
    "silent": TroubleKind.SILENT,
}
_GRADES = {
    "critical": Severity.CRITICAL,
    "late": Severity.LATE,
    "attention": Severity.ATTENTION,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a screen knows of its link, its bridge and itself.

    `shows`: the time of day of what is shown. `clock_off_ms`: how far this machine's clock is
    from the kitchen's, 0 if that says nothing. `own`: what the screen has found out by itself.
    """

    link: LinkState
    condition: Condition
    now: Instant
    shows: str
    has_book: bool
    clock_off_ms: int = 0
    knows_damage: bool = False
    own: Sequence[Trouble] = ()


def health_of(standing: Standing) -> Health:
    """Return all that is wrong, and how recent each source is."""
    troubles = (*_of_link(standing), *_of_screen(standing), *_of_bridge(standing.condition))
    sources = aged_sources(standing.condition, standing.now)
    return Health((*troubles, *standing.own), sources)


def health_of_bridge(condition: Condition, now: Instant) -> Health:
    """Return what the bridge says is wrong, as a picture of a wall shows it."""
    return Health(tuple(_of_bridge(condition)), aged_sources(condition, now))


def aged_sources(condition: Condition, now: Instant) -> tuple[SourceAge, ...]:
    """Return how long ago each source was heard of, the latest first."""
    latest = sorted(condition.sources, key=lambda heard: -heard.at)
    return tuple(SourceAge(name, max(0, now - at) // 1000) for name, at in latest)


def _of_link(standing: Standing) -> Iterator[Trouble]:
    link = standing.link
    silent_ms = link.silent_ms
    if silent_ms is None or silent_ms >= LOST_AFTER_MS:
        since = "" if silent_ms is None else _minutes(silent_ms)
        yield Trouble(TroubleKind.LOST, (since,), (standing.shows, str(link.unsent)))
    elif silent_ms >= MARKED_AFTER_MS:
        yield Trouble(TroubleKind.SLOW, (), (str(silent_ms // 1000),))
    if link.refusal is not None:
        yield Trouble(TroubleKind.REFUSED, (), (link.refusal,))


def _of_screen(standing: Standing) -> Iterator[Trouble]:
    link = standing.link
    if not standing.has_book:
        yield Trouble(TroubleKind.BOOK)
    if link.trouble:
        yield Trouble(TroubleKind.DISK)
    if link.damaged is not None and not standing.knows_damage:
        yield Trouble(TroubleKind.DAMAGED, (), (link.damaged.name,))
    off_ms = abs(standing.clock_off_ms)
    if off_ms >= CLOCK_OFF_MS and link.phase is Phase.FOLLOWING:
        off = _minutes(off_ms) if off_ms >= 60_000 else str(off_ms // 1000)
        kind = TroubleKind.CLOCK_FAR if off_ms >= 60_000 else TroubleKind.CLOCK_OFF
        yield Trouble(kind, (off,))


def _of_bridge(condition: Condition) -> Iterator[Trouble]:
    for remark in condition.remarks:
        yield _remarked(remark)


def _remarked(remark: Remark) -> Trouble:
    return Trouble(
        _KINDS.get(remark.of, TroubleKind.NOTICE),
        (remark.name,),
        (remark.more,),
        graded=_GRADES.get(remark.severity),
        about=remark.about,
    )


def _minutes(milliseconds: int) -> str:
    seconds = milliseconds // 1000
    return f"{seconds // 60}:{seconds % 60:02}"


def empty_lines(shift: Shift, heard: Sequence[Heard], reading: Reading) -> list[str]:
    """Return what an empty wall tells: the last act, the shift's figures, who sent when."""
    words = reading.words
    lines = []
    if shift.latest:
        lines.append(words("empty.last", reading.time(shift.latest[0].at)))
        lines.append(words("empty.today", shift.acts, figure(shift.portions)))
    for source, at in sorted(heard, key=lambda each: -each.at):
        lines.append(words("empty.source", clean(source), reading.time(Instant(at))))
    return lines


def unsent_lines(session: DisplaySession) -> frozenset[LineKey]:
    """Return the lines whose last act no bridge has confirmed."""
    if not session.unsent:
        return frozenset()
    confirmed, shown = session.confirmed, session.projection.kitchen
    changed, _ = shown.orders.changes_since(confirmed.orders)
    return frozenset(
        line.key
        for key, order in changed.items()
        for line in order.lines.values()
        if line is not confirmed.line(line.key) and key in confirmed.orders
    )
