"""Sets, sides and pre-plated dishes in words; and what a book makes of one line, shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kds.kitchen.ids import LineId
from kds.kitchen.messages import LineContent, OrderFields
from kds.kitchen.orders import Routing, SetPart, Step
from kds.rulebook.book import Book
from kds.rulebook.compiled import MenuClass
from kds.rulebook.sets import part_content

Way = Callable[[tuple[Step, ...]], str]


def set_details(entry: MenuClass, lang: str) -> Iterator[str]:
    """Yield what a menu entry says beside the way: a set's dishes, a side, pre-plated."""
    if entry.spells_out:
        dishes = ("、" if lang == "zh" else ", ").join(
            f"{part.name} ×{part.each}" for part in entry.spells_out
        )
        yield f"拆成 {dishes}" if lang == "zh" else f"spelled out as {dishes}"
    if entry.is_side:
        yield "作为别的菜的做法时也单独制作" if lang == "zh" else "also as another dish's modifier"
    if entry.is_preplated:
        yield "预制，直接出" if lang == "zh" else "pre-plated, only handed out"


@dataclass(frozen=True, slots=True)
class Made:
    """A line that a book makes of another one. `depth`: 1, or more in sets inside of sets."""

    name: str
    each: Decimal
    depth: int
    is_side: bool
    routing: Routing

    def as_text(self, way: Way, lang: str) -> str:
        """Return it as one line: `  + 毛肚 ×1 → 切配 (plate, plates)`."""
        routing = self.routing
        decided = f" ({routing.menu_class}, {routing.rule})" if routing.rule else ""
        side = ("，做法单独制作" if lang == "zh" else ", a modifier") if self.is_side else ""
        indent = "  " * self.depth
        return f"{indent}+ {self.name} ×{self.each}{side} → {way(routing.steps)}{decided}"

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "name": self.name,
            "each": str(self.each),
            "depth": self.depth,
            "modifier": self.is_side,
            "stations": [step.station for step in self.routing.steps],
            "class": self.routing.menu_class,
            "rule": self.routing.rule,
        }


def made_of(book: Book, fields: OrderFields, content: LineContent) -> tuple[Made, ...]:
    """Return what else `book` has cooked for one line."""
    recipe = book.recipe(fields, content)
    parts = [(depth, part, False) for depth, part in _flat(recipe.parts, 1)]
    parts += [(1, SetPart(name), True) for name in recipe.sides]
    return tuple(
        Made(part.name, part.each, depth, is_side, _route(book, fields, part))
        for depth, part, is_side in parts
    )


def _flat(parts: Iterable[SetPart], depth: int) -> Iterator[tuple[int, SetPart]]:
    for part in parts:
        yield depth, part
        yield from _flat(part.parts, depth + 1)


def _route(book: Book, fields: OrderFields, part: SetPart) -> Routing:
    return book.route(fields, part_content(LineId(""), part), is_parent=False)
