"""What patterns find in a line of a slip, and words in its lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pos_bridge.capture.paper.document import TextLine
from pos_bridge.capture.slips.patterns import fold
from pos_bridge.capture.slips.slip import Dish, Kind
from pos_bridge.capture.slips.templates import PatternSpec

_SEGMENT = re.compile(r"\s{2,}|\s(?=[^\s\d:：]{1,8}[:：])")
_WORD = re.compile(r"[ -~]+")


@dataclass(frozen=True, slots=True)
class Match:
    """What a pattern found, what it means, and which of the list it was."""

    values: dict[str, str]
    means: str = ""
    place: int = 0
    keeps_words: bool = False


def first(patterns: Sequence[PatternSpec], line: TextLine, text: str) -> Match | None:
    """Return what the first of `patterns` that fits finds in a line, whose letters are `text`."""
    folded = fold(text)
    for place, pattern in enumerate(patterns):
        if pattern.look and not line.has(pattern.look):
            continue
        found = pattern.text.find(text, folded)
        if found is not None:
            return Match(found.values, pattern.means, place, pattern.text.keeps_words)
    return None


def dish_of(found: Match) -> Dish:
    """Return the dish that a pattern has found."""
    values = found.values
    quantity = Decimal(fold(values.get("quantity") or values.get("count") or "1"))
    mark = Kind(found.means) if found.means else None
    if quantity < 0 and mark is None:
        mark = Kind.VOID
    note = values.get("note", "") or values.get("text", "")
    return Dish(
        name=values["name"] if "name" in values else values.get("text", ""),
        quantity=abs(quantity),
        unit=values.get("unit", ""),
        code=values.get("code", ""),
        note=note if "name" in values else "",
        mark=mark,
    )


def words_of(found: Match, text: str) -> str:
    """Return what a modifier or note says: the free part of its pattern, else the whole line."""
    values = found.values
    if found.keeps_words:
        return text.strip()
    said = next((values[n] for n in ("text", "note", "name", "reason") if values.get(n)), "")
    count = values.get("quantity") or values.get("count")
    said = said or text.strip()
    return f"{count}× {said}" if count and count != "1" else said


def pieces_of(text: str) -> Iterator[str]:
    """Yield the parts of a line that stand apart, a label with its value, then the whole line."""
    parts: list[str] = []
    for part in _SEGMENT.split(text.strip()):
        if parts and parts[-1].endswith((":", "：")):
            parts[-1] += part
        elif part:
            parts.append(part)
    if len(parts) > 1:
        yield from parts
    yield text


def says(lines: Iterable[str], words: Sequence[str]) -> bool:
    """Say whether one of `words` stands in a line; a Latin word only as a word of its own."""
    folded = [fold(line) for line in lines]
    tight = ["".join(line.split()) for line in folded]
    return any(_stands(fold(word), folded, tight) for word in words)


def _stands(word: str, folded: Sequence[str], tight: Sequence[str]) -> bool:
    if _WORD.fullmatch(word):
        words = r"\s+".join(re.escape(part) for part in word.split())
        expression = re.compile(rf"(?<![a-z0-9]){words}(?![a-z0-9])")
        return any(expression.search(line) for line in folded)
    sought = "".join(word.split())
    return any(sought in line for line in tight)
