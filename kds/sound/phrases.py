"""Phrases: what is said, in Chinese and in English, as a waiter would call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kds.kitchen.ids import Instant
from kds.kitchen.orders import Line
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.rulebook.templates import filled
from kds.sound.names import dish_said, ticket_said
from kds.sound.notices import Kind, News
from kds.sound.numbers import en_number, zh_count
from kds.sound.overtimes import running, words_of
from kds.sound.scene import Scene

_POT_CLASS = "broth"
_OVER = frozenset({Kind.LATE, Kind.CRITICAL})


@dataclass(frozen=True, slots=True)
class _Dishes:
    """The dishes that a sentence is about. `name`: of the only one, "" if it cannot be said."""

    name: str
    plates: int

    def zh(self) -> str:
        """Return 毛肚, 毛肚两份 or 三道."""
        if not self.name:
            return zh_count(self.plates, "道")
        return self.name + (zh_count(self.plates, "份") if self.plates > 1 else "")

    def en(self) -> str:
        """Return "tripe", "two tripe" or "three dishes"."""
        if not self.name:
            return f"{en_number(self.plates)} {'dish' if self.plates == 1 else 'dishes'}"
        return self.name if self.plates == 1 else f"{en_number(self.plates)} {self.name}"


def sentence(
    scene: Scene, news: Sequence[News], lang: str, now: Instant, words: Wording | None = None
) -> str:
    """Return what is said of `news`, all of one table: "八号桌 三道齐", "Table 8, tripe late"."""
    visit = scene.visit(news[0].visit)
    if visit is None:
        return ""
    words = words or words_of(scene, news[0])
    if words is not None:
        return filled(words[lang], _fields(scene, news[0], visit, lang, now))
    parts = [_part(scene, each, visit, lang, now) for each in news]
    said = (_table(scene, visit, lang), *parts)
    return (" " if lang == "zh" else ", ").join(filter(None, said))


def _table(scene: Scene, visit: Visit, lang: str) -> str:
    """Return what a visit is called: by its table, or by the number of its first order."""
    orders = (scene.kitchen.orders.get(key) for key in visit.orders)
    first = next((order for order in orders if order is not None), None)
    return ticket_said(visit.table, first.fields, lang) if first is not None else ""


def _fields(scene: Scene, news: News, visit: Visit, lang: str, now: Instant) -> dict[str, str]:
    """Return what the named fields of a book's sentence stand for."""
    lines = list(scene.lines(key for key, _ in news.plates))
    dishes, wait = _dishes(lines, news, lang), running(scene, news)
    waited_min = 0 if wait is None else max(0, now - wait.since) // 60_000
    if wait is None and lines:
        waited_min = max(0, now - min(line.received_at for line in lines)) // 60_000
    if news.kind in _OVER:
        waited_min = min((scene.late_by_s(li, visit.id, now) for li in lines), default=0) // 60
    is_zh = lang == "zh"
    return {
        "table": _table(scene, visit, lang),
        "number": _number(scene, visit, lang),
        "dish": dishes.zh() if is_zh else dishes.en(),
        "count": zh_count(dishes.plates, "") if is_zh else en_number(dishes.plates),
        "minutes": zh_count(waited_min, "") if is_zh else en_number(waited_min),
        "station": _station(scene, lines, visit, lang),
    }


def _number(scene: Scene, visit: Visit, lang: str) -> str:
    """Return what the visit is called by the number of its first order."""
    orders = (scene.kitchen.orders.get(key) for key in visit.orders)
    first = next((order for order in orders if order is not None), None)
    return "" if first is None else ticket_said("", first.fields, lang)


def _station(scene: Scene, lines: Sequence[Line], visit: Visit, lang: str) -> str:
    """Return the name of the station that still has something of the first such line to make."""
    names = {station.id: station.name[lang] for station in scene.book.stations}
    for line in lines:
        for station in scene.stations_at_work(line, visit.id):
            if station in names:
                return names[station]
    return ""


def _dishes(lines: Sequence[Line], news: News, lang: str) -> _Dishes:
    if lines and all(map(_is_hot_pot, lines)):
        return _Dishes("锅底" if lang == "zh" else "pot base", 1)
    return _Dishes(_name(lines, lang), sum(count for _, count in news.plates))


def _part(scene: Scene, news: News, visit: Visit, lang: str, now: Instant) -> str:
    lines = list(scene.lines(key for key, _ in news.plates))
    dishes = _dishes(lines, news, lang)
    over_min = min((scene.late_by_s(li, visit.id, now) for li in lines), default=0) // 60
    zh, en = _WORDS[news.kind](dishes, over_min)
    return zh if lang == "zh" else en


def _is_hot_pot(line: Line) -> bool:
    """It is called the pot's base, whatever its taste and however many there are."""
    return line.routing.menu_class == _POT_CLASS


def _name(lines: Sequence[Line], lang: str) -> str:
    return dish_said(lines[0].content, lang) if len(lines) == 1 else ""


def _ready(dishes: _Dishes, _over_min: int) -> tuple[str, str]:
    zh = f"{dishes.zh()}好了" if dishes.name else f"{dishes.zh()}齐"
    return zh, f"{dishes.en()} ready"


def _over(dishes: _Dishes, over_min: int) -> tuple[str, str]:
    if over_min < 1:
        return f"{dishes.zh()} 超时", f"{dishes.en()} very late"
    minutes = "minute" if over_min == 1 else "minutes"
    return (
        f"{dishes.zh()} 超时 {zh_count(over_min, '分钟')}",
        f"{dishes.en()} {en_number(over_min)} {minutes} over",
    )


_WORDS: Mapping[Kind, Callable[[_Dishes, int], tuple[str, str]]] = MappingProxyType(
    {
        Kind.READY: _ready,
        Kind.POT_FIRST: lambda dishes, _: (f"{dishes.zh()} 先下", f"{dishes.en()} first"),
        Kind.POT_READY: lambda dishes, _: (f"{dishes.zh()}好", f"{dishes.en()} ready"),
        Kind.FIRE: lambda dishes, _: (f"起菜 {dishes.zh()}", f"fire {dishes.en()}"),
        Kind.SOLD_OUT: lambda dishes, _: (f"沽清 {dishes.zh()}", f"sold out {dishes.en()}"),
        Kind.VOID: lambda dishes, _: (f"退菜 {dishes.zh()}", f"void {dishes.en()}"),
        Kind.ASK_PASS: lambda dishes, _: (f"请确认 {dishes.zh()}", f"please confirm {dishes.en()}"),
        Kind.LATE: lambda dishes, _: (f"{dishes.zh()} 迟了", f"{dishes.en()} late"),
        Kind.CRITICAL: _over,
    }
)
