"""`kds why`: what happened to the dishes of a table, when, and by which rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kds.admin.bridge import Bridge
from kds.commandline import CommandError
from kds.kitchen.wording import Wording
from kds.records.times import moment

_TIME_ONLY = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")


@dataclass(frozen=True, slots=True)
class Story:
    """The answer: for people, and for programs."""

    lines: tuple[str, ...]
    document: Any


def tell(bridge: Bridge, table: str, at: str | None, lang: str) -> Story:
    """Return what happened at `table` in the visit that was there at `at` (None: the last one).

    Raises `CommandError`.
    """
    zone = ZoneInfo(bridge.get("v1", "rules")["zone"])
    now = datetime.fromisoformat(bridge.get("health")["at"]).astimezone(zone)
    until = now if at is None else _moment(at, now, zone)
    visits = bridge.get("v1", "visits", table=table, limit=1000)
    there = [visit for visit in visits if _was_there(visit, until, is_now=at is None)]
    if not there:
        raise CommandError(f"nobody was at table {table} at {until:%Y-%m-%d %H:%M}")
    visit = there[-1]
    stands = {} if at is not None else _as_it_stands(bridge, visit, lang)
    teller = _Teller(lang, zone, until)
    document = {**visit, "now": list(stands.values())} if stands else visit
    return Story(tuple(teller.lines(visit, stands)), document)


def _moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read a time of day (the last one that has been) or a date and time."""
    if _TIME_ONLY.fullmatch(text):
        hour, minute, *second = (int(part) for part in text.split(":"))
        at = now.replace(hour=hour, minute=minute, second=second[0] if second else 59)
        return at if at <= now + timedelta(minutes=1) else at - timedelta(days=1)
    try:
        return moment(text, zone)
    except ValueError as error:
        raise CommandError(f"--at {text} {error}") from error


def _was_there(visit: dict[str, Any], at: datetime, *, is_now: bool) -> bool:
    if datetime.fromisoformat(visit["opened_at"]) > at:
        return False
    ended = visit["ended_at"]
    return is_now or ended is None or datetime.fromisoformat(ended) >= at


def _as_it_stands(
    bridge: Bridge, visit: dict[str, Any], lang: str
) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return how the lines of a visit are now, with why, by their keys."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for order in visit["orders"]:
        known = bridge.get("v1", "orders", order["source"], order["order_id"], lang=lang)
        for line in known["lines"]:
            found[line["source"], line["order_id"], line["line_id"]] = line
    return found


class _Teller:
    """Tells a visit in one language, up to a moment."""

    def __init__(self, lang: str, zone: ZoneInfo, until: datetime) -> None:
        self._lang = lang
        self._zone = zone
        self._until = until

    def lines(
        self, visit: dict[str, Any], stands: dict[tuple[str, ...], dict[str, Any]]
    ) -> Iterator[str]:
        opened = datetime.fromisoformat(visit["opened_at"]).astimezone(self._zone)
        head = Wording("{} 桌，{} 开台", "table {}, since {}")[self._lang]
        yield head.format(visit["table"], f"{opened:%Y-%m-%d %H:%M:%S}")
        yield from self._timeline(visit["timeline"])
        for line in visit["lines"]:
            now = stands.get((line["source"], line["order_id"], line["line_id"]))
            yield f"{line['name'] or line['line_id']}{self._now(now)}"
            yield from self._timeline(line["timeline"])

    def _now(self, line: dict[str, Any] | None) -> str:
        if line is None:
            return ""
        return f" → {' + '.join(line['stations']) or '–'} · {line['why']}"

    def _timeline(self, events: list[dict[str, Any]]) -> Iterator[str]:
        for event in events:
            at = datetime.fromisoformat(event["at"]).astimezone(self._zone)
            if at > self._until:
                return
            yield f"  {at:%H:%M:%S} {self._event(event)}"

    def _event(self, event: dict[str, Any]) -> str:
        data = event.get("data") or {}
        told = _KINDS.get(event["kind"], Wording(event["kind"], event["kind"]))[self._lang]
        if event["kind"] == "portions_moved":
            move = data.get("move", "")
            told = _MOVES.get(move, Wording(move, move))[self._lang]
        portions, until = event.get("portions"), data.get("until")
        if event["kind"] == "hold_placed" and portions == "0":  # what waits gets another end
            portions = None
            told = _WAITS_UNTIL[self._lang].format("–" if until is None else self._clock(until))
        details = [
            f"×{portions}" if portions else "",
            self._detail(data),
            event["rule"] or "",
            _CAUSES[event["cause"]][self._lang],
            " ".join(part for part in (event["device"], event["person"]) if part),
        ]
        return f"{told} {' · '.join(part for part in details if part)}"

    def _clock(self, at_ms: int) -> str:
        return f"{datetime.fromtimestamp(at_ms / 1000, self._zone):%H:%M:%S}"

    def _detail(self, data: dict[str, Any]) -> str:
        """Return what an event says besides its kind: gate and reason, opening, limit, table."""
        reason = data.get("reason")
        opened = _OPENINGS.get(str(data.get("opened_by") or ""))
        said = [str(data.get(name) or "") for name in ("gate", "level", "table", "view", "station")]
        said.append("" if opened is None else opened[self._lang])
        if isinstance(reason, dict):
            said.append(reason.get(self._lang, ""))
        elif reason:
            said.append(str(reason))
        said += [each["message"].get(self._lang, "") for each in data.get("remarks") or ()]
        if data.get("limit_s") is not None:
            said.append(f"{data['limit_s']} s ({data.get('clock', '')})")
        return " ".join(part for part in said if part)


