"""Lines and modifiers as vendors list them: none lost in silence, each under an id that lasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from kds.records.body import MAX_DEPTH
from kds.records.errors import BadBody, FieldError
from pos_bridge.adapters.values import Doubts, missing, plain, text, unwrapped

DEEPEST = MAX_DEPTH - 8
"""Modifiers below this lie in no ticket that anybody could read."""


def lines_of(value: Any, place: str, doubts: Doubts) -> list[dict[str, Any]]:
    """Return the objects of a list of lines, also where JSON text or lists of lists hold it.

    Raises `BodyError` where there is no list: an order without lines is an empty list. An entry
    that is text is a line of that name; any other that is no object is shown in the kitchen.
    """
    value = unwrapped(value)
    if value is None:
        raise missing(place)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise BadBody([FieldError(place, "must be a list")])
    return list(_entries(value, place, doubts, DEEPEST))


def parts_of(value: Any, place: str, doubts: Doubts) -> list[dict[str, Any]]:
    """Return the objects of a list of modifiers: as `lines_of`, but none at all is no fault."""
    value = unwrapped(value)
    if value in (None, "", {}) or value is False:
        return []
    if isinstance(value, dict):
        value = [value]
    return list(_entries(value if isinstance(value, list) else [value], place, doubts, DEEPEST))


def _entries(value: list[Any], place: str, doubts: Doubts, depth: int) -> Iterator[dict[str, Any]]:
    for number, entry in enumerate(value):
        if isinstance(entry, dict):
            yield entry
        elif isinstance(entry, list) and depth:
            yield from _entries(entry, f"{place}[{number}]", doubts, depth - 1)
        elif text(entry):
            yield {"name": text(entry)}
        else:
            where = f"{place}[{number}]"
            doubts.show(
                f"{where} 无法读取，请核对原单", f"{where} can not be read; check the order"
            )


def name_of(line: dict[str, Any], *keys: str, doubts: Doubts, place: str = "") -> str:
    """Return the first of `keys` that has a text: names first, then ids.

    Without any the line is shown as such, for somebody to ask.
    """
    for key in keys:
        if name := plain(line.get(key)):
            return name
    where = place or keys[0]
    doubts.show(
        f"{where}：有一道菜没有名称，请核对原单", f"{where}: a line has no name; check the order"
    )
    return "（无名称 unnamed）"


class LineIds:
    """Makes ids for lines that have none: from what they are, so that the rest keep theirs.

    By their place they would all move when one before them is taken off.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, *parts: Any) -> str:
        """Return the id of a line that is made of `parts`; like ones are counted."""
        content = "\x1f".join(repr(part) for part in parts).encode("utf-8", "replace")
        return self.unique(sha256(content).hexdigest()[:12])

    def unique(self, wished: str) -> str:
        """Return `wished`, numbered where another line has it already."""
        wished = wished[:180]
        self._seen[wished] += 1
        count = self._seen[wished]
        return wished if count == 1 else self.unique(f"{wished}#{count}")
