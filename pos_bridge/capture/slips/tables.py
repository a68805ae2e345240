"""Whether two slips mean one table, however each of them calls it. Pure."""

from __future__ import annotations

import re

from pos_bridge.capture.slips.patterns import squeezed

_NUMBERS = re.compile(r"[a-z0-9]+")


def same_table(one: str, other: str) -> bool:
    """Say whether two names may be one table's: A08, 大厅-A08 and A08桌; not A08 and A8, nor 大厅1
    and 包间1.
    """
    first, second = squeezed(one), squeezed(other)
    numbers, others = (set(_NUMBERS.findall(name)) for name in (first, second))
    words, more = ("".join(_words(name)) for name in (first, second))
    return (numbers <= others or others <= numbers) and (words in more or more in words)


def _words(name: str) -> list[str]:
    return [sign for sign in _NUMBERS.sub("", name) if sign.isalpha()]