_WAITS_UNTIL = Wording("改为等到 {}", "now waits until {}")
_OPENINGS = {
    "state": Wording("等的已到", "it is there"),
    "timeout": Wording("到时", "time is up"),
    "override": Wording("人工放行", "let go by hand"),
    "void": Wording("等的已退", "what it waited for is void"),
    "service": Wording("不再适用", "not for this service"),
    "condition": Wording("不再适用", "no longer for it"),
    "struck": Wording("划掉", "struck at the pass"),
    "planned": Wording("按计划", "as planned"),
    "fired": Wording("叫起", "fired"),
    "paused": Wording("规则已停或已删", "the rule is paused or gone"),
    "merged": Wording("并台", "tables merged"),
    "rushed": Wording("催了", "rushed"),
}
_CAUSES = {
    "pos": Wording("收银", "the till"),
    "person": Wording("人", "a person"),
    "rule": Wording("规则", "a rule"),
    "time": Wording("时间", "time"),
}
_MOVES = {
    "start": Wording("开做", "started"),
    "bump": Wording("做好", "ready"),
    "serve": Wording("上桌", "served"),
    "recall": Wording("退回", "recalled"),
    "hold": Wording("等叫", "put on hold"),
    "fire": Wording("起菜", "fired"),
    "release": Wording("放行", "released"),
}
_KINDS = {
    "order_received": Wording("下单", "ordered"),
    "table_moved": Wording("转台", "moved to another table"),
    "visits_merged": Wording("并台", "merged"),
    "lines_split": Wording("拆单", "split off"),
    "visit_ended": Wording("离店", "the visit ended"),
    "visit_pinned": Wording("固定", "pinned"),
    "rider_noted": Wording("骑手到", "the rider came or went"),
    "sold_out_marked": Wording("沽清", "sold out"),
    "portions_voided": Wording("退菜", "void"),
    "voids_acknowledged": Wording("退菜已知", "void acknowledged"),
    "hold_placed": Wording("开始等", "begins to wait"),
    "hold_released": Wording("不再等", "waits no more:"),
    "lines_rushed": Wording("催菜", "rushed"),
    "lines_remade": Wording("重做", "made again"),
    "line_taken": Wording("接手", "taken"),
    "lines_rerouted": Wording("换工位（规则更新）", "goes another way (new rules)"),
    "line_late": Wording("超时", "late"),
    "line_checked": Wording("核对", "checked"),
    "overtime_reached": Wording("等太久", "waits too long"),
    "command_undone": Wording("撤销", "undone"),
}
