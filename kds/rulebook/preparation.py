"""How long a dish takes: by its menu entry, and by what the guest wants done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kds.kitchen.messages import LineContent
from kds.kitchen.orders import Line
from kds.rulebook.checking import Located
from kds.rulebook.compiled import Limits, MenuClass, PrepPlus
from kds.rulebook.diagnostics import Diagnostic, fault
from kds.rulebook.folding import fold
from kds.rulebook.matching import all_modifiers, contains, pattern
from kds.rulebook.schema import MenuSpec, PrepPlusSpec


def prep_of(entry: MenuClass, content: LineContent) -> int | None:
    """Return how long such a dish takes when all is well, in seconds; None if nobody says."""
    if entry.prep_s is None:
        return None
    return max(0, entry.prep_s + _more_s(entry, content))


def limits_for(entry: MenuClass, line: Line) -> Limits:
    """Return the limits of `line`: what takes longer is late so much later, and the reverse."""
    limits = entry.limits
    more_s = _more_s(entry, line.content) if entry.prep_plus else 0
    if more_s == 0:
        return limits
    stated = ("attention_s", "late_s", "critical_s")
    moved = {name: value + more_s for name in stated if (value := getattr(limits, name))}
    return replace(limits, **{name: max(1, value) for name, value in moved.items()})


def _more_s(entry: MenuClass, content: LineContent) -> int:
    if not entry.prep_plus or not content.modifiers:
        return 0
    names = [fold(modifier.name) for modifier in all_modifiers(content.modifiers)]
    return sum(
        plus.add_s
        for plus in entry.prep_plus
        if any(contains(name, each) for name in names for each in plus.modifier_has)
    )


def plus_of(spec: PrepPlusSpec) -> PrepPlus:
    """Return what a sound entry of `prep_plus` compiles to."""
    add_s = spec.add if spec.add is not None else -(spec.less or 0)
    return PrepPlus(tuple(pattern(text) for text in spec.modifier_has), add_s)


def prep_faults(entry: Located[MenuSpec]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the prep times of a menu entry."""
    spec = entry.spec
    if spec.prep_plus and spec.prep is None:
        zh, en = "写了 prep_plus，却没有 prep", "'prep_plus' adds to 'prep', which is missing"
        yield fault(entry.at("prep_plus"), zh, en)
    for number, plus in enumerate(spec.prep_plus):
        place = entry.at("prep_plus", number)
        if (plus.add is None) == (plus.less is None):
            zh, en = "要么写 add（多多久），要么写 less（少多久）", "write either 'add' or 'less'"
            yield fault(place, zh, en)
        elif spec.prep is not None and (plus.less or 0) >= spec.prep > 0:
            zh = f"less（{plus.less} 秒）不能达到制作时间（{spec.prep} 秒）"
            en = f"'less' ({plus.less} s) leaves nothing of the prep time ({spec.prep} s)"
            yield fault(place, zh, en)
