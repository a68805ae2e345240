"""What a book says in vain or against itself: entries never reached, gates in a circle.

Only what is certain is told: an entry counts as covered by an earlier one when each of its
conditions implies the other's, whatever dish comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kds.rulebook.checking import Located
from kds.rulebook.compiled import Match, MenuClass, Pattern
from kds.rulebook.conditions import Condition
from kds.rulebook.diagnostics import Diagnostic, Severity, fault
from kds.rulebook.matching import contains
from kds.rulebook.possible import implies, is_possible
from kds.rulebook.schema import MenuSpec, WaitSpec
from kds.rulebook.whens import condition_of


def unreached(
    pieces: Sequence[Located[MenuSpec]], entries: Sequence[MenuClass]
) -> Iterator[Diagnostic]:
    """Yield the menu entries that can take no dish. `entries`: the `pieces`, compiled."""
    ids: set[str] = set()
    for number, (piece, entry) in enumerate(zip(pieces, entries, strict=True)):
        is_double = entry.id in ids  # which is told elsewhere
        ids.add(entry.id)
        if is_double or not entry.match:
            continue
        if all(any(covers(wide, match) for wide in entry.excepts) for match in entry.match):
            yield fault(
                piece.at("except"),
                f"“{entry.id}”永远不会匹配：except 排除了 match 的全部内容",
                f"'{entry.id}' can never match: its exceptions take all that it matches",
            )
            continue
        earlier = _covering(entries[:number], entry)
        if earlier is not None:
            yield _told(piece, entry, earlier)


def _covering(earlier: Iterable[MenuClass], entry: MenuClass) -> MenuClass | None:
    """Return an entry among `earlier` that takes every dish that `entry` could take."""
    return next((other for other in earlier if _takes_all(other, entry)), None)


def _takes_all(wide: MenuClass, narrow: MenuClass) -> bool:
    if not all(excepted in narrow.excepts for excepted in wide.excepts):
        return False
    if not all(any(covers(match, inner) for match in wide.match) for inner in narrow.match):
        return False
    return implies(narrow.when, wide.when)


def _told(piece: Located[MenuSpec], entry: MenuClass, earlier: MenuClass) -> Diagnostic:
    is_same = _takes_all(entry, earlier)
    if is_same and (entry.steps, entry.menu_class) != (earlier.steps, earlier.menu_class):
        return fault(
            piece.at("match"),
            f"“{entry.id}”与“{earlier.id}”（{earlier.where}）条件相同、去向不同，只有前者生效",
            f"'{entry.id}' contradicts '{earlier.id}' ({earlier.where}): the same dishes go "
            "another way, and the earlier entry decides",
            severity=Severity.WARNING,
        )
    return fault(
        piece.at("match"),
        f"“{entry.id}”永远轮不到：“{earlier.id}”（{earlier.where}）已经拿走这些菜",
        f"'{entry.id}' is never reached: '{earlier.id}' ({earlier.where}) takes its dishes first",
        severity=Severity.WARNING,
    )


# --- one match inside another ----------------------------------------------------------------


def covers(wide: Match, narrow: Match) -> bool:
    """Return whether every line that meets `narrow` also meets `wide`."""
    return (
        (wide.parts is None or wide.parts is narrow.parts)
        and _within(wide.services, narrow.services)
        and _within(wide.channels, narrow.channels)
        and _within(wide.items, narrow.items)
        and _within(wide.names, narrow.names)
        and _within(wide.categories, narrow.categories)
        and _within(wide.tags, narrow.tags)
        and _text_within(wide.name_has, (narrow.name_has, narrow.name_ends), narrow.names)
        and _text_within(wide.name_ends, (narrow.name_ends,), narrow.names)
        and _text_within(
            wide.category_has, (narrow.category_has, narrow.category_ends), narrow.categories
        )
        and _text_within(wide.category_ends, (narrow.category_ends,), narrow.categories)
        and _text_within(wide.modifier_has, (narrow.modifier_has,), ())
    )


def _within(wide: Sequence[object], narrow: Sequence[object]) -> bool:
    """An empty list asks nothing, so all is within it and it is within nothing else."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _text_within(
    wide: Sequence[Pattern], stated: Sequence[Sequence[Pattern]], names: Sequence[str]
) -> bool:
    """Some condition of the narrower match already makes sure that a pattern of `wide` is there."""
    if not wide:
        return True
    if names and all(any(contains(name, pattern) for pattern in wide) for name in names):
        return True
    return any(
        patterns and all(any(_implies(inner, outer) for outer in wide) for inner in patterns)
        for patterns in stated
    )


