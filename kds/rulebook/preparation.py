"""How long a dish takes: by its menu entry, and by what the guest wants done with it."""

from __future__ import annotations

from dataclasses import replace

from kds.kitchen.messages import LineContent
from kds.kitchen.orders import Line
from kds.rulebook.compiled import Limits, MenuClass
from kds.rulebook.folding import fold
from kds.rulebook.matching import all_modifiers, contains


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
