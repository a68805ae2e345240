"""Sets, sides and pre-plated dishes in rule texts: what is wrong, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from kds.kitchen.ids import LineId
from kds.kitchen.messages import OrderFields
from kds.kitchen.orders import SetPart
from kds.rulebook.checking import Located
from kds.rulebook.compiled import MenuClass
from kds.rulebook.conditions import Condition
from kds.rulebook.diagnostics import Diagnostic, Severity, fault
from kds.rulebook.matching import judge, subject
from kds.rulebook.schema import MatchSpec, MenuSpec, PartSpec
from kds.rulebook.sets import part_content

Entries = Sequence[Located[MenuSpec]]


def set_parts(spec: MenuSpec) -> tuple[SetPart, ...]:
    """Return the dishes that a menu entry spells out."""
    return tuple(map(_part, spec.spells_out))


def _part(spec: PartSpec) -> SetPart:
    name = spec.name
    return SetPart(
        name.zh.strip(),
        Decimal(spec.count),
        spec.item,
        spec.category,
        (("en", name.en),) if name.en != name.zh else (),
    )


def set_faults(pieces: Entries, entries: Sequence[MenuClass]) -> Iterator[Diagnostic]:
    """Yield what is wrong with sets, sides and pre-plated dishes; `entries`: `pieces` compiled."""
    for piece in pieces:
        if "spells_out" in piece.spec.model_fields_set:
            yield from _own_faults(piece)
        if piece.spec.route_modifier:
            yield from _side_faults(piece)
        if piece.spec.preplated:
            yield from _preplated_faults(piece)
    ways = {number: _ways(entry, entries) for number, entry in enumerate(entries)}
    yield from _circles(pieces, ways)
    if entries:
        yield from _lost(pieces, ways)


# --- one entry -----------------------------------------------------------------------------


def _own_faults(piece: Located[MenuSpec]) -> Iterator[Diagnostic]:
    spec = piece.spec
    if not spec.spells_out:
        yield fault(piece.at("spells_out"), "套餐里没有菜", "this is a set of nothing")
    if spec.cook:
        yield fault(
            piece.at("cook"),
            "拆成单品的套餐自己不制作，应写 cook: nothing",
            "a set that is spelled out is not cooked itself: write cook: nothing",
        )
    seen: set[str] = set()
    for number, part in enumerate(spec.spells_out):
        if part.name.zh in seen:
            yield fault(
                piece.at("spells_out", number),
                f"“{part.name.zh}”写了两次，应写成 x2",
                f"'{part.name.zh}' stands here twice; write x2",
            )
        seen.add(part.name.zh)


def _side_faults(piece: Located[MenuSpec]) -> Iterator[Diagnostic]:
    spec, place = piece.spec, piece.at("route_modifier")
    if spec.spells_out:
        yield fault(
            place,
            "套餐不能作为做法单独制作",
            "a set cannot come as a modifier",
        )
    elif not spec.cook:
        yield fault(
            place,
            "没有工位制作它：写了 route_modifier，cook 却是 nothing",
            "no station would make it: route_modifier with cook: nothing",
        )
    if not any(map(_can_take_modifier, spec.match)):
        yield fault(
            place,
            "做法只有名称：match 里要有 name、name_has 或 name_ends，且不看分类、标签和编号",
            "a modifier has nothing but a name: one match must ask for name, name_has or "
            "name_ends, and for no category, tag or item",
        )


def _can_take_modifier(match: MatchSpec) -> bool:
    asks_more = (
        match.item or match.category or match.category_has or match.category_ends or match.tag
    )
    is_set = match.modifier_has or match.parts
    return bool(match.name or match.name_has or match.name_ends) and not asks_more and not is_set


def _preplated_faults(piece: Located[MenuSpec]) -> Iterator[Diagnostic]:
    spec = piece.spec
    stations = [station for chain in spec.cook for stage in chain for station in stage]
    if len(stations) != 1:
        yield fault(
            piece.at("cook"),
            "预制的菜只在一个工位备好：写 cook: 那个工位",
            "a pre-plated dish stands ready at one station: name it in cook",
        )
    if spec.prep is not None:
        yield fault(
            piece.at("prep"), "预制的菜不用制作时间", "a pre-plated dish takes no time to prepare"
        )


# --- entries together ----------------------------------------------------------------------

Ways = Mapping[int, Sequence[Sequence[int]]]
"""Per entry and dish that it spells out: the entries that can take that dish."""


def _ways(entry: MenuClass, entries: Sequence[MenuClass]) -> Sequence[Sequence[int]]:
    return [tuple(_takers(part, entries)) for part in entry.spells_out]


def _takers(part: SetPart, entries: Sequence[MenuClass]) -> Iterator[int]:
    """Yield the entries that can take a dish of a set, whatever the order is like."""
    line = subject(OrderFields(), part_content(LineId(""), part), is_parent=bool(part.parts))
    for number, entry in enumerate(entries):
        bare = replace(
            entry,
            match=tuple(replace(m, services=(), channels=(), parts=None) for m in entry.match),
            when=Condition(),
        )
        if judge(bare, line).matched:
            yield number
            if bare == entry:
                return


def _circles(pieces: Entries, ways: Ways) -> Iterator[Diagnostic]:
    """Yield each circle of sets once, at the dish that closes it."""
    told: set[frozenset[int]] = set()
    for start, piece in enumerate(pieces):
        for number, takers in enumerate(ways[start]):
            way = _back(takers, start, ways)
            if way is None or frozenset(way) in told:
                continue
            told.add(frozenset(way))
            shown = " → ".join(pieces[i].spec.id for i in (start, *way))
            yield fault(
                piece.at("spells_out", number),
                f"套餐绕成了圈：{shown}",
                f"the sets go round in a circle: {shown}",
            )


def _back(starts: Iterable[int], end: int, ways: Ways) -> tuple[int, ...] | None:
    """Return the entries from one of `starts` to `end`; None where no way leads there."""
    found: dict[int, tuple[int, ...]] = {start: (start,) for start in starts}
    waiting = list(found)
    while waiting:
        at = waiting.pop(0)
        if at == end:
            return found[at]
        for taker in (taker for takers in ways[at] for taker in takers):
            if taker not in found:
                found[taker] = (*found[at], taker)
                waiting.append(taker)
    return None


def _lost(pieces: Entries, ways: Ways) -> Iterator[Diagnostic]:
    for entry, piece in enumerate(pieces):
        for number, takers in enumerate(ways[entry]):
            if not takers:
                name = piece.spec.spells_out[number].name.zh
                yield fault(
                    piece.at("spells_out", number),
                    f"没有一条菜单拿走“{name}”，它会显示在所有工位",
                    f"no entry takes '{name}'; it would show at every station",
                    severity=Severity.WARNING,
                )