def _implies(inner: Pattern, outer: Pattern) -> bool:
    """A text in which `inner` is found has `outer`, too."""
    if inner == outer:
        return True
    if outer.at_end:
        is_inside = inner.at_end and inner.text.endswith(outer.text)
    else:
        is_inside = outer.text in inner.text
    bounds = (inner.word_start or not outer.word_start) and (inner.word_end or not outer.word_end)
    return is_inside and bounds and contains(inner.text, outer)


# --- gates against each other -----------------------------------------------------------------


def gate_faults(rules: Sequence[Located[WaitSpec]]) -> Iterator[Diagnostic]:
    """Yield gates said in two ways, and classes that wait for each other in a circle."""
    for number, rule in enumerate(rules):
        yield from _double_gates(rule, rules[:number])
    yield from _circles(rules)


def _double_gates(
    rule: Located[WaitSpec], earlier: Sequence[Located[WaitSpec]]
) -> Iterator[Diagnostic]:
    own = {hold.menu_class: hold.gate for hold in rule.spec.holds}
    said = {
        hold.menu_class: (hold.gate, other.at("holds", index))
        for other in earlier
        if set(other.spec.waits_for) & set(rule.spec.waits_for)
        for index, hold in enumerate(other.spec.holds)
        # Whether rules overlap is dear to find out, and asked only where they differ.
        if own.get(hold.menu_class, hold.gate) is not hold.gate and _overlap(other.spec, rule.spec)
    }
    for index, hold in enumerate(rule.spec.holds):
        place = rule.at("holds", index)
        gate, where = said.setdefault(hold.menu_class, (hold.gate, place))
        if gate is not hold.gate:
            yield fault(
                place,
                f"“{hold.menu_class}”在 {where} 已定为 {gate.value}，这里却是 {hold.gate.value}",
                f"'{hold.menu_class}' is held at '{gate.value}' at {where}, "
                f"and here at '{hold.gate.value}'",
            )


def _overlap(one: WaitSpec, other: WaitSpec) -> bool:
    """Some line may be held by both."""
    return is_possible(Condition(all_of=(condition_of(one.when), condition_of(other.when))))


def _circles(rules: Sequence[Located[WaitSpec]]) -> Iterator[Diagnostic]:
    """Yield each circle of waits once, at the rule that closes it."""
    told: set[frozenset[str]] = set()
    for number, rule in enumerate(rules):
        before = [r.spec for r in rules[: number + 1]]
        if not any(
            _way(a, h.menu_class, before) for h in rule.spec.holds for a in rule.spec.waits_for
        ):
            continue
        known = [spec for spec in before if _overlap(spec, rule.spec)]
        for index, hold in enumerate(rule.spec.holds):
            for awaited in rule.spec.waits_for:
                way = _way(awaited, hold.menu_class, known) if awaited != hold.menu_class else None
                if way is None or frozenset(way) in told:
                    continue
                told.add(frozenset(way))
                shown = " → ".join((hold.menu_class, *way))
                yield fault(
                    rule.at("holds", index),
                    f"互相等待，谁也走不了：{shown}",
                    f"they wait for each other in a circle: {shown}",
                )


def _way(start: str, end: str, rules: Sequence[WaitSpec]) -> tuple[str, ...] | None:
    """Return the classes from `start` to `end`, each waiting for the next; None without a way."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = [start]
    while waiting:
        at = waiting.pop(0)
        if at == end:
            return ways[at]
        for rule in rules:
            if any(hold.menu_class == at for hold in rule.holds):
                for awaited in rule.waits_for:
                    if awaited not in ways:
                        ways[awaited] = (*ways[at], awaited)
                        waiting.append(awaited)
    return None
