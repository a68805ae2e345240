"""A sheet and a template make a slip: what it is, of which order, which dishes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from decimal import Decimal

from kds.kitchen.ids import Instant
from kds.records.body import clean
from pos_bridge.capture.paper.document import Document, TextLine
from pos_bridge.capture.slips.patterns import fold
from pos_bridge.capture.slips.printed_time import printed_time
from pos_bridge.capture.slips.slip import Dish, Kind, Slip
from pos_bridge.capture.slips.templates import (
    FieldsSpec,
    KindSpec,
    PatternSpec,
    Template,
    TemplateSpec,
)

MOST_DISHES = 500
_MOST_LINES = 1_000
_SEGMENT = re.compile(r"\s{2,}|\s(?=[^\s\d:：]{1,8}[:：])")
_LEFT = re.compile(
    r"\s*x?\s?\d{1,3}\s?[^\W\d_]{0,2}(?:\s+-?[¥$€£]?\s?\d{1,7}(?:\.\d{1,2})?(?:元)?)?\s*"
)
_COUNTED = re.compile(
    r"(?P<no>\d{1,3})\s+(?P<name>(?![号寸人位两斤克年个只件款拼色味杯瓶份串])[\d\u4e00-\u9fff【（(].*)"
)
"""A line's number before a Chinese name, which is another on each printer; 4 人套餐 is none."""
_WORD = re.compile(r"[ -~]+")


def read_slip(
    document: Document, templates: Iterable[Template], now: Instant, zone: tzinfo
) -> Slip | None:
    """Return what `document` says by the first of `templates` that knows it; None: nobody does.

    `zone`: of the store, for the times that are printed.
    """
    lines = [line for line in document.lines if line.text.strip()]
    if len(lines) > _MOST_LINES:
        return None
    for template in templates:
        slip = _Reading(template, lines).slip(now, zone)
        if slip is not None:
            return slip
    return None


@dataclass(slots=True)
class _Open:
    """A dish that may still get modifiers, notes and parts."""

    dish: Dish
    modifiers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parts: list[_Open] = field(default_factory=list)

    def closed(self) -> Dish:
        return replace(
            self.dish,
            modifiers=tuple(self.modifiers),
            note="\n".join(self.notes),
            parts=tuple(part.closed() for part in self.parts),
        )


