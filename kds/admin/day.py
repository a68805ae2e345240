"""`kds rules rehearse`: a recorded day under the edited book beside the one in force."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from kds.admin.bridge import Bridge
from kds.admin.recorded import asked_in, event_of, read_log
from kds.admin.rehearsal import Difference, Tally, differences, rehearse
from kds.admin.wordings import LEVELS, duration
from kds.commandline import CommandError
from kds.kitchen.events import Event
from kds.kitchen.ids import Instant
from kds.kitchen.order_facts import OrderReceived
from kds.kitchen.wording import Wording
from kds.records import RecordError
from kds.records.times import instant, iso
from kds.rulebook.book import Book, book_from_json
from kds.rulefiles import read_book

_PAGE = 1_000
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Report:
    """The answer: for people, and for programs."""

    lines: tuple[str, ...]
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Until:
    """Up to when a day is played. `is_running`: it is not over yet, and more may come."""

    at: Instant
    zone: ZoneInfo
    is_running: bool = False

    def told(self, lang: str) -> Iterator[str]:
        """Yield what has to be said of it."""
        if self.is_running:
            time = f"{datetime.fromisoformat(iso(self.at, self.zone)):%H:%M}"
            yield (
                f"这一天还没结束：排练到现在（{time}）为止。"
                if lang == "zh"
                else f"This day is not over: it is rehearsed up to now ({time})."
            )

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"until": iso(self.at, self.zone), "running": self.is_running}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to rehearse. `active`: the book beside, None for the bridge's own."""

    edited: Path
    active: Path | None
    log: Path | None
    day: str | None
    bridge: Bridge | None

    def report(self, lang: str) -> Report:
        """Play the day twice and tell them apart; raises `CommandError`."""
        edited = _sound(self.edited, lang)
        active = self._active(lang)
        events, until = self._recorded(active)
        asked = asked_in(events)
        if not any(isinstance(event.fact, OrderReceived) for event in events):
            raise CommandError("there is no order in that day's log")
        tallies = rehearse(asked, active, until.at), rehearse(asked, edited, until.at)
        found = differences(*tallies)
        told = [*_told(tallies, found, len(asked), lang), *until.told(lang)]
        document = _document(tallies, found, len(asked)) | until.as_json()
        return Report(tuple(told), document)

    def _active(self, lang: str) -> Book:
        if self.active is not None:
            return _sound(self.active, lang)
        assert self.bridge is not None
        return book_from_json(json.dumps(self.bridge.get("v1", "rules", full=True)["compiled"]))

    def _recorded(self, book: Book) -> tuple[Sequence[Event], Until]:
        """Return what happened, and up to when the day is to be played."""
        zone = ZoneInfo(book.zone)
        if self.log is not None:
            events = read_log(self.log)
            return events, Until(max((e.at for e in events), default=Instant(0)), zone)
        bridge = self.bridge
        assert bridge is not None
        begin, end = self._hours(bridge, book)
        now = datetime.fromisoformat(bridge.get("health")["at"])
        until = Until(instant(min(now, end)), zone, is_running=now < end)
        return tuple(_between(bridge, begin, end)), until

    def _hours(self, bridge: Bridge, book: Book) -> tuple[datetime, datetime]:
        """Return begin and end of the day that was asked for, by the store's wall clock."""
        zone, ends = ZoneInfo(book.zone), book.data.ending.day_ends_min
        edge = time(ends // 60 % 24, ends % 60)
        if self.day is None:
            now = datetime.fromisoformat(bridge.get("health")["at"]).astimezone(zone)
            day = now.date() - timedelta(days=now.time() < edge)
        else:
            try:
                day = date.fromisoformat(self.day)
            except ValueError:
                raise CommandError(f"--day {self.day} is no date such as 2026-11-21") from None
        begin = datetime.combine(day, edge, zone)
        return begin, datetime.combine(day + timedelta(days=1), edge, zone)


def _between(bridge: Bridge, begin: datetime, end: datetime) -> Iterator[Event]:
    """Yield the bridge's events of a time; raises `CommandError`."""
    after, last = _place_before(bridge, begin), int(bridge.get("health")["seq"])
    while after < last:
        page = bridge.events(after, _PAGE)
        for row in page:
            if datetime.fromisoformat(row["at"]) >= end:
                return
            try:
                yield event_of(row)
            except (RecordError, KeyError, ValueError) as error:
                raise CommandError(f"entry {row.get('seq')} cannot be read: {error}") from error
        if not page:
            return
        after = page[-1]["seq"]


def _sound(directory: Path, lang: str) -> Book:
    reading = read_book(directory)
    if reading.book is None:
        told = "\n".join(found.text(lang) for found in reading.diagnostics)
        raise CommandError(f"{directory}: this book may not run:\n{told}")
    return reading.book


def _place_before(bridge: Bridge, begin: datetime) -> int:
    """Return a log place with nothing of the day before it, found by halving."""
    low, high = 0, int(bridge.get("health")["seq"])
    while low < high:
        middle = (low + high) // 2
        page = bridge.events(middle, 1)
        if page and datetime.fromisoformat(page[0]["at"]) >= begin:
            high = middle
        else:
            low = middle + 1
    return low


# --- telling ---------------------------------------------------------------------------------

_FIGURES = (
    ("lines", Wording("菜品行", "lines")),
    ("late", Wording("迟（估计）", "late (estimate)")),
    ("critical", Wording("严重超时（估计）", "critical (estimate)")),
    ("held", Wording("等过的行", "held")),
    ("held_min", Wording("共等（分钟）", "held in all (min)")),
    ("timeouts", Wording("到时放行", "gates opened by time-out")),
    ("pauses", Wording("规则自动暂停", "rules paused")),
    ("batched", Wording("合锅做的行", "begun in a shared pan")),
    ("sold_out", Wording("沽清拿不到的行", "gone without, sold out")),
    ("asked", Wording("问出菜口", "questions to the pass")),
    ("announced", Wording("播报", "announced")),
)
_ASSUMED = Wording(
    "迟早是估计：假定每道菜仍在当天那一刻做好（换了工位也一样）；当时还在等的，放行后马上做好。",
    "Lateness is an estimate: each dish is taken to get ready at the moment at which it did, at "
    "another station too; one still held then, as soon as it is let go.",
)


def _told(
    tallies: tuple[Tally, Tally], found: list[Difference], asked: int, lang: str
) -> Iterator[str]:
    active, edited = (tally.figures() for tally in tallies)
    zh = lang == "zh"
    yield _row("", "现用" if zh else "active", "编辑后" if zh else "edited")
    for name, words in _FIGURES:
        yield _row(words[lang], active[name], edited[name])
    for station, (was, now) in _late_by_station(tallies).items():
        yield _row(f"  {'迟' if zh else 'late at'} {station}", was, now)
    yield ""
    if found:
        yield (
            f"{len(found)} 行不同，差别最大的："
            if zh
            else f"{len(found)} lines differ, most of all:"
        )
        yield from (f"  {_line(each, lang)}" for each in found[:_SHOWN])
    else:
        yield "没有差别。" if zh else "Nothing differs."
    missed = [tally.unrepeated for tally in tallies]
    yield (
        f"{asked} 个动作，其中 {missed[0]} / {missed[1]} 个无处重放。"
        if zh
        else f"{asked} acts, of which {missed[0]} / {missed[1]} found no place."
    )
    yield _ASSUMED[lang]


def _row(label: str, *figures: object) -> str:
    """Return a line of a table; Chinese signs are two columns wide."""
    cells = [label + " " * (_LABEL - _width(label))]
    cells += [" " * (_FIGURE - _width(str(figure))) + str(figure) for figure in figures]
    return "".join(cells)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


_LABEL, _FIGURE = 28, 10


_IN_PAN = {
    True: Wording("合锅做", "now in a shared pan"),
    False: Wording("单独做", "now made alone"),
}


def _line(each: Difference, lang: str) -> str:
    before, after = each.before, each.after
    parts = [f"{after.table} {after.name}".strip()]
    if before.stations != after.stations:
        parts.append(f"{' + '.join(before.stations)} → {' + '.join(after.stations)}")
    if before.held_s != after.held_s:
        held = [duration(round(fate.held_s), lang) for fate in (before, after)]
        parts.append(f"{'等' if lang == 'zh' else 'held'} {held[0]} → {held[1]}")
    if before.lost != after.lost:
        lost = [f"{fate.lost:f}" for fate in (before, after)]
        parts.append(f"{'沽清' if lang == 'zh' else 'sold out'} {lost[0]} → {lost[1]}")
    if before.batched is not after.batched:
        pans = _IN_PAN[after.batched]
        parts.append(pans[lang])
    if before.late is not after.late:
        levels = [LEVELS[fate.late][lang] for fate in (before, after)]
        parts.append(f"{levels[0]} → {levels[1]}")
    return " · ".join(parts)


def _late_by_station(tallies: tuple[Tally, Tally]) -> dict[str, tuple[int, int]]:
    active, edited = (tally.late_by_station() for tally in tallies)
    return {name: (active[name], edited[name]) for name in sorted({*active, *edited})}


def _document(tallies: tuple[Tally, Tally], found: list[Difference], asked: int) -> dict[str, Any]:
    active, edited = tallies
    return {
        "asked": asked,
        "active": active.figures() | {"unrepeated": active.unrepeated},
        "edited": edited.figures() | {"unrepeated": edited.unrepeated},
        "late_by_station": {
            name: {"active": was, "edited": now}
            for name, (was, now) in _late_by_station(tallies).items()
        },
        "differences": [each.as_json() for each in found],
        "estimate": {"fields": ["late", "critical"], "assumed": _ASSUMED.en},
    }
