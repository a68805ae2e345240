"""What a book makes of one line: the dishes of a set, and modifiers that are cooked as lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from kds.kitchen.ids import LineId, RuleId
from kds.kitchen.messages import LineContent, Modifier, OrderFields
from kds.kitchen.orders import Recipe, Routing, SetPart
from kds.rulebook.compiled import BookData, MenuClass
from kds.rulebook.matching import all_modifiers

_NOTHING = Recipe()
Route = Callable[[OrderFields, LineContent], Routing]


def part_content(line_id: LineId, part: SetPart) -> LineContent:
    """Return a dish of a set as the line that it will be."""
    return LineContent(
        line_id,
        part.name,
        part.each,
        item_id=part.item_id,
        names=part.names,
        category=part.category,
    )


def has_recipes(data: BookData) -> bool:
    """Some entry spells a set out, or takes modifiers."""
    return any(entry.spells_out or entry.is_side for entry in data.menu)


def recipe(
    entries: Mapping[RuleId, MenuClass], route: Route, fields: OrderFields, content: LineContent
) -> Recipe:
    """Return what is to be made of `content`. `route`: which way a line goes that is no shell."""
    entry = entries.get(route(fields, content).rule)
    parts = () if entry is None else tuple(_parts(entry, entries, route, fields, content, ()))
    sides = tuple(_sides(entries, route, fields, content.modifiers))
    return Recipe(parts, sides) if parts or sides else _NOTHING


def _parts(
    entry: MenuClass,
    entries: Mapping[RuleId, MenuClass],
    route: Route,
    fields: OrderFields,
    content: LineContent,
    above: tuple[RuleId, ...],
) -> Iterator[SetPart]:
    """Yield the dishes of a set, those of sets inside of it with them; never of itself again."""
    for part in entry.spells_out:
        inner = replace(part_content(LineId(""), part), course=content.course, seat=content.seat)
        taker = entries.get(route(fields, inner).rule)
        if taker is None or not taker.spells_out or taker.id in (*above, entry.id):
            yield part
        else:
            way = (*above, entry.id)
            parts = tuple(_parts(taker, entries, route, fields, content, way))
            yield replace(part, parts=parts)


def _sides(
    entries: Mapping[RuleId, MenuClass],
    route: Route,
    fields: OrderFields,
    modifiers: Iterable[Modifier],
) -> Iterator[str]:
    names = dict.fromkeys(modifier.name for modifier in all_modifiers(modifiers))
    for name in names:
        line = LineContent(LineId(""), name, Decimal(1))
        entry = entries.get(route(fields, line).rule)
        if entry is not None and entry.is_side:
            yield name