class _Reading:
    """One attempt to read the lines of a sheet by one template."""

    def __init__(self, template: Template, lines: Sequence[TextLine]) -> None:
        self._template = template
        self._spec: TemplateSpec = template.spec
        self._lines = lines
        self._values: dict[str, str] = {}
        self._notes: list[str] = []
        self._dishes: list[_Open] = []
        self._head: list[str] = []
        self._others: list[str] = []
        self._broken: str | None = None
        self._above: list[str] | None = None
        self._no = 0
        self._time: tuple[int, int, str] | None = None
        self._category = ""
        self._course = ""
        self._is_over = False
        self._has_begun = not template.spec.dishes.after

    def slip(self, now: Instant, zone: tzinfo) -> Slip | None:
        texts = [clean(line.text) for line in self._lines]
        if self._spec.only and not _says(texts, self._spec.only):
            return None
        if not any(_says(texts, kind.when) for kind in self._spec.kinds):
            return None
        for line, text in zip(self._lines, texts, strict=True):
            broken, self._broken = self._broken, None
            if broken is None or not self._rejoined(broken, line, text):
                self._take(line, text)
        kind = self._kind()
        return None if kind is None else self._made(kind, now, zone)

    # --- line by line ---

    def _take(self, line: TextLine, text: str) -> None:
        spec = self._spec.dishes
        if not self._has_begun:
            self._has_begun = _first(spec.after, line, text) is not None
            self._other(line, text)
        elif self._is_over or (self._dishes and _first(spec.until, line, text) is not None):
            self._is_over = True
            self._other(line, text)
        elif self._heading(line, text):
            pass
        elif not self._dishes:
            self._before_dishes(line, text)
        else:
            self._within(line, text)

    def _before_dishes(self, line: TextLine, text: str) -> None:
        if _first(self._spec.dishes.skip, line, text) is not None:
            self._say(text)
            self._above, self._broken = [], None
        elif not self._fields(line, text) and not self._dish(line, text):
            self._say(text)
            if self._above is not None and not self._means_something(text):
                self._above.append(text.strip())
        elif self._dishes and self._above and self._spec.dishes.rest == "note":
            self._dishes[0].notes += self._above  # as below the first dish: nothing is lost

    def _means_something(self, text: str) -> bool:
        spec = self._spec
        marks = [spec.reprint, spec.full, spec.station]
        words = [*marks, *(k.when for k in spec.kinds), *(s.when for s in spec.services)]
        return any(_says([text], each) for each in words)

    def _rejoined(self, broken: str, line: TextLine, text: str) -> bool:
        """Take what is left of a dish, how many, whose long name fills the line before."""
        if self._is_over or _LEFT.fullmatch(fold(text)) is None:
            return False
        whole = f"{broken.strip()}  {text.strip()}"
        kept = self._dishes[-1] if self._dishes else None
        if not self._dish(line, whole):
            return False
        lists = [self._head, self._others, self._above or []]
        for lines in (*lists, *((kept.notes, kept.modifiers) if kept else ())):
            if lines and lines[-1].strip() == broken.strip():
                lines.pop()
        if kept is None and self._spec.dishes.rest == "note":
            self._dishes[0].notes += self._above or []
        return True

    def _heading(self, line: TextLine, text: str) -> bool:
        """Take a heading: the dishes below it are of that category or course."""
        spec = self._spec.dishes
        if (found := _first(spec.category, line, text)) is not None:
            self._category = _words(found, text)
        elif (found := _first(spec.course, line, text)) is not None:
            self._course = _words(found, text)
        else:
            return False
        return True

    def _within(self, line: TextLine, text: str) -> None:
        """A line between dishes: a part, a modifier, a note, the next dish, or something else."""
        spec, last = self._spec.dishes, self._dishes[-1]
        if _first(spec.skip, line, text) is not None:
            return
        if (found := _first(spec.part, line, text)) is not None:
            last.parts.append(_Open(_dish(found)))
        elif (found := _first(spec.modifier, line, text)) is not None:
            (last.parts[-1] if last.parts else last).modifiers.append(_words(found, text))
        elif (found := _first(spec.note, line, text)) is not None:
            (last.parts[-1] if last.parts else last).notes.append(_words(found, text))
        elif not self._dish(line, text) and not self._fields(line, text):
            self._rest(text)

    def _rest(self, text: str) -> None:
        last, words = self._dishes[-1], text.strip()
        self._broken = text
        if self._spec.dishes.rest == "note":
            last.notes.append(words)
        elif self._spec.dishes.rest == "modifier":
            last.modifiers.append(words)
        self._others.append(text)

    def _dish(self, line: TextLine, text: str) -> bool:
        found = _first(self._spec.dishes.dish, line, text)
        if found is None or len(self._dishes) >= MOST_DISHES:
            return False
        for said in ("piece", "pieces"):
            if said in found.values:
                self._values.setdefault(said, found.values[said])
        dish = replace(_dish(found), category=self._category, course=self._course)
        counted = _COUNTED.fullmatch(dish.name)
        if counted is not None and int(counted["no"]) > max(self._no, len(self._dishes)):
            self._no, dish = int(counted["no"]), replace(dish, name=counted["name"])
        self._dishes.append(_Open(dish))
        return True

    def _other(self, line: TextLine, text: str) -> None:
        if not self._fields(line, text):
            self._say(text)

    def _say(self, text: str) -> None:
        """Keep a line whose words may tell what the slip is; those of a field only fill it in."""
        self._broken = text
        (self._others if self._dishes else self._head).append(text)

    def _fields(self, line: TextLine, text: str) -> bool:
        """Read what a line says of the order; say whether it says nothing else.

        From which table to which is also what a slip may be about.
        """
        found_any = False
        for piece in pieces_of(text):
            for name in FieldsSpec.model_fields:
                found = _first(getattr(self._spec.fields, name), line, piece)
                if found is not None:
                    self._note(name, found)
                    found_any = found_any or name != "move"
        return found_any

    def _note(self, name: str, found: _Match) -> None:
        if name == "note":
            self._notes.append(_words(found, ""))
            return
        for said, value in found.values.items():
            key = name if said == "text" else said
            if key == "time":  # that of the order rather than of the print, with its date
                self._time = min(self._time or (99, 0, ""), (found.place, -len(value), value))
            else:
                self._values.setdefault(key, value)

    # --- all together ---

    def _kind(self) -> KindSpec | None:
        everywhere = [*self._head, *self._others]
        for kind in self._spec.kinds:
            if _says(everywhere if kind.anywhere else self._head, kind.when):
                return kind
        return None

    def _made(self, kind: KindSpec, now: Instant, zone: tzinfo) -> Slip:
        spec, everywhere = self._spec, [*self._head, *self._others]
        at = None if self._time is None else printed_time(self._time[2], now, zone)
        values = dict(self._values)
        services = (each.service for each in spec.services if _says(everywhere, each.when))
        if service := next(services, ""):
            values["service"] = service
        category = values.pop("category", "")
        dishes = (each.closed() for each in self._dishes)
        is_full, is_station = _says(everywhere, spec.full), _says(everywhere, spec.station)
        return Slip(
            template=self._template.id,
            source=self._template.source,
            kind=kind.kind,
            number=values.pop("number", ""),
            batch=values.pop("batch", ""),
            fields=values,
            at_ms=None if at is None else at.at_ms,
            has_seconds=at is not None and at.has_seconds,
            dishes=tuple(replace(d, category=d.category or category) for d in dishes),
            notes=tuple(self._notes),
            is_reprint=_says(everywhere, spec.reprint),
            is_full=True if is_full else (False if is_station else None),
            is_paid=kind.paid,
            apart_ms=spec.rounds_apart * 1000,
            piece=fold(values.pop("piece", "")),
            pieces=fold(values.pop("pieces", "")),
            equal_add_ms=spec.equal_slips_add * 1000,
        )


@dataclass(frozen=True, slots=True)
class _Match:
    """What a pattern found, what it means, and which of the list it was."""

    values: dict[str, str]
    means: str = ""
    place: int = 0
    keeps_words: bool = False


def _first(patterns: Sequence[PatternSpec], line: TextLine, text: str) -> _Match | None:
    folded = fold(text)
    for place, pattern in enumerate(patterns):
        if pattern.look and not line.has(pattern.look):
            continue
        found = pattern.text.find(text, folded)
        if found is not None:
            return _Match(found.values, pattern.means, place, pattern.text.keeps_words)
    return None


def _dish(found: _Match) -> Dish:
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


def _words(found: _Match, text: str) -> str:
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


def _says(lines: Iterable[str], words: Sequence[str]) -> bool:
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
