"""Which way each dish of a menu goes under a book, and YAML for those that no entry takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kds.admin.menus import Dish
from kds.admin.sentences import Teller
from kds.admin.sets_sentences import Made, made_of
from kds.kitchen.ids import ANY_STATION
from kds.kitchen.messages import OrderFields
from kds.rulebook.book import Book, Trace
from kds.rulebook.folding import fold


@dataclass(frozen=True, slots=True)
class Route:
    """A dish and how the book decided on it."""

    dish: Dish
    trace: Trace
    made: tuple[Made, ...] = ()

    @property
    def is_matched(self) -> bool:
        """Some menu entry took the dish."""
        return all(step.station != ANY_STATION for step in self.trace.routing.steps)

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        routing = self.trace.routing
        return {
            "name": self.dish.name,
            "category": self.dish.category,
            "item_id": self.dish.item_id,
            "tags": [*self.dish.tags],
            "stations": [step.station for step in routing.steps],
            "class": routing.menu_class,
            "rule": routing.rule,
            "where": routing.where,
            "why": self._why("en"),
            "matched": self.is_matched,
            "makes": [made.as_json() for made in self.made],
        }

    def as_text(self, teller: Teller, lang: str) -> str:
        """Return it as one line, and one more for each that the book makes of it."""
        routing, dish = self.trace.routing, self.dish
        name = f"{dish.name} [{dish.category}]" if dish.category else dish.name
        way = teller.way(routing.steps)
        if not self.is_matched:
            none = "没有一条菜单符合" if lang == "zh" else "no entry takes it"
            return f"{name} → {way} ({none})"
        place = f"{routing.menu_class}, {routing.where} {routing.rule}"
        told = f"{name} → {way} ({place}: {self._why(lang)})"
        return "\n".join((told, *(made.as_text(teller.way, lang) for made in self.made)))

    def _why(self, lang: str) -> str:
        tries = self.trace.tries
        return tries[-1].why[lang] if tries and self.is_matched else ""


def routes(book: Book, dishes: Sequence[Dish]) -> tuple[Route, ...]:
    """Return the way of each dish, ordered alone and to eat in."""
    fields = OrderFields()
    return tuple(
        Route(
            dish,
            book.explain_route(fields, dish.content(), is_parent=False),
            made_of(book, fields, dish.content()),
        )
        for dish in dishes
    )


def unmatched_yaml(book: Book, found: Sequence[Route], lang: str) -> str:
    """Return menu entries to paste for the dishes among `found` that none takes; "" if all are.

    By category where no other dish of that category has gone another way, else by name.
    """
    lost = [route.dish for route in found if not route.is_matched]
    if not lost:
        return ""
    taken = {fold(route.dish.category) for route in found if route.is_matched}
    by_category: dict[str, list[Dish]] = {}
    by_name: list[Dish] = []
    for dish in lost:
        if dish.category and fold(dish.category) not in taken:
            by_category.setdefault(dish.category, []).append(dish)
        else:
            by_name.append(dish)
    ids = _Ids({entry.id for entry in book.data.menu})
    station = _likely_station(book, found)
    lines = [_HEAD[lang].format(len(lost)), "menu:"]
    for category, dishes in by_category.items():
        names = "、".join(dish.name for dish in dishes[:6]) + (" …" if len(dishes) > 6 else "")
        lines += _entry(ids.new(category), f"{{category: {_text(category)}}}", station, names, lang)
    if by_name:
        names = ", ".join(_text(dish.name) for dish in by_name)
        lines += _entry(ids.new("other-dishes"), f"{{name: [{names}]}}", station, "", lang)
    lines.append(_STATIONS[lang].format(", ".join(s.id for s in book.stations)))
    return "\n".join(lines)


_HEAD = {
    "zh": "# {} 道菜没有一条菜单符合。核对 class 和 cook 后，粘贴到 menu 的末尾。",
    "en": "# {} dishes that no entry takes. See to class and cook, then paste at the end of menu.",
}
_STATIONS = {"zh": "# 工位：{}", "en": "# stations: {}"}
_CHECK = {"zh": "# 请核对", "en": "# please check"}


def _entry(entry: str, match: str, station: str, names: str, lang: str) -> Iterator[str]:
    yield f"  - id: {entry}" + (f"   # {_one_line(names)}" if names else "")
    yield "    class: dish"
    yield f"    match: {match}"
    yield f"    cook: {station}   {_CHECK[lang]}"


class _Ids:
    """Makes ids that no entry of the book has."""

    def __init__(self, taken: set[Any]) -> None:
        self._taken = {str(name) for name in taken}

    def new(self, text: str) -> str:
        plain = re.sub(r"[^\w-]+", "-", fold(text)).strip("-_")[:40] or "dishes"
        name, number = plain, 2
        while name in self._taken:
            name, number = f"{plain}-{number}", number + 1
        self._taken.add(name)
        return name


def _likely_station(book: Book, found: Sequence[Route]) -> str:
    """Return the station that most dishes go to: a guess that keeps the text sound."""
    counts = Counter(
        step.station for route in found if route.is_matched for step in route.trace.routing.steps
    )
    return counts.most_common(1)[0][0] if counts else book.stations[0].id


def _text(value: str) -> str:
    """Return a text as YAML that no sign in it can break."""
    escaped = _one_line(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _one_line(text: str) -> str:
    return " ".join(text.split())
