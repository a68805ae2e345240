"""What the texts of prep times come to, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

from kds.rulebook.checking import Located
from kds.rulebook.compiled import PrepPlus
from kds.rulebook.diagnostics import Diagnostic, fault
from kds.rulebook.matching import pattern
from kds.rulebook.schema import MenuSpec, PrepPlusSpec


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
