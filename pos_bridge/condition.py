"""How well the bridge is, in words for people: every display and /health say it. Worst first."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nlargest
from pathlib import Path
from zoneinfo import ZoneInfo

from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.records.times import clock
from kds.rulebook.diagnostics import Diagnostic, Severity
from kds.store.errors import StoreError
from kds.store.store import Store
from kds.wire.messages import Condition, Heard, Remark
from pos_bridge.feed import Feed
from pos_bridge.going_live import LiveRules
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.pulse.remarks import source_remarks
from pos_bridge.rules import Origin
from pos_bridge.writer import MOST_WAITING, Writer

_logger = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0
SOURCES_EVERY = 3
"""So many looks pass before displays learn that a source has sent again."""
LOW_BYTES = 200 * 1024 * 1024
_MOST_REMARKS = 20
_MOST_SOURCES = 12
_MOST_CHARS = 300
_CLOCK_OFF_MS = 60_000


class Inspector:
    """Looks at the parts of the bridge once a second. Event loop thread only.

    `extra`: says what else there is, such as a database that was set aside.
    """

    def __init__(
        self,
        feed: Feed,
        writer: Writer,
        pulse: Pulse,
        rules: LiveRules,
        time: KitchenTime,
        data: Path,
        extra: Callable[[], Iterable[Remark]] = tuple,
    ) -> None:
        self._feed = feed
        self._writer = writer
        self._pulse = pulse
        self._rules = rules
        self._time = time
        self._data = data
        self._extra = extra
        self._since: tuple[str, Instant] | None = None

    def remarks(self) -> list[Remark]:
        """Return what is not well, worst first."""
        return [_bounded(remark) for remark in self._remarks()][:_MOST_REMARKS]

    async def run(self, tell: Callable[[Condition], None], store: Store) -> None:
        """Look every second and `tell` what there is, until cancelled."""
        looks, told = 0, Condition()
        while True:
            await self._learn_since(store)
            remarks = tuple(self.remarks())
            if looks % SOURCES_EVERY == 0 or remarks != told.remarks:
                told = Condition(remarks, self._sources())
                tell(told)
            looks += 1
            await asyncio.sleep(LOOK_EVERY_S)

    # --- what is not well ---

    def _remarks(self) -> Iterator[Remark]:
        yield from self._storage()
        yield from self._extra()
        yield from self._disk()
        yield from source_remarks(self._pulse.standings(self._time.now()))
        yield from self._book()
        yield from self._paused()
        yield from self._pace()

    def _storage(self) -> Iterator[Remark]:
        why = self._writer.trouble
        if why:
            zh, en = "主机存不下新单", "Nothing can be stored"
            yield Remark(
                "storage", "critical", zh, en, f"新单不收 · {why}", f"no new orders · {why}"
            )

    def _disk(self) -> Iterator[Remark]:
        try:
            free = shutil.disk_usage(self._data).free
        except OSError:
            return
        if free < LOW_BYTES:
            left = free // (1024 * 1024)
            zh, en = "主机磁盘将满", "Host's disk nearly full"
            yield Remark("disk", "late", zh, en, f"还剩 {left} MB", f"{left} MB left")

    def _book(self) -> Iterator[Remark]:
        note = self._rules.state.note
        if note is None:
            return
        where = _first_fault(self._rules.state.diagnostics)
        if not where:
            zh, en = "规则有改动，未启用", "Changed rules not in force"
            yield Remark("rules", "attention", zh, en, note.zh, note.en)
            return
        running = self._running()
        more = [f"{where} · {text}" for text in (running.zh, running.en)]
        yield Remark("rules", "attention", "规则未启用", "Rule file not used", *more)

    def _running(self) -> Wording:
        """Say which rules are in force instead of those in the folder."""
        if self._rules.state.origin is Origin.BUILT_IN:
            return Wording("暂用内置规则", "running the built-in rules")
        if self._since is None:
            return Wording("仍用上一份规则", "running the last good rules")
        at = clock(self._since[1], self._time.now(), ZoneInfo(self._feed.book.zone))
        return Wording(f"仍用 {at} 的规则", f"running rules of {at}")

    def _paused(self) -> Iterator[Remark]:
        kitchen, book = self._feed.kitchen, self._feed.book
        for rule, state in kitchen.rules.items():
            if state.paused_at is None:
                continue
            wait = book.hold_rule(rule)
            name = Wording(f"规则 {rule} 已暂停", f"Rule {rule} is paused")
            name = name if wait is None else wait.paused
            more = Wording("点开后按“恢复”", "open to resume")
            yield Remark("paused", "attention", name.zh, name.en, more.zh, more.en, rule)

    def _pace(self) -> Iterator[Remark]:
        if self._writer.waiting > MOST_WAITING // 2:
            zh, en = "主机忙不过来", "The bridge does not keep up"
            count = self._writer.waiting
            yield Remark("busy", "attention", zh, en, f"{count} 条在排队", f"{count} wait")
        if self._time.ahead_ms > _CLOCK_OFF_MS:
            minutes = self._time.ahead_ms // 60_000
            zh, en = "主机时钟比记录慢", "The host's clock was behind the log"
            yield Remark(
                "clock",
                "attention",
                zh,
                en,
                f"差 {minutes} 分钟 · 请核对日期",
                f"by {minutes} min · is its date right?",
            )

    # --- what else there is to tell ---

    def _sources(self) -> tuple[Heard, ...]:
        """Return who was heard of last and when, the latest few."""
        heard = (
            Heard(standing.name[:64], standing.at)
            for standing in self._pulse.standings(self._time.now())
            if standing.at is not None
        )
        return tuple(sorted(nlargest(_MOST_SOURCES, heard, key=lambda each: each.at)))

    async def _learn_since(self, store: Store) -> None:
        """Learn since when the rules in force are so, where that is to be said."""
        book = self._feed.book.hash
        if self._rules.state.note is None or (self._since is not None and self._since[0] == book):
            return
        try:
            kept = await asyncio.to_thread(store.book, book)
        except StoreError as error:
            _logger.debug("since when the rules are in force: %s", error)
            return
        self._since = None if kept is None else (book, kept.at)


def _first_fault(diagnostics: Sequence[Diagnostic]) -> str:
    faults = [d for d in diagnostics if d.severity is Severity.ERROR]
    return f"{faults[0].file}:{faults[0].line}" if faults else ""


def _bounded(remark: Remark) -> Remark:
    """Return the remark with no text longer than a screen has room for."""
    texts = (remark.zh, remark.en, remark.more_zh, remark.more_en)
    zh, en, more_zh, more_en = (text[:_MOST_CHARS] for text in texts)
    return Remark(remark.of, remark.severity, zh, en, more_zh, more_en, remark.about)
