"""`when` as written to a condition, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kds.kitchen.messages import Service
from kds.rulebook.checking import Located, SpecT
from kds.rulebook.conditions import About, Condition, Demand
from kds.rulebook.diagnostics import Diagnostic, fault
from kds.rulebook.folding import fold
from kds.rulebook.possible import is_possible
from kds.rulebook.schema import WhenSpec

_SPANS = frozenset({About.GUESTS, About.BETWEEN})
_GROUPS = {"all": "all_of", "any": "any_of", "not": "none_of"}


def condition_of(spec: WhenSpec, *, but_service: bool = False) -> Condition:
    """Return what `spec` asks for. `but_service`: the services that stand at its top aside."""
    demands = (
        _demand(about, getattr(spec, about.value))
        for about in About
        if getattr(spec, about.value) and not (but_service and about is About.SERVICE)
    )
    return Condition(
        tuple(demands),
        any_of=tuple(condition_of(part) for part in spec.any_of),
        all_of=tuple(condition_of(part) for part in spec.all_of),
        none_of=tuple(condition_of(part) for part in spec.none_of),
    )


def _demand(about: About, values: list[Any]) -> Demand:
    if about in _SPANS:
        return Demand(about, spans=tuple(values))
    return Demand(about, tuple(fold(str(value)) for value in values))


def services_of(spec: WhenSpec) -> tuple[Service, ...]:
    """Return the services that stand at the top of `spec`, all if it states none."""
    return tuple(spec.service) or (*Service,)


def when_faults(piece: Located[SpecT], spec: WhenSpec) -> Iterator[Diagnostic]:
    """Yield what is wrong with the `when` of a piece: parts that ask nothing, or can never hold."""
    empty = [*_empty(spec, ("when",))]
    for path in empty:
        yield fault(piece.at(*path), "没有任何条件", "no condition is given")
    if not empty and not is_possible(condition_of(spec)):
        yield fault(
            piece.at("when"),
            "when 里的条件互相矛盾，永远不会成立",
            "the conditions of 'when' contradict each other and can never hold",
        )


def _empty(spec: WhenSpec, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    for name, key in _GROUPS.items():
        parts = getattr(spec, key)
        if key in spec.model_fields_set and not parts:
            yield (*path, name)
        for number, part in enumerate(parts):
            inner = (*path, name, number)
            if condition_of(part).asks_nothing and not part.model_fields_set & set(
                _GROUPS.values()
            ):
                yield inner
            yield from _empty(part, inner)


_PASSING = (About.PAYMENT, About.TABLE, About.GUESTS, About.BETWEEN)
"""What may change while a dish is cooked, by other hands than the till's: no way to a station."""


def passing_faults(
    piece: Located[SpecT], spec: WhenSpec, path: tuple[str | int, ...] = ("when",)
) -> Iterator[Diagnostic]:
    """Yield the conditions of a menu entry by which no dish can be sent anywhere."""
    for about in _PASSING:
        if getattr(spec, about.value):
            yield fault(
                piece.at(*path, about.value),
                f"“{about.value}”在做菜途中会变，不能决定菜去哪个工位",
                f"'{about.value}' may change while a dish is cooked and cannot choose its station",
            )
    for name, key in _GROUPS.items():
        for number, part in enumerate(getattr(spec, key)):
            yield from passing_faults(piece, part, (*path, name, number))
