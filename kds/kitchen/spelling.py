"""Lines that rules make of other lines: the dishes of a set, sides among the modifiers.

Each revision is spelled out by itself, and a line keeps the recipe by which that was first done:
so revisions give one result in any order, and a later rule book changes nothing that stands. It is
another one where the dish is another, or the order is by now to be eaten elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from kds.kitchen.changing import replace
from kds.kitchen.ids import LineId
from kds.kitchen.messages import (
    LineContent,
    LineState,
    Modifier,
    ModifierKind,
    OrderFields,
    OrderMessage,
)
from kds.kitchen.orders import Line, Order, Origin, Recipe, Routing, SetPart
from kds.kitchen.policy import Policy

NO_RECIPE = Recipe()
_ORDERED_KINDS = frozenset({ModifierKind.ADD, ModifierKind.CHOICE})


class Spelled(NamedTuple):
    """What rules make of one revision; the fields are those of `OrderReceived`."""

    recipes: tuple[tuple[LineId, Recipe], ...] = ()
    parts: tuple[LineContent, ...] = ()
    sides: tuple[LineContent, ...] = ()


_NOTHING = Spelled()


def spelled(
    order: Order | None, message: OrderMessage, fields: OrderFields, policy: Policy
) -> Spelled:
    """Return the lines that `message` comes to beside its own. `fields`: as they now stand."""
    known: Mapping[LineId, Line] = {} if order is None else order.lines
    before = fields if order is None else order.fields
    recipes = {
        c.line_id: _recipe(known.get(c.line_id), c, (before, fields), policy) for c in message.lines
    }
    if not any(recipe != NO_RECIPE for recipe in recipes.values()):
        told = _told(recipes, known)
        return Spelled(told) if told else _NOTHING
    own = _sets_with_own_parts(order, message)
    parts: list[LineContent] = []
    inner: dict[LineId, Recipe] = {}
    sides: list[LineContent] = []
    for content in message.lines:
        recipe = recipes[content.line_id]
        if content.state is LineState.VOID or content.quantity <= 0:
            continue
        if content.line_id not in own and not _is_listed(content, recipe, message.lines):
            for dish, part in _dishes(content, content, recipe, recipe.parts):
                parts.append(dish)
                inner |= {dish.line_id: Recipe(part.parts)} if part.parts else {}
        sides += _sides(content, recipe)
    free = {content.line_id for content in message.lines}
    told = _told({**inner, **recipes}, known)
    return Spelled(told, _without(parts, free), _without(sides, free))


def _told(
    recipes: Mapping[LineId, Recipe], known: Mapping[LineId, Line]
) -> tuple[tuple[LineId, Recipe], ...]:
    """Return the recipes that the lines do not have yet."""
    return tuple(
        (line_id, recipe)
        for line_id, recipe in recipes.items()
        if recipe != (known[line_id].recipe if line_id in known else NO_RECIPE)
    )


def _without(made: Iterable[LineContent], taken: set[LineId]) -> tuple[LineContent, ...]:
    """Leave out what the till calls by such an id itself."""
    return tuple(content for content in made if content.line_id not in taken)


# --- what a line is made of --------------------------------------------------------------------


def _recipe(
    line: Line | None,
    content: LineContent,
    order: tuple[OrderFields, OrderFields],
    policy: Policy,
) -> Recipe:
    """Return the recipe of a line: the one it came with, as far as it is still the same dish.

    `order`: its fields before and now. It is another dish if they make a difference to the rules:
    a set to take away may come with other things than one to eat in.
    """
    before, fields = order
    if line is None:
        return policy.recipe(fields, content)
    old = line.content
    is_same = _dish(old) == _dish(content) and (
        before == fields or policy.recipe(before, old).parts == policy.recipe(fields, old).parts
    )
    if is_same and old.modifiers == content.modifiers:
        return line.recipe
    asked = policy.recipe(fields, content)
    if not is_same:
        return asked
    known = {modifier.name for modifier in _all(old.modifiers)}
    stand = tuple(name for name in line.recipe.sides if name in known)
    new = tuple(name for name in asked.sides if name not in known)
    return Recipe(line.recipe.parts, stand + new)


def _dish(content: LineContent) -> tuple[object, ...]:
    return content.item_id, content.name, content.names, content.category, content.tags


def _all(modifiers: Iterable[Modifier]) -> Iterator[Modifier]:
    for modifier in modifiers:
        yield modifier
        yield from _all(modifier.modifiers)


def way_of(
    policy: Policy, fields: OrderFields, content: LineContent, recipe: Recipe, *, is_parent: bool
) -> Routing:
    """Return the way of a line with that recipe: a set that is spelled out is not cooked itself.

    It is read as the one line that the till sends, though its dishes are part of it by now.
    """
    is_spelled = bool(recipe.parts)
    routing = policy.route(fields, content, is_parent=is_parent and not is_spelled)
    return replace(routing, steps=()) if is_spelled and routing.steps else routing


# --- sets ----------------------------------------------------------------------------------


def _sets_with_own_parts(order: Order | None, message: OrderMessage) -> set[LineId]:
    """Return the lines of which the till sends parts itself."""
    own = {content.parent for content in message.lines if content.state is not LineState.VOID}
    if message.partial and order is not None:
        own |= {
            line.content.parent
            for line in order.lines.values()
            if line.origin is Origin.POS and line.content.state is not LineState.VOID
        }
    return {parent for parent in own if parent is not None}


def _is_listed(content: LineContent, recipe: Recipe, lines: Iterable[LineContent]) -> bool:
    """All dishes of the set stand beside it as lines, so they are there already."""
    listed: dict[str, Decimal] = {}
    for line in lines:
        if line.parent is None and line.state is not LineState.VOID:
            for name in {line.name.strip(), f"#{line.item_id}"}:
                listed[name] = listed.get(name, Decimal(0)) + line.quantity
    return bool(recipe.parts) and all(
        max(listed.get(part.name, Decimal(0)), listed.get(f"#{part.item_id or '-'}", Decimal(0)))
        >= part.each * content.quantity
        for part in recipe.parts
    )


def _dishes(
    top: LineContent, above: LineContent, recipe: Recipe, parts: Iterable[SetPart]
) -> Iterator[tuple[LineContent, SetPart]]:
    """Yield the lines of a set's dishes. What the guest said of the set is said to each cook."""
    for part in parts:
        dish = LineContent(
            _id(above.line_id, part.name),
            part.name,
            above.quantity * part.each,
            parent=above.line_id,
            item_id=part.item_id,
            names=part.names,
            category=part.category,
            course=top.course,
            seat=top.seat,
            state=top.state,
            note=top.note,
            modifiers=_said_of(part, top, recipe),
        )
        yield dish, part
        yield from _dishes(top, dish, recipe, part.parts)


