"""A slip as rows: what is written in which size, for pictures and for printers with own fonts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from kds.kitchen.ids import Instant
from kds.rulebook.printing import PrintOn, SlipKind
from kds.rulebook.slips import Slip, SlipLine

_ALLERGY = "!! "


class Size(StrEnum):
    """How large a row is written."""

    SMALL = "small"
    PLAIN = "plain"
    LARGE = "large"
    HUGE = "huge"


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `right`: written at the other end; `inverted`: white on black; `indent`: in digits.

    A row without any text is a line across the paper.
    """

    text: str
    size: Size = Size.PLAIN
    right: str = ""
    inverted: bool = False
    indent: int = 0


RULE = Row("")


def rows(slip: Slip, *, again: bool) -> Iterator[Row]:
    """Yield the rows of a slip. `again`: it may have been printed before, so nobody cooks twice."""
    zh = slip.lang == "zh"
    if again:
        yield Row("补打，可能已出过" if zh else "AGAIN - may be a copy", Size.LARGE, inverted=True)
    yield from _title(slip)
    yield Row(slip.heading, Size.HUGE, slip.part)
    if slip.facts:
        yield Row(" · ".join(slip.facts))
    if slip.note:
        yield Row(slip.note, Size.LARGE, inverted=True)
    yield RULE
    for line in slip.lines:
        yield from _dish(line, is_void=slip.on is PrintOn.VOID)
    yield RULE
    yield Row(_time(slip.at, slip.zone), Size.SMALL, slip.rule)


def _title(slip: Slip) -> Iterator[Row]:
    zh, station = slip.lang == "zh", slip.station[slip.lang]
    if slip.on is PrintOn.VOID:
        yield Row("退菜" if zh else "VOID", Size.LARGE, station, inverted=True)
    elif station:
        yield Row(station, Size.LARGE)
    elif slip.kind is SlipKind.PASS:
        words = ("总单 · 好了", "Ready") if slip.on is PrintOn.READY else ("总单", "Order")
        yield Row(words[0] if zh else words[1], Size.LARGE)


def _dish(line: SlipLine, *, is_void: bool) -> Iterator[Row]:
    if line.of:
        yield Row(f"[{line.of}]", Size.SMALL)
    sign = "−" if is_void else ""
    yield Row(f"{sign}{line.count} × {line.name}", Size.LARGE, line.seat)
    for remark in line.remarks:
        yield Row(remark, Size.PLAIN, inverted=remark.startswith(_ALLERGY), indent=2)


def _time(at: Instant, zone: str) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")