def _said_of(part: SetPart, top: LineContent, recipe: Recipe) -> tuple[Modifier, ...]:
    """Return the modifiers of a set's dish: those of the whole set, and those under its name."""
    named = _names(recipe.parts)
    said: list[Modifier] = []
    for modifier in top.modifiers:
        if modifier.name == part.name:
            said += modifier.modifiers
        elif modifier.name not in named and modifier.name not in recipe.sides:
            said.append(modifier)
    return tuple(said)


def _names(parts: Iterable[SetPart]) -> set[str]:
    return {name for part in parts for name in (part.name, *_names(part.parts))}


def _id(above: LineId, name: str) -> LineId:
    return LineId(f"{above}+{name}")


# --- sides ---------------------------------------------------------------------------------


def _sides(content: LineContent, recipe: Recipe) -> Iterator[LineContent]:
    """Yield the lines of modifiers that are cooked alone; the same twice is one line of two."""
    if not recipe.sides:
        return
    names = frozenset(recipe.sides) - _names(recipe.parts)
    allergies = tuple(m for m in content.modifiers if m.kind is ModifierKind.ALLERGY)
    counts: dict[tuple[str, tuple[Modifier, ...]], Decimal] = {}
    for side, times in _ordered(content.modifiers, names, Decimal(1)):
        about = side.name, side.modifiers
        counts[about] = counts.get(about, Decimal(0)) + times
    taken: dict[str, int] = {}
    for (name, modifiers), times in counts.items():
        taken[name] = taken.get(name, 0) + 1
        unlike = name if taken[name] == 1 else f"{name}#{taken[name]}"
        yield LineContent(
            _id(content.line_id, unlike),
            name,
            content.quantity * times,
            parent=content.line_id,
            course=content.course,
            seat=content.seat,
            state=content.state,
            modifiers=modifiers + allergies,
        )


def _ordered(
    modifiers: Iterable[Modifier], names: frozenset[str], times: Decimal
) -> Iterator[tuple[Modifier, Decimal]]:
    """Yield the modifiers called so that the guest wants, and how many for one of the dish."""
    for modifier in modifiers:
        if modifier.kind not in _ORDERED_KINDS or modifier.quantity <= 0:
            continue
        if modifier.name in names:
            yield modifier, times * modifier.quantity
        else:
            yield from _ordered(modifier.modifiers, names, times * modifier.quantity)
